"""The permutation p: the same as one panel after the other, uniform under nothing, small beside."""

import dataclasses
import math

import numpy as np
import pytest

from analysis.claims import Question, evaluate, evaluate_family
from analysis.claims.calibration.placebo import placebo
from analysis.claims.dealt import dealt_p
from analysis.claims.designs import arrange
from analysis.inference import estimate


def t_of(question):
    regression = arrange(question, within=True)
    line = estimate(regression.spec, regression.panel).coefficient(regression.focal)
    return abs(line.estimate / line.se)


def test_p_is_the_share_of_placebo_panels_with_as_large_a_t(study, put):
    claim, panel = study.ledger["M30"], study.panel("china")
    question = put(claim, panel)
    made = placebo(study, panel.name, "dealt")
    others = [t_of(made.question(claim, made.replaced(i))) for i in range(8)]
    middle = sorted(others)[4]  # a bound that some reach and others do not
    found = dealt_p(arrange(question, within=True), exchanges=8)
    assert found == (1 + sum(t >= t_of(question) for t in others)) / 9
    assert min(others) < middle < max(others)


def drawn(toy, seed, slope):
    rng = np.random.default_rng(seed)
    frame = toy.frame.copy()
    walk = rng.normal(size=(2, 20, 12)).cumsum(axis=2)
    frame["a"] = walk[0].ravel()
    frame["y"] = walk[1].ravel() + slope * frame["a"].groupby(level=0).shift().fillna(0.0)
    return dataclasses.replace(toy, frame=frame)


def test_p_is_uniform_on_walks_and_small_beside_an_effect(put, make_claim, toy):
    claim = make_claim()
    p = np.array([
        dealt_p(arrange(put(claim, drawn(toy, seed, 0.0))), exchanges=39) for seed in range(200)
    ])  # fmt: skip
    # 200 panels: the binomial spread of a twentieth is 0.015, of a half 0.035.
    assert (p <= 0.05).mean() < 0.05 + 0.045
    assert (p <= 0.5).mean() == pytest.approx(0.5, abs=0.11)
    assert dealt_p(arrange(put(claim, drawn(toy, 1, 1.0))), exchanges=99) == 0.01


def test_it_stands_beside_the_bootstrap_and_nothing_else(study):
    def found(name):
        claim = study.ledger[name]
        made = evaluate(Question(claim, study.panel(study.dataset_of(claim)), study), draws=99)
        return made.evidence.findings[0]

    for name in ("M21", "M20", "M10"):
        finding = found(name)
        assert math.isnan(finding.p_dealt) == (finding.test != "wild bootstrap")


def test_one_by_one_and_in_a_family_it_is_the_same(put, make_claim, toy):
    claims = [make_claim(id=name) for name in ("M01", "M02")]
    panel = drawn(toy, 3, 0.3)
    together = evaluate_family([put(c, panel) for c in claims], draws=99)
    alone = evaluate(put(claims[1], panel), draws=99)
    p = [e.evidence.findings[0].p_dealt for e in (*together, alone)]
    assert len(set(p)) == 1
    assert 0 < p[0] <= 1
