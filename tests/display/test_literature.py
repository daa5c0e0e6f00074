import re
from html import unescape

import pytest

from analysis.claims.literature import AGAINST, PublishedResult
from analysis.display.sections import literature_table
from tests.published import ledger, published


def shown_of(claim):
    return literature_table(claim, published().literature.get(claim, ()))


HEADINGS = ["Study", "Where and when", "Found", "Does it agree?", "Read"]


def rows(text: str) -> list[list[str]]:
    body = text.split("<tbody>")[1]
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in body.split("<tr>")[1:]]


@pytest.mark.parametrize(
    "claim", [claim.id for claim in ledger() if claim.id in published().literature]
)
def test_every_claim_has_a_table_with_all_its_results(claim):
    text = shown_of(claim).text
    assert re.findall(r'<th scope="col">(.*?)</th>', text) == HEADINGS
    assert '<table class="book">' in text
    shown = rows(text)
    assert {unescape(row[2]) for row in shown} == {s.finding for s in published().literature[claim]}
    order = [list(AGAINST.values()).index(row[3]) for row in shown]
    assert order == sorted(order)


def test_the_caption_counts_what_the_rows_say():
    text = shown_of("M30").text
    caption = re.search("<caption>(.*?)</caption>", text)[1]
    assert caption.startswith("M30 in published studies: of ")
    total, agree, disagree = (
        int(re.search(pattern, caption)[1])
        for pattern in (r"of (\d+) results", r"(\d+) agrees?\b", r"(\d+) disagrees?\b")
    )
    words = [row[3] for row in rows(text)]
    assert (total, agree, disagree) == (len(words), words.count("agrees"), words.count("disagrees"))


STUDY = PublishedResult(
    key="a2020",
    label="A & B (2020)",
    place="the <moon>",
    years="not read",
    unit="not read",
    method="not read",
    seen="memory",
    claims=("M16",),
    sign="?",
    finding="Nothing was found.",
    note="A < B.",
)


def test_what_was_not_read_is_left_out_and_marked():
    text = literature_table("M16", (STUDY,)).text
    assert rows(text) == [
        [
            "A &amp; B (2020)",
            "The &lt;moon&gt;",
            "Nothing was found.",
            "not comparable",
            "from memory: check<br><small>A &lt; B.</small>",
        ]
    ]
    assert "of 1 result, 1 is not comparable." in text


def test_no_study_no_table():
    assert literature_table("M16", ()) is None
