import dataclasses

import pytest

from analysis.claims import Evidence, discoveries, evaluate_chapter
from analysis.claims.family import adjust_chapter
from analysis.inference import romano_wolf, wild_draws


def test_a_chapter_is_stepped_down_together(make_claim, toy):
    claims = [make_claim(id="M01"), make_claim(id="M02", regressors=["b"], sign="-")]
    found = evaluate_chapter(claims, toy, draws=999)
    columns = [e.details.readings[0].estimates.columns[0] for e in found]
    family = wild_draws(columns, ["a", "b"], draws=999)
    expected = romano_wolf(family.t, family.draws.T)
    assert [e.findings[0].p_family for e in found] == pytest.approx(list(expected))


def test_other_tests_get_bonferroni_and_the_bootstrap_its_share(make_claim, toy):
    claims = [make_claim(id="M01"), make_claim(id="M02", regressors=["b"], sign="0")]
    found = evaluate_chapter(claims, toy, draws=999)
    alone = evaluate_chapter(claims[:1], toy, draws=999)
    assert found[0].findings[0].p_family == pytest.approx(2 * alone[0].findings[0].p_family)
    other = found[1].findings[0]
    assert other.test == "two one-sided tests"
    assert other.p_family == pytest.approx(min(1.0, 2 * other.p))


def test_claims_without_findings_do_not_count(make_claim, toy):
    claim = make_claim()
    with_empty = evaluate_chapter(
        [claim, make_claim(id="M02", status="normative", specification=None, outcome=None,
                           regressors=[])], toy, draws=199,
    )  # fmt: skip
    alone = evaluate_chapter([claim], toy, draws=199)
    assert with_empty[0].findings[0].p_family == alone[0].findings[0].p_family
    assert adjust_chapter([Evidence(claim)]) == (Evidence(claim),)


def test_a_claim_enters_the_book_with_its_weakest_part(make_claim, toy):
    parts = [{"focal": "a", "sign": "+"}, {"focal": "b", "sign": "-"}]
    claim = make_claim(regressors=["a", "b"], focal="a", parts=parts)
    evidence = evaluate_chapter([claim], toy, draws=199)[0]
    weak = dataclasses.replace(evidence.findings[0], p=0.4)
    evidence = dataclasses.replace(evidence, findings=(weak, evidence.findings[1]))
    assert discoveries([evidence]) == {"M01": pytest.approx(0.4)}
    assert discoveries([Evidence(claim)]) == {}
