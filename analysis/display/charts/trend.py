"""How a measure moved over the years: the mean of entities and their middle half."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.display.picture import Picture
from analysis.display.theme import BLUE, subplots

if TYPE_CHECKING:
    import pandas as pd


def quartile_path(path: pd.DataFrame, ylabel: str) -> Picture:
    """Draw the mean over entities year by year, with a band from the first to the third quartile.

    Parameters
    ----------
    path
        Columns ``year, mean, low, high, entities``.
    ylabel
        What is measured.
    """
    figure, ax = subplots(height=3.4)
    ax.fill_between(path["year"], path["low"], path["high"], color=BLUE, alpha=0.18, lw=0)
    ax.plot(path["year"], path["mean"], color=BLUE, lw=2)
    last = path.iloc[-1]
    ax.annotate(f"mean of {int(last['entities'])}", (last["year"], last["mean"]), xytext=(0, 8),
                textcoords="offset points", ha="right", color=BLUE)  # fmt: skip
    ax.annotate("middle half", (last["year"], last["low"]), xytext=(0, 5),
                textcoords="offset points", ha="right", color=BLUE, fontsize=9.5)  # fmt: skip
    ax.set(xlabel="year", ylabel=ylabel)
    ax.set_ylim(bottom=0)
    ax.set_xticks([int(y) for y in path["year"][:: max(1, len(path) // 6)]])
    return Picture(figure)
