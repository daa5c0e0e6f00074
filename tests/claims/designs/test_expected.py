"""Composites and regimes stand beside what they would be at entity means and national paths."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.claims.designs import derived
from analysis.claims.designs.derived import Regression
from analysis.claims.designs.within import (
    at_mean_and_path,
    with_expected,
    with_expected_regime,
)
from analysis.measures.coupling import COMPOSITES
from analysis.measures.reading import parse
from analysis.measures.weights import EPS
from analysis.models import Specification
from tests.claims.designs.movements import (
    by_path,
    dated,
    dummies_ols,
    moving,
    rejections,
    slope,
    theirs_of,
)


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
        whole = made[form].unstack()
        levels = [mean + path for mean, path in
                  ((t.mean(axis=1).to_numpy()[:, None], (t.mean() - t.to_numpy().mean()).to_numpy())
                   for t in (made[n].unstack() for n in "uv"))]  # fmt: skip
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
        x, z = (made[n].unstack().to_numpy() for n in "xz")
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
