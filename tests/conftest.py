import fcntl
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from writable_home import ensure_home

from analysis.data import Panel, Roles, Variable

TOP = Path(__file__).resolve().parents[1]
ensure_home(TOP / "_build" / "home")
os.environ["COLUMNS"] = "110"  # the width of texts is not that of the terminal, if there is one


def count_calls(work) -> int:
    """Count the functions called: what work costs, on any machine and under any load."""
    found = 0

    def count(*_event):
        nonlocal found
        found += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return found


@pytest.fixture(scope="session")
def wheel(once, tmp_path_factory) -> Path:
    """Return the wheel of the project, built once without a network."""

    def make():
        folder = tmp_path_factory.mktemp("wheel")
        pip("wheel", "--no-build-isolation", "--wheel-dir", folder, TOP)
        (made,) = folder.glob("*.whl")
        return made

    return once("wheel", make)


@pytest.fixture(scope="session")
def installed(once, tmp_path_factory, wheel) -> Path:
    """Return a folder that holds the installed wheel and nothing else."""

    def make():
        folder = tmp_path_factory.mktemp("installed")
        pip("install", "--target", folder, wheel)
        return folder

    return once("installed", make)


def pip(*words) -> None:
    options = ["--no-deps", "--no-index", "--quiet", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", words[0], *options, *map(str, words[1:])]
    subprocess.run(command, check=True, cwd=TOP)


@pytest.fixture(scope="session")
def calls():
    return count_calls


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """Make something once for all workers of a run: the first that asks makes it, others wait."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent

    def made(name, make):
        kept = folder / f"{name}.pickle"
        with (folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                kept.write_bytes(pickle.dumps(make()))
        return pickle.loads(kept.read_bytes())

    return made


@pytest.fixture(scope="session")
def study():
    from tests.published import published

    return published()


@pytest.fixture(scope="session")
def archive(study):
    """The archive that `make book` wrote; made here where there is none for this code and data."""
    from analysis.claims.archive import ROOT, current_archive

    ROOT.mkdir(parents=True, exist_ok=True)
    with (ROOT / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # In a process of its own: it says in a moment that the archive is up to date, if it is.
        subprocess.run([sys.executable, "-m", "analysis", "evaluate"], check=True, cwd=TOP)
    return current_archive(study)


def panel_of(frame, regions=None):
    """Any full grid as a panel; nouns are firms so that nothing can lean on provinces."""
    entities, years = frame.index.unique(0), frame.index.unique(1)
    table = pd.DataFrame(index=pd.Index(entities, name="entity"))
    if regions is not None:
        table["region"] = pd.Series(regions)
    roles = Roles("firm", "firms", "企业", "Toy", "玩具", min(years), max(years), len(entities))
    described = {name: Variable(name, f"Label of {name}") for name in frame}
    return Panel("toy", frame, described, table, roles)


def random_frame(gaps=True, seed=7):
    rng = np.random.default_rng(seed)
    names, years = [f"e{i:02d}" for i in range(12)], range(2001, 2012)
    index = pd.MultiIndex.from_product([names, years], names=["entity", "year"])
    own = np.repeat(rng.normal(size=(12, 4)), 11, axis=0)
    frame = pd.DataFrame(rng.normal(size=(132, 4)) + own, index=index, columns=list("abcy"))
    frame["y"] += 0.5 * frame["a"] - 0.2 * frame["b"]
    frame["group"] = np.repeat(np.arange(12) // 2, 11).astype(float)
    if gaps:
        for name in "aby":
            frame.loc[rng.random(132) < 0.08, name] = np.nan
    return frame


REGIONS = {f"e{i:02d}": f"r{i % 3}" for i in range(12)}


@pytest.fixture(scope="session")
def make_panel():
    return panel_of


@pytest.fixture
def gappy():
    return random_frame()


@pytest.fixture
def panel(gappy):
    return panel_of(gappy, REGIONS)


@pytest.fixture
def full_panel():
    return panel_of(random_frame(gaps=False), REGIONS)


@pytest.fixture(scope="session")
def grunfeld():
    """Grunfeld's ten firms, 1935-54, as in R plm; statsmodels ships an eleventh."""
    from statsmodels.datasets import grunfeld as source

    data = source.load_pandas().data.query("firm != 'American Steel'")
    data = data.assign(year=data["year"].astype(int), firm=data["firm"].astype(object))
    frame = data.set_index(["firm", "year"]).rename_axis(["entity", "year"]).sort_index()
    return panel_of(frame[["invest", "value", "capital"]])
