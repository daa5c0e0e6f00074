"""How a response builds up over the years, early against late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from analysis.display.drawing import signed
from analysis.display.picture import Picture
from analysis.display.theme import BLUE, MUTED, ORANGE, subplots, zero_line

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["responses"]


def responses(
    rows: pd.DataFrame, xlabel: str, ylabel: str, early: Sequence[int] = (0, 1),
    late: Sequence[int] = (3, 4), contrast: Mapping[str, float] | None = None,
) -> Picture:  # fmt: skip
    """Draw a response per horizon with its interval; the early and the late group are bracketed.

    Parameters
    ----------
    rows
        As `LocalProjections.tidy`: ``horizon, estimate, low, high`` and, if there,
        ``low_cr3, high_cr3``, drawn thin.
    xlabel, ylabel
        What years are counted from, and the response with its unit.
    early, late
        Horizons whose means are compared, as `LocalProjections.early` and `late`.
    contrast
        Late less early, written above: ``estimate, low_cr3, high_cr3``.
    """
    rows = rows.sort_values("horizon")
    x = rows["horizon"].to_numpy(dtype=float)
    figure, ax = subplots(height=3.9)
    zero_line(ax, axis="y")
    note = "bars: 95%"
    if {"low_cr3", "high_cr3"} <= set(rows):
        ax.vlines(x, rows["low_cr3"], rows["high_cr3"], color=BLUE, lw=1.3)
        note = "thick: 95% CR1; thin: 95% CR3"
    ax.vlines(x, rows["low"], rows["high"], color=BLUE, lw=5, alpha=0.45)
    ax.plot(x, rows["estimate"], "o-", color=BLUE, lw=1, ms=7)
    ax.margins(y=0.1)
    low, high = ax.get_ylim()
    ax.set_ylim(low - 0.17 * (high - low), high)
    means = rows.set_index("horizon")["estimate"]
    for group, words in ((early, "early"), (late, "late")):
        _bracket(ax, sorted(group), words, float(means.loc[list(group)].mean()))
    if contrast is not None:
        value, low, high = (signed(contrast[n]) for n in ("estimate", "low_cr3", "high_cr3"))
        ax.set_title(f"late less early: {value} [{low}, {high}]", fontsize=11, color=ORANGE)
    ax.set_xticks(x)
    ax.set_xlim(x.min() - 0.5, x.max() + 0.5)
    ax.set_xlabel(f"{xlabel}\n{note}; orange: mean of a group", fontsize=10)
    ax.set_ylabel(ylabel)
    ax.tick_params(axis="x", length=0, colors=MUTED)
    return Picture(figure)


def _bracket(ax: Axes, group: list[int], words: str, mean: float) -> None:
    first, last = group[0] - 0.25, group[-1] + 0.25
    ax.hlines(mean, first, last, color=ORANGE, lw=2, zorder=1.5)
    shape = np.array([[first, 0.075], [first, 0.045], [last, 0.045], [last, 0.075]])
    ax.plot(*shape.T, color=ORANGE, lw=1.2, transform=ax.get_xaxis_transform())
    ax.text((first + last) / 2, 0.06, words, transform=ax.get_xaxis_transform(), ha="center",
            va="bottom", color=ORANGE, fontsize=10.5)  # fmt: skip
