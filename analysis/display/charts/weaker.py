"""In how many of all entities something holds, year by year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.display.picture import Picture
from analysis.display.theme import BLUE, INK, MUTED, RULE, subplots

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["count_of_all"]


def count_of_all(counts: pd.Series, totals: pd.Series, words: str) -> Picture:
    """Draw a bar a year in front of a pale bar for all that were observed.

    Parameters
    ----------
    counts, totals
        By year: how many, and of how many.
    words
        What is counted.
    """
    figure, ax = subplots(height=3.2)
    ax.bar(totals.index, totals, width=0.8, color=RULE)
    ax.bar(counts.index, counts, width=0.8, color=BLUE)
    for year, count in counts.items():
        ax.annotate(str(count), (year, count), xytext=(0, 3), textcoords="offset points",
                    ha="center", color=BLUE if count else MUTED, fontsize=10.5)  # fmt: skip
    ax.set_ylim(0, 1.05 * float(totals.max()))
    ax.set_xticks(totals.index[::2])
    ax.tick_params(axis="x", length=0, labelcolor=INK)
    ax.set_title(words, fontsize=10.5, color=BLUE)
    ax.set_xlabel("pale: all observed", fontsize=10)
    return Picture(figure)
