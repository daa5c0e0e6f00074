"""One statistic many times over: assignments dealt at random, simulated panels."""

from __future__ import annotations

from textwrap import fill

import numpy as np
import pandas as pd
import seaborn as sns

from analysis.certified import ACCEPTED
from analysis.display.charts.intervals import intervals
from analysis.display.drawing import Picture, write
from analysis.display.theme import BLUE, GREEN, MUTED, ORANGE, PAPER, RULE, subplots
from analysis.inference.cells import signed


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
    places = np.arange(np.floor(-(far + abs(observed)) / step),
                       np.ceil((far - abs(observed)) / step) + 1)  # fmt: skip
    bins = abs(observed) + step * places
    middles = (bins[np.digitize(values, bins) - 1]) + step / 2
    sns.histplot(x=values, hue=np.abs(middles) >= abs(observed), hue_order=[True, False], bins=bins,
                 multiple="stack", palette={False: RULE, True: MUTED}, alpha=1, edgecolor=PAPER,
                 lw=0.4, legend=False, ax=ax)  # fmt: skip
    ax.axvline(0, color=MUTED, lw=1)
    ax.axvline(observed, color=ORANGE, lw=2)
    ax.set_ylim(0, ax.get_ylim()[1] * 1.16)
    words = f"observed {signed(observed)}"
    if p is not None:
        words += "\np < 0.001" if p < 0.001 else f"\np = {p:.3f}"
    right = observed > 0
    write(ax, words, (observed, 1), (-6 if right else 6, -2), ha="right" if right else "left",
          va="top", xycoords=("data", "axes fraction"), color=ORANGE, fontsize=10.5,
          bbox={"facecolor": PAPER, "lw": 0, "pad": 1.5, "alpha": 0.85})  # fmt: skip
    dropped = len(np.ravel(distribution)) - len(values)
    note = f"; {dropped:,} without a value left out" if dropped else ""
    ax.set_xlabel(f"{xlabel}\n{len(values):,} assignments{note}; dark: at least as far from zero",
                  fontsize=10)  # fmt: skip
    ax.set(xlim=(-far, far), yticks=[], ylabel="")
    ax.spines["left"].set_visible(False)
    return Picture(figure)


def size_chart(sizes: pd.DataFrame) -> Picture:
    """Draw the share of false rejections per method with its Monte-Carlo interval.

    Parameters
    ----------
    sizes
        Indexed by title, top first; columns ``rejects`` and ``mc_error``. The axis is logarithmic,
        because sizes run from a few percent to nearly all; a size below one percent is drawn at
        its left end.
    """
    figure, ax = subplots(height=0.42 * len(sizes) + 1.0)
    at = np.arange(len(sizes))[::-1]
    low, high = ACCEPTED
    ax.axvspan(low, high, color=GREEN, alpha=0.12, lw=0)
    ax.axvline(0.05, color=GREEN, lw=1)
    inside = sizes["rejects"].between(low, high).to_numpy()
    shares, reach = sizes["rejects"].clip(lower=0.0125), 1.96 * sizes["mc_error"]
    rows = sizes.assign(
        estimate=shares, low=(shares - reach).clip(lower=0.001), high=shares + reach
    )
    for mask, colour, shape in ((inside, BLUE, "o"), (~inside, ORANGE, "D")):
        intervals(ax, rows[mask], at[mask], colour, shape, size=4.5)
    ax.set_yticks(at, [fill(title, 36) for title in sizes.index], fontsize=9.5)
    ax.set_ylim(-0.7, len(sizes) - 0.3)
    ax.set(xscale="log", xlim=(0.012, 1.05))
    ticks = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
    ax.set_xticks(ticks, [f"{tick:.0%}" for tick in ticks])
    ax.minorticks_off()
    ax.set_xlabel("true nulls rejected at 5%; band: accepted; bars: 95%", fontsize=9.5)
    ax.grid(axis="x", color=RULE, lw=0.5)
    return Picture(figure)


def power_chart(curves: pd.DataFrame) -> Picture:
    """Draw the share of rejections against the true effect, one labelled line per method.

    Parameters
    ----------
    curves
        Index: true effect; a column per method title; shares in [0, 1].
    """
    figure, ax = subplots(height=3.9)
    styles = [(BLUE, "-"), (ORANGE, "--"), (GREEN, "-."), (MUTED, ":")] * 3
    for (name, line), (colour, dash) in zip(curves.items(), styles, strict=False):
        ax.plot(line.index, line, color=colour, ls=dash, lw=2, marker="o", ms=4, label=name)
    for share in (0.05, 0.8):
        ax.axhline(share, color=RULE, lw=1)
    ax.set_ylim(0, 1.03)
    ax.set_xlim(left=0)
    ax.yaxis.set_major_formatter(lambda value, _position: f"{value:.0%}")
    ax.set(xlabel="true effect, SD of the outcome's noise per SD of x", ylabel="rejected")
    figure.legend(loc="outside lower center", ncols=1, fontsize=9.5)
    return Picture(figure)
