"""Bad input from the shell: one sentence, exit code 2, nothing written."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TABLE = "china/fiscal.csv"


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(ROOT / "data", folder)
    return folder


def edit(data, change):
    path = data / TABLE
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(change(lines)) + "\n", encoding="utf-8")


def without_a_column(lines):
    return [line.rpartition(",")[0] for line in lines]


def with_a_renamed_column(lines):
    return [lines[0].replace("fiscal_science", "fiscal_sciense"), *lines[1:]]


def with_a_word_for_a_number(lines):
    cells = lines[5].split(",")
    return [*lines[:5], ",".join([*cells[:-1], "many"]), *lines[6:]]


def with_a_row_twice(lines):
    return [*lines, lines[-1]]


def with_another_number(lines):
    cells = lines[5].split(",")
    return [*lines[:5], ",".join([*cells[:-1], str(float(cells[-1]) * 1.0001)]), *lines[6:]]


def fingerprint(folder):
    return {
        p.relative_to(folder): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def run(*words):
    return subprocess.run(
        [sys.executable, "-m", "analysis", *words],
        cwd=ROOT, capture_output=True, text=True, timeout=600, env=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (without_a_column, ["fiscal", "column"]),
        (with_a_renamed_column, ["fiscal_scien", "fiscal"]),
        (with_a_word_for_a_number, ["many", "fiscal"]),
        (with_a_row_twice, ["fiscal", "2"]),
        (with_another_number, ["sha256", "fiscal"]),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_spoilt_table(data, change, says):
    edit(data, change)
    before = fingerprint(data)
    done = run("claim", "M16", "--data", str(data))
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr
    for word in says:
        assert word in done.stderr
    assert fingerprint(data) == before


def test_an_unknown_claim():
    done = run("claim", "M161")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "M161" in done.stderr
    assert "did you mean" in done.stderr


def test_the_same_folder_unspoilt_is_fine(data):
    assert run("describe", "sci", "--data", str(data)).returncode == 0
