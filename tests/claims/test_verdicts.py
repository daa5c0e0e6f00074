"""Every branch of the verdict rules, on evidence that is made up."""

import dataclasses
import math

import pytest
import yaml

from analysis.claims import VERDICTS, Check, Column, Evidence, Finding, read_rules, verdict
from analysis.claims.rules import Numbers
from analysis.errors import LedgerError
from analysis.strict import Loader
from tests.published import published

RULES = published().rules


def with_numbers(**changes):
    return dataclasses.replace(RULES, numbers=dataclasses.replace(RULES.numbers, **changes))


def column(effects="two_way", estimate=0.4, half=0.2, mde=0.25, p_cr3=0.01):
    return Column(
        effects=effects, label=effects, estimate=estimate, se=half / 2, low=estimate - half,
        high=estimate + half, p=0.01, p_cr3=p_cr3, mde=mde, n=300, entities=30, clusters=30,
        first_year=2012, last_year=2023,
    )  # fmt: skip


def finding(estimates=(0.4, 0.3, 0.2), sign="+", half=0.2, mde=0.25, cr3=(0.01,) * 3, **changes):
    names = ("two_way", "region_year", "entity_trends")
    first = estimates[0]
    values = {
        "outcome": "y", "outcome_label": "Output", "term": "x", "term_label": "Money", "sign": sign,
        "columns": tuple(
            column(n, e, half, mde, p) for n, e, p in zip(names, estimates, cr3, strict=False)
        ),
        "p": 0.0005, "test": "wild bootstrap", "tested": first,
        "low": first - half, "high": first + half,
        "lowest": first - 0.05, "lowest_without": "A", "highest": first + 0.05,
        "highest_without": "B", "effective_clusters": 12.0, "plausible": 0.2, "p_zero": 0.9,
        "smallest_margin": 0.5, "p_family": 0.03, "p_without": 0.01,
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
        ({"cr3": (0.06, 0.01, 0.01)}, (), "jackknife"),
        ({"cr3": (0.01, 0.06, 0.01)}, (), "regions by year"),
        ({"estimates": (0.4, -0.3, 0.2)}, (), "regions by year"),
        ({"estimates": (0.4, 0.3, 0.19)}, (), "entity trends"),  # less than half is left
        ({"estimates": (0.4, 0.3)}, (), "entity trends"),  # a column that could not be estimated
        ({"lowest": -0.01}, (), "one deletion"),
        ({"p_without": 0.06}, (), "one deletion"),
        ({}, (SMOOTH,), "smooth"),
        ({}, (LEAD,), "lead"),
        ({}, (CONTROL,), "control"),
    ],
)
def test_one_failed_condition_makes_it_suggestive(judge, changes, checks, failed):
    judged = judge(finding(**changes), checks=checks)
    assert (judged.word, judged.failed) == ("suggestive", (failed,))
    assert failed in judged.reason


@pytest.mark.parametrize("changes", [{"cr3": (0.01, 0.01, 0.9)}, {"estimates": (0.4, 0.3, 0.201)}])
def test_the_column_with_trends_need_not_be_significant_but_half_of_the_first(judge, changes):
    assert judge(finding(**changes)).word == "supported"


def test_where_no_entity_can_be_left_out_the_deletion_is_not_asked(judge):
    none = {"p_without": math.nan, "lowest": math.nan, "highest": math.nan}
    assert judge(finding(**none)).word == "supported"


def test_between_supported_and_the_level_a_claim_is_suggestive(make_claim):
    by = with_numbers(supported=0.001)
    evidence = Evidence(make_claim(), (finding(p=0.01, cr3=(0.0005,) * 3),))
    judged = verdict(evidence, by)
    assert (judged.word, judged.failed) == ("suggestive", ("leading p",))
    assert (
        verdict(Evidence(make_claim(), (finding(p=0.001, cr3=(0.0005,) * 3),)), by).word
        == "supported"
    )


def test_a_p_adjusted_in_the_chapter_decides_nothing(judge):
    assert (
        judge(finding(p_family=0.9)).word == judge(finding(p_family=math.nan)).word == "supported"
    )


@pytest.mark.parametrize("sign", ["+", "-", "0"])
def test_too_few_entities_cannot_be_tested(judge, sign):
    few = finding(sign=sign, effective_clusters=2.4)
    judged = judge(few, sign=sign)
    assert judged.word == "cannot be tested here"
    assert "2.4 effective clusters, fewer than 2.5" in judged.reason
    # A permutation needs no clusters: who is treated is dealt out anew.
    permuted = dataclasses.replace(few, test="permutation")
    assert judge(permuted, sign=sign).word != "cannot be tested here"


@pytest.mark.parametrize("check", [LEAD, CONTROL])
def test_a_lead_or_a_control_takes_a_suggestive_claim_down(judge, check):
    judged = judge(finding(lowest=-0.1), checks=[check])
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
    assert judge(finding(cr3=(RULES.level, 0.01, 0.01))).word == "suggestive"


def test_the_opposite_sign_contradicts_only_with_every_condition_met(judge):
    opposite = {"estimates": (-0.4, -0.3, -0.2)}
    assert judge(finding(**opposite)).word == "contradicted"
    for changes in ({"p_without": 0.2}, {"highest": 0.01}, {"estimates": (-0.4, -0.3, 0.1)}):
        wide = {**opposite, "low": -0.9, "high": 0.25}  # a plausible effect is not excluded
        judged = judge(finding(**{**wide, **changes}))
        assert judged.word == "inconclusive"
        assert judged.reason.startswith("The leading test speaks against the claim")
        narrow = judge(finding(**{**opposite, **changes}))
        assert narrow.word == "no sizeable effect"
    assert judge(finding(**opposite), checks=[LEAD]).word == "no sizeable effect"


def test_the_sign_is_that_of_the_estimate_the_test_is_about(judge):
    judged = judge(finding(tested=-0.1, test="permutation"))
    assert judged.word == "inconclusive"
    assert judged.reason.startswith("The leading test speaks against the claim")


def test_minus_is_the_mirror_of_plus(judge):
    assert judge(finding((-0.4, -0.3, -0.2), sign="-"), sign="-").word == "supported"
    assert judge(finding((0.4, 0.3, 0.2), sign="-"), sign="-").word == "contradicted"


@pytest.mark.parametrize(("sign", "estimate"), [("+", 0.0), ("+", -0.01), ("-", 0.0)])
def test_a_precise_null_excludes_an_effect_of_plausible_size(judge, sign, estimate):
    null = finding((estimate,) * 3, sign=sign, p=0.9, half=0.1, mde=0.14)
    judged = judge(null, sign=sign)
    assert judged.word == "no sizeable effect"
    assert "excludes every effect of 0.20 or more as predicted" in judged.reason
    assert judge(dataclasses.replace(null, plausible=0.09), sign=sign).word == "inconclusive"
    # What could have been found beforehand no longer matters once the interval excludes it.
    blunt = tuple(dataclasses.replace(c, mde=0.9) for c in null.columns)
    assert judge(dataclasses.replace(null, columns=blunt), sign=sign).word == "no sizeable effect"


def test_without_an_interval_nothing_is_excluded(judge):
    bare = finding((0.0, 0.0, 0.0), p=0.9, half=0.1, low=math.nan, high=math.nan)
    assert judge(bare).word == "inconclusive"


@pytest.mark.parametrize(
    ("half", "p", "changes", "word"),
    [
        (0.1, 0.01, {}, "supported"),
        (0.1, 0.01, {"p_family": 0.2}, "supported"),
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
        (("no sizeable effect", "supported"), "no sizeable effect"),
        (("no sizeable effect", "contradicted"), "contradicted"),
        (("cannot be tested here", "inconclusive"), "cannot be tested here"),
        (("cannot be tested here", "no sizeable effect"), "no sizeable effect"),
    ],
)
def test_parts_have_to_hold_together(judge, words, together):
    kinds = {
        "supported": finding(),
        "suggestive": finding(lowest=-0.1),
        "inconclusive": finding(p=0.4),
        "contradicted": finding((-0.4, -0.3, -0.2)),
        "no sizeable effect": finding((0.0, 0.0, 0.0), p=0.9, half=0.1),
        "cannot be tested here": finding(effective_clusters=1.0),
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
    strict = with_numbers(level=0.0005)
    evidence = Evidence(make_claim(), (finding(),))
    assert verdict(evidence, strict).word == "inconclusive"
    assert verdict(evidence, RULES).word == "supported"


def test_every_verdict_is_explained_and_no_other():
    explained = set(RULES.words) - {"parts", "downgrade", "zero", "products", "datasets"}
    assert explained == set(VERDICTS)
    assert all(text.endswith(".") for text in RULES.words.values())


def test_the_rules_are_those_declared():
    by = RULES
    declared = (by.level, by.plausible, by.plausible_lag, by.reweighted, by.ingredients)
    assert declared == (0.05, 0.20, 1.0, 0.95, 0.50)
    assert (by.edition, by.deleted, by.trends, by.clusters) == (2, 0.05, 0.5, 2.5)
    assert 0 < by.supported <= by.level
    assert 0 < by.asked <= by.level


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Numbers)])
def test_every_number_says_what_it_is_and_what_fixed_it(name):
    assert RULES.meaning[name].endswith(".")
    assert RULES.simulation[name].endswith(".")


def test_the_words_of_the_first_edition_are_kept(study):
    (first,) = study.editions
    # Claims from M51 on were declared under the second edition and have no word of the first.
    assert (first["edition"], set(first["words"])) == (1, set(study.ids[:50]))
    assert set(first["words"].values()) <= set(VERDICTS)
    assert (study.folder / first["rules"]).is_file()


def test_a_claim_that_cannot_be_asked_says_why(make_claim):
    judged = verdict(Evidence(make_claim(), cannot="The panel lacks y."), RULES)
    assert (judged.word, judged.reason) == ("cannot be asked here", "The panel lacks y.")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda raw: raw["verdicts"].pop("normative"), "does not explain 'normative'"),
        (lambda raw: raw.pop("products"), "lacks 'products'"),
        (lambda raw: raw.update(verdicts="none"), "must map each verdict"),
        (lambda raw: raw["numbers"].pop("level"), "lacks the number 'level'"),
        (lambda raw: raw["numbers"].update(lvel=1), "unknown number 'lvel': did you mean 'level'"),
        (lambda raw: raw["numbers"].update(level=0.05), "number 'level' has no value"),
        (lambda raw: raw["numbers"]["level"].update(value="low"), "needs a number as value"),
        (lambda raw: raw["numbers"]["level"].pop("range"), "needs a number as value"),
        (lambda raw: raw["numbers"]["level"].update(value=0.9), "is 0.9, outside its range"),
        (lambda raw: raw["numbers"]["trends"].pop("simulation"), "names no simulation"),
        (lambda raw: raw["numbers"]["trends"].update(simulation=" "), "names no simulation"),
    ],
)
def test_rules_that_lack_something_are_refused(tmp_path, change, words):
    raw = yaml.load((published().folder / "rules.yml").read_text(encoding="utf-8"), Loader=Loader)
    change(raw)
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    with pytest.raises(LedgerError, match=words):
        read_rules(path)
