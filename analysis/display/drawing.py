"""What all pictures share: the finished figure, words, outlines and tags that show a status."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text
from matplotlib.textpath import TextPath

from analysis.display.theme import (
    FONT_FILE,
    INK,
    MUTED,
    PALE,
    PAPER,
    SIDE_COLOURS,
    borrowed,
    glyphs,
)
from analysis.display.vector import page_form
from analysis.errors import SpecificationError

POINTS = 72.0  # per inch
PARTS = re.compile(r"\s*(?:[⺀-￯]|[^\s⺀-￯]+)")  # a word or a Chinese character

# How a claim's tag looks says how far the figures can take it.
TAGS = {
    "testable": {"facecolor": INK, "edgecolor": INK, "linestyle": "-", "text": PAPER},
    "proxy": {"facecolor": PAPER, "edgecolor": INK, "linestyle": "-", "text": INK},
    "needs user data": {"facecolor": PAPER, "edgecolor": MUTED, "linestyle": ":", "text": MUTED},
    "normative": {"facecolor": PALE, "edgecolor": PALE, "linestyle": "-", "text": MUTED},
}
GROUP = re.compile(r'<g id="[^"]*">')
MISSING = re.compile(r"Glyph (\d+) .*missing from font")


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure that a notebook shows as SVG.

    Figures are made outside pyplot, so nothing depends on a backend and nothing is drawn twice.
    A page holds words as words, in colours that follow its theme; a saved file holds outlines,
    which any machine can show without the book's font. Letters that this font lacks are drawn with
    a font of the machine, which is said in a warning.

    Parameters
    ----------
    figure
        The finished matplotlib figure.
    titles
        By the gid of a part, words that a reader of the SVG is shown when pointing at it.
    """

    figure: Figure
    titles: Mapping[str, str] = field(default_factory=dict)

    def svg(self) -> str:
        """Return the figure as an SVG document for a page, without a time stamp."""
        with mpl.rc_context({"svg.fonttype": "none"}), _halos_named(self.figure):
            text = self._drawn(io.StringIO, format="svg", metadata={"Date": None}).getvalue()
        text = page_form(text)
        named = {f'<g id="{part}">': escape(words) for part, words in self.titles.items()}
        return GROUP.sub(
            lambda g: f"{g[0]}<title>{named[g[0]]}</title>" if g[0] in named else g[0], text
        ) if named else text  # fmt: skip

    def save(self, path: str | Path) -> None:
        """Write the figure to ``path``; the ending decides the format: png, svg, pdf and others.

        Raises
        ------
        SpecificationError
            No format has this ending, or the folder is not there.
        """
        path = Path(path)
        known = self.figure.canvas.get_supported_filetypes()
        if path.suffix[1:].lower() not in known:
            raise SpecificationError(
                f"No figure is written as '{path.name}': let the name end in .png, .svg or .pdf."
            )
        if not path.parent.is_dir():
            raise SpecificationError(f"There is no folder {path.parent}: make it first.")
        dated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
        self._drawn(lambda: path, metadata=dated.get(path.suffix[1:].lower()))

    def _drawn(self, target: Callable[[], object], **how: object) -> object:
        """Draw; where letters are missing, once more with a font of the machine, and say so."""
        missing = self._draw(out := target(), **how)
        if not missing:
            return out
        font, left = borrowed(missing), missing
        if font:
            for text in self.figure.findobj(Text):
                text.set_fontfamily([*text.get_fontfamily(), font])
            left = self._draw(out := target(), **how)
        words = [f"'{missing}' missing from font of the book"]
        if left != missing:
            words.append(f"drawn with {font} of this machine, another one may draw it differently")
        if left:
            words.append(f"for '{left}' install a font such as Noto Sans CJK and draw again")
        warnings.warn(f"{'; '.join(words)}.", stacklevel=3)
        return out

    def _draw(self, target: object, **how: object) -> str:
        """Draw and return the letters that no font of the figure holds."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            self.figure.savefig(target, **how)
        letters = set()
        for one in caught:
            if found := MISSING.match(str(one.message)):
                letters.add(chr(int(found[1])))
            else:
                warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
        return "".join(sorted(letters))

    def _repr_svg_(self) -> str:
        return self.svg()


@contextmanager
def _halos_named(figure: Figure) -> Iterator[None]:
    """Name texts that have an edge, and take it away: matplotlib would draw them as outlines."""
    edged = {text: text.get_path_effects() for text in figure.findobj(Text)}
    edged = {text: effects for text, effects in edged.items() if effects}
    for at, text in enumerate(edged):
        text.set(path_effects=None, gid=f"halo-{at}")
    try:
        yield
    finally:
        for text, effects in edged.items():
            text.set(path_effects=effects, gid=None)


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
    colour, place = SIDE_COLOURS[side], ((x + 1, y + 1), w - 2, h - 2)
    shape = {"boxstyle": "round,pad=1,rounding_size=2", "zorder": 2}
    ax.add_patch(FancyBboxPatch(*place, facecolor=PAPER, edgecolor=colour, lw=1.3, **shape))
    ax.add_patch(FancyBboxPatch(*place, facecolor=colour + "14", lw=0, **shape))


def draw_tag(ax: Axes, x: float, y: float, text: str, status: str, size: float = 9.5) -> None:
    """Write a claim in a small frame whose look is that of its status."""
    frame = {"boxstyle": "round,pad=0.28", "linewidth": 0.9, **TAGS[status]}
    ink = frame.pop("text")
    ax.text(x, y, text, color=ink, fontsize=size, ha="center", va="center", zorder=5, bbox=frame)


def statuses_shown(statuses: Iterable[str]) -> list[str]:
    """Return the statuses that occur, in the order of the legend."""
    present = set(statuses)
    return [status for status in TAGS if status in present]
