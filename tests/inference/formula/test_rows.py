"""Lags count years, rows left out are counted by reason, options choose rows."""

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest

from analysis import Panel, estimate
from analysis.errors import SpecificationError
from analysis.inference.formula.parse import parse
from analysis.inference.formula.terms import columns


def test_a_lag_reaches_across_no_gap(table, panel):
    made = columns(
        panel, parse("y ~ lag(x, 2) + lead(x) + diff(z) + lag(np.exp(x), 1) + diff(lag(z))")
    )
    known = table.set_index(["city", "t"])

    def cell(name, city, year):
        return known[name].get((city, year), np.nan)

    for city, year in panel.frame.index:
        row = made.loc[(city, year)]
        hand = {
            "lag(x, 2)": cell("x", city, year - 2),
            "lead(x, 1)": cell("x", city, year + 1),
            "diff(z)": cell("z", city, year) - cell("z", city, year - 1),
            "lag(np.exp(x), 1)": np.exp(cell("x", city, year - 1)),
            "diff(lag(z))": cell("z", city, year - 1) - cell("z", city, year - 2),
        }
        for name, value in hand.items():
            np.testing.assert_allclose(row[name], value, err_msg=f"{name} {city} {year}")


def test_a_lag_looks_at_rows_that_are_left_out(table, panel):
    inside = estimate("y ~ lag(x, 1) | entity", panel, include="year >= 2010")
    known = table.set_index(["city", "t"])
    rows = [
        (c, t) for c, t in known.index
        if t >= 2010 and np.isfinite([known["y"][c, t], known["x"].get((c, t - 1), np.nan)]).all()
    ]  # fmt: skip
    assert inside.n == len(rows)
    assert (inside.first_year, inside.last_year) == (2010, 2016)


def test_every_row_of_the_panel_is_used_or_counted_once(table, panel):
    found = estimate(
        "y ~ x + z | entity + year", panel, weights="w", include="year > 2006",
        exclude="owner == 'foreign'",
    )  # fmt: skip
    reasons = [d.reason for d in found.dropped]
    assert reasons[:2] == ["outside year > 2006", "excluded: owner == 'foreign'"]
    assert found.n + sum(d.rows for d in found.dropped) == found.grid_rows == 24 * 12
    rows = table.query("t > 2006 and owner != 'foreign'").dropna(subset=["x", "y", "z"])
    assert found.n == len(rows)


def test_rows_alone_in_an_effect_are_left_out_until_none_is():
    table = pd.DataFrame(
        {
            "e": list("aaabbbccd"), "t": [1, 2, 3, 1, 2, 3, 1, 4, 4],
            "x": [1.0, 3, 2, 5, 1, 0, 2, 2, 7], "y": [2.0, 2, 1, 4, 3, 1, 0, 5, 1],
        }
    ).assign(t=lambda d: d["t"] + 2000)  # fmt: skip
    found = estimate("y ~ x | entity + year", Panel.from_frame(table, entity="e", year="t"))
    # d has one row; without it c is alone in its last year; without that c has one row
    assert found.n == 6
    assert {d.reason: d.rows for d in found.dropped} == {
        "y missing": 7, "only row of its entity": 2, "only row of its year": 1,
    }  # fmt: skip


def test_what_a_function_makes_no_number_of_is_counted(panel):
    with np.errstate(invalid="ignore"):
        lost = int((panel["x"][panel["y"].notna()] < 0).sum())
    found = estimate("y ~ np.sqrt(x) | entity", panel)
    assert {d.reason: d.rows for d in found.dropped}["np.sqrt(x) is no number"] == lost


def test_zero_weights_are_rows_left_out(table):
    some = table.assign(w=table["w"].where(table["t"] > 2008, 0.0))
    panel = Panel.from_frame(some, entity="city", year="t")
    weighted = estimate("y ~ x | entity", panel, weights="w")
    alone = estimate("y ~ x | entity", panel, weights="w", include="year > 2008")
    assert weighted.params["x"] == alone.params["x"]
    assert "w missing or zero" in [d.reason for d in weighted.dropped]


def test_the_scale_of_weights_does_not_matter(table):
    other = Panel.from_frame(table.assign(w=table["w"] * 1e6), entity="city", year="t")
    same = Panel.from_frame(table, entity="city", year="t")
    a, b = (estimate("y ~ x | entity + year", p, weights="w").tidy() for p in (other, same))
    pd.testing.assert_frame_equal(a, b, rtol=1e-9)


def test_the_unit_of_a_variable_does_not_matter(table, panel):
    big = Panel.from_frame(table.assign(x=table["x"] * 1e12 + 5e12), entity="city", year="t")
    for formula in ("y ~ x + z | entity + year", "y ~ x + z"):
        a, b = estimate(formula, big), estimate(formula, panel)
        np.testing.assert_allclose(a.params["x"] * 1e12, b.params["x"], rtol=1e-7)
        np.testing.assert_allclose(a.std_errors["x"] * 1e12, b.std_errors["x"], rtol=1e-7)


def test_names_that_are_no_words_stand_in_backticks(table):
    named = table.rename(columns={"x": "科技支出(万元)", "y": "专利"})
    panel = Panel.from_frame(named, entity="city", year="t")
    found = estimate("专利 ~ `科技支出(万元)` + lag(`科技支出(万元)`, 1) | city + year", panel)
    assert list(found.params.index) == ["科技支出(万元)", "lag(科技支出(万元), 1)"]
    plain = estimate(
        "y ~ x + lag(x, 1) | entity + year", Panel.from_frame(table, entity="city", year="t")
    )
    np.testing.assert_allclose(found.params, plain.params, rtol=1e-10)


@pytest.mark.parametrize("term", ["center(x)", "scale(x)", "poly(x, 1)"])
def test_a_function_that_looks_at_all_rows_looks_at_those_that_are_used(panel, term):
    plain = estimate("y ~ x | entity", panel, exclude="owner == 'state'")
    found = estimate(f"y ~ {term} | entity", panel, exclude="owner == 'state'")
    assert found.dropped == plain.dropped
    np.testing.assert_allclose(found.tstats, plain.tstats, rtol=1e-9)
    if term == "center(x)":
        np.testing.assert_allclose(found.params, plain.params, rtol=1e-9)


@pytest.mark.parametrize("term", ["lag(np.log(size), 1)", "lag(log(size), 1)", "np.log(lag(size))"])
def test_a_log_may_be_lagged_and_a_lag_be_logged(table, panel, term):
    before = table[["city", "t", "size"]].assign(t=table["t"] + 1).rename(columns={"size": "s"})
    rows = table.merge(before, on=["city", "t"]).dropna(subset=["y"]).reset_index(drop=True)
    fit = pf.feols("y ~ log(s) | city + t", rows, demeaner=pf.MapDemeaner(fixef_tol=1e-11))
    found = estimate(f"y ~ {term} | entity + year", panel)
    np.testing.assert_allclose(found.params, fit.coef(), rtol=1e-8)
    assert found.n == fit._N


def test_the_log_of_zero_is_refused_by_place_inside_a_lag_too(table):
    panel = Panel.from_frame(table.assign(s=table["size"].where(table["t"] > 2006, 0.0)),
                             entity="city", year="t")  # fmt: skip
    for term in ("log(s)", "lag(log(s), 1)"):
        with pytest.raises(SpecificationError, match=r"infinite for c\d\d in 200[56]"):
            estimate(f"y ~ {term} | entity", panel)


def test_an_expression_may_be_lagged(table, panel):
    found = estimate("y ~ lag(x + z, 1) | entity", panel)
    wide = table.assign(s=table["x"] + table["z"], o=(table["owner"] == "state").astype(float))
    other = Panel.from_frame(wide, entity="city", year="t")
    hand = estimate("y ~ lag(s, 1) | entity", other)
    assert found.params.index[0] == "lag(x + z, 1)"
    np.testing.assert_allclose(found.params, hand.params, rtol=1e-9)
    found = estimate("y ~ lag(owner == 'state', 1)", panel)  # false nowhere for want of a row
    hand = estimate("y ~ lag(o, 1)", other)
    assert found.n == hand.n
    np.testing.assert_allclose(found.params, hand.params, rtol=1e-9)
