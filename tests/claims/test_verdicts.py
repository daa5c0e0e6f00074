"""Every branch of the verdict rules, on evidence that is made up."""

import dataclasses
import math

import pytest
import yaml

from analysis.claims import VERDICTS, Check, Column, Evidence, Finding, read_rules, verdict
from analysis.errors import LedgerError
from tests.published import published

RULES = published().rules


def column(effects="two_way", estimate=0.4, half=0.2, mde=0.25):
    return Column(
        effects=effects, label=effects, estimate=estimate, se=half / 2, low=estimate - half,
        high=estimate + half, p=0.01, p_cr3=0.01, mde=mde, n=300, entities=30, clusters=30,
        first_year=2012, last_year=2023,
    )  # fmt: skip


def finding(estimates=(0.4, 0.3, 0.2), sign="+", half=0.2, mde=0.25, **changes):
    names = ("two_way", "region_year", "entity_trends")
    first = estimates[0]
    values = {
        "outcome": "y", "outcome_label": "Output", "term": "x", "term_label": "Money", "sign": sign,
        "columns": tuple(column(n, e, half, mde) for n, e in zip(names, estimates, strict=False)),
        "p": 0.01, "test": "wild bootstrap", "tested": first,
        "low": first - half, "high": first + half,
        "lowest": first - 0.05, "lowest_without": "A", "highest": first + 0.05,
        "highest_without": "B", "effective_clusters": 12.0, "plausible": 0.2, "p_zero": 0.9,
        "smallest_margin": 0.5, "p_family": 0.03,
    }  # fmt: skip
    return Finding(**{**values, **changes})


LEAD = Check("lead", "?", "p = 0.01.", passed=False, steps_down=True)
CONTROL = Check("control", "?", "p = 0.01.", passed=False, steps_down=True)
SMOOTH = Check("smooth", "?", "No.", passed=False)
UNASKED = Check("weights", "?", "No index.", passed=None)


@pytest.fixture
def judge(make_claim):
    def judge(*findings, checks=(), **changes):
        return verdict(Evidence(make_claim(**changes), findings, tuple(checks)), RULES)

    return judge


def test_supported_needs_every_condition(judge):
    judged = judge(finding(), checks=[UNASKED])
    assert (judged.word, judged.failed) == ("supported", ())
    assert "every condition is met" in judged.reason


@pytest.mark.parametrize(
    ("changes", "checks", "failed"),
    [
        ({"p_family": 0.06}, (), "adjusted p"),
        ({"p_family": math.nan}, (), "adjusted p"),
        ({"estimates": (0.4, 0.3, -0.1)}, (), "all columns"),
        ({"estimates": (0.4, 0.3)}, (), "all columns"),  # a column that could not be estimated
        ({"lowest": -0.01}, (), "leave one out"),
        ({}, (SMOOTH,), "smooth"),
        ({}, (LEAD,), "lead"),
        ({}, (CONTROL,), "control"),
    ],
)
def test_one_failed_condition_makes_it_suggestive(judge, changes, checks, failed):
    judged = judge(finding(**changes), checks=checks)
    assert (judged.word, judged.failed) == ("suggestive", (failed,))
    assert failed in judged.reason


@pytest.mark.parametrize("check", [LEAD, CONTROL])
def test_a_lead_or_a_control_takes_a_suggestive_claim_down(judge, check):
    judged = judge(finding(p_family=0.2), checks=[check])
    assert judged.word == "inconclusive"
    assert judged.reason.startswith("The leading test speaks for the claim")


def test_a_large_p_is_inconclusive_and_says_which_kind(judge):
    wide = judge(finding(p=0.3, mde=0.5))
    assert wide.word == "inconclusive"
    assert "0.50 within-SDs, is larger than a plausible one (0.20)" in wide.reason
    fine = judge(finding((0.15, 0.1, 0.1), p=0.3, half=0.14, mde=0.19))
    assert fine.word == "inconclusive"
    assert "neither is a plausible effect of 0.20" in fine.reason


def test_the_level_itself_does_not_pass(judge):
    assert judge(finding(p=RULES.level)).word == "inconclusive"
    assert judge(finding(p_family=RULES.level)).word == "suggestive"


def test_the_opposite_sign_contradicts_only_with_every_condition_met(judge):
    opposite = {"estimates": (-0.4, -0.3, -0.2)}
    assert judge(finding(**opposite)).word == "contradicted"
    for changes in ({"p_family": 0.2}, {"highest": 0.01}, {"estimates": (-0.4, -0.3, 0.1)}):
        judged = judge(finding(**{**opposite, **changes}))
        assert judged.word == "inconclusive"
        assert judged.reason.startswith("The leading test speaks against the claim")
    assert judge(finding(**opposite), checks=[LEAD]).word == "inconclusive"


def test_the_sign_is_that_of_the_estimate_the_test_is_about(judge):
    judged = judge(finding(tested=-0.1, test="permutation"))
    assert judged.word == "inconclusive"
    assert judged.reason.startswith("The leading test speaks against the claim")


def test_minus_is_the_mirror_of_plus(judge):
    assert judge(finding((-0.4, -0.3, -0.2), sign="-"), sign="-").word == "supported"
    assert judge(finding((0.4, 0.3, 0.2), sign="-"), sign="-").word == "contradicted"


@pytest.mark.parametrize(("sign", "estimate"), [("+", 0.0), ("+", -0.01), ("-", 0.0)])
def test_a_precise_null_contradicts_an_effect_of_plausible_size(judge, sign, estimate):
    null = finding((estimate,) * 3, sign=sign, p=0.9, half=0.1, mde=0.14)
    judged = judge(null, sign=sign)
    assert judged.word == "contradicted"
    assert "excludes every such effect in the predicted direction" in judged.reason
    assert judge(dataclasses.replace(null, plausible=0.09), sign=sign).word == "inconclusive"


@pytest.mark.parametrize(
    ("half", "p", "changes", "word"),
    [
        (0.1, 0.01, {}, "supported"),
        (0.1, 0.01, {"p_family": 0.2}, "suggestive"),
        (0.1, 0.01, {"highest": 0.25}, "suggestive"),
        (0.3, 0.20, {}, "inconclusive"),
    ],
)
def test_no_effect_is_tested_for_equivalence(judge, half, p, changes, word):
    part = finding((0.02, 0.0, 0.01), sign="0", half=half, p=p, test="two one-sided tests")
    assert judge(dataclasses.replace(part, **changes), sign="0").word == word


def test_no_effect_is_contradicted_by_an_interval_outside_the_margin(judge):
    assert judge(finding((0.6, 0.6, 0.6), sign="0", p=0.99), sign="0").word == "contradicted"
    assert judge(finding((-0.6, 0, 0), sign="0", p=0.99), sign="0").word == "contradicted"


def test_a_lead_does_not_count_against_no_effect(judge):
    part = finding((0.02, 0.0, 0.01), sign="0", half=0.1)
    assert judge(part, checks=[LEAD], sign="0").word == "supported"


@pytest.mark.parametrize(
    ("words", "together"),
    [
        (("supported", "supported"), "supported"),
        (("supported", "suggestive"), "suggestive"),
        (("inconclusive", "supported"), "inconclusive"),
        (("supported", "contradicted"), "contradicted"),
        (("inconclusive", "contradicted"), "contradicted"),
    ],
)
def test_parts_have_to_hold_together(judge, words, together):
    kinds = {
        "supported": finding(),
        "suggestive": finding(p_family=0.3),
        "inconclusive": finding(p=0.4),
        "contradicted": finding((-0.4, -0.3, -0.2)),
    }
    judged = judge(*(kinds[word] for word in words))
    assert (judged.word, judged.parts) == (together, words)


def test_a_check_counts_for_its_own_part_alone(judge):
    second = dataclasses.replace(SMOOTH, part=1)
    assert judge(finding(), finding(), checks=[second]).parts == ("supported", "suggestive")


def test_claims_without_a_test(judge):
    none = {"specification": None, "outcome": None, "regressors": []}
    user = judge(status="needs user data", needs="A firm panel.", **none)
    assert (user.word, "A firm panel." in user.reason) == ("needs user data", True)
    assert judge(status="normative", **none).word == "normative"
    assert judge().word == "descriptive"
    assert judge(finding(sign="±"), sign="±").word == "descriptive"


def test_another_set_of_rules_decides_otherwise(make_claim):
    strict = dataclasses.replace(RULES, level=0.001)
    evidence = Evidence(make_claim(), (finding(),))
    assert verdict(evidence, strict).word == "inconclusive"
    assert verdict(evidence, RULES).word == "supported"


def test_every_verdict_is_explained_and_no_other():
    explained = set(RULES.words) - {"parts", "downgrade", "zero"}
    assert explained == set(VERDICTS)
    assert all(text.endswith(".") for text in RULES.words.values())


def test_the_rules_are_those_declared():
    by = RULES
    declared = (by.level, by.plausible, by.plausible_lag, by.reweighted, by.ingredients)
    assert declared == (0.05, 0.20, 1.0, 0.95, 0.50)


def test_a_claim_that_cannot_be_asked_says_why(make_claim):
    judged = verdict(Evidence(make_claim(), cannot="The panel lacks y."), RULES)
    assert (judged.word, judged.reason) == ("cannot be asked here", "The panel lacks y.")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda raw: raw["verdicts"].pop("normative"), "does not explain 'normative'"),
        (lambda raw: raw.pop("level"), "lacks or misnames a rule"),
        (lambda raw: raw.update(lvel=1), "lacks or misnames a rule"),
        (lambda raw: raw.update(level="low"), "lacks or misnames a rule"),
        (lambda raw: raw["verdicts"].update(normative=3), "lacks or misnames a rule"),
    ],
)
def test_rules_that_lack_something_are_refused(tmp_path, change, words):
    raw = yaml.safe_load((published().folder / "rules.yml").read_text(encoding="utf-8"))
    change(raw)
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    with pytest.raises(LedgerError, match=words):
        read_rules(path)
