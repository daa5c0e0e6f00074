"""Estimates by group and the test that they are equal, against regressions made by hand."""

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest
import statsmodels.formula.api as smf
from scipy.stats import f as f_distribution

from analysis import estimate
from analysis.errors import SpecificationError


def test_each_group_is_the_regression_on_its_rows(panel):
    found = estimate("y ~ x + lag(z, 1) | entity + year", panel, by="region")
    assert found.names == ("east", "mid", "west")
    for name in found.names:
        alone = estimate(
            "y ~ x + lag(z, 1) | entity + year", panel, include=f"region == '{name}'"
        )  # fmt: skip
        pd.testing.assert_frame_equal(found[name].tidy(), alone.tidy())
        assert found[name].n == alone.n


def test_the_test_is_the_wald_test_of_the_interacted_regression(table, panel):
    found = estimate("y ~ x + z | entity + year", panel, by="region")
    rows = table.dropna(subset=["x", "y", "z"]).reset_index(drop=True)
    for name in ("east", "mid", "west"):
        for term in ("x", "z"):
            rows[f"{term}_{name}"] = rows[term] * (rows["prov"] == name)
    terms = [f"{term}_{name}" for term in ("x", "z") for name in ("east", "mid", "west")]
    fit = pf.feols(
        f"y ~ {' + '.join(terms)} | city + prov^t", rows, vcov={"CRV1": "city"},
        ssc=pf.ssc(k_adj=True, k_fixef="none", G_adj=True),
        demeaner=pf.MapDemeaner(fixef_tol=1e-11),
    )  # fmt: skip
    n, years = fit._N, rows.groupby("prov")["t"].nunique().sum()
    b, v = fit.coef().to_numpy(), fit._vcov * (n - 6) / (n - 6 - years)
    each = {t.term: t for t in found.tests}
    contrasts = np.array([[-1, 1, 0], [-1, 0, 1]])
    both = np.kron(np.eye(2), contrasts)
    for term, r in {"x": both[:2], "z": both[2:], "all terms": both}.items():
        f = (r @ b) @ np.linalg.inv(r @ v @ r.T) @ (r @ b) / len(r)
        assert each[term].f == pytest.approx(f, rel=1e-7)
        assert (each[term].dof, each[term].dof_error) == (len(r), 23)
        assert each[term].p == pytest.approx(f_distribution.sf(f, len(r), 23), rel=1e-6)


def test_pooled_groups_are_those_of_statsmodels_with_a_product(table, panel):
    found = estimate("y ~ x", panel, by="pilot")
    rows = table.dropna(subset=["x", "y"])
    fit = smf.ols("y ~ x * pilot", rows).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(rows["city"])[0]}, use_t=True
    )
    gap = found["1"].params["x"] - found["0"].params["x"]
    assert gap == pytest.approx(fit.params["x:pilot"], rel=1e-9)
    (test,) = found.tests
    assert test.p == pytest.approx(fit.pvalues["x:pilot"], rel=1e-8)


def test_clusters_that_lie_in_several_groups_are_one(table, panel):
    found = estimate("y ~ x", panel, by="owner")
    rows = table.dropna(subset=["x", "y"])
    fit = smf.ols("y ~ 0 + C(owner) + C(owner):x", rows).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(rows["city"])[0]}, use_t=True
    )
    names = [n for n in fit.params.index if ":x" in n]
    np.testing.assert_allclose([e.params["x"] for e in found], fit.params[names], rtol=1e-9)
    contrast = np.zeros((2, len(fit.params)))
    at = [list(fit.params.index).index(n) for n in names]
    contrast[:, at] = [[-1, 1, 0], [-1, 0, 1]]
    hand = fit.f_test(contrast)
    assert found.tests[0].f == pytest.approx(float(hand.fvalue), rel=1e-8)
    assert found.tests[0].p == pytest.approx(float(hand.pvalue), rel=1e-8)


def test_weights_and_two_way_clusters_reach_the_test(panel):
    plain = estimate("y ~ x | entity + year", panel, by="region").tests[0]
    other = estimate(
        "y ~ x | entity + year", panel, by="region", weights="w", cluster=("entity", "year")
    ).tests[0]
    assert other.dof_error == 11
    assert np.isfinite(other.f)
    assert other.f != pytest.approx(plain.f)


def test_groups_that_include_leaves_out_are_no_groups(panel):
    found = estimate("y ~ x | entity", panel, by="region", include="region != 'mid'")
    assert found.names == ("east", "west")


def test_levels_that_a_group_lacks_are_not_compared(panel):
    found = estimate(
        "y ~ x + C(owner)", panel, by="region", exclude="region == 'mid' and owner == 'state'"
    )
    assert [t.term for t in found.tests] == ["x"]
    assert "not the same in all groups" in " ".join(found.notes)


def test_a_group_that_cannot_be_estimated_is_named(panel):
    with pytest.raises(SpecificationError, match=r"^Group c00 of entity: "):
        estimate("y ~ x", panel, by="entity")
    with pytest.raises(SpecificationError, match="has 1 groups"):
        estimate("y ~ x", panel, by="region", include="region == 'mid'")


def test_the_result_speaks_for_itself(panel):
    found = estimate("y ~ x + z | entity + year", panel, by="region")
    table = found.tidy()
    assert list(table["region"]) == ["east", "east", "mid", "mid", "west", "west"]
    assert set(found.to_dict()) >= {"by", "groups", "tests", "notes"}
    assert "p of equality" in str(found)
    assert "All terms" in found._repr_html_()
