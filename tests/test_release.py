"""What is said of a release agrees with itself and with the archive."""

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from analysis.claims import make_archive, read_study

ROOT = Path(__file__).resolve().parents[1]
CITED = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
DEPOSITED = json.loads((ROOT / ".zenodo.json").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CHANGES = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("field", ["title", "version", "keywords"])
def test_citation_and_deposit_say_the_same(field):
    assert CITED[field] == DEPOSITED[field]


def test_versions_agree():
    assert CITED["version"] == PROJECT["version"]
    assert f"## {PROJECT['version']}, " in CHANGES


def test_every_word_that_changed_with_the_rules_stands_in_the_list_of_changes():
    now = {record.id: record.verdict.word for record in make_archive("patient_capital").primary}
    first = read_study("patient_capital").editions[0]["words"]
    changed = {(claim, word, now[claim]) for claim, word in first.items() if now[claim] != word}
    told = set(re.findall(r"^\| (M\d+) \| ([\w ]+) \| ([\w ]+) \|$", CHANGES, flags=re.M))
    assert told == changed
