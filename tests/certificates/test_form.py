"""The certificates of the forms: every entry runs, and its panels hold the truth they claim."""

import numpy as np
import pytest

from analysis.certificates import Design, certify, registry
from analysis.certificates.procedures import form
from analysis.claims.designs.derived import Regression
from analysis.claims.designs.within import within_product
from analysis.inference import estimate
from analysis.inference.form.joint import Ratio
from analysis.models import Specification

METHODS = (
    "threshold", "threshold_smooth", "u_test", "local_projection", "distributed_lags", "mean_lag",
    "long_difference", "threshold_search", "product_within", "product_declared",
)  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
def test_every_entry_runs_without_failures(method):
    entry = registry()[method]
    table = certify(entry, replications=2)
    assert table["failures"].sum() == 0
    assert np.isfinite(table["mean_estimate"]).all()
    assert (table["rejects"].notna() == (method != "mean_lag")).all()


def test_panels_hold_their_truth():
    big = Design(entities=600, years=14, effect=1.0, common=0.0)
    readings = {
        "late": form.late_reading(form.simulate_late(big, np.random.default_rng(1)), None),
        "lags": form.mean_lag_reading(form.simulate_lags(big, np.random.default_rng(2)), None),
        "sum": form.sum_reading(form.simulate_lags(big, np.random.default_rng(2)), None),
    }
    assert readings["lags"].estimate == pytest.approx(2.0, abs=0.1)
    assert readings["sum"].estimate == pytest.approx(1.0, abs=0.1)
    # x persists and entity effects rest on few years, so only the size is checked.
    assert readings["late"].truth == 0.5
    assert readings["late"].estimate == pytest.approx(0.5, abs=0.2)
    turned = form.simulate_u(Design(effect=0.5), np.random.default_rng(3))
    seen = turned["x"].unstack().iloc[:, :-1].to_numpy()
    assert turned["turn"].iloc[0] == pytest.approx((seen.min() + seen.max()) / 2)


def test_an_interval_of_any_shape_covers_when_the_set_does():
    for ratio, truth, held in [
        (Ratio(0.0, 1.0, "interval"), 0.5, True),
        (Ratio(0.0, 1.0, "rays"), 0.5, False),
        (Ratio(0.0, 1.0, "rays"), 2.0, True),
        (Ratio(-np.inf, np.inf, "line"), 9.0, True),
    ]:
        low, high = form._interval(ratio, truth)
        assert (low <= truth <= high) == held
        assert np.isfinite([low, high]).all()


def test_the_certified_product_is_the_one_by_which_claims_are_judged():
    panel = form.simulate_product(Design(effect=0.1), np.random.default_rng(4))
    spec = Specification("y", ("x", "z"), (("x", "z"),))
    declared = Regression(panel, spec, "x:z", "+", "y", "x:z")
    judged = within_product(declared)
    for reading, regression in (
        (form.within_reading(panel, None), judged), (form.product_reading(panel, None), declared),
    ):  # fmt: skip
        line = estimate(regression.spec, regression.panel).coefficient(regression.focal)
        assert reading.estimate == pytest.approx(line.estimate, rel=1e-9)
        assert reading.p == pytest.approx(line.p_cr3, rel=1e-6)


def test_without_an_effect_means_and_paths_alone_move_the_outcome():
    none, some = (
        form.simulate_product(Design(effect=e), np.random.default_rng(6)) for e in (0.0, 0.3)
    )
    x, z = (none[n].groupby(level=0).shift(fill_value=0) for n in "xz")
    np.testing.assert_allclose(some["y"] - none["y"], 0.3 * x * z, atol=1e-12)
    big = form.simulate_product(Design(entities=400, common=0.0), np.random.default_rng(7))
    assert abs(form.within_reading(big, None).estimate) < 0.05


def test_a_search_finds_the_step():
    panel = form.simulate_step(Design(entities=60, effect=1.0), np.random.default_rng(8))
    reading = form.search_reading(panel, np.random.default_rng(1))
    assert reading.p < 0.05
    assert reading.estimate == pytest.approx(1.0, abs=0.3)
    again = form.search_reading(panel, np.random.default_rng(1))
    assert (again.p, again.estimate) == (reading.p, reading.estimate)
