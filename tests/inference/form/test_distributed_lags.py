"""Distributed lags: against R, and on planted delays."""

import json

import numpy as np
import pytest

from analysis.errors import SpecificationError
from analysis.inference.form.distributed_lags import distributed_lags, mean_lag_change
from analysis.models import Sample, Specification

GRUNFELD = Specification("invest", ["value"], controls=["capital"], lag=0)
SPEC = Specification("y", ["a"])


def delayed(make_panel, frame, weights, split=None):
    """y reacts to a after 0, 1, 2 years with these weights; from `split` on in reverse order."""
    frame, rng = frame.copy(), np.random.default_rng(5)
    frame["a"] = rng.normal(size=len(frame))
    lags = [frame["a"].groupby(level=0).shift(k) for k in range(len(weights))]
    y = sum(w * x for w, x in zip(weights, lags, strict=True))
    if split is not None:
        turned = sum(w * x for w, x in zip(weights[::-1], lags, strict=True))
        y = y.where(frame.index.get_level_values(1) < split, turned)
    frame["y"] = y + 0.05 * rng.normal(size=len(frame))
    return make_panel(frame)


def test_grunfeld_reproduces_r(grunfeld):
    # R 4.2.2: lm(inv ~ value + l1 + l2 + capital + firm + year) on 1937-54, vcovCL (HC0) of
    # sandwich 3.0-2 times 10/9 * 179/(180 - 22); gradient of the mean lag by central differences;
    # CR3 of the sum by leaving out each firm, factor 9/10.
    found = distributed_lags(GRUNFELD, grunfeld, "value", lags=(0, 1, 2))
    expected = [0.1130719334870, 0.0423846693943, 0.0107534376625]
    assert [c.estimate for c in found.coefficients] == pytest.approx(expected, rel=1e-8)
    assert found.total.estimate == pytest.approx(0.1662100405439, rel=1e-8)
    assert found.total.se == pytest.approx(0.0494113858904, rel=1e-8)
    assert found.total.se_cr3 == pytest.approx(0.150426022919, rel=1e-8)
    assert found.mean_lag.estimate == pytest.approx(0.3844024374838, rel=1e-8)
    assert found.mean_lag.se == pytest.approx(0.3016293384985, rel=1e-6)


def test_a_planted_delay_is_read(make_panel, full_panel):
    panel = delayed(make_panel, full_panel.frame, (0.25, 0.25, 0.5))
    found = distributed_lags(SPEC, panel, "a", lags=(0, 1, 2))
    assert found.total.estimate == pytest.approx(1.0, abs=0.05)
    assert found.mean_lag.estimate == pytest.approx(1.25, abs=0.05)
    # The denominator is far from zero, so Fieller and the delta method agree.
    assert found.mean_lag_fieller.shape == "interval"
    assert found.mean_lag_fieller.low == pytest.approx(found.mean_lag.low_cr3, abs=0.01)
    assert not found.weak


def test_lags_may_start_at_one_and_other_terms_stay(full_panel):
    spec = Specification("y", ["a", "b"], controls=["c"], lags={"b": 2})
    found = distributed_lags(spec, full_panel, "a", lags=(1, 2))
    inner = found.estimate.specification
    assert inner.regressors == ("a 1 years before", "a 2 years before", "b")
    assert [inner.lag_of(n) for n in inner.slopes] == [1, 2, 2, 1]
    assert found.mean_lag.estimate == pytest.approx(
        (found.coefficients[0].estimate + 2 * found.coefficients[1].estimate) / found.total.estimate
    )


def test_a_sum_near_zero_is_called_meaningless(make_panel, full_panel):
    panel = delayed(make_panel, full_panel.frame, (0.5, 0.0, -0.5))
    found = distributed_lags(SPEC, panel, "a", lags=(0, 1, 2))
    assert found.weak
    assert found.mean_lag_fieller.shape != "interval"
    assert any("no meaning" in note for note in found.notes)
    assert any("different signs" in note for note in found.notes)


def test_a_change_of_the_mean_lag_uses_shared_clusters(make_panel, full_panel):
    panel = delayed(make_panel, full_panel.frame, (0.2, 0.2, 0.6), split=2007)
    halves = [
        distributed_lags(Specification("y", ["a"], sample=s), panel, "a", lags=(0, 1, 2))
        for s in (Sample(last_year=2006), Sample(first_year=2007))
    ]
    change = mean_lag_change(*halves)
    assert change.estimate == pytest.approx(-0.8, abs=0.1)
    assert change.high_cr3 < 0
    apart = np.hypot(halves[0].mean_lag.se, halves[1].mean_lag.se)
    assert change.se != pytest.approx(apart, rel=1e-6)  # the covariance is not taken for nil
    assert change.se == pytest.approx(apart, rel=0.6)
    same = mean_lag_change(halves[0], halves[0])
    assert (same.estimate, same.se) == pytest.approx((0.0, 0.0), abs=1e-9)


def test_errors_name_what_is_wrong(full_panel):
    for lags in ((1,), (1, 1), (0.5, 1)):
        with pytest.raises(SpecificationError, match=r"two or more years|a whole number"):
            distributed_lags(SPEC, full_panel, "a", lags=lags)
    product = Specification("y", ["a", "b"], [["a", "b"]])
    with pytest.raises(SpecificationError, match="stands in no product"):
        distributed_lags(product, full_panel, "a")
    by_region = Specification("y", ["a"], cluster="region")
    one = distributed_lags(SPEC, full_panel, "a", lags=(0, 1))
    two = distributed_lags(by_region, full_panel, "a", lags=(0, 1))
    with pytest.raises(SpecificationError, match="different variables"):
        mean_lag_change(one, two)


def test_result_is_json_and_a_table(full_panel):
    found = distributed_lags(SPEC, full_panel, "a", lags=(0, 1, 2))
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert plain["lags"] == [0, 1, 2]
    assert plain["estimate"]["terms"][2]["estimate"] == found.coefficients[2].estimate
    assert "mean lag, years" in found._repr_html_()
    assert found.tidy()["lag"].tolist() == [0, 1, 2]
