import dataclasses

import numpy as np
import pandas as pd
import pytest

from analysis.claims import checks
from analysis.claims.checks import control_check, ingredient_table, lead_check, share_check
from analysis.claims.designs import arrange
from analysis.claims.reweighting import reweighted_slopes, reweighting_check
from analysis.models import fit
from tests.published import declared


def with_column(panel, name, values):
    variable = dataclasses.replace(panel.variables["a"], name=name, series=(name,), scale=())
    return panel.with_columns(values.to_frame(name), {name: variable})


@pytest.fixture(scope="module")
def china(study):
    return study.panel("china")


def with_controls(question, *names):
    """The question in a study that declares other negative controls."""
    ledger = question.study.ledger
    protocol = {"negative_controls": {question.claim.unit: names}}
    study = dataclasses.replace(
        question.study, ledger=dataclasses.replace(ledger, protocol=protocol)
    )
    return dataclasses.replace(question, study=study)


def test_a_lead_that_is_not_there_is_not_found(put, make_claim, toy):
    check = lead_check(arrange(put(make_claim(), toy)), 0.05)
    assert (check.passed, check.steps_down) == (True, True)


def test_a_planted_lead_is_found(put, make_claim, toy):
    ahead = toy["a"].groupby(level=0).shift(-1)
    panel = with_column(toy, "early", toy["y"] + 0.8 * ahead)
    assert lead_check(arrange(put(make_claim(outcome="early"), panel)), 0.05).passed is False


def test_the_lead_of_a_product_moves_all_parts(put, make_claim, toy):
    spec = {"lag": 1, "lags": {"a": 0}, "interactions": [["a", "b"]]}
    claim = make_claim(regressors=["a", "b"], focal="a:b", specification=spec)
    ahead = toy["a"].groupby(level=0).shift(-1) * toy["b"]  # a in t+1 beside b in t
    panel = with_column(toy, "early", toy["y"] + 0.8 * ahead)
    assert lead_check(arrange(put(claim, toy), within=True), 0.05).passed is True
    early = put(dataclasses.replace(claim, outcome="early"), panel)
    assert lead_check(arrange(early, within=True), 0.05).passed is False


def test_a_control_that_moves_is_found_and_one_that_shares_figures_is_not_asked(
    put, make_claim, toy
):
    claim = make_claim()
    moved = with_column(toy, "moved", toy["y"] + 0.1)
    check = control_check(with_controls(put(claim, moved), "moved", "absent"), claim.parts[0])
    assert (check.passed, check.steps_down) == (False, True)
    rng = np.random.default_rng(3)
    still = with_column(toy, "still", pd.Series(rng.normal(size=240), index=toy.frame.index))
    assert control_check(with_controls(put(claim, still), "still"), claim.parts[0]).passed is True
    twin = dataclasses.replace(toy.variables["y"], name="twin")
    shared = toy.with_columns(toy["y"].to_frame("twin"), {"twin": twin})
    check = control_check(with_controls(put(claim, shared), "twin"), claim.parts[0])
    assert check.passed is None
    assert "shares figures with the outcome" in check.found


def test_two_controls_share_the_level(put, make_claim, toy, monkeypatch):
    class Test:
        p = 0.006

    monkeypatch.setattr(checks, "wild", lambda *_a, **_k: Test)
    rng = np.random.default_rng(3)
    panel = toy
    for name in ("one", "two"):
        panel = with_column(panel, name, pd.Series(rng.normal(size=240), index=toy.frame.index))
    claim = make_claim()
    assert control_check(with_controls(put(claim, panel), "one"), claim.parts[0]).passed is False
    assert (
        control_check(with_controls(put(claim, panel), "one", "two"), claim.parts[0]).passed is True
    )


def test_every_ingredient_takes_the_place_of_its_index(study, put, china):
    question = put(study.ledger["M16"], china)
    table = ingredient_table(question, question.claim.parts[0])
    assert list(table["side"].value_counts().items()) == [("outcome", 6), ("pcp", 4), ("ifin", 2)]
    row = table.query("side == 'pcp' and name == 'gov'").iloc[0]
    regression = arrange(question, swap={"pcp": "gov"}, within=True)
    fitted = fit(regression.spec, regression.panel)
    at = fitted.terms.index(regression.focal)
    scaled = fitted.coefficients[at] * fitted.within_sd[1 + at] / fitted.within_sd[0]
    assert row["estimate"] == pytest.approx(scaled, rel=1e-8)
    assert row["low"] < row["estimate"] < row["high"]


def test_the_share_of_ingredients_decides():
    table = pd.DataFrame({"estimate": [0.1, 0.2, -0.1, -0.2]})
    assert share_check(table, 0.3, 0.5).passed is True
    assert share_check(table[1:], 0.3, 0.5).passed is False
    assert share_check(table[:0], 0.3, 0.5).passed is None


def test_reweighted_slopes_are_those_of_the_regression(study, put, china):
    from analysis.measures import score

    regression = arrange(put(study.ledger["M16"], china))
    slopes = reweighted_slopes(regression, declared(), draws=3)
    equal = {n: score(china, declared(), n, "equal") for n in ("nqp", "pcp", "ifin")}
    frame = china.frame.assign(**{n: s.reindex(china.frame.index) for n, s in equal.items()})
    fitted = fit(regression.spec, dataclasses.replace(china, frame=frame))
    assert slopes[0] == pytest.approx(fitted.coefficients[fitted.terms.index("pcp:ifin")], rel=1e-6)
    assert len(set(np.round(slopes, 12))) == 4
    assert np.array_equal(slopes, reweighted_slopes(regression, declared(), draws=3))


@pytest.mark.parametrize("within", [False, True])
def test_a_product_of_three_is_reweighted_as_a_whole(study, put, china, within):
    from analysis.measures import score

    question = put(study.ledger["M49"], china)
    slopes = reweighted_slopes(arrange(question, within=within), declared(), draws=2)
    equal = {
        n: score(china, declared(), n, "equal").reindex(china.frame.index) for n in ("nqp", "pcp")
    }
    # The product is made anew from the index with equal weights.
    panel = dataclasses.replace(china, frame=china.frame.assign(**equal))
    again = arrange(dataclasses.replace(question, panel=panel), within=within)
    fitted = fit(again.spec, again.panel)
    expected = fitted.coefficients[fitted.terms.index(again.focal)]
    assert slopes[0] == pytest.approx(expected, rel=1e-6)


def test_reweighting_is_not_asked_without_an_index(put, make_claim, toy):
    question = put(make_claim(), toy)
    check = reweighting_check(question, arrange(question), 0.5)
    assert check.passed is None
