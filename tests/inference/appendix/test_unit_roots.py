"""IPS and CIPS: against R, statsmodels and brute force; power, gaps and errors."""

import json

import numpy as np
import pytest

from analysis.certificates.design import panel_from
from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference import cips, ips, unit_roots
from analysis.inference.appendix.dickey_fuller import (
    BOUNDS,
    ips_w,
    largest_block,
    panel_statistic,
    simulated_statistics,
    t_statistics,
)
from analysis.models import Sample, Specification
from tests.goldens.read import golden

# plm's numbers of the firms, in the order of the sorted names.
FIRMS = {"General Motors": 1, "US Steel": 2, "General Electric": 3, "Chrysler": 4}
FIRMS |= {"Atlantic Refining": 5, "IBM": 6, "Union Oil": 7, "Westinghouse": 8}
FIRMS |= {"Goodyear": 9, "Diamond Match": 10}


@pytest.fixture
def invest(grunfeld):
    return grunfeld.frame["invest"].to_numpy().reshape(10, 20)


# Golden: R 4.2.2, plm 2.6-2, purtest (tests/goldens/unitroot.R). plm divides the residual sum of
# squares by the number of observations; the tabulated moments are those of t statistics that
# divide by the degrees of freedom (see the test on moments below), so this is not our default.
@pytest.mark.parametrize("exo", ["intercept", "trend"])
@pytest.mark.parametrize("lags", [0, 1, 2])
def test_ips_by_the_convention_of_plm(grunfeld, invest, exo, lags):
    trend = exo == "trend"
    t = t_statistics(invest, lags=lags, trend=trend, df_corrected=False)
    for name, value in zip(grunfeld.frame.index.unique(0), t, strict=True):
        expected = golden("unitroot")[f"ips.{exo}.{lags}.t.{FIRMS[name]}"]
        assert value == pytest.approx(expected, abs=1e-7)
    w = ips_w(float(t.mean()), 10, 20, lags, trend)
    assert w == pytest.approx(golden("unitroot")[f"ips.{exo}.{lags}.wtbar"], abs=1e-7)


# Golden: the same with dfcor = TRUE (tests/goldens/dependence.R).
@pytest.mark.parametrize("exo", ["intercept", "trend"])
@pytest.mark.parametrize("lags", [0, 1, 2])
def test_ips_with_degrees_of_freedom(grunfeld, exo, lags):
    found = ips(grunfeld, "invest", lags=lags, trend=exo == "trend", demean=False)
    assert found.w == pytest.approx(golden("dependence")[f"ips_df.{exo}.{lags}.wtbar"], abs=1e-7)


# Golden: R 4.2.2, plm 2.6-2, cipstest (tests/goldens/unitroot.R).
@pytest.mark.parametrize("kind", ["drift", "trend"])
@pytest.mark.parametrize("lags", [1, 2])
def test_cips_is_that_of_plm(grunfeld, kind, lags):
    found = cips(grunfeld, "invest", lags=lags, trend=kind == "trend", truncated=False)
    assert found.statistic == pytest.approx(golden("unitroot")[f"cips.{kind}.{lags}"], abs=1e-8)


@pytest.mark.parametrize(("lags", "trend"), [(0, False), (1, True), (3, False)])
def test_t_statistics_are_those_of_statsmodels(invest, lags, trend):
    from statsmodels.tsa.stattools import adfuller

    ours = t_statistics(invest, lags=lags, trend=trend)
    kind = "ct" if trend else "c"
    how = {"maxlag": lags, "regression": kind, "autolag": None, "result_object": False}
    theirs = [adfuller(y, **how)[0] for y in invest]
    assert ours == pytest.approx(theirs, abs=1e-7)


def test_cadf_without_lags_equals_a_regression_spelled_out():
    # plm's cipstest(lags = 0) silently runs lags = 1, so this case has no golden.
    y = np.random.default_rng(1).normal(size=(5, 16)).cumsum(axis=1)
    ours = t_statistics(y, averages=True)
    bar, change = y.mean(axis=0), np.diff(y, axis=1)
    for i in range(5):
        x = np.column_stack([np.ones(15), y[i, :-1], bar[:-1], np.diff(bar)])
        b = np.linalg.lstsq(x, change[i], rcond=None)[0]
        e = change[i] - x @ b
        se = np.sqrt(e @ e / 11 * np.linalg.inv(x.T @ x)[1, 1])
        assert ours[i] == pytest.approx(b[1] / se)


def test_truncation_cuts_at_the_bounds_of_pesaran():
    y = np.random.default_rng(2).normal(size=(6, 12)).cumsum(axis=1)
    y[0] = 0.2 ** np.arange(12) + 1e-3 * np.random.default_rng(3).normal(size=12)
    raw = t_statistics(y, averages=True)
    assert raw.min() < BOUNDS[False][0] or raw.max() > BOUNDS[False][1]
    cut = panel_statistic(y, test="cips", lags=0, trend=False)
    assert cut == pytest.approx(np.clip(raw, -6.19, 2.61).mean())


@pytest.mark.parametrize(("lags", "trend"), [(0, False), (1, False), (0, True)])
def test_tabulated_moments_are_those_of_t_with_degrees_of_freedom(lags, trend):
    # Im, Pesaran and Shin's table 3 at ten observations, by simulation: W centres on zero.
    rng = np.random.default_rng(4)
    y = rng.normal(size=(20_000, 11 + lags)).cumsum(axis=1)
    t = t_statistics(y, lags=lags, trend=trend)
    assert ips_w(float(t.mean()), 1, 11 + lags, lags, trend) == pytest.approx(0, abs=0.03)
    uncorrected = t_statistics(y, lags=lags, trend=trend, df_corrected=False)
    assert abs(ips_w(float(uncorrected.mean()), 1, 11 + lags, lags, trend)) > 0.15


def test_w_does_not_exist_beyond_the_table():
    assert np.isnan(ips_w(-2.0, 30, 10, 0, False))
    assert np.isnan(ips_w(-2.0, 30, 40, 9, False))


# Reference: Pesaran (2007, Journal of Applied Econometrics 22(2)), table II(b), 5% critical
# values at N = T = 20 and, truncated, at N = T = 10, as tabulated in R plm 2.6-2.
@pytest.mark.parametrize(
    ("size", "truncated", "expected"), [((20, 20), False, -2.21), ((10, 10), True, -2.47)]
)
def test_simulated_critical_values_are_near_the_tables(size, truncated, expected):
    null = simulated_statistics("cips", *size, 0, False, False, truncated, 1.0, 3000, 5)
    assert np.quantile(null, 0.05) == pytest.approx(expected, abs=0.05)


def test_statistics_do_not_depend_on_units_or_levels(invest):
    for test in ("ips", "cips"):
        one = panel_statistic(invest, test=test, lags=1, trend=True)
        other = panel_statistic(1e9 * invest + 3e9, test=test, lags=1, trend=True)
        assert one == pytest.approx(float(other), abs=1e-5)


@pytest.fixture(scope="module")
def walks():
    rng = np.random.default_rng(6)
    walk = rng.normal(size=(30, 14)).cumsum(axis=1)
    return panel_from({"walk": walk, "noise": rng.normal(size=(30, 14))})


@pytest.mark.parametrize("test", [ips, cips])
def test_noise_is_told_from_walks(walks, test):
    assert test(walks, "noise", lags=0).p < 0.01
    assert test(walks, "walk", lags=0).p > 0.05


def test_power_is_that_of_this_size_and_low(walks):
    short = {test: test(walks, "walk").power for test in (ips, cips)}
    assert 0.1 < short[ips] < 0.3
    assert 0.04 < short[cips] < 0.15
    long = panel_from({"y": np.random.default_rng(7).normal(size=(30, 60)).cumsum(axis=1)})
    assert ips(long, "y", draws=199).power > 0.95


def test_power_stands_in_the_notes(walks):
    found = cips(walks, "walk")
    assert f"in {found.power:.0%} of panels of 30 entities and 14 years" in found.notes[0]
    assert "long differences" in found.notes[0]


def test_year_means_are_taken_out_of_ips_only_on_request(walks):
    shift = np.tile(np.random.default_rng(8).normal(size=14).cumsum() * 5, 30)
    shifted = panel_from({"y": (walks.frame["walk"].to_numpy() + shift).reshape(30, 14)})
    base = ips(walks, "walk").statistic
    assert ips(shifted, "y").statistic == pytest.approx(base)
    assert ips(shifted, "y", demean=False).statistic != pytest.approx(base, abs=0.05)


def test_entities_with_gaps_are_left_out_and_named(walks, make_panel):
    frame = walks.frame.copy()
    frame.loc[("e003", 2015), "walk"] = np.nan
    frame.loc[("e007", 2011), "walk"] = np.nan
    found = ips(make_panel(frame), "walk")
    assert found.left_out == ("e003", "e007")
    assert (found.entities, found.first_year, found.last_year) == (28, 2011, 2024)
    assert any("e003, e007" in note for note in found.notes)


def test_block_trades_years_for_entities():
    seen = np.ones((4, 10), dtype=bool)
    seen[1:, :3] = False  # one entity starts three years earlier
    complete, start, stop = largest_block(seen, 5)
    assert complete.all()
    assert (start, stop) == (3, 10)
    assert not largest_block(seen, 11)[0].any()


def test_sample_bounds_and_exclusions_hold(walks):
    sample = Sample(2012, 2023, exclude_entities=("e000",), exclude_years=(2012,))
    found = ips(walks, "walk", sample=sample)
    assert (found.entities, found.first_year, found.last_year) == (29, 2013, 2023)


def test_unit_roots_tests_every_variable_of_a_specification(walks):
    found = unit_roots(Specification("walk", ("noise",), lag=0), walks, lags=0, draws=199)
    assert list(found.tidy()["variable"]) == ["walk", "walk", "noise", "noise"]
    assert list(found.tidy()["test"]) == ["ips", "cips", "ips", "cips"]
    stored = json.loads(json.dumps(found.to_dict()))
    assert stored["tests"][1]["w"] is None
    html = found._repr_html_()
    assert html.count("<tr>") == 6
    assert "walk (synthetic), CIPS" in html
    assert "30 × 14" in found.tests[0]._repr_html_()


def test_too_few_years_name_the_need(walks):
    with pytest.raises(SpecificationError, match="9 years in a row, and 2018 to 2024 hold no such"):
        cips(walks, "walk", sample=Sample(first_year=2018))


def test_a_series_that_stands_still_is_named(walks, make_panel):
    frame = walks.frame.copy()
    frame.loc["e002", "walk"] = 1.0
    with pytest.raises(SpecificationError, match="series of e002 does not move"):
        ips(make_panel(frame), "walk", demean=False)


def test_unknown_names_are_refused(walks):
    with pytest.raises(UnknownNameError, match="wlak"):
        ips(walks, "wlak")
    with pytest.raises(UnknownNameError, match="e999"):
        cips(walks, "walk", sample=Sample(exclude_entities=("e999",)))


@pytest.mark.parametrize("options", [{"lags": -1}, {"draws": 10}])
def test_impossible_options_are_refused(walks, options):
    with pytest.raises(SpecificationError, match="cannot be"):
        ips(walks, "walk", **options)
