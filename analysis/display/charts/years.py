"""One value a year, as few as there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.display.picture import Picture
from analysis.display.theme import BLUE, INK, ORANGE, subplots, zero_line

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["yearly_bars"]


def yearly_bars(values: pd.Series, ylabel: str, marked: str = "") -> Picture:
    """Draw a bar a year with its value; years lower than the one before stand out.

    Parameters
    ----------
    values
        Indexed by year, ascending; missing years are left out.
    ylabel
        What is shown, with its unit.
    marked
        What it means that a value is lower than the year before.
    """
    values = values.dropna().sort_index()
    figure, ax = subplots(height=3.4)
    lower = values.diff() < 0
    zero_line(ax, axis="y")
    ax.bar(values.index, values, color=[ORANGE if down else BLUE for down in lower], width=0.72)
    for year, value in values.items():
        side = 1 if value >= 0 else -1
        ax.annotate(f"{value:.1f}".replace("-", "−"), (year, value), xytext=(0, 3 * side),
                    textcoords="offset points", ha="center", va="bottom" if side > 0 else "top",
                    color=INK, fontsize=9)  # fmt: skip
    ax.set_xticks([int(y) for y in values.index[::2]])
    ax.set_ylabel(ylabel)
    ax.set_xlabel(f"year; orange: {marked}" if marked else "year", fontsize=10)
    ax.margins(y=0.12)
    return Picture(figure)
