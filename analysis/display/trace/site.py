"""Every page and file beside the book, made from a study and its archive."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.display.trace.claim import Tracing, claim_page
from analysis.display.trace.package import data_set_package
from analysis.display.trace.series import dataset_page, datasets_page, series_page
from analysis.display.trace.shell import Link, page, preformatted
from analysis.display.trace.source import Source, read_source

if TYPE_CHECKING:
    from analysis.claims import Archive, Study

__all__ = ["Frame", "site"]

HOME = Link("The book", "intro.html")
DATA = Link("Data", "data/index.html")


@dataclass(frozen=True)
class Frame:
    """What the pages take from the book around them.

    Parameters
    ----------
    home : Link
        The book's first page.
    mode : str
        Light, dark or auto.
    repository : str
        Address of the project's files; empty where there is none.
    highlight : callable
        Turns a script into HTML.
    """

    home: Link = HOME
    mode: str = "light"
    repository: str = ""
    highlight: Callable[[str], str] = preformatted


def site(
    study: Study, archive: Archive, frame: Frame, only: Collection[str] | None = None
) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of every page and file.

    Parameters
    ----------
    study, archive
        What was asked and what was found.
    frame : Frame
        The book around it.
    only : collection of str, optional
        Data sets to be shown; all of the study by default.

    Raises
    ------
    DataError
        A data set cannot be read.
    """
    sources = []
    for name in (one for one in study.datasets if only is None or one in only):
        source = read_source(study, archive, name)
        sources.append(source)
        package = data_set_package(source.panel, study.data)
        for path, content in package.files.items():
            yield f"downloads/{name}/{path}", content
        yield from _data_pages(source, package.files, frame)
    for path, content in _claim_pages(study, archive, frame):
        yield path, content
    body = datasets_page(sources).text
    yield "data/index.html", _page("Data", body, 1, (frame.home,), frame)


def _claim_pages(study: Study, archive: Archive, frame: Frame) -> Iterator[tuple[str, bytes]]:
    tracing = Tracing(study, archive.manifest["draws"], frame.repository, frame.highlight)
    for claim in study.ledger:
        records = [archive.record(claim.id, name) for name in archive.datasets_of(claim.id)]
        chapter = Link(study.chapters[claim.family]["title"], study.address(claim))
        body = claim_page(records, tracing).text
        title = f"{claim.id}: where its numbers come from"
        path = f"trace/{claim.id.lower()}.html"
        yield path, _page(title, body, 1, (frame.home, chapter), frame)


def _data_pages(
    source: Source, files: Mapping[str, bytes], frame: Frame
) -> Iterator[tuple[str, bytes]]:
    title, folder = source.panel.roles.title_en, f"data/{source.name}"
    body = dataset_page(source, {path: len(content) for path, content in files.items()}).text
    yield f"{folder}/index.html", _page(title, body, 2, (frame.home, DATA), frame)
    trail = (frame.home, DATA, Link(title, f"{folder}/index.html"))
    for name, variable in source.panel.variables.items():
        body = series_page(source, name).text
        yield f"{folder}/{name}.html", _page(variable.label_en, body, 2, trail, frame)


def _page(title: str, body: str, depth: int, trail: tuple[Link, ...], frame: Frame) -> bytes:
    return page(title, body, depth, trail, frame.mode).text.encode()
