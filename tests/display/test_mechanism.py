"""The map hangs every claim of the ledger, once."""

import dataclasses

import pytest

from analysis.display.drawing import TAGS
from analysis.display.pages import layout, mechanism_map
from tests.published import ledger, published


def test_every_claim_hangs_exactly_once():
    hung = [claim for box in layout(published())[0] for claim in box.claims]
    assert sorted(hung) == sorted(claim.id for claim in ledger())


def test_every_status_has_a_look():
    assert {claim.status for claim in ledger()} <= set(TAGS)


def test_boxes_do_not_overlap():
    boxes = layout(published())[0]
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            apart = a.x + a.w <= b.x or b.x + b.w <= a.x or a.y + a.h <= b.y or b.y + b.h <= a.y
            assert apart, f"{a.key} overlaps {b.key}"


def test_tags_stay_inside_their_box():
    figure = mechanism_map(published()).figure
    ax = figure.axes[0]
    by_id = {text.get_text(): text.get_position() for text in ax.texts}
    for box in layout(published())[0]:
        for claim in box.claims:
            x, y = by_id[claim]
            assert box.x < x < box.x + box.w
            assert box.y < y < box.y + box.h - 2


def test_arrows_start_and_end_on_the_drawing():
    for arrow in layout(published())[1]:
        for x, y in (arrow.start, arrow.end):
            assert 0 <= x <= 100
            assert 0 <= y <= published().diagrams["mechanism"]["height"]
    assert all(dataclasses.is_dataclass(a) for a in layout(published())[1])


@pytest.mark.parametrize("claim", ["M16", "M42"])
def test_tag_shows_status(claim):
    figure = mechanism_map(published()).figure
    text = next(t for t in figure.axes[0].texts if t.get_text() == claim)
    status = ledger()[claim].status
    assert text.get_color() == TAGS[status]["text"]
