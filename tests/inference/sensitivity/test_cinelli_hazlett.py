"""Partial R² and robustness values: R sensemakr's Darfur figures, and brute force."""

import json

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import t as student

from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.sensitivity.cinelli_hazlett import cinelli_hazlett
from analysis.inference.sensitivity.partial_r2 import adjust, bound, partial_r2, robustness_value
from analysis.models import Specification

# R sensemakr, tests/testthat/test-02-darfur.R (the example of Cinelli and Hazlett 2020, section 5):
# estimate, SE and degrees of freedom of directlyharmed, then what the package must return.
B, SE, DOF = 0.09731582, 0.02325654, 783
BOUNDS = {  # times female: R2 with treatment, with outcome, adjusted estimate, SE, t, interval
    1: (0.00916428667504862, 0.12464092303637, 0.0752202698486415, 0.0218733298036818,
        3.43890347394571, 0.0322829603180086, 0.118157579379274),
    2: (0.0183285733500972, 0.249324064199975, 0.0529151689180575, 0.0203500639944344,
        2.60024582392121, 0.0129680276030601, 0.092862310233055),
    3: (0.0274928600251459, 0.374050471038094, 0.0303960178770157, 0.0186700665753491,
        1.62806156873318, -0.00625329133645187, 0.0670453270904833),
}  # fmt: skip


def test_darfur_sensitivity_statistics():
    assert partial_r2(B / SE, DOF) == pytest.approx(0.02187309, abs=1e-7)
    assert robustness_value(B / SE, DOF) == pytest.approx(0.1387764, abs=1e-6)
    assert robustness_value(B / SE, DOF, 1.0, 0.05) == pytest.approx(0.07625797, abs=1e-6)


@pytest.mark.parametrize("times", [1, 2, 3])
def test_darfur_adjusted_estimates(times):
    r2_dz, r2_yz, *expected = BOUNDS[times]
    found = adjust(B, SE, DOF, r2_yz, r2_dz)
    np.testing.assert_allclose(found, expected[:3], rtol=1e-9)
    # sensemakr takes the quantile at 783 degrees of freedom, ours at 782, those of the error.
    reach = student.ppf(0.975, DOF) * found[1]
    np.testing.assert_allclose([found[0] - reach, found[0] + reach], expected[3:], atol=1e-9)
    mirrored = adjust(-B, SE, DOF, r2_yz, r2_dz)
    np.testing.assert_allclose(mirrored, [-found[0], found[1], -found[2]], rtol=1e-12)


def test_darfur_bounds_two_and_three_times_female():
    # The partial R2 of female with the treatment follows from the first bound, r / (1 - r); with
    # the outcome it is solved from the second. Twice and three times female then have to fit.
    r2_d = BOUNDS[1][0] / (1 + BOUNDS[1][0])
    low, high = 0.0, 0.5
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if bound(r2_d, middle)[1] < BOUNDS[1][1] else (low, middle)
    for times in (1, 2, 3):
        np.testing.assert_allclose(bound(r2_d, low, times, times), BOUNDS[times][:2], rtol=1e-9)


def weakest(t, dof, r):
    """Smallest t that a confounder with both partial R² up to r can leave."""

    def at(r2_yz):
        return adjust(t, 1.0, dof, r2_yz, r)[2]

    best = minimize_scalar(at, bounds=(0, r), method="bounded", options={"xatol": 1e-12})
    return min(best.fun, at(r))


@pytest.mark.parametrize(("t", "dof"), [(3.0, 50), (9.0, 60), (40.0, 30), (2.2, 500)])
def test_robustness_value_is_where_the_worst_confounder_ends_significance(t, dof):
    r = robustness_value(t, dof, 1.0, 0.05)
    assert weakest(t, dof, r) == pytest.approx(student.ppf(0.975, dof - 1), rel=1e-5)
    r = robustness_value(t, dof)
    assert adjust(t, 1.0, dof, r, r)[0] == pytest.approx(0, abs=1e-9)
    half = robustness_value(t, dof, 0.5)
    assert adjust(t, 1.0, dof, half, half)[0] == pytest.approx(t / 2)


def test_nothing_is_needed_where_nothing_is_significant():
    assert robustness_value(1.5, 100, 1.0, 0.05) == 0


def drawn(seed=4, n=300):
    rng = np.random.default_rng(seed)
    w, z = rng.normal(size=(2, n))
    d = 0.5 * w + 0.4 * z + rng.normal(size=n)
    y = 0.6 * d + 0.8 * w + 0.5 * z + rng.normal(size=n)
    return y, d, w, z


def least_squares(y, x):
    b, residual = np.linalg.lstsq(x, y, rcond=None)[:2]
    dof = len(y) - x.shape[1]
    return b, np.sqrt(np.diag(np.linalg.inv(x.T @ x)) * residual[0] / dof), dof


def test_adjusting_equals_a_regression_with_the_confounder():
    y, d, w, z = drawn()
    one = np.ones(len(y))
    b, se, dof = least_squares(y, np.column_stack([d, w, one]))
    full, full_se, full_dof = least_squares(y, np.column_stack([d, w, z, one]))
    on_d, on_d_se, on_d_dof = least_squares(d, np.column_stack([w, z, one]))
    r2_yz = partial_r2(full[2] / full_se[2], full_dof)
    r2_dz = partial_r2(on_d[1] / on_d_se[1], on_d_dof)
    found = adjust(b[0], se[0], dof, r2_yz, r2_dz)
    np.testing.assert_allclose(found[:2], [full[0], full_se[0]], rtol=1e-9)


def test_panel_front_equals_a_regression_on_dummies(panel):
    spec = Specification("y", ["a"], controls=["b", "c"])
    found = cinelli_hazlett(spec, panel)
    from analysis.models import estimation_rows

    rows = estimation_rows(spec, panel).frame
    codes = [np.unique(rows.index.get_level_values(i), return_inverse=True)[1] for i in (0, 1)]
    dummies = [(c[:, None] == np.arange(c.max() + 1)).astype(float) for c in codes]
    x = np.column_stack([rows[["a", "b", "c"]], dummies[0], dummies[1][:, 1:]])
    b, se, dof = least_squares(rows[""].to_numpy(), x)
    assert found.dof == dof
    assert (found.estimate, found.se) == pytest.approx((b[0], se[0]))
    assert found.partial_r2 == pytest.approx(partial_r2(b[0] / se[0], dof))
    first = found.tidy().set_index(["covariate", "strength"]).loc[("b", 1.0)]
    on_a, on_a_se, on_a_dof = least_squares(rows["a"].to_numpy(), x[:, 1:])
    expected = bound(partial_r2(on_a[0] / on_a_se[0], on_a_dof), partial_r2(b[1] / se[1], dof))
    assert (first["r2_dz"], first["r2_yz"]) == pytest.approx(expected)
    assert found.at(first["r2_yz"], first["r2_dz"])[0] == pytest.approx(first["estimate"])
    json.dumps(found.to_dict(), allow_nan=False)
    assert "Label of a" in found._repr_html_()


@pytest.mark.parametrize("effects", ["region_year", "entity_trends", "first_difference"])
def test_degrees_of_freedom_charge_for_every_effect(panel, effects):
    from analysis.models import estimation_rows
    from analysis.models.design import build_design

    spec = Specification("y", ["a", "b"], effects=effects)
    design = build_design(spec, panel, estimation_rows(spec, panel))
    everything = [a.columns() for a in design.absorbed]
    rank = np.linalg.matrix_rank(np.column_stack([np.ones(len(design.y)), *everything]))
    assert cinelli_hazlett(spec, panel).dof == len(design.y) - 2 - rank


def test_clustered_robustness_value_uses_the_clustered_error(full_panel):
    found = cinelli_hazlett(Specification("y", ["a", "b"], lag=0), full_panel)
    assert 0 < found.rv_clustered < found.rv
    critical = student.ppf(0.975, found.clusters - 1)
    bias = found.se * np.sqrt(found.dof) * found.rv_clustered / np.sqrt(1 - found.rv_clustered)
    assert abs(found.estimate) - bias == pytest.approx(critical * found.se_cr1)


def test_refusals(panel):
    spec = Specification("y", ["a", "b"])
    with pytest.raises(UnknownNameError, match="term 'c'"):
        cinelli_hazlett(spec, panel, benchmarks=["c"])
    with pytest.raises(SpecificationError, match="must be positive"):
        cinelli_hazlett(spec, panel, strengths=(0,))
    with pytest.raises(SpecificationError, match="Level 5 must lie"):
        cinelli_hazlett(spec, panel, level=5)
    with pytest.raises(SpecificationError, match="explain all of the treatment"):
        bound(0.4, 0.1, 2.0)
    with pytest.raises(SpecificationError, match="must lie between 0 and 1"):
        adjust(1.0, 0.1, 50, 0.5, 1.0)
