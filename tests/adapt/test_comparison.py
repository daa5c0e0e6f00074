"""A reader's verdicts beside those of the book, from an archive of two invented records."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from analysis.adapt import comparison as module


@pytest.fixture
def answers(study, archive):
    """The book's own record of a claim on cities, taken for a reader's."""
    record = next(r for r in archive.records if r.dataset == "cities" and r.evidence.findings)
    first = next(r for r in archive.primary if r.id == record.id)
    roles = archive.codebook("cities").roles
    asked = SimpleNamespace(study=study, left_out={})
    return SimpleNamespace(answered=(record,), book={record.id: first.verdict.word}, asked=asked,
                           panel=SimpleNamespace(roles=replace(roles, like="cities")))  # fmt: skip


def test_a_claim_is_set_beside_the_same_claim_on_the_data_set_that_is_nearest(answers):
    grid = module.comparison(answers)
    (row,) = grid.rows
    word = answers.answered[0].verdict.word
    assert row[1] == row[3] == word
    assert row[2] == row[4]
    assert row[5].startswith("cities: ")
    assert row[6] == answers.book[row[0]]
    assert grid.notes[0].startswith("1 of 1 claims have the word")
    assert "one year of a city" in grid.notes[1]


def test_a_word_that_differs_is_named(answers):
    record = answers.answered[0]
    other = replace(record, verdict=replace(record.verdict, word="mixed"))
    grid = module.comparison(SimpleNamespace(**{**vars(answers), "answered": (other,)}))
    assert grid.notes[0].endswith(f"it differs for {record.id}.")


def test_without_a_claim_in_common_there_is_no_comparison(answers):
    assert module.comparison(SimpleNamespace(**{**vars(answers), "book": {}})) is None
