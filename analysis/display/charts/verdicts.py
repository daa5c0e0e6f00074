"""Every estimate of the book on one page: where it lies, how sure it is, what was predicted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from analysis.display.drawing import POINTS, signed, words_width
from analysis.display.picture import Picture
from analysis.display.theme import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    PURPLE,
    RULE,
    subplots,
    zero_line,
)
from analysis.errors import SpecificationError, UnknownNameError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["VERDICT_MARKS", "forest"]


@dataclass(frozen=True, slots=True)
class Mark:
    """How a verdict looks: colour and shape say the same, so that either may be lost."""

    colour: str
    shape: str
    filled: bool = True


VERDICT_MARKS = {
    "supported": Mark(GREEN, "o"),
    "suggestive": Mark(BLUE, "^"),
    "inconclusive": Mark(MUTED, "o", filled=False),
    "contradicted": Mark(ORANGE, "D"),
    "descriptive": Mark(PURPLE, "s", filled=False),
}
ARROWS = {"+": "→", "-": "←", "−": "←", "±": "↔", "0": "0"}
ROW = 0.162  # inches from row to row
LABEL, HEAD = 9.5, 10.5  # font sizes of a row and of a chapter's name
COLUMN = 2.2  # inches that a row's words may take
SHADE = "#e9edf1"


def forest(rows: pd.DataFrame, xlabel: str, limit: float | None = None) -> Picture:
    """Draw a point and an interval per row, grouped, with what was predicted and detectable.

    Parameters
    ----------
    rows
        In drawing order, rows of a group together; columns ``claim, label, group, estimate, low,
        high, mde, sign, verdict``. The pale bar reaches from −mde to +mde. A row without an
        estimate shows its verdict in words.
    xlabel
        Unit of the estimates, one unit for all.
    limit
        The axis ends here on both sides; what reaches beyond gets an arrowhead at the edge and is
        counted under the axis. Chosen so that all but about six rows in a hundred fit if None.

    Raises
    ------
    UnknownNameError
        A row with an estimate has a verdict that has no look.
    SpecificationError
        There is no estimate to draw, or a group is torn apart.
    """
    known = rows[np.isfinite(rows["estimate"].astype(float))]
    _check(rows, known)
    limit = limit or _limit(known)
    y, heads = _places(rows["group"].tolist())
    figure, ax = subplots(height=ROW * (y.max() + 1.6) + 1.25)
    ax.set(xlim=(-limit, limit), ylim=(y.max() + 0.8, -1.3))
    zero_line(ax)
    left = -POINTS * (COLUMN + 0.1)
    _name(ax, heads, left)
    for place, row in zip(y, rows.itertuples(), strict=True):
        words = _cut(f"{row.claim}  {row.label}")
        _beside(ax, words, 0, place, left, LABEL, INK)
        _beside(ax, ARROWS[row.sign], 1, place, 12, HEAD, INK)
        _draw_row(ax, row, place, limit)
    _beside(ax, "predicted", 1, -0.9, 30, LABEL, MUTED, ha="right")
    _dress(ax, known, xlabel, limit)
    return Picture(figure)


def _check(rows: pd.DataFrame, known: pd.DataFrame) -> None:
    if known.empty:
        raise SpecificationError("No row of the forest has an estimate: give one or leave it out.")
    for verdict in known["verdict"]:
        if verdict not in VERDICT_MARKS:
            raise UnknownNameError("verdict", verdict, VERDICT_MARKS, "the forest of estimates")
    blocks = rows["group"].ne(rows["group"].shift()).sum()
    if blocks > rows["group"].nunique():
        raise SpecificationError("The rows of a group are torn apart: sort the forest by group.")


def _limit(known: pd.DataFrame) -> float:
    reach = known[["estimate", "low", "high"]].astype(float).abs().max(axis=1)
    return float(np.nanquantile(reach, 0.94)) * 1.05


def _places(groups: list[str]) -> tuple[np.ndarray, dict[str, float]]:
    """Heights of the rows and of the names of groups, one unit a line."""
    y, heads, at = [], {}, -0.45
    for group in groups:
        if group not in heads:
            heads[group] = at + 0.45
            at += 1.45
        y.append(at)
        at += 1.0
    return np.array(y), heads


def _name(ax: Axes, heads: dict[str, float], left: float) -> None:
    for i, (group, height) in enumerate(heads.items()):
        _beside(ax, group, 0, height, left, HEAD, BLUE)
        if i:
            ax.axhline(height - 0.62, color=RULE, lw=0.6, zorder=0)


def _beside(
    ax: Axes, words: str, edge: float, y: float, shift: float, size: float, colour: str,
    ha: str = "left",
) -> None:  # fmt: skip
    ax.annotate(words, (edge, y), xycoords=("axes fraction", "data"), xytext=(shift, 0),
                textcoords="offset points", va="center", ha=ha, fontsize=size, color=colour,
                annotation_clip=False)  # fmt: skip


def _cut(words: str) -> str:
    """Shorten a label that would run into the axis, and show that it was."""
    if words_width(words, LABEL) <= COLUMN:
        return words
    while words_width(words + "...", LABEL) > COLUMN:
        words = words[:-1]
    return words.rstrip() + "..."


def _draw_row(ax: Axes, row: tuple, y: float, limit: float) -> None:
    if not np.isfinite(row.estimate):
        ax.text(0, y, f" {row.verdict}", fontsize=LABEL - 0.5, color=MUTED, va="center")
        return
    mark = VERDICT_MARKS[row.verdict]
    if np.isfinite(row.mde):
        ax.barh(y, 2 * min(row.mde, limit), left=-min(row.mde, limit), height=0.66, color=SHADE,
                zorder=-0.5)  # fmt: skip
    if row.low < limit and row.high > -limit:
        ax.hlines(y, max(row.low, -limit), min(row.high, limit), color=mark.colour, lw=1.4)
    for beyond, edge, shape in ((row.low < -limit, -limit, "<"), (row.high > limit, limit, ">")):
        if beyond:
            ax.plot(edge, y, shape, color=mark.colour, ms=5.5, clip_on=False, mew=0)
    if abs(row.estimate) > limit:
        side = 1 if row.estimate > 0 else -1
        ax.text(
            side * limit * 0.95,
            y,
            signed(row.estimate, 1),
            color=mark.colour,
            va="center",
            ha="right" if side > 0 else "left",
            fontsize=LABEL,
        )
    else:
        ax.plot(row.estimate, y, mark.shape, ms=5.2, color=mark.colour, mew=1.3, zorder=3,
                mfc=mark.colour if mark.filled else PAPER)  # fmt: skip


def _dress(ax: Axes, known: pd.DataFrame, xlabel: str, limit: float) -> None:
    beyond = int(((known["low"] < -limit) | (known["high"] > limit)).sum())
    noun = "interval runs" if beyond == 1 else "intervals run"
    note = f"\narrowheads: {beyond} {noun} beyond the axis" if beyond else ""
    ax.set_xlabel(xlabel + note, fontsize=9.5)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="x", labelsize=9.5)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=8))
    present = [v for v in VERDICT_MARKS if v in set(known["verdict"])]
    handles = [
        ax.plot([], [], m.shape, color=m.colour, mfc=m.colour if m.filled else PAPER, mew=1.3,
                ms=6)[0]
        for m in map(VERDICT_MARKS.get, present)
    ]  # fmt: skip
    handles.append(Patch(color=SHADE))
    ax.figure.legend(handles, [*present, "smaller effects are usually missed"], ncols=2,
                     loc="outside lower left", frameon=False, fontsize=9.5,
                     handletextpad=0.4)  # fmt: skip
