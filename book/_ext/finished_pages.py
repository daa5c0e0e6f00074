"""What is done to a page once it is written, all of it in one pass.

Needless scripts go (`light_pages`), what the theme writes is mended (`accessible`), pictures go
into the page, and Chinese is marked as Chinese.

A picture of its own cannot follow the page's colours, and its words cannot be searched, marked or
read aloud; inside the page it does all that. Whatever wrote a page (prose, a cell, the theme), it
passes here, so neither has to be seen to anywhere else. A page that was done before stays as it is.
"""

from __future__ import annotations

import re
import sys
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

from accessible import mend
from light_pages import drawings, light, write_letters
from small_fonts import write_font
from speech import report, said_svg, tag
from switch import with_switch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from analysis.display.theme import FONT_FILE  # noqa: E402
from analysis.display.vector import with_pictures  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sphinx.application import Sphinx

CHINESE = re.compile(r"[\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff01-\uffef]+")
# Tags whole, with what must not be touched inside them.
TAG = re.compile(
    r"(<!--.*?-->|<(?:script|style)\b.*?</(?:script|style)>|</?[a-zA-Z](?:\"[^\"]*\"|'[^']*'|[^>\"'])*>)",
    re.S,
)
NAME = re.compile(r"</?([a-zA-Z][\w-]*)")
PLAIN = {"title", "option", "textarea"}  # hold words and nothing else
TEXT = re.compile(r"<text\b.*?</text>", re.S)
FONT = "_static/evidence.woff"


def marked(text: str) -> str:
    """Say of all Chinese words of a page's body that they are Chinese."""
    at = text.find("<body")
    parts = TAG.split(text[at:]) if at >= 0 else []
    inside, depth, drawing, last = "", 0, False, -1  # the Chinese element, how often it is open
    for i, part in enumerate(parts):
        if i % 2 == 0:
            if depth or not CHINESE.search(part):
                continue
            parent = NAME.match(parts[last])[1] if last >= 0 else ""
            if parent in PLAIN and not parts[last].startswith("</"):
                parts[last] = f'{parts[last][:-1]} lang="zh">'
            else:
                tag = "tspan" if drawing else "span"
                parts[i] = CHINESE.sub(rf'<{tag} lang="zh">\g<0></{tag}>', part)
            continue
        found = NAME.match(part)
        if not found or found[1] in {"script", "style"}:
            continue
        name, closes, last = found[1], part.startswith("</"), i
        drawing = (not closes) if name == "svg" else drawing
        if depth and name == inside:
            depth += -1 if closes else 1
        elif not depth and not closes and re.search(r'\slang="zh', part):
            inside, depth = name, 1
    return text[:at] + "".join(parts) if parts else text


def letters(pages: Iterable[str]) -> str:
    """Return the letters that occur in the drawings of pages, in order."""
    drawn = (re.sub(r"<[^>]*>", "", unescape(one)) for text in pages for one in TEXT.findall(text))
    return "".join(sorted(set("".join(drawn)) | set(map(chr, range(0x20, 0x7F)))))


def finished(text: str, page: Path, app: Sphinx, drawn: Mapping) -> str:
    """Return a page as readers get it; Chinese is marked where the page is in another language."""
    lang = tag(app)
    text = with_switch(mend(light(text, drawn)), page.relative_to(app.outdir).as_posix(), app)
    text = with_pictures(text, page, lambda svg: said_svg(app, svg), lang)
    return text if lang.startswith("zh") else marked(text)


def finish(app: Sphinx, error: Exception | None) -> None:
    """Go through all pages of a book that was built."""
    if error or app.builder.name != "html":
        return
    folder, static = Path(app.outdir), Path(app.outdir, "_static")
    drawn, pages = drawings(static), {}
    for page in sorted(folder.rglob("*.html")):
        if page.relative_to(folder).parts[0] in app.config.editions:  # finished where it was built
            continue
        before = page.read_text(encoding="utf-8")
        pages[page] = finished(before, page, app, drawn)
        if pages[page] != before:
            page.write_text(pages[page], encoding="utf-8", newline="\n")
    write_font(FONT_FILE, letters(pages.values()), folder / FONT)
    write_letters(static)
    report(app)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
