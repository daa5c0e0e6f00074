"""How chapters run: what they can import, and when their results must be made anew.

jupyter-cache decides by the code cells of a chapter alone, so a changed estimator or a changed
figure would leave yesterday's numbers on the page. This extension moves the cache into a folder
named after the content of ``analysis/``, ``data/`` and the lock: change one byte there and every
chapter runs again; change prose alone and none does. It also puts the repository's top folder on
the path of the kernels, so that a chapter imports ``analysis`` wherever the build was started, and
makes pages anew when something changed that Sphinx does not watch: the style, a number shown from
another page, a warning that has to be mended, a build that was killed while it wrote. Before all
this it has every study of the configuration evaluated, because chapters read its archive.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from subprocess import PIPE, run
from time import perf_counter
from typing import TYPE_CHECKING

from myst_nb.ext.glue.utils import PendingGlueReference
from sphinx.application import ENV_PICKLE_FILENAME
from writable_home import ensure_home

if TYPE_CHECKING:
    from docutils.nodes import document
    from sphinx.application import Sphinx
    from sphinx.config import Config

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # the builder is started by a script that knows nothing of it
from analysis.fingerprint import fingerprint  # noqa: E402

INPUTS = ("analysis", "data", "requirements.lock")
UNFINISHED = "unfinished"
SPENT = ROOT / "_build" / "spent.json"


def execution_key(root: Path = ROOT, inputs: tuple[str, ...] = INPUTS) -> str:
    """Return a short name that follows the content of the inputs and the version of Python."""
    version = ".".join(map(str, sys.version_info[:2]))
    # Cells speak English in every edition; what is said of them later does not make them run.
    return f"{fingerprint([root / name for name in inputs], without=['language'])}-{version}"


def _move_cache(_app: Sphinx, config: Config) -> None:
    # `nb_execution_cache_path` counts for the build environment, so a new value also makes Sphinx
    # read every chapter again.
    folder = Path(config.nb_execution_cache_path or "_build/.jupyter_cache")
    folder = folder if folder.is_absolute() else ROOT / folder
    config.nb_execution_cache_path = str(folder / execution_key())


def _reach_analysis(_app: Sphinx, _config: Config) -> None:
    ensure_home(ROOT / "_build" / "home")
    known = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), known]))
    # As in the Makefile, for those who build without it: the same sums in the same order.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _evaluate(_app: Sphinx, config: Config) -> None:
    # Chapters read the archive; it is written first, unless code, data and study are as before.
    for study in config.studies:
        began = perf_counter()
        made = run([sys.executable, "-m", "analysis", "evaluate", "--study", study, "--json"],
                   cwd=ROOT, check=True, stdout=PIPE)  # fmt: skip
        if json.loads(made.stdout)["written"]:
            kilobytes = getrusage(RUSAGE_CHILDREN).ru_maxrss
            cost = {"seconds": perf_counter() - began, "megabytes": kilobytes / 1024}
            SPENT.write_text(json.dumps({**spent(), study: cost}), encoding="utf-8")


def spent() -> dict[str, dict[str, float]]:
    """Return the seconds that evaluating each study took, and the memory of its largest process."""
    return json.loads(SPENT.read_text(encoding="utf-8")) if SPENT.is_file() else {}


def _notice_style(_app: Sphinx, config: Config) -> None:
    # Sphinx copies static files only when some page is out of date; a new style is a reason.
    config.static_key = execution_key(ROOT, ("book/_static",))


def _follow_numbers(app: Sphinx, page: document) -> None:
    # A page that shows another page's number is read again when that page changes.
    for shown in page.findall(PendingGlueReference):
        app.env.note_dependency(app.env.doc2path(shown.refdoc))


def _start(app: Sphinx, _config: Config) -> None:
    # A page that was being written when the last build was killed is newer than its source, so
    # Sphinx would keep the half of it for ever: read and write all pages again.
    mark = Path(app.doctreedir, UNFINISHED)
    if mark.exists():
        mark.with_name(ENV_PICKLE_FILENAME).unlink(missing_ok=True)
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()


def _finish(app: Sphinx, _error: Exception | None) -> None:
    # With an error Sphinx itself forgets what it read.
    Path(app.doctreedir, UNFINISHED).unlink(missing_ok=True)


def _warn_again(app: Sphinx, error: Exception | None) -> None:
    # Pages that are not read again do not warn again: a second build with -W would pass.
    if error is None and app.keep_going and app._warncount:
        Path(app.doctreedir, ENV_PICKLE_FILENAME).unlink(missing_ok=True)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("config-inited", _move_cache)
    app.connect("config-inited", _reach_analysis)
    app.add_config_value("studies", [], "env")
    app.connect("config-inited", _evaluate)
    app.add_config_value("static_key", "", "html")
    app.connect("config-inited", _notice_style)
    app.connect("doctree-read", _follow_numbers)
    app.connect("build-finished", _warn_again)
    app.connect("config-inited", _start)
    app.connect("build-finished", _finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
