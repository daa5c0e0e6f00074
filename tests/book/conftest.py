"""Chapters that were run, the built book, and the browser to read it with."""

import os
import shutil
from functools import cache
from pathlib import Path

import pytest
from prose import BOOK, ROOT, cells
from running import Executed, of_the_book, run_cells

HTML = ROOT / "_build" / "html"


@pytest.fixture(scope="session")
def run():
    """Run cells as a chapter: in order, in a name space of their own, imports shared."""
    return run_cells


@pytest.fixture(scope="session")
def executed(once):
    """Return the executed chapter of a page's name: the book's, or run once for all workers."""

    def chapter(page: str) -> Executed:
        path = BOOK / f"{page}.md"
        built = None if os.environ.get("RUN_CHAPTERS") else of_the_book(path)
        return built or once(f"chapter-{page}", lambda: run_cells(cells(path)))

    return cache(chapter)


@pytest.fixture(scope="session")
def html() -> Path:
    if not (HTML / "intro.html").exists():
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("the book is not built: run `make book` first")
        pytest.skip("the book is not built: run `make book` first")
    return HTML


@pytest.fixture(scope="session")
def driver_path() -> Path:
    missing = [name for name in ("chromium", "chromedriver") if not shutil.which(name)]
    if missing:
        message = (
            f"no {' and no '.join(missing)} on this machine: "
            "install Debian's chromium and chromium-driver"
        )
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(message)
        pytest.skip(message)
    return Path(shutil.which("chromedriver"))
