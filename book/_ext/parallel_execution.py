"""Run the chapters that need it side by side, before Sphinx reads the first page.

Sphinx reads one page after another and myst-nb runs a chapter while its page is read, so one
processor works and the others wait. Here the stale chapters among the pages to be read are run at
once, as many at a time as there are processors, and stored in the cache where myst-nb looks first.
Each still has a kernel of its own (see `warm_kernels`). Whatever is left out here is run by myst-nb
as ever: the pages come out the same, only later.

A chapter is stale when what a kernel sees of it has changed. jupyter-cache also counts captions,
alternative texts and the tags that hide a cell; for those the outputs of before are stored anew.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import traceback
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pybtex.plugin
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.cache.db import NbCacheRecord
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.read import create_nb_reader
from sphinx.errors import SphinxError
from sphinx.util import logging
from sphinx.util.console import strip_colors
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config as KernelConfig
from warm_kernels import Source

if TYPE_CHECKING:
    from jupyter_cache.base import JupyterCacheAbstract
    from jupyter_cache.executors.utils import ExecutionResult
    from myst_nb.core.config import NbParserConfig
    from nbformat import NotebookNode
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

LOGGER = logging.getLogger(__name__)
# The tags of a cell that change what is run; all others change only what is shown.
OBEYED = {"raises-exception", "skip-execution"}
# Extensions that do not say so, but read no page: one numbers sections when all are read, the other
# is for LaTeX.
SILENT = ("sphinx_multitoc_numbering", "sphinx_jupyterbook_latex")


class ChapterError(SphinxError):
    """One or more chapters could not be run."""

    category = "Chapter error"


@dataclass(frozen=True)
class Chapter:
    """A page with code: its name, its file and the notebook without outputs."""

    name: str
    path: Path
    notebook: NotebookNode


@dataclass(frozen=True)
class Outcome:
    """What became of a chapter: seconds it took, and the error as text if there was one."""

    chapter: Chapter
    seconds: float
    error: str


def fill_cache(app: Sphinx, env: BuildEnvironment, names: list[str]) -> None:
    """Store outputs of every stale chapter among the pages that are about to be read."""
    settings = env.mystnb_config
    if settings.execution_mode != "cache" or settings.execution_in_temp:
        return
    cache = open_cache(settings.execution_cache_path)
    found = [chapter for name in names if (chapter := read_chapter(env, name))]
    stale = [c for c in found if not (in_cache(c, cache) or carry_over(c, cache))]
    # The longest first, so that no processor is left idle while the last one ends: those named in
    # the configuration, then those with most code.
    named = app.config.run_first
    in_order = sorted(stale, key=lambda c: (c.name not in named, -len(code_cells(c.notebook))))
    outcomes = run_all(in_order, settings, cache, app.config.imported_first)
    failed = [outcome for outcome in outcomes if outcome.error]
    # Without this setting a page shows the error in place of the output; myst-nb sees to that.
    if failed and settings.execution_raise_on_error:
        for outcome in failed:
            LOGGER.error("%s", outcome.error, location=outcome.chapter.name)
        names = [outcome.chapter.name for outcome in failed]
        raise ChapterError(f"{len(names)} of {len(stale)} chapters failed, see above: {names}")


def open_cache(path: str) -> JupyterCacheAbstract:
    """Open the cache without what cannot be read: a build was broken off, or the disk was full.

    A list of notebooks that is spoilt takes all with it; a notebook that was noted and not, or
    only half, written is forgotten alone. Either way the chapter is run again.
    """
    cache = get_cache(path)
    try:
        records = cache.list_cache_records()
    except (
        SQLAlchemyError,
        RuntimeError,
    ):  # jupyter-cache turns some of the former into the latter
        LOGGER.info("forgetting the spoilt cache in %s", path)
        cache.clear_cache()
        return get_cache(path)
    for record in records:
        folder = Path(cache.path, "executed", record.hashkey)
        if not is_whole(folder / "base.ipynb"):
            NbCacheRecord.remove_record(record.pk, cache.db)
            shutil.rmtree(folder, ignore_errors=True)
    return cache


def is_whole(notebook: Path) -> bool:
    """Say whether a notebook was written to its end: half of one is no JSON."""
    try:
        return "cells" in json.loads(notebook.read_bytes())
    except (OSError, ValueError):
        return False


def read_chapter(env: BuildEnvironment, name: str) -> Chapter | None:
    """Read a page as myst-nb does; None if it has no code or settings of its own."""
    path, settings = Path(env.doc2path(name)), env.mystnb_config
    text = path.read_text(encoding="utf-8")
    reader = create_nb_reader(str(path), env.myst_config, settings, text)
    if reader is None:
        return None
    notebook = reader.read(text)
    if settings.metadata_key in notebook.metadata or settings.execution_excludepatterns:
        return None
    return Chapter(name, path, notebook)


def in_cache(chapter: Chapter, cache: JupyterCacheAbstract) -> bool:
    """Say whether myst-nb will find the chapter's outputs."""
    try:
        cache.match_cache_notebook(chapter.notebook)
    except KeyError:
        return False
    return True


def carry_over(chapter: Chapter, cache: JupyterCacheAbstract) -> bool:
    """Store the outputs of before if only what readers see has changed, and say whether."""
    for record in reversed(NbCacheRecord.records_from_uri(str(chapter.path), cache.db)):
        before = cache.get_cache_bundle(record.pk).nb
        if seen_by_kernel(before) == seen_by_kernel(chapter.notebook):
            for new, old in zip(code_cells(chapter.notebook), code_cells(before), strict=True):
                new.outputs, new.execution_count = old.outputs, old.execution_count
            for key in ("language_info", "widgets"):
                if key in before.metadata:
                    chapter.notebook.metadata[key] = before.metadata[key]
            store(chapter, record.data["execution_seconds"], cache)
            return True
    return False


def seen_by_kernel(notebook: NotebookNode) -> tuple[object, ...]:
    """Return what decides a notebook's outputs: the kernel, the code, the tags obeyed."""
    cells = [(c.source, OBEYED & {*c.metadata.get("tags", [])}) for c in code_cells(notebook)]
    return notebook.metadata.get("kernelspec"), notebook.metadata.get("execution"), cells


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the cells that are run."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def store(chapter: Chapter, seconds: float, cache: JupyterCacheAbstract) -> None:
    """Put a chapter with its outputs where myst-nb looks."""
    bundle = CacheBundleIn(chapter.notebook, str(chapter.path), data={"execution_seconds": seconds})
    cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def run_all(
    chapters: list[Chapter],
    settings: NbParserConfig,
    cache: JupyterCacheAbstract,
    modules: list[str] = (),
) -> list[Outcome]:
    """Run chapters side by side; each that succeeds is stored at once, whatever others do."""
    if not chapters:
        return []
    from joblib import cpu_count  # knows the limits of a container; only needed from here on

    workers = min(len(chapters), cpu_count())
    LOGGER.info("running %d chapters, %d at a time", len(chapters), workers)
    outcomes = []
    # Threads will do: the work is done in the kernels, and these are processes.
    pool = ThreadPoolExecutor(workers)
    # To import once pays from the second chapter on.
    source = Source(modules) if len(chapters) > 1 and hasattr(os, "fork") else None
    try:
        manager = {"kernel_manager_class": source.manager()} if source else {}
        for future in as_completed([pool.submit(run, c, settings, **manager) for c in chapters]):
            outcomes.append(future.result())
            if not outcomes[-1].error:
                store(outcomes[-1].chapter, outcomes[-1].seconds, cache)
    finally:
        pool.shutdown(cancel_futures=True)
        if source:
            source.end()
    return sorted(outcomes, key=lambda outcome: outcome.chapter.name)


def run(chapter: Chapter, settings: NbParserConfig, **manager: object) -> Outcome:
    """Run one chapter in a kernel of its own, in the folder of its file."""
    try:
        result: ExecutionResult = single_nb_execution(
            chapter.notebook,
            cwd=str(chapter.path.parent),
            allow_errors=settings.execution_allow_errors,
            timeout=settings.execution_timeout,
            config=kernel_config(),
            **manager,
        )
    except Exception:  # a kernel that dies, or never starts: the build has to say so and to fail
        return Outcome(chapter, 0.0, traceback.format_exc())
    return Outcome(chapter, result.time, strip_colors(str(result.err)) if result.err else "")


def kernel_config() -> KernelConfig:
    """Encrypt what kernels send, so that none has to warn that it does not."""
    config = KernelConfig()
    config.KernelManager.transport_encryption = "auto"
    return config


def _every_processor(app: Sphinx, *_: object) -> None:
    # What `sphinx-build -j` asks for; jupyter-book has no such option. Once all chapters have run,
    # pages are read and written by processes that Sphinx forks.
    app.parallel = os.cpu_count() or 1
    # A tree of a page is read whole and dropped whole: looking for loops in it as often as Python
    # does takes longer than reading it.
    gc.set_threshold(200_000, 20, 50)
    for name in SILENT:
        if name in app.extensions:
            app.extensions[name].parallel_read_safe = True


def _say_read(app: Sphinx, _env: BuildEnvironment) -> None:
    # Other editions may begin (`build_editions`): no chapter is left to run.
    Path(app.outdir).with_name("read").touch()


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_config_value("run_first", [], "", [list])
    app.add_config_value("imported_first", [], "", [list])
    app.connect("env-before-read-docs", fill_cache)
    app.connect("env-before-read-docs", _every_processor)
    app.connect("env-updated", _say_read)
    # It searches all packages installed for the same plugin at each citation, a second in all.
    pybtex.plugin._load_entry_point = lru_cache(pybtex.plugin._load_entry_point)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
