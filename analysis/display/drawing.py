"""Pieces that all drawings of the mechanism share: outlines, tags that show a status, words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyBboxPatch
from matplotlib.textpath import TextPath

from analysis.display.theme import FONT_FILE, INK, MUTED, PAPER, SIDE_COLOURS, glyphs

POINTS = 72.0  # per inch
PARTS = re.compile(r"\s*(?:[⺀-￯]|[^\s⺀-￯]+)")  # a word or a Chinese character

# How a claim's tag looks says how far the figures can take it.
TAGS = {
    "testable": {"facecolor": INK, "edgecolor": INK, "linestyle": "-", "text": PAPER},
    "proxy": {"facecolor": PAPER, "edgecolor": INK, "linestyle": "-", "text": INK},
    "needs user data": {"facecolor": PAPER, "edgecolor": MUTED, "linestyle": ":", "text": MUTED},
    "normative": {"facecolor": "#eef1f4", "edgecolor": "#eef1f4", "linestyle": "-", "text": MUTED},
}


def write(
    ax: Axes, words: str, at: tuple[float, float], shift: tuple[float, float] = (0, 0),
    **style: object,
) -> None:  # fmt: skip
    """Write words beside a point, moved by ``shift`` points; styles as `matplotlib` names them."""
    ax.annotate(words, at, xytext=shift, textcoords="offset points", **style)


@cache
def words_width(words: str, size: float) -> float:
    """Return the width of a line of text in inches, known before anything is laid out.

    Parameters
    ----------
    words
        One line.
    size
        Font size in points.
    """
    known = "".join(letter for letter in words if ord(letter) in glyphs())
    square = len(words) - len(known)  # letters of another font: Chinese, as wide as high
    if not known.strip():
        return square * size / POINTS
    font = FontProperties(fname=str(FONT_FILE))
    extent = TextPath((0, 0), known, size=size, prop=font).get_extents().x1
    return (float(extent) + square * size) / POINTS


def wrap_words(words: str, width: float, size: float) -> list[str]:
    """Break a name into lines no wider than ``width`` inches, Chinese between any two characters.

    A single long word stands alone.
    """
    lines: list[str] = []
    for part in PARTS.findall(words):
        longer = f"{lines[-1]}{part}" if lines else part.strip()
        if lines and words_width(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(part.strip())
    return lines


def draw_outline(ax: Axes, x: float, y: float, w: float, h: float, side: str) -> None:
    """Draw an empty box with round corners in the colour of a side of the mechanism."""
    colour = SIDE_COLOURS[side]
    outline = FancyBboxPatch(
        (x + 1, y + 1), w - 2, h - 2, boxstyle="round,pad=1,rounding_size=2", facecolor=PAPER,
        edgecolor=colour, lw=1.3, zorder=2,
    )  # fmt: skip
    ax.add_patch(outline)
    tint = FancyBboxPatch(
        (x + 1, y + 1), w - 2, h - 2, boxstyle="round,pad=1,rounding_size=2", lw=0,
        facecolor=colour + "14", zorder=2,
    )  # fmt: skip
    ax.add_patch(tint)


def draw_tag(ax: Axes, x: float, y: float, text: str, status: str, size: float = 8.6) -> None:
    """Write a claim in a small frame whose look is that of its status."""
    style = dict(TAGS[status])
    ink = style.pop("text")
    ax.text(
        x, y, text, color=ink, fontsize=size, ha="center", va="center", zorder=5,
        bbox={"boxstyle": "round,pad=0.28", "linewidth": 0.9, **style},
    )  # fmt: skip


def statuses_shown(statuses: Iterable[str]) -> list[str]:
    """Return the statuses that occur, in the order of the legend."""
    present = set(statuses)
    return [status for status in TAGS if status in present]
