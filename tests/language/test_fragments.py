"""Blocks of HTML are said as wholes; tags, code and numbers stay where they belong."""

import pytest

from analysis.language import Catalogue, Unsaid, say_html, say_svg
from analysis.language.reading import read_style

MESSAGES = {
    "Claim": "命题",
    "loans": "贷款",
    "supported": "得到支持",
    "See <1>{what}</1> for more.": "更多见<1>{what}</1>。",
    "In <1>{n}</1> of <2>{all}</2> cases.": "<2>{all}</2>例中的<1>{n}</1>例。",
    "Use `x_y` here.": "这里用`x_y`。",
    "share of loans in output": "贷款占产出比重",
    "({n} loans)": "（{n}贷款）",
    "A & B": "甲和乙",
}


@pytest.fixture
def zh():
    return Catalogue("zh_CN", MESSAGES, style=read_style("zh_CN"))


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("<p>Claim</p>", "<p>命题</p>"),
        ("<p> Claim </p>", "<p> 命题 </p>"),
        ("<p>Claim <small>(31 loans)</small></p>", "<p>命题<small>（31贷款）</small></p>"),
        ('<p>See <a href="x">loans</a> for more.</p>', '<p>更多见<a href="x">贷款</a>。</p>'),
        ("<p>In <b>3</b> of <i>7</i> cases.</p>", "<p><i>7</i>例中的<b>3</b>例。</p>"),
        ("<p>Use <code>x_y</code> here.</p>", "<p>这里用<code>x_y</code>。</p>"),
        ("<td><span>supported</span> <b>M01</b></td>", "<td><span>得到支持</span> <b>M01</b></td>"),
        ('<p title="loans">Claim</p>', '<p title="贷款">命题</p>'),
        ("<p>A &amp; B</p>", "<p>甲和乙</p>"),
        (
            "<script>Claim = 1</script><pre>Claim</pre>",
            "<script>Claim = 1</script><pre>Claim</pre>",
        ),
        ('<b>Wuhan <span lang="zh">武汉</span></b>', "<b>武汉</b>"),
    ],
)
def test_a_fragment_is_said(zh, english, chinese):
    unsaid = Unsaid()
    assert say_html(english, zh, unsaid) == chinese
    assert not unsaid.found


def test_what_has_no_message_stays_english_and_is_counted(zh):
    unsaid = Unsaid()
    assert say_html("<p>Unheard of</p><p>Unheard of</p>", zh, unsaid) == "<p>Unheard of</p>" * 2
    assert unsaid.found == {"Unheard of": 2}


def test_a_label_over_two_lines_is_one_message(zh):
    line = '<text x="1" y="{}">{}</text>\n'
    label = '<g id="text_1">\n' + line.format(1, "share of loans") + line.format(2, "in output")
    said = say_svg(f"<svg>{label}</g></svg>", zh, Unsaid())
    assert said.count("<text") == 1
    assert '<text x="1" y="1">贷款占产出比重</text>' in said


def test_lines_that_are_left_out_leave_the_others_in_the_middle(zh):
    line = '<text style="font-size: 10px" transform="translate(5 {})">{}</text>\n'
    label = '<g id="text_1">\n' + line.format(10, "share of loans") + line.format(22, "in output")
    said = say_svg(f"<svg>{label}</g></svg>", zh, Unsaid())
    assert 'transform="translate(5.000000 16.000000)">贷款占产出比重<' in said


def test_a_label_that_would_leave_the_drawing_gets_smaller_letters(zh):
    head = '<text style="font-size: 10px; text-anchor: end" x="42" y="9">'
    label = f"{head}share of loans in output</text>"
    said = say_svg(f'<svg viewBox="0 0 90 90">{label}</svg>', zh, Unsaid())
    assert "font-size: 7.20px" in said  # seven letters of 10 px in 40 px, but no smaller than 0.72


def test_a_name_in_two_languages_stays_once_and_in_the_middle(zh):
    line = '<g id="beside_{}">\n<text style="font-size: {}px" x="9" y="{}">{}</text>\n</g>\n'
    both = line.format("en", 11, 10, "loans") + line.format("zh", 10, 20, "贷款")
    said = say_svg(f"<svg>{both}</svg>", zh, Unsaid())
    assert said.count("贷款") == 1
    assert 'font-size: 11px" x="9" y="15.000000">贷款<' in said


def test_codes_that_are_links_are_listed_as_the_language_lists(zh):
    links = '<p><a href="#a">M10</a>, <a href="#b">M12</a></p>'
    assert say_html(links, zh, Unsaid()) == links.replace(", ", "、")


def test_columns_of_a_data_frame_keep_their_names(zh):
    head = '<table class="dataframe"><thead><tr><th>{}</th></tr></thead><tbody><tr><td>{}</td></tr>'
    said = say_html(head.format("loans", "loans"), zh, Unsaid())
    assert said == head.format("loans", "贷款")
