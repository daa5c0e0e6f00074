"""The whole book as an EPUB: a file for each chapter of the printed book, formulas as MathML.

    python book/_ext/write_epub.py _build/book.epub [en] [zh]

Every edition that is named, or all, is written beside the first: `_build/book.zh.epub`.
Chromium sets the formulas and writes the chapters down as XML, whose names HTML spells otherwise.
"""

from __future__ import annotations

import re
import sys
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import yaml
from chromium import served
from made_editions import BUILT, ROOT, Edition, editions
from print_book import COLUMN, FIT, assemble, browsing, described_by
from whole_book import Part, Say

SECTIONS = """
document.querySelectorAll("mjx-container").forEach((one) => one.replaceWith(
  one.querySelector("mjx-assistive-mml > math")));
document.querySelectorAll("[style*=zoom]").forEach((one) => { one.style.zoom = ""; });
for (const name of ["border", "valign", "align", "tabindex", "scoped"])
  document.querySelectorAll(`[${name}]`).forEach((one) => one.removeAttribute(name));
const known = new Set();
document.querySelectorAll("[id]").forEach((one) => {
  if (known.has(one.id)) one.removeAttribute("id"); else known.add(one.id);
});
return [...document.querySelectorAll("section.cover, section.chapter")].map((one) => {
  const styles = [...one.querySelectorAll("style")].filter((style) => !style.closest("svg"));
  styles.forEach((style) => style.remove());
  return [one.querySelector("h1.part")?.textContent ?? "",
          one.querySelector("h2, p.title").textContent.trim(),
          [...new Set(styles.map((style) => style.textContent))].join(" "),
          new XMLSerializer().serializeToString(one)];
});
"""
VARIABLE = re.compile(r"var\(--[\w-]+,\s*([^()]+)\)")  # old readers know the value behind it only
XML = '<?xml version="1.0" encoding="utf-8"?>\n'
PAGE = (
    XML
    + """<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"
lang="{0}" xml:lang="{0}">
<head><title>{1}</title><link rel="stylesheet" type="text/css" href="book.css"/><style>{2}</style>
</head><body>{3}</body></html>"""
)
CONTAINER = (
    XML
    + """<container version="1.0"
xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>
"""
)
PACKAGE = (
    XML
    + """<package xmlns="http://www.idpf.org/2007/opf" version="3.0" xml:lang="{0}"
unique-identifier="id"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:{1}</dc:identifier><dc:title>{2}</dc:title>
<dc:creator>{3}</dc:creator><dc:language>{0}</dc:language>
<meta property="dcterms:modified">{4}T00:00:00Z</meta></metadata>
<manifest><item id="style" href="book.css" media-type="text/css"/>{5}</manifest>
<spine>{6}</spine></package>"""
)
KINDS = {"nav": "<nav epub:", "mathml": "<math", "svg": "<svg"}


@dataclass(frozen=True)
class Section:
    """A file of the EPUB: the part it opens, if any; its title, styles and body, as XML."""

    part: str
    title: str
    styles: str
    body: str


def files(
    sections: Sequence[Section], about: Mapping[str, str], style: str, say: Say = str
) -> dict[str, str]:
    """Return the files of an EPUB by name.

    ``about`` has ``title``, ``author``, ``date`` and ``lang``; ``say`` is that of `whole`.
    """
    lang, contents = about["lang"], say("Contents")
    named = {f"section{number:03}.xhtml": one for number, one in enumerate(sections)}
    homes = {place: name for name, one in named.items()
             for place in re.findall(r'\bid="([^"]+)"', one.body)}  # fmt: skip
    pages = {"nav.xhtml": PAGE.format(lang, contents, "", _contents(named, contents))}
    for name, one in named.items():
        body = VARIABLE.sub(r"\1", VARIABLE.sub(r"\1", one.body))
        body = re.sub(r'\bhref="#([^"]+)"', lambda to: f'href="{homes[to[1]]}#{to[1]}"', body)
        styles = escape(one.styles, quote=False)
        pages[name] = PAGE.format(lang, escape(one.title), styles, body)
    items = spine = ""
    for name, text in pages.items():
        kinds = " ".join(kind for kind, sign in KINDS.items() if sign in text)
        held = f' properties="{kinds}"' if kinds else ""
        items += f'<item id="{name}" href="{name}" media-type="application/xhtml+xml"{held}/>'
        spine += f'<itemref idref="{name}"/>'
    words = [escape(about[name]) for name in ("title", "author", "date")]
    named_so = uuid.uuid5(uuid.NAMESPACE_URL, words[0])
    package = PACKAGE.format(lang, named_so, *words, items, spine)
    rest = {"META-INF/container.xml": CONTAINER, "book.opf": package, "book.css": style}
    return rest | pages


def _contents(named: Mapping[str, Section], title: str) -> str:
    lines, end = "", ""
    for name, one in named.items():
        if one.part:
            lines += f"{end}<li><span>{escape(one.part)}</span><ol>"
            end = "</ol></li>"
        lines += f'<li><a href="{name}">{escape(one.title)}</a></li>'
    return f'<nav epub:type="toc"><h1>{title}</h1><ol>{lines}{end}</ol></nav>'


def pack(path: Path, made: Mapping[str, str]) -> None:
    """Write an EPUB, byte for byte the same from the same files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(path, "w") as book:
        book.writestr(ZipInfo("mimetype"), "application/epub+zip", ZIP_STORED)
        for name, text in made.items():
            book.writestr(ZipInfo(name), text, ZIP_DEFLATED)


def main(path: Path, edition: Edition, parts: Sequence[Part] = ()) -> None:
    """Write an edition, or parts of it, to a file."""
    page = assemble(edition, parts)
    with served(BUILT) as site, browsing() as browser:
        browser.get(f"{site}/{page}")
        browser.execute_async_script(FIT, COLUMN)
        sections = [Section(*one) for one in browser.execute_script(SECTIONS)]
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    about = described_by(edition) | {"date": f"{cited['date-released']}"}
    style = Path(__file__).with_name("epub.css").read_text(encoding="utf-8")
    pack(path, files(sections, about, style, edition.say))
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    for one in editions(sys.argv[2:]):
        main(one.beside(Path(sys.argv[1])), one)
