"""Tests on further data sets: what the file may say, what each takes from where, that all fit."""

import datetime

import pytest
import yaml

from analysis.claims import Question
from analysis.claims.designs import arrange
from analysis.claims.evaluation import _guard
from analysis.claims.ledger import read_ledger
from analysis.claims.replications import read_replications, with_tests
from analysis.errors import LedgerError
from tests.published import ledger, published

RUNS = [run for run in published().runs() if run.dataset]


@pytest.fixture
def declare(tmp_path):
    def write(datasets, **more):
        path = tmp_path / "replications.yml"
        path.write_text(yaml.safe_dump({"declared": "2026-11-28", "datasets": datasets, **more}))
        return path

    return write


CITIES = {"unit": "city-year", "why": "more of them", "defaults": {"specification": {"lag": 2}},
          "tests": {"M01": {"outcome": "patents", "regressors": ["sci"]}},
          "dropped": {"M02": "No such figure."}}  # fmt: skip


def test_defaults_hold_for_every_test_that_does_not_say_otherwise(declare):
    declared, (one,) = read_replications(declare({"cities": CITIES}))
    assert declared == "2026-11-28"
    assert (one.dataset, one.unit, one.why) == ("cities", "city-year", "more of them")
    assert one.tests["M01"]["specification"] == {"lag": 2}
    assert one.dropped == {"M02": "No such figure."}


def test_without_a_file_nothing_is_asked(tmp_path):
    assert read_replications(tmp_path / "replications.yml") == ("", ())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"unit": None}, "'cities' of replications.yml has no unit"),
        ({"test": {}}, "unknown key 'test': did you mean 'tests'"),
        ({"tests": {"M01": None}}, "has a test of M01 without fields"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(declare, change, said):
    with pytest.raises(LedgerError, match=said):
        read_replications(declare({"cities": {**CITIES, **change}}))


def test_a_file_without_data_sets_is_refused(declare):
    with pytest.raises(LedgerError, match="has no mapping 'datasets'"):
        read_replications(declare(["cities"]))


@pytest.mark.parametrize("key", ["tests", "dropped"])
def test_a_claim_that_the_ledger_lacks_is_refused(declare, entry, key):
    path = declare({"cities": {**CITIES, "dropped": {}, "tests": {}, key: {"M77": {"a": 1}}}})
    (path.parent / "ledger.yml").write_text(yaml.safe_dump({"claims": [entry]}))
    with pytest.raises(LedgerError, match="names the claim 'M77' under 'cities'"):
        read_ledger(path.parent / "ledger.yml", ["two-wheels"])


def test_a_test_takes_its_sentence_from_the_ledger_and_nothing_of_the_regression(declare, entry):
    entry |= {"regressors": ["a", "b"], "focal": "a:b", "secondary": {"outcomes": ["z"]},
              "specification": {"lag": 1, "interactions": [["a", "b"]]},
              "parts": [{"focal": "a:b", "sign": "+"}], "needs": "more"}  # fmt: skip
    _, found = read_replications(declare({"cities": CITIES}))
    path = declare({"cities": CITIES, "towns": {**CITIES, "tests": {}}})
    (path.parent / "ledger.yml").write_text(
        yaml.safe_dump({"claims": [entry, {**entry, "id": "M02"}]})
    )
    claim = read_ledger(path.parent / "ledger.yml", ["two-wheels"])["M01"]
    (test,) = claim.tests
    assert (test.sentence, test.family, test.sign) == (claim.sentence, claim.family, claim.sign)
    assert (test.dataset, test.unit, test.focal) == ("cities", "city-year", "sci")
    assert [part.focal for part in test.parts] == ["sci"]
    assert not test.secondary
    assert (test.needs, dict(test.specification)) == ("", {"lag": 2})
    assert with_tests({"id": "M09"}, found) == {"id": "M09"}


def test_the_published_file_says_when_it_was_declared():
    assert datetime.date.fromisoformat(ledger().replicated) >= datetime.date(2026, 11, 28)
    assert len(RUNS) == sum(len(one.tests) for one in ledger().replications) > 50
    assert all(why.endswith(".") for one in ledger().replications for why in one.dropped.values())


@pytest.mark.parametrize("run", RUNS, ids=lambda run: f"{run.id}@{run.dataset}")
def test_every_published_test_can_be_arranged_and_shares_nothing(run):
    study = published()
    question = Question(run, study.panel(run.dataset), study)
    assert not question.lacks
    for part in run.parts:
        _guard(arrange(question, part, within=True), study.measures)
