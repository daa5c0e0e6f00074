"""The drawing of each chapter: every claim once, signs from the ledger, nothing overlapping."""

import dataclasses
import re
import warnings
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from analysis import display
from analysis.display.diagrams import UNIT, diagram, layout
from analysis.display.drawing import TAGS, words_width, wrap_words
from analysis.display.routes import Link, Node, route
from analysis.display.theme import WIDE
from analysis.display.vector import ROOM, least_width
from analysis.errors import UnknownNameError
from tests.published import ledger, published

BOOK = Path(__file__).parents[2] / "book"
FAMILIES = published().families
each_family = pytest.mark.parametrize("family", FAMILIES)


def drawn(family):
    """Axes and the frame of every text in drawing units, tags with their frame."""
    figure = diagram(family, published()).figure
    FigureCanvasAgg(figure).draw()
    ax = figure.axes[0]
    frames = []
    for text in ax.texts:
        patch = text.get_bbox_patch()
        tag = patch is not None and patch.get_linewidth() > 0
        extent = (patch if tag else text).get_window_extent()
        (x0, y0), (x1, y1) = ax.transData.inverted().transform(extent.get_points())
        frames.append((text.get_text(), x0, min(y0, y1), x1, max(y0, y1)))
    return ax, frames


def inside(points, x0, y0, x1, y1):
    x, y = points.T
    return (x > x0) & (x < x1) & (y > y0) & (y < y1)


@each_family
def test_every_claim_of_the_family_hangs_exactly_once_or_is_told_briefly(family):
    page = BOOK / f"{published().chapters[family]['page']}.md"
    source = page.read_text(encoding="utf-8")
    (*_, briefly) = ["", *re.findall(r"page\.brief\(([^)]*)\)", source)]
    told = re.findall(r"M\d+", briefly)
    assert [*sorted(layout(family, published()).claims), *told] == [
        c.id for c in ledger().filter(family=family)
    ]
    for claim in layout(family, published()).claims:
        assert f"({claim.lower()})=" in source


@each_family
def test_a_phone_shows_the_whole_drawing_with_letters_that_can_be_read(family):
    assert least_width(diagram(family, published()).svg()) <= ROOM


@each_family
def test_drawing_is_small_and_bilingual(family):
    drawing = layout(family, published())
    assert 3 <= len(drawing.nodes) <= 7
    assert all(re.search(r"[\u4e00-\u9fff]", node.zh) for node in drawing.nodes)
    assert all(re.search(r"[A-Za-z]", node.en) for node in drawing.nodes)
    assert min(node.x for node in drawing.nodes) == 0
    assert max(node.x + node.w for node in drawing.nodes) == 100
    width, height = diagram(family, published()).figure.get_size_inches()
    assert width == pytest.approx(WIDE)
    assert 2.2 <= height <= 3.2


@each_family
def test_letters_are_large_enough_for_a_phone(family):
    ax, _ = drawn(family)
    assert min(text.get_fontsize() for text in ax.texts) >= 9.5


@each_family
def test_no_two_texts_overlap(family):
    _, frames = drawn(family)
    for (a, ax0, ay0, ax1, ay1), (b, bx0, by0, bx1, by1) in combinations(frames, 2):
        apart = ax1 <= bx0 or bx1 <= ax0 or ay1 <= by0 + 0.35 or by1 <= ay0 + 0.35
        assert apart, f"'{a}' lies on '{b}'"


@each_family
def test_names_stay_in_their_boxes_and_tags_out_of_them(family):
    _, frames = drawn(family)
    drawing = layout(family, published())
    names = {word for node in drawing.nodes for word in (*node.en.split(), node.zh)}
    held = {node.claim for node in drawing.nodes if node.claim}
    for text, x0, y0, x1, y1 in frames:
        boxes = [n for n in drawing.nodes
                 if x0 < n.x + n.w and n.x < x1 and y0 < n.y + n.h and n.y < y1]  # fmt: skip
        if set(text.split()) <= names or text.split()[0] in held:
            (box,) = boxes
            assert box.x + 0.7 < x0
            assert x1 < box.x + box.w - 0.7
            assert box.y + 0.3 < y0
            assert y1 < box.y + box.h - 0.3
        else:
            assert not boxes, f"'{text}' touches {boxes[0].key}"
            assert x0 >= -0.4
            assert x1 <= 100.4


@each_family
def test_arrows_cross_neither_boxes_nor_foreign_words(family):
    drawing = layout(family, published())
    _, frames = drawn(family)
    for link in drawing.links:
        corners = route(link, drawing.nodes, drawing.links)
        share = np.linspace(0, 1, 60)[:, None]
        points = np.concatenate([a + (b - a) * share for a, b in pairwise(corners)])
        for n in drawing.nodes:
            assert not inside(points, n.x + 0.1, n.y + 0.1, n.x + n.w - 0.1, n.y + n.h - 0.1).any()
        for text, *frame in frames:
            own = text.split()[0] == link.claim or text == link.label
            assert own or not inside(points, *frame).any(), f"{link} runs through '{text}'"


@each_family
def test_straight_arrows_are_level_upright_or_clearly_slanted(family):
    drawing = layout(family, published())
    for link in drawing.links:
        line = route(link, drawing.nodes, drawing.links)
        if len(line) == 2:
            dx, dy = np.abs(line[1] - line[0])
            assert min(dx, dy) < 1e-6 or min(dx, dy) > 0.15 * max(dx, dy), link


def test_signs_and_looks_come_from_the_ledger(study):
    claims = (
        dataclasses.replace(c, sign="-", status="testable") if c.id == "M01" else c
        for c in study.ledger
    )
    book = dataclasses.replace(study.ledger, claims=tuple(claims))
    turned = dataclasses.replace(study, ledger=book)
    assert study.ledger["M01"].sign == "+"
    for one, wanted in ((study, "M01 +"), (turned, "M01 −")):
        ax = diagram("patience", one).figure.axes[0]
        (text,) = [t for t in ax.texts if t.get_text() == wanted]
        assert text.get_color() == TAGS[one.ledger["M01"].status]["text"]


def test_layout_states_no_sign():
    words = [link.label for family in FAMILIES for link in layout(family, published()).links]
    told = re.compile(r"[+−±]|\b(more|less|higher|lower|raises?|falls?|stronger|weaker)\b", re.I)
    assert not [word for word in words if told.search(word)]
    text = (published().folder / "diagrams.yml").read_text(encoding="utf-8")
    assert "sign:" not in "".join(line for line in text.splitlines() if line[:1] != "#")


@each_family
def test_every_glyph_is_in_the_font_and_the_bytes_repeat(family):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert diagram(family, published()).svg() == display.diagram(family, published()).svg()


def test_an_unknown_family_is_answered_with_the_nearest():
    with pytest.raises(UnknownNameError, match="two-wheels"):
        diagram("two-wheel", published())


def test_words_are_measured_as_they_are_drawn():
    _, frames = drawn("patience")
    (width,) = [x1 - x0 for text, x0, _, x1, _ in frames if text == "Ordinary credit"]
    assert words_width("Ordinary credit", 10.5) / UNIT == pytest.approx(width, rel=0.05)
    assert wrap_words("New quality productive forces", 1.3, 10.5) == [
        "New quality",
        "productive forces",
    ]


NODES = (
    Node("a", "if", 0, 0, 10, 10, "A", "甲"),
    Node("b", "if", 30, 6, 10, 10, "B", "乙"),
    Node("c", "if", 30, 40, 10, 10, "C", "丙"),
)


@pytest.mark.parametrize(
    ("start", "end", "turn", "first", "last"),
    [
        ("a.right", "b.left", None, (10, 8), (29.3, 8)),  # the stretch both sides share
        ("a.right@0.9", "b.left", None, (10, 9), (29.3, 9)),
        ("a.bottom", "c.left", "corner", (5, 10), (29.3, 45)),
        ("a.right", "c.left", {"x": 20}, (10, 5), (29.3, 45)),
        ("b.bottom", "c.top", None, (35, 16), (35, 39.3)),
    ],
)
def test_arrows_find_their_ends(start, end, turn, first, last):
    line = route(Link(start, end, turn=turn), NODES, ())
    assert line[0] == pytest.approx(first)
    assert line[-1] == pytest.approx(last)


def test_an_arrow_may_end_on_an_arrow():
    main = Link("a.right", "b.left", key="main")
    line = route(Link("c.top", "main@x20"), NODES, (main,))
    assert line[-1] == pytest.approx((20, 8), abs=0.7)
    with pytest.raises(ValueError, match="does not pass"):
        route(Link("c.top", "main@x99"), NODES, (main,))
    with pytest.raises(ValueError, match="no such side"):
        route(Link("c.up", "a.left"), NODES, ())
