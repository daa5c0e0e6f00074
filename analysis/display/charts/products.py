"""How the slope of a product changes along a third variable that itself runs with the calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.display.picture import Picture
from analysis.display.theme import BLUE, INK, MUTED, subplots, zero_line

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["slope_along"]


def slope_along(
    curve: pd.DataFrame, support: pd.DataFrame, xlabel: str, ylabel: str, unit: str = "year"
) -> Picture:
    """Draw a slope with its band along a variable, and on top the years at whose mean it stood.

    Parameters
    ----------
    curve
        Columns ``at, effect, low, high``.
    support
        Columns ``year, at``: the rug, and through the mean of each year the upper axis.
    xlabel, ylabel
        The variable and the slope, with units.
    unit
        What the upper axis counts.
    """
    figure, ax = subplots(height=4.0)
    ax.fill_between(curve["at"], curve["low"], curve["high"], color=BLUE, alpha=0.16, lw=0)
    ax.plot(curve["at"], curve["effect"], color=BLUE, lw=2)
    zero_line(ax, axis="y")
    ax.plot(support["at"], np.zeros(len(support)), "|", color=INK, alpha=0.25, ms=7,
            transform=ax.get_xaxis_transform(), clip_on=False)  # fmt: skip
    means = support.groupby("year")["at"].mean()
    upper = ax.secondary_xaxis("top")
    shown = _apart(means, 0.1 * float(np.ptp(support["at"])))
    upper.set_xticks(shown.to_numpy(), [str(year) for year in shown.index])
    upper.tick_params(colors=MUTED, labelsize=10)
    upper.set_xlabel(f"{unit} in which the mean stood there", color=MUTED, fontsize=10)
    ax.text(0.02, 0.03, "line: triple product; band: 95% CR3, each point alone", color=BLUE,
            transform=ax.transAxes, va="bottom", fontsize=9.5)  # fmt: skip
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(y=0.18)
    return Picture(figure)


def _apart(means: pd.Series, gap: float) -> pd.Series:
    """Leave out years whose labels would run into each other."""
    kept, last = [], -np.inf
    for year, value in means.sort_values().items():
        if value - last >= gap:
            kept.append(year)
            last = value
    return means.loc[kept]
