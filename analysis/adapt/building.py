"""Building the chapters on a reader's figures with Jupyter Book."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from analysis.display.vector import with_pictures
from analysis.errors import DataError, require_extra
from analysis.places import CODE

__all__ = ["HTML", "build_book", "require_builder"]

HTML = "html"
_BUILDER = "import sys; from jupyter_book.cli.main import main; sys.exit(main())"


def require_builder() -> None:
    """Refuse to build where Jupyter Book is not installed.

    Raises
    ------
    DataError
        It is not; the sentence names the extra to install.
    """
    require_extra("jupyter_book", "book", "Building chapters on your own figures")


def build_book(folder: Path, *, strict: bool = False) -> Path:
    """Execute the pages in ``book/`` and put what comes out into ``html/``.

    Parameters
    ----------
    folder
        Holds ``book/``, ``study/`` and ``archive/``.
    strict
        Whether a warning is an error.

    Returns
    -------
    Path
        The first page.

    Raises
    ------
    DataError
        Jupyter Book is not installed, or a page cannot be built; the sentence says why.
    """
    require_builder()
    source, built = folder.resolve() / "book", folder.resolve() / HTML
    command = [sys.executable, "-c", _BUILDER, "build", str(source), "-n", "--quiet"]
    path = filter(None, (str(CODE.parent), os.environ.get("PYTHONPATH", "")))
    done = subprocess.run(
        [*command, *(["-W", "--keep-going"] if strict else [])],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path)}, capture_output=True, text=True,
        check=False, cwd=source,
    )  # fmt: skip
    made = source / "_build" / "html"
    if done.returncode or not (made / "index.html").is_file():
        said = f"{done.stdout}\n{done.stderr}".splitlines()
        last = [line.strip() for line in said if "WARNING:" in line or "rror" in line]
        raise DataError(
            f"The pages in {source} could not be built; report and answers are there. Jupyter Book "
            f"says: {' / '.join(last[-3:])}"
        )
    for page in sorted(made.glob("*.html")):  # drawings of their own stay pale in the dark
        text = with_pictures(page.read_text(encoding="utf-8"), page)
        page.write_text(text, encoding="utf-8", newline="\n")
    shutil.rmtree(built, ignore_errors=True)
    made.rename(built)
    shutil.rmtree(source / "_build")
    return built / "index.html"
