import json

import numpy as np
import pytest
from scipy.stats import ncf, ncx2

from analysis.certified import Size
from analysis.errors import SpecificationError
from analysis.inference import event_study, pretrend_test
from analysis.inference.events.pretrends import joint_test, slope_for_power
from tests.inference.events.events_panels import STARTS, design_of, long_frame, walk


@pytest.fixture(scope="module")
def study(make_panel):
    return event_study(design_of(STARTS), "y", make_panel(long_frame(walk(STARTS))))


# Noncentrality for 80% power at 5%: Cohen (1988), Statistical Power Analysis, table 7.3.
@pytest.mark.parametrize(("q", "cohen"), [(1, 7.85), (2, 9.64), (3, 10.90), (5, 12.83)])
def test_with_many_clusters_the_slope_is_cohens_noncentrality(q, cohen):
    d = np.arange(-q, 0.0)
    slope = slope_for_power(np.eye(q), d, 10**7, 0.8)
    assert slope**2 * (d @ d) == pytest.approx(cohen, abs=0.01)


def test_the_power_at_that_slope_is_the_power_asked_for():
    rng = np.random.default_rng(1)
    root = rng.normal(size=(3, 3))
    v, d, nu = root @ root.T, np.array([-3.0, -2.0, -1.0]), 29
    for power in (0.5, 0.8):
        slope = slope_for_power(v, d, nu, power)
        distance = slope**2 * d @ np.linalg.solve(v, d)
        edge = ncf.ppf(0.95, 3, nu - 2, 1e-12)
        assert ncf.sf(edge, 3, nu - 2, distance) == pytest.approx(power, abs=1e-6)
        # Few clusters cost power: the slope is larger than with a known covariance.
        assert ncx2.sf(ncx2.ppf(0.95, 3, 1e-12), 3, distance) > power


def test_the_joint_statistic_of_independent_draws_is_hotellings():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(20, 3)) + 0.4
    mean, v = x.mean(axis=0), np.cov(x.T) / 20
    f, dof, p = joint_test(mean, v, 19)
    t2 = mean @ np.linalg.inv(v) @ mean
    assert dof == (3, 17)
    assert f == pytest.approx(t2 * 17 / (19 * 3))
    assert p == pytest.approx(ncf.sf(f, 3, 17, 1e-12), rel=1e-6)


def test_bias_is_the_slope_run_on(study):
    found = pretrend_test(study, leads=3, draws=199)
    assert found.times == (-4, -3, -2)
    post = (STARTS[:, None] > 0) & (study.data.years >= STARTS[:, None])
    reach = (study.data.years - STARTS[:, None] + 1.0)[post].mean()
    for line in found.powers:
        assert line.bias == pytest.approx(line.slope * reach)
    assert found.powers[0].slope < found.powers[1].slope
    assert found.effect == study.overall.estimate


def test_bias_given_a_passed_test_is_what_such_samples_show(study):
    # Draw points before and after together, keep the samples that pass and average their bias.
    line = pretrend_test(study, leads=3, draws=199).powers[1]
    order = list(study.covariance_times)
    pre = [order.index(e) for e in (-4, -3, -2)]
    sizes = {g: (g == STARTS).sum() for g in (2008, 2010, 2012)}
    share = np.array(
        [sum(n for g, n in sizes.items() if g + e <= 2014) if e >= 0 else 0.0 for e in order]
    )
    share /= share.sum()
    rng = np.random.default_rng(3)
    shift = line.slope * (np.array(order) + 1.0)
    b = rng.multivariate_normal(shift, study.covariance, 50_000, method="eigh")
    v, q, nu = study.covariance[np.ix_(pre, pre)], 3, study.dof
    f = (b[:, pre] * np.linalg.solve(v, b[:, pre].T).T).sum(axis=1) * (nu - q + 1) / (nu * q)
    passed = f <= ncf.ppf(0.95, q, nu - q + 1, 1e-12)
    bias = b[passed] @ share
    error = bias.std() / np.sqrt(passed.sum())
    assert line.bias_if_passed == pytest.approx(bias.mean(), abs=5 * error + 0.02 * line.bias)


def test_a_steep_trend_is_noticed_both_ways(make_panel):
    rng = np.random.default_rng(6)
    years = np.arange(12)
    y = rng.normal(size=(30, 12)) + 3.0 * (STARTS[:, None] > 0) * years
    steep = event_study(design_of(STARTS), "y", make_panel(long_frame(y)))
    found = pretrend_test(steep, leads=3, draws=199)
    assert found.p < 0.001
    assert found.p_permutation == 1 / 200


def test_nothing_is_noticed_where_nothing_is(make_panel):
    y = np.random.default_rng(8).normal(size=(30, 12))
    flat = event_study(design_of(STARTS), "y", make_panel(long_frame(y)))
    found = pretrend_test(flat, leads=3, draws=199)
    assert found.p_permutation > 0.05


def test_the_result_can_stand_alone(study):
    found = pretrend_test(study, leads=2, draws=199)
    plain = json.loads(json.dumps(found.to_dict()))
    assert plain["powers"][0]["power"] == 0.5
    assert found.tidy()["power"].tolist() == [0.5, 0.8]
    assert "noticed with 80% power" in found._repr_html_()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"leads": 0}, "No year before"),
        ({"powers": (0.04,)}, "Power 0.04"),
        ({"powers": (0.8,), "level": 0.9}, "Power 0.8"),
    ],
)
def test_impossible_questions_are_refused(study, options, message):
    with pytest.raises(SpecificationError, match=message):
        pretrend_test(study, draws=99, **options)


@pytest.mark.parametrize("options", [{"estimator": "imputation"}, {"base": "varying"}])
def test_a_covariance_over_one_reference_year_is_needed(make_panel, options):
    panel = make_panel(long_frame(walk(STARTS)))
    found = event_study(design_of(STARTS), "y", panel, **options)
    with pytest.raises(SpecificationError, match="no covariance over one reference year"):
        pretrend_test(found)


def test_more_points_than_entities_are_refused():
    with pytest.raises(SpecificationError, match="fewer leads"):
        joint_test(np.ones(4), np.ones((4, 4)), 29)
    with pytest.raises(SpecificationError, match="fewer leads"):
        joint_test(np.ones(4), np.eye(4), 3)


def test_both_p_values_carry_their_own_warnings(study, monkeypatch):
    sizes = {"pretrend": 0.05, "pretrend_permutation": 0.2}
    sizes = {name: Size(p, 300, (30, 12)) for name, p in sizes.items()}
    monkeypatch.setattr("analysis.certified._sizes", lambda: sizes)
    warned = [n for n in pretrend_test(study).notes if "Warning" in n]
    assert len(warned) == 1
    assert "'pretrend_permutation' rejects too often" in warned[0]
