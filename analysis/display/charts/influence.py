"""Which clusters carry an estimate: their share in it, and the estimate without them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from analysis.display.picture import Picture
from analysis.display.theme import BLUE, INK, MUTED, ORANGE, subplots, zero_line
from analysis.display.words import signed

__all__ = ["leave_one_out"]


def leave_one_out(rows: pd.DataFrame, full: float, xlabel: str, unit: str = "entity") -> Picture:
    """Draw one dot per cluster: the estimate without it, against its weight in the estimate.

    Parameters
    ----------
    rows
        Columns ``label``, ``without`` (estimate when the cluster is left out) and ``share`` (its
        share in what identifies the estimate, 0 to 1).
    full
        Estimate on all rows.
    xlabel
        The estimate with its unit.
    unit
        What one cluster is. Named are the two heaviest and those without which the estimate is
        smallest and largest.
    """
    figure, ax = subplots(height=3.8)
    ends = rows["without"].agg(["idxmin", "idxmax"])
    marked = rows.loc[rows["share"].nlargest(2).index.union(pd.Index(ends))]
    rest = rows.drop(marked.index)
    zero_line(ax)
    ax.axvline(full, color=ORANGE, lw=1.3)
    ax.scatter(rest["without"], 100 * rest["share"], s=24, color=MUTED, alpha=0.6, lw=0)
    ax.scatter(marked["without"], 100 * marked["share"], s=44, color=BLUE, zorder=3)
    values = [0.0, full, *rows["without"]]
    span = np.ptp(values) or 1.0
    for row in marked.itertuples():
        ax.annotate(row.label, (row.without, 100 * row.share), xytext=(0, 6),
                    textcoords="offset points", ha="center", color=INK, fontsize=10)  # fmt: skip
    ax.annotate(f"with all: {signed(full)}", (full, 1), xycoords=("data", "axes fraction"),
                xytext=(5, -3), textcoords="offset points", va="top", color=ORANGE,
                fontsize=10.5)  # fmt: skip
    ax.set_xlim(min(values) - 0.1 * span, max(values) + 0.1 * span)
    ax.set_ylim(0, 100 * rows["share"].max() * 1.2)
    ax.set_xlabel(f"estimate without one {unit}, {xlabel}", fontsize=10)
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.set_ylabel("share in what\nidentifies it, %")
    return Picture(figure)
