import json

import numpy as np
import pandas as pd
import pytest

from analysis.claims import evaluate
from analysis.errors import LedgerError, OverlapError, UnknownNameError


def two_way_slope(panel):
    """Least squares on explicit dummies, the textbook way, as an independent reference."""
    lagged = panel.frame[["a", "b"]].groupby(level="entity").shift()
    rows = pd.concat([panel["y"], lagged], axis=1).dropna()
    entity = pd.get_dummies(rows.index.get_level_values(0), dtype=float)
    year = pd.get_dummies(rows.index.get_level_values(1), drop_first=True, dtype=float)
    x = np.column_stack([rows[["a", "b"]], entity, year])
    return np.linalg.lstsq(x, rows["y"], rcond=None)[0][0]


def test_a_planted_effect_is_found_in_every_column(make_claim, toy):
    evidence = evaluate(make_claim(), toy)
    assert evidence.primary.signs == dict.fromkeys(("two_way", "region_year", "entity_trends"), "+")
    assert evidence.agrees is True
    assert evidence.estimates["two_way"].coefficient("a").estimate == pytest.approx(0.8, abs=0.1)


def test_the_estimate_is_that_of_least_squares_on_dummies(make_claim, toy):
    evidence = evaluate(make_claim(regressors=["a", "b"], focal="a"), toy)
    assert evidence.primary.lines["two_way"].estimate == pytest.approx(two_way_slope(toy), rel=1e-8)


@pytest.mark.parametrize(("sign", "agrees"), [("+", True), ("-", False), ("±", None), ("0", None)])
def test_agreement_is_with_the_predicted_sign(make_claim, toy, sign, agrees):
    assert evaluate(make_claim(sign=sign), toy).agrees is agrees


def test_secondary_readings_replace_one_side(make_claim, toy):
    claim = make_claim(also={"outcomes": ["y2"], "regressors": ["b"]})
    evidence = evaluate(claim, toy)
    assert [reading.name for reading in evidence.also] == ["outcome y2", "regressor b"]
    flipped, other = evidence.also
    assert flipped.signs["two_way"] == "-"
    assert (other.focal, other.signs["two_way"]) == ("b", "-")
    assert [line.term for line in other.estimates["two_way"].terms] == ["b"]


def test_a_replaced_regressor_keeps_the_others(make_claim, toy):
    claim = make_claim(regressors=["a", "b"], focal="a", also={"regressors": ["z"]})
    terms = [line.term for line in evaluate(claim, toy).also[0].estimates["two_way"].terms]
    assert terms == ["z", "b"]


def test_shared_denominators_are_said_under_the_table(make_claim, toy):
    evidence = evaluate(make_claim(), toy)
    assert evidence.overlap.scale == ("size",)
    assert "divided by size" in " ".join(evidence.estimates["two_way"].notes)


@pytest.mark.parametrize("also", [{}, {"outcomes": ["z"]}])
def test_overlap_is_refused_before_anything_is_estimated(make_claim, toy, monkeypatch, also):
    def forbidden(*_args, **_kwargs):
        raise AssertionError("estimated before the guard had looked")

    monkeypatch.setattr("analysis.inference.estimate_columns", forbidden)
    claim = make_claim(outcome="y" if also else "z", also=also)
    with pytest.raises(OverlapError, match="lending"):
        evaluate(claim, toy)


def test_an_undeclared_claim_is_not_estimated(make_claim, toy):
    with pytest.raises(LedgerError, match="M01 has no declared regression"):
        evaluate(make_claim(specification=None), toy)


def test_a_claim_without_focal_term_is_not_estimated(make_claim, toy):
    claim = make_claim(regressors=["a", "b"], focal="a")
    object.__setattr__(claim, "focal", None)
    with pytest.raises(LedgerError, match="names no focal term"):
        evaluate(claim, toy)


def test_a_measure_that_is_not_there_is_suggested(make_claim, toy):
    with pytest.raises(UnknownNameError, match=r"Unknown variable 'y3'.*did you mean"):
        evaluate(make_claim(outcome="y3"), toy)


def test_columns_can_be_chosen(make_claim, toy):
    evidence = evaluate(make_claim(), toy, columns=("two_way", "first_difference"))
    assert set(evidence.primary.lines) == {"two_way", "first_difference"}


def test_to_dict_is_strict_json(make_claim, toy):
    evidence = evaluate(make_claim(also={"outcomes": ["y2"]}), toy)
    plain = json.loads(json.dumps(evidence.to_dict(), allow_nan=False))
    assert plain["agrees"] is True
    assert plain["primary"]["overlap"]["scale"] == ["size"]
    assert plain["primary"]["columns"]["two_way"]["terms"][0]["term"] == "a"
    assert plain["also"][0]["signs"]["two_way"] == "-"
    assert plain["claim"]["id"] == "M01"
