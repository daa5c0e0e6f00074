"""The map hangs every claim of the ledger, once, under its word, and leads to its place."""

import dataclasses
import re
from html import unescape

import pytest

from analysis.claims import VERDICTS
from analysis.claims.across import Across
from analysis.display.mechanism import hung, layout, mechanism_map
from tests.published import ledger, published

TAG = re.compile(
    r'<a class="verdict tag verdict-([\w-]+)" href="([^"]+)" title="([^"]+)">(\w+)</a>'
)
PLACE = re.compile(r"grid-column:(\d+)/(?:span (\d+)|(\d+));grid-row:(\d+)(?:/(\d+))?")


@pytest.fixture(scope="module")
def words():
    """Words dealt out in turn, so that neighbours differ."""
    return {c.id: VERDICTS[i % len(VERDICTS)] for i, c in enumerate(ledger())}


@pytest.fixture(scope="module")
def drawn(words):
    found = {name: Across(word, "", ()) for name, word in words.items()}
    return mechanism_map(published(), found, "table.html").text


def test_every_claim_hangs_exactly_once():
    hung = [claim for box in layout(published())[0] for claim in box.claims]
    assert sorted(hung) == sorted(claim.id for claim in ledger())


def test_every_tag_shows_the_word_of_its_claim_and_leads_to_it(drawn, words):
    tags = {claim: (word, href, title) for word, href, title, claim in TAG.findall(drawn)}
    assert set(tags) == set(words)
    for claim, (word, href, title) in tags.items():
        assert word == words[claim].replace(" ", "-")
        assert href == published().address(ledger()[claim])
        assert unescape(title) == f"{claim}, {words[claim]}: {ledger()[claim].sentence}"


def test_the_legend_counts_every_claim_and_leads_to_its_rows(drawn, words):
    found = re.findall(
        r'href="table\.html\?verdict=([\w+]+)#every-claim".*?</span> (\d+)</a>', drawn
    )
    counts = {word.replace("+", " "): int(count) for word, count in found}
    assert list(counts) == list(VERDICTS)
    assert counts == {word: list(words.values()).count(word) for word in VERDICTS}


def test_boxes_do_not_overlap():
    boxes = layout(published())[0]
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            apart = a.x + a.w <= b.x or b.x + b.w <= a.x or a.y + a.h <= b.y or b.y + b.h <= a.y
            assert apart, f"{a.key} overlaps {b.key}"


def test_no_arrow_lies_on_a_box_of_the_grid(drawn):
    def cells(style):
        left, span, right, top, bottom = (int(n or 0) for n in PLACE.search(style).groups())
        columns = range(left, right or left + span)
        return {(x, y) for x in columns for y in range(top, bottom or top + 1)}

    boxes = [cells(s) for s in re.findall(r'class="part [\w-]+" style="([^"]+)"', drawn)]
    arrows = [cells(s) for s in re.findall(r'class="arrow [\w ]+" style="([^"]+)"', drawn)]
    assert len(boxes) == len(layout(published())[0])
    assert len(arrows) == len(layout(published())[1])
    for arrow in arrows:
        assert not any(arrow & box for box in boxes), sorted(arrow)


def test_arrows_point_the_way_of_the_argument(drawn):
    kinds = re.findall(r'class="arrow ([\w ]+)"', drawn)
    expected = [_kind(arrow) for arrow in layout(published())[1]]
    assert kinds == expected
    assert {"down", "up", "left", "right", "loop", "rise left", "rise right"} == set(kinds)


def _kind(arrow):
    (x0, y0), (x1, y1) = arrow.start, arrow.end
    if arrow.bend:
        return "loop" if y0 == y1 else "rise left" if x0 == 0 else "rise right"
    return {(0, 1): "down", (0, -1): "up", (1, 0): "right", (-1, 0): "left"}[
        ((x1 > x0) - (x1 < x0), (y1 > y0) - (y1 < y0))
    ]


def test_arrows_start_and_end_on_the_drawing():
    for arrow in layout(published())[1]:
        for x, y in (arrow.start, arrow.end):
            assert 0 <= x <= 100
            assert 0 <= y <= published().diagrams["mechanism"]["height"]
    assert all(dataclasses.is_dataclass(a) for a in layout(published())[1])


def test_the_core_is_what_hangs_in_the_boxes_of_a_side():
    assert "M16" in hung(published(), "mediator")
    assert not hung(published(), "nowhere")
