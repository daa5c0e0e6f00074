"""Effects with their intervals, zero always on the axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.display.picture import Picture
from analysis.display.theme import BLUE, INK, MUTED, ORANGE, RULE, subplots, zero_line
from analysis.display.words import signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def column_effects(rows: pd.DataFrame, xlabel: str) -> Picture:
    """Draw an estimate per row with two intervals: thick CR1, thin CR3.

    Parameters
    ----------
    rows
        Indexed by label, top first; columns ``estimate, low, high, low_cr3, high_cr3``.
    xlabel
        What the effect is, with its unit.
    """
    figure, ax = subplots(height=0.62 * len(rows) + 0.9)
    y = np.arange(len(rows))[::-1]
    ax.hlines(y, rows["low_cr3"], rows["high_cr3"], color=BLUE, lw=1.3)
    ax.hlines(y, rows["low"], rows["high"], color=BLUE, lw=5, alpha=0.45)
    ax.scatter(rows["estimate"], y, color=BLUE, s=46, zorder=3)
    zero_line(ax)
    for height, value in zip(y, rows["estimate"], strict=True):
        ax.annotate(signed(value), (value, height), xytext=(0, 8), textcoords="offset points",
                    ha="center", color=BLUE, fontsize=10)  # fmt: skip
    ax.set_yticks(y, rows.index)
    ax.set_ylim(-0.6, len(rows) - 0.3)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(f"{xlabel}\nthick: 95% CR1; thin: 95% CR3", fontsize=10)
    return Picture(figure)


def residual_scatter(
    x: np.ndarray, y: np.ndarray, slope: float, xlabel: str, ylabel: str, bins: int = 12
) -> Picture:
    """Draw what the regression sees: both variables after effects and controls are taken out.

    Parameters
    ----------
    x, y
        Partialled-out regressor and outcome, one value per row (Frisch-Waugh-Lovell: the line
        through them has exactly the regression's slope).
    slope
        The regression's coefficient.
    xlabel, ylabel
        What is left of each variable.
    bins
        Equal-count bins whose means are drawn on top.
    """
    figure, ax = subplots(height=3.9)
    ax.scatter(x, y, s=9, color=MUTED, alpha=0.35, lw=0)
    groups = pd.qcut(x, bins, labels=False, duplicates="drop")
    means = pd.DataFrame({"x": x, "y": y}).groupby(groups).mean()
    ax.scatter(means["x"], means["y"], s=42, color=BLUE, zorder=3)
    span = np.array([x.min(), x.max()])
    ax.plot(span, slope * span, color=ORANGE, lw=2)
    ax.axhline(0, color=RULE, lw=1, zorder=0)
    ax.axvline(0, color=RULE, lw=1, zorder=0)
    # Over a rising line and under a falling one there is room for words.
    side = 1 if slope >= 0 else -1
    ax.annotate(f"slope {signed(slope)}", (span[1], slope * span[1]), xytext=(-4, 8 * side),
                ha="right", va="bottom" if side > 0 else "top", textcoords="offset points",
                color=ORANGE)  # fmt: skip
    ax.set(xlabel=xlabel, ylabel=ylabel)
    return Picture(figure)


def marginal_effect(
    curve: pd.DataFrame, support: np.ndarray, bins: pd.DataFrame, xlabel: str, ylabel: str
) -> Picture:
    """Draw how one regressor's slope changes with another.

    Parameters
    ----------
    curve
        Columns ``at, effect, low, high``: the slope implied by the interaction.
    support
        The moderator's observed values, drawn as a rug so that nobody reads where nothing is.
    bins
        Columns ``at, effect, low, high``: the slope estimated freely within thirds of the
        moderator, the check of Hainmueller, Mummolo and Xu (2019) that the line is a line.
    xlabel, ylabel
        The moderator and the slope, with units.
    """
    figure, ax = subplots(height=3.9)
    ax.fill_between(curve["at"], curve["low"], curve["high"], color=BLUE, alpha=0.16, lw=0)
    ax.plot(curve["at"], curve["effect"], color=BLUE, lw=2)
    error = np.abs(bins[["low", "high"]].to_numpy().T - bins["effect"].to_numpy())
    ax.errorbar(bins["at"], bins["effect"], yerr=error, fmt="o", color=ORANGE, ms=6, lw=1.6)
    zero_line(ax, axis="y")
    _rug(ax, support)
    ax.text(
        0.02,
        0.97,
        "line: interaction, 95% band",
        color=BLUE,
        transform=ax.transAxes,
        va="top",
        fontsize=9.5,
    )
    ax.text(
        0.02,
        0.90,
        "dots: thirds of the moderator, 95%",
        color=ORANGE,
        transform=ax.transAxes,
        va="top",
        fontsize=9.5,
    )
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(y=0.2)
    return Picture(figure)


def _rug(ax: Axes, values: np.ndarray) -> None:
    ax.plot(values, np.zeros_like(values), "|", color=INK, alpha=0.25, ms=7,
            transform=ax.get_xaxis_transform(), clip_on=False)  # fmt: skip
