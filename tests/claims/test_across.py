"""The word over data sets: made-up records in, one word out."""

import dataclasses
import math

import pytest

from analysis.claims import Evidence, Record, Verdict
from analysis.claims.across import across, by_claim
from tests.claims.test_verdicts import RULES, finding


@pytest.fixture
def record(make_claim):
    def make(dataset, word, mde=0.25, p=0.0005, estimates=(0.4, 0.3, 0.2), half=0.2, **changes):
        found = finding(estimates, half=half, mde=mde, p=p, **changes)
        return Record(Evidence(make_claim(), (found,), dataset=dataset), Verdict(word, ""))

    return make


def untested(record, word="cannot be asked here"):
    evidence = dataclasses.replace(record.evidence, findings=())
    return dataclasses.replace(record, evidence=evidence, verdict=Verdict(word, "no series"))


def test_what_a_test_would_find_is_not_known_without_an_interval_and_comes_last(record):
    blind = record("a", "inconclusive", mde=0.1, test="threshold bootstrap", low=math.nan,
                   high=math.nan)  # fmt: skip
    found = across([blind, record("b", "no sizeable effect", mde=0.4)], RULES)
    assert [r.dataset for r in found.records] == ["b", "a"]
    assert blind.plain()["mde"] is None


def test_one_data_set_keeps_its_word(record):
    alone = across([record("a", "suggestive")], RULES)
    assert (alone.word, alone.reason) == ("suggestive", "")
    assert math.isnan(alone.spread)
    beside = across([record("a", "no sizeable effect"), untested(record("b", "-"))], RULES)
    assert beside.word == "no sizeable effect"
    assert [r.dataset for r in beside.tested] == ["a"]


def test_the_data_set_that_sees_best_comes_first(record):
    found = across([record("a", "inconclusive", mde=0.4), untested(record("c", "-")),
                    record("b", "inconclusive", mde=0.1)], RULES)  # fmt: skip
    assert [r.dataset for r in found.records] == ["b", "a", "c"]


@pytest.mark.parametrize("speaks", ["supported", "suggestive"])
@pytest.mark.parametrize("denies", ["no sizeable effect", "contradicted"])
def test_words_on_both_sides_are_mixed(record, speaks, denies):
    found = across([record("a", speaks), record("b", denies)], RULES)
    assert found.word == "mixed"
    assert f"a: {speaks}" in found.reason
    assert f"b: {denies}" in found.reason


def test_supported_pays_for_every_data_set(record):
    others = [record(name, "inconclusive", p=0.5) for name in "bcd"]
    strict = RULES.supported / 4
    assert across([record("a", "supported", p=strict), *others], RULES).word == "supported"
    assert across([record("a", "supported", p=strict * 1.01), *others], RULES).word == "suggestive"


def test_who_cannot_decide_does_not_count_against(record):
    found = across([record("a", "suggestive"), record("b", "inconclusive")], RULES)
    assert found.word == "suggestive"
    assert found.reason == "By a; 1 other cannot decide."


def test_of_denials_the_sharpest_leads(record):
    found = across([record("a", "contradicted", mde=0.3),
                    record("b", "no sizeable effect", mde=0.1)], RULES)  # fmt: skip
    assert found.word == "no sizeable effect"
    assert across([record("a", "inconclusive"), record("b", "cannot be tested here")],
                  RULES).word == "inconclusive"  # fmt: skip


def test_spread_is_that_of_cochran(record):
    same = across([record("a", "inconclusive"), record("b", "inconclusive")], RULES)
    assert same.spread == 1.0
    # Two estimates 0.4 apart, each with se = 0.2 / t(29): Q = (0.4 / se)² / 2 on one degree.
    apart = across([record("a", "inconclusive", estimates=(0.4, 0.3, 0.2)),
                    record("b", "inconclusive", estimates=(0.0, 0.0, 0.0))], RULES)  # fmt: skip
    se = 0.2 / 2.0452296  # quantile of t(29), standard table
    assert apart.spread == pytest.approx(math.erfc((0.4 / se) / 2), rel=1e-6)


def test_records_are_kept_together_by_claim(record):
    one, two = record("a", "inconclusive"), record("b", "inconclusive")
    assert by_claim([one, two]) == {"M01": (one, two)}
