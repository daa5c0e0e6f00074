"""Rows of estimates with intervals, one or two readings a row, told apart by colour and shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from analysis.display.picture import Picture
from analysis.display.theme import BLUE, INK, ORANGE, PAPER, subplots, zero_line
from analysis.display.words import signed

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["interval_rows"]

STYLES = ((BLUE, "o", True), (ORANGE, "s", False))
"""Colour, shape and whether it is filled, for the first and the second reading."""

APART = 0.15  # half the distance between two readings of a row, in rows


def interval_rows(
    rows: pd.DataFrame, xlabel: str, colours: Mapping[str, str] | None = None
) -> Picture:
    """Draw an estimate and its interval per row and reading, zero on the axis.

    Parameters
    ----------
    rows
        Top first; columns ``label, estimate, low, high`` and, for two readings of each row,
        ``reading``: its words are written above in the colour of their marks.
    xlabel
        The effect with its unit, and what the interval is.
    colours
        By label, where rows differ in what they stand for; for a single reading.
    """
    labels = list(dict.fromkeys(rows["label"]))
    readings = list(dict.fromkeys(rows["reading"])) if "reading" in rows else [None]
    lines = max(label.count("\n") + 1 for label in labels)
    row = max(0.32 + 0.18 * len(readings), 0.12 + 0.17 * lines)
    figure, ax = subplots(height=row * len(labels) + 1.1)
    zero_line(ax)
    for i, reading in enumerate(readings):
        part = rows if reading is None else rows[rows["reading"] == reading]
        colour, shape, filled = STYLES[i]
        shift = APART * (len(readings) - 1) * (1 - 2 * i)
        for row in part.itertuples():
            at = len(labels) - 1 - labels.index(row.label) + shift
            own = (colours or {}).get(row.label, colour)
            _draw(ax, row, at, (own, shape, filled), below=i > 0)
        if reading is not None:
            _name(ax, reading, i, (colour, shape, filled))
    ax.set_yticks(np.arange(len(labels))[::-1], labels, fontsize=10.5, color=INK)
    ax.set_ylim(-0.65, len(labels) - 0.35)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(xlabel, fontsize=10)
    return Picture(figure)


def _draw(ax: Axes, row: tuple, at: float, style: tuple[str, str, bool], below: bool) -> None:
    colour, shape, filled = style
    ax.hlines(at, row.low, row.high, color=colour, lw=1.5)
    ax.plot(row.estimate, at, shape, color=colour, mfc=colour if filled else PAPER, mew=1.5, ms=6.5)
    ax.annotate(signed(row.estimate), (row.estimate, at), xytext=(0, -15 if below else 6),
                ha="center", textcoords="offset points", color=colour, fontsize=9.5)  # fmt: skip


def _name(ax: Axes, words: str, i: int, style: tuple[str, str, bool]) -> None:
    """Write the reading above the axes, its mark before it."""
    colour, shape, filled = style
    x, y = 0.02 + 0.5 * i, 1.045
    ax.plot(x, y, shape, color=colour, mfc=colour if filled else PAPER, mew=1.5, ms=6.5,
            transform=ax.transAxes, clip_on=False)  # fmt: skip
    ax.text(x + 0.025, y, words, transform=ax.transAxes, color=colour, va="center", fontsize=10)
