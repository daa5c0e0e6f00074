"""What Binder makes of a clone agrees with what the project declares."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from published_site import launches

ROOT = Path(__file__).resolve().parents[1]
STEPS = ROOT / ".binder" / "postBuild"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SOURCE = "https://github.com/team/book"


def test_binder_takes_a_python_that_the_package_runs_on():
    version = (ROOT / ".binder" / "runtime.txt").read_text().strip().removeprefix("python-")
    assert SpecifierSet(PROJECT["requires-python"]).contains(version)


def test_binder_installs_extras_that_are_declared_and_runs_a_script_that_is_there():
    text = STEPS.read_text(encoding="utf-8")
    assert os.access(STEPS, os.X_OK)
    extras = re.search(r"'\.\[([\w,]+)\]'", text)[1].split(",")
    assert set(extras) <= set(PROJECT["optional-dependencies"])
    script, folder = re.search(r"python (\S+\.py) (\w+)", text).groups()
    assert (ROOT / script).is_file()
    assert f"lab/tree/{folder}/exit.ipynb" in launches(SOURCE, "main", "", "exit")["Binder"]


def test_binder_holds_every_package_to_the_version_of_the_lock():
    grep = re.search(r"^grep .*? requirements\.lock", STEPS.read_text("utf-8"), flags=re.M)[0]
    found = subprocess.run(["bash", "-c", grep], cwd=ROOT, capture_output=True, text=True).stdout
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = re.findall(r"^[A-Za-z0-9_.-]+==", lock, flags=re.M)
    assert len(found.splitlines()) == len(pinned) > 100
    assert "--hash" not in found
    assert re.search(r"^jupytext==", found, flags=re.M)


@pytest.mark.parametrize(
    ("source", "kept", "services"),
    [
        (SOURCE, "", ["Binder"]),
        (f"{SOURCE}.git", "notebooks", ["Binder", "Colab"]),
        ("https://git.example/team/book", "notebooks", ["Binder"]),
    ],
)
def test_a_chapter_leads_to_the_services_that_can_run_it(source, kept, services):
    found = launches(source, "main", kept, "exit")
    assert list(found) == services
    assert all(address.endswith("exit.ipynb") for address in found.values())
    assert ".git/" not in "".join(found.values())
