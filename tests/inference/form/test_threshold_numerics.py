"""The arithmetic of the threshold against its plain definitions."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import SpecificationError
from analysis.inference.form import threshold_numerics as numerics
from analysis.models import Absorbed


def test_candidates_leave_the_trim_on_both_sides():
    q = np.repeat(np.arange(10.0), 10)
    assert numerics.candidates(q, 0.1, 400).tolist() == list(range(9))
    assert numerics.candidates(q, 0.15, 400).tolist() == list(range(1, 8))
    assert len(numerics.candidates(np.ones(50), 0.1, 400)) == 0


def test_many_values_are_thinned_to_observed_quantiles():
    q = np.random.default_rng(0).normal(size=5000)
    grid = numerics.candidates(q, 0.1, 100)
    assert len(grid) == 100
    assert np.isin(grid, q).all()
    assert (q <= grid[0]).mean() == pytest.approx(0.1, abs=0.001)
    assert (q <= grid[-1]).mean() == pytest.approx(0.9, abs=0.001)


@pytest.mark.parametrize("k", [1, 2])
def test_reductions_are_differences_of_sums_of_squares(k):
    rng = np.random.default_rng(1)
    n = 60
    x, q, y = rng.normal(size=(n, 2)), rng.normal(size=n), rng.normal(size=n)
    grid = numerics.candidates(q, 0.2, 400)
    columns = numerics.regime_columns(x[:, :k], q, grid)
    basis, known = numerics.grid_basis(columns, x, np.sqrt((columns**2).sum(axis=0)))
    e0 = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    found = e0 @ e0 - numerics.reductions(basis, e0)
    for value, ssr in zip(grid, found, strict=True):
        z = np.column_stack([x, x[:, :k] * (q <= value)[:, None]])
        e = y - z @ np.linalg.lstsq(z, y, rcond=None)[0]
        assert ssr == pytest.approx(e @ e, rel=1e-10)
    assert known.all()
    assert numerics.residual_squares(y, x)[0] == pytest.approx(e0 @ e0)


def test_a_regime_without_variation_is_marked():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(40, 1))
    columns = numerics.regime_columns(x, np.zeros(40), np.array([1.0]))  # all rows are below
    known = numerics.grid_basis(columns, x, np.sqrt((columns**2).sum(axis=0)))[1]
    assert not known.any()


def test_collinear_columns_do_not_count_as_parameters():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(30, 2)), rng.normal(size=30)
    doubled = np.column_stack([x, x.sum(axis=1), np.zeros(30)])
    assert numerics.residual_squares(y, doubled) == pytest.approx(numerics.residual_squares(y, x))
    assert numerics.residual_squares(y, doubled)[1] == 2


def test_rank_of_effects_of_an_unbalanced_panel():
    entity = np.repeat(np.arange(6), 5)[3:]
    year = np.tile(np.arange(5), 6)[3:]
    family = [Absorbed("entity", entity), Absorbed("year", year)]
    from analysis.models.design import split_effects

    nuisance = split_effects(np.zeros((27, 1)), family, entity)[1]
    dense = np.column_stack([a.columns() for a in family])
    assert numerics.effect_rank(family, entity, nuisance) == np.linalg.matrix_rank(dense) == 10


def test_critical_distance_is_hansens():
    # Hansen (2000, Econometrica 68(3), 575-603), Table I: 5.94, 7.35, 10.59 at 10%, 5%, 1%.
    found = [round(numerics.critical_distance(a), 2) for a in (0.10, 0.05, 0.01)]
    assert found == [5.94, 7.35, 10.59]


def test_donors_are_entities_seen_in_all_years_of_the_receiver():
    seen = np.array([[1, 1, 1], [1, 1, 0], [0, 1, 1]], dtype=bool)
    assert [p.tolist() for p in numerics.donor_pools(seen)] == [[0], [0, 1], [0, 2]]


def bootstrap(entity, year, scheme, draws=400, seed=0):
    """No terms, no effects: a basis of one direction, so F is a ratio that can be checked."""
    rng = np.random.default_rng(seed)
    residuals, n = rng.normal(size=len(entity)), len(entity)
    index = pd.MultiIndex.from_arrays([entity, year])
    direction = rng.normal(size=n)
    basis = (direction / np.linalg.norm(direction))[None, :, None]
    return residuals, numerics.bootstrap_maxima(
        residuals, numerics.Cells.of(index), lambda v: v, basis, n, draws, rng, scheme
    )


def test_bootstrap_is_nearly_f_for_independent_errors():
    entity, year = np.repeat(np.arange(40), 5), np.tile(np.arange(5), 40)
    for scheme in ("resample", "wild"):
        _, drawn = bootstrap(entity, year, scheme, draws=4000)
        # chi-squared(1): 3.84 at 95%
        assert np.quantile(drawn, 0.95) == pytest.approx(3.84, abs=0.5)


def test_an_entity_without_donors_is_refused_by_resampling_alone():
    entity, year = np.array([0, 0, 0, 1, 1, 2, 2]), np.array([0, 1, 2, 0, 1, 1, 2])
    with pytest.raises(SpecificationError, match="scheme 'wild'"):
        bootstrap(entity, year, "resample", draws=5)
    assert len(bootstrap(entity, year, "wild", draws=5)[1]) == 5


def test_spline_is_linear_beyond_its_outer_knots_and_smooth_inside():
    knots = (0.0, 1.0, 3.0)
    x = np.linspace(-2, 6, 801)
    s = numerics.restricted_cubic(x, knots)
    assert (s[x <= 0] == 0).all()
    assert np.abs(np.diff(s[x > 3.05], 2)).max() < 1e-9
    assert np.abs(np.diff(s, 2)).max() < 1e-3
