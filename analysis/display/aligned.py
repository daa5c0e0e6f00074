"""Labels over several lines, anchored where they were aligned.

Matplotlib tells an SVG where each line of such a label begins, from the width it measured. A reader
with another font, or an edition in another language, has lines of other widths, which then stand
staggered. Here the lines get the anchor that they were laid out by: start, middle or end.
"""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from statistics import fmean

from matplotlib.font_manager import get_font
from matplotlib.ft2font import LoadFlags

from analysis.display.theme import FONT_FILE

LINE = r'<text style="[^"]*" transform="translate\([^"]*"(?:/>|>.*?</text>)'
LINES = re.compile(rf"{LINE}(?:\s*{LINE})+", re.S)
HEAD = re.compile(
    r'<text style="([^"]*font-size: ([\d.]+)px[^"]*)" '
    r'transform="translate\(([-\d.]+) ([-\d.]+)\)( rotate\(-90\))?">(.*?)</text>',
    re.S,
)
ANCHORS = {0.0: "start", 0.5: "middle", 1.0: "end"}
LARGE = 100  # of the letters that are measured, in pixels


def aligned(svg: str) -> str:
    """Anchor the lines of every label of a drawing; empty lines go.

    Parameters
    ----------
    svg
        With text as text.
    """
    return LINES.sub(lambda found: _anchored(found[0]), svg)


def _anchored(label: str) -> str:
    lines = HEAD.findall(label)
    if not lines:
        return label
    wide = [_width(unescape(re.sub(r"<[^>]*>", "", words)), float(size))
            for _, size, _, _, _, words in lines]  # fmt: skip
    along = [-float(y) if up else float(x) for _, _, x, y, up, _ in lines]

    def spots(share: float) -> list[float]:
        return [at + share * width for at, width in zip(along, wide, strict=True)]

    share = min(ANCHORS, key=lambda one: max(spots(one)) - min(spots(one)))
    spot = fmean(spots(share))
    made = []
    for style, _, x, y, up, words in lines:
        place = f"{x} {-spot:.6f}" if up else f"{spot:.6f} {y}"
        made.append(
            f'<text style="text-anchor: {ANCHORS[share]}; {style}" '
            f'transform="translate({place}){up}">{words}</text>'
        )
    return "\n".join(made)


@cache
def _width(words: str, size: float) -> float:
    """Return how wide words are in the letters of the book, as matplotlib measures them."""
    font = get_font(str(FONT_FILE))
    font.set_size(LARGE, 72)  # matplotlib shares the font and sets other sizes
    font.set_text(words, 0.0, flags=LoadFlags.NO_HINTING)  # as for an SVG
    return font.get_width_height()[0] / 64 * size / LARGE
