"""CD and its relatives: against R, against brute force, and on panels made to break them."""

import json

import numpy as np
import pandas as pd
import pytest

from analysis.certificates.design import panel_from
from analysis.errors import SpecificationError
from analysis.inference import cross_section
from analysis.inference.dependence.correlations import (
    autocorrelation,
    pairs,
    weighted_cd,
    wide,
)
from analysis.inference.dependence.independence import autoregressive
from analysis.models import Sample, Specification, fit
from tests.goldens.read import golden

GRUNFELD = Specification("invest", ("value", "capital"), lag=0, effects="entity")


def independent(rng, shape=(30, 12), rho=0.0):
    return autoregressive(rho, rng.normal(size=shape))


# Golden: R 4.2.2, plm 2.6-2, pcdtest (tests/goldens/unitroot.R and dependence.R).
@pytest.mark.parametrize(("effects", "name"), [("entity", "within"), ("two_way", "twoways")])
def test_cd_is_that_of_plm(grunfeld, effects, name):
    found = cross_section(GRUNFELD.with_effects(effects), grunfeld, draws=0)["cd"]
    assert found.value == pytest.approx(golden("unitroot")[f"cd.{name}"], abs=1e-8)
    assert found.p == pytest.approx(golden("unitroot")[f"cd.{name}.p"], rel=1e-6)


def test_mean_absolute_correlation_is_that_of_plm(grunfeld):
    found = cross_section(GRUNFELD, grunfeld, draws=0)["mean_absolute"].value
    assert found == pytest.approx(golden("dependence")["full.absrho"], abs=1e-9)


def test_gaps_are_handled_pair_by_pair_as_in_plm(grunfeld, make_panel):
    # The rows that tests/goldens/dependence.R leaves out, counted in plm's order of the firms.
    order = ["General Motors", "US Steel", "General Electric", "Chrysler", "Atlantic Refining"]
    order += ["IBM", "Union Oil", "Westinghouse", "Goodyear", "Diamond Match"]
    index = pd.MultiIndex.from_product([order, range(1935, 1955)], names=["entity", "year"])
    gone = index[[0, 1, 2, 24, *range(59, 66), 110]]
    frame = grunfeld.frame.copy()
    frame.loc[frame.index.isin(gone), "invest"] = np.nan
    found = cross_section(GRUNFELD, make_panel(frame), draws=0)
    assert found["cd"].value == pytest.approx(golden("dependence")["gaps.cd"], abs=1e-8)
    assert found.mean_correlation == pytest.approx(golden("dependence")["gaps.rho"], abs=1e-9)
    absolute = found["mean_absolute"].value
    assert absolute == pytest.approx(golden("dependence")["gaps.absrho"], abs=1e-9)


def test_cd_is_that_of_linearmodels(grunfeld):
    from linearmodels.panel import PanelOLS

    frame = grunfeld.frame
    model = PanelOLS(frame["invest"], frame[["value", "capital"]], entity_effects=True)
    ours = cross_section(GRUNFELD, grunfeld, draws=0)["cd"].value
    assert ours == pytest.approx(model.fit().pesaran_cd.stat, abs=1e-8)


def test_correlations_equal_those_of_pandas_on_shared_years():
    rng = np.random.default_rng(1)
    grid = rng.normal(size=(6, 15))
    grid[rng.random(grid.shape) < 0.2] = np.nan
    found = pairs(grid)
    expected = pd.DataFrame(grid.T).corr(min_periods=3).to_numpy()
    assert found.rho[found.used] == pytest.approx(expected[found.used])
    shared = np.isfinite(grid).astype(int)
    assert (found.overlap == shared @ shared.T).all()


def test_pairs_with_two_shared_years_or_without_variation_are_left_out():
    grid = np.random.default_rng(2).normal(size=(4, 8))
    grid[0, 2:] = np.nan
    grid[1] = 3.0
    assert pairs(grid).used.sum() == 1


def test_many_draws_at_once_equal_one_at_a_time():
    grids = np.random.default_rng(3).normal(size=(5, 7, 9))
    grids[:, 2, 4] = np.nan
    together = pairs(grids)
    for i, one in enumerate(grids):
        assert together.cd()[i] == pytest.approx(pairs(one).cd())
        assert together.mean(absolute=True)[i] == pytest.approx(pairs(one).mean(absolute=True))


def test_weighted_cd_is_cd_of_residuals_with_flipped_signs():
    grid = np.random.default_rng(4).normal(size=(9, 11))
    signs = np.where(np.arange(9) % 3 == 0, -1.0, 1.0)
    weighted, enhanced, threshold = weighted_cd(pairs(grid), signs)
    assert weighted == pytest.approx(pairs(signs[:, None] * grid).cd())
    rho = np.abs(np.corrcoef(grid)[np.triu_indices(9, 1)])
    assert threshold == pytest.approx(2 * np.sqrt(np.log(9) / 11))
    assert enhanced == pytest.approx(weighted + rho[rho > threshold].sum())


def test_power_enhancement_wakes_up_with_many_years():
    rng = np.random.default_rng(5)
    grid = rng.normal(size=(20, 200)) + rng.normal(size=(20, 1)) * rng.normal(size=(1, 200))
    weighted, enhanced, threshold = weighted_cd(pairs(grid), np.ones(20))
    assert threshold < 0.3
    assert enhanced > weighted + 10


def test_year_effects_push_cd_of_independent_entities_to_minus_root_half_t():
    rng = np.random.default_rng(6)
    values = [_two_way_cd(independent(rng)) for _ in range(60)]
    assert np.mean(values) == pytest.approx(-np.sqrt(12 / 2), abs=0.15)


def _two_way_cd(u):
    return float(pairs(u - u.mean(1, keepdims=True) - u.mean(0) + u.mean()).cd())


def test_simulated_null_centres_cd_where_year_effects_put_it(independent_panel):
    found = cross_section(Specification("y", ("x",)), independent_panel, seed=1)
    assert found["cd"].expected == pytest.approx(-np.sqrt(11 / 2), abs=0.35)
    assert found["cd"].p < 0.05 < found["cd"].p_simulated
    assert found["mean_absolute"].p_simulated > 0.05
    assert any("does not centre on zero" in note for note in found.notes)


@pytest.fixture(scope="module")
def independent_panel():
    rng = np.random.default_rng(11)
    return panel_from({"y": independent(rng, rho=0.8), "x": independent(rng, rho=0.8)})


def test_simulated_null_finds_a_factor_that_year_effects_leave(independent_panel):
    rng = np.random.default_rng(12)
    factor = rng.normal(size=(30, 1)) * independent(rng, (1, 12), 0.5)
    y = independent_panel.frame["y"].to_numpy().reshape(30, 12) + 2 * factor
    x = independent_panel.frame["x"].to_numpy().reshape(30, 12)
    found = cross_section(Specification("y", ("x",)), panel_from({"y": y, "x": x}), draws=199)
    assert found["mean_absolute"].p_simulated == pytest.approx(1 / 200)
    assert found["mean_absolute"].value > found["mean_absolute"].expected + 0.1


def test_persistence_of_errors_is_recovered_from_residuals():
    rng = np.random.default_rng(13)
    shape = (150, 12)
    panel = panel_from({"y": independent(rng, shape, 0.8), "x": independent(rng, shape, 0.8)})
    found = cross_section(Specification("y", ("x",)), panel, draws=49)
    assert found.persistence == pytest.approx(0.8, abs=0.07)
    assert found.autocorrelation < 0.65  # what a reader of the residuals would have guessed


def test_residuals_that_wander_like_random_walks_are_pointed_out(independent_panel):
    trends = np.linspace(-9, 9, 30)[:, None] * np.arange(12)
    y = trends + np.random.default_rng(14).normal(size=(30, 12))
    x = independent_panel.frame["x"].to_numpy().reshape(30, 12)
    found = cross_section(Specification("y", ("x",)), panel_from({"y": y, "x": x}), draws=49)
    assert any("first differences would show" in note for note in found.notes)
    assert np.isfinite(found["mean_absolute"].p_simulated)


def test_same_seed_same_answer_other_seed_other_signs(panel):
    spec = Specification("y", ("a",))
    one, same, other = (cross_section(spec, panel, draws=49, seed=s) for s in (1, 1, 2))
    assert one.to_dict() == same.to_dict()
    assert one["cd"].value == other["cd"].value
    assert one["cd_w"].value != other["cd_w"].value


@pytest.mark.parametrize("effects", ["region_year", "entity_trends", "first_difference"])
def test_every_column_can_be_tested_even_with_gaps(panel, effects):
    spec = Specification("y", ("a",), initial=("c",), effects=effects, cluster="region")
    found = cross_section(spec, panel, draws=49)
    fitted = fit(spec, panel)
    assert found.n == fitted.n
    assert found.pairs + found.short_pairs == 66
    assert 0 < found["mean_absolute"].p_simulated <= 1


def test_simulated_residuals_are_residuals_of_the_same_regression(panel, monkeypatch):
    from analysis.inference.dependence import independence

    seen = []
    real = independence.pairs
    monkeypatch.setattr(independence, "pairs", lambda g: (seen.append(g), real(g))[1])
    spec = Specification("y", ("a", "b"))
    cross_section(spec, panel, draws=3)
    fitted = fit(spec, panel)
    entity, year = (np.unique(c, return_inverse=True)[1] for c in fitted.index.codes)
    for drawn in seen[0]:
        rows = drawn[entity, year]
        assert fitted.x.T @ rows == pytest.approx(np.zeros(2), abs=1e-8)
        assert np.bincount(year, rows) == pytest.approx(np.zeros(year.max() + 1), abs=1e-8)


def test_autocorrelation_skips_gaps():
    grid = np.array([[1.0, 2.0, np.nan, 4.0, -1.0]])
    assert autocorrelation(grid) == pytest.approx((2 * 1 + -1 * 4) / (1 + 16))
    assert np.isnan(wide(np.ones(2), np.array([0, 1]), np.array([0, 1]))).sum() == 2


def test_two_years_are_too_few(full_panel):
    spec = Specification("y", ("a",), sample=Sample(2008, 2009))
    with pytest.raises(SpecificationError, match="No two entities share three years"):
        cross_section(spec, full_panel)


def test_negative_draws_are_refused(full_panel):
    with pytest.raises(SpecificationError, match="zero or more"):
        cross_section(Specification("y", ("a",)), full_panel, draws=-1)


def test_result_speaks_json_html_and_table(full_panel):
    found = cross_section(Specification("y", ("a",)), full_panel, draws=0)
    stored = json.loads(json.dumps(found.to_dict()))
    assert stored["statistics"][0]["p_simulated"] is None
    assert stored["persistence"] is None
    assert list(found.tidy()["name"]) == ["cd", "cd_w", "cd_w_plus", "mean_absolute"]
    html = found._repr_html_()
    assert html.count("<tr>") == 6
    assert "Label of y" in html
