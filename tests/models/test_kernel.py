"""The kernel against linearmodels, our own fit and re-estimation with every dummy spelled out."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference import cr1, cr3
from analysis.models import Sample, Specification, fit, fit_many
from analysis.models.many import wide

EFFECTS = ["entity", "two_way", "region_year", "entity_trends", "first_difference"]


def expected_of(spec, panel):
    fitted = fit(spec, panel)
    first = cr1(fitted.x, fitted.residuals, fitted.clusters, fitted.parameters)
    third = cr3(fitted.x_nested, fitted.y_nested, fitted.clusters, fitted.nuisance)
    return fitted, np.sqrt(np.diag(first)), np.sqrt(np.diag(third.covariance))


def assert_same(specs, panel, **tolerance):
    table = fit_many(specs, panel, cr3=True).tidy()
    for i, spec in enumerate(specs):
        fitted, se, se_cr3 = expected_of(spec, panel)
        mine = table[table["specification"] == i]
        assert tuple(mine["term"]) == fitted.terms
        assert (mine["n"] == fitted.n).all()
        assert (mine["dropped"] == fitted.grid_rows - fitted.n).all()
        assert (mine["parameters"] == fitted.parameters).all()
        np.testing.assert_allclose(mine["estimate"], fitted.coefficients, **tolerance)
        np.testing.assert_allclose(mine["se"], se, **tolerance)
        np.testing.assert_allclose(mine["se_cr3"], se_cr3, rtol=1e-8)


@pytest.mark.parametrize("effects", EFFECTS)
@pytest.mark.parametrize("cluster", ["entity", "group"])
def test_every_subset_agrees_with_fit_on_a_panel_with_gaps(effects, cluster, panel):
    subsets = [s for r in range(3) for s in combinations("bc", r)]
    specs = [
        Specification("y", ("a",), controls=s, effects=effects, cluster=cluster) for s in subsets
    ]
    assert_same(specs, panel, rtol=1e-10, atol=1e-12)


def test_mixed_lags_samples_products_and_initial_controls_agree_with_fit(panel):
    specs = [
        Specification("y", ("a", "b"), (("a", "b"),)),
        Specification("y", ("b", "a"), (("a", "a"),), lags={"a": 2}),
        Specification("a", ("y",), lag=0, initial=("c",), sample=Sample(2003, 2010, ("e03",))),
        Specification("b", ("c",), controls=("a",), lag=-1),
        Specification("y", ("a",), effects="region_year", cluster="region"),
    ]
    assert_same(specs, panel, rtol=1e-10, atol=1e-12)


def test_golden_grunfeld(grunfeld):
    # R 4.2.2 on Grunfeld, clustered by firm: plm two-way slopes, fixest 0.14.2 standard errors.
    table = fit_many([Specification("invest", ("value", "capital"), lag=0)], grunfeld).tidy()
    np.testing.assert_allclose(table["estimate"], [0.1177158551, 0.3579162731], atol=5e-11)
    np.testing.assert_allclose(table["se"], [0.01082442948, 0.04784839659], atol=5e-12)


def test_absorbing_ls_has_the_same_slopes_and_plain_sandwich(panel):
    from linearmodels.iv.absorbing import AbsorbingLS

    frame = panel.frame.dropna()
    effects = pd.DataFrame(
        {n: pd.Categorical(frame.index.get_level_values(n)) for n in ("entity", "year")},
        index=frame.index,
    )
    clusters = pd.Series(pd.factorize(frame.index.get_level_values(0))[0], frame.index)
    theirs = AbsorbingLS(frame["y"], frame[["a", "b"]], absorb=effects).fit(
        cov_type="clustered", clusters=clusters, method="lsmr",
        absorb_options={"atol": 1e-14, "btol": 1e-14, "conlim": 1e14}, use_cache=False,
    )  # fmt: skip
    spec = Specification("y", ("a", "b"), controls=("c",), lag=0)  # c: rows of dropna
    kernel, _ = wide([(n, 0) for n in "yabc"], (), spec, panel).kernel("two_way")
    found = kernel.solve(np.array([0]), np.array([[1, 2]]))
    n, k, groups = kernel.n, found.parameters[0], len(kernel.products)
    factor = np.sqrt(groups / (groups - 1) * (n - 1) / (n - k))
    np.testing.assert_allclose(found.coefficients[0], theirs.params, rtol=1e-10)
    np.testing.assert_allclose(found.errors[0] / factor, theirs.std_errors, rtol=1e-9)


def test_first_term_alone_is_the_same_number(panel):
    kernel, _ = wide([(n, 0) for n in "yabc"], (), Specification("y", ("a",)), panel).kernel(
        "two_way"
    )
    outcomes, terms = np.array([0, 0, 1]), np.array([[1, 2, 3], [2, -1, -1], [3, 2, -1]])
    full, first = (kernel.solve(outcomes, terms, every=e) for e in (True, False))
    np.testing.assert_allclose(first.errors[:, 0], full.errors[:, 0], rtol=1e-12)
    assert first.p.shape == (3, 1)
    assert np.isnan(full.errors[1, 1:]).all()
    assert not np.isnan(full.p[0]).any()


def test_resampled_clusters_agree_with_re_estimation_on_stacked_rows(panel):
    spec = Specification("y", ("a", "b"), lag=0)
    found = wide([(n, 0) for n in "yab"], (), spec, panel)
    kernel, design = found.kernel("two_way")
    rng = np.random.default_rng(5)
    counts = rng.multinomial(12, np.full(12, 1 / 12), size=6)
    ours = kernel.resample(counts, 0, [1, 2])
    z, year = np.column_stack([design.y, design.x]), design.index.get_level_values(1).to_numpy()
    for draw, mine in zip(counts, ours, strict=True):
        rows, entity = [], []
        for g, times in enumerate(draw):
            for _ in range(times):
                rows.append(np.flatnonzero(design.clusters == g))
                entity.append(np.full(len(rows[-1]), len(entity)))
        rows, entity = np.concatenate(rows), np.concatenate(entity)
        dummies = [(codes[:, None] == np.unique(codes)) for codes in (entity, year[rows])]
        x = np.column_stack([z[rows][:, 1:], *dummies])
        by_hand = np.linalg.lstsq(x, z[rows][:, 0], rcond=None)[0][:2]
        np.testing.assert_allclose(mine, by_hand, rtol=1e-9)


def test_units_do_not_matter(make_panel, gappy):
    spec = [Specification("y", ("a", "b"))]
    plain = fit_many(spec, make_panel(gappy), cr3=True).tidy()
    units = np.array([1e9, 1e-7])
    other = fit_many(spec, make_panel(gappy.assign(a=gappy["a"] * 1e9, b=gappy["b"] * 1e-7)),
                     cr3=True).tidy()  # fmt: skip
    for column in ("estimate", "se", "se_cr3"):
        np.testing.assert_allclose(other[column] * units, plain[column], rtol=1e-10)


def test_refused_regressions_stay_empty_and_are_counted(make_panel, gappy):
    gappy["twice"] = 2 * gappy["a"]
    gappy["fixed"] = gappy["group"]
    good = Specification("y", ("a",), lag=0)
    bad = [
        replace(good, controls=("twice",)),
        replace(good, controls=("fixed",)),
        Specification("fixed", ("a",), lag=0),
    ]
    found = fit_many([bad[0], good, *bad[1:]], make_panel(gappy), cr3=True)
    table = found.tidy().set_index("specification")
    assert table["refused"].groupby(level=0).any().tolist() == [True, False, True, True]
    assert table.loc[[0, 2, 3], ["estimate", "se", "p", "se_cr3"]].isna().all(axis=None)
    assert table.loc[1, "estimate"] == pytest.approx(fit(good, make_panel(gappy)).coefficients[0])
    assert found.notes[0].startswith("3 of 4 regressions have no solution")
    assert found.to_dict()["table"][0]["estimate"] is None


def test_coefficient_on_one_cluster_has_no_jackknife(make_panel, gappy):
    gappy["only"] = 0.0
    gappy.loc[[("e04", year) for year in range(2006, 2012)], "only"] = 1.0
    table = fit_many([Specification("y", ("only",), lag=0)], make_panel(gappy), cr3=True).tidy()
    assert np.isnan(table["se_cr3"][0])
    assert table["se"][0] > 0


def test_errors_say_what_to_mend(panel):
    with pytest.raises(SpecificationError, match="No specification"):
        fit_many([], panel)
    with pytest.raises(UnknownNameError, match="Unknown variable 'aa'"):
        fit_many([Specification("y", ("aa",))], panel)
    with pytest.raises(SpecificationError, match=r"3 terms .* too many for 3 clusters"):
        fit_many([Specification("y", ("a", "b", "c"), cluster="region")], panel)
    kernel, _ = wide([("y", 0), ("a", 1)], (), Specification("y", ("a",)), panel).kernel("two_way")
    with pytest.raises(UnknownNameError, match="in this kernel: did you mean a"):
        kernel.column("a(t-1)")
    assert kernel.column("a(t−1)") == 1
