"""Effects along time: before and after an event, year after year, lag by lag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from analysis.display.charts.intervals import CR3, as_rows, intervals
from analysis.display.drawing import Picture
from analysis.display.theme import BLUE, MARKS, MUTED, ORANGE, PALE, PAPER, subplots, zero_line
from analysis.inference.cells import signed

BAND = ("band_low", "band_high")


def event_path(
    path: pd.DataFrame, xlabel: str, ylabel: str, start: float = 0, since: str = "exposed"
) -> Picture:
    """Draw the path of an event study, the years before the event shaded.

    Parameters
    ----------
    path
        An `EventStudy` or its rows: ``event_time`` or ``year``, ``estimate, low, high``; if there,
        ``band_low, band_high`` (all points at once) and ``reference`` (bool, zero by construction).
    xlabel, ylabel
        What time is counted from, and the effect with its unit.
    start
        First exposed value of the time column: 0 for event time, else a year.
    since
        What to write over the part that is not shaded.
    """
    path = as_rows(path)
    path = path.sort_values(time := "event_time" if "event_time" in path else "year")
    x = path[time].to_numpy(dtype=float)
    fixed = path.get("reference", path[time].isna()).to_numpy(dtype=bool)
    figure, ax = subplots(height=3.7)
    first, last, edge = x.min() - 0.6, x.max() + 0.6, start - 0.5
    ax.axvspan(first, edge, color=PALE, lw=0, zorder=-1)
    banded = set(BAND) <= set(path)
    if banded:
        ax.fill_between(x, *(path[end] for end in BAND), color=BLUE, alpha=0.15, lw=0)
    zero_line(ax, axis="y")
    ax.plot(x, path["estimate"], color=BLUE, lw=1, alpha=0.5)
    intervals(ax, path[~fixed], x[~fixed], upright=True, size=5.5)
    ax.plot(x[fixed], path["estimate"][fixed], "o", color=BLUE, mfc=PAPER, mew=1.4, ms=6.5,
            zorder=3)  # fmt: skip
    note = "95%: bars each alone, band all at once" if banded else "bars: 95%"
    note += "; open: reference" if fixed.any() else ""
    for middle, words in (((first + edge) / 2, "before"), ((edge + last) / 2, since)):
        ax.text(middle, 1.02, words, transform=ax.get_xaxis_transform(), ha="center", va="bottom",
                color=MUTED, fontsize=10.5)  # fmt: skip
    ax.margins(y=0.12)
    ax.set(xlim=(first, last), ylabel=ylabel)
    ax.set_xlabel(f"{xlabel}\n{note}", fontsize=10)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12))
    return Picture(figure)


def responses(
    rows: pd.DataFrame, xlabel: str, ylabel: str, early: Sequence[int] = (0, 1),
    late: Sequence[int] = (3, 4), contrast: Mapping[str, float] | None = None,
) -> Picture:  # fmt: skip
    """Draw a response per horizon with its interval; the early and the late group are bracketed.

    Parameters
    ----------
    rows
        A `LocalProjections` or its rows: ``horizon, estimate, low, high`` and, if there,
        ``low_cr3, high_cr3``, drawn thin.
    xlabel, ylabel
        What years are counted from, and the response with its unit.
    early, late
        Horizons whose means are compared, as `LocalProjections.early` and `late`.
    contrast
        Late less early, written above: ``estimate, low_cr3, high_cr3``.
    """
    rows = as_rows(rows).sort_values("horizon")
    x = rows["horizon"].to_numpy(dtype=float)
    figure, ax = subplots(height=3.9)
    zero_line(ax, axis="y")
    double = set(CR3) <= set(rows)
    ax.plot(x, rows["estimate"], color=BLUE, lw=1)
    intervals(ax, rows, x, thin=CR3 if double else None, upright=True)
    ax.margins(y=0.1)
    low, high = ax.get_ylim()
    ax.set_ylim(low - 0.17 * (high - low), high)
    means = rows.set_index("horizon")["estimate"]
    for group, words in ((early, "early"), (late, "late")):
        _bracket(ax, sorted(group), words, float(means.loc[list(group)].mean()))
    if contrast is not None:
        value, low, high = (signed(contrast[name]) for name in ("estimate", *CR3))
        ax.set_title(f"late less early: {value} [{low}, {high}]", fontsize=11, color=ORANGE)
    ax.set_xticks(x)
    ax.set(xlim=(x.min() - 0.5, x.max() + 0.5), ylabel=ylabel)
    note = "thick: 95% CR1; thin: 95% CR3" if double else "bars: 95%"
    ax.set_xlabel(f"{xlabel}\n{note}; orange: mean of a group", fontsize=10)
    ax.tick_params(axis="x", length=0, colors=MUTED)
    return Picture(figure)


def _bracket(ax: Axes, group: list[int], words: str, mean: float) -> None:
    first, last = group[0] - 0.25, group[-1] + 0.25
    ax.hlines(mean, first, last, color=ORANGE, lw=2, zorder=1.5)
    shape = np.array([[first, 0.075], [first, 0.045], [last, 0.045], [last, 0.075]])
    ax.plot(*shape.T, color=ORANGE, lw=1.2, transform=ax.get_xaxis_transform())
    ax.text((first + last) / 2, 0.06, words, transform=ax.get_xaxis_transform(), ha="center",
            va="bottom", color=ORANGE, fontsize=10.5)  # fmt: skip


def lag_profiles(tables: Mapping[str, pd.DataFrame], xlabel: str, ylabel: str) -> Picture:
    """Draw the effect at every lag with its CR3 interval, one colour and marker per period.

    Parameters
    ----------
    tables
        By period, two at most: `DistributedLags` or its rows ``lag, estimate, low_cr3, high_cr3``.
    xlabel, ylabel
        What the lag counts, and the effect with its unit.
    """
    figure, ax = subplots(height=3.8)
    for i, ((name, found), (colour, shape)) in enumerate(zip(tables.items(), MARKS, strict=False)):
        rows = as_rows(found)
        aside = 0.09 * (2 * i - 1) if len(tables) > 1 else 0
        intervals(ax, rows, rows["lag"] + aside, colour, shape, ends=CR3, upright=True)
        ax.text(0.02, 0.97 - 0.08 * i, name, color=colour, va="top", transform=ax.transAxes)
    zero_line(ax, axis="y")
    ax.set_xticks([int(lag) for lag in rows["lag"]])
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(y=0.22)
    return Picture(figure)
