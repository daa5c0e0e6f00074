"""The same regressions by pyfixest, linearmodels and statsmodels.

Conventions of the clustered factor: ours is G/(G−1)·(n−1)/(n−K) with K without the effects nested
in clusters, as R fixest has it. statsmodels counts every dummy in K. linearmodels counts
effects by rules of its own and has no G/(G−1) unless asked, and then for each part of a two-way
covariance its own; here it is asked for the bare sandwich and the factor is put on by hand.
"""

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest
import statsmodels.formula.api as smf
from linearmodels.panel import PanelOLS

from analysis import estimate

BARE = {"debiased": False, "group_debias": False, "auto_df": False, "count_effects": False}


def clean(table, *names):
    """Complete rows without those alone in their city or year."""
    return table.dropna(subset=list(names)).reset_index(drop=True)


def close(ours, theirs, rtol=1e-8):
    theirs = pd.Series(theirs)
    np.testing.assert_allclose(ours.to_numpy(), theirs.to_numpy(), rtol=rtol)


@pytest.mark.parametrize(
    ("formula", "theirs"),
    [
        ("y ~ x + z | entity + year", "y ~ x + z | city + t"),
        ("y ~ x + z | entity", "y ~ x + z | city"),
        ("y ~ x * z | entity + prov^year", "y ~ x * z | city + prov^t"),
        ("y ~ x + i(owner, ref='state') | entity", "y ~ x + i(owner, ref='state') | city"),
        ("y ~ i(prov, x) + z | entity", "y ~ i(prov, x) + z | city"),
        ("y ~ i(prov, x, ref='mid') + z | entity", "y ~ i(prov, x, ref='mid') + z | city"),
        ("y ~ x + i(owner, x, ref='state') | entity", "y ~ x + i(owner, x, ref='state') | city"),
        ("y ~ log(size) + x + I(x**2) | entity + year", "y ~ log(size) + x + I(x**2) | city + t"),
        ("y ~ np.log(size) + x:z | entity", "y ~ np.log(size) + x:z | city"),
        ("y ~ x + C(owner) | entity + year", "y ~ x + C(owner) | city + t"),
        ("y ~ x + C(owner) + I(z**2) + np.exp(z)", "y ~ x + C(owner) + I(z**2) + np.exp(z)"),
        ("y ~ poly(x, 2) | year", "y ~ poly(x, 2) | t"),
    ],
)
@pytest.mark.parametrize("weights", [None, "w"])
def test_pyfixest_given_the_complete_rows_agrees(table, panel, formula, theirs, weights):
    terms = formula.replace("np.exp", "").replace("size", "")
    names = [n for n in ("x", "y", "z") if n in terms]
    ours = estimate(formula, panel, weights=weights)
    fit = pf.feols(
        theirs, clean(table, *names), vcov={"CRV1": "city"}, weights=weights,
        ssc=pf.ssc(k_adj=True, k_fixef="none", G_adj=True),
        demeaner=pf.MapDemeaner(fixef_tol=1e-11),
    )  # fmt: skip
    k = len(fit.coef())
    close(ours.params, fit.coef())
    close(ours.std_errors * np.sqrt((ours.n - ours.parameters) / (ours.n - k)), fit.se())
    assert ours.n == fit._N
    assert len(ours.terms) == k


@pytest.mark.parametrize("weights", [None, "w"])
def test_linearmodels_agrees_on_two_effects(table, panel, weights):
    rows = clean(table, "x", "y", "z").set_index(["city", "t"])
    model = PanelOLS(
        rows["y"], rows[["x", "z"]], entity_effects=True, time_effects=True,
        weights=None if weights is None else rows[weights],
    )  # fmt: skip
    fit = model.fit(cov_type="clustered", cluster_entity=True, **BARE)
    ours = estimate("y ~ x + z | entity + year", panel, weights=weights)
    n, groups = ours.n, ours.clusters
    factor = groups / (groups - 1) * (n - 1) / (n - ours.parameters)
    close(ours.params, fit.params)
    close(ours.std_errors, fit.std_errors * np.sqrt(factor))
    assert n == fit.nobs
    assert ours.parameters == 2 + rows.index.unique(1).size  # slopes, and years with the constant


def test_linearmodels_agrees_on_two_way_clusters(table, panel):
    rows = clean(table, "x", "y", "z").set_index(["city", "t"])
    model = PanelOLS(rows["y"], rows[["x", "z"]], entity_effects=True, time_effects=True)
    fit = model.fit(cov_type="clustered", cluster_entity=True, cluster_time=True, **BARE)
    ours = estimate("y ~ x + z | entity + year", panel, cluster=("entity", "year"))
    n, groups = ours.n, rows.index.unique(1).size
    assert ours.cluster_counts == (24, groups)
    assert (ours.clusters, ours.parameters) == (groups, 3)  # both effects are nested in a cluster
    assert ours.std_errors.notna().all()
    factor = groups / (groups - 1) * (n - 1) / (n - 3)
    close(ours.std_errors, fit.std_errors * np.sqrt(factor))
    assert ours.tidy().columns.intersection(["se_cr3", "low_cr3"]).empty


@pytest.mark.parametrize("weights", [None, "w"])
def test_statsmodels_with_dummies_agrees(table, panel, weights):
    rows = clean(table, "x", "y", "z")
    formula = "y ~ x + z + C(city) + C(t)"
    model = smf.ols(formula, rows) if weights is None else smf.wls(formula, rows, weights=rows["w"])
    codes = pd.factorize(rows["city"])[0]
    fit = model.fit(cov_type="cluster", cov_kwds={"groups": codes}, use_t=True)
    ours = estimate("y ~ x + z | entity + year", panel, weights=weights)
    dummies, n = len(fit.params), ours.n
    terms = ["x", "z"]
    close(ours.params, fit.params[terms])
    factor = (n - dummies) / (n - ours.parameters)
    close(ours.std_errors, fit.bse[terms] * np.sqrt(factor))


@pytest.mark.parametrize("weights", [None, "w"])
def test_pooled_estimates_are_those_of_statsmodels_with_its_own_factor(table, panel, weights):
    rows = clean(table, "x", "y", "z")
    model = smf.ols("y ~ x + z + C(owner)", rows)
    if weights:
        model = smf.wls("y ~ x + z + C(owner)", rows, weights=rows["w"])
    fit = model.fit(cov_type="cluster", cov_kwds={"groups": pd.factorize(rows["city"])[0]},
                    use_t=True)  # fmt: skip
    ours = estimate("y ~ x + z + C(owner)", panel, weights=weights)
    order = list(ours.params.index)
    close(ours.params, fit.params[order])
    close(ours.std_errors, fit.bse[order])
    close(ours.pvalues, fit.pvalues[order])
    close(ours.conf_int()["low"], fit.conf_int()[0][order])
    assert ours.within_r2 == pytest.approx(fit.rsquared, rel=1e-9)


def test_effects_nested_in_no_cluster_count_as_the_rank_of_their_dummies(table, panel):
    rows = clean(table, "x", "y", "z")
    fit = smf.ols("y ~ x + z + C(city) + C(t)", rows).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(rows["owner"])[0]}, use_t=True
    )
    ours = estimate("y ~ x + z | entity + year", panel, cluster="owner")
    assert (ours.clusters, ours.parameters) == (3, len(fit.params))
    close(ours.std_errors, fit.bse[["x", "z"]])
    close(ours.pvalues, fit.pvalues[["x", "z"]])
    three = estimate("y ~ x + z | entity + year + region^year", panel, cluster="owner")
    assert any("one redundancy per pair" in note for note in three.notes)


def test_cr3_is_the_jackknife_done_by_hand(table, panel):
    rows = clean(table, "x", "y", "z")
    ours = estimate("y ~ x + z | entity + year", panel, weights="w")

    def slopes(part):
        return (
            smf.wls("y ~ x + z + C(city) + C(t)", part, weights=part["w"]).fit().params[["x", "z"]]
        )

    full = slopes(rows)
    gaps = np.array([slopes(rows[rows["city"] != c]) - full for c in rows["city"].unique()])
    spread = gaps.T @ gaps * (len(gaps) - 1) / len(gaps)
    np.testing.assert_allclose([t.se_cr3 for t in ours.terms], np.sqrt(np.diag(spread)), rtol=1e-7)
