"""The page on reproducing the book, with the time and memory of the build that made it."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from chapter_execution import ROOT, spent
from jupyter_cache import get_cache

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PAGE = "reproduce"
MARK = "{replication}\n"
CODE = re.compile(r"`([^`]+)`")


def _insert(app: Sphinx, page: str, source: list[str]) -> None:
    if page == PAGE:
        from replication_file import STUDY, replication_text

        from analysis.claims import open_archive

        archive = open_archive(ROOT / "_build" / "archive" / STUDY)
        text = replication_text(archive, measured(app), folded_table)
        # Boxes to tick are Markdown of some sites only.
        source[0] = source[0].replace(MARK, text.replace("- [x]", "- ☒").replace("- [ ]", "- ☐"))


def folded_table(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table of the book behind a line that opens it."""
    from analysis.display.html import Html, folded, table

    cells = [
        [Html(CODE.sub(r"<code>\1</code>", escape(str(cell)))) for cell in row] for row in rows
    ]
    frame = pd.DataFrame(cells, columns=list(heads), dtype=object)
    return folded(f"{name}: {len(cells)}", table(frame, name).text).text


def measured(app: Sphinx) -> str:
    """Return what evaluating the study and running the chapters took, as a table."""
    from replication_file import table

    rows = [
        (
            f"evaluating the study `{study}`",
            f"{cost['seconds']:.0f} s",
            f"{cost['megabytes']:.0f} MB",
        )
        for study, cost in spent().items()
    ]
    records = get_cache(app.config.nb_execution_cache_path).list_cache_records()
    ran = {Path(one.uri).stem: one.data["execution_seconds"] for one in records}
    if ran:
        longest = max(ran, key=ran.get)
        total = f"running {len(ran)} chapters, one after another"
        rows.append((total, f"{sum(ran.values()):.0f} s", "–"))
        rows.append((f"the longest of them, `{longest}`", f"{ran[longest]:.0f} s", "–"))
    python = f"Python {platform.python_version()}"
    where = f"{os.cpu_count()} processors, `{platform.machine()}`, {python}"
    shown = table("", ("step", "time", "largest process"), rows)
    return f"Measured when this page was built, on {where}.\n\n{shown}"


def _again(_app: Sphinx, env: object, *_lists: object) -> list[str]:
    # Time and memory are no file that Sphinx watches.
    return [PAGE] if PAGE in env.found_docs else []


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("source-read", _insert)
    app.connect("env-get-outdated", _again)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
