"""Economies side by side: a break in a series, scatters of their means, who carries a slope."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from analysis.display.picture import Picture
from analysis.display.theme import (
    BLUE,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    SEQUENTIAL,
    subplots,
)
from analysis.display.words import signed

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["broken_series", "carriers", "cross_section", "tilt"]


def broken_series(series: pd.DataFrame, year: int, ylabel: str) -> Picture:
    """Draw one small frame per economy, its series broken in one year.

    Parameters
    ----------
    series
        Years down, economies across, named as they are to be shown; in drawing order.
    year
        First year of the new definition; a dotted line stands before it.
    ylabel
        What is drawn, with its unit.
    """
    columns = 3
    rows = -(-series.shape[1] // columns)
    figure, axes = subplots(rows, columns, height=1.55 * rows + 0.35, sharex=True, squeeze=False)
    for ax, name in zip(axes.flat, series, strict=False):
        values = series[name].dropna()
        before, after = values[values.index < year], values[values.index >= year]
        ax.plot(before.index, before, color=MUTED, lw=1.8)
        ax.plot(after.index, after, color=BLUE, lw=1.8)
        ax.axvline(year - 0.5, color=ORANGE, lw=1, ls=":")
        ax.set_title(name, fontsize=10.5)
        ax.set_ylim(0, max(values.max() * 1.15, 1))
        ax.tick_params(labelsize=9.5)
        ax.set_xticks([series.index.min(), year, series.index.max()])
    for ax in axes.flat[series.shape[1] :]:
        ax.set_visible(False)
    figure.supylabel(ylabel, fontsize=10.5, color=MUTED)
    return Picture(figure)


def cross_section(means: pd.DataFrame, xlabel: str, ylabel: str, shade: str) -> Picture:
    """Draw the mean of each economy, shaded by a third variable.

    Parameters
    ----------
    means
        One row per economy; columns ``x`` (drawn on a log scale), ``y``, ``shade`` and ``name``,
        empty where the dot has no label.
    xlabel, ylabel, shade
        What the three are, with units.
    """
    figure, ax = subplots(height=4.1)
    dots = ax.scatter(means["x"], means["y"], c=means["shade"], cmap=SEQUENTIAL, s=34, lw=0.5,
                      edgecolors=INK, zorder=2)  # fmt: skip
    ax.set_xscale("log")
    _plain_log(ax, means["x"])
    _label(ax, means)
    bar = figure.colorbar(dots, ax=ax, pad=0.02, aspect=28)
    bar.set_label(shade, fontsize=10)
    bar.ax.tick_params(labelsize=9.5)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.set_ylim(bottom=0)
    return Picture(figure)


def tilt(means: pd.DataFrame, xlabel: str, ylabel: str) -> Picture:
    """Draw each economy by the tilt of its finance, banks to the left and markets to the right.

    Parameters
    ----------
    means
        One row per economy; columns ``x`` (a ratio, drawn on a log scale), ``y``, ``name`` (empty
        without a label) and ``marked``.
    xlabel, ylabel
        What the two are, with units.
    """
    figure, ax = subplots(height=4.1)
    rest, marked = means[~means["marked"]], means[means["marked"]]
    ax.scatter(rest["x"], rest["y"], s=20, color=MUTED, alpha=0.45, lw=0)
    ax.scatter(marked["x"], marked["y"], s=52, color=ORANGE, zorder=3)
    ax.set_xscale("log", base=2)
    _plain_log(ax, means["x"])
    ax.axvline(1, color=MUTED, lw=1, zorder=0)
    for words, side in (("← more banks ", "right"), (" more market →", "left")):
        ax.text(1, 1.01, words, transform=ax.get_xaxis_transform(), ha=side, va="bottom",
                fontsize=10, color=MUTED)  # fmt: skip
    _label(ax, means)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.set_ylim(bottom=0)
    return Picture(figure)


def carriers(rows: pd.DataFrame, full: float, unit: str) -> Picture:
    """Draw the entities that weigh most in a slope, with the slope left without each.

    Parameters
    ----------
    rows
        Heaviest first; columns ``label``, ``share`` (0 to 1) and ``without``.
    full
        The slope on all rows.
    unit
        Of the slope.
    """
    figure, ax = subplots(height=0.36 * len(rows) + 1.0)
    y = np.arange(len(rows))[::-1]
    ax.barh(y, rows["share"], color=BLUE, height=0.6)
    for height, row in zip(y, rows.itertuples(), strict=True):
        ax.annotate(f"{row.share:.0%}", (row.share, height), xytext=(4, 0), va="center",
                    textcoords="offset points", color=BLUE, fontsize=10)  # fmt: skip
        ax.annotate(signed(row.without), (1, height), xycoords=("axes fraction", "data"),
                    xytext=(30, 0), textcoords="offset points", va="center", ha="center",
                    color=ORANGE, annotation_clip=False)  # fmt: skip
    ax.set_yticks(y, rows["label"], fontsize=10.5)
    ax.set_xlim(0, 1.12 * float(rows["share"].max()))
    ax.set_xticks([])
    ax.tick_params(axis="y", length=0)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.set_title("share in what identifies the slope", fontsize=10.5, color=BLUE)
    ax.annotate("without it", (1, 1), xycoords="axes fraction", xytext=(30, 10), ha="center",
                textcoords="offset points", color=ORANGE, fontsize=10.5)  # fmt: skip
    ax.set_xlabel(f"with all of them the slope is {signed(full)} {unit}", fontsize=10, color=ORANGE)
    return Picture(figure)


def _label(ax: Axes, means: pd.DataFrame) -> None:
    for row in means[means["name"] != ""].itertuples():
        ax.annotate(row.name, (row.x, row.y), xytext=(5, 5), textcoords="offset points",
                    fontsize=10.5, color=INK, zorder=4,
                    path_effects=[withStroke(linewidth=2.5, foreground=PAPER)])  # fmt: skip


def _plain_log(ax: Axes, values: pd.Series) -> None:
    """Write ticks of a log axis as plain numbers, powers of two that lie in the data."""
    low, high = np.floor(np.log2(values.min())), np.ceil(np.log2(values.max()))
    step = max(1, int(np.ceil((high - low) / 6)))
    ticks = 2.0 ** np.arange(low, high + 1, step)
    ax.xaxis.set_major_locator(FixedLocator(ticks))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(_power))


def _power(value: float, _place: int = 0) -> str:
    return f"{value:g}" if value >= 1 else f"1/{1 / value:g}"
