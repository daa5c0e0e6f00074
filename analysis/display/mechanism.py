"""The argument on one page: boxes and arrows, every claim a link that shows its verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from analysis.claims import VERDICTS, Study
from analysis.claims.across import Across
from analysis.display.html import Html, badge
from analysis.display.routes import Link, Node

__all__ = ["Box", "hung", "layout", "mechanism_map"]

MARGIN = 2  # the grid's lines start at 1, and its first column is the left margin
CAPTION = "The mechanism, and what the figures say of each of its claims"
LAST = MARGIN + 100 + 1  # behind a hundred columns and the right margin


@dataclass(frozen=True, slots=True)
class Box(Node):
    """One part of the mechanism and the claims about it."""

    claims: tuple[str, ...] = ()


def layout(study: Study) -> tuple[tuple[Box, ...], tuple[Link, ...]]:
    """Return the boxes and the arrows of the map."""
    raw = study.diagrams["mechanism"]
    boxes = tuple(Box(**{**box, "claims": tuple(box["claims"])}) for box in raw["boxes"])
    return boxes, tuple(map(Link.read, raw["arrows"]))


def hung(study: Study, side: str) -> tuple[str, ...]:
    """Return the claims that hang in the boxes of a side of the mechanism."""
    return tuple(c for box in layout(study)[0] if box.side == side for c in box.claims)


def mechanism_map(study: Study, found: Mapping[str, Across], ledger: str = "") -> Html:
    """Draw the mechanism as text: it wraps on a phone, and every tag leads to its claim.

    Boxes keep their columns, rows are as high as their tags need; arrows run between the rows,
    below a row where they lead back along it, and in the margins where they lead back to its head.

    Parameters
    ----------
    study
        Gives the map; a claim the map does not place is not drawn, which a test forbids.
    found : mapping of str to Across
        Every claim over all data sets.
    ledger : str
        Address of the page with the table of claims, to which the legend leads.

    Returns
    -------
    Html
        A figure; without the book's style the boxes are a list in the order of the argument.
    """
    boxes, arrows = layout(study)
    rows = sorted({box.y for box in boxes})
    parts = "".join(_box(box, 2 * rows.index(box.y) + 1, study, found) for box in boxes)
    lines = "".join(_arrow(arrow, boxes, rows) for arrow in arrows)
    words = Counter(one.word for one in found.values())
    flow = f'<div class="flow" role="group" aria-label="{CAPTION}">{parts}{lines}</div>'
    return Html(f'<figure class="mechanism">{flow}{_legend(words, ledger)}</figure>')


def _box(box: Box, row: int, study: Study, found: Mapping[str, Across]) -> str:
    left = MARGIN + round(box.x)
    place = f"grid-column:{left}/span {round(box.w)};grid-row:{row}"
    tags = "".join(f"<li>{_tag(claim, study, found[claim].word)}</li>" for claim in box.claims)
    return (
        f'<div class="part side-{box.side}" style="{place}"><p>{escape(box.en)} '
        f'<span lang="zh">{escape(box.zh)}</span></p><ul>{tags}</ul></div>'
    )


def _tag(claim: str, study: Study, word: str) -> str:
    one = study.ledger[claim]
    return (
        f'<a class="verdict tag verdict-{word.replace(" ", "-")}" '
        f'href="{escape(study.address(one))}" title="{claim}, {word}: {escape(one.sentence)}">'
        f"{claim}</a>"
    )


def _legend(words: Mapping[str, int], ledger: str) -> str:
    """Count the claims of each word, most telling word first; each leads to its rows."""
    items = ""
    for word in (word for word in VERDICTS if words[word]):
        address = f"{ledger}?verdict={word.replace(' ', '+')}#every-claim"
        items += f'<li><a href="{escape(address)}">{badge(word)} {words[word]}</a></li>'
    said = "Tags lead to claims; frames are verdicts over all data sets."
    legend = f'<ul class="legend" aria-label="Claims by verdict">{items}</ul>'
    return f"<figcaption>{said}{legend}</figcaption>"


def _arrow(arrow: Link, boxes: Sequence[Box], rows: Sequence[float]) -> str:
    """Return one arrow as an element of the grid, whose class says which way it points."""
    (x0, y0), (x1, y1) = arrow.start, arrow.end
    low, high = MARGIN + round(min(x0, x1)), MARGIN + round(max(x0, x1))
    first, last = sorted((_below(y0, rows), _below(y1, rows)))
    if arrow.bend and y0 == y1:
        return _line("loop", (low, high), (2 * first, 2 * first + 1), f"height:{high - low}%")
    if arrow.bend:
        side, at = ("left", (1, 2)) if low == MARGIN else ("right", (LAST - 1, LAST))
        return _line(f"rise {side}", at, (2 * first - 1, 2 * last))
    if y0 == y1:
        (height,) = {box.h for box in boxes if box.y == rows[first - 1]}
        share = f"top:{(y0 - rows[first - 1]) / height:.0%}"
        return _line("right" if x1 > x0 else "left", (low, high), (2 * first - 1, 2 * first), share)
    return _line("down" if y1 > y0 else "up", (low, low + 1), (2 * first, 2 * last + 1))


def _below(y: float, rows: Sequence[float]) -> int:
    """Count the rows that begin above a height: the gap behind n rows is line 2 n of the grid."""
    return sum(top < y for top in rows)


def _line(kind: str, columns: tuple[int, int], rows: tuple[int, int], more: str = "") -> str:
    style = f"grid-column:{columns[0]}/{columns[1]};grid-row:{rows[0]}/{rows[1]};{more}"
    return f'<span class="arrow {kind}" style="{style}" aria-hidden="true"></span>'
