"""Marginal effects of a product, against what the product means and against a planted step."""

import numpy as np
import pytest

from analysis.errors import SpecificationError
from analysis.inference import estimate, estimate_columns
from analysis.inference.marginal import marginal_effects
from analysis.models import Specification

SPEC = Specification("y", ["a", "b"], [["a", "b"]])


@pytest.fixture
def found(full_panel):
    return marginal_effects(estimate(SPEC, full_panel), full_panel, "a", "b")


def test_curve_is_the_slope_plus_the_product(full_panel, found):
    result = estimate(SPEC, full_panel)
    a, ab = result.coefficient("a"), result.coefficient("a:b")
    mean = found.support.mean()
    expected = (a.estimate + ab.estimate * (found.curve["at"] - mean)) * a.scale
    assert found.curve["effect"].to_numpy() == pytest.approx(expected.to_numpy())


def test_band_at_the_mean_is_the_interval_of_the_main_effect(full_panel, found):
    a = estimate(SPEC, full_panel).coefficient("a")
    mean = found.support.mean()
    low, high = (np.interp(mean, found.curve["at"], found.curve[c]) for c in ("low", "high"))
    assert low == pytest.approx(a.low_cr3 * a.scale, rel=0.02)
    assert high == pytest.approx(a.high_cr3 * a.scale, rel=0.02)


def test_bins_find_a_planted_step(full_panel, make_panel):
    frame = full_panel.frame.copy()
    lag = frame.groupby(level="entity")[["a", "b"]].shift()
    rng = np.random.default_rng(3)
    frame["y"] = np.where(lag["b"] > lag["b"].median(), 2.0, 0.0) * lag["a"]
    frame["y"] += 0.05 * rng.normal(size=len(frame))
    frame.loc[lag["a"].isna(), "y"] = np.nan
    panel = make_panel(frame)
    result = estimate(SPEC, panel)
    bins = marginal_effects(result, panel, "a", "b", bins=2).bins
    natural = bins["effect"] / result.coefficient("a").scale
    assert natural.to_numpy() == pytest.approx([0.0, 2.0], abs=0.05)
    assert (bins["low"] < bins["effect"]).all()


def test_moderator_keeps_its_own_lag(full_panel):
    spec = Specification("y", ["a", "b"], [["a", "b"]], lags={"b": 2})
    found = marginal_effects(estimate(spec, full_panel), full_panel, "a", "b")
    shifted = full_panel["b"].groupby(level="entity").shift(2)
    rows = estimate(spec, full_panel).fitted.index
    assert found.support == pytest.approx(shifted.loc[rows].to_numpy())


def test_without_the_product_there_is_no_curve(full_panel):
    plain = estimate(Specification("y", ["a", "b"]), full_panel)
    with pytest.raises(SpecificationError, match="add the pair to its interactions"):
        marginal_effects(plain, full_panel, "a", "b")


def test_other_products_stay_in_the_bins(full_panel):
    spec = Specification("y", ["a", "b", "c"], [["a", "b"], ["a", "c"]])
    with_product = marginal_effects(estimate(spec, full_panel), full_panel, "a", "b").bins
    plain = Specification("y", ["a", "b", "c"], [["a", "b"]])
    without = marginal_effects(estimate(plain, full_panel), full_panel, "a", "b").bins
    assert not np.allclose(with_product["effect"], without["effect"])


def test_bins_use_the_rows_of_the_estimate(panel):
    columns = estimate_columns(SPEC, panel, ["two_way", "region_year"])
    found = marginal_effects(columns["two_way"], panel, "a", "b")
    assert len(found.support) == columns["two_way"].n


def test_differences_ties_and_single_bins_are_refused(full_panel, make_panel):
    moved = estimate(
        Specification("y", ["a", "b"], [["a", "b"]], effects="first_difference"), full_panel
    )
    with pytest.raises(SpecificationError, match="from levels, not from differences"):
        marginal_effects(moved, full_panel, "a", "b")
    with pytest.raises(SpecificationError, match="1 bins"):
        marginal_effects(estimate(SPEC, full_panel), full_panel, "a", "b", bins=1)
    frame = full_panel.frame.assign(b=(full_panel["b"] > 1.5).astype(float))
    tied = make_panel(frame)
    with pytest.raises(SpecificationError, match="too many equal values"):
        marginal_effects(estimate(SPEC, tied), tied, "a", "b")
