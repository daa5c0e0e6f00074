"""A fitted parabola with its turning point, solid where there are observations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.display.picture import Picture
from analysis.display.theme import BLUE, INK, MUTED, ORANGE, PAPER, subplots, zero_line

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["parabola"]

FAR = 1.5  # ranges of the data; a turning point further out is named, not drawn


def parabola(
    curve: pd.DataFrame,
    coefficients: tuple[float, float, float],
    turning: float,
    support: np.ndarray,
    xlabel: str,
    ylabel: str,
    form: str = "{:.2f}",
) -> Picture:
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
    low, high = float(np.min(support)), float(np.max(support))
    zero_line(ax, axis="y")
    ax.fill_between(curve["at"], curve["low"], curve["high"], color=BLUE, alpha=0.16, lw=0)
    ax.plot(curve["at"], curve["estimate"], color=BLUE, lw=2)
    ax.plot(support, np.zeros(len(support)), "|", color=INK, alpha=0.3, ms=8, clip_on=False,
            transform=ax.get_xaxis_transform())  # fmt: skip
    reach = (high - low) * FAR
    _turn(ax, coefficients, turning, (low, high), reach, form.format(turning).replace("-", "−"))
    ax.set_xlabel(f"{xlabel}\nband: 95% CR3; rug: observations; dashed: beyond the data",
                  fontsize=10)  # fmt: skip
    ax.set_ylabel(ylabel)
    ax.margins(x=0.04)
    return Picture(figure)


def _turn(
    ax: Axes,
    coefficients: tuple[float, float, float],
    turning: float,
    data: tuple[float, float],
    reach: float,
    words: str,
) -> None:
    mean, linear, square = coefficients
    low, high = data
    if not low - reach <= turning <= high + reach:
        side = 1 if turning > high else -1
        ax.text(0.98 if side > 0 else 0.02, 0.97, f"turns at {words}, off the page",
                transform=ax.transAxes, ha="right" if side > 0 else "left", va="top",
                color=ORANGE, fontsize=10.5)  # fmt: skip
        return
    if not low <= turning <= high:
        edge = low if turning < low else high
        # A little past the turning point, so that it is seen to turn.
        end = turning + 0.12 * (turning - edge)
        x = np.linspace(min(edge, end), max(edge, end), 80)
        ax.plot(x, linear * (x - mean) + square * (x - mean) ** 2, color=MUTED, lw=1.4, ls="--")
    top = linear * (turning - mean) + square * (turning - mean) ** 2
    ax.plot([turning], [top], "o", color=ORANGE, mfc=PAPER, mew=1.8, ms=8, zorder=4)
    side = 1 if turning < (low + high) / 2 else -1
    ax.annotate(f"turns at {words}", (turning, top), xytext=(4 * side, 10),
                textcoords="offset points", ha="left" if side > 0 else "right", color=ORANGE,
                fontsize=10.5)  # fmt: skip
