"""The primitive of all charts of effects: a dot with one or two intervals, zero on the axis."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.display.drawing import wrap_words, write
from analysis.display.theme import BLUE, INK, MARKS, PAPER, zero_line
from analysis.errors import SpecificationError
from analysis.inference.cells import signed

CR3 = ("low_cr3", "high_cr3")


def as_rows(found: object) -> pd.DataFrame:
    """Return the rows of a frame, or of a result that has `tidy`, with a column ``label``.

    Several columns of a regression become readings of its terms.
    """
    rows = found.tidy() if hasattr(found, "tidy") else found
    if "label" not in rows:
        rows = rows.assign(label=rows["term"] if "term" in rows else rows.index.astype(str))
    if "reading" not in rows and len(set(rows.get("effects", ()))) > 1:
        rows = rows.assign(reading=rows["effects"].str.replace("_", " "))
    return rows.reset_index(drop=True)


def mark(names: Sequence[str], noun: str) -> list[tuple[str, str, str]]:
    """Give each of a few names a colour and a shape.

    Raises
    ------
    SpecificationError
        There are more names than marks.
    """
    if len(names) > len(MARKS):
        raise SpecificationError(
            f"{len(names)} {noun} are too many for one figure: draw {len(MARKS)} at most."
        )
    return [(name, *how) for name, how in zip(names, MARKS, strict=False)]


def intervals(
    ax: Axes, rows: pd.DataFrame, at: Sequence[float], colour: str = BLUE, shape: str = "o", *,
    ends: tuple[str, str] = ("low", "high"), thin: tuple[str, str] | None = None,
    filled: bool = True, upright: bool = False, size: float = 6.5, **style: object,
) -> None:  # fmt: skip
    """Draw a dot per row with its interval; beside a second, thin one the first is thick.

    Parameters
    ----------
    ax
        Where to draw.
    rows
        Columns ``estimate`` and those named by ``ends`` and ``thin``.
    at
        Place of each row on the other axis.
    colour, shape, filled, size
        Look of the dots.
    ends, thin
        Columns of the interval and of the wider one.
    upright
        Whether estimates stand on the vertical axis.
    **style
        Of the dots, such as ``label``.
    """
    lines = ax.vlines if upright else ax.hlines
    if thin:
        lines(at, rows[thin[0]], rows[thin[1]], color=colour, lw=1.3)
    thick = {"lw": 5, "alpha": 0.45} if thin else {"lw": 1.6}
    lines(at, rows[ends[0]], rows[ends[1]], color=colour, **thick)
    dots = (at, rows["estimate"]) if upright else (rows["estimate"], at)
    ax.plot(*dots, shape, color=colour, mfc=colour if filled else PAPER, mew=1.4, ms=size,
            **{"zorder": 3, **style})  # fmt: skip


def label_rows(ax: Axes, labels: Sequence[str], xlabel: str = "") -> np.ndarray:
    """Name the rows of an axis from the top down and return their places."""
    at = np.arange(len(labels))[::-1]
    zero_line(ax)
    ax.set_yticks(at, labels, fontsize=10.5, color=INK)
    ax.set_ylim(-0.65, len(labels) - 0.35)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    lines = (part for line in xlabel.split("\n") for part in wrap_words(line, 4.0, 10))
    ax.set_xlabel("\n".join(lines), fontsize=10)
    return at


def name_values(
    ax: Axes, values: Sequence[float], at: Sequence[float], colour: str, shift: float = 7,
    digits: int = 2,
) -> None:  # fmt: skip
    """Write each estimate over its dot, or under it where ``shift`` (points) is negative."""
    for value, place in zip(values, at, strict=True):
        words = signed(value, digits)
        write(ax, words, (value, place), (0, shift), ha="center", color=colour, fontsize=9.5)
