"""What moves inside entities: against explicit columns and dummies, and where it must be silent."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.claims.designs import arrange, derived
from analysis.claims.designs.within import (
    at_mean_and_path,
    is_common,
    mean_and_path,
    recipe,
    within_product,
)
from analysis.inference import estimate
from analysis.models import estimation_rows, fit
from analysis.models.rows import usable
from tests.claims.designs.movements import (
    by_path,
    dated,
    dummies_ols,
    product,
    rejections,
    slope,
    split,
    theirs_of,
)


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
