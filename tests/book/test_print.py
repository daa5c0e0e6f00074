"""The book on paper: every page in it, every fold in the appendix, nothing that leads nowhere."""

import re
import unicodedata
from io import BytesIO

import pytest
import yaml
from bs4 import BeautifulSoup
from made_editions import Edition, editions
from print_book import COLUMN, FIT, assemble, browsing, described, main, served
from prose import BOOK, ROOT
from pypdf import PdfReader, PdfWriter
from whole_book import Part, parts_of, whole

ABOUT = {"title": "A book: in print", "author": "A", "copyright": "C", "html": "h", "style": "s",
         "lang": "en"}  # fmt: skip
# The English edition is printed whole; of another, pages with formulas, wide tables and pictures.
SOME = (Part("The evidence", ("patience", "quantity_or_structure")),
        Part("Methods", ("methods_clusters",)))  # fmt: skip
EDITIONS = [pytest.param((one, SOME if one.folder else ()), id=one.language) for one in editions()]
LINKS = 'To <a href="{1}.html#a">there</a>, <a href="#a">here</a>, not <a href="lost.zip">x</a>.'
PAGE = """<html><head></head><body><article class="bd-article"><section id="{0}"><h1>{0}</h1>
<p id="a">LINKS</p>
<details class="more"><summary>Folded on {0}</summary><table><tr><td>{1}</td></tr></table>
</details></section></article></body></html>""".replace("LINKS", LINKS)


@pytest.fixture(scope="module")
def small():
    parts = parts_of({"root": "one", "parts": [{"caption": "Rest", "chapters": [{"file": "two"}]}]})
    return parts, {"one": PAGE.format("one", "two"), "two": PAGE.format("two", "one")}


@pytest.fixture(scope="module")
def paper(small):
    return BeautifulSoup(whole(*small, ABOUT), "lxml")


def test_links_inside_the_book_lead_to_places_on_paper_and_others_are_words(paper):
    places = {tag["id"] for tag in paper.find_all(id=True)}
    assert len(places) == len(paper.find_all(id=True))
    leads = [link["href"] for link in paper.select("a[href]")]
    assert "#two--a" in leads
    assert not [lead for lead in leads if lead[1:] not in places]


def test_what_was_folded_stands_in_the_appendix_and_the_page_says_where(paper):
    for number, name in enumerate(("one", "two"), 1):
        chapter = paper.find("section", id=f"{name}--top")
        assert not chapter.select("table")
        mark = chapter.select_one("p.folded a")
        assert mark.get_text() == f"appendix {number}.1"
        found = paper.find(id=mark["href"][1:]).find_parent(class_="appended")
        assert found.table is not None


def test_a_table_folded_on_two_pages_stands_in_the_appendix_once():
    parts = parts_of({"root": "one", "parts": [{"caption": "Rest", "chapters": [{"file": "two"}]}]})
    pages = {name: PAGE.format(name, "same") for name in ("one", "two")}
    paper = BeautifulSoup(whole(parts, pages, ABOUT), "lxml")
    assert len(paper.select(".appended")) == 1
    later = paper.find("section", id="two--top").select_one("p.folded a")
    assert later.get_text() == "appendix 1.1"
    assert paper.find(id=later["href"][1:]).get_text() == "1.1  Folded on one"


def test_a_page_of_the_contents_is_kept_for_every_chapter(paper):
    assert [one["data-of"] for one in paper.select(".contents .page")] == [
        "one--top", "two--top", "appendix--top",
    ]  # fmt: skip


def test_an_edition_says_every_word_of_the_book_maker_in_its_language(small):
    for edition in editions()[1:]:
        unsaid = []

        def say(words, edition=edition, unsaid=unsaid):
            unsaid += [words] if edition.say(words) == words else []
            return edition.say(words)

        whole(*small, ABOUT, say)
        assert [words for words in unsaid if words not in ("one", "two")] == []


def test_a_chinese_book_names_its_language_and_leads_in_chinese(small):
    about = ABOUT | {"lang": "zh-CN", "title": "一本书：印在纸上"}
    paper = BeautifulSoup(whole(*small, about, Edition("zh", "zh_CN").say), "lxml")
    assert paper.html["lang"] == "zh-CN"
    assert [one.get_text() for one in paper.select(".title, .subtitle")] == ["一本书", "印在纸上"]
    assert paper.select_one(".contents h1").get_text() == "目录"
    note = paper.select_one("#one--top p.folded")
    assert note.get_text() == "Folded on one：附录1.1"
    assert note.a.get_text() == "附录1.1"
    assert paper.select_one(".appended p.folded").get_text() == "见第1章"
    assert paper.find("a", string="there")["data-chapter"] == "（第2章）"


def test_short_chinese_cells_are_marked_so_that_they_stay_on_one_line():
    parts = parts_of({"root": "one"})
    cells = ["无可观效应", "二（二）1", "12", "p", "耐心资本增加之后创新增多"]
    page = PAGE.format("one", "one")
    rows = "".join(f"<td>{words}</td>" for words in cells)
    paper = BeautifulSoup(whole(parts, {"one": page.replace("<td>one</td>", rows)}, ABOUT), "lxml")
    marked = [one.get_text() for one in paper.select("td.label")]
    assert marked == ["无可观效应", "二（二）1"]


def test_an_edition_that_is_not_configured_is_not_printed():
    with pytest.raises(SystemExit, match="no edition xx: choose from en, zh"):
        editions(["en", "xx"])
    assert [one.beside(ROOT / "b.pdf").name for one in editions()] == ["b.pdf", "b.zh.pdf"]


def test_formulas_are_set_though_the_first_page_has_none():
    settings, program = "window.MathJax = {}", "_static/../mathjax/tex.js"
    pages = {"one": PAGE.format("one", "two"), "in/two": PAGE.format("two", "one")}
    for page, source in (("one", ""), ("in/two", f'<script src="../{program}?v=1"></script>')):
        head = f"<head>{source}<script>{settings}</script>"
        pages[page] = pages[page].replace("<head>", head)
    parts = parts_of({"root": "one", "parts": [{"caption": "", "chapters": [{"file": "in/two"}]}]})
    paper = BeautifulSoup(whole(parts, pages, ABOUT), "lxml")
    assert [one.get("src") for one in paper.select("script")] == ["h/mathjax/tex.js", None]
    assert paper.select("script")[1].string == settings


def test_bookmarks_read_as_the_headings_do_and_the_file_names_its_author():
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    part = writer.add_outline_item(title="PartPart", page_number=0)
    writer.add_outline_item(title="1 One1 One", page_number=0, parent=part)
    writer.add_outline_item(title="Last", page_number=0)
    made = BytesIO()
    writer.write(made)
    reader = PdfReader(BytesIO(described(made.getvalue(), ["Part", "1 One 一", "Last"], ABOUT)))
    assert [one.title for one in _flat(reader.outline)] == ["Part", "1 One 一", "Last"]
    assert reader.metadata.author == "A"
    with pytest.raises(SystemExit, match="3 bookmarks of 1 headings"):
        described(made.getvalue(), ["Part"], ABOUT)


@pytest.fixture(scope="module", params=EDITIONS)
def printed(html, driver_path, tmp_path_factory, request):
    edition, parts = request.param
    path = tmp_path_factory.mktemp("print") / "book.pdf"
    main(path, edition, parts)
    return PdfReader(path), parts


@pytest.fixture(scope="module")
def printed_book(printed):
    return printed[0]


@pytest.mark.browser
@pytest.mark.slow
def test_every_chapter_has_a_bookmark_where_the_contents_say(printed):
    printed_book, parts = printed
    marks = [one for one in _flat(printed_book.outline) if one.title[0].isdigit()]
    stands = {_tight(one.title): printed_book.get_destination_page_number(one) for one in marks}
    lines = "\n".join(printed_book.pages[at].extract_text() for at in (1, 2)).splitlines()
    toc = yaml.safe_load((BOOK / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [page for part in parts or parts_of(toc) for page in part.pages]
    for number, _ in enumerate(chapters, 1):
        line = next(one for one in lines if one.startswith(f"{number} "))
        words, page = re.fullmatch(r"(.*?)\s*(\d+)", line).groups()
        assert stands[_tight(words)] + 1 == int(page), line


@pytest.mark.browser
@pytest.mark.slow
def test_no_printed_page_is_empty(printed_book):
    shown = [page.get_contents().get_data() for page in printed_book.pages]
    pieces = [len(re.findall(rb"\bT[jJ]\b|\bDo\b", one)) for one in shown]
    assert [at for at, number in enumerate(pieces, 1) if number < 3] == []


@pytest.mark.browser
@pytest.mark.slow
def test_printed_letters_come_with_the_book(printed_book):
    for page in printed_book.pages[:40]:
        for font in page.get("/Resources", {}).get("/Font", {}).values():
            inner = font.get_object()
            inner = inner.get("/DescendantFonts", [inner])[0].get_object()
            assert inner["/Subtype"] == "/Type3" or any(
                key.startswith("/FontFile") for key in inner["/FontDescriptor"]
            )


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("printing", EDITIONS)
def test_nothing_printed_is_too_wide_or_stays_as_typed_or_slants_chinese(
    html, driver_path, printing
):
    page = assemble(*printing)
    with served(ROOT / "_build") as site, browsing() as browser:
        browser.get(f"{site}/{page}")
        browser.execute_async_script(FIT, COLUMN)
        wide = browser.execute_script(
            "return [...document.querySelectorAll('.chapter *')].filter(one =>"
            " !one.closest('svg, mjx-container') && one.getBoundingClientRect().right"
            f" > {COLUMN} + 2).map((one) => one.outerHTML.slice(0, 90))"
        )
        words = browser.execute_script("return document.body.innerText")
        slanted = browser.execute_script(
            "return [...document.querySelectorAll(':lang(zh) :is(em, i, cite, dfn, figcaption *)')]"
            ".filter((one) => getComputedStyle(one).fontStyle !== 'normal' &&"
            " /[\u4e00-\u9fff]/.test(one.textContent)).map((one) => one.outerHTML.slice(0, 90))"
        )
    assert wide == []
    assert slanted == []
    assert [sign for sign in (r"\(", r"\[", r"\frac") if sign in words] == []


def _tight(words):
    """Without blanks and ligatures, which a PDF spells as it likes."""
    return "".join(unicodedata.normalize("NFKC", words).split())


def _flat(outline):
    for one in outline:
        yield from _flat(one) if isinstance(one, list) else [one]


@pytest.mark.browser
def test_a_formula_fills_its_column_before_it_is_broken(html, driver_path):
    with served(html) as site, browsing() as browser:
        browser.get(f"{site}/methods_clusters.html")
        widths = browser.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "const wide = (one) => one.getBoundingClientRect().width;"
            "const share = (one) => wide(one.querySelector('mjx-container > *')) / wide(one);"
            "MathJax.startup.promise.then(() =>"
            " done([...document.querySelectorAll('div.math')].map(share)))"
        )
    assert max(widths) > 0.5


@pytest.mark.browser
@pytest.mark.parametrize("page", ["patience", "quantity_or_structure", "replication"])
def test_a_page_printed_alone_opens_folds_and_cuts_no_table(html, driver_path, page):
    with served(html) as site, browsing() as browser:
        browser.get(f"{site}/{page}.html")
        browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
        closed, tables, cut = browser.execute_script(
            "const tables = [...document.querySelectorAll('article table')];"
            "const over = (one) => one.getBoundingClientRect().right > innerWidth;"
            "const clips = (one) => getComputedStyle(one).overflowX !== 'visible';"
            "const cut = (one) => over(one) || [...one.querySelectorAll('th, td')].some(over)"
            " || clips(one.parentElement);"
            "return [document.querySelectorAll('details:not([open])').length, tables.length,"
            " tables.filter(cut).map((one) => one.innerText.slice(0, 80))]"
        )
    assert closed == 0
    assert tables > 0
    assert cut == []
