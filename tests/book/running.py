"""Chapters run in this process, or read as the last build ran them."""

import ast
import builtins
import io
import logging
import os
import sys
import traceback
import warnings
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from chapter_execution import execution_key
from IPython.core.displayhook import CapturingDisplayHook
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from jupyter_cache import get_cache
from jupyter_cache.cache.db import NbCacheRecord
from prose import BOOK, ROOT, Cell, cells
from threadpoolctl import threadpool_limits
from traitlets.config import Config

# What Python does not show by default, in a kernel as anywhere.
UNSEEN = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)


@dataclass(frozen=True)
class Ran:
    """A cell that was run: the kinds of output it shows, the numbers it glues, what went wrong."""

    cell: Cell
    shown: frozenset[str]
    glued: tuple[tuple[str, object], ...]
    complaints: tuple[str, ...]


@dataclass(frozen=True)
class Executed:
    """A chapter that was run, up to the first error as a kernel does."""

    cells: tuple[Ran, ...]

    @property
    def numbers(self) -> dict[str, object]:
        """Everything the prose of this page, and of no other, can show by name."""
        return {name: value for ran in self.cells for name, value in ran.glued}


@contextmanager
def a_shell():
    """What a kernel gives a chapter, without the kernel; nothing of it is left behind."""
    config = Config({"HistoryManager": {"enabled": False}})
    folder, known = Path.cwd(), {"display", "__IPYTHON__"} & vars(builtins).keys()
    # One linear-algebra thread, as kernels have.
    with warnings.catch_warnings(), threadpool_limits(1, user_api="blas"):
        os.chdir(BOOK)
        try:
            yield InteractiveShell.instance(config=config, user_module=ModuleType("a_chapter"))
        finally:
            os.chdir(folder)
            InteractiveShell.clear_instance()
            sys.modules.pop("a_chapter", None)
            for name in {"display", "__IPYTHON__"} - known:
                vars(builtins).pop(name, None)


class Log(logging.Handler):
    """Keeps what a kernel would print to standard error."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []

    def emit(self, record):
        self.lines.append(f"{record.name}: {record.getMessage()}")


def run_cell(shell: InteractiveShell, cell: Cell) -> Ran:
    outputs, printed, log = [], io.StringIO(), Log()
    shell.display_pub = CapturingDisplayPublisher()
    shell.display_pub.outputs = outputs
    shell.display_trap.hook = CapturingDisplayHook(shell, outputs)
    logging.getLogger().addHandler(log)
    try:
        with warnings.catch_warnings(record=True) as warned, redirect_stdout(io.StringIO()):
            warnings.simplefilter("always")
            for category in UNSEEN:
                warnings.simplefilter("ignore", category)
            with redirect_stderr(printed):
                done = shell.run_cell(cell.source)
    finally:
        logging.getLogger().removeHandler(log)
    error = done.error_before_exec or done.error_in_exec
    complaints = ["".join(traceback.format_exception(error))] if error else []
    complaints += [f"{w.category.__name__}: {w.message}" for w in warned] + log.lines
    complaints += [printed.getvalue()] if printed.getvalue() else []
    glued = [o for o in outputs if "scrapbook" in (o["metadata"] or {})]
    shown = [kind for o in outputs if o not in glued for kind in o["data"]]
    return Ran(cell, frozenset(shown), tuple(map(name_and_value, glued)), tuple(complaints))


def name_and_value(output: dict) -> tuple[str, object]:
    """Read a glued value back as myst-nb does before it formats it."""
    about = output["metadata"]["scrapbook"]
    text = output["data"].get(f"{about['mime_prefix']}text/plain", "")
    try:
        return about["name"], ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return about["name"], float(text) if text in {"nan", "inf", "-inf"} else text


def run_cells(found: list[Cell]) -> Executed:
    done = []
    with a_shell() as shell:
        for cell in found:
            done.append(run_cell(shell, cell))
            if shell.last_execution_succeeded is False:
                break
    return Executed(tuple(done))


def of_the_book(path: Path) -> Executed | None:
    """Read a chapter as the last build ran it; None if it would not be run the same today."""
    return of_the_cache(path, ROOT / "_build" / ".jupyter_cache" / execution_key())


def of_the_cache(path: Path, folder: Path) -> Executed | None:
    if not folder.exists():
        return None
    found, kept = cells(path), get_cache(folder)
    for record in NbCacheRecord.records_from_uri(str(path), kept.db):
        ran = [c for c in kept.get_cache_bundle(record.pk).nb.cells if c.cell_type == "code"]
        if [c.source.strip() for c in ran] == [cell.source.strip() for cell in found]:
            return Executed(tuple(map(ran_by_kernel, found, (c.outputs for c in ran))))
    return None


def ran_by_kernel(cell: Cell, outputs: list[dict]) -> Ran:
    said = [o["text"] for o in outputs if o.get("name") == "stderr"]
    said += ["\n".join(o["traceback"]) for o in outputs if o["output_type"] == "error"]
    rich = [o for o in outputs if "data" in o]
    glued = [o for o in rich if "scrapbook" in o["metadata"]]
    shown = [kind for o in rich if o not in glued for kind in o["data"]]
    return Ran(cell, frozenset(shown), tuple(map(name_and_value, glued)), tuple(said))
