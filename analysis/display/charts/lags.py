"""Distributed lags of two periods side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from analysis.display.picture import Picture
from analysis.display.theme import BLUE, ORANGE, subplots, zero_line

if TYPE_CHECKING:
    import pandas as pd


def lag_profiles(tables: Mapping[str, pd.DataFrame], xlabel: str, ylabel: str) -> Picture:
    """Draw the effect at every lag with its interval, one colour and marker per period.

    Parameters
    ----------
    tables
        By period: columns ``lag, estimate, low_cr3, high_cr3``.
    xlabel, ylabel
        What the lag counts, and the effect with its unit.
    """
    figure, ax = subplots(height=3.8)
    shift = -0.09
    for (name, rows), colour, marker in zip(tables.items(), (BLUE, ORANGE), "os", strict=False):
        x = rows["lag"] + shift
        ax.vlines(x, rows["low_cr3"], rows["high_cr3"], color=colour, lw=1.6)
        ax.plot(x, rows["estimate"], marker, color=colour, ms=7)
        ax.text(0.02, 0.97 if shift < 0 else 0.89, name, color=colour, va="top",
                transform=ax.transAxes)  # fmt: skip
        shift = -shift
    zero_line(ax, axis="y")
    ax.set_xticks([int(k) for k in rows["lag"]])
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(y=0.22)
    return Picture(figure)
