"""Before and after an event, and where its estimate falls among assignments dealt at random."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator

from analysis.display.drawing import signed
from analysis.display.picture import Picture
from analysis.display.theme import BLUE, INK, MUTED, ORANGE, PAPER, RULE, subplots, zero_line

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["event_path", "permutation"]

PALE = "#f1f3f5"


def event_path(
    path: pd.DataFrame, xlabel: str, ylabel: str, start: float = 0, since: str = "exposed"
) -> Picture:
    """Draw the path of an event study, the years before the event shaded.

    Parameters
    ----------
    path
        As `EventStudy.tidy`: ``event_time`` or ``year``, ``estimate, low, high``; if there,
        ``band_low, band_high`` (all points at once) and ``reference`` (bool, zero by construction).
    xlabel, ylabel
        What time is counted from, and the effect with its unit.
    start
        First exposed value of the time column: 0 for event time, else a year.
    since
        What to write over the part that is not shaded.
    """
    path = path.sort_values(time := "event_time" if "event_time" in path else "year")
    x = path[time].to_numpy(dtype=float)
    fixed = (
        path["reference"].to_numpy(dtype=bool) if "reference" in path else np.zeros(len(x), bool)
    )
    figure, ax = subplots(height=3.7)
    ax.axvspan(x.min() - 0.6, start - 0.5, color=PALE, lw=0, zorder=-1)
    banded = {"band_low", "band_high"} <= set(path)
    if banded:
        ax.fill_between(x, path["band_low"], path["band_high"], color=BLUE, alpha=0.15, lw=0)
    zero_line(ax, axis="y")
    free = path[~fixed]
    ax.vlines(x[~fixed], free["low"], free["high"], color=BLUE, lw=1.3)
    ax.plot(x, path["estimate"], color=BLUE, lw=1, alpha=0.5)
    ax.plot(x[~fixed], free["estimate"], "o", color=BLUE, ms=5.5)
    ax.plot(x[fixed], path["estimate"][fixed], "o", color=BLUE, mfc=PAPER, mew=1.4, ms=6.5)
    note = "95%: bars each alone, band all at once" if banded else "bars: 95%"
    note += "; open: reference" if fixed.any() else ""
    _title_parts(ax, x, start, since)
    ax.set_xlabel(f"{xlabel}\n{note}", fontsize=10)
    ax.set_ylabel(ylabel)
    ax.set_xlim(x.min() - 0.6, x.max() + 0.6)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12))
    return Picture(figure)


def _title_parts(ax: Axes, x: np.ndarray, start: float, since: str) -> None:
    ax.margins(y=0.12)
    for middle, words in (((x.min() - 0.6 + start - 0.5) / 2, "before"),
                          ((start - 0.5 + x.max() + 0.6) / 2, since)):  # fmt: skip
        ax.text(middle, 1.02, words, transform=ax.get_xaxis_transform(), ha="center", va="bottom",
                color=MUTED, fontsize=10.5)  # fmt: skip


def permutation(
    distribution: np.ndarray, observed: float, xlabel: str, p: float | None = None
) -> Picture:
    """Draw the statistic under permuted assignment and where the observed one falls.

    Parameters
    ----------
    distribution
        One value per assignment, as `Randomisation.distribution`.
    observed
        The statistic of the true assignment; bars at least as far from zero are dark.
    xlabel
        The statistic with its unit.
    p
        Two-sided p-value as the test gives it; written on the figure.
    """
    values = np.asarray(distribution, dtype=float)
    values = values[np.isfinite(values)]
    figure, ax = subplots(height=3.4)
    far = max(float(np.abs(values).max()), abs(observed)) * 1.06 or 1.0
    # An edge falls on the observed value, so that no bar is half dark.
    step = max(abs(observed), far / 40) / max(1, round(20 * abs(observed) / far))
    edges = abs(observed) + step * np.arange(np.floor(-(far + abs(observed)) / step),
                                             np.ceil((far - abs(observed)) / step) + 1)  # fmt: skip
    counts, edges = np.histogram(values, bins=edges)
    inner = np.abs((edges[:-1] + edges[1:]) / 2) < abs(observed)
    for mask, colour in ((inner, RULE), (~inner, MUTED)):
        ax.bar(edges[:-1][mask], counts[mask], step, align="edge", color=colour, ec=PAPER, lw=0.4)
    ax.axvline(0, color=MUTED, lw=1)
    ax.axvline(observed, color=ORANGE, lw=2)
    _name_observed(ax, observed, p)
    dropped = len(np.ravel(distribution)) - len(values)
    note = f"; {dropped:,} without a value left out" if dropped else ""
    ax.set_xlabel(f"{xlabel}\n{len(values):,} assignments{note}; dark: at least as far from zero",
                  fontsize=10)  # fmt: skip
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.set_xlim(-far, far)
    return Picture(figure)


def _name_observed(ax: Axes, observed: float, p: float | None) -> None:
    ax.set_ylim(0, ax.get_ylim()[1] * 1.16)
    right = observed > 0
    words = f"observed {signed(observed)}"
    if p is not None:
        words += "\np < 0.001" if p < 0.001 else f"\np = {p:.3f}"
    ax.annotate(words, (observed, 1), xycoords=("data", "axes fraction"), va="top",
                xytext=(-6 if right else 6, -2), textcoords="offset points",
                ha="right" if right else "left", color=ORANGE, fontsize=10.5,
                bbox={"facecolor": PAPER, "lw": 0, "pad": 1.5, "alpha": 0.85})  # fmt: skip
    ax.tick_params(axis="x", labelcolor=INK)
