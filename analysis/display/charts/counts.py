"""Yearly counts of groups of entities, a small panel a series, years before an event shaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from matplotlib.ticker import MaxNLocator

from analysis.display.picture import Picture
from analysis.display.theme import BLUE, GREEN, MUTED, ORANGE, PURPLE, subplots

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["grouped_counts"]

PALE = "#f1f3f5"
LOOKS = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), (PURPLE, "D"))
ROOM = 0.36  # right of the last year, as a share of the years: direct labels stand there


def grouped_counts(counts: Mapping[str, pd.DataFrame], start: float, since: str) -> Picture:
    """Draw one panel per series with a line per group, named at its end.

    Parameters
    ----------
    counts
        By title of the panel: a table with years as index and one column per group.
    start
        First year of the event.
    since
        What to write over the years that are not shaded.
    """
    figure, axes = subplots(len(counts), 1, height=1.95 * len(counts) + 0.5, sharex=True,
                            squeeze=False)  # fmt: skip
    for ax, (title, table) in zip(axes[:, 0], counts.items(), strict=True):
        first, last = int(table.index.min()), int(table.index.max())
        ax.axvspan(first - 0.6, start - 0.5, color=PALE, lw=0, zorder=-1)
        for (colour, shape), name in zip(LOOKS, table, strict=False):
            ax.plot(table.index, table[name], color=colour, lw=1.8, marker=shape, ms=3.8)
        _name_lines(ax, table, last)
        ax.set_title(title, fontsize=11.5)
        ax.set_ylim(bottom=0)
        ax.set_xlim(first - 0.6, last + ROOM * (last - first))
        ax.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
        ax.set_xticks(range(first, last + 1, 2))
    top = axes[0, 0]
    top.set_ylim(top=1.22 * top.get_ylim()[1])  # the words stand above the lines
    words = {"va": "top", "ha": "center", "color": MUTED, "fontsize": 9.5,
             "transform": top.get_xaxis_transform()}  # fmt: skip
    top.text((start - 0.5 + last + 0.5) / 2, 0.99, since, **words)
    top.text((first - 0.6 + start - 0.5) / 2, 0.99, "before", **words)
    return Picture(figure)


def _name_lines(ax: Axes, table: pd.DataFrame, last: int) -> None:
    """Write names at the ends of the lines, pushed apart where they would touch."""
    ends = table.iloc[-1].sort_values()
    gap, place = 0.16 * float(table.to_numpy().max()), -1e18
    for name, value in ends.items():
        place = max(float(value), place + gap)
        colour = LOOKS[list(table).index(name)][0]
        ax.annotate(str(name), (last, place), xytext=(7, 0), textcoords="offset points",
                    va="center", color=colour, fontsize=9.5)  # fmt: skip
