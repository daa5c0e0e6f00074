"""An estimate under every admissible specification, beside what chance would have given."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.display.drawing import Picture, write
from analysis.display.theme import BLUE, INK, MUTED, ORANGE, PALE, PURPLE, subplots, zero_line

CHOICES = ("outcome", "weights", "effects", "lag", "sample", "controls")
_PREFIX = {"weights": "weights: ", "lag": "lag ", "controls": "controls: "}
_LONGEST = 27  # letters of a name, or the names take the room of the figure


def specification_curve(
    table: pd.DataFrame, band: pd.DataFrame | None = None, null: str = "",
    words: Mapping[str, str] | None = None,
) -> Picture:  # fmt: skip
    """Draw sorted estimates with intervals, and below what each specification chose.

    Parameters
    ----------
    table
        One row per specification: ``estimate``, ``low_cr3`` and ``high_cr3`` in within-SDs,
        ``declared`` (the primary one is marked) and the columns of `CHOICES`, whose values are
        listed in the order in which they come.
    band
        ``low`` and ``high`` of placebo curves at each rank.
    null
        A sentence on the placebo curves, written below.
    words
        Longer words for values of choices, such as the label of an outcome.
    """
    ordered = table.sort_values("estimate", ignore_index=True)
    rows = [(c, v) for c in CHOICES if len(table[c].unique()) > 1 for v in table[c].unique()]
    height = 0.205 * (len(rows) + 0.6 * len({c for c, _ in rows})) + 0.1
    below = fill(null, 78)
    figure, (top, bottom) = subplots(
        2, 1, height=2.9 + height + 0.17 * below.count("\n"), sharex=True,
        gridspec_kw={"height_ratios": [2.3, max(height, 0.1)]},
    )  # fmt: skip
    _estimates(top, ordered, band)
    _ticks(bottom, ordered, rows, words or {})
    count = f"{len(ordered)} specifications, sorted by estimate"
    bottom.set_xlabel(count, fontsize=10)
    if null:
        figure.supxlabel(below, fontsize=10, color=INK)
    return Picture(figure)


def _estimates(ax: Axes, ordered: pd.DataFrame, band: pd.DataFrame | None) -> None:
    x, y = np.arange(len(ordered)), ordered["estimate"].to_numpy()
    low, high = ordered["low_cr3"].to_numpy(), ordered["high_cr3"].to_numpy()
    strong = (low > 0) | (high < 0)
    thin = float(np.clip(260 / len(x), 0.35, 1.4))
    for mask, colour in ((~strong, MUTED), (strong, BLUE)):
        _bars(ax, x[mask], low[mask], high[mask], color=colour, lw=thin, alpha=0.3, zorder=1)
        ax.scatter(x[mask], y[mask], s=4 + 6 * thin, color=colour, lw=0, zorder=2)
    heads = [("blue: 95% CR3 interval without 0", BLUE)]
    if band is not None:
        ax.fill_between(x, band["low"], band["high"], color=PURPLE, alpha=0.16, lw=0, zorder=1.5)
        for end in ("low", "high"):
            ax.plot(x, band[end], color=PURPLE, lw=1.3, ls=(0, (4, 2)), zorder=1.6)
        heads.append(("dashed: 5 to 95% of placebo curves", PURPLE))
    for i in np.flatnonzero(ordered["declared"].to_numpy(dtype=bool)):
        ax.vlines(i, low[i], high[i], color=ORANGE, lw=2, zorder=3)
        ax.plot(i, y[i], "D", color=ORANGE, ms=6, zorder=4)
        left = i < len(x) / 2
        write(ax, "declared", (i, y[i]), (7 if left else -7, 5), color=ORANGE, fontsize=10,
              ha="left" if left else "right", va="bottom")  # fmt: skip
    # A few endless intervals must not flatten the rest.
    ends = [np.nanpercentile(low, 2), np.nanpercentile(high, 98), 0.0, y.min(), y.max()]
    ends += [] if band is None else [band["low"].min(), band["high"].max()]
    ends += [e[i] for e in (low, high) for i in np.flatnonzero(ordered["declared"])]
    room = 0.04 * (max(ends) - min(ends)) or 1.0
    ax.set_ylim(min(ends) - room, max(ends) + room)
    zero_line(ax, axis="y", color=INK)
    ax.set_ylabel("estimate, within-SDs", fontsize=10)
    for line, (text, colour) in enumerate(heads[::-1]):
        write(ax, text, (0, 1), (0, 4 + 14 * line), xycoords="axes fraction", color=colour,
              fontsize=10, va="bottom")  # fmt: skip
    ax.tick_params(axis="x", length=0)


def _ticks(
    ax: Axes, ordered: pd.DataFrame, rows: list[tuple[str, object]], words: Mapping[str, str]
) -> None:
    """Draw a row per value of a choice, a gap between choices; a line marks the declared one."""
    at, place, last = [], 0.0, None
    for choice, _ in rows:
        place += 1.0 if choice == last or last is None else 1.6
        at.append(place)
        last = choice
    thin = float(np.clip(300 / len(ordered), 0.4, 1.6))
    for y, (choice, value) in zip(at, rows, strict=True):
        chosen = np.flatnonzero((ordered[choice] == value).to_numpy())
        ax.axhspan(y - 0.38, y + 0.38, color=PALE, lw=0, zorder=0)
        ends = (np.full(len(chosen), y + side) for side in (-0.38, 0.38))
        _bars(ax, chosen, *ends, color=INK, lw=thin, zorder=1)
    for i in np.flatnonzero(ordered["declared"].to_numpy(dtype=bool)):
        ax.axvline(i, color=ORANGE, lw=1.4, zorder=2)
    names = [_name(choice, value, words) for choice, value in rows]
    ax.set_yticks(at, names, fontsize=9.5)
    ax.set_ylim((at[-1] if at else 0) + 0.7, 0.3)
    ax.set_xticks([])
    ax.tick_params(axis="y", length=0)
    ax.spines[["left", "bottom"]].set_visible(False)


def _bars(ax: Axes, x: np.ndarray, low: np.ndarray, high: np.ndarray, **style: object) -> None:
    """Draw upright bars as one line with gaps, a quarter of the bytes of one line for each."""
    ends = np.column_stack([low, high, np.full(len(x), np.nan)]).ravel()
    ax.plot(np.repeat(x, 3), ends, solid_capstyle="butt", **style)


def _name(choice: str, value: object, words: Mapping[str, str]) -> str:
    text = words.get(str(value), str(value)).replace("_", " ")
    text = f"{_PREFIX.get(choice, '')}{text}"
    if (choice, value) == ("sample", "all"):
        text = "all rows"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"
