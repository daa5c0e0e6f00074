"""Lines with a band: how a slope, a fit or a product changes along a variable."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.display.charts.intervals import intervals
from analysis.display.drawing import Picture, write
from analysis.display.theme import BLUE, INK, MUTED, ORANGE, PAPER, subplots, zero_line
from analysis.inference.cells import signed

Quadratic = tuple[float, float, float]

FAR = 1.5  # ranges of the data; a turning point further out is named, not drawn


def rug(ax: Axes, values: Sequence[float]) -> None:
    """Mark observed values on the lower edge, so that nobody reads where nothing is."""
    ax.plot(values, np.zeros(len(values)), "|", color=INK, alpha=0.28, ms=7, clip_on=False,
            transform=ax.get_xaxis_transform())  # fmt: skip


def _band(ax: Axes, curve: pd.DataFrame, value: str = "effect") -> None:
    ax.fill_between(curve["at"], curve["low"], curve["high"], color=BLUE, alpha=0.16, lw=0)
    ax.plot(curve["at"], curve[value], color=BLUE, lw=2)
    zero_line(ax, axis="y")


def marginal_effect(
    curve: pd.DataFrame, support: np.ndarray, xlabel: str, ylabel: str,
    bins: pd.DataFrame | None = None, years: pd.Series | None = None,
) -> Picture:  # fmt: skip
    """Draw how a slope changes with another variable.

    Parameters
    ----------
    curve
        Columns ``at, effect, low, high``: the slope implied by the interaction.
    support
        Observed values of the variable, drawn as a rug.
    xlabel, ylabel
        The variable and the slope, with units.
    bins
        Columns ``at, effect, low, high``: the slope estimated freely within thirds of the
        variable, the check of Hainmueller, Mummolo and Xu (2019) that the line is a line.
    years
        By year, the mean of a variable that runs with the calendar, for an upper axis.
    """
    figure, ax = subplots(height=3.9)
    _band(ax, curve)
    words = {"line: interaction, 95% band": BLUE}
    if bins is not None:
        intervals(ax, bins.assign(estimate=bins["effect"]), bins["at"], ORANGE, upright=True)
        words["dots: thirds of the moderator, 95%"] = ORANGE
    rug(ax, support)
    for i, (line, colour) in enumerate(words.items()):
        ax.text(0.02, 0.97 - 0.07 * i, line, color=colour, transform=ax.transAxes, va="top",
                fontsize=9.5)  # fmt: skip
    if years is not None:
        _add_years(ax, years.sort_values(), 0.1 * float(np.ptp(support)))
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(y=0.2)
    return Picture(figure)


def _add_years(ax: Axes, means: pd.Series, gap: float) -> None:
    """Write years on an upper axis, those left out whose labels would run into each other."""
    kept = []
    for year, value in means.items():
        if not kept or value - means[kept[-1]] >= gap:
            kept.append(year)
    upper = ax.secondary_xaxis("top")
    upper.set_xticks(means[kept].to_numpy(), [str(year) for year in kept])
    upper.tick_params(colors=MUTED, labelsize=10)
    upper.set_xlabel("year in which the mean stood there", color=MUTED, fontsize=10)


def parabola(
    curve: pd.DataFrame, coefficients: Quadratic, turning: float, support: np.ndarray,
    xlabel: str, ylabel: str, form: str = "{:.2f}",
) -> Picture:  # fmt: skip
    """Draw a quadratic over the data, and dashed beyond them as far as its turning point.

    Parameters
    ----------
    curve
        Columns ``at, estimate, low, high`` over the range of the data.
    coefficients
        m, b₁ and b₂ of b₁(x − m) + b₂(x − m)², in the units of the axes.
    turning
        Where it turns.
    support
        Observed values, drawn as a rug.
    xlabel, ylabel
        The regressor and the fitted part of the outcome, with units.
    form
        How the turning point is written.
    """
    figure, ax = subplots(height=3.8)
    _band(ax, curve, "estimate")
    rug(ax, support)
    words = f"turns at {form.format(turning)}".replace("-", "−")
    _turn(ax, coefficients, turning, support, words)
    ax.set_xlabel(f"{xlabel}\nband: 95% CR3; rug: observations; dashed: beyond the data",
                  fontsize=10)  # fmt: skip
    ax.set_ylabel(ylabel)
    ax.margins(x=0.04)
    return Picture(figure)


def _turn(ax: Axes, by: Quadratic, turning: float, support: np.ndarray, words: str) -> None:
    mean, linear, square = by
    low, high = float(np.min(support)), float(np.max(support))
    reach = (high - low) * FAR
    style = {"color": ORANGE, "fontsize": 10.5}
    if not low - reach <= turning <= high + reach:
        right = turning > high
        ax.text(0.98 if right else 0.02, 0.97, f"{words}, off the page", transform=ax.transAxes,
                ha="right" if right else "left", va="top", **style)  # fmt: skip
        return
    if not low <= turning <= high:
        edge = low if turning < low else high
        # A little past the turning point, so that it is seen to turn.
        x = np.linspace(edge, turning + 0.12 * (turning - edge), 80)
        ax.plot(x, linear * (x - mean) + square * (x - mean) ** 2, color=MUTED, lw=1.4, ls="--")
    top = (turning, linear * (turning - mean) + square * (turning - mean) ** 2)
    ax.plot(*top, "o", color=ORANGE, mfc=PAPER, mew=1.8, ms=8, zorder=4)
    left = turning < (low + high) / 2
    write(ax, words, top, (4 if left else -4, 10), ha="left" if left else "right", **style)


def channel_fragility(
    rho: np.ndarray, product: np.ndarray, at_zero: tuple[float, float, float], rho_zero: float,
    xlabel: str, ylabel: str,
) -> Picture:  # fmt: skip
    """Draw a·b for every correlation that a hidden common cause could leave.

    Parameters
    ----------
    rho, product
        Correlation of the two errors and the product under it.
    at_zero
        Product, low and high end where nothing is hidden.
    rho_zero
        Correlation at which the product is gone.
    xlabel, ylabel
        The correlation and the product, with units.
    """
    figure, ax = subplots(height=3.7)
    ax.plot(rho, product, color=BLUE, lw=2)
    value, low, high = at_zero
    ax.vlines(0, low, high, color=BLUE, lw=1.6)
    ax.plot(0, value, "o", color=BLUE, ms=7, mew=0)
    ax.plot(rho_zero, 0, "D", color=ORANGE, ms=7, mew=0, zorder=4)
    zero_line(ax, axis="y")
    words = f"nothing hidden: {signed(value)}\n95%: {signed(low)} to {signed(high)}"
    falls = product[-1] < product[0]  # the line leaves this upper corner free
    ax.text(0.98 if falls else 0.02, 0.97, words, transform=ax.transAxes, color=BLUE, va="top",
            ha="right" if falls else "left", fontsize=10.5)  # fmt: skip
    write(ax, f"gone at {signed(rho_zero).removeprefix('+')}", (rho_zero, 0), (8, 7), color=ORANGE,
          fontsize=10.5)  # fmt: skip
    ax.set(xlim=(rho.min(), rho.max()), ylabel=ylabel)
    ax.set_xlabel(xlabel, fontsize=10)
    return Picture(figure)
