"""A drawing as a page holds it: words stay words, colours are those of the page's theme.

matplotlib writes a document for a viewer. In a page it has to share names, letters and colours with
everything around it; what it says stays as it is.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from html import escape, unescape
from itertools import count
from pathlib import Path

from analysis.display.aligned import aligned
from analysis.display.theme import FONT_NAME, PAGE_COLOURS, PAPER

FAMILIES = f"{FONT_NAME}, Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"
# `*` would reach every drawing of the page; what all letters share is said once.
SHARED = f"stroke-linejoin: round; stroke-linecap: butt; white-space: pre; font-family: {FAMILIES}"
HALO = f"paint-order: stroke; stroke: var(--paper, {PAPER}); stroke-width: 2.5px; "
LEAST = 9  # pixels: letters that a reader of a phone makes out
ROOM = 358  # pixels that a phone of 390 leaves a drawing

_HEAD = re.compile(r"<!DOCTYPE.*?>\s*|<metadata>.*?</metadata>\s*|<!--.*?-->\s*"
                   r"|<defs>\s*<style.*?</style>\s*</defs>\s*", re.S)  # fmt: skip
_COLOUR = re.compile(r"#[0-9a-f]{6}\b")
_STYLE = re.compile(r'style="[^"]*"')
_FAMILY = re.compile(rf"\s*font-family: '{FONT_NAME}';?")
_SIZE = re.compile(r"font-size: ([\d.]+)px")
_GROUND = re.compile(rf'(<g id="patch_1">\s*<path [^>]*?style="fill: ){PAPER}')
_HALO = re.compile(r'(<g id="halo[^"]*">.*?</g>)', re.S)
_VIEW = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_ID = re.compile(r'\sid="([^"]*)"')
_IMAGE = re.compile(r'<img\b(?:"[^"]*"|[^>"])*>')
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_DATA = "data:image/svg+xml;base64,"
_LEAST = re.compile(r"--least: (\d+)px")
_USE = re.compile(r'(url\(#|href="#)([^")]*)')


def page_form(svg: str) -> str:
    """Return what matplotlib wrote, its text as text, as a page can hold it.

    Colours of the theme become variables with themselves as a fallback, ``var(--ink, #1f2933)``, so
    that a page may say what ink is in the dark; the ground is ``--ground``. The root says in
    ``--least`` below which width letters become too small.

    Parameters
    ----------
    svg
        As written with ``svg.fonttype`` "none". Groups named ``halo...`` get an edge in the colour
        of the paper.
    """
    text = _GROUND.sub(rf"\1var(--ground, {PAPER})", _HEAD.sub("", svg), count=1)
    text = _HALO.sub(lambda g: g[1].replace('<text style="', f'<text style="{HALO}'), text)
    text = _STYLE.sub(lambda s: _COLOUR.sub(_variable, _FAMILY.sub("", s[0])), text)
    text = re.sub(r' transform="rotate\(-0 [^"]*"', "", re.sub(r"\n\s*", "\n", text))
    text = aligned(text)
    return text.replace("<svg ", f'<svg style="{SHARED}; --least: {least_width(text)}px" ', 1)


def least_width(svg: str) -> int:
    """Return the width in pixels at which the smallest letters are as large as `LEAST`."""
    sizes = [float(size) for size in _SIZE.findall(svg)]
    view = _VIEW.search(svg)
    return round(float(view[1]) * LEAST / min(sizes) + 0.5) if sizes and view else 0


def inline(svg: str, prefix: str, alt: str, lang: str = "en") -> str:
    """Return a drawing as an element of a page, told to those who do not see it by ``alt``.

    Parameters
    ----------
    svg
        A finished drawing.
    prefix
        Unique in its page: names in a drawing, such as clip paths, repeat from drawing to drawing.
    alt
        What the drawing shows, as plain text.
    lang
        The language of its words.
    """
    text = svg[svg.index("<svg ") :].strip()
    used = {name for _, name in _USE.findall(text)}
    text = _ID.sub(lambda i: f' id="{prefix}-{i[1]}"' if i[1] in used else "", text)
    text = _USE.sub(lambda u: f"{u[1]}{prefix}-{u[2]}", text)
    return text.replace(
        "<svg ", f'<svg class="picture" role="img" lang="{lang}" aria-label="{escape(alt)}" ', 1
    )


def with_pictures(text: str, page: Path, say: Callable[[str], str] = str, lang: str = "en") -> str:
    """Put drawings in the place of the images that show them.

    Parameters
    ----------
    text
        A page.
    page
        Where it lies: addresses of images are relative to it.
    say
        Says the labels of a drawing in another language.
    lang
        The language of the labels then.
    """
    numbers = count(text.count('class="picture"'))

    def drawn(found: re.Match[str]) -> str:
        said = dict(_ATTRIBUTE.findall(found[0]))
        source = said.get("src", "")
        if source.startswith(_DATA):
            svg = b64decode(source.removeprefix(_DATA)).decode()
        elif source.endswith(".svg") and "_images/" in source:
            svg = (page.parent / source).read_text(encoding="utf-8")
        else:
            return found[0]
        made = inline(say(svg), f"p{next(numbers)}", unescape(said.get("alt", "")), lang)
        least = _LEAST.search(made)
        stop = ' tabindex="0"' if least and int(least[1]) > ROOM else ""  # keys scroll it
        return f'<span class="picture-box"{stop}>{made}</span>'

    return _IMAGE.sub(drawn, text)


def _variable(found: re.Match[str]) -> str:
    name = PAGE_COLOURS.get(found[0])
    return f"var(--{name}, {found[0]})" if name else found[0]
