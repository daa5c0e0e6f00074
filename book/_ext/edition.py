"""An edition of the book in another language, from the same pages, outputs and archive.

Prose is translated by Sphinx from the catalogues in ``book/locale``. What cells print, draw and
glue is in English, because they run once for all editions; here their sentences are recognised and
said in the language of the edition (`analysis.language`). Text without a message is a warning, and
a warning fails the build. `build_editions.py` builds the editions that the configuration names.
"""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from docutils import nodes
from speech import ROOT, SOURCE, catalogue, say_or_note, translated, words_key
from sphinx import addnodes
from sphinx.util import logging

from analysis.language import Catalogue, Unsaid, say_html
from analysis.language.catalogue import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.config import Config

LOGGER = logging.getLogger(__name__)
COMPILED = ROOT / "_build" / "locale"
SILENT = re.compile(r"\{[\w:]+\}`[^`]*`|`[^`]*`|\$[^$]*\$|https?://\S+|^[\d.,]+ \w{1,2}$")
COMMAND = re.compile(r"\\[a-zA-Z]")  # of a formula that stands alone
GLUED = re.compile(r"\{glue:text\}`(?![^`]*::)([^`]+)`")
GLUE = "pasted-text"
DATA = re.compile(r'<script type="application/json">(.*?)</script>', re.S)
# Pages with data for scripts, and tables that a script sorts and narrows.
SCRIPTED = re.compile(rf"{DATA.pattern}|<table[^>]* data-sortable", re.S)
CHOSEN = re.compile(r'data-(words|select|filter)="([^"]*)"')
PARTS = re.compile(r"\||, ")
SORT = ROOT / "book" / "_static" / "sort.js"
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
CITED = "bibtex-citation"
WORDED = re.compile(r"(\\text\{)([^{}]*[A-Za-z]{2}[^{}]*)\}")
MINUS = re.compile(r"(?<![\w\d])-(?=\d)")
UNSPOKEN = (nodes.math, nodes.math_block, nodes.literal, nodes.literal_block)


def spoken(message: str) -> bool:
    """Whether a message has words beside formulas, code and references."""
    rest = SILENT.sub(" ", message)
    return bool(WORDS.search(rest)) and not COMMAND.search(rest)


def _compile(app: Sphinx, config: Config) -> None:
    """Compile the catalogues; in a translation myst-nb finds glued numbers by their page only."""
    if not translated(app):
        return
    folder = Path(config.language, "LC_MESSAGES")
    for path in sorted((SOURCE / folder).rglob("*.po")):
        page = path.relative_to(SOURCE / folder).with_suffix("")
        target = COMPILED / folder / page.with_suffix(".mo")
        made_from = max(path.stat().st_mtime, Path(__file__).stat().st_mtime)
        if target.is_file() and target.stat().st_mtime > made_from:
            continue  # Sphinx reads a page again whose catalogue is new
        with path.open("rb") as stream:
            found = read_po(stream)
        for message in found:
            if message.id and not spoken(message.id):  # Sphinx would break a formula
                message.string = ""
            elif message.string and isinstance(message.string, str):
                message.string = GLUED.sub(partial(_elsewhere, page.name), message.string)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as stream:
            write_mo(stream, found)
    config.locale_dirs = [str(COMPILED)]
    config.words_key = words_key(app)


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
    for formula in page.findall(lambda n: isinstance(n, nodes.math | nodes.math_block)):
        refill(formula, WORDED.sub(partial(_worded, messages, unsaid), formula.astext()))
    for image in page.findall(nodes.image):
        if alt := image.get("alt"):
            image["alt"] = say_or_note(alt, messages, unsaid)
    for glued in page.findall(lambda n: isinstance(n, nodes.inline) and GLUE in n["classes"]):
        refill(glued, MINUS.sub("−", say_or_note(glued.astext(), messages, unsaid)))
    for title in page.findall(nodes.title):  # of exercises, which Sphinx leaves out
        _say_title(title, messages)
    for cited in page.findall(lambda n: isinstance(n, nodes.inline) and CITED in n["classes"]):
        for words in list(cited.findall(nodes.Text)):
            words.parent.replace(words, nodes.Text(messages.style.cited(words)))
    docstrings = {id(n) for d in page.findall(addnodes.desc) for n in d.findall(nodes.Element)}
    for node in list(page.findall(nodes.Element)):  # docstrings stay English
        if node.get("translated") is False and id(node) not in docstrings and _words(node):
            _say_node(node, messages, unsaid)
    for text, times in unsaid.found.items():
        LOGGER.warning("no message in %s, met %d times: %s", app.config.language, times, text,
                       location=name, type="edition")  # fmt: skip


def _say_title(title: nodes.title, messages: Catalogue) -> None:
    for words in list(title.findall(nodes.Text)):
        if said := messages.pages.get(" ".join(words.split())):
            words.parent.replace(words, nodes.Text(said))
        elif words.strip() in "()":
            words.parent.replace(words, nodes.Text(messages.style.cited(words.strip())))


def _worded(messages: Catalogue, unsaid: Unsaid, found: re.Match[str]) -> str:
    """Say a word of a formula; there it is one of few and means what only formulas mean by it."""
    said = messages.messages.get(f"formula: {found[2].strip()}")
    if said is None:
        unsaid.note(f"formula: {found[2].strip()}")
    return f"{found[1]}{found[2] if said is None else said}}}"


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
    blocks = [block for block in page.findall(nodes.raw) if SCRIPTED.search(block.astext())]
    if not blocks:
        return
    found = {
        text
        for block in blocks
        for data in DATA.findall(block.astext())
        for text in _strings(json.loads(data))
    }
    for block in blocks:
        found |= {
            word for _, words in CHOSEN.findall(block.astext()) for word in PARTS.split(words)
        }
    for script in (*sorted((ROOT / "book" / "_interactive").rglob("*.js")), SORT):
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


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_config_value("editions", {}, "html", [dict])
    app.add_config_value("words_key", "", "html")  # new words: all pages are written again
    app.connect("config-inited", _compile, priority=400)
    app.connect("doctree-resolved", _say, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
