"""What stands beside a finding: other declared readings, size, and a slope of its own."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from analysis.claims.designs import arrange
from analysis.claims.standing import held_check, rising_check, secondary_check
from analysis.inference import estimate
from analysis.models import Specification, fit


def wider(toy, **columns):
    """The toy panel with further columns of their own series."""
    frame = pd.DataFrame(columns, toy.frame.index)
    described = {
        n: dataclasses.replace(toy.variables["a"], name=n, label_en=n, series=(n,), scale=())
        for n in columns
    }
    return toy.with_columns(frame, described)


@pytest.fixture
def noise(toy):
    rng = np.random.default_rng(9)
    return lambda scale=1.0: pd.Series(scale * rng.normal(size=len(toy.frame)), toy.frame.index)


def read(put, claim, panel, estimate_=0.8):
    return secondary_check(put(claim, panel), claim.parts[0], estimate_)


def test_another_outcome_with_the_same_sign_or_none_does_not_speak_against(
    put, make_claim, toy, noise
):
    panel = wider(toy, same=toy["y"] + noise(0.1), none=noise())
    claim = make_claim(secondary={"outcomes": ["same", "none"]})
    check = read(put, claim, panel)
    assert (check.name, check.passed) == ("secondary", True)
    assert check.found == "None does, of 2."


def test_another_outcome_with_the_other_sign_does(put, make_claim, toy, noise):
    panel = wider(toy, turned=-toy["y"] + noise(0.1), none=noise())
    claim = make_claim(secondary={"outcomes": ["none", "turned"]})
    check = read(put, claim, panel)
    assert check.passed is False
    assert check.found == "Against it: turned, of 2."
    assert read(put, claim, panel, -0.8).passed is True


def test_another_regressor_takes_the_place_of_the_focal_one(put, make_claim, toy, noise):
    panel = wider(toy, twin=toy["a"] + noise(0.1), turned=-toy["a"] + noise(0.1))
    assert read(put, make_claim(secondary={"regressors": ["twin"]}), panel).passed is True
    check = read(put, make_claim(secondary={"regressors": ["twin", "turned"]}), panel)
    assert (check.passed, check.found) == (False, "Against it: turned, of 2.")


def test_a_reading_that_is_not_there_or_cannot_be_estimated_is_not_asked(put, make_claim, toy):
    assert read(put, make_claim(), toy).passed is None
    still = wider(toy, still=pd.Series(np.repeat(np.arange(20.0), 12), toy.frame.index))
    check = read(put, make_claim(secondary={"outcomes": ["still"]}), still)
    assert (check.passed, check.found) == (
        None, "No other reading is declared or can be estimated.",
    )  # fmt: skip


def test_secondary_readings_belong_to_the_first_part(put, make_claim, toy, noise):
    parts = [{"focal": "a", "sign": "+"}, {"focal": "b", "sign": "-"}]
    claim = make_claim(regressors=["a", "b"], parts=parts, secondary={"outcomes": ["turned"]})
    panel = wider(toy, turned=-toy["y"] + noise(0.1))
    first, second = (
        secondary_check(put(claim, panel), part, sign)
        for part, sign in zip(claim.parts, (1, -1), strict=True)
    )
    assert (first.passed, second.passed) == (False, None)


def held(put, claim, panel):
    question = put(claim, panel)
    return held_check(question, arrange(question, within=True))


def test_what_stands_beside_a_measure_of_size_passes(put, make_claim, toy, noise):
    panel = wider(toy, size=noise(), bulk=noise())
    claim = make_claim(secondary={"held": ["size", "bulk"]})
    check = held(put, claim, panel)
    assert (check.name, check.passed) == ("size", True)
    t = [
        line.estimate / line.se_cr3
        for name in ("size", "bulk")
        for line in [estimate(Specification("y", ("a",), controls=(name,)), panel).coefficient("a")]
    ]
    assert check.found == f"beside size, t = {t[0]:.1f}; beside bulk, t = {t[1]:.1f}."


def test_what_only_grows_with_size_does_not(put, make_claim, toy, noise):
    # Both sides are made of size; nothing of a is left in y beside it.
    before = toy["z"].groupby(level=0).shift()
    panel = wider(toy, big=toy["z"] + noise(0.1), out=before + noise(0.3))
    claim = make_claim(regressors=["big"], outcome="out", secondary={"held": ["z", "b"]})
    alone = make_claim(regressors=["big"], outcome="out", secondary={"held": ["b"]})
    assert held(put, alone, panel).passed is True
    assert held(put, claim, panel).passed is False


def test_a_slope_that_turns_beside_size_does_not_stand(put, make_claim, toy, noise):
    big = toy["z"] + noise(0.3)
    lag = lambda s: s.groupby(level=0).shift()  # noqa: E731
    panel = wider(toy, big=big, out=3 * lag(toy["z"]) - lag(big) + noise(0.1))
    claim = make_claim(regressors=["big"], outcome="out", secondary={"held": ["z"]})
    check = held(put, claim, panel)
    assert check.passed is False
    assert "t = −" in check.found


def test_size_is_not_asked_where_none_is_declared_or_it_cannot_be_held(put, make_claim, toy):
    assert held(put, make_claim(), toy).passed is None
    years = toy.frame.index.get_level_values(1).to_numpy(dtype=float)
    panel = wider(toy, nation=pd.Series(years, toy.frame.index), size=toy["z"])
    check = held(put, make_claim(secondary={"held": ["nation"]}), panel)
    assert (check.passed, check.found) == (None, "beside nation it cannot be estimated.")
    check = held(put, make_claim(secondary={"held": ["nation", "size"]}), panel)
    assert check.passed is True
    assert "beside nation it cannot be estimated; beside size, t = " in check.found
    again = make_claim(secondary={"held": ["a"]})  # the regressor itself
    assert held(put, again, panel).passed is None


PRODUCT = {"regressors": ["a", "b"], "focal": "a:b",
           "specification": {"lag": 1, "interactions": [["a", "b"]]}}  # fmt: skip


def rising(put, claim, panel):
    question = put(claim, panel)
    return rising_check(question, arrange(question, within=True))


def outcome(toy, noise, of_a, of_product):
    lag = toy.frame.groupby(level=0).shift()
    return of_a * lag["a"] + of_product * lag["a"] * lag["b"] + noise(0.3)


def test_a_product_that_raises_where_its_factor_is_high_passes(put, make_claim, toy, noise):
    panel = wider(toy, out=outcome(toy, noise, 0.1, 0.5))
    check = rising(put, make_claim(**PRODUCT, outcome="out"), panel)
    assert (check.name, check.passed) == ("rising", True)


@pytest.mark.parametrize("of_a", [-0.7, -3.0])
def test_a_product_that_only_lowers_less_does_not(of_a, put, make_claim, toy, noise):
    panel = wider(toy, out=outcome(toy, noise, of_a, 0.5))
    check = rising(put, make_claim(**PRODUCT, outcome="out"), panel)
    assert check.passed is False


def test_the_slope_is_read_at_the_ninetieth_percentile_of_the_other_factors_movement(
    put, make_claim, toy, noise
):
    panel = wider(toy, out=outcome(toy, noise, 0.1, 0.5))
    specification = {"lag": 1, "lags": {"b": 2}, "interactions": [["a", "b"]]}
    claim = make_claim(**{**PRODUCT, "specification": specification, "outcome": "out"})
    question = put(claim, panel)
    regression = arrange(question, within=True)
    # With the movement measured from its ninetieth percentile, the slope of a is the one asked.
    found = fit(regression.spec, regression.panel)
    before = panel.frame["b"].groupby(level=0).shift(2).reindex(found.index)
    moved = before - before.groupby(level=0).transform("mean")
    at = np.quantile(moved, 0.9)
    a = panel.frame["a"].groupby(level=0).shift().reindex(found.index)
    own = a - a.groupby(level=0).transform("mean")
    columns = {"a": a, "other": own * (moved - at), "b": before, "out": panel["out"]}
    means = {
        "one": (a - own - (a - own).groupby(level=0).first().mean()) * moved,
        "two": own * (before - moved - (before - moved).groupby(level=0).first().mean()),
    }
    flat = wider(toy, **{f"{n}_": v for n, v in (columns | means).items()})
    spec = Specification("out_", ("a_", "other_", "b_", "one_", "two_"), lag=0)
    line = estimate(spec, flat).coefficient("a_")
    words = f"{line.estimate * line.scale:+.2f}, low end {line.low_cr3 * line.scale:+.2f}"
    words = words.replace("-", "−")
    check = rising_check(question, regression)
    assert check.found == f"At the ninetieth percentile: {words} within-SDs."


@pytest.mark.parametrize(
    "changes",
    [
        {"regressors": ["a"], "focal": "a", "specification": {"lag": 1}},
        {"sign": "-"},
        {"focal": "a:a", "specification": {"lag": 1, "interactions": [["a", "a"]]}},
        {"regressors": ["a", "b", "z"], "focal": "a:b:z",
         "specification": {"lag": 1, "interactions": [["a", "b"], ["a", "z"], ["b", "z"]]}},
        {"regressors": ["a", "nation"], "focal": "a:nation",
         "specification": {"lag": 1, "interactions": [["a", "nation"]]}},
    ],
)  # fmt: skip
def test_only_one_of_two_that_raises_the_other_is_asked(changes, put, make_claim, toy):
    years = toy.frame.index.get_level_values(1).to_numpy(dtype=float)
    panel = wider(toy, nation=pd.Series(np.sin(years), toy.frame.index))
    claim = make_claim(**{**PRODUCT, **changes})
    assert rising(put, claim, panel).passed is None
