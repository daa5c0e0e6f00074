"""Each design as a panel regression, held against the textbook form of that design."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from analysis.claims.designs import arrange, derived, design_test
from analysis.inference import estimate, local_projections, threshold
from analysis.models import Specification, fit


def wide(series):
    """One row per entity, one column per year."""
    return series.unstack()  # noqa: PD010


def slopes(columns, y, groups):
    """Least squares on explicit dummies of every grouping; the first columns' slopes."""
    dummies = [
        pd.get_dummies(pd.Series(g), drop_first=i > 0, dtype=float) for i, g in enumerate(groups)
    ]
    x = np.column_stack([*columns, *dummies])
    return np.linalg.lstsq(x, y, rcond=None)[0][: len(columns)]


@pytest.fixture
def more(toy):
    """The toy panel with a positive twin of y, a slow moderator and a common shock."""
    rng = np.random.default_rng(5)
    frame = toy.frame
    years = frame.index.get_level_values(1)
    shock = pd.Series(rng.normal(size=12), index=range(2001, 2013))
    columns = pd.DataFrame(
        {
            "v": frame["y"] + rng.normal(size=len(frame)),
            "q": np.repeat(rng.normal(size=20), 12) + rng.normal(size=len(frame)),
            "shock": shock.reindex(years).to_numpy(),
        },
        index=frame.index,
    )
    described = {
        n: dataclasses.replace(toy.variables["a"], name=n, series=(n,), scale=()) for n in columns
    }
    return toy.with_columns(columns, described)


def slope(regression, panel=None):
    fitted = fit(regression.spec, regression.panel)
    return fitted.coefficients[fitted.terms.index(regression.focal)]


def test_a_plain_claim_is_its_specification(put, make_claim, toy):
    claim = make_claim(regressors=["a", "b"], focal="a")
    regression = arrange(put(claim, toy))
    assert regression.spec == claim.build_specification()
    assert (regression.focal, regression.outcome, regression.panel) == ("a", "y", toy)


def test_a_swap_reaches_products_lags_and_the_focal_term(put, make_claim, more):
    claim = make_claim(
        regressors=["a", "b"], focal="a:b",
        specification={"lag": 1, "lags": {"b": 2}, "interactions": [["a", "b"]]},
    )  # fmt: skip
    regression = arrange(put(claim, more), swap={"b": "q"})
    assert regression.focal == "a:q"
    assert regression.spec.interactions == (("a", "q"),)
    assert dict(regression.spec.lags) == {"q": 2}


def test_late_less_early_is_the_contrast_of_local_projections(put, make_claim, toy):
    setup = {"horizons": [0, 1, 2, 3], "early": [0, 1], "late": [2, 3]}
    claim = make_claim(design="local-projection", specification={"lag": 0}, setup=setup)
    found = local_projections(
        Specification("y", ("a",), lag=0),
        toy,
        "a",
        horizons=(0, 1, 2, 3),
        early=(0, 1),
        late=(2, 3),
    )
    regression = arrange(put(claim, toy))
    # The library compares means of two horizons, the ledger sums.
    assert slope(regression) == pytest.approx(2 * found.contrast.estimate, rel=1e-9)
    own = design_test(put(claim, toy), regression, estimate(regression.spec, regression.panel))
    assert own.results["responses"].contrast.estimate == pytest.approx(found.contrast.estimate)


def test_a_log_ratio_is_the_stacked_contrast_of_two_activities(toy):
    # Both activities in one table, every effect and the other regressor by activity.
    frame = toy.frame.assign(ratio=toy.frame["y"] - toy.frame["b"]).dropna(subset=["y", "b"])
    entity, year = (frame.index.get_level_values(i) for i in (0, 1))
    both = pd.concat([frame["y"], frame["b"]])
    activity = np.repeat([1.0, 0.0], len(frame))
    a = np.tile(frame["a"].to_numpy(), 2)
    names = [np.tile(np.asarray(k, dtype=str), 2) + activity.astype(str) for k in (entity, year)]
    design = [
        pd.get_dummies(pd.Series(names[0]), dtype=float),
        pd.get_dummies(pd.Series(names[1]), dtype=float),
    ]
    x = np.column_stack([a * activity, a * (1 - activity), *design])
    first, second = np.linalg.lstsq(x, both.to_numpy(), rcond=None)[0][:2]
    one = slopes([frame["a"]], frame["ratio"], [entity, year])[0]
    assert one == pytest.approx(first - second, abs=1e-9)


def test_an_exposure_is_fixed_before_and_counts_in_its_years(put, make_claim, more):
    claim = make_claim(
        regressors=["q"], design="event", specification={"lag": 0},
        setup={"exposure": [2003, 2005], "active": [2008, 2009]},
    )  # fmt: skip
    regression = arrange(put(claim, more))
    column = wide(regression.panel[regression.focal])
    assert (column.loc[:, :2007] == 0).all(axis=None)
    assert (column.loc[:, 2010:] == 0).all(axis=None)
    mean = wide(more["q"]).loc[:, 2003:2005].mean(axis=1)
    expected = mean - mean.mean()
    for year in (2008, 2009):
        assert np.allclose(column[year], expected)
    rows = more["y"].dropna()
    entity, year = (rows.index.get_level_values(i) for i in (0, 1))
    x = expected.reindex(entity).to_numpy() * np.isin(year, (2008, 2009))
    assert slope(regression) == pytest.approx(slopes([x], rows, [entity, year])[0], rel=1e-8)


def test_the_path_of_an_exposure_finds_a_planted_jump(put, make_claim, more):
    years = more.frame.index.get_level_values(1)
    mean = wide(more["q"]).loc[:, 2003:2005].mean(axis=1)
    own = mean.reindex(more.frame.index.get_level_values(0)).to_numpy()
    jump = (more.frame["v"] + 3.0 * own * (years >= 2008)).rename("jump")
    variable = dataclasses.replace(more.variables["v"], name="jump", series=("jump",))
    panel = more.with_columns(jump.to_frame(), {"jump": variable})
    claim = make_claim(
        outcome="jump", regressors=["q"], design="event", specification={"lag": 0},
        setup={"exposure": [2003, 2005], "active": [2008, None]},
    )  # fmt: skip
    regression = arrange(put(claim, panel))
    own = design_test(put(claim, panel), regression, estimate(regression.spec, regression.panel))
    path = own.results["path"]
    assert (path.base, path.leads) == (2007, 5)
    table = path.table.set_index("year")
    assert table.loc[2008:, "low"].min() > 0
    assert own.checks[0].passed == (path.p >= 0.05)
    assert slope(regression) == pytest.approx(3.0, abs=0.8)


def test_a_threshold_splits_the_slope_where_hansen_finds_it(put, make_claim, more):
    claim = make_claim(
        regressors=["a", "q"], focal="a", design="threshold",
        specification={"lag": 1}, setup={"by": "q"},
    )  # fmt: skip
    found = threshold(Specification("y", ("a", "q")), more, "q", of=("a",), draws=99)
    regression = arrange(put(claim, more))
    assert regression.focal == "a above"
    assert slope(regression) == pytest.approx(found.differences[0].estimate, rel=1e-8)
    own = design_test(put(claim, more), regression, estimate(regression.spec, regression.panel))
    assert own.lead.test == "threshold bootstrap"
    assert own.results["threshold"].gamma == found.gamma


def test_a_common_shock_enters_through_its_product_alone(put, make_claim, more):
    claim = make_claim(
        regressors=["a", "shock"], focal="a:shock",
        specification={"lag": 1, "lags": {"shock": 0}, "interactions": [["a", "shock"]]},
    )  # fmt: skip
    regression = arrange(put(claim, more))
    assert regression.spec.regressors == ("a", "a:shock")
    before = more["a"].groupby(level=0).shift()
    rows = pd.concat([more["y"], before, before * more["shock"]], axis=1).dropna()
    entity, year = (rows.index.get_level_values(i) for i in (0, 1))
    expected = slopes([rows.iloc[:, 2], rows.iloc[:, 1]], rows.iloc[:, 0], [entity, year])[0]
    assert slope(regression) == pytest.approx(expected, rel=1e-8)


def test_a_triple_product_does_not_depend_on_its_centring(put, make_claim, more):
    pairs = [["a", "b"], ["a", "q"], ["b", "q"]]
    claim = make_claim(
        regressors=["a", "b", "q"], focal="a:b:q", specification={"lag": 1, "interactions": pairs}
    )
    regression = arrange(put(claim, more))
    before = more.frame[["a", "b", "q"]].groupby(level=0).shift()
    raw = [before[n] for n in "abq"] + [before[i] * before[j] for i, j in pairs]
    raw.append(before["a"] * before["b"] * before["q"])
    rows = pd.concat([more["y"], *raw], axis=1).dropna()
    entity, year = (rows.index.get_level_values(i) for i in (0, 1))
    columns = [rows.iloc[:, i] for i in range(1, 8)]
    assert slope(regression) == pytest.approx(slopes(columns, rows.iloc[:, 0], [entity, year])[-1])


def test_one_outcome_less_another_is_the_difference_of_standardised_slopes(put, make_claim, more):
    parts = [{"focal": "a", "sign": "+", "less": "v"}]
    claim = make_claim(parts=parts)
    regression = arrange(put(claim, more))
    pair = fit(Specification("y", ("v",), lag=0), more)
    rows = more.frame.dropna(subset=["y", "v"])
    entity, year = (rows.index.get_level_values(i) for i in (0, 1))
    before = more["a"].groupby(level=0).shift().reindex(rows.index)
    keep = before.notna().to_numpy()
    one, two = (
        slopes([before[keep]], rows[n][keep], [entity[keep], year[keep]])[0] for n in ("y", "v")
    )
    expected = one / pair.within_sd[0] - two / pair.within_sd[1]
    assert slope(regression) == pytest.approx(expected, rel=1e-8)


def test_feedback_holds_the_year_before_fixed(put, make_claim, more):
    claim = make_claim(design="panel-var", regressors=["a"])
    regression = arrange(put(claim, more))
    assert regression.spec.regressors == ("a", "y(t-1)")
    assert regression.spec.lag_of("y(t-1)") == 0
    lagged = more["y"].groupby(level=0).shift()
    assert regression.panel["y(t-1)"].equals(lagged.rename("y(t-1)"))


def test_derived_columns_know_their_raw_series(put, make_claim, toy):
    claim = make_claim(design="panel-var", regressors=["a"])
    variable = arrange(put(claim, toy)).panel.describe("y(t-1)")
    assert variable.series == ("sales", "size")
    assert variable.scale == ("size",)


def test_a_column_of_the_same_name_is_not_computed_twice(toy):
    once = derived.add_column(toy, "new", toy["a"], ("a",), "New")
    assert derived.add_column(once, "new", toy["b"], ("b",), "Other") is once


@pytest.mark.parametrize("years", [1, 2, -1])
def test_a_lag_never_leaks_into_another_entity(toy, years):
    moved = wide(derived.lagged(toy, "a", years))
    original = wide(toy["a"])
    assert moved.isna().sum().sum() == abs(years) * len(original)
    year = 2006
    assert np.array_equal(moved[year], original[year - years])


def test_initial_controls_are_taken_out_as_the_regression_does(more):
    spec = Specification("y", ("a",), lag=0, initial=("q",))
    panel, name = derived.without_initial(more, spec)
    rows = panel.frame.dropna(subset=[name])
    entity, year = (rows.index.get_level_values(i) for i in (0, 1))
    first = more["q"].groupby(level=0).transform("first").reindex(rows.index)
    by_year = [first * (year == y) for y in sorted(set(year))[1:]]
    # What is left is orthogonal to every path of the control ...
    assert np.abs(slopes(by_year, rows[name], [entity, year])).max() < 1e-9
    # ... and differs from the outcome by such paths alone.
    gap = rows["y"] - rows[name]
    x = np.column_stack([*by_year, pd.get_dummies(pd.Series(year), dtype=float)])
    fitted = x @ np.linalg.lstsq(x, gap, rcond=None)[0]
    assert np.abs(gap - fitted).max() < 1e-9
    assert gap.std() > 0.01


def test_without_initial_controls_the_outcome_stays_as_it_is(more):
    assert derived.without_initial(more, Specification("y", ("a",))) == (more, "y")
