"""Pages after they were written: pictures in them, Chinese marked, a font with what they show."""

import re
from base64 import b64encode

import pytest
from finished_pages import CHINESE, letters, marked
from fontTools.ttLib import TTFont
from lxml import html as parser
from prose import chapter_files, page_of
from small_fonts import write_font

from analysis.display.theme import FONT_FILE
from analysis.display.vector import with_pictures

PAGES = [page_of(path) for path in chapter_files()]
DRAWING = '<svg viewBox="0 0 9 9"><text>A 市</text></svg>'


def body(inner: str) -> str:
    return f"<html><head><title>账</title></head><body>{inner}</body></html>"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<p>of 账。</p>", '<p>of <span lang="zh">账。</span></p>'),
        ('<i lang="zh"><i>账</i>本</i>账', '<i lang="zh"><i>账</i>本</i><span lang="zh">账</span>'),
        ("<svg><text>A 市</text></svg>", '<svg><text>A <tspan lang="zh">市</tspan></text></svg>'),
        ("<svg><title>A 市</title></svg>", '<svg><title lang="zh">A 市</title></svg>'),
        ("<p title='a > 账'>b</p>", "<p title='a > 账'>b</p>"),
        ("<script>'账'</script><!-- 账 -->", "<script>'账'</script><!-- 账 -->"),
        ("<p>“R&amp;D” — no Chinese…</p>", "<p>“R&amp;D” — no Chinese…</p>"),
    ],
)
def test_chinese_is_marked_once_wherever_words_stand(before, after):
    assert marked(body(before)) == body(after)
    assert marked(body(after)) == body(after)


def test_images_of_drawings_become_drawings_and_others_stay(tmp_path):
    (tmp_path / "_images").mkdir()
    (tmp_path / "_images" / "a.svg").write_text(DRAWING, "utf-8")
    source = f"data:image/svg+xml;base64,{b64encode(DRAWING.encode()).decode()}"
    page = (
        '<img alt="x &lt; y" src="_images/a.svg" class="z" />'
        f'<img src="{source}" alt="second"/><img src="_static/logo.svg" alt="logo"/>'
    )
    done = with_pictures(page, tmp_path / "page.html")
    assert done.count("<svg ") == 2
    assert 'aria-label="x &lt; y"' in done
    assert done.endswith('<img src="_static/logo.svg" alt="logo"/>')
    assert with_pictures(done, tmp_path / "page.html") == done


def test_the_font_holds_the_letters_of_drawings_and_is_the_same_twice(tmp_path):
    wanted = letters([DRAWING])
    for name in ("a.woff", "b.woff"):
        write_font(FONT_FILE, wanted, tmp_path / name)
    assert (tmp_path / "a.woff").read_bytes() == (tmp_path / "b.woff").read_bytes()
    assert set(map(ord, wanted)) <= set(TTFont(tmp_path / "a.woff").getBestCmap())


@pytest.mark.browser
@pytest.mark.parametrize("page", PAGES)
def test_every_chinese_word_of_a_built_page_says_that_it_is_chinese(html, page):
    root = parser.fromstring((html / f"{page}.html").read_bytes())
    unmarked = [
        text
        for text in root.xpath("//body//text()")
        if CHINESE.search(text) and not _chinese(text.getparent(), text.is_tail)
    ]
    assert not unmarked


def _chinese(element, tail: bool) -> bool:
    element = element.getparent() if tail else element
    if element.tag in {"script", "style"}:
        return True
    languages = [one.get("lang") for one in (element, *element.iterancestors()) if one.get("lang")]
    return bool(languages) and languages[0].startswith("zh")


@pytest.mark.browser
@pytest.mark.parametrize("page", PAGES)
def test_no_drawing_of_a_built_page_is_an_image(html, page):
    text = (html / f"{page}.html").read_text("utf-8")
    assert not re.findall(r'<img[^>]*src="(?:[^"]*_images/[^"]*\.svg|data:image/svg)', text)
