"""The certificates of the forms: every entry runs, and its panels hold the truth they claim."""

import numpy as np
import pytest

from analysis.certificates import Design, certify, registry
from analysis.certificates.procedures import form
from analysis.inference.form.joint import Ratio

METHODS = (
    "threshold", "threshold_smooth", "u_test", "local_projection", "distributed_lags", "mean_lag",
    "long_difference",
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
