import dataclasses

import pytest

from analysis.claims import Evaluated, Evidence, discoveries, evaluate_family
from analysis.claims.family import adjust_family
from analysis.inference import romano_wolf, wild_draws


def test_a_chapter_is_stepped_down_together(put, make_claim, toy):
    claims = [make_claim(id="M01"), make_claim(id="M02", regressors=["b"], sign="-")]
    found = evaluate_family([put(c, toy) for c in claims], draws=999)
    columns = [e.readings[0].estimates.columns[0] for e in found]
    family = wild_draws(columns, ["a", "b"], draws=999)
    expected = romano_wolf(family.t, family.draws.T)
    assert [e.evidence.findings[0].p_family for e in found] == pytest.approx(list(expected))


def test_other_tests_get_bonferroni_and_the_bootstrap_its_share(put, make_claim, toy):
    claims = [make_claim(id="M01"), make_claim(id="M02", regressors=["b"], sign="0")]
    found = evaluate_family([put(c, toy) for c in claims], draws=999)
    alone = evaluate_family([put(c, toy) for c in claims[:1]], draws=999)
    assert found[0].evidence.findings[0].p_family == pytest.approx(
        2 * alone[0].evidence.findings[0].p_family
    )
    other = found[1].evidence.findings[0]
    assert other.test == "two one-sided tests"
    assert other.p_family == pytest.approx(min(1.0, 2 * other.p))


def test_claims_without_findings_do_not_count(put, make_claim, toy):
    claim = make_claim()
    with_empty = evaluate_family(
        [
            put(claim, toy),
            put(
                make_claim(
                    id="M02", status="normative", specification=None, outcome=None, regressors=[]
                ),
                toy,
            ),
        ],
        draws=199,
    )
    alone = evaluate_family([put(claim, toy)], draws=199)
    assert with_empty[0].evidence.findings[0].p_family == alone[0].evidence.findings[0].p_family
    empty = Evaluated(put(claim, toy), Evidence(claim))
    assert [e.evidence for e in adjust_family([empty])] == [Evidence(claim)]


def test_a_claim_enters_the_book_with_its_weakest_part(put, make_claim, toy):
    parts = [{"focal": "a", "sign": "+"}, {"focal": "b", "sign": "-"}]
    claim = make_claim(regressors=["a", "b"], focal="a", parts=parts)
    evidence = evaluate_family([put(claim, toy)], draws=199)[0].evidence
    weak = dataclasses.replace(evidence.findings[0], p=0.4)
    evidence = dataclasses.replace(evidence, findings=(weak, evidence.findings[1]))
    assert discoveries([evidence]) == {("M01", "toy"): pytest.approx(0.4)}
    assert discoveries([Evidence(claim)]) == {}
