"""What chance gives: figures beside placebo panels, error rates, power and the price of size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.display.charts.intervals import label_rows, mark
from analysis.display.drawing import Picture, write
from analysis.display.theme import BLUE, INK, MUTED, ORANGE, subplots, zero_line
from analysis.inference.cells import signed


def beside_chance(panels: Sequence[Mapping[str, object]]) -> Picture:
    """Draw statistics of the figures as lines over what every placebo family gives.

    Parameters
    ----------
    panels
        One mapping a statistic: ``value`` of the figures, ``xlabel``, and ``rows`` with columns
        ``label, low, estimate, high`` (5th, 50th, 95th percentile of the placebo values) and
        ``share`` of placebo values at least as large.
    """
    rows = len(panels[0]["rows"])
    figure, axes = subplots(len(panels), 1, height=(0.75 + 0.34 * rows) * len(panels))
    for ax, panel in zip(axes, panels, strict=True):
        table, value = panel["rows"], float(panel["value"])
        at = label_rows(ax, list(table["label"]), str(panel["xlabel"]))
        ax.hlines(at, table["low"], table["high"], color=MUTED, lw=5, alpha=0.45)
        ax.plot(table["estimate"], at, "|", color=INK, ms=9, mew=1.6)
        ax.axvline(value, color=ORANGE, lw=2)
        for place, share in zip(at, table["share"], strict=True):
            write(ax, f"{share:.2f}", (1, place), (4, 0), va="center", color=INK, fontsize=9.5,
                  xycoords=("axes fraction", "data"))  # fmt: skip
        write(ax, f"the figures {signed(value)}", (value, 1), (4, 2), color=ORANGE, fontsize=9.5,
              xycoords=("data", "axes fraction"))  # fmt: skip
    return Picture(figure)


def error_rates(rows: pd.DataFrame, aim: float) -> Picture:
    """Draw how many books with nothing to find carry a word, beside the rate that is aimed at.

    Parameters
    ----------
    rows
        One row a family: ``label, estimate, low, high`` (share of books with a "supported", with
        its simulation interval) and ``reading`` (edition of the rules).
    aim
        Rate that should not be passed.
    """
    labels = list(dict.fromkeys(rows["label"]))
    names = list(dict.fromkeys(rows["reading"]))
    figure, ax = subplots(height=1.3 + 0.42 * len(labels))
    at = label_rows(ax, labels, "share of books with at least one “supported”")
    for i, (name, colour, shape) in enumerate(mark(names, "editions")):
        mine = rows[rows["reading"] == name].set_index("label").reindex(labels)
        place = at + (len(names) - 1) / 2 * 0.22 - 0.22 * i
        ax.hlines(place, mine["low"], mine["high"], color=colour, lw=1.6)
        ax.plot(mine["estimate"], place, shape, color=colour, ms=6, label=name)
    ax.axvline(aim, color=ORANGE, lw=1.4, ls="--")
    ax.set_xlim(-0.01, None)
    if len(names) > 1:
        ax.legend(loc="lower right")
    return Picture(figure)


def frontier(rows: pd.DataFrame, chosen: float, aim: float, sizes: Sequence[str]) -> Picture:
    """Draw what size costs in power: share of planted effects found against false books.

    Parameters
    ----------
    rows
        One row a value of the number that decides: ``level``, ``worst`` (largest share over the
        families of books with a "supported") and one column for each of `sizes`.
    chosen
        The value that the rules took; its points are marked.
    aim
        Rate of false books that should not be passed.
    sizes
        Columns of planted effects, by their names in the figure.
    """
    figure, ax = subplots(height=4.0)
    ordered = rows.sort_values("worst")
    taken = ordered[ordered["level"] == chosen]
    for name, colour, shape in mark(list(sizes), "sizes"):
        ax.plot(ordered["worst"], ordered[name], "-", color=colour, lw=1.4)
        ax.plot(taken["worst"], taken[name], shape, color=colour, ms=8)
        last = ordered.iloc[-1]
        write(ax, f"planted {name}", (last["worst"], last[name]), (5, 0), color=colour,
              fontsize=9.5, va="center")  # fmt: skip
    ax.axvline(aim, color=ORANGE, lw=1.4, ls="--")
    zero_line(ax, axis="y")
    ax.set(xlim=(0, None), ylim=(0, 1))
    ax.set_xlabel("largest share of false books, over the families", fontsize=10)
    ax.set_ylabel("planted effects called supported", fontsize=10, color=BLUE)
    return Picture(figure)
