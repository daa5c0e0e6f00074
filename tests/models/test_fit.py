import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from analysis.errors import SpecificationError
from analysis.models import Sample, Specification, estimation_rows, fit, fit_many
from analysis.models.design import build_design

REGION = {f"e{i:02d}": i % 3 for i in range(12)}


def dummies(codes):
    return (np.asarray(codes)[:, None] == np.unique(codes)).astype(float)


def long(spec, panel):
    """Rows as used, with columns of codes: the start of every independent calculation."""
    rows = estimation_rows(spec, panel)
    entity = rows.frame.index.get_level_values(0).to_numpy(dtype=object)
    year = rows.frame.index.get_level_values(1).to_numpy(dtype=int)
    region = np.array([REGION.get(e, 0) for e in entity])
    return rows, entity, year, region


def ols(y, x, *blocks):
    return np.linalg.lstsq(np.column_stack([x, *blocks]), y, rcond=None)[0][: x.shape[1]]


def test_grunfeld_entity_effects(grunfeld):
    # R plm 2.6-2, within, individual: estimates and classical standard errors.
    found = fit(Specification("invest", ["value", "capital"], lag=0, effects="entity"), grunfeld)
    np.testing.assert_allclose(found.coefficients, [0.1101238041, 0.3100653413], atol=5e-11)
    variance = found.residuals @ found.residuals / (200 - 2 - 10)
    classical = np.sqrt(variance * np.diag(np.linalg.inv(found.x.T @ found.x)))
    np.testing.assert_allclose(classical, [0.01185669421, 0.01735450278], atol=5e-12)


def test_grunfeld_two_way(grunfeld):
    # R plm 2.6-2, within, twoways.
    found = fit(Specification("invest", ["value", "capital"], lag=0), grunfeld)
    np.testing.assert_allclose(found.coefficients, [0.1177158551, 0.3579162731], atol=5e-11)
    variance = found.residuals @ found.residuals / (200 - 2 - 10 - 19)
    classical = np.sqrt(variance * np.diag(np.linalg.inv(found.x.T @ found.x)))
    np.testing.assert_allclose(classical, [0.013751283, 0.02271901088], atol=5e-11)


@pytest.mark.parametrize("effects", ["two_way", "region_year"])
def test_agrees_with_panelols_on_a_panel_with_gaps(effects, panel):
    from linearmodels.panel import PanelOLS

    spec = Specification("y", ["a", "b"], controls=["c"], effects=effects)
    rows, _, year, region = long(spec, panel)
    other = (
        {"time_effects": True}
        if effects == "two_way"
        else {"other_effects": pd.Series(region * 10_000 + year, index=rows.frame.index)}
    )
    oracle = PanelOLS(rows.frame[""], rows.frame[["a", "b", "c"]], entity_effects=True, **other)
    found = fit(spec, panel)
    np.testing.assert_allclose(found.coefficients, oracle.fit().params, rtol=0, atol=1e-10)
    assert found.n == len(rows.frame) < 120  # gaps there were


def test_trends_agree_with_spelled_out_columns(panel):
    spec = Specification("y", ["a", "b"], effects="entity_trends")
    rows, entity, year, _ = long(spec, panel)
    own = dummies(entity)
    x = rows.frame[["a", "b"]].to_numpy()
    expected = ols(rows.frame[""], x, own, dummies(year), own * (year - 2006)[:, None])
    np.testing.assert_allclose(fit(spec, panel).coefficients, expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize("effects", ["two_way", "region_year", "entity_trends"])
def test_initial_values_get_a_slope_for_every_year(effects, panel):
    spec = Specification("y", ["a"], initial=["c"], effects=effects)
    rows, entity, year, region = long(spec, panel)
    blocks = [dummies(entity), dummies(year), dummies(year) * rows.initial["c"].to_numpy()[:, None]]
    if effects == "region_year":
        blocks.append(dummies(region * 10_000 + year))
    if effects == "entity_trends":
        blocks.append(dummies(entity) * (year - 2006)[:, None])
    expected = ols(rows.frame[""], rows.frame[["a"]].to_numpy(), *blocks)
    np.testing.assert_allclose(fit(spec, panel).coefficients, expected, rtol=0, atol=1e-9)


def test_first_differences_span_one_year_and_stay_inside_the_sample(panel, gappy):
    spec = Specification(
        "y", ["a"], effects="first_difference",
        sample=Sample(first_year=2003, exclude_years=[2007]),
    )  # fmt: skip
    change = pd.DataFrame({"y": gappy["y"], "a": gappy["a"].groupby(level=0).shift()})
    inside = [y for y in range(2003, 2012) if y != 2007]
    change = change[change.index.get_level_values(1).isin(inside)].dropna()
    before = change.rename(index=lambda year: year + 1, level=1)
    change = (change - before).dropna()
    found = fit(spec, panel)
    years = change.index.get_level_values(1)
    expected = ols(change["y"], change[["a"]].to_numpy(), dummies(years))
    np.testing.assert_allclose(found.coefficients, expected, rtol=0, atol=1e-10)
    assert found.n == len(change)
    assert not {2003, 2007, 2008} & set(found.years)
    assert "first difference unavailable" in {d.reason for d in found.dropped}


@pytest.mark.parametrize(
    "effects", ["entity", "two_way", "region_year", "entity_trends", "first_difference"]
)
def test_partialling_out_is_that_of_linearmodels(effects, panel):
    # Two roads to the same residuals: LSMR in linearmodels, small exact regressions here.
    from linearmodels.iv.absorbing import AbsorbingLS, Interaction

    spec = Specification("y", ["a"], initial=["c"], effects=effects)
    design = build_design(spec, panel, estimation_rows(spec, panel))
    dummies = {a.name: pd.Categorical(a.codes) for a in design.absorbed if a.slope is None}
    slopes = [
        Interaction(pd.DataFrame({"c": pd.Categorical(a.codes)}), pd.DataFrame({"s": a.slope}))
        for a in design.absorbed
        if a.slope is not None
    ]
    model = AbsorbingLS(
        pd.Series(design.y), pd.DataFrame(design.x), absorb=pd.DataFrame(dummies),
        interactions=slopes,
    )  # fmt: skip
    tight = {"atol": 1e-14, "btol": 1e-14, "conlim": 1e14, "maxiter": 10_000}
    theirs = model.fit(method="lsmr", absorb_options=tight, use_cache=False)
    found = fit(spec, panel)
    np.testing.assert_allclose(found.y, model.absorbed_dependent.to_numpy()[:, 0], atol=1e-9)
    np.testing.assert_allclose(found.x, model.absorbed_exog.to_numpy(), atol=1e-9)
    np.testing.assert_allclose(found.coefficients, theirs.params, rtol=1e-9)


@pytest.mark.parametrize("effects", ["two_way", "region_year", "entity_trends"])
@pytest.mark.parametrize("level", [1e4, 1e6, 1e8])
@pytest.mark.parametrize("name", ["a", "y"])
def test_a_level_far_above_its_movement_changes_nothing(effects, level, name, gappy, make_panel):
    regions = {e: f"r{r}" for e, r in REGION.items()}
    spec = Specification("y", ["a", "b"], effects=effects)
    plain = fit(spec, make_panel(gappy, regions)).coefficients
    moved = make_panel(gappy.assign(**{name: gappy[name] + level}), regions)
    np.testing.assert_allclose(fit(spec, moved).coefficients, plain, atol=1e-15 * level + 1e-12)
    table = fit_many([spec], moved).table
    np.testing.assert_allclose(table["estimate"], plain, atol=1e-15 * level + 1e-12)


@pytest.mark.parametrize("height", [1e2, 2e4, 1e5])
def test_a_national_path_far_above_the_local_part_is_taken_out(height, gappy, make_panel):
    path = height * (gappy.index.get_level_values(1) - 2005.0) ** 2
    spec = Specification("y", ["a", "b"], lag=0)
    plain = fit(spec, make_panel(gappy)).coefficients
    moved = fit(spec, make_panel(gappy.assign(a=gappy["a"] + path))).coefficients
    np.testing.assert_allclose(moved, plain, rtol=1e-9)


@pytest.mark.parametrize("effects", ["two_way", "entity_trends", "first_difference"])
@pytest.mark.parametrize("level", [0.1, 1e3, 1e8])
def test_what_only_rounding_moves_is_refused_by_name(effects, level, gappy, make_panel):
    path = np.sin(gappy.index.get_level_values(1).to_numpy(float)) / 3
    frame = gappy.assign(national=level * (1 + path) * 1.1)
    with pytest.raises(SpecificationError, match="Regressor 'national' is absorbed by"):
        fit(Specification("y", ["national"], effects=effects), make_panel(frame))


def test_within_r2_is_the_share_left_by_the_effects(panel):
    spec = Specification("y", ["a", "b"])
    rows, entity, year, _ = long(spec, panel)
    effects = np.column_stack([dummies(entity), dummies(year)])

    def rss(x):
        y = rows.frame[""].to_numpy()
        return ((y - x @ np.linalg.lstsq(x, y, rcond=None)[0]) ** 2).sum()

    both = np.column_stack([rows.frame[["a", "b"]], effects])
    assert fit(spec, panel).within_r2 == pytest.approx(1 - rss(both) / rss(effects), abs=1e-12)


@pytest.mark.parametrize(
    ("effects", "cluster", "parameters"),
    [
        ("entity", "entity", 1 + 1),  # slope, constant
        ("two_way", "entity", 1 + 11),  # eleven years span the constant
        ("two_way", "year", 1 + 12),  # now the years are nested and twelve entities are not
        ("region_year", "entity", 1 + 33),
        ("region_year", "region", 1 + 1),  # everything is nested
        ("entity_trends", "entity", 1 + 11),
        ("first_difference", "entity", 1 + 10),
    ],
)
def test_parameters_leave_out_what_is_nested_in_clusters(effects, cluster, parameters, full_panel):
    spec = Specification("y", ["a"], lag=0, effects=effects, cluster=cluster)
    assert fit(spec, full_panel).parameters == parameters


def test_initial_slopes_count_as_parameters_once(full_panel):
    found = fit(Specification("y", ["a"], lag=0, initial=["c"]), full_panel)
    assert found.parameters == 1 + 11 + 10  # entity effects span one of the eleven


def test_scale_is_the_two_way_deviation_in_every_column(panel):
    shared = estimation_rows(Specification("y", ["a"]), panel, ["two_way", "entity_trends"])
    scales = [
        fit(Specification("y", ["a"], effects=e, initial=i), panel, shared).within_sd
        for e, i in [("two_way", ()), ("entity_trends", ()), ("first_difference", ())]
    ]
    two_way = fit(Specification("y", ["a"]), panel, shared)
    expected = [two_way.y.std(ddof=1), two_way.x[:, 0].std(ddof=1)]
    for scale in scales:
        np.testing.assert_allclose(scale, expected, rtol=1e-12)


def test_units_do_not_matter(make_panel, gappy):
    spec = Specification("y", ["a", "b"], effects="entity_trends")
    small = fit(spec, make_panel(gappy))
    large = fit(spec, make_panel(gappy.assign(y=gappy["y"] * 1e12 + 5e12, a=gappy["a"] * 1e-6)))
    np.testing.assert_allclose(large.coefficients, small.coefficients * [1e18, 1e12], rtol=1e-8)


ALONE = Sample(exclude_entities=[f"e{i:02d}" for i in range(12) if i != 5])
EVEN_YEARS = Sample(exclude_years=[2002, 2004, 2006, 2008, 2010])
ERRORS = {
    "Regressor 'fixed' is absorbed by entity and year effects": {"regressors": ["a", "fixed"]},
    "Regressor 'common' is absorbed by entity and year effects": {"regressors": ["common"]},
    "is a linear combination of the other regressors": {"regressors": ["a", "b", "sum"], "lag": 0},
    "Outcome 'fixed' does not vary beyond entity and year effects": {"outcome": "fixed"},
    "Only e05 has rows to explain 'y'": {"sample": ALONE},
    "3 clusters by region cannot carry 3 coefficients": {
        "regressors": ["a", "b", "c"],
        "cluster": "region",
    },
    "Cluster variable 'holey' is missing for e02 in 2005": {"cluster": "holey"},
    "'sum' is explained without remainder": {
        "outcome": "sum",
        "regressors": ["a", "b"],
        "lag": 0,
    },
    "No first difference of 'y' can be used": {
        "effects": "first_difference",
        "sample": EVEN_YEARS,
    },
}


@pytest.mark.parametrize("message", list(ERRORS))
def test_what_cannot_be_estimated_is_said_in_one_sentence(message, make_panel, gappy):
    year = gappy.index.get_level_values(1)
    entity = gappy.index.codes[0].astype(float)
    frame = gappy.assign(fixed=entity, common=np.sin(year), holey=entity)
    frame.loc[("e02", 2005), "holey"] = np.nan
    frame.loc[("e02", 2005), "y"] = 1.0
    frame.loc[("e02", 2004), "a"] = 1.0
    frame["sum"] = frame["a"] + frame["b"]
    panel = make_panel(frame, {f"e{i:02d}": f"r{i % 3}" for i in range(12)})
    with pytest.raises(SpecificationError, match=message) as caught:
        fit(Specification(**{"outcome": "y", "regressors": ["a"], **ERRORS[message]}), panel)
    text = str(caught.value)
    assert text.endswith(".")
    assert "\n" not in text


def test_rows_as_few_as_parameters_are_refused(make_panel):
    index = pd.MultiIndex.from_product([["p", "q"], [1, 2]], names=["entity", "year"])
    frame = pd.DataFrame({"y": [1.0, 2.0, 4.0, 9.0], "x": [1.0, 3.0, 3.0, 2.0]}, index=index)
    with pytest.raises(SpecificationError, match="without remainder in 4 rows"):
        fit(Specification("y", ["x"], lag=0), make_panel(frame))


def test_linearmodels_is_not_imported_before_it_is_needed():
    code = "import sys, analysis.inference; sys.exit('linearmodels' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("effects", ["two_way", "entity_trends"])
def test_yuan_beside_a_share(gappy, make_panel, effects):
    """Yuan beside a share: a regressor of 1e15 must not swamp the other's coefficient."""
    spec = Specification("y", ["a", "b"], effects=effects)
    plain = fit(spec, make_panel(gappy))
    large = fit(spec, make_panel(gappy.assign(a=gappy["a"] * 1e15, y=gappy["y"] * 1e-6)))
    expected = plain.coefficients * [1e-21, 1e-6]
    assert large.coefficients == pytest.approx(expected, rel=1e-8)
    assert large.residuals == pytest.approx(plain.residuals * 1e-6, rel=1e-6, abs=1e-14)
