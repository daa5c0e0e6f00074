"""How little confounding undoes a channel: the product of its paths along a hidden correlation."""

from __future__ import annotations

import numpy as np

from analysis.display.picture import Picture
from analysis.display.theme import BLUE, INK, ORANGE, subplots, zero_line

__all__ = ["channel_fragility"]


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
    words = f"nothing hidden: {value:+.2f}\n95%: {low:+.2f} to {high:+.2f}".replace("-", "−")
    falls = product[-1] < product[0]  # the line leaves this upper corner free
    ax.text(0.98 if falls else 0.02, 0.97, words, transform=ax.transAxes, color=BLUE, va="top",
            ha="right" if falls else "left", fontsize=10.5)  # fmt: skip
    ax.annotate(f"gone at {rho_zero:.2f}".replace("-", "−"), (rho_zero, 0), xytext=(8, 7),
                textcoords="offset points", ha="left", color=ORANGE, fontsize=10.5)  # fmt: skip
    ax.set(xlim=(rho.min(), rho.max()), ylabel=ylabel)
    ax.set_xlabel(xlabel, fontsize=10)
    ax.tick_params(labelcolor=INK)
    return Picture(figure)
