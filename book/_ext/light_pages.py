"""Pages without what weighs more than all else: every icon twice over, and needless formulas.

The theme loads every icon of Font Awesome, half a megabyte compressed, before a page is drawn; it
shows thirteen. Folds and boxes load them once more as letters, and show a dozen. Sphinx loads
MathJax on a page without formulas if a page below it in the contents has some, so on the first page
always. Once the pages are written, the icons that are shown go into them as drawings, the letters
into a small font (`book.css` names it), and what nothing on the page needs goes out. A page done
before stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from small_fonts import write_font

PACKS = ("fab", "far", "fas")  # in the order of the theme's script
END_OF_PACK = re.compile(r'd\("fa[brs]",p\)')
DRAWN = re.compile(r'[{,]"?([a-z0-9-]+)"?:\[(\d+),(\d+),\[[^\]]*\],"[^"]*","([^"]*)"\]')
ICON = re.compile(r'<(i|span) class="([^"]*\bfa-[^"]*)"([^>]*)></\1>')
STYLES = {"fa-brands": "fab", "fa-regular": "far"}
ICONS_SCRIPT = re.compile(r'[ \t]*<script src="[^"]*/fontawesome\.js[^"]*"></script>\n?')
FORMULAS_SCRIPT = re.compile(r'[ \t]*<script[^>]* src="[^"]*mathjax/[^"]*"></script>\n?')
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
LETTER = re.compile(r"\\(f[0-9a-f]{3})(?![0-9a-f])|([\uf000-\uf8ff])")
ALL_LETTERS = "vendor/fontawesome/webfonts/fa-solid-900.ttf"
LETTERS = "icons.woff"
FORMULA = re.compile(r'class="[^"]*\bmath\b')


def icons(script: str) -> dict[tuple[str, str], tuple[str, str]]:
    """Return box and outline of every icon in Font Awesome's script.

    Parameters
    ----------
    script
        The text of ``fontawesome.js``: three packs of icons, one after another.

    Returns
    -------
    dict
        ``(pack, name)`` leads to the size of the box, as ``viewBox`` wants it, and the path.
    """
    found = {}
    for pack, text in zip(PACKS, END_OF_PACK.split(script), strict=False):
        for name, wide, high, path in DRAWN.findall(text):
            found[pack, name] = (f"0 0 {wide} {high}", path)
    return found


def light(text: str, drawn: Mapping[tuple[str, str], tuple[str, str]]) -> str:
    """Return a page with its icons drawn and without the scripts it has no use for.

    Examples
    --------
    >>> light('<i class="fas fa-file" title="x"></i>', {("fas", "file"): ("0 0 3 4", "M1 2")})
    '<svg class="svg-inline--fa fas fa-file" title="x" viewBox="0 0 3 4" aria-hidden="true"><path \
fill="currentColor" d="M1 2"/></svg>'
    """

    def icon(found: re.Match[str]) -> str:
        words = found[2].split()
        pack = next((word for word in words if word in PACKS), "")
        pack = pack or next((STYLES[word] for word in words if word in STYLES), "fas")
        names = (word.removeprefix("fa-") for word in words)
        name = next((name for name in names if (pack, name) in drawn), None)
        if name is None:
            return found[0]
        box, path = drawn[pack, name]
        return (
            f'<svg class="svg-inline--fa {" ".join(words)}"{found[3]} viewBox="{box}" '
            f'aria-hidden="true"><path fill="currentColor" d="{path}"/></svg>'
        )

    text = ICON.sub(icon, text)
    if not ICON.search(text):
        text = ICONS_SCRIPT.sub("", text)
    return text if FORMULA.search(text) else FORMULAS_SCRIPT.sub("", text)


def letters(sheets: Iterable[str]) -> set[int]:
    r"""Return the icons that style sheets show as letters, beside one class for each there is.

    Examples
    --------
    >>> letters(['.fa-x:before{content:"\f00d"} summary:after{content:"\f078"}']) == {0xF078}
    True
    """
    found = set()
    for selector, body in RULE.findall(" ".join(sheets)):
        if not selector.strip().startswith(".fa-"):
            found |= {int(code, 16) if code else ord(sign) for code, sign in LETTER.findall(body)}
    return found


def drawings(static: Path) -> dict[tuple[str, str], tuple[str, str]]:
    """Return every icon of the theme whose files lie in a folder; none where it has no icons."""
    script = static / "scripts" / "fontawesome.js"
    return icons(script.read_text(encoding="utf-8")) if script.exists() else {}


def write_letters(static: Path) -> None:
    """Write a font of the icons that the style sheets of a built book show as letters."""
    if not (source := static / ALL_LETTERS).exists():
        return
    sheets = sorted(static.rglob("*.css"))
    wanted = letters(sheet.read_text(encoding="utf-8") for sheet in sheets)
    write_font(source, "".join(map(chr, sorted(wanted))), static / LETTERS)
