"""How an effect changes along the innovation chain: three linked stages, one scale below them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from analysis.display.drawing import words_width, wrap_words
from analysis.display.picture import Picture
from analysis.display.theme import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    subplots,
    zero_line,
)
from analysis.errors import SpecificationError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["chain_effects"]


LOOKS = ((BLUE, "o"), (ORANGE, "s"), (PURPLE, "D"), (GREEN, "^"))
BAND = "#f4f6f8"
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
        By group; the theme's colours in order of appearance otherwise.

    Raises
    ------
    UnknownNameError
        A row names a stage that the chain does not have.
    SpecificationError
        A stage has no row, or there are more groups than looks.
    """
    groups = list(dict.fromkeys(rows["group"]))
    chain = list(stages.itertuples())
    _check(rows, chain, groups)
    places, spans = _places(rows, chain)
    box = _box_height(chain, spans)
    figure, (top, ax) = subplots(
        2, 1, height=BELOW + box, sharex=True, gridspec_kw={"height_ratios": [box, BELOW]}
    )
    zero_line(ax, axis="y")
    for i, group in enumerate(groups):
        colour, shape = LOOKS[i]
        shift = 0.0 if len(groups) == 1 else 0.5 * (i / (len(groups) - 1) - 0.5)
        one = rows[rows["group"] == group]
        x = np.array([places[key] for key in zip(one["stage"], one["label"], strict=True)]) + shift
        _draw_group(ax, one, x, (colours or {}).get(group, colour), shape)
    _dress(ax, places, spans, ylabel)
    _draw_stages(top, chain, spans, box)
    handles, names = ax.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=min(len(groups), 3),
                  frameon=False, fontsize=10, handletextpad=0.3)  # fmt: skip
    return Picture(figure)


def _check(rows: pd.DataFrame, stages: list[tuple], groups: list[str]) -> None:
    keys = [stage.stage for stage in stages]
    for key in rows["stage"]:
        if key not in keys:
            raise UnknownNameError("stage", key, keys, "the chain")
    if empty := [key for key in keys if key not in set(rows["stage"])]:
        raise SpecificationError(
            f"Stage '{empty[0]}' of the chain has no estimate: add a row or leave the stage out."
        )
    if len(groups) > len(LOOKS):
        raise SpecificationError(
            f"{len(groups)} groups are too many for one figure: draw {len(LOOKS)} at most."
        )


def _places(
    rows: pd.DataFrame, stages: list[tuple]
) -> tuple[dict[tuple[str, str], float], list[tuple[float, float]]]:
    """Where each label stands, and from where to where each stage reaches."""
    places, spans, at = {}, [], 0.0
    for stage in stages:
        labels = list(dict.fromkeys(rows.loc[rows["stage"] == stage.stage, "label"]))
        width = max(len(labels), NARROWEST)
        for i, label in enumerate(labels):
            places[stage.stage, label] = at + (i + 0.5) * width / len(labels)
        spans.append((at, at + width))
        at += width + GAP
    return places, spans


def _draw_group(ax: Axes, rows: pd.DataFrame, x: np.ndarray, colour: str, shape: str) -> None:
    order = np.argsort(x, kind="stable")
    ax.plot(x[order], rows["estimate"].to_numpy()[order], color=colour, lw=1.2, alpha=0.3)
    ax.vlines(x, rows["low"], rows["high"], color=colour, lw=1.8)
    ax.plot(x, rows["estimate"], shape, color=colour, ms=6.5, label=rows["group"].iloc[0])


def _dress(
    ax: Axes, places: dict[tuple[str, str], float], spans: list[tuple[float, float]], ylabel: str
) -> None:
    for first, last in spans:
        ax.axvspan(first, last, color=BAND, lw=0, zorder=-1)
    column = ACROSS / spans[-1][1]
    words = _tick_words([label for _, label in places], column)
    ax.set_xticks(list(places.values()), words, fontsize=SMALL)
    ax.tick_params(axis="x", length=0)
    ax.spines["bottom"].set_visible(False)
    ax.set_xlim(-0.05, spans[-1][1] + 0.05)
    ax.margins(y=0.08)
    ax.set_ylabel(f"{ylabel}\nbars: 95%", fontsize=10.5)


def _tick_words(labels: list[str], column: float) -> list[str]:
    """Break labels into lines; where a word outgrows its column, set every second label lower."""
    lines = [wrap_words(label, column * 0.92, SMALL) for label in labels]
    if all(words_width(line, SMALL) <= column for label in lines for line in label):
        return ["\n".join(label) for label in lines]
    lower = "\n" * max(map(len, lines[::2]))
    return ["\n".join(label) if i % 2 == 0 else lower + "\n".join(label)
            for i, label in enumerate(lines)]  # fmt: skip


def _stage_lines(stage: tuple, span: tuple[float, float], unit: float) -> list[str]:
    return wrap_words(stage.what, (span[1] - span[0]) * unit - 0.16, SMALL)


def _box_height(stages: list[tuple], spans: list[tuple[float, float]]) -> float:
    """Inches for a title and the longest description."""
    unit = ACROSS / spans[-1][1]
    lines = (_stage_lines(stage, span, unit) for stage, span in zip(stages, spans, strict=True))
    return 0.5 + 0.2 * max(map(len, lines))


def _draw_stages(
    ax: Axes, stages: list[tuple], spans: list[tuple[float, float]], box: float
) -> None:
    """Draw the boxes of the chain, in units of which one is as high as it is wide."""
    unit = ACROSS / spans[-1][1]
    height = box / unit
    ax.set_ylim(0, height)
    ax.axis("off")
    for stage, (first, last) in zip(stages, spans, strict=True):
        round_ = 0.1 / unit
        ax.add_patch(
            FancyBboxPatch(
                (first + round_, round_), last - first - 2 * round_, height - 2 * round_,
                boxstyle=f"round,pad={round_},rounding_size={round_}", facecolor=MUTED + "14",
                edgecolor=MUTED, lw=1.3, clip_on=False,
            )
        )  # fmt: skip
        lines = _stage_lines(stage, (first, last), unit)
        middle = ((first + last) / 2, height / 2)
        style = {"xytext": (0, 0), "textcoords": "offset points", "ha": "center"}
        top = 6.5 * len(lines)
        for i, (words, size, ink) in enumerate(
            [(stage.name, 11.5, INK), *((line, SMALL, MUTED) for line in lines)]
        ):
            style["xytext"] = (0, top - 14 * i)
            ax.annotate(words, middle, fontsize=size, color=ink, va="center_baseline", **style)
    for (_, end), (start, _) in pairwise(spans):
        ax.add_patch(
            FancyArrowPatch((end, height / 2), (start, height / 2), arrowstyle="-|>", lw=1.6,
                            mutation_scale=13, color=MUTED, shrinkA=1, shrinkB=1, clip_on=False)
        )  # fmt: skip
