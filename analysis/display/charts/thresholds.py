"""Where a threshold may lie, and how high the best of many candidates must reach."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.display.charts.curves import rug
from analysis.display.drawing import Picture, write
from analysis.display.theme import BLUE, INK, MUTED, ORANGE, PAPER, subplots
from analysis.inference.cells import signed


def threshold_likelihood(
    path: pd.DataFrame, gamma: float, low: float, high: float, critical: float, xlabel: str,
    support: np.ndarray | None = None,
) -> Picture:  # fmt: skip
    """Draw LR(γ), the critical line and the candidates that the test accepts.

    Parameters
    ----------
    path
        Columns ``gamma, lr``, as `Threshold.path`.
    gamma, low, high
        Estimate and the ends of the accepted set, as `Threshold` gives them. The set may have
        holes; every stretch of it is marked.
    critical
        Hansen's critical value of LR(γ), 7.35 at 5% (`threshold_numerics.critical_distance`).
    xlabel
        The threshold variable with its unit.
    support
        Observed values of the threshold variable, drawn as a rug.
    """
    path = path.sort_values("gamma")
    x, lr = (path[name].to_numpy(dtype=float) for name in ("gamma", "lr"))
    figure, ax = subplots(height=3.8)
    top = float(max(np.nanquantile(lr, 0.98), 1.8 * critical)) * 1.05
    for first, last in _stretches(x, lr <= critical):
        ax.bar(first, critical, last - first, align="edge", color=BLUE, alpha=0.16, lw=0)
    ax.plot(x, lr, color=BLUE, lw=1.8)
    ax.axhline(critical, color=ORANGE, lw=1.3, ls="--")
    ax.plot(gamma, 0, "v", color=BLUE, ms=9, mew=0, clip_on=False, zorder=4)
    cut = int((lr > top).sum())
    note = f"; {cut} candidates lie above the frame" if cut else ""
    if support is not None:
        rug(ax, support)
        note += "; rug: observations"
    ax.margins(x=0.02)
    ax.set_ylim(0, top)
    _write(ax, gamma, low, high, critical)
    ax.set_xlabel(f"{xlabel}\npale: thresholds the test accepts{note}", fontsize=10)
    ax.set_ylabel("likelihood ratio LR(γ)")
    return Picture(figure)


def _stretches(x: np.ndarray, accepted: np.ndarray) -> list[tuple[float, float]]:
    """Return from where to where accepted candidates reach, each halfway to its neighbours."""
    edges = np.concatenate([x[:1], (x[1:] + x[:-1]) / 2, x[-1:]])
    steps = np.flatnonzero(np.diff(np.concatenate([[0], accepted.astype(int), [0]])))
    return [(float(edges[i]), float(edges[j])) for i, j in steps.reshape(-1, 2)]


def _write(ax: Axes, gamma: float, low: float, high: float, critical: float) -> None:
    left, right = ax.get_xlim()
    write(ax, "critical value ", (right, critical), (0, 3), color=ORANGE, fontsize=10, ha="right",
          va="bottom")  # fmt: skip
    side = 1 if gamma < (left + right) / 2 else -1
    value, first, last = (signed(v).removeprefix("+") for v in (gamma, low, high))
    write(ax, f"γ = {value}\n[{first}, {last}]", (gamma, 0.97), (5 * side, 0), color=BLUE,
          xycoords=("data", "axes fraction"), ha="left" if side > 0 else "right", va="top",
          fontsize=10.5, bbox={"facecolor": PAPER, "lw": 0, "pad": 1.5, "alpha": 0.85})  # fmt: skip
    ax.axvline(gamma, color=BLUE, lw=0.9, ls=":")


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
    write(ax, f"the best of {len(x)}: {f:.1f}", (x[top], f), (0, 7), ha=side, color=ORANGE,
          fontsize=10.5)  # fmt: skip
    ax.axhline(single, color=MUTED, lw=1.3, ls="--")
    ax.axhline(best, color=INK, lw=1.3, ls="--")
    across = ("axes fraction", "data")
    write(ax, f"needed by the best of {len(x)}: {best:.1f}", (1, best), (0, 4), ha="right",
          xycoords=across, fontsize=10.5)  # fmt: skip
    ax.annotate(
        f"enough for one, named beforehand: {single:.1f}", (0.9, single), xytext=(1, 0.5),
        xycoords=across, textcoords="axes fraction", ha="right", color=MUTED, fontsize=10.5,
        arrowprops={"arrowstyle": "-", "color": MUTED},
    )  # fmt: skip
    ax.set(ylim=(0, 1.12 * max(best, f)), ylabel="F of the candidate")
    ax.set_xlabel(f"{xlabel}\none stem a candidate", fontsize=10)
    ax.margins(x=0.03)
    return Picture(figure)
