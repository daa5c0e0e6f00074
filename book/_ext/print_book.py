"""The whole book as one PDF, printed by Chromium from the built pages.

    python book/_ext/print_book.py _build/book.pdf [en] [zh]

Every edition that is named, or all, is printed beside the first: `_build/book.zh.pdf`. Nothing is
executed: the pages of `_build/html` become one (`whole_book.py`). Page numbers of the contents are
known only once the book is printed, so it is printed twice.
"""

from __future__ import annotations

import base64
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import yaml
from chromium import chromium, served
from made_editions import BUILT, ROOT, Edition, config, editions
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from selenium import webdriver
from whole_book import Part, parts_of, whole

ROOM = BUILT / "print"
OWN_FONT = ROOT / "analysis" / "display" / "fonts" / "EvidenceSansSC-Regular.otf"
FONTS = ("STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "STIXGeneralBolIta",
         "DejaVuSans", "DejaVuSansMono", "DejaVuSansMono-Bold")  # fmt: skip
COLUMN = 658  # pixels between the margins of an upright page: 174 mm
PAPER = {
    "printBackground": True, "preferCSSPageSize": True, "generateTaggedPDF": True,
    "generateDocumentOutline": True, "transferMode": "ReturnAsBase64",
}  # fmt: skip
# What is wider than the page is set smaller, and smaller still until it is not: paper cuts.
FIT = """
const done = arguments[arguments.length - 1], column = arguments[0];
const over = (one) => one.getBoundingClientRect().right > column + 1;
const fit = () => {
  const tables = [...document.querySelectorAll("table")];
  const all = tables.filter(over);
  all.forEach((one) => one.classList.add("tight"));
  const wide = all.filter(over);
  wide.forEach((one) => {
    const { left, right } = one.getBoundingClientRect();
    one.style.zoom = Math.floor(100 * (column - left) / (right - left)) / 100;
  });
  done([all.length, wide.length]);
};
const lettered = () => document.body.offsetHeight && document.fonts.ready;  // laid out, then loaded
Promise.resolve(window.MathJax?.startup?.promise).then(lettered).then(fit);
"""
WANTED = "return [...document.querySelectorAll('.page')].map((one) => one.dataset.of)"
HEADINGS = """
return [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map(
  (one) => one.textContent.trim().split(/\\s+/).join(" "));
"""
NUMBER = """
for (const [id, page] of Object.entries(arguments[0])) {
  document.querySelector(`.page[data-of="${id}"]`).textContent = page;
}
"""


@contextmanager
def browsing() -> Iterator[webdriver.Chrome]:
    """Open Chromium as if on paper."""
    if not (driver := shutil.which("chromedriver")):
        sys.exit("The PDF is printed by Chromium: install chromium and its driver.")
    with chromium(driver) as browser:
        browser.set_script_timeout(300)
        browser.set_page_load_timeout(300)
        browser.command_executor.client_config.timeout = 600
        size = {"width": COLUMN, "height": 960, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        yield browser


def assemble(edition: Edition, parts: Sequence[Part] = ()) -> str:
    """Write an edition as one page below ``_build`` and return its address there.

    Parameters
    ----------
    edition
        Which; its pages have to be built.
    parts
        What of the book; all of it for none.
    """
    if not parts:
        toc = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text(encoding="utf-8"))
        parts = parts_of(toc)
    html = edition.html
    parts = [Part(edition.say(part.caption), part.pages) for part in parts]
    names = [page for part in parts for page in part.pages]
    pages = {page: (html / f"{page}.html").read_text(encoding="utf-8") for page in names}
    about = {"html": f"../html/{edition.folder}".rstrip("/"), "style": "print.css"}
    text = whole(parts, pages, described_by(edition) | about, edition.say)
    fonts = ROOM / "fonts"
    fonts.mkdir(parents=True, exist_ok=True)
    for name in FONTS:
        shutil.copy(Path(mpl.get_data_path(), "fonts", "ttf", f"{name}.ttf"), fonts)
    shutil.copy(OWN_FONT, fonts)
    shutil.copy(Path(__file__).with_name("print.css"), ROOM)
    path = edition.beside(ROOM / "book.html")
    path.write_text(text, encoding="utf-8", newline="\n")
    return path.relative_to(BUILT).as_posix()


def described_by(edition: Edition) -> dict[str, str]:
    """Return the title, author and copyright of an edition, and its language."""
    read = config()
    said = {name: edition.say(read[name]) for name in ("title", "author", "copyright")}
    return said | {"lang": edition.tag}


def printed(browser: webdriver.Chrome) -> bytes:
    """Return what is open as a PDF."""
    return base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", PAPER)["data"])


def pages_of(pdf: bytes, wanted: list[str]) -> dict[str, int]:
    """Return the page on which each named place stands."""
    reader = PdfReader(BytesIO(pdf))
    places = reader.named_destinations
    return {
        name: reader.get_destination_page_number(places[f"/{name}"]) + 1
        if f"/{name}" in places else reader.get_destination_page_number(places[name]) + 1
        for name in wanted
    }  # fmt: skip


def described(pdf: bytes, headings: list[str], about: Mapping[str, str]) -> bytes:
    """Return a PDF whose bookmarks read as the headings do and that names its author.

    Chromium says twice what a heading at the top of a page says.
    """
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf)))
    marks = list(bookmarks(writer.root_object["/Outlines"]))
    if len(marks) != len(headings):
        sys.exit(f"Chromium made {len(marks)} bookmarks of {len(headings)} headings: see FIT.")
    for mark, words in zip(marks, headings, strict=True):
        mark[NameObject("/Title")] = TextStringObject(words)
    writer.add_metadata({f"/{name.title()}": about[name] for name in ("title", "author")})
    made = BytesIO()
    writer.write(made)
    return made.getvalue()


def bookmarks(branch: DictionaryObject) -> Iterator[DictionaryObject]:
    """Return the bookmarks below a branch, in the order of the book."""
    mark = branch.get("/First")
    while mark is not None:
        mark = mark.get_object()
        yield mark
        yield from bookmarks(mark)
        mark = mark.get("/Next")


def main(path: Path, edition: Edition, parts: Sequence[Part] = ()) -> None:
    """Print an edition, or parts of it, to a file."""
    page = assemble(edition, parts)
    with served(BUILT) as site, browsing() as browser:
        browser.get(f"{site}/{page}")
        tight, wide = browser.execute_async_script(FIT, COLUMN)
        wanted = browser.execute_script(WANTED)
        browser.execute_script(NUMBER, dict.fromkeys(wanted, "000"))
        browser.execute_script(NUMBER, pages_of(printed(browser), wanted))
        headings = browser.execute_script(HEADINGS)
        pdf = described(printed(browser), headings, described_by(edition))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pdf)
    print(f"{path}: {len(pdf) / 1e6:.1f} MB; {tight} tables set smaller, {wide} of them to fit")


if __name__ == "__main__":
    for one in editions(sys.argv[2:]):
        main(one.beside(Path(sys.argv[1])), one)
