"""The wheel, installed into an empty folder and used from another one."""

import json
import os
import re
import subprocess
import sys
import tomllib
from functools import partial
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import pytest

from analysis.adapt.formats import parquet, workbook
from analysis.errors import DataError
from analysis.inference.cells import Grid
from analysis.inference.tables.word import word_file
from analysis.places import CODE, FIGURES, STYLES, archives

ROOT = Path(__file__).resolve().parents[1]
OTHER = {".venv", "_build", "tests", "book", "_ext", ".git"}

LOOK = """
import json
import analysis.places
from analysis.claims import Question, current_archive, evaluate, read_study, verdict
from analysis.data import load, load_policies
from analysis.errors import DataError
from analysis.inference import estimate
from analysis.models import Specification

panel = load("china")
spec = Specification("rd_funds_government", ["gdp"], effects="two_way")
fitted = estimate(spec, panel)
study = read_study("patient_capital")
claim = study.ledger["M16"]
made = evaluate(Question(claim, study.panel(study.dataset_of(claim)), study), draws=99)
try:
    current_archive(study)
except DataError as error:
    archive = str(error)
print(json.dumps({
    "code": str(analysis.places.CODE), "entities": len(panel.entities), "n": fitted.n,
    "slope": fitted.params["gdp"], "policies": len(load_policies()),
    "claims": len(study.ledger), "word": verdict(made.evidence, study.rules).word,
    "tested": made.evidence.findings[0].tested, "archive": archive,
}))
"""


def run(installed, folder, *words, **environment) -> str:
    """Run Python in a folder that knows the installed package and not the clone."""
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "ANALYSIS_ARCHIVE")}
    env = {**clean, "PYTHONPATH": str(installed), "OPENBLAS_NUM_THREADS": "1", **environment}
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def names(wheel) -> list[str]:
    with ZipFile(wheel) as packed:
        return packed.namelist()


@pytest.mark.slow
def test_the_wheel_holds_the_package_with_its_figures_and_nothing_else(names):
    top = {PurePosixPath(name).parts[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == {"analysis"}
    assert not any(OTHER & set(PurePosixPath(name).parts) for name in names)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "inside"), [(CODE, ""), (FIGURES, "_figures/"), (STYLES, "_static/")]
)
def test_every_file_of_the_clone_is_in_the_wheel(names, folder, inside):
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    kept = {f"analysis/{inside}{name}" for name in files if "__pycache__" not in name}
    assert kept - set(names) == set()


@pytest.mark.slow
def test_an_installed_package_works_from_any_folder(installed, tmp_path):
    found = json.loads(run(installed, tmp_path, "-c", LOOK, XDG_CACHE_HOME=str(tmp_path / "kept")))
    here = json.loads(run(ROOT, tmp_path, "-c", LOOK, ANALYSIS_ARCHIVE=str(tmp_path / "none")))
    assert found["code"] == str(installed / "analysis")
    assert here["code"] == str(CODE)
    assert str(tmp_path / "kept") in found["archive"]
    assert str(tmp_path / "none") in here["archive"]
    for one in (found, here):
        del one["code"], one["archive"]
    assert found == here


@pytest.mark.slow
def test_the_command_line_of_an_installed_package_answers(installed, tmp_path):
    listed = json.loads(run(installed, tmp_path, "-m", "analysis", "claims", "--json"))
    assert "M16" in {claim["id"] for claim in listed}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_results_rest_on_the_same_key_in_a_clone_and_installed(installed, tmp_path):
    ask = (
        "from analysis.claims.archive import archive_key; from analysis.claims import read_study;"
        "print(archive_key(read_study('patient_capital'), 99))"
    )
    assert run(installed, tmp_path, "-c", ask) == run(ROOT, tmp_path, "-c", ask)


def test_an_environment_variable_names_the_folder_of_results(monkeypatch, tmp_path):
    monkeypatch.delenv("ANALYSIS_ARCHIVE", raising=False)
    assert archives() == ROOT / "_build" / "archive"
    monkeypatch.setenv("ANALYSIS_ARCHIVE", str(tmp_path))
    assert archives() == tmp_path


def imported() -> set[str]:
    lines = "\n".join(path.read_text(encoding="utf-8") for path in CODE.rglob("*.py"))
    found = re.findall(r"^\s*(?:from|import) ([a-z_0-9]+)", lines, flags=re.M)
    called = re.findall(r'(?:import_module\(|require\(|engine=)"([a-z_0-9]+)', lines)
    return {*found, *called}


def test_every_dependency_of_the_core_is_used():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.match(r"[A-Za-z0-9-]+", line)[0] for line in project["dependencies"]}
    known_as = {"pyyaml": "yaml"}
    assert {known_as.get(n, n.replace("-", "_")) for n in declared} - imported() == set()


@pytest.mark.parametrize("extra", ["excel", "parquet", "docx"])
def test_what_an_optional_package_does_says_how_to_install_it(monkeypatch, tmp_path, extra):
    monkeypatch.setattr("analysis.errors.find_spec", lambda name: None)
    asked = {
        "excel": partial(workbook, tmp_path, None),
        "parquet": partial(parquet, tmp_path),
        "docx": partial(word_file, Grid("", (), ())),
    }
    with pytest.raises(DataError, match=rf"not installed: run `pip install \.\[{extra}\]`"):
        asked[extra]()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert extra in project["optional-dependencies"]


def test_the_core_asks_for_no_notebook_no_book_and_no_cluster():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    core = " ".join(project["dependencies"])
    assert not re.search(r"jupyter|sphinx|ipykernel|dask|distributed", core)
