"""One source of dependencies; the lock and the conda file follow from it."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[1]


def declared() -> dict[str, Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = [*project["project"]["dependencies"]]
    for name, extra in project["project"]["optional-dependencies"].items():
        lines += extra if name != "lab" else []  # JupyterLab is a reader's choice
    lines += project["dependency-groups"]["dev"]
    return {Requirement(line).name: Requirement(line) for line in lines}


def locked() -> dict[str, list[str]]:
    versions: dict[str, list[str]] = {}
    for name, version in re.findall(
        r"^([a-z0-9._-]+)==([^\s;\\]+)", (ROOT / "requirements.lock").read_text(), flags=re.M
    ):
        versions.setdefault(name, []).append(version)
    return versions


def conda() -> dict[str, SpecifierSet]:
    raw = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    lines = [line for line in raw["dependencies"] if isinstance(line, str)]
    lines += [
        line for part in raw["dependencies"] if isinstance(part, dict) for line in part["pip"]
    ]
    pairs = [re.match(r"([a-z0-9._-]+)(.*)", line).groups() for line in lines]
    return {name: SpecifierSet(spec.strip()) for name, spec in pairs}


def test_every_declared_dependency_is_locked_inside_its_range():
    for name, requirement in declared().items():
        assert name in locked(), f"{name} is not in requirements.lock: run make lock"
        assert all(version in requirement.specifier for version in locked()[name])


def test_conda_file_names_exactly_the_declared_dependencies():
    assert set(conda()) - {"python", "pip"} == set(declared())


@pytest.mark.parametrize("name", sorted(declared()))
def test_locked_version_satisfies_the_conda_file(name):
    for version in locked()[name]:
        assert version in conda()[name], f"{name} {version}: run make lock"


def test_lock_pins_hashes_and_names_no_address():
    text = (ROOT / "requirements.lock").read_text()
    blocks = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert len(blocks) > 100
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


def test_jupyter_book_stays_below_two():
    assert all(version.startswith("1.") for version in locked()["jupyter-book"])
