"""Every estimate of a book on one page: where it lies, how sure it is, what was predicted."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from analysis.display import theme
from analysis.display.charts.intervals import intervals
from analysis.display.drawing import POINTS, Picture, words_width, wrap_words, write
from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.cells import signed

VERDICT_MARKS = {
    "supported": (theme.GREEN, "o", True),
    "suggestive": (theme.BLUE, "^", True),
    "inconclusive": (theme.MUTED, "o", False),
    "cannot be tested here": (theme.INK, "X", False),
    "no sizeable effect": (theme.OCHRE, "v", True),
    "contradicted": (theme.ORANGE, "D", True),
    "descriptive": (theme.PURPLE, "s", False),
}
"""Colour, shape and filling of a verdict say the same, so that either may be lost."""

ARROWS = {"+": "→", "-": "←", "−": "←", "±": "↔", "0": "0"}
ROW, LINE = 0.162, 0.85  # inches from row to row, and rows that a further line of a label takes
LABEL, HEAD = 9.5, 10.5  # font sizes of a row and of a group's name
COLUMN = 2.2  # inches that a row's words may take


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
        A row with an estimate has a verdict that has no mark.
    SpecificationError
        There is no estimate to draw, or a group is torn apart.
    """
    indent = max(words_width(name, LABEL) for name in rows["claim"]) + 0.09
    labels = ["\n".join(wrap_words(w, COLUMN - indent, LABEL)) for w in rows["label"]]
    at, heads, end = _places(list(rows["group"]), labels)
    rows = rows.assign(at=at, label=labels)
    known = rows[np.isfinite(rows["estimate"].astype(float))]
    _check(rows, known)
    reach = known[["estimate", "low", "high"]].astype(float).abs().max(axis=1)
    limit = limit or float(np.nanquantile(reach, 0.94)) * 1.05
    figure, ax = theme.subplots(height=ROW * (end + 1.1) + 1.25)
    ax.set(xlim=(-limit, limit), ylim=(end + 0.3, -1.3))
    theme.zero_line(ax)
    left = -POINTS * (COLUMN + 0.1)
    for i, (group, height) in enumerate(heads.items()):
        _beside(ax, group, (0, height), left, fontsize=HEAD, color=theme.BLUE)
        if i:
            ax.axhline(height - 0.62, color=theme.RULE, lw=0.6, zorder=0)
    for row in rows.itertuples():
        _beside(ax, row.claim, (0, row.at), left)
        _beside(ax, row.label, (0, row.at), left + POINTS * indent)
        _beside(ax, ARROWS[row.sign], (1, row.at), 12, fontsize=HEAD)
        if not np.isfinite(row.estimate):
            ax.text(0, row.at, f" {row.verdict}", fontsize=9.5, color=theme.MUTED, va="center")
    _beside(ax, "predicted", (1, -0.9), 30, color=theme.MUTED, ha="right")
    _draw(ax, known, limit)
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


def _places(groups: list[str], labels: list[str]) -> tuple[list[float], dict[str, float], float]:
    """Heights of the rows and of the names of groups, one unit a line, and where they end."""
    at, heads, top = [], {}, -0.95
    for group, label in zip(groups, labels, strict=True):
        if group not in heads:
            heads[group] = top + 0.95
            top += 1.45
        room = 1 + LINE * label.count("\n")
        at.append(top + room / 2)
        top += room
    return at, heads, top


def _beside(ax: Axes, words: str, at: tuple[float, float], shift: float, **style: object) -> None:
    how = {"fontsize": LABEL, "va": "center", "linespacing": 1.0, "annotation_clip": False} | style
    write(ax, words, at, (shift, 0), xycoords=("axes fraction", "data"), **how)


def _draw(ax: Axes, known: pd.DataFrame, limit: float) -> None:
    """Draw what can be detected, and estimates with the marks of their verdicts up to the edges."""
    width = known["mde"].clip(upper=limit).fillna(0)
    ax.barh(known["at"], 2 * width, left=-width, height=0.66, color=theme.PALE, zorder=-0.5)
    for verdict, part in known.groupby("verdict", sort=False):
        colour, shape, filled = VERDICT_MARKS[verdict]
        ends = {end: part[end].clip(-limit, limit) for end in ("low", "high")}
        inside = part["estimate"].abs() <= limit
        shown = part.assign(estimate=part["estimate"].where(inside), **ends)
        intervals(ax, shown, part["at"], colour, shape, filled=filled, size=5.2)
        for end, side, head in (("low", -1, "<"), ("high", 1, ">")):
            for place in part.loc[side * part[end] > limit, "at"]:
                ax.plot(side * limit, place, head, color=colour, ms=5.5, mew=0, clip_on=False)
        for row in part[~inside].itertuples():
            side = np.sign(row.estimate)
            ax.text(0.95 * side * limit, row.at, signed(row.estimate, 1), color=colour, va="center",
                    ha="right" if side > 0 else "left", fontsize=LABEL)  # fmt: skip


def _dress(ax: Axes, known: pd.DataFrame, xlabel: str, limit: float) -> None:
    beyond = int(((known["low"] < -limit) | (known["high"] > limit)).sum())
    noun = "interval runs" if beyond == 1 else "intervals run"
    note = f"\narrowheads: {beyond} {noun} beyond the axis" if beyond else ""
    ax.set_xlabel(xlabel + note, fontsize=9.5)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="x", labelsize=9.5)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=8))
    marks = {name: mark for name, mark in VERDICT_MARKS.items() if name in set(known["verdict"])}
    handles = [Line2D([], [], ls="", marker=shape, color=colour, mew=1.3, ms=6,
                      mfc=colour if filled else theme.PAPER)
               for colour, shape, filled in marks.values()]  # fmt: skip
    words = [*marks, "smaller effects are usually missed"]
    below = {"loc": "outside lower left", "fontsize": 9.5, "handletextpad": 0.4}
    ax.figure.legend([*handles, Patch(color=theme.PALE)], words, ncols=2, **below)
