"""Rows of effects: columns of a table, readings and maps side by side, margins, others' figures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.display import theme
from analysis.display.charts.intervals import CR3, as_rows, intervals, label_rows, mark, name_values
from analysis.display.drawing import Picture, wrap_words
from analysis.errors import SpecificationError

LABEL = 1.9  # inches that the words of a row may take
WIDE = ("low_wide", "high_wide")
BESIDE = 0.15  # half the distance between two or three readings of a row, in rows
KINDS = {
    "direct": "direct:\nown place",
    "indirect": "indirect:\nall other places",
    "total": "total",
}


def interval_rows(
    rows: pd.DataFrame, xlabel: str, colours: Mapping[str, str] | None = None, digits: int = 2
) -> Picture:
    """Draw an estimate and its interval per row and reading; beside CR3, drawn thin, it is thick.

    Parameters
    ----------
    rows
        Top first, named by ``label`` or the index; columns ``estimate, low, high``, if there
        ``low_cr3, high_cr3``, and for several readings of each row ``reading``: its words are
        written above in the colour of their marks. Or a result with `tidy`.
    xlabel
        The effect with its unit, and what the interval is.
    colours
        By label, where rows differ in what they stand for; for a single reading. A column ``side``
        of the rows colours by side of the mechanism instead.
    digits
        Decimals of the estimates that are written over the dots.
    """
    rows = as_rows(rows)
    wrapped = {label: _wrapped(label) for label in rows["label"]}
    rows["label"] = rows["label"].map(wrapped)
    colours = {wrapped.get(label, label): colour for label, colour in (colours or {}).items()}
    if "side" in rows:
        sides = zip(rows["label"], rows["side"], strict=True)
        colours = {label: theme.SIDE_COLOURS.get(side, theme.INK) for label, side in sides}
    labels = list(dict.fromkeys(rows["label"]))
    readings = list(dict.fromkeys(rows["reading"])) if "reading" in rows else [None]
    thin = CR3 if set(CR3) <= set(rows) else None
    lines = max(label.count("\n") + 1 for label in labels)
    # From three readings on, values under one row and over the next would meet.
    row = max(0.32 + 0.18 * len(readings) + 0.24 * (len(readings) > 2), 0.12 + 0.17 * lines)
    beside = min(BESIDE, 0.3 / max(len(readings) - 1, 1))
    figure, ax = theme.subplots(height=row * len(labels) + 1.1)
    note = "\nthick: 95% CR1; thin: 95% CR3" if thin else ""
    places = dict(zip(labels, label_rows(ax, labels, xlabel + note), strict=True))
    for i, (reading, colour, shape) in enumerate(mark(readings, "readings")):
        part = rows if reading is None else rows[rows["reading"] == reading]
        shift = beside * (len(readings) - 1 - 2 * i)
        for label, one in part.groupby("label", sort=False):
            at, ink = [places[label] + shift] * len(one), (colours or {}).get(label, colour)
            intervals(ax, one, at, ink, shape, thin=thin, filled=i == 0)
            name_values(ax, one["estimate"], at, ink, -15 if i else 6, digits)
        if reading is not None:
            x, y = 0.02 + i / max(len(readings), 2), 1.045
            ax.plot(x, y, shape, color=colour, mfc=theme.PAPER if i else colour, mew=1.4, ms=6.5,
                    transform=ax.transAxes, clip_on=False)  # fmt: skip
            ax.text(x + 0.025, y, reading, transform=ax.transAxes, color=colour, va="center",
                    fontsize=10)  # fmt: skip
    return Picture(figure)


def _wrapped(label: str) -> str:
    lines = (part for line in label.split("\n") for part in wrap_words(line, LABEL, 10.5))
    return "\n".join(lines)


def within_margin(rows: pd.DataFrame, margin: float, xlabel: str) -> Picture:
    """Draw an estimate per row with its 90% and 95% intervals across the margin.

    Two one-sided tests at five per cent pass exactly where the 90% interval lies within.

    Parameters
    ----------
    rows
        Top first, named by ``label`` or the index; columns ``estimate, low90, high90, low95,
        high95``.
    margin
        Half the width of the zone of no sizeable effect.
    xlabel
        What the effect is, with its unit.
    """
    rows = as_rows(rows)
    figure, ax = theme.subplots(height=0.62 * len(rows) + 1.2)
    ax.axvspan(-margin, margin, color=theme.GREEN, alpha=0.13, lw=0)
    at = label_rows(ax, rows["label"], f"{xlabel}\nthick: 90% CR3; thin: 95% CR3")
    intervals(ax, rows, at, ends=("low90", "high90"), thin=("low95", "high95"))
    words = f"green: no effect worth the name, ±{margin:.2f}"
    ax.set_title(words, color=theme.GREEN, fontsize=10.5)
    return Picture(figure)


def grouped_effects(
    rows: pd.DataFrame, xlabel: str, colours: Mapping[str, str] | None = None
) -> Picture:
    """Draw effects with two intervals, one panel per group, and published ones on top.

    Parameters
    ----------
    rows
        Top first; columns ``label, estimate, low, high, low_wide, high_wide``; if there, ``group``
        (the heading of a panel) and ``published``.
    xlabel
        The effect with its unit, and what the two intervals are.
    colours
        By label, as the theme names them: "blue".
    """
    colours = {label: theme.NAMED.get(colour, colour) for label, colour in (colours or {}).items()}
    groups = rows.groupby(rows.get("group", lambda _: ""), sort=False)
    figure, axes = theme.subplots(
        groups.ngroups, 1, height=0.58 * len(rows) + 0.9, sharex=True, squeeze=False
    )
    for ax, (group, part) in zip(axes[:, 0], groups, strict=True):
        for i, at in enumerate(label_rows(ax, part["label"])):
            one = part.iloc[[i]]
            ink = colours.get(one["label"].iloc[0], theme.BLUE)
            intervals(ax, one, [at], ink, thin=WIDE)
            name_values(ax, one["estimate"], [at], ink, -15, digits=1)
            for value in one.reindex(columns=["published"]).dropna()["published"]:
                ax.plot(value, at, "D", ms=9.7, mfc="none", mec=theme.ORANGE, mew=1.6, zorder=4)
                note = axes[0, 0].set_title("diamond: published", fontsize=9.5, loc="right")
                note.set_color(theme.ORANGE)
        ax.set_title(group, fontsize=11)
    axes[-1, 0].set_xlabel(xlabel, fontsize=10)
    return Picture(figure)


def planted(rows: pd.DataFrame, xlabel: str) -> Picture:
    """Draw estimates on invented firms beside the truth that was put into them.

    Parameters
    ----------
    rows
        Top first; columns ``label, planted, estimate, low, high`` and ``pooled``, the estimate
        without firm effects.
    xlabel
        The effect with its unit.
    """
    figure, ax = theme.subplots(height=0.72 * len(rows) + 1.5)
    at = label_rows(ax, rows["label"], xlabel)
    intervals(ax, rows, at)
    hollow = {"marker": "s", "s": 46, "facecolors": "none", "edgecolors": theme.ORANGE}
    ax.scatter(rows["pooled"], at, zorder=3, **hollow)
    ax.vlines(rows["planted"], at - 0.3, at + 0.3, color=theme.GREEN, lw=2.2, zorder=4)
    for words, colour, x in (("synthetic: planted truth", theme.GREEN, 0.0),
                             ("firm and year effects, 95%", theme.BLUE, 0.4),
                             ("no firm effects", theme.ORANGE, 0.83)):  # fmt: skip
        ax.text(x, 1.02, words, transform=ax.transAxes, color=colour, fontsize=9.5, va="bottom")
    ax.text(0.99, 0.5, "synthetic", transform=ax.transAxes, fontsize=34, color=theme.PURPLE,
            alpha=0.16, ha="right", va="center", zorder=0)  # fmt: skip
    return Picture(figure)


def spatial_effects(
    rows: pd.DataFrame, xlabel: str, placebo: Mapping[str, pd.DataFrame] | None = None
) -> Picture:
    """Draw direct, indirect and total effect of one term, an interval per map.

    Parameters
    ----------
    rows
        `SpatialEstimate.tidy` of one term under each map, stacked, with a column ``weights`` that
        names the map: ``weights, kind, estimate, low, high`` and, if there, ``term``. Rows of kind
        "coefficient" are no effects and are not drawn.
    xlabel
        The effect with its unit.
    placebo
        By name of the map, `SpatialPlacebo.drawn`: effects on permuted maps in the same unit,
        drawn as a pale distribution above the interval.

    Raises
    ------
    SpecificationError
        The rows hold more than one term, or more maps than there are marks.
    """
    rows = rows[rows["kind"].isin(list(KINDS))]
    maps, placebo = list(dict.fromkeys(rows["weights"])), placebo or {}
    terms = list(dict.fromkeys(rows["term"])) if "term" in rows else []
    if len(terms) > 1:
        raise SpecificationError(
            f"The rows hold effects of {' and '.join(terms)}: draw one term at a time."
        )
    marks = mark(maps, "maps")
    step = 1 / (len(maps) + 0.8)
    figure, ax = theme.subplots(height=(0.42 if placebo else 0.3) * len(KINDS) / step + 1.2)
    note = "; pale: the same on permuted maps" if placebo else ""
    places = label_rows(ax, list(KINDS.values()), f"{xlabel}\n95% intervals{note}")
    for j, (name, colour, shape) in enumerate(marks):
        one = rows[rows["weights"] == name].set_index("kind").reindex(list(KINDS))
        at = places + step * ((len(maps) - 1) / 2 - j)
        intervals(ax, one, at, colour, shape, label=name)
        for kind, y in zip(KINDS, at, strict=True) if name in placebo else ():
            drawn = placebo[name]
            column = f"{kind} of {terms[0]}" if terms else kind
            draw_hill(ax, drawn[column if column in drawn else kind], y, 0.8 * step)
    below = {"loc": "outside lower center", "fontsize": 10, "handletextpad": 0.3}
    figure.legend(ncols=min(len(maps), 3), **below)
    return Picture(figure)


def draw_hill(ax: Axes, drawn: pd.Series, y: float, height: float) -> None:
    """Draw a distribution on its row, smoothed by Silverman's rule."""
    values = drawn.dropna().to_numpy(dtype=float)
    width = max(float(values.std()), 1e-12) * (0.75 * len(values)) ** -0.2
    at = np.linspace(values.min() - 2 * width, values.max() + 2 * width, 160)
    density = np.exp(-0.5 * ((at[:, None] - values) / width) ** 2).sum(axis=1)
    ax.fill_between(at, y, y + height * density / density.max(), color=theme.CLOUD, alpha=0.75,
                    lw=0, zorder=0.5)  # fmt: skip
    ax.plot(np.median(values), y + 0.1 * height, "|", color=theme.MUTED, ms=5)
