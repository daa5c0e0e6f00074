"""In which language an edition of the book is, and how finished words are said in it.

What cells print, draw and glue is in English, because they run once for all editions; their
sentences are recognised and said in the language of the edition (`analysis.language`).
"""

from __future__ import annotations

import sys
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.errors import ExtensionError

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from analysis.fingerprint import fingerprint  # noqa: E402
from analysis.language import Catalogue, Unsaid, read_catalogue, say_html, say_svg  # noqa: E402

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SOURCE = ROOT / "book" / "locale"
LANGUAGE = "en"
LATE = Unsaid()
"""What had no message when Sphinx had written its pages."""


def translated(app: Sphinx) -> bool:
    """Say whether this edition is in another language than the sources."""
    return app.config.language != LANGUAGE


@cache
def catalogue(language: str) -> Catalogue:
    """Return every message of a language."""
    return read_catalogue(language, SOURCE)


def words_key(app: Sphinx) -> str:
    """Return a short name that follows all an edition says, and how; pages are said anew by it."""
    if not translated(app):
        return ""
    known = catalogue(app.config.language)
    words = repr((sorted(known.messages.items()), sorted(known.pages.items()))).encode()
    return f"{fingerprint([ROOT / 'analysis' / 'language'])}-{sha256(words).hexdigest()[:16]}"


def tag(app: Sphinx) -> str:
    """Return the language of the edition as HTML names it."""
    return app.config.language.replace("_", "-")


def say_page(app: Sphinx, text: str) -> str:
    """Say a whole page, or a fragment, in the language of the edition."""
    return say_html(text, catalogue(app.config.language), LATE)


def said_svg(app: Sphinx, svg: str) -> str:
    """Say the labels of a drawing in the language of the edition."""
    return say_svg(svg, catalogue(app.config.language), LATE) if translated(app) else svg


def say_or_note(text: str, messages: Catalogue, unsaid: Unsaid) -> str:
    """Say a text, or note it and leave it as it is."""
    text = " ".join(text.split())
    if (said := messages.say(text)) is None:
        unsaid.note(text)
    return text if said is None else said


def report(app: Sphinx) -> None:
    """Fail where a drawing or a caption had no message."""
    if translated(app) and LATE.found:
        listed = "; ".join(sorted(LATE.found)[:20])
        what = f"{len(LATE.found)} texts have no message in {app.config.language}"
        raise ExtensionError(f"{what}: {listed}")
