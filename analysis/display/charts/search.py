"""A search over many candidates: how high each one reaches, and how high the best one must."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.display.picture import Picture
from analysis.display.theme import BLUE, INK, MUTED, ORANGE, subplots

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["searched"]


def searched(path: pd.DataFrame, f: float, single: float, best: float, xlabel: str) -> Picture:
    """Draw the F of every candidate beside two critical values.

    Parameters
    ----------
    path
        Columns ``gamma, lr``, as `Threshold.path`.
    f
        F of the best candidate; the F of another one is lower by its LR.
    single
        Critical value for one candidate named beforehand, rows independent.
    best
        Critical value for the best of all candidates, from the bootstrap.
    xlabel
        The variable that is searched.
    """
    x, values = path["gamma"].to_numpy(float), f - path["lr"].to_numpy(float)
    figure, ax = subplots(height=3.8)
    ax.vlines(x, 0, values, color=BLUE, lw=1, alpha=0.35)
    ax.plot(x, values, "o", color=BLUE, ms=2.6, mew=0)
    top = int(values.argmax())
    side = "left" if x[top] < x.mean() else "right"
    ax.plot(x[top], values[top], "o", color=ORANGE, ms=7, mew=0)
    ax.annotate(f"the best of {len(x)}: {f:.1f}", (x[top], f), xytext=(0, 7), ha=side,
                textcoords="offset points", color=ORANGE, fontsize=10.5)  # fmt: skip
    ax.axhline(single, color=MUTED, lw=1.3, ls="--")
    ax.axhline(best, color=INK, lw=1.3, ls="--")
    across = ("axes fraction", "data")
    ax.annotate(
        f"needed by the best of {len(x)}: {best:.1f}", (1, best), xytext=(0, 4), ha="right",
        xycoords=across, textcoords="offset points", fontsize=10.5,
    )  # fmt: skip
    ax.annotate(
        f"enough for one, named beforehand: {single:.1f}", (0.9, single), xytext=(1, 0.5),
        xycoords=across, textcoords="axes fraction", ha="right", color=MUTED, fontsize=10.5,
        arrowprops={"arrowstyle": "-", "color": MUTED},
    )  # fmt: skip
    ax.set(ylim=(0, 1.12 * max(best, f)), ylabel="F of the candidate")
    ax.set_xlabel(f"{xlabel}\none stem a candidate", fontsize=10)
    ax.margins(x=0.03)
    return Picture(figure)
