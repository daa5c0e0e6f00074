"""The file for data editors says what is in the data, the chapters and the code of today."""

import hashlib
import re

import pytest
import yaml
from prose import ROOT, cells, chapter_files
from replication_file import STUDY, exhibits, replication_text

from analysis.claims import make_archive

SUMMARIES = {"chance", "learn_verdict"}  # several charts of one module
FILE = (ROOT / "REPLICATION.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def archive():
    return make_archive(STUDY)


def test_the_file_is_what_would_be_written_today(archive):
    assert replication_text(archive) == FILE, "run `make replication`"


def test_every_table_of_figures_stands_in_it_with_its_hash():
    for path in (ROOT / "data").glob("*/*.csv"):
        said = yaml.safe_load(path.with_suffix(".yml").read_text(encoding="utf-8")).get("sha256")
        line = next(x for x in FILE.splitlines() if f"`{path.relative_to(ROOT)}`" in x)
        if said:
            assert hashlib.sha256(path.read_bytes()).hexdigest()[:12] in line


def test_every_figure_of_the_book_is_an_exhibit_of_it(archive):
    named = {row[1].strip("`") for row in exhibits(archive)}
    for path in chapter_files():
        for cell in cells(path):
            figure = cell.options.get("mystnb", {}).get("figure", {})
            assert not figure or figure["name"] in named


def test_every_program_it_names_is_there():
    named = set(re.findall(r"`(analysis/[\w/.]+)`", FILE))
    assert len(named) > 20
    assert not [name for name in named if not (ROOT / name).exists()]


def test_every_exhibit_of_a_chapter_names_the_file_that_draws_it(archive):
    # What tutorials and summaries draw, they draw before the reader's eyes.
    told = [row for row in exhibits(archive) if row[2].startswith("`page.")]
    assert len(told) > 100
    assert not [row for row in told if row[3].endswith("/`") and row[0].strip("`") not in SUMMARIES]
