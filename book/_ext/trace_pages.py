"""Pages beside the book, and the way there: from a number to its claim, figures and code.

The pages are written when the book is, without Sphinx reading them, and left alone where code,
data and study are as they were. Every number of the prose that belongs to a claim leads to them.
"""

from __future__ import annotations

import os
import pickle
import re
import shutil
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from myst_nb.ext.glue.roles import PasteTextRole
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from chapter_execution import execution_key  # noqa: E402
from edition import refill  # noqa: E402
from speech import say_page, tag, translated, words_key  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sphinx.application import Sphinx

FOLDERS = ("data", "downloads", "trace")
DOWNLOADS = re.compile(r'(href=")((?:\.\./)*)(downloads/)')
MARK = "glue:"
MADE_FROM = "downloads/.made_from"
KEPT = ROOT / "_build" / "trace.pickle"


class TracedText(PasteTextRole):
    """A glued number that remembers its name."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return what the role of myst-nb returns, marked."""
        found, said = super().run()
        for node in found:  # a class stays when a reference to another page is resolved
            node["classes"].append(MARK + self.text.split("::")[-1].rsplit(":", 1)[0])
        return found, said


def link_numbers(app: Sphinx, page: nodes.document) -> None:
    """Lead from every marked number, and from blocks of numbers, to where they are traced."""
    if not app.config.studies:
        return
    from analysis.display.trace.anchors import filled, traced_at

    up = "../" * app.env.docname.count("/")
    claims = _claims(tuple(app.config.studies))
    for block in page.findall(nodes.raw):
        if (text := block.astext()) != (linked := filled(text, claims, up)):
            refill(block, linked)
    for node in list(page.findall(nodes.Element)):
        name = next((c for c in node.get("classes", ()) if c.startswith(MARK)), None)
        if name is None:
            continue
        node["classes"].remove(name)
        target = traced_at(name.removeprefix(MARK), claims)
        if not target or _inside(node, (nodes.reference, nodes.title)):
            continue
        link = nodes.reference("", "", internal=True, refuri=up + target, classes=["number"])
        node.replace_self(link)
        link += node


def _inside(node: nodes.Node, kinds: tuple[type, ...]) -> bool:
    return node.parent is not None and (
        isinstance(node.parent, kinds) or _inside(node.parent, kinds)
    )


@cache
def _claims(studies: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the data sets of every claim."""
    from analysis.claims import current_archive, read_study

    kept = [current_archive(read_study(name)) for name in studies]
    return {id: one.datasets_of(id) for one in kept for id, _ in one.manifest["records"]}


def write_pages(app: Sphinx, error: Exception | None) -> None:
    """Write every page and file of the studies, unless those there are made from the same."""
    if error is not None or app.builder.name != "html" or not app.config.studies:
        return
    out, key = Path(app.outdir), f"{execution_key()} {_mode(app)} {_repository(app)}"
    stamp = out / MADE_FROM
    said = f"{key} {words_key(app)}"  # the key alone knows nothing of translations
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == said:
        return
    for folder in FOLDERS:
        shutil.rmtree(out / folder, ignore_errors=True)
    for path, content in _kept(app, key):
        if translated(app):  # files are the same in every edition and stand beside the first
            if path.startswith("downloads/"):
                continue
            content = _said(app, content, path)
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(said, encoding="utf-8")


def _kept(app: Sphinx, key: str) -> Iterable[tuple[str, bytes]]:
    """Make pages and files once for all editions; the others read what the first kept."""
    if translated(app) and KEPT.is_file():
        found, made = pickle.loads(KEPT.read_bytes())
        if found == key:
            return made
    made = [*_made(app)]
    if app.config.editions:
        pages = [one for one in made if one[0].endswith(".html")]
        half = KEPT.with_suffix(f".{os.getpid()}")  # editions are built side by side
        half.write_bytes(pickle.dumps((key, pages)))
        half.replace(KEPT)
    return made


def _made(app: Sphinx) -> Iterator[tuple[str, bytes]]:
    from analysis.claims import current_archive, read_study
    from analysis.display.trace.site import Frame, site

    frame = Frame(mode=_mode(app), repository=_repository(app), highlight=_coloured)
    for name in app.config.studies:
        study = read_study(name)
        yield from site(study, current_archive(study), frame)


def _said(app: Sphinx, content: bytes, path: str) -> bytes:
    if not path.endswith(".html"):
        return content
    text = DOWNLOADS.sub(r"\1../\2\3", content.decode())
    return say_page(app, text.replace('lang="en"', f'lang="{tag(app)}"', 1)).encode()


def _mode(app: Sphinx) -> str:
    return app.config.html_context.get("default_mode", "auto")


def _repository(app: Sphinx) -> str:
    """Return the address of the files of the repository; empty where none is configured."""
    theme = app.config.html_theme_options
    address = theme.get("repository_url", "").rstrip("/")
    return f"{address}/blob/{theme.get('repository_branch') or 'main'}" if address else ""


def _coloured(text: str) -> str:
    return highlight(text, PythonLexer(), HtmlFormatter())


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_role_to_domain("glue", "text", TracedText(), override=True)
    app.connect("doctree-read", link_numbers)
    app.connect("build-finished", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
