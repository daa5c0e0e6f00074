"""Measures and counts year by year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from analysis.display.drawing import Picture, write
from analysis.display.theme import BLUE, INK, MARKS, MUTED, ORANGE, PALE, RULE, subplots, zero_line
from analysis.inference.cells import signed

BARS = {"errorbar": None, "saturation": 1, "legend": False, "native_scale": True}
ROOM = 0.36  # right of the last year, as a share of the years: direct labels stand there


def quartile_path(path: pd.DataFrame, ylabel: str) -> Picture:
    """Draw the mean over entities year by year, with a band from the first to the third quartile.

    Parameters
    ----------
    path
        Columns ``year, mean, low, high, entities``.
    ylabel
        What is measured.
    """
    figure, ax = subplots(height=3.4)
    ax.fill_between(path["year"], path["low"], path["high"], color=BLUE, alpha=0.18, lw=0)
    sns.lineplot(path, x="year", y="mean", color=BLUE, lw=2, ax=ax)
    last = path.iloc[-1]
    for words, end, size in ((f"mean of {int(last['entities'])}", "mean", 11.5),
                             ("middle half", "low", 9.5)):  # fmt: skip
        write(ax, words, (last["year"], last[end]), (0, 6), ha="right", color=BLUE, fontsize=size)
    ax.set(xlabel="year", ylabel=ylabel)
    ax.set_ylim(bottom=0)
    ax.set_xticks([int(year) for year in path["year"][:: max(1, len(path) // 6)]])
    return Picture(figure)


def trends(rows: pd.DataFrame, xlabel: str, colours: Mapping[str, str] | None = None) -> Picture:
    """Draw one small panel per measure: median, middle half, lowest and highest entity.

    Years in which fewer than half of the entities are observed are left open rather than joined.

    Parameters
    ----------
    rows
        One per entity, year and measure: columns ``label, side, entity, year, value``; measures
        from top to bottom.
    xlabel
        What line, band and dots are.
    colours
        By side.
    """
    groups = rows.groupby("label", sort=False)
    figure, axes = subplots(
        groups.ngroups, 1, height=1.75 * groups.ngroups + 0.3, sharex=True, squeeze=False
    )
    for ax, (label, part) in zip(axes[:, 0], groups, strict=True):
        colour = (colours or {}).get(part["side"].iloc[0], MUTED)
        thin = part["value"].isna().groupby(part["year"]).mean() > 0.5
        run = part["year"].map(thin.cumsum())  # one number per stretch without a thin year
        for _, piece in part[~part["year"].map(thin)].groupby(run):
            how = {"x": "year", "y": "value", "color": colour, "ax": ax}
            sns.lineplot(piece, **how, estimator="median", errorbar=("pi", 50), lw=2, marker="o",
                         ms=4, mew=0, err_kws={"lw": 0, "alpha": 0.18})  # fmt: skip
            for end in ("max", "min"):
                sns.lineplot(piece, **how, estimator=end, errorbar=None, lw=0.8, ls=":")
        ax.set_title(label, color=colour)
        ax.set(xlabel="", ylabel="")
        ax.set_ylim(bottom=min(0.0, float(part["value"].min())))
        ax.margins(x=0.02)
    axes[-1, 0].set_xlabel(xlabel)
    return Picture(figure)


def entity_paths(rows: pd.DataFrame, measures: Mapping[str, Mapping[str, Any]]) -> Picture:
    """Draw a measure of every entity year by year, thin, and the median of its region, thick.

    Parameters
    ----------
    rows
        Indexed by entity: ``region``, of which the first four have colours of their own.
    measures
        By name: ``label_en`` and ``values``, entities down and years across. One panel each.
    """
    figure, axes = subplots(len(measures), 1, height=3.6 * len(measures), squeeze=False)
    for ax, one in zip(axes[:, 0], measures.values(), strict=True):
        table = one["values"].T.sort_index()
        regions = rows["region"].reindex(table.columns)
        medians = table.T.groupby(regions).median().T
        for (colour, shape), region in zip(MARKS, medians, strict=False):
            ax.plot(table.loc[:, (regions == region).to_numpy()], color=colour, lw=0.7, alpha=0.45)
            ax.plot(medians[region], color=colour, lw=2.2, marker=shape, ms=4)
        first, last = int(table.index[0]), int(table.index[-1])
        ax.set_xlim(first - 0.4, last + ROOM * (last - first))
        name_lines(ax, medians, last)
        ax.set_title(one["label_en"], fontsize=11)
        ax.set_xlabel("thin: one place; thick: median of its region", fontsize=10)
        ax.set_xticks(range(first, last + 1, 2))
        ax.set_ylim(bottom=min(0.0, float(table.min(axis=None))))
    return Picture(figure)


def yearly_bars(values: pd.Series, ylabel: str, marked: str = "") -> Picture:
    """Draw a bar a year with its value; years lower than the one before stand out.

    Parameters
    ----------
    values
        Indexed by year; missing years are left out.
    ylabel
        What is shown, with its unit.
    marked
        What it means that a value is lower than the year before.
    """
    values = values.dropna().sort_index()
    figure, ax = subplots(height=3.4)
    zero_line(ax, axis="y")
    style = {"palette": {False: BLUE, True: ORANGE}, "dodge": False, "width": 0.72, **BARS}
    sns.barplot(x=values.index, y=values, hue=values.diff() < 0, ax=ax, **style)
    for bars in ax.containers:
        words = [signed(v, 1).removeprefix("+") for v in bars.datavalues]
        ax.bar_label(bars, words, padding=3, color=INK, fontsize=9.5)
    ax.set_xticks([int(year) for year in values.index[::2]])
    ax.set_ylabel(ylabel)
    ax.set_xlabel(f"year; orange: {marked}" if marked else "year", fontsize=10)
    ax.margins(y=0.12)
    return Picture(figure)


def count_of_all(counts: pd.Series, totals: pd.Series, words: str) -> Picture:
    """Draw a bar a year in front of a pale bar for all that were observed.

    Parameters
    ----------
    counts, totals
        By year: how many, and of how many.
    words
        What is counted.
    """
    figure, ax = subplots(height=3.2)
    for bars, colour in ((totals, RULE), (counts, BLUE)):
        sns.barplot(x=bars.index, y=bars, color=colour, ax=ax, **BARS)
    ax.bar_label(ax.containers[-1], padding=3, color=BLUE, fontsize=10.5)
    ax.set_ylim(0, 1.05 * float(totals.max()))
    ax.set_xticks(totals.index[::2])
    ax.tick_params(axis="x", length=0, labelcolor=INK)
    ax.set_title(words, fontsize=10.5, color=BLUE)
    ax.set_xlabel("pale: all observed", fontsize=10)
    ax.set_ylabel("")
    return Picture(figure)


def grouped_counts(counts: Mapping[str, pd.DataFrame], start: float, since: str) -> Picture:
    """Draw one panel per series with a line per group, named at its end.

    Parameters
    ----------
    counts
        By title of the panel: a table with years as index and one column per group.
    start
        First year of the event; the years before it are shaded.
    since
        What to write over the years that are not shaded.
    """
    figure, axes = subplots(len(counts), 1, height=1.95 * len(counts) + 0.5, sharex=True,
                            squeeze=False)  # fmt: skip
    for ax, (title, table) in zip(axes[:, 0], counts.items(), strict=True):
        first, last = int(table.index.min()), int(table.index.max())
        ax.axvspan(first - 0.6, start - 0.5, color=PALE, lw=0, zorder=-1)
        for (colour, shape), name in zip(MARKS, table, strict=False):
            ax.plot(table.index, table[name], color=colour, lw=1.8, marker=shape, ms=3.8)
        name_lines(ax, table, last)
        ax.set_title(title, fontsize=11.5)
        ax.set_ylim(bottom=0)
        ax.set_xlim(first - 0.6, last + ROOM * (last - first))
        ax.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
        ax.set_xticks(range(first, last + 1, 2))
    top = axes[0, 0]
    top.set_ylim(top=1.22 * top.get_ylim()[1])  # the words stand above the lines
    for middle, words in (((start + last) / 2, since), ((first + start - 1.1) / 2, "before")):
        top.text(middle, 0.99, words, va="top", ha="center", color=MUTED, fontsize=9.5,
                 transform=top.get_xaxis_transform())  # fmt: skip
    return Picture(figure)


def name_lines(ax: Axes, table: pd.DataFrame, last: int) -> None:
    """Write names at the ends of the lines, pushed apart where they would touch."""
    gap, place = 0.16 * float(table.to_numpy().max()), float("-inf")
    for name, value in table.iloc[-1].sort_values().items():
        place = max(float(value), place + gap)
        colour, _ = MARKS[list(table).index(name)]
        write(ax, str(name), (last, place), (7, 0), va="center", color=colour, fontsize=9.5)


def broken_series(series: pd.DataFrame, year: int, ylabel: str) -> Picture:
    """Draw one small frame per entity, its series broken in one year.

    Parameters
    ----------
    series
        Years down, entities across, named as they are to be shown; in drawing order.
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
        for part, colour in ((values[values.index < year], MUTED),
                             (values[values.index >= year], BLUE)):  # fmt: skip
            ax.plot(part.index, part, color=colour, lw=1.8)
        ax.axvline(year - 0.5, color=ORANGE, lw=1, ls=":")
        ax.set_title(name, fontsize=10.5)
        ax.set_ylim(0, max(values.max() * 1.15, 1))
        ax.tick_params(labelsize=9.5)
        ax.set_xticks([series.index.min(), year, series.index.max()])
    for ax in axes.flat[series.shape[1] :]:
        ax.set_visible(False)
    figure.supylabel(ylabel, fontsize=10.5, color=MUTED)
    return Picture(figure)
