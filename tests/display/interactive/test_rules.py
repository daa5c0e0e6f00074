"""Words under moved rules are those that the rules themselves give."""

from dataclasses import replace

import pytest

from analysis.claims import Question, evaluate
from analysis.claims.across import across, by_claim
from analysis.claims.replay import replayed, under
from analysis.claims.verdicts import verdict
from analysis.display.interactive.rules import GRID, TOGETHER, moved_rules


@pytest.fixture(scope="module")
def moved(archive, study):
    return moved_rules(archive.records, study.rules)


def words_of(records, rules):
    """Put together by hand: evidence judged anew, then words over all data sets."""
    judged = [replace(r, evidence=replayed(r.evidence, rules)) for r in records]
    judged = [replace(r, verdict=verdict(r.evidence, rules)) for r in judged]
    single = {f"{r.id}@{r.dataset}": r.verdict.word for r in judged}
    return single | {c: across(rows, rules).word for c, rows in by_claim(judged).items()}


def test_with_the_rules_as_they_are_every_word_is_that_of_the_archive(moved, archive, study):
    assert moved.at("plausible", study.rules.plausible) == {}
    for record in archive.records:
        assert moved.words[f"{record.id}@{record.dataset}"] == record.verdict.word
        assert replayed(record.evidence, study.rules) == record.evidence or any(
            f.p != f.p for f in record.evidence.findings
        )
    for claim, records in by_claim(archive.records).items():
        assert moved.words[claim] == across(records, study.rules).word


@pytest.mark.parametrize(("name", "value"), [("plausible", 0.1), ("level", 0.1), ("asked", 0.1)])
def test_elsewhere_every_word_is_that_of_the_verdict(moved, archive, study, name, value):
    wanted = words_of(archive.records, under(study.rules, **{name: value}))
    found = moved.words | moved.at(name, value)
    assert found == wanted
    assert found != moved.words


def test_two_numbers_move_together(moved, archive, study):
    values = dict(zip(TOGETHER, (0.3, 0.02), strict=True))
    places = [moved.steps[name].index(value) for name, value in values.items()]
    found = moved.together[places[0] * len(moved.steps[TOGETHER[1]]) + places[1]]
    assert moved.words | found == words_of(archive.records, under(study.rules, **values))


def test_every_number_of_the_rules_is_moved_and_stands_among_its_values(moved, study):
    assert set(moved.steps) == set(GRID)
    for name, values in moved.steps.items():
        assert getattr(study.rules, name) in values
        assert list(values) == sorted(values)


@pytest.mark.parametrize("claim", ["M05", "M19", "M50"])
def test_evidence_judged_anew_is_what_other_rules_would_have_gathered(study, claim):
    """The other way round: the whole claim is evaluated under the other rules."""
    numbers = {"plausible": 0.3, "asked": 0.3, "ingredients": 0.9, "reweighted": 1.0}
    other = replace(study, rules=under(study.rules, **numbers))
    one = study.ledger[claim]
    panel = study.panel(study.dataset_of(one))
    first = evaluate(Question(one, panel, study), draws=99).evidence
    wanted = evaluate(Question(one, panel, other), draws=99).evidence
    found = replayed(first, other.rules)
    assert found.checks == wanted.checks
    for got, want in zip(found.findings, wanted.findings, strict=True):
        assert (got.p, got.p_zero) == pytest.approx((want.p, want.p_zero))
        assert got.plausible == want.plausible
    assert verdict(found, other.rules).word == verdict(wanted, other.rules).word
