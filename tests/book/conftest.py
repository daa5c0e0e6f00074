"""The built book and the browser to read it with; without them a skip that says so."""

import os
import shutil
from pathlib import Path

import pytest
from prose import ROOT

HTML = ROOT / "_build" / "html"


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
        message = f"no {' and no '.join(missing)} on this machine: install Debian's chromium and chromium-driver"
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(message)
        pytest.skip(message)
    return Path(shutil.which("chromedriver"))
