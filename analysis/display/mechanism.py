"""The map of the paper's mechanism, every claim hanging where the argument puts it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from analysis.display.picture import Picture
from analysis.display.theme import INK, MUTED, PAPER, SIDE_COLOURS, subplots

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes

    from analysis.claims import Ledger

LAYOUT = Path(__file__).with_name("mechanism.yml")

STEP = 9.4  # from one tag to the next, in drawing units

# How a claim's tag looks says how far the figures can take it.
TAGS = {
    "testable": {"facecolor": INK, "edgecolor": INK, "linestyle": "-", "text": PAPER},
    "proxy": {"facecolor": PAPER, "edgecolor": INK, "linestyle": "-", "text": INK},
    "needs user data": {"facecolor": PAPER, "edgecolor": MUTED, "linestyle": ":", "text": MUTED},
    "normative": {"facecolor": "#eef1f4", "edgecolor": "#eef1f4", "linestyle": "-", "text": MUTED},
}


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


@cache
def layout() -> tuple[tuple[Box, ...], tuple[Arrow, ...]]:
    """Return the boxes and the arrows of the map."""
    raw = yaml.safe_load(LAYOUT.read_text(encoding="utf-8"))
    boxes = tuple(Box(**{**box, "claims": tuple(box["claims"])}) for box in raw["boxes"])
    arrows = tuple(
        Arrow(tuple(a["from"]), tuple(a["to"]), a.get("bend", 0.0)) for a in raw["arrows"]
    )
    return boxes, arrows


def mechanism_map(ledger: Ledger) -> Picture:
    """Draw the mechanism: suppliers, two kinds of finance, the innovation chain, the outcome.

    Parameters
    ----------
    ledger
        Gives each claim's status; a claim the map does not place is not drawn, which a test
        forbids.
    """
    figure, ax = subplots(height=7.6)
    ax.set(xlim=(-9, 101), ylim=(161, -1))
    ax.axis("off")
    boxes, arrows = layout()
    status = {claim.id: claim.status for claim in ledger}
    for box in boxes:
        _draw_box(ax, box, status)
    for arrow in arrows:
        ax.add_patch(
            FancyArrowPatch(
                arrow.start, arrow.end, arrowstyle="-|>", mutation_scale=11, color=MUTED, lw=1.2,
                connectionstyle=f"arc3,rad={arrow.bend}",
            )
        )  # fmt: skip
    _draw_legend(ax, [s for s in TAGS if s in set(status.values())])
    return Picture(figure)


def _draw_box(ax: Axes, box: Box, status: dict[str, str]) -> None:
    colour = SIDE_COLOURS[box.side]
    outline = FancyBboxPatch(
        (box.x + 1, box.y + 1), box.w - 2, box.h - 2, boxstyle="round,pad=1,rounding_size=2",
        facecolor=colour + "14", edgecolor=colour, lw=1.3,
    )  # fmt: skip
    ax.add_patch(outline)
    # Both names on one line where they fit, the Chinese one below where they do not.
    stacked = len(box.en) + 2 * len(box.zh) > 0.7 * box.w
    left, right = box.x + 2.5, box.x + box.w - 2.5
    style = {"color": colour, "va": "center"}
    ax.text(left, box.y + 5, box.en, fontsize=10 if box.w < 40 else 11, **style)
    if stacked:
        ax.text(left, box.y + 10.2, box.zh, fontsize=10, **style)
    else:
        ax.text(right, box.y + 5, box.zh, fontsize=10, ha="right", **style)
    top = box.y + (16 if stacked else 12)
    per_row = max(1, int((box.w - 3) // STEP))
    for i, claim in enumerate(box.claims):
        row, column = divmod(i, per_row)
        _draw_tag(ax, box.x + 6.6 + STEP * column, top + 7 * row, claim, status[claim])


def _draw_tag(ax: Axes, x: float, y: float, text: str, status: str) -> None:
    style = dict(TAGS[status])
    ink = style.pop("text")
    ax.text(
        x, y, text, color=ink, fontsize=8.6, ha="center", va="center",
        bbox={"boxstyle": "round,pad=0.28", "linewidth": 0.9, **style},
    )  # fmt: skip


def _draw_legend(ax: Axes, statuses: Iterable[str]) -> None:
    for i, status in enumerate(statuses):
        _draw_tag(ax, 5 + 27 * i, 157, "M", status)
        ax.text(9 + 27 * i, 157, status, fontsize=9.5, va="center")
