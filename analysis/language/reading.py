"""Where the messages of a language stand, and how they are read."""

from __future__ import annotations

from pathlib import Path

import yaml

from analysis.errors import require_extra
from analysis.language.beside import beside, labels, short_names
from analysis.language.catalogue import Catalogue
from analysis.language.style import Style
from analysis.places import CODE, FIGURES
from analysis.strict import Loader

__all__ = ["CATALOGUES", "read_catalogue", "read_style"]

CATALOGUES = Path(__file__).parent
SPOKEN = ("errors.po", "command_line.po")  # what the terminal says


def read_catalogue(language: str, pages: Path | None = None) -> Catalogue:
    """Read all that is said in a language: the program's messages, texts of data, pages if asked.

    Parameters
    ----------
    language
        ``zh_CN``.
    pages
        A folder with ``<language>/LC_MESSAGES/*.po``.

    Examples
    --------
    >>> read_catalogue("zh_CN").say("inconclusive")
    '无法定论'
    """
    short = language.partition("_")[0]
    files = sorted([*CODE.rglob("*.yml"), *FIGURES.rglob("*.yml")])
    texts = {**labels(sorted(FIGURES.rglob("*.csv")), short), **beside(files, short)}
    messages = {**texts, **_messages(CATALOGUES / language)}
    prose = _messages(pages / language / "LC_MESSAGES") if pages else {}
    spoken = frozenset().union(*(_messages(CATALOGUES / language, name) for name in SPOKEN))
    style = read_style(language)
    return Catalogue(language, messages, short_names(files), prose, spoken, style=style)


def read_style(language: str) -> Style:
    """Read how a language joins and tidies sentences.

    Parameters
    ----------
    language
        ``zh_CN``.

    Examples
    --------
    >>> read_style("zh_CN").tidied("贷款(对数), 2010-2024")
    '贷款（对数）, 2010—2024'
    """
    with (CATALOGUES / language / "style.yml").open(encoding="utf-8") as stream:
        read = yaml.load(stream, Loader=Loader)
    pairs = {name: tuple(map(tuple, read[name])) for name in ("tidy", "citations")}
    return Style(**{**read, **pairs})


def _messages(folder: Path, files: str = "*.po") -> dict[str, str]:
    require_extra("babel", "book", "Another language")
    from babel.messages.pofile import read_po  # only another language needs it

    found = {}
    for path in sorted(folder.rglob(files)):
        with path.open("rb") as stream:
            found |= {
                " ".join(m.id.split()): m.string for m in read_po(stream) if m.id and m.string
            }
    return found
