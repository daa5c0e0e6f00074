"""Where a threshold may lie: the likelihood ratio along its candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.display.picture import Picture
from analysis.display.theme import BLUE, INK, MUTED, ORANGE, PAPER, subplots

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["threshold_likelihood"]


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
    ax.set(ylim=(0, top), xlim=_span(x, support))
    _write(ax, gamma, low, high, critical)
    cut = int((lr > top).sum())
    note = f"; {cut} candidates lie above the frame" if cut else ""
    if support is not None:
        ax.plot(support, np.zeros(len(support)), "|", color=INK, alpha=0.3, ms=9, clip_on=False,
                transform=ax.get_xaxis_transform())  # fmt: skip
        note += "; rug: observations"
    ax.set_xlabel(f"{xlabel}\npale: thresholds the test accepts{note}", fontsize=10)
    ax.set_ylabel("likelihood ratio LR(γ)")
    return Picture(figure)


def _stretches(x: np.ndarray, accepted: np.ndarray) -> list[tuple[float, float]]:
    """Return from where to where accepted candidates reach, each halfway to its neighbours."""
    edges = np.concatenate([x[:1], (x[1:] + x[:-1]) / 2, x[-1:]])
    steps = np.flatnonzero(np.diff(np.concatenate([[0], accepted.astype(int), [0]])))
    return [(float(edges[i]), float(edges[j])) for i, j in steps.reshape(-1, 2)]


def _span(x: np.ndarray, support: np.ndarray | None) -> tuple[float, float]:
    values = x if support is None else np.concatenate([x, np.asarray(support, dtype=float)])
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    return low - 0.02 * (high - low), high + 0.02 * (high - low)


def _write(ax: Axes, gamma: float, low: float, high: float, critical: float) -> None:
    left, right = ax.get_xlim()
    ax.annotate("critical value ", (right, critical), xytext=(0, 3), textcoords="offset points",
                color=ORANGE, fontsize=10, ha="right", va="bottom")  # fmt: skip
    side = 1 if gamma < (left + right) / 2 else -1
    ax.annotate(
        f"γ = {gamma:.2f}\n[{low:.2f}, {high:.2f}]".replace("-", "−"), (gamma, 0.97),
        xycoords=("data", "axes fraction"), xytext=(5 * side, 0), textcoords="offset points",
        ha="left" if side > 0 else "right", va="top", color=BLUE, fontsize=10.5,
        bbox={"facecolor": PAPER, "lw": 0, "pad": 1.5, "alpha": 0.85},
    )  # fmt: skip
    ax.axvline(gamma, color=BLUE, lw=0.9, ls=":")
    ax.tick_params(colors=MUTED, labelcolor=INK)
