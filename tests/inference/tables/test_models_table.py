"""Models side by side: every number in the row of its own regressor."""

import math
import re

import numpy as np
import pandas as pd
import pytest

from analysis.data import Variable
from analysis.errors import AnalysisError, UnknownNameError
from analysis.inference import Estimate, estimate, estimate_columns, satterthwaite
from analysis.inference.tables.models import models_table
from analysis.inference.tables.read import columns_of
from analysis.models import Specification
from tests.results_made import MAKE

A_B = Specification("y", ["a", "b"], lag=0)
B_C = Specification("y", ["c", "b"], lag=0)

# pyfixest writes to its own frames in a way pandas is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore")


def body(table):
    """Rows of a table by their name."""
    return {row[0]: row[1:] for row in table.grid().rows}


def number(cell):
    return float(cell.split("\n")[0].rstrip("*").replace("−", "-").replace(",", ""))


def error(cell):
    return float(cell.split("\n")[1].strip("()").replace("−", "-"))


@pytest.fixture
def two(panel):
    return estimate(A_B, panel), estimate(B_C, panel)


def test_terms_of_two_models_are_found_by_name_and_a_missing_one_is_empty(two):
    rows = body(models_table(*two))
    assert rows["Label of a"][1] == ""
    assert rows["Label of c"][0] == ""
    for name in "abc":
        for result, cell in zip(two, rows[f"Label of {name}"], strict=True):
            if name not in result.params:
                continue
            line, unit = (
                result.coefficient(name),
                10 ** -math.floor(math.log10(result.std_errors[name])),
            )
            assert number(cell) == pytest.approx(line.estimate, abs=0.06 / unit)
            assert error(cell) == pytest.approx(line.se, abs=0.06 / unit)


def test_the_order_in_which_terms_were_written_does_not_matter(panel):
    turned = Specification("y", ["b", "a"], [["b", "a"]], lag=0)
    straight = Specification("y", ["a", "b"], [["a", "b"]], lag=0)
    rows = body(models_table(estimate(straight, panel), estimate(turned, panel)))
    assert list(rows)[:3] == ["Label of a", "Label of b", "Label of a × Label of b"]
    assert all(first == second != "" for first, second in list(rows.values())[:3])


def test_the_same_variable_of_another_year_has_a_row_of_its_own(panel):
    late = Specification("y", ["a"], lag=1)
    now, before = estimate(Specification("y", ["a"], lag=0), panel), estimate(late, panel)
    table = models_table(now, before)
    rows = body(table)
    assert rows["Label of a (t)"][1] == ""
    assert rows["Label of a (t−1)"][0] == ""
    assert number(rows["Label of a (t−1)"][1]) == pytest.approx(before.params["a"], abs=0.006)
    assert "t−k: a regressor k years before the outcome" in table.grid().notes[0]
    alone = models_table(before)
    assert "Label of a" in body(alone)
    assert "Every regressor stands a year before the outcome." in alone.grid().notes[0]


def test_a_derived_result_without_years_joins_the_row_of_its_estimate(panel):
    found = estimate(Specification("y", ["a"], lag=1), panel)
    rows = body(models_table(found, satterthwaite(found)))
    assert number(rows["Label of a"][0]) == number(rows["Label of a"][1])
    assert rows["Entity effects"] == ("Yes", "")  # the derived one does not say


def test_other_libraries_stand_in_the_same_rows_with_the_same_slopes(full_panel):
    import pyfixest
    import statsmodels.formula.api as smf
    from linearmodels.iv.absorbing import AbsorbingLS
    from linearmodels.panel import PanelOLS

    flat, frame = full_panel.frame.reset_index(), full_panel.frame
    fixest = pyfixest.feols("y ~ b + a | entity + year", flat, vcov={"CRV1": "entity"})
    ols = PanelOLS(frame["y"], frame[["a", "b"]], entity_effects=True, time_effects=True)
    panel_ols = ols.fit(cov_type="clustered", cluster_entity=True)
    levels = flat[["entity", "year"]].astype("category")
    absorbing = AbsorbingLS(flat["y"], flat[["b", "a"]], absorb=levels).fit(cov_type="robust")
    dummies = smf.ols("y ~ a + b + C(entity) + C(year)", flat).fit(cov_type="HC1")
    own = estimate(A_B, full_panel)
    table = models_table(
        own, [fixest, panel_ols], absorbing, dummies, drop=["C(*", "Intercept"], digits=6
    )  # fmt: skip
    rows = body(table)
    for name in "ab":
        cells = rows[f"Label of {name}"]
        assert {number(cell) for cell in cells} == {round(own.params[name], 6)}
    assert error(rows["Label of a"][1]) == pytest.approx(fixest.se()["a"], abs=1e-6)
    assert error(rows["Label of a"][2]) == pytest.approx(panel_ols.std_errors["a"], abs=1e-6)
    assert rows["Entity effects"] == rows["Year effects"] == ("Yes", "Yes", "Yes", "Yes", "")
    assert rows["Observations"] == ("132",) * 5
    assert rows["Clusters"] == ("12", "12", "", "", "")
    assert set(rows["Within R²"][:4]) == {f"{own.within_r2:.3f}"}
    note = table.grid().notes[0]
    assert "(1) clustered by firm (CR1); (2) clustered by entity; (3) clustered by a group" in note
    assert "(4) (5) heteroskedasticity-robust" in note
    assert "Not shown: Constant, C(entity)[T.e01]" in note
    assert "and 14 more" in note


def test_effects_inside_finer_ones_count_as_absorbed(panel):
    rows = body(models_table(estimate_columns(A_B, panel)))
    assert rows["Entity effects"] == ("Yes", "Yes", "Yes")
    assert rows["Year effects"] == ("Yes", "Yes", "Yes")
    assert rows["Region × year effects"] == ("No", "Yes", "No")
    assert rows["Entity trends"] == ("No", "No", "Yes")


def test_there_are_no_stars_unless_asked_for_and_the_note_says_what_they_mean(two):
    assert "*" not in str(models_table(*two))
    table = models_table(*two, stars=True)
    for result, i in zip(two, (0, 1), strict=True):
        for line in result.terms:
            stars = body(table)[line.label][i].split("\n")[0].count("*")
            assert stars == sum(line.p < limit for limit in (0.1, 0.05, 0.01))
    assert "* p < 0.1, ** p < 0.05, *** p < 0.01" in table.grid().notes[0]
    assert "*** p" not in models_table(*two, stars=[0.05]).grid().notes[0]


def test_what_stands_below_an_estimate_is_named_in_the_note(two):
    line = two[0].coefficient("a")
    cell = body(models_table(two[0], below="t"))["Label of a"][0]
    assert error(cell) == pytest.approx(line.t, abs=0.006)
    cr3 = models_table(two[0], below="se_cr3", stars=True, digits=4)
    assert error(body(cr3)["Label of a"][0]) == pytest.approx(line.se_cr3, abs=6e-5)
    assert "leave-one-cluster-out" in cr3.grid().notes[0]
    ends = body(models_table(two[0], below="interval", digits=3))["Label of a"][0].split("\n")[1]
    low, high = (float(x.replace("−", "-")) for x in ends.strip("[]").split(","))
    assert (low, high) == pytest.approx((line.low, line.high), abs=6e-4)


def test_the_frame_holds_what_tidy_holds(two):
    frame = models_table(*two).frame
    both = pd.concat([result.tidy() for result in two], ignore_index=True)
    names = ["estimate", "se", "t", "p", "low", "high", "se_cr3", "p_cr3"]
    assert list(frame["term"]) == list(both["term"])
    assert list(frame["column"]) == [1, 1, 2, 2]
    np.testing.assert_array_equal(frame[names], both[names])


def test_terms_are_kept_dropped_and_ordered_and_what_is_hidden_is_named(two):
    rows = list(body(models_table(*two, order=["c"])))
    assert rows[:3] == ["Label of c", "Label of a", "Label of b"]
    kept = models_table(*two, keep="b")
    assert list(body(kept))[0:2] == ["Label of b", "Entity effects"]
    assert "Not shown: Label of a, Label of c." in kept.grid().notes[0]
    assert list(body(models_table(*two, drop=["b"])))[:2] == ["Label of a", "Label of c"]


def test_rows_left_out_are_counted_by_column(two):
    note = models_table(*two).grid().notes[0]
    for i, result in enumerate(two, 1):
        assert f"({i}) " + ", ".join(map(str, result.dropped)) in note


def test_a_chinese_table_is_chinese(panel):
    from dataclasses import replace

    named = {n: replace(v, label_zh=f"变量{n}") for n, v in panel.variables.items()}
    own = replace(panel, variables=named)
    table = models_table(
        estimate_columns(Specification("y", ["a", "b"]), own), language="zh", panel=own,
        labels={"b": "绿色信贷"}, stars=True, below="t",
    )  # fmt: skip
    rows, grid = body(table), table.grid()
    assert list(rows)[:4] == ["变量a", "绿色信贷", "个体固定效应", "年份固定效应"]
    assert rows["地区×年份固定效应"] == ("否", "是", "否")
    assert grid.heads[1] == "(1)\n变量y"
    assert grid.notes[0].startswith("注：括号内为t值：按企业聚类（CR1）。*表示p<0.1、")
    assert "解释变量a（滞后1期）缺失" in grid.notes[0]
    assert re.findall("[a-z]+", "".join(rows)) == ["a"]  # of 变量a


@pytest.mark.parametrize(
    "name", [n for n in MAKE if n not in {
        "Mediation", "CinelliHazlett", "WildTest", "UTest", "Threshold", "DistributedLags",
        "MarginalEffects", "EventStudy", "Randomisation", "Influence",
    }],
)  # fmt: skip
def test_every_regression_becomes_columns_with_its_own_numbers(name, full_panel):
    result = MAKE[name](full_panel)
    table = models_table(result)
    if name == "LocalProjections":
        assert table.grid().heads[1].endswith("h = 0")
        assert len(table.columns) == len(result.horizons)
        return
    several = name in ("Estimates", "GroupedEstimate")
    lines = [x for column in result for x in column.rows()] if several else result.rows()
    np.testing.assert_array_equal(table.frame["estimate"], [x.estimate for x in lines])
    np.testing.assert_array_equal(table.frame["se"], [x.se for x in lines])


def test_a_mapping_gives_heads(two):
    heads = models_table({"East": two[0], "West": [two[1]]}).grid().heads
    assert heads == ("", "(1)\nLabel of y\nEast", "(2)\nLabel of y\nWest")


def test_an_estimator_per_column_is_named_where_they_differ(full_panel):
    result = MAKE["DynamicPanel"](full_panel)
    heads = models_table(result).grid().heads
    assert [head.split("\n")[-1] for head in heads[1:]] == [
        "within", "half panel jackknife", "bias corrected",
    ]  # fmt: skip
    rows = body(models_table(estimate(A_B, full_panel), MAKE["Instrumented"](full_panel)))
    assert rows["Estimator"] == ("OLS", "2SLS")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"keep": ["aa"]}, "Unknown term 'aa' in these models: did you mean a"),
        ({"drop": ["a", "b", "c"]}, "No term is left to show"),
        ({"stars": [5]}, r"thresholds between 0 and 1, not \(5,\)"),
        ({"below": "sd"}, "kind of error 'sd'"),
        ({"language": "fr"}, "language 'fr'"),
    ],
)
def test_options_without_meaning_are_refused(two, options, words):
    with pytest.raises(AnalysisError, match=words):
        models_table(*two, **options)


def test_what_is_no_model_is_refused(two, full_panel):
    with pytest.raises(AnalysisError, match="A float holds no coefficients"):
        models_table(1.0)
    with pytest.raises(AnalysisError, match="at least one result"):
        models_table([])
    with pytest.raises(AnalysisError, match=r"Column \(2\) has no CR3 errors"):
        models_table(two[0], MAKE["GmmResult"](full_panel), below="se_cr3")
    with pytest.raises(UnknownNameError):
        models_table(*two, order=["nothing"])


def test_a_fit_on_arrays_has_no_names_to_align_by(full_panel):
    import statsmodels.api as sm

    fit = sm.OLS(full_panel["y"].to_numpy(), full_panel.frame[["a", "b"]].to_numpy()).fit()
    with pytest.raises(AnalysisError, match="have no names"):
        models_table(fit)


def test_a_column_says_what_kind_of_error_it_has(full_panel):
    kinds = {name: next(columns_of(MAKE[name](full_panel))).errors[0] for name in (
        "Estimate", "DriscollKraay", "Satterthwaite", "LongDifference", "GmmResult", "DynamicPanel",
    )}  # fmt: skip
    assert kinds == {
        "Estimate": "cr1", "DriscollKraay": "driscoll_kraay", "Satterthwaite": "cr2",
        "LongDifference": "hc3", "GmmResult": "windmeijer", "DynamicPanel": "bootstrap",
    }  # fmt: skip
    assert isinstance(MAKE["Estimate"](full_panel), Estimate)


def test_a_formula_and_a_specification_of_the_same_lag_share_a_row(full_panel):
    import analysis

    formula = analysis.estimate("y ~ a + lag(b, 1) | entity + year", full_panel)
    spec = Specification("y", ["a", "b"], lags={"a": 0, "b": 1})
    table = models_table(formula, estimate(spec, full_panel), digits=6)
    rows = body(table)
    assert list(rows)[:2] == ["Label of a", "Label of b (t−1)"]
    assert all(one == two != "" for one, two in (rows["Label of a"], rows["Label of b (t−1)"]))
    alone = body(models_table(formula, labels={"b": "Loans", "lag(b, 1)": "Loans last year"}))
    assert list(alone)[:2] == ["Label of a", "Loans last year"]
    both = analysis.estimate("y ~ b + lag(b, 1) | entity + year", full_panel)
    assert list(body(models_table(both)))[:2] == ["Label of b (t)", "Label of b (t−1)"]
    last = models_table(both, keep="lag(b, 1)", labels={"b": "Loans"})
    assert list(body(last))[:2] == ["Loans (t−1)", "Entity effects"]


def test_groups_stand_side_by_side_with_the_test_that_they_are_equal(full_panel):
    import analysis

    found = analysis.estimate("y ~ a + b | entity + year", full_panel, by="region")
    grid = models_table(found).grid()
    assert [head.split("\n")[-1] for head in grid.heads[1:]] == ["r0", "r1", "r2"]
    p = {test.term: test.p for test in found.tests}
    assert f"the same for every region: a {p['a']:.3f}, b {p['b']:.3f}" in grid.notes[0]
    assert "各地区系数相等的p值" in models_table(found, language="zh").grid().notes[0]


def test_without_effects_the_share_explained_is_r2_and_the_constant_comes_last(full_panel):
    import analysis

    pooled = analysis.estimate("y ~ a + b", full_panel, cluster=("entity", "year"))
    rows = body(models_table(pooled))
    assert list(rows)[:3] == ["Label of a", "Label of b", "Constant"]
    assert rows["Clusters"] == ("12 / 11",)
    assert rows["R²"] == (f"{pooled.within_r2:.3f}",)
    assert "Within R²" not in rows
    assert "clustered by firm and year (CR1)" in models_table(pooled).grid().notes[0]


def test_products_are_centred_in_a_specification_only_and_the_note_says_where(full_panel):
    import analysis

    spec = estimate(Specification("y", ["a", "b"], [["a", "b"]], lag=0), full_panel)
    formula = analysis.estimate("y ~ a * b | entity + year", full_panel)
    table = models_table(spec, formula)
    assert "(1) Variables in products are centred" in table.grid().notes[0]
    rows = body(table)
    cells = rows["Label of a × Label of b"]
    assert number(cells[0]) == number(cells[1])  # the product itself has the same slope
    assert number(rows["Label of a"][0]) != number(rows["Label of a"][1])


def test_logarithms_of_a_formula_are_labelled_by_their_variable(full_panel):
    import analysis

    formula = "y ~ np.log(a ** 2) + np.log(lag(group, 1) + 1) + np.log(size)"
    size = full_panel.frame["c"].abs().to_frame("size")
    panel = full_panel.with_columns(size, {"size": Variable("size", "Size", "规模")})
    found = analysis.estimate(formula, panel)
    rows = list(body(models_table(found, panel=panel, language="zh", labels={"a ** 2": "A²"})))
    assert rows[:3] == ["ln(A²)", "ln(lag(group, 1) + 1)", "ln(规模)"]
    lagged = analysis.estimate("y ~ np.log(lag(size, 1)) | entity + year", panel)
    assert next(iter(body(models_table(lagged, panel=panel)))) == "ln(Size (t−1))"
