"""How an effect changes along a chain: linked stages, one scale below them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from analysis.display.charts.intervals import intervals, mark
from analysis.display.drawing import Picture, words_width, wrap_words, write
from analysis.display.theme import INK, MUTED, NAMED, PALE, subplots, zero_line
from analysis.errors import SpecificationError, UnknownNameError

Spans = list[tuple[float, float]]

BELOW, ACROSS = 3.8, 4.75  # inches: height below the boxes, width of the panels
SMALL = 9.5  # font size
GAP, NARROWEST = 0.5, 1.5  # between stages and across one, in columns of estimates


def chain_effects(
    rows: pd.DataFrame, stages: pd.DataFrame, ylabel: str,
    colours: Mapping[str, str] | None = None,
) -> Picture:  # fmt: skip
    """Draw stages as linked boxes and under each its estimates, on one scale with zero.

    Parameters
    ----------
    rows
        Columns ``stage, label, estimate, low, high, group``. Estimates of one stage and label, such
        as two groups' effects on basic research, stand side by side; a group's estimates are
        joined by a pale line where it has one in several places.
    stages
        The chain from left to right: columns ``stage, name, what`` (what happens there). Every
        ``rows["stage"]`` must be among them.
    ylabel
        The effect with its unit.
    colours
        By group, as the theme names them: "blue"; in order of appearance otherwise.

    Raises
    ------
    UnknownNameError
        A row names a stage that the chain does not have.
    SpecificationError
        A stage has no row, or there are more groups than marks.
    """
    colours = {group: NAMED.get(colour, colour) for group, colour in (colours or {}).items()}
    groups = list(dict.fromkeys(rows["group"]))
    marks = mark(groups, "groups")
    _check(rows, list(stages["stage"]))
    places, spans = _places(rows, stages["stage"])
    unit = ACROSS / spans[-1][1]  # inches of a column
    what = [wrap_words(words, (last - first) * unit - 0.16, SMALL)
            for words, (first, last) in zip(stages["what"], spans, strict=True)]  # fmt: skip
    box = 0.5 + 0.2 * max(map(len, what))
    figure, (top, ax) = subplots(
        2, 1, height=BELOW + box, sharex=True, gridspec_kw={"height_ratios": [box, BELOW]}
    )
    zero_line(ax, axis="y")
    for i, (group, colour, shape) in enumerate(marks):
        shift = 0.0 if len(groups) == 1 else 0.5 * (i / (len(groups) - 1) - 0.5)
        one, ink = rows[rows["group"] == group], (colours or {}).get(group, colour)
        x = np.array([places[key] for key in zip(one["stage"], one["label"], strict=True)]) + shift
        order = np.argsort(x, kind="stable")
        ax.plot(x[order], one["estimate"].iloc[order], color=ink, lw=1.2, alpha=0.3)
        intervals(ax, one, x, ink, shape, upright=True, label=group)
    _dress(ax, places, spans, f"{ylabel}\nbars: 95%")
    _draw_stages(top, stages["name"], what, spans, box / unit)
    below = {"loc": "outside lower center", "fontsize": 10, "handletextpad": 0.3}
    figure.legend(ncols=min(len(groups), 3), **below)
    return Picture(figure)


def _check(rows: pd.DataFrame, keys: list[str]) -> None:
    for key in rows["stage"]:
        if key not in keys:
            raise UnknownNameError("stage", key, keys, "the chain")
    if empty := [key for key in keys if key not in set(rows["stage"])]:
        raise SpecificationError(
            f"Stage '{empty[0]}' of the chain has no estimate: add a row or leave the stage out."
        )


def _places(rows: pd.DataFrame, stages: pd.Series) -> tuple[dict[tuple[str, str], float], Spans]:
    """Where each label stands, and from where to where each stage reaches."""
    places, spans, at = {}, [], 0.0
    for stage in stages:
        labels = list(dict.fromkeys(rows.loc[rows["stage"] == stage, "label"]))
        width = max(len(labels), NARROWEST)
        for i, label in enumerate(labels):
            places[stage, label] = at + (i + 0.5) * width / len(labels)
        spans.append((at, at + width))
        at += width + GAP
    return places, spans


def _dress(ax: Axes, places: dict[tuple[str, str], float], spans: Spans, ylabel: str) -> None:
    for first, last in spans:
        ax.axvspan(first, last, color=PALE, lw=0, zorder=-1)
    words = _tick_words([label for _, label in places], ACROSS / spans[-1][1])
    ax.set_xticks(list(places.values()), words, fontsize=SMALL)
    ax.tick_params(axis="x", length=0)
    ax.spines["bottom"].set_visible(False)
    ax.set_xlim(-0.05, spans[-1][1] + 0.05)
    ax.margins(y=0.08)
    ax.set_ylabel(ylabel, fontsize=10.5)


def _tick_words(labels: list[str], column: float) -> list[str]:
    """Break labels into lines; where a word outgrows its column, set every second label lower."""
    lines = [wrap_words(label, column * 0.92, SMALL) for label in labels]
    fits = all(words_width(line, SMALL) <= column for label in lines for line in label)
    lower = "" if fits else "\n" * max(map(len, lines[::2]))
    return [(lower if i % 2 else "") + "\n".join(label) for i, label in enumerate(lines)]


def _draw_stages(
    ax: Axes, names: pd.Series, what: list[list[str]], spans: Spans, height: float
) -> None:
    """Draw the boxes of the chain, in units of which one is as high as it is wide."""
    ax.set_ylim(0, height)
    ax.axis("off")
    pad = 0.1 * spans[-1][1] / ACROSS
    frame = {"boxstyle": f"round,pad={pad},rounding_size={pad}", "fc": MUTED + "14", "ec": MUTED}
    style = {"ha": "center", "va": "center", "linespacing": 1.1}
    for name, lines, (first, last) in zip(names, what, spans, strict=True):
        size = (last - first - 2 * pad, height - 2 * pad)
        ax.add_patch(FancyBboxPatch((first + pad, pad), *size, lw=1.3, clip_on=False, **frame))
        middle = ((first + last) / 2, height / 2)
        write(ax, name, middle, (0, 6.5 * len(lines)), fontsize=11.5, color=INK, **style)
        write(ax, "\n".join(lines), middle, (0, -8), fontsize=SMALL, color=MUTED, **style)
    arrow = {"arrowstyle": "-|>", "lw": 1.6, "mutation_scale": 13, "shrinkA": 1, "shrinkB": 1}
    for (_, end), (start, _) in pairwise(spans):
        ends = ((end, height / 2), (start, height / 2))
        ax.add_patch(FancyArrowPatch(*ends, color=MUTED, clip_on=False, **arrow))
