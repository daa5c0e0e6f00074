from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.data import identities, load
from analysis.data.dataset import read_identities
from analysis.errors import DataError, UnknownNameError


@pytest.fixture(scope="module")
def table(china):
    return identities(china).set_index("name")


def test_every_identity_holds(table):
    assert len(table) == 17
    assert table["holds"].all(), table.loc[~table["holds"], ["deviation", "where"]]


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("rd_by_activity", 31 * 14),
        ("rd_by_source", 31 * 14),
        ("patents_granted_by_kind", 31 * 14),
        ("rd_intensity", 31 * 13),
        ("rd_totals", 8 * 14),
        ("fiscal_totals", 3 * 5),
    ],
)
def test_identities_compare_the_cells_they_claim(table, name, cells):
    assert table.loc[name, "cells"] == cells


def test_patents_by_kind_add_exactly(table):
    kinds = table[table.index.str.startswith("patents") & table.index.str.endswith("by_kind")]
    assert kinds["worst"].tolist() == [0.0, 0.0, 0.0]


def test_largest_slip_is_where_it_is_known_to_be(table):
    assert table.loc["rd_by_activity", "where"] == "CN-SH 2021"
    assert table.loc["rd_fte_by_activity", "where"] == "CN-SC 2011"


def test_intensity_uses_the_vintage_of_the_day(china, table):
    """With revised GDP the published intensity is missed by an order of magnitude more."""
    revised = (china["rd_expenditure"] / china["gdp"] * 100 - china["rd_intensity"]).abs().median()
    assert table.loc["rd_intensity", "deviation"] == pytest.approx(0.002975, abs=1e-6)
    assert revised > 10 * table.loc["rd_intensity", "deviation"]


def test_provinces_never_exceed_a_row_that_counts_more(china):
    for name in china.totals.columns:
        if name.startswith(("patents", "tech_contracts")):
            summed = china[name].groupby(level="year").sum(min_count=1)
            gap = (china.totals[name] - summed).dropna()
            assert len(gap) >= 13, name
            assert (gap >= 0).all(), name


def test_wrong_figure_breaks_its_identities(china):
    frame = china.frame.copy()
    frame.loc[("CN-GD", 2015), "rd_basic"] *= 10
    broken = identities(replace(china, frame=frame)).set_index("name")["holds"]
    assert set(broken.index[~broken]) == {"rd_by_activity", "rd_totals"}


def test_derived_cell_meets_both_identities(china):
    """Beijing 2012 was derived from the total; the national row gives the same number."""
    others = china["rd_funds_enterprise"].drop("CN-BJ").xs(2012, level="year").sum()
    residual = china.totals.loc[2012, "rd_funds_enterprise"] - others
    assert china["rd_funds_enterprise"].loc["CN-BJ", 2012] == pytest.approx(residual, rel=1e-6)


def test_panel_without_identities(toy):
    table = identities(load("toy", root=toy))
    assert table.empty
    assert "holds" in table.columns


def test_identity_of_an_unknown_series(china):
    rule = replace(china.identities[0], terms={"total": "rd_expenditur", "parts": ["rd_basic"]})
    with pytest.raises(UnknownNameError, match=r"did you mean rd_expenditure"):
        identities(replace(china, identities=(rule,)))


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("- {name: a, what: b, kind: parts}", r"Identity 'a' .* has no 'tolerance': add it"),
        ("- {name: a, what: b, kind: sums, tolerance: 1}", r"of kind 'sums'"),
    ],
)
def test_malformed_identity(tmp_path, text, pattern):
    path = tmp_path / "identities.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=pattern):
        read_identities(path)
