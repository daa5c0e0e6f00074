"""An effect beside the margin within which it would count as none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.display.picture import Picture
from analysis.display.theme import BLUE, GREEN, subplots, zero_line

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["within_margin"]


def within_margin(rows: pd.DataFrame, margin: float, xlabel: str) -> Picture:
    """Draw an estimate per row with its 90% and 95% intervals across the margin.

    Two one-sided tests at five per cent pass exactly where the 90% interval lies within.

    Parameters
    ----------
    rows
        Indexed by label, top first; columns ``estimate, low90, high90, low95, high95``.
    margin
        Half the width of the zone of no sizeable effect.
    xlabel
        What the effect is, with its unit.
    """
    figure, ax = subplots(height=0.62 * len(rows) + 1.2)
    y = np.arange(len(rows))[::-1]
    ax.axvspan(-margin, margin, color=GREEN, alpha=0.13, lw=0)
    ax.hlines(y, rows["low95"], rows["high95"], color=BLUE, lw=1.3)
    ax.hlines(y, rows["low90"], rows["high90"], color=BLUE, lw=5, alpha=0.45)
    ax.scatter(rows["estimate"], y, color=BLUE, s=46, zorder=3)
    zero_line(ax)
    ax.set_title(f"green: no effect worth the name, ±{margin:.2f}", color=GREEN, fontsize=10.5)
    ax.set_yticks(y, rows.index)
    ax.set_ylim(-0.6, len(rows) - 0.4)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(f"{xlabel}\nthick: 90% CR3; thin: 95% CR3", fontsize=10)
    return Picture(figure)
