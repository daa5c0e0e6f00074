"""A finished figure as the book shows it: SVG, the same bytes for the same content."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.text import Text

from analysis.display.theme import borrowed

MISSING = re.compile(r"Glyph (\d+) .*missing from font")


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure that a notebook shows as SVG.

    Figures are made outside pyplot, so nothing depends on a backend, nothing is drawn twice and
    Chinese labels become outlines that any machine can show. Letters that the book's font lacks are
    drawn with a font of the machine, which is said in a warning.

    Parameters
    ----------
    figure
        The finished matplotlib figure.
    """

    figure: Figure

    def svg(self) -> str:
        """Return the figure as an SVG document without a time stamp."""
        return self._drawn(io.StringIO, format="svg", metadata={"Date": None}).getvalue()

    def save(self, path: Path) -> None:
        """Write the figure to ``path``; the ending decides the format."""
        self._drawn(lambda: path)

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
