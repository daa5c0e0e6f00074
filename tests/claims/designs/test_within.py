"""What moves inside entities: against explicit columns and dummies, and where it must be silent."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.claims.designs import arrange, derived
from analysis.claims.designs.derived import Regression
from analysis.claims.designs.within import (
    at_mean_and_path,
    is_common,
    mean_and_path,
    recipe,
    with_expected,
    with_expected_regime,
    within_product,
)
from analysis.inference import estimate
from analysis.inference.cells import reach
from analysis.inference.clusters.shared_rows import share_rows
from analysis.measures.coupling import COMPOSITES
from analysis.measures.reading import parse
from analysis.measures.weights import EPS
from analysis.models import Specification, estimation_rows, fit
from analysis.models.design import build_design
from analysis.models.rows import usable

NAMES, YEARS = [f"e{i:02d}" for i in range(15)], range(2001, 2013)
INDEX = pd.MultiIndex.from_product([NAMES, YEARS], names=["entity", "year"])


def moving(rng, count, entities=15, years=12):
    """Series with a mean, a national path and an own autoregressive movement each."""
    own = rng.normal(size=(count, entities, years))
    for year in range(1, years):
        own[..., year] += 0.7 * own[..., year - 1]
    path = rng.normal(size=(count, 1, years)).cumsum(axis=2)
    return 1.5 * rng.normal(size=(count, entities, 1)) + path + own


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(8)
    values = moving(rng, 4).reshape(4, -1)
    made = pd.DataFrame(values.T, index=INDEX, columns=["x", "z", "w", "y"])
    made["nation"] = np.tile(rng.normal(size=12).cumsum(), 15)
    for name in ("x", "z", "y"):
        made.loc[rng.random(len(made)) < 0.07, name] = np.nan
    made.loc[("e03", slice(2001, 2006)), "z"] = np.nan
    return made


def product(panel, names, lags=None, sign="+"):
    """Regression of y on factors and the products of all pairs, as a ledger declares it."""
    factors = tuple(dict.fromkeys(names))
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    spec = Specification("y", factors, interactions=pairs, lag=1, lags=lags or {})
    return Regression(panel, spec, ":".join(names), sign, "y", ":".join(names))


def dated(regression, names):
    """Columns on the rows of the regression, each so many years before, by pandas alone."""
    panel, spec = regression.panel, regression.spec
    index = estimation_rows(spec, panel).frame.index
    columns = {
        n: panel.frame[n].groupby(level=0).shift(spec.lag_of(n)).reindex(index) for n in names
    }
    return pd.DataFrame({"y": panel.frame["y"].reindex(index), **columns})


def dummies_ols(table, columns):
    """Slopes of least squares with a dummy for every entity and year (statsmodels)."""
    effects = [
        pd.get_dummies(table.index.get_level_values(level), drop_first=level > 0, dtype=float)
        for level in (0, 1)
    ]
    x = np.column_stack([*columns, *effects])
    return sm.OLS(table["y"].to_numpy(), x).fit().params[: len(columns)]


def slope(regression, name=None):
    found = fit(regression.spec, regression.panel)
    return found.coefficients[found.terms.index(name or regression.focal)]


def split(values):
    """Means of entities, measured from the mean of these, and what is left."""
    mean = values.groupby(level=0).transform("mean")
    return mean - mean.groupby(level=0).first().mean(), values - mean


@pytest.mark.parametrize("lags", [{}, {"z": 3}, {"x": 0, "z": 2}, {"x": -1, "z": 1}], ids=str)
def test_a_product_is_that_of_movements_beside_both_of_a_mean_and_a_movement(
    lags, frame, make_panel
):
    declared = product(make_panel(frame), ["x", "z"], lags)
    judged = within_product(declared)
    table = dated(declared, ["x", "z"])
    assert len(table) < 15 * 10  # unbalanced
    (mean_x, own_x), (mean_z, own_z) = split(table["x"]), split(table["z"])
    theirs = dummies_ols(
        table, [own_x * own_z, mean_x * own_z, own_x * mean_z, table["x"], table["z"]]
    )
    names = ["x × z within", "mean x × z", "mean z × x", "x", "z"]
    ours = [slope(judged, n) for n in names]
    np.testing.assert_allclose(ours, theirs, rtol=1e-7)
    assert judged.focal == names[0]
    assert judged.spec.interactions == ()
    rows = estimation_rows(judged.spec, judged.panel).frame
    assert rows.index.equals(table.index)


def test_without_the_two_cross_terms_it_is_the_double_demeaned_estimator(frame, make_panel):
    """That of Giesselmann and Schmidt-Catran (2022): x, z and the product of demeaned x and z."""
    declared = product(make_panel(frame), ["x", "z"], {"z": 2})
    judged = within_product(declared)
    table = dated(declared, ["x", "z"])
    theirs = dummies_ols(
        table, [split(table["x"])[1] * split(table["z"])[1], table["x"], table["z"]]
    )
    fewer = ("x", "z", judged.focal)
    lags = {n: lag for n, lag in judged.spec.lags if n in fewer}
    bare = replace(judged, spec=replace(judged.spec, regressors=fewer, lags=lags))
    assert slope(bare) == pytest.approx(theirs[0], rel=1e-8)
    assert slope(judged) != pytest.approx(theirs[0], rel=1e-3)


def test_a_square_has_one_cross_term(frame, make_panel):
    declared = product(make_panel(frame), ["x", "x"])
    judged = within_product(declared)
    table = dated(declared, ["x"])
    mean, own = split(table["x"])
    theirs = dummies_ols(table, [own**2, mean * own, table["x"]])
    names = ["x × x within", "mean x × x", "x"]
    np.testing.assert_allclose([slope(judged, n) for n in names], theirs, rtol=1e-7)
    assert set(judged.spec.terms) == set(names)


def test_a_product_of_three_stands_beside_those_of_two_movements(frame, make_panel):
    declared = product(make_panel(frame), ["x", "z", "w"], {"w": 2})
    judged = within_product(declared)
    table = dated(declared, ["x", "z", "w"])
    x, z, w = (split(table[n])[1] for n in "xzw")
    theirs = dummies_ols(
        table, [x * z * w, x * z, x * w, z * w, table["x"], table["z"], table["w"]]
    )
    names = ["x × z × w within", "x × z within", "x × w within", "z × w within", "x", "z", "w"]
    np.testing.assert_allclose([slope(judged, n) for n in names], theirs, rtol=1e-6)
    assert set(judged.spec.terms) == set(names)


def test_a_national_factor_has_no_mean_of_its_own(frame, make_panel, put, make_claim):
    claim = make_claim(
        regressors=["x", "nation"], focal="x:nation",
        specification={"lag": 1, "lags": {"nation": 0}, "interactions": [["x", "nation"]]},
    )  # fmt: skip
    panel = make_panel(frame)
    judged = arrange(put(claim, panel), within=True)
    declared = product(panel, ["x", "nation"], {"nation": 0})
    table = dated(declared, ["x", "nation"])
    mean, own = split(table["x"])
    path = table["nation"] - table["nation"].mean()
    theirs = dummies_ols(table, [own * path, mean * path, table["x"]])
    names = ["x × nation within", "mean x × nation", "x"]
    np.testing.assert_allclose([slope(judged, n) for n in names[:2]], theirs[:2], rtol=1e-7)
    assert set(judged.spec.terms) == set(names)
    assert is_common(panel, "nation")
    assert not is_common(panel, "x")


def test_a_regressor_is_common_whatever_is_missing(frame, make_panel):
    gaps = frame.copy()
    gaps.loc[("e01", 2004), "nation"] = np.nan
    gaps.loc[(slice(None), 2008), "nation"] = np.nan
    assert is_common(make_panel(gaps), "nation")
    gaps.loc[("e02", 2010), "nation"] += 1e-9
    assert not is_common(make_panel(gaps), "nation")


def test_recipes_name_means_and_movements():
    assert recipe(["x", "z"], ["z"]) == {
        "x × z within": ((), ("x", "z")),
        "mean x × z": (("x",), ("z",)),
    }
    assert list(recipe(["x", "z"])) == ["x × z within", "mean x × z", "mean z × x"]
    assert list(recipe(["a", "b", "c"]))[1:] == ["a × b within", "a × c within", "b × c within"]


@pytest.mark.parametrize("names", [["x", "z"], ["x", "x"], ["x", "nation"]], ids=str)
def test_a_homogeneous_product_in_the_outcome_is_found_whole(names, frame, make_panel):
    rng, table = np.random.default_rng(2), frame.copy()
    before = table.groupby(level=0).shift()
    a, b = before[names[0]], before[names[1]]
    level = np.repeat(rng.normal(size=15), 12) + np.tile(rng.normal(size=12), 15)
    table["y"] = 0.5 * a * b - 0.8 * a + 0.3 * b + level + 1e-6 * rng.normal(size=len(table))
    judged = within_product(product(make_panel(table), names))
    if "nation" in names:
        spec = judged.spec
        kept = tuple(n for n in spec.regressors if n != "nation")
        judged = replace(judged, spec=replace(spec, regressors=kept))
    found = fit(judged.spec, judged.panel)
    cross = [found.coefficients[found.terms.index(n)] for n in found.terms if n.startswith("mean")]
    assert slope(judged) == pytest.approx(0.5, abs=1e-5)
    np.testing.assert_allclose(cross, 1.0 if names == ["x", "x"] else 0.5, atol=1e-5)


def by_path(rng, entities=20, years=12):
    """Outcome of means of x times a national path of z; all own movement is noise."""
    x, z = moving(rng, 2, entities, years)
    y = moving(rng, 1, entities, years)[0]
    path = z.mean(axis=0)
    drift = (x.mean(axis=1, keepdims=True) - x.mean()) * (path - path.mean())
    values = {"x": x, "z": z, "y": y + 2.0 * drift / drift.std()}
    index = pd.MultiIndex.from_product(
        [[f"e{i:02d}" for i in range(entities)], range(2001, 2001 + years)],
        names=["entity", "year"],
    )
    return pd.DataFrame({n: v.ravel() for n, v in values.items()}, index=index)


def rejections(regressions):
    """Share of regressions with a jackknife p below 0.05; all have the same rows."""
    first = regressions[0]
    rows = [estimation_rows(one.spec, one.panel).frame for one in regressions]
    at = derived.place(rows[0].columns[1:], first.focal)
    order = [1 + at, *(j for j in range(1, rows[0].shape[1]) if j != 1 + at)]
    y, x = (np.stack([r.to_numpy()[:, j] for r in rows]) for j in (0, order))
    design = build_design(first.spec, first.panel, estimation_rows(first.spec, first.panel))
    found = share_rows(design).slopes(y, x)
    return (np.abs(found.estimate / found.se_cr3) > reach(len(design.cluster_labels) - 1)).mean()


def test_it_is_silent_where_means_and_a_national_path_alone_speak(make_panel):
    rng, declared, judged = np.random.default_rng(3), [], []
    for _ in range(150):
        declared.append(product(make_panel(by_path(rng)), ["x", "z"], {"x": 0, "z": 0}))
        judged.append(within_product(declared[-1]))
    assert rejections(declared) > 0.3
    assert rejections(judged) <= 0.1


def test_the_declared_product_is_split_into_means_with_paths_and_the_rest(frame, make_panel):
    declared = product(make_panel(frame), ["x", "z"], {"z": 2})
    split_up = at_mean_and_path(declared, within_product(declared))
    rows, theirs = (estimation_rows(r.spec, r.panel).frame for r in (declared, split_up))
    both = theirs["x:z at mean and path"] + theirs["x:z, rest"]
    pd.testing.assert_series_equal(both, rows["x:z"], check_names=False)
    assert split_up.focal == "x:z at mean and path"
    assert set(split_up.spec.terms) == {"x", "z", "x:z at mean and path", "x:z, rest"}
    x, z = (theirs_of(declared, n, rows.index) for n in "xz")
    table = dated(declared, ["x", "z"])
    expected = (x - x.mean()) * (z - z.mean())
    found = dummies_ols(table, [expected, rows["x:z"] - expected, table["x"], table["z"]])
    assert slope(split_up) == pytest.approx(found[0], rel=1e-7)


def theirs_of(regression, name, index):
    """Mean over the rows, plus what all entities that are observed in a year do on average."""
    values, lag = regression.panel.frame[name], regression.spec.lag_of(name)
    used = values.groupby(level=0).shift(lag).reindex(index)
    mean = used.groupby(level=0).mean().reindex(values.index, level=0)
    path = (values - mean).groupby(level=1).mean().reindex(values.index, level=1)
    return (mean + path).groupby(level=0).shift(lag).reindex(index)


def test_mean_and_path_is_what_an_entity_without_own_movement_would_be(frame, make_panel):
    declared = product(make_panel(frame), ["x", "z"], {"z": 2})
    seen = usable(declared.spec, declared.panel)
    index = estimation_rows(declared.spec, declared.panel).frame.index
    for name in "xz":
        lag = declared.spec.lag_of(name)
        found = mean_and_path(declared.panel, name, lag, seen)
        ours = derived.shifted(found, lag).reindex(index)
        np.testing.assert_allclose(ours, theirs_of(declared, name, index), rtol=1e-9)
    national = mean_and_path(declared.panel, "nation", 1, seen)
    known = national.dropna()  # missing without a row
    own = frame["nation"].reindex(known.index).groupby(level=0).transform("mean")
    assert len(known) == len(frame)
    # Up to entity means of unlike years, a national series is its own path.
    assert np.corrcoef(known - known.groupby(level=0).transform("mean"),
                       frame["nation"] - own)[0, 1] == pytest.approx(1.0)  # fmt: skip


def words(name):
    return {"label_en": name, "label_zh": name, "definition": name}


MEASURES = {
    "sides": {"core": ["outcome", "finance"], "other": ["context"]},
    "units": {"ratio": {"stored": "ratio", "shown": "ratio", "multiply": 1}},
    "measures": {
        f"only {name}": {
            **words(name), "numerator": f"raw {name}", "unit": "ratio", "side": "finance",
            "direction": 1,
        }
        for name in "uv"
    },
    "indices": {
        name: {
            **words(name), "ingredients": [f"only {name}"], "scheme": "equal", "side": "finance",
        }
        for name in "uv"
    },
    "composites": {
        form: {**words(form), "systems": ["u", "v"], "form": form, "side": "context"}
        for form in COMPOSITES
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def measures():
    return parse(MEASURES)


def composed(frame, form):
    """Two levels in (0, 1] made of x and z, and a composite of them."""
    out = frame.copy()
    for level, name in zip("uv", "xz", strict=True):
        values = frame[name]
        out[level] = 0.05 + 0.9 * (values - values.min()) / (values.max() - values.min())
    whole = out[["u", "v"]].notna().all(axis=1)
    out.loc[whole, form] = COMPOSITES[form](out.loc[whole, ["u", "v"]].to_numpy() / (1 + EPS))
    return out


def composite(panel, form, lag=1):
    spec = Specification("y", (form,), lag=lag)
    return Regression(panel, spec, form, "+", "y", form)


@pytest.mark.parametrize("form", ["minimum", "classic", "wang2021"])
def test_a_composite_stands_beside_its_value_at_means_and_paths(form, frame, make_panel, measures):
    declared = composite(make_panel(composed(frame, form)), form)
    judged = with_expected(declared, measures)
    table = dated(declared, [form])
    levels = [theirs_of(replace(declared, spec=replace(declared.spec, regressors=(n,))), n,
                        table.index) for n in "uv"]  # fmt: skip
    expected = COMPOSITES[form](np.clip(np.column_stack(levels), EPS, 1 + EPS) / (1 + EPS))
    theirs = dummies_ols(table, [table[form].to_numpy(), expected])
    ours = [slope(judged, n) for n in (form, f"{form} at mean and path")]
    np.testing.assert_allclose(ours, theirs, rtol=1e-7)
    path = at_mean_and_path(declared, judged)
    theirs = dummies_ols(table, [expected, table[form].to_numpy() - expected])
    ours = [slope(path, n) for n in (f"{form} at mean and path", f"{form}, rest")]
    np.testing.assert_allclose(ours, theirs, rtol=1e-7)


def test_a_mean_of_systems_needs_nothing_beside_it(frame, make_panel, measures):
    declared = composite(make_panel(composed(frame, "mean")), "mean")
    assert with_expected(declared, measures) is declared


def test_a_composite_that_does_not_bend_at_means_and_paths_needs_nothing_beside_it(
    frame, make_panel, measures
):
    """One system is always the lower one there: mean and path alone, which effects take out."""
    made = composed(frame, "minimum")
    made["u"] = 0.3 * made["u"]
    made["v"] = 0.6 + 0.4 * made["v"]
    made.loc[("e05", [2004, 2007, 2009]), "v"] = 0.1
    made["minimum"] = made[["u", "v"]].min(axis=1, skipna=False) / (1 + EPS)
    declared = composite(make_panel(made), "minimum")
    judged = with_expected(declared, measures)
    assert judged.spec == declared.spec
    assert slope(judged) == pytest.approx(slope(declared), rel=1e-9)


@pytest.mark.parametrize("gamma", [-50.0, 50.0])
def test_a_regime_that_all_or_none_are_in_at_means_and_paths_needs_nothing_beside_it(
    gamma, frame, make_panel
):
    made = frame.copy()
    made.loc[("e05", [2004, 2007, 2009]), "z"] = -4 * gamma, 10 * gamma, -4 * gamma
    declared = regimes(make_panel(made), gamma)
    judged = with_expected_regime(declared, "x", "z", gamma)
    assert judged.spec == declared.spec
    assert np.isfinite(slope(judged))


@pytest.mark.parametrize("form", ["minimum", "classic"])
def test_a_composite_is_silent_where_means_and_paths_alone_speak(form, make_panel, measures):
    rng, declared, judged = np.random.default_rng(5), [], []
    for _ in range(150):
        made = composed(by_path(rng), form)
        whole = made[form].unstack()  # noqa: PD010
        levels = [mean + path for mean, path in
                  ((t.mean(axis=1).to_numpy()[:, None], (t.mean() - t.to_numpy().mean()).to_numpy())
                   for t in (made[n].unstack() for n in "uv"))]  # noqa: PD010  # fmt: skip
        expected = COMPOSITES[form](np.stack(levels, axis=-1).reshape(-1, 2).clip(EPS, 1))
        noise = moving(rng, 1, *whole.shape)[0].ravel()
        bend = expected.reshape(whole.shape)
        bend = bend - bend.mean(axis=1, keepdims=True) - bend.mean(axis=0) + bend.mean()
        made["y"] = noise + 2.0 * bend.ravel() / bend.std()
        declared.append(composite(make_panel(made), form, lag=0))
        judged.append(with_expected(declared[-1], measures))
    assert rejections(declared) > 0.3
    assert rejections(judged) <= 0.1


def regimes(panel, gamma):
    spec = Specification("y", ("x", "z", "x above"), lag=1)
    values = panel.frame["x"] * (panel.frame["z"] > gamma)
    wide = derived.add_column(panel, "x above", values, ("x", "z"), "x above")
    return Regression(wide, spec, "x above", "+", "y", "x")


def test_a_regime_stands_beside_its_value_at_means_and_paths(frame, make_panel):
    declared = regimes(make_panel(frame), 0.5)
    judged = with_expected_regime(declared, "x", "z", 0.5)
    table = dated(declared, ["x", "z", "x above"])
    of, by = (theirs_of(declared, n, table.index) for n in "xz")
    expected = of * (by > 0.5)
    others = [table["x"], table["z"]]
    theirs = dummies_ols(table, [table["x above"], expected, *others])
    names = ["x above", "x above at mean and path", "x", "z"]
    np.testing.assert_allclose([slope(judged, n) for n in names], theirs, rtol=1e-7)
    path = at_mean_and_path(declared, judged)
    theirs = dummies_ols(table, [expected, table["x above"] - expected, *others])
    assert slope(path) == pytest.approx(theirs[0], rel=1e-7)


def test_a_regime_is_silent_where_means_and_paths_alone_speak(make_panel):
    rng, declared, judged = np.random.default_rng(6), [], []
    for _ in range(150):
        made = by_path(rng)
        x, z = (made[n].unstack().to_numpy() for n in "xz")  # noqa: PD010
        of, by = (
            v.mean(axis=1, keepdims=True) + v.mean(axis=0, keepdims=True) - v.mean() for v in (x, z)
        )
        gamma = float(np.median(by))
        bend = of * (by > gamma)
        bend = bend - bend.mean(axis=1, keepdims=True) - bend.mean(axis=0) + bend.mean()
        made["y"] = moving(rng, 1, *x.shape)[0].ravel() + 2.0 * bend.ravel() / bend.std()
        regression = regimes(make_panel(made), gamma)
        declared.append(replace(regression, spec=replace(regression.spec, lag=0)))
        judged.append(with_expected_regime(declared[-1], "x", "z", gamma))
    assert rejections(declared) > 0.3
    assert rejections(judged) <= 0.1


def test_an_evaluated_product_says_what_is_declared_and_what_means_and_paths_say(
    ask, put, make_claim, toy
):
    claim = make_claim(
        regressors=["a", "b"], focal="a:b", specification={"lag": 1, "interactions": [["a", "b"]]}
    )
    (finding,) = ask(claim, toy, draws=99).evidence.findings
    slopes = {slope.name: slope for slope in finding.decomposition}
    assert list(slopes) == ["within", "declared", "mean and path"]
    assert slopes["within"].estimate == finding.columns[0].estimate
    assert slopes["within"].p == finding.columns[0].p_cr3
    declared, judged = (arrange(put(claim, toy), within=w) for w in (False, True))
    for name, regression in (
        ("declared", declared), ("mean and path", at_mean_and_path(declared, judged)),
    ):  # fmt: skip
        line = estimate(regression.spec, regression.panel).coefficient(regression.focal)
        found = slopes[name]
        theirs = [line.estimate * line.scale, line.low_cr3 * line.scale, line.p_cr3]
        assert [found.estimate, found.low, found.p] == pytest.approx(theirs, rel=1e-8)


def test_an_evaluated_plain_regressor_has_nothing_to_take_apart(ask, make_claim, toy):
    (finding,) = ask(make_claim(), toy, draws=99).evidence.findings
    assert finding.decomposition == ()
