"""An edition of the book in another language, from the same pages, outputs and archive.

Prose is translated by Sphinx from the catalogues in ``book/locale``. What cells print, draw and
glue is in English, because they run once for all editions; here their sentences are recognised and
said in the language of the edition (`analysis.language`). Text without a message is a warning, and
a warning fails the build. `build_editions.py` builds the editions that the configuration names.
"""

from __future__ import annotations

import json
import re
import sys
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from docutils import nodes
from sphinx import addnodes
from sphinx.errors import ExtensionError
from sphinx.util import logging

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from analysis.language import Catalogue, Unsaid, read_catalogue, say_html, say_svg  # noqa: E402
from analysis.language.catalogue import WORDS  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.config import Config

LOGGER = logging.getLogger(__name__)
SOURCE, COMPILED = ROOT / "book" / "locale", ROOT / "_build" / "locale"
GLUED = re.compile(r"\{glue:text\}`(?![^`]*::)([^`]+)`")
LANGUAGE = "en"
GLUE = "pasted-text"
NAMES = {"en": "English", "zh": "中文"}
CAPTION = re.compile(r'(<span class="caption-text">)([^<]*)(</span>)')
PLACE = re.compile(r'(<div class="article-header-buttons">)')
DATA = re.compile(r'<script type="application/json">(.*?)</script>', re.S)
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
TITLED = re.compile(r"(.*\()([^()]+)(\))", re.S)
LATE = Unsaid()
UNSPOKEN = (nodes.math, nodes.math_block, nodes.literal, nodes.literal_block)


def translated(app: Sphinx) -> bool:
    """Say whether this edition is in another language than the sources."""
    return app.config.language != LANGUAGE


@cache
def catalogue(language: str) -> Catalogue:
    """Return every message of a language."""
    return read_catalogue(language, SOURCE)


def _compile(app: Sphinx, config: Config) -> None:
    """Compile the catalogues; in a translation myst-nb finds glued numbers by their page only."""
    if not translated(app):
        return
    folder = Path(config.language, "LC_MESSAGES")
    for path in sorted((SOURCE / folder).rglob("*.po")):
        page = path.relative_to(SOURCE / folder).with_suffix("")
        with path.open("rb") as stream:
            found = read_po(stream)
        for message in found:
            if message.string and isinstance(message.string, str):
                message.string = GLUED.sub(partial(_elsewhere, page.name), message.string)
        target = COMPILED / folder / page.with_suffix(".mo")
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as stream:
            write_mo(stream, found)
    config.locale_dirs = [str(COMPILED)]


def refill(node: nodes.Element, text: str) -> None:
    """Put a text in the place of all that a node holds."""
    node.clear()
    node += nodes.Text(text)


def _elsewhere(page: str, glued: re.Match[str]) -> str:
    """Name a number by its page; there a number without a format has to say so."""
    name = glued[1] if ":" in glued[1] else f"{glued[1]}:s"
    return f"{{glue:text}}`{page}.md::{name}`"


def _say(app: Sphinx, page: nodes.document, name: str) -> None:
    """Say what cells made, and what HTML the page itself holds."""
    if not translated(app):
        return
    messages, unsaid = catalogue(app.config.language), Unsaid()
    for block in list(page.findall(nodes.raw)):
        if "html" in block.get("format", ""):
            refill(block, say_html(block.astext(), messages, unsaid))
    _say_scripts(page, messages)
    for image in page.findall(nodes.image):
        if alt := image.get("alt"):
            image["alt"] = _or_note(alt, messages, unsaid)
    for glued in page.findall(lambda n: isinstance(n, nodes.inline) and GLUE in n["classes"]):
        refill(glued, _or_note(glued.astext(), messages, unsaid))
    for words in list(page.findall(nodes.Text)):  # titles of exercises, which Sphinx leaves out
        if (found := TITLED.fullmatch(words)) and (said := messages.pages.get(found[2])):
            words.parent.replace(words, nodes.Text(f"{found[1]}{said}{found[3]}"))
    docstrings = {id(n) for d in page.findall(addnodes.desc) for n in d.findall(nodes.Element)}
    for node in list(page.findall(nodes.Element)):  # docstrings stay English
        if node.get("translated") is False and id(node) not in docstrings and _words(node):
            _say_node(node, messages, unsaid)
    for text, times in unsaid.found.items():
        LOGGER.warning("no message in %s, met %d times: %s", app.config.language, times, text,
                       location=name, type="edition")  # fmt: skip


def _say_node(node: nodes.Element, messages: Catalogue, unsaid: Unsaid) -> None:
    """Say prose that no catalogue of pages has, because a page was filled in as it was built."""
    if isinstance(node, UNSPOKEN):
        return
    text = "".join(f"`{c.astext()}`" if isinstance(c, nodes.literal) else c.astext()
                   for c in node.children)  # fmt: skip
    plain = all(isinstance(c, nodes.Text | nodes.literal) for c in node.children)
    if not plain or (said := messages.say(" ".join(text.split()))) is None:
        unsaid.note(" ".join(text.split()))
        return
    node.clear()
    for i, part in enumerate(said.split("`")):
        if part:
            node += nodes.literal("", part) if i % 2 else nodes.Text(part)


def _say_scripts(page: nodes.document, messages: Catalogue) -> None:
    """Give a page with scripts its words: those of its data and those of the scripts."""
    blocks = [block for block in page.findall(nodes.raw) if DATA.search(block.astext())]
    if not blocks:
        return
    found = {
        text
        for block in blocks
        for data in DATA.findall(block.astext())
        for text in _strings(json.loads(data))
    }
    for script in sorted((ROOT / "book" / "_interactive").rglob("*.js")):
        found |= set(LITERAL.findall(script.read_text(encoding="utf-8")))
    said = {text: messages.say(text) for text in sorted(found)}
    said = {text: other for text, other in said.items() if other not in (None, text)}
    words = json.dumps(said, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    holder = f'<script type="application/json" id="messages">{words}</script>'
    refill(blocks[0], holder + blocks[0].astext())


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)


def _words(node: nodes.Element) -> bool:
    """Whether a block holds words to be said, beside formulas and names of the program."""
    spoken = (t for t in node.findall(nodes.Text) if not isinstance(t.parent, UNSPOKEN))
    return bool(WORDS.search(" ".join(spoken)))


def _or_note(text: str, messages: Catalogue, unsaid: Unsaid) -> str:
    text = " ".join(text.split())
    if (said := messages.say(text)) is None:
        unsaid.note(text)
    return text if said is None else said


def tag(app: Sphinx) -> str:
    """Return the language of the edition as HTML names it."""
    return app.config.language.replace("_", "-")


def say_page(app: Sphinx, text: str) -> str:
    """Say a whole page, or a fragment, in the language of the edition."""
    return say_html(text, catalogue(app.config.language), LATE)


def said_svg(app: Sphinx, svg: str) -> str:
    """Say the labels of a drawing in the language of the edition."""
    return say_svg(svg, catalogue(app.config.language), LATE) if translated(app) else svg


def with_switch(text: str, page: str, app: Sphinx) -> str:
    """Put a link to every other edition into a page, and say the captions of its contents.

    Parameters
    ----------
    text
        A page of the theme; others have no place for the link and stay as they are.
    page
        Its address below the edition's folder.
    """
    if translated(app):
        text = CAPTION.sub(
            lambda c: f"{c[1]}{_or_note(c[2], catalogue(app.config.language), LATE)}{c[3]}", text
        )
    up = "../" * page.count("/")
    every = {"": LANGUAGE, **app.config.editions}
    links = "".join(
        f'<a class="edition btn btn-sm" href="{_way(app, up, folder)}{page}" '
        f'lang="{code}" hreflang="{code}">{NAMES[code.partition("-")[0]]}</a>'
        for folder, language in every.items()
        if language != app.config.language and (code := language.replace("_", "-"))
    )
    return text if "edition btn" in text else PLACE.sub(rf"\1{links}", text, count=1)


def _way(app: Sphinx, up: str, folder: str) -> str:
    out = up + "../" if translated(app) else up
    return f"{out}{folder}/" if folder else out


def report(app: Sphinx) -> None:
    """Fail where a drawing or a caption had no message."""
    if translated(app) and LATE.found:
        listed = "; ".join(sorted(LATE.found)[:20])
        what = f"{len(LATE.found)} texts have no message in {app.config.language}"
        raise ExtensionError(f"{what}: {listed}")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_config_value("editions", {}, "html", [dict])
    app.connect("config-inited", _compile, priority=400)
    app.connect("doctree-resolved", _say, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
