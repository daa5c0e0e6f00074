"""The map of the paper's mechanism, every claim hanging where the argument puts it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from analysis.claims import Study
from analysis.display.drawing import TAGS, draw_outline, draw_tag, statuses_shown, words_width
from analysis.display.picture import Picture
from analysis.display.theme import MUTED, SIDE_COLOURS, WIDTH, subplots

__all__ = ["TAGS", "Arrow", "Box", "layout", "mechanism_map"]


STEP = 9.4  # from one tag to the next, in drawing units
ACROSS = (-9, 101)  # the drawing's width in units, which the figure's width must hold


@dataclass(frozen=True, slots=True)
class Box:
    """One part of the mechanism and the claims about it; lengths in drawing units."""

    key: str
    side: str
    x: float
    y: float
    w: float
    h: float
    en: str
    zh: str
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """A link of the mechanism; ``bend`` curves it to the left of its direction."""

    start: tuple[float, float]
    end: tuple[float, float]
    bend: float = 0.0


def layout(study: Study) -> tuple[tuple[Box, ...], tuple[Arrow, ...]]:
    """Return the boxes and the arrows of the map."""
    raw = study.diagrams["mechanism"]
    boxes = tuple(Box(**{**box, "claims": tuple(box["claims"])}) for box in raw["boxes"])
    arrows = tuple(
        Arrow(tuple(a["from"]), tuple(a["to"]), a.get("bend", 0.0)) for a in raw["arrows"]
    )
    return boxes, arrows


def mechanism_map(study: Study) -> Picture:
    """Draw the mechanism: suppliers, two kinds of finance, the innovation chain, the outcome.

    Parameters
    ----------
    study
        Gives the map and each claim's status; a claim the map does not place is not drawn, which
        a test forbids.
    """
    figure, ax = subplots(height=7.6)
    ax.set(xlim=ACROSS, ylim=(161, -1))
    ax.axis("off")
    boxes, arrows = layout(study)
    status = {claim.id: claim.status for claim in study.ledger}
    for box in boxes:
        _draw_box(ax, box, status)
    for arrow in arrows:
        ax.add_patch(
            FancyArrowPatch(
                arrow.start, arrow.end, arrowstyle="-|>", mutation_scale=11, color=MUTED, lw=1.2,
                zorder=3, connectionstyle=f"arc3,rad={arrow.bend}",
            )
        )  # fmt: skip
    _draw_legend(ax, next(iter(status))[:1], statuses_shown(status.values()))
    return Picture(figure)


def _draw_box(ax: Axes, box: Box, status: dict[str, str]) -> None:
    draw_outline(ax, box.x, box.y, box.w, box.h, box.side)
    colour, size = SIDE_COLOURS[box.side], 10 if box.w < 40 else 11
    # Both names on one line where they fit, the Chinese one below where they do not.
    unit = WIDTH / (ACROSS[1] - ACROSS[0])
    names = words_width(box.en, size) + words_width(box.zh, 10)
    stacked = names > (box.w - 6) * unit
    left, right = box.x + 2.5, box.x + box.w - 2.5
    style = {"color": colour, "va": "center"}
    ax.text(left, box.y + 5, box.en, fontsize=size, **style)
    if stacked:
        ax.text(left, box.y + 10.2, box.zh, fontsize=10, **style)
    else:
        ax.text(right, box.y + 5, box.zh, fontsize=10, ha="right", **style)
    top = box.y + (16 if stacked else 12)
    per_row = max(1, int((box.w - 3) // STEP))
    for i, claim in enumerate(box.claims):
        row, column = divmod(i, per_row)
        draw_tag(ax, box.x + 6.6 + STEP * column, top + 7 * row, claim, status[claim])


def _draw_legend(ax: Axes, letter: str, statuses: Iterable[str]) -> None:
    for i, status in enumerate(statuses):
        draw_tag(ax, 5 + 27 * i, 157, letter, status)
        ax.text(9 + 27 * i, 157, status, fontsize=9.5, va="center")
