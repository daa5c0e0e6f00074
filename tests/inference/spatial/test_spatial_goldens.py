"""Spatial panels against splm 1.6-5 (R 4.2.2) on Produc, as printed in goldens/elsewhere.txt.

splm's weights `usaww` are row-standardised borders of the 48 states, the four corners among them
(Arizona with Colorado, New Mexico with Utah); without the corners λ would be 0.2722. The borders
are written out here because no Python package carries that matrix; every figure below holding to
seven digits is the proof that it is the same one.
"""

from textwrap import wrap

import numpy as np
import pandas as pd
import pytest

from analysis.inference import spatial_panel
from analysis.models import SpatialWeights, Specification
from tests.goldens.read import FOLDER, golden

TERMS = ("pcap", "pc", "emp", "unemp")
SPLM = ("log(pcap)", "log(pc)", "log(emp)", "unemp")
STATES = wrap(  # in the order of their names
    "ALAZARCACOCTDEFLGAIDILINIAKSKYLAMEMDMAMIMNMSMOMTNENVNHNJNMNY"
    "NCNDOHOKORPARISCSDTNTXUTVTVAWAWVWIWY",
    width=2,
)
# Each line: a state and those of its neighbours not named on an earlier line; corners last.
BORDERS = """AL FL GA MS TN/AZ CA NV UT NM/AR LA MS MO OK TN TX/CA NV OR/CO KS NE NM OK UT WY
CT MA NY RI/DE MD NJ PA/FL GA/GA NC SC TN/ID MT NV OR UT WA WY/IL IN IA KY MO WI/IN KY MI OH
IA MN MO NE SD WI/KS MO NE OK/KY MO OH TN VA WV/LA MS TX/ME NH/MD PA VA WV/MA NH NY RI VT/MI OH WI
MN ND SD WI/MS TN/MO NE OK TN/MT ND SD WY/NE SD WY/NV OR UT/NH VT/NJ NY PA/NM OK TX/NY PA VT
NC SC TN VA/ND SD/OH PA WV/OK TX/OR WA/PA WV/SD WY/TN VA/UT WY/VA WV
AZ CO/NM UT"""


@pytest.fixture(scope="module")
def produc(make_panel):
    table = pd.read_csv(FOLDER / "data" / "Produc.csv").rename(columns={"state": "entity"})
    frame = table.set_index(["entity", "year"])[["gsp", *TERMS]].astype(float).sort_index()
    frame[["gsp", "pcap", "pc", "emp"]] = np.log(frame[["gsp", "pcap", "pc", "emp"]])
    return make_panel(frame)


@pytest.fixture(scope="module")
def usaww(produc):
    names = tuple(produc.frame.index.unique(0))  # alphabetical by name, as STATES is
    raw = np.zeros((48, 48))
    for line in BORDERS.replace("\n", "/").split("/"):
        first, *others = line.split()
        for other in others:
            i, j = STATES.index(first), STATES.index(other)
            raw[i, j] = raw[j, i] = 1.0
    assert raw.sum() == 2 * (105 + 2)
    return SpatialWeights("usaww", names, raw)


@pytest.fixture(scope="module")
def run(produc, usaww):
    spec = Specification("gsp", TERMS, lag=0, effects="entity")

    def go(model, effects="entity", correction="none", covariance="information", weights=usaww):
        return spatial_panel(
            spec.with_effects(effects), produc, weights, model=model, correction=correction,
            covariance=covariance, draws=4000,
        )  # fmt: skip

    return go


@pytest.mark.parametrize(
    ("model", "block", "names"),
    [
        ("sar", "lag_individual", ("lambda", *SPLM)),
        ("sem", "error_individual", ("rho", *SPLM)),
        ("sdm", "durbin_individual", ("lambda", "lpcap", "lpc", "lemp", "unemp",
                                      "wpcap", "wpc", "wemp", "wun")),
    ],
)  # fmt: skip
def test_coefficients_and_errors_of_splm(run, model, block, names):
    found, splm = run(model), golden("elsewhere")
    assert len(found.coefficients) == len(names)
    for line, name in zip(found.coefficients, names, strict=True):
        assert line.estimate == pytest.approx(splm[f"splm.{block}.b.{name}"], abs=5e-8)
        assert line.se == pytest.approx(splm[f"splm.{block}.se.{name}"], abs=5e-8)
    if f"splm.{block}.loglik" in splm:
        assert found.log_likelihood == pytest.approx(splm[f"splm.{block}.loglik"], abs=5e-6)


def test_impacts_of_splm(run):
    found, splm = run("sar"), golden("elsewhere")
    for term, name in zip(TERMS, SPLM, strict=True):
        for kind in ("direct", "indirect", "total"):
            expected = splm[f"splm.impact.{kind}.{name}"]
            assert found.effect(term, kind).estimate == pytest.approx(expected, abs=5e-9)


def test_simulated_errors_agree_with_the_delta_method(run):
    """splm's simulated errors fit draws of λ that are independent of the slopes: not used here."""
    found = run("sar")
    covariance, rho = found.covariance, found.rho
    for i, term in enumerate(TERMS, 1):
        gradient = np.zeros(5)
        gradient[0] = found.coefficients[i].estimate / (1 - rho) ** 2
        gradient[i] = 1 / (1 - rho)
        delta = np.sqrt(gradient @ covariance @ gradient)
        assert found.effect(term, "total").se == pytest.approx(delta, rel=0.05)


def test_two_way_likelihood_lies_above_splm(run):
    """splm 1.6-5 does not reach the maximum with year effects, so its figures are not references.

    0.370168 and 1680.623 come from a program written apart from this one.
    """
    found = run("sdm", "two_way")
    assert found.rho == pytest.approx(0.370168, abs=5e-7)
    assert found.log_likelihood == pytest.approx(1680.623, abs=5e-4)
    assert found.log_likelihood > golden("elsewhere")["splm.durbin_twoways.loglik"]


def test_slx_is_least_squares(run, produc, usaww):
    import statsmodels.api as sm

    frame = produc.frame - produc.frame.groupby(level=0).transform("mean")
    x = frame[list(TERMS)].to_numpy()
    wx = np.einsum("ij,jtk->itk", usaww.matrix, x.reshape(48, 17, 4)).reshape(x.shape)
    ols = sm.OLS(frame["gsp"].to_numpy(), np.column_stack([x, wx])).fit()
    found = run("slx")
    np.testing.assert_allclose([c.estimate for c in found.coefficients], ols.params, atol=1e-10)
    factor = np.sqrt(ols.df_resid / ols.nobs)  # maximum likelihood divides by the rows
    np.testing.assert_allclose([c.se for c in found.coefficients], ols.bse * factor, rtol=1e-8)
    assert found.log_likelihood == pytest.approx(ols.llf, abs=1e-8)
    for term, own, near in zip(TERMS, ols.params[:4], ols.params[4:], strict=True):
        assert found.effect(term, "direct").estimate == pytest.approx(own)
        assert found.effect(term, "indirect").estimate == pytest.approx(near)


def test_tests_compare_nested_models(run):
    found = run("sdm")
    by = {(t.against, t.kind): t for t in found.tests}
    for model, dof in (("sar", 4), ("slx", 1), ("sem", 4)):
        gain = 2 * (found.log_likelihood - run(model).log_likelihood)
        ratio = by[model, "LR"]
        assert (ratio.statistic, ratio.dof) == (pytest.approx(gain, abs=1e-8), dof)
        assert by[model, "Wald"].statistic == pytest.approx(gain, rel=0.2)  # both are χ² here
    rho = found.coefficient("rho")
    assert by["slx", "Wald"].statistic == pytest.approx((rho.estimate / rho.se) ** 2)
    assert by["slx", "Wald"].p == pytest.approx(rho.p, rel=1e-3)


def test_transformation_changes_the_variance_alone_where_years_stay(run):
    """Lee and Yu (2010): with entity effects only, slopes and ρ are the same, σ² is T/(T−1)."""
    plain, transformed = run("sdm"), run("sdm", correction="transformation")
    assert transformed.rho == pytest.approx(plain.rho, abs=1e-8)
    assert transformed.sigma2 / plain.sigma2 == pytest.approx(17 / 16)
    assert transformed.coefficient("emp").se > plain.coefficient("emp").se
    two = run("sdm", "two_way", "transformation").rho
    assert two > run("sdm", "two_way").rho + 0.02


def test_the_sandwich_is_wider_where_years_hang_together(run):
    robust, plain = run("sdm", covariance="sandwich"), run("sdm")
    assert robust.effect("emp").estimate == plain.effect("emp").estimate
    assert robust.effect("emp").se > 2 * plain.effect("emp").se
    assert {t.dof2 for t in robust.tests if t.kind == "Wald"} == {47.0}
