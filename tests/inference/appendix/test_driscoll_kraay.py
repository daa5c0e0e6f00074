import json
from dataclasses import replace

import numpy as np
import pytest

from analysis.errors import SpecificationError
from analysis.inference import estimate
from analysis.inference.appendix.driscoll_kraay import driscoll_kraay, hac_by_year
from analysis.models import Sample, Specification, estimation_rows, fit
from tests.goldens.read import golden

SLOPES = ["value", "capital"]
GRUNFELD = Specification("invest", SLOPES, lag=0)


def years_of(fitted):
    return fitted.index.get_level_values(1).to_numpy(int)


@pytest.mark.parametrize("lags", [1, 2, 3, 4])
@pytest.mark.parametrize(("effects", "key"), [("entity", "fe"), ("two_way", "tw")])
def test_plm_without_a_factor(effects, key, lags, grunfeld):
    r = golden("grunfeld")  # R plm 2.6-2, vcovSCC(type = "HC0", maxlag = lags)
    fitted = fit(GRUNFELD.with_effects(effects), grunfeld)
    b, covariance = hac_by_year(fitted.x, fitted.y, years_of(fitted), lags)
    np.testing.assert_allclose(b, fitted.coefficients, rtol=1e-9)
    expected = [r[f"dk.{key}.HC0.lag{lags}.{s}"] for s in SLOPES]
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)), expected, rtol=1e-8)


def test_fixest_with_its_factor(grunfeld):
    r = golden("elsewhere")  # R fixest 0.14.2, vcov = DK(2), firm effects
    spec = GRUNFELD.with_effects("entity")
    found = driscoll_kraay(spec, grunfeld, lags=2)
    expected = [r[f"fixest.firm.dk2.{s}"] for s in SLOPES]
    np.testing.assert_allclose([line.se for line in found.terms], expected, rtol=1e-9)
    assert found.factor == pytest.approx(20 / 19 * 199 / (200 - 2 - 10))


def test_default_lag_and_t_distribution(grunfeld):
    from scipy.stats import t

    found = driscoll_kraay(GRUNFELD, grunfeld)
    assert found.lags == 2  # floor(4 (20/100)^(2/9)) = floor(2.80)
    line = found.terms[0]
    assert line.dof == 19
    assert line.p == pytest.approx(2 * t.sf(line.t, 19), rel=1e-9)
    assert line.estimate == pytest.approx(golden("grunfeld")["tw.b.value"], rel=1e-9)


def test_no_lags_is_clustering_by_year(panel):
    spec = Specification("y", ["a", "b"])
    ours = driscoll_kraay(spec, panel, lags=0)
    by_year = estimate(replace(spec, cluster="year"), panel)
    np.testing.assert_allclose(
        [line.se for line in ours.terms], [line.se for line in by_year.terms], rtol=1e-9
    )


def test_a_missing_year_counts_as_a_year(panel):
    # Without 2005, rows of 2004 and 2006 are two years apart: with one lag they do not meet.
    spec = Specification("y", ["a"], sample=Sample(exclude_years=[2005]), effects="entity")
    fitted = fit(spec, panel)
    years = years_of(fitted)
    h = {t: float(fitted.x[years == t, 0] @ fitted.residuals[years == t]) for t in fitted.years}
    middle = sum(v**2 for v in h.values()) + sum(h[t] * h[t - 1] for t in h if t - 1 in h)
    expected = middle / float(fitted.x[:, 0] @ fitted.x[:, 0]) ** 2
    _, covariance = hac_by_year(fitted.x, fitted.y, years, 1)
    assert covariance[0, 0] == pytest.approx(expected, rel=1e-9)


def test_rows_can_be_shared_with_other_columns(make_panel, gappy):
    # Two rows are left of e03: too few for a trend, enough for an entity effect.
    usable = gappy.loc[["e03"]].dropna(subset=["y", "a"]).index
    gappy.loc[usable[2:], "y"] = np.nan
    panel = make_panel(gappy)
    spec = Specification("y", ["a"], lag=0)
    rows = estimation_rows(spec, panel, ["two_way", "entity_trends"])
    shared = estimate(spec, panel, rows=rows)
    found = driscoll_kraay(spec, panel, rows=rows)
    assert found.terms[0].estimate == pytest.approx(shared.terms[0].estimate, rel=1e-9)
    assert found.dropped == shared.dropped
    alone = driscoll_kraay(spec, panel)
    assert alone.terms[0].estimate != pytest.approx(shared.terms[0].estimate, rel=1e-6)


def test_few_years_are_said_and_lags_checked(grunfeld):
    found = driscoll_kraay(GRUNFELD, grunfeld)
    assert any("has 20 here: read the CR3 interval" in note for note in found.notes)
    assert "T = 20" in found.notes[0]
    for lags in (-1, 20):
        with pytest.raises(SpecificationError, match=f"{lags} lags cannot be taken from 20 years"):
            driscoll_kraay(GRUNFELD, grunfeld, lags=lags)
    back = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert (back["lags"], back["years"]) == (2, 20)
    assert list(found.tidy()["term"]) == SLOPES
    assert "Driscoll-Kraay" in found._repr_html_()


def test_what_cannot_be_estimated_is_refused_by_name(panel, make_panel, gappy):
    gappy["flat"] = gappy.index.get_level_values(1).to_numpy(float)
    with pytest.raises(SpecificationError, match="'flat' is absorbed"):
        driscoll_kraay(Specification("y", ["flat"]), make_panel(gappy))
    short = Specification("y", ["a", "b"], sample=Sample(first_year=2010))
    with pytest.raises(SpecificationError, match="2 clusters by year cannot carry 2 coefficients"):
        driscoll_kraay(short, panel)
    with pytest.raises(SpecificationError, match="Level 5 must lie between"):
        driscoll_kraay(Specification("y", ["a"]), panel, level=5)
