"""Errors without clusters, against statsmodels with dummies and pyfixest with its own factors."""

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest
import statsmodels.formula.api as smf
from scipy.stats import f as f_distribution

from analysis import estimate
from analysis.inference.tables.models import models_table

KINDS = {None: ("HC1", "hetero"), "iid": ("nonrobust", "iid")}


@pytest.fixture(scope="module")
def rows(table):
    return table.dropna(subset=["x", "y", "z"]).reset_index(drop=True)


@pytest.mark.parametrize("weights", [None, "w"])
@pytest.mark.parametrize("cluster", KINDS)
@pytest.mark.parametrize(
    ("formula", "theirs"),
    [("y ~ x + z", "y ~ x + z"), ("y ~ x + z | entity + year", "y ~ x + z + C(city) + C(t)")],
)
def test_statsmodels_with_dummies_agrees(rows, panel, formula, theirs, cluster, weights):
    model = smf.wls(theirs, rows, weights=rows["w"]) if weights else smf.ols(theirs, rows)
    fit = model.fit(cov_type=KINDS[cluster][0], use_t=True)
    ours = estimate(formula, panel, cluster=cluster, weights=weights)
    terms = list(ours.params.index)
    np.testing.assert_allclose(ours.params, fit.params[terms], rtol=1e-8)
    np.testing.assert_allclose(ours.std_errors, fit.bse[terms], rtol=1e-8)
    np.testing.assert_allclose(ours.pvalues, fit.pvalues[terms], rtol=1e-6)
    np.testing.assert_allclose(ours.conf_int(), fit.conf_int().loc[terms], rtol=1e-6)
    np.testing.assert_allclose(ours.conf_int(0.1), fit.conf_int(0.1).loc[terms], rtol=1e-6)
    assert (ours.dof, ours.parameters) == (fit.df_resid, len(fit.params))


@pytest.mark.parametrize("cluster", KINDS)
def test_pyfixest_with_its_own_factors_agrees(rows, panel, cluster):
    fit = pf.feols(
        "y ~ x + z | city + t", rows, vcov=KINDS[cluster][1],
        demeaner=pf.MapDemeaner(fixef_tol=1e-11),
    )  # fmt: skip
    ours = estimate("y ~ x + z | entity + year", panel, cluster=cluster)
    np.testing.assert_allclose(ours.std_errors, fit.se(), rtol=1e-8)
    np.testing.assert_allclose(ours.pvalues, fit.pvalue(), rtol=1e-6, atol=1e-14)


def test_groups_without_clusters_are_tested_by_the_same_errors(table, panel):
    found = estimate("y ~ x", panel, by="pilot", cluster=None)
    held = table.dropna(subset=["x", "y"])
    fit = smf.ols("y ~ x * pilot", held).fit(cov_type="HC1", use_t=True)
    (test,) = found.tests
    assert test.dof_error == fit.df_resid
    assert test.p == pytest.approx(fit.pvalues["x:pilot"], rel=1e-8)
    assert test.p == pytest.approx(f_distribution.sf(test.f, 1, test.dof_error), rel=1e-8)
    assert "(HC1 standard error)" in str(found)


def test_the_convention_is_named_wherever_the_numbers_stand(panel):
    robust, plain, clustered = (
        estimate("y ~ x | entity", panel, cluster=c) for c in (None, "iid", "entity")
    )
    assert robust.convention.startswith("HC1: White's sandwich times n/(n−K), K = 25")
    assert "rows of one" in robust.convention
    assert plain.convention.startswith("Classical")
    assert robust.cluster_counts == ()
    assert robust.to_dict()["specification"]["errors"] == "hc1"
    assert not any("CR3" in note for note in robust.notes)
    made = models_table(robust, plain, clustered)
    note = made.grid().notes[0]
    assert "(1) heteroskedasticity-robust (HC1)" in note.replace("Heterosk", "heterosk")
    assert "(2) classical (iid)" in note
    row = next(row for row in made.grid().rows if row[0].startswith("Clusters"))
    assert row[1:] == ("", "", "24")
    assert pd.isna([line.se_cr3 for line in robust.terms]).all()
