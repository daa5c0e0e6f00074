"""Certificates as pictures: false alarms against the nominal five percent, and power."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np

from analysis.certified import ACCEPTED
from analysis.display.picture import Picture
from analysis.display.theme import BLUE, GREEN, MUTED, ORANGE, RULE, subplots

if TYPE_CHECKING:
    import pandas as pd


def size_chart(sizes: pd.DataFrame) -> Picture:
    """Draw the share of false rejections per method with its Monte-Carlo interval.

    Parameters
    ----------
    sizes
        Indexed by title, top first; columns ``rejects`` and ``mc_error``. The axis is logarithmic,
        because sizes run from a few percent to nearly all; a size below one percent is drawn at
        its left end.
    """
    figure, ax = subplots(height=0.3 * len(sizes) + 1.0)
    y = np.arange(len(sizes))[::-1]
    low, high = ACCEPTED
    ax.axvspan(low, high, color=GREEN, alpha=0.12, lw=0)
    ax.axvline(0.05, color=GREEN, lw=1)
    inside = sizes["rejects"].between(low, high).to_numpy()
    sizes = sizes.assign(rejects=sizes["rejects"].clip(lower=0.0125))  # zero stays on a log axis
    for mask, colour, marker in ((inside, BLUE, "o"), (~inside, ORANGE, "D")):
        part = sizes[mask]
        style = {"fmt": marker, "color": colour, "ms": 5, "lw": 1.3}
        ax.errorbar(part["rejects"], y[mask], xerr=1.96 * part["mc_error"], **style)
    ax.set_yticks(y, [fill(title, 38) for title in sizes.index], fontsize=7.4)
    ax.set_ylim(-0.7, len(sizes) - 0.3)
    ax.set_xscale("log")
    ax.set_xlim(0.012, 1.05)
    ticks = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
    ax.set_xticks(ticks, [f"{tick:.0%}" for tick in ticks])
    ax.minorticks_off()
    ax.set_xlabel("true nulls rejected at 5%; band: accepted; bars: 95%", fontsize=9)
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
    styles = [(BLUE, "-"), (ORANGE, "--"), (GREEN, "-."), (MUTED, ":")]
    for (name, line), (colour, dash) in zip(curves.items(), styles * 3, strict=False):
        ax.plot(line.index, line, color=colour, ls=dash, lw=2, marker="o", ms=4, label=name)
    ax.axhline(0.8, color=RULE, lw=1)
    ax.axhline(0.05, color=RULE, lw=1)
    ax.set_ylim(0, 1.03)
    ax.set_xlim(left=0)
    ax.yaxis.set_major_formatter(lambda value, _position: f"{value:.0%}")
    ax.set(xlabel="true effect, SD of the outcome's noise per SD of x", ylabel="rejected")
    figure.legend(loc="outside lower center", ncols=1, frameon=False, fontsize=9)
    return Picture(figure)
