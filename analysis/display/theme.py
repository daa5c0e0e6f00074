"""One look for every figure: fonts that hold Chinese, colours safe for colour-blind readers."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font

FONT_FILE = Path(__file__).parent / "fonts" / "EvidenceSansSC-Regular.otf"
FONT_NAME = "Evidence Sans SC"

INK = "#1f2933"
MUTED = "#5b6773"
RULE = "#d5dbe1"
PAPER = "#ffffff"
PALE = "#eef1f4"
CLOUD = "#c9d1d8"

# Okabe-Ito hues, darkened where needed so that direct labels reach 4.5:1 on white.
BLUE = "#0b5c7a"
ORANGE = "#b4500f"
GREEN = "#00705a"
PURPLE = "#8a4a78"
OCHRE = "#7d5a00"
TINT = "#7aa5b8"
SAND = "#e3b778"
PAGE_COLOURS = {
    INK: "ink", MUTED: "muted", RULE: "rule", PAPER: "paper", PALE: "pale", CLOUD: "cloud",
    BLUE: "blue", ORANGE: "orange", GREEN: "green", PURPLE: "purple", OCHRE: "ochre",
    TINT: "tint", SAND: "sand",
}  # fmt: skip
"""What the book's style sheet calls each colour; it says what stands for it in the dark."""
ON_LIGHT, ON_DARK = "#141a21", "#fdfdfd"
"""Letters upon a field of a colour map, which is the same in the dark."""
SIDE_COLOURS = {
    "funding": BLUE, "finance": ORANGE, "outcome": GREEN, "mediator": PURPLE, "context": MUTED,
}  # fmt: skip
MARKS = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), (PURPLE, "D"))
"""Colour and shape of the first four groups of a chart: either may be lost."""
NAMED = {"blue": BLUE, "orange": ORANGE, "green": GREEN, "purple": PURPLE, "grey": MUTED}
"""Colours by the names that an exhibit may use."""
SEQUENTIAL = "cividis"
DIVERGING = "PuOr_r"

# Inches. A phone shrinks a figure to about 3.7: the smallest letters, of 9.5 points,
# are 9 pixels high then.
WIDTH = 5.0
WIDE = 5.2  # boxes and arrows, which are laid out for this width


@cache
def glyphs() -> frozenset[int]:
    """Return the code points that the book's own font holds."""
    return frozenset(FT2Font(str(FONT_FILE)).get_charmap())


@cache
def borrowed(missing: str) -> str | None:
    """Return the family on this machine that holds most of some letters; None if none does."""
    wanted, best = set(map(ord, missing)), (0, None)
    for font in sorted(font_manager.fontManager.ttflist, key=lambda f: (f.name, f.fname)):
        if font.name.startswith("Last Resort"):  # comes with matplotlib: a frame for every letter
            continue
        try:
            found = len(wanted & FT2Font(font.fname).get_charmap().keys())
        except (OSError, RuntimeError):  # listed once, gone or broken now
            continue
        best = max(best, (found, font.name), key=lambda pair: pair[0])
        if found == len(wanted):
            break
    return best[1]


@cache
def use_theme() -> None:
    """Set the book's defaults in matplotlib, once per process."""
    font_manager.fontManager.addfont(str(FONT_FILE))
    mpl.rcParams.update(
        {
            "font.family": [FONT_NAME],
            "font.size": 11.5,
            "axes.titlesize": 12.5,
            "axes.titlelocation": "left",
            "axes.titlepad": 10,
            "axes.labelsize": 11.5,
            "axes.labelcolor": MUTED,
            "axes.edgecolor": RULE,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.axisbelow": True,
            "axes.grid": False,
            "axes.unicode_minus": True,
            "xtick.color": MUTED,
            "ytick.color": MUTED,
            "xtick.labelcolor": INK,
            "ytick.labelcolor": INK,
            "xtick.labelsize": 11,
            "ytick.labelsize": 11,
            "text.color": INK,
            "legend.frameon": False,
            "figure.dpi": 100,
            "figure.facecolor": PAPER,
            "axes.facecolor": "none",
            "savefig.bbox": "tight",
            "savefig.pad_inches": 0.08,
            "svg.fonttype": "path",  # a file that travels alone shows Chinese on any machine
            "svg.hashsalt": "evidence-book",  # the same figure gives the same bytes
        }
    )


def subplots(
    rows: int = 1, columns: int = 1, *, height: float = 3.8, width: float = WIDTH, **kwargs: object
) -> tuple[Figure, Axes]:
    """Return a themed figure outside pyplot's registry, so that nothing is shown twice.

    Parameters
    ----------
    rows, columns
        Layout of the axes.
    height, width
        Size in inches.
    **kwargs
        Passed to :meth:`matplotlib.figure.Figure.subplots`.
    """
    use_theme()
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, **kwargs)


def zero_line(ax: Axes, *, axis: str = "x", at: float = 0, color: str = MUTED) -> None:
    """Draw the line of no effect and keep it in view."""
    draw = ax.axvline if axis == "x" else ax.axhline
    draw(at, color=color, linewidth=1, zorder=0)
