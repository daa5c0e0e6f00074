"""Descriptions of a panel, against pandas, scipy and a regression on dummies."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy.stats import spearmanr

from analysis.errors import AnalysisError, DataError, UnknownNameError
from analysis.inference.tables.coverage import balance
from analysis.inference.tables.summary import correlations, describe
from analysis.measures.winsorise import winsorise


def left(panel, name, rows):
    """What dummies of entity and year leave of a variable."""
    flat = panel.frame[[name]].loc[rows].reset_index().rename(columns={name: "x"})
    return smf.ols("x ~ C(entity) + C(year)", flat).fit().resid.to_numpy()


def with_values(panel, name, values):
    return replace(panel, frame=panel.frame.assign(**{name: values}))


def test_statistics_are_those_of_pandas(panel):
    frame = describe(panel).frame.set_index("variable")
    assert list(frame.index) == list(panel.frame)
    for name in "aby":
        x = panel[name]
        expected = [x.count(), x.mean(), x.std(), x.min(), x.median(), x.max(), x.isna().mean()]
        names = ["count", "mean", "sd", "min", "median", "max", "missing"]
        np.testing.assert_allclose(frame.loc[name, names].astype(float), expected)


def test_the_within_sd_is_what_dummies_of_entity_and_year_leave(panel):
    frame = describe(panel, ["a", "group"]).frame.set_index("variable")
    rest = left(panel, "a", panel["a"].notna())
    assert frame.loc["a", "within_sd"] == pytest.approx(np.sqrt((rest**2).sum() / (len(rest) - 1)))
    assert frame.loc["group", "within_sd"] == 0  # constant in every entity


def test_groups_have_their_own_rows_and_those_without_a_group_are_counted(panel):
    found = describe(panel, "a", by="region")
    for group, part in panel["a"].groupby(panel.region):
        row = found.frame.set_index("group").loc[group]
        assert (row["count"], row["mean"]) == (part.count(), pytest.approx(part.mean()))
    some = replace(panel, entities=panel.entities.assign(
        region=panel.entities["region"].where(panel.entities["region"] != "r0")
    ))  # fmt: skip
    assert "44 rows have no region" in describe(some, "a", by="region").grid().notes[0]
    by_year = describe(panel, "a", by="year")
    assert by_year.frame["within_sd"].isna().all()  # no entity is seen twice in a year
    assert by_year.grid().rows[0][0] == "2001"


def test_infinite_values_are_left_out_and_named(full_panel):
    values = full_panel["a"].to_numpy().copy()
    values[:3] = [np.inf, -np.inf, np.inf]
    found = describe(with_values(full_panel, "a", values), ["a"])
    assert found.frame.loc[0, "count"] == 129
    assert found.frame.loc[0, "mean"] == pytest.approx(values[3:].mean())
    assert "a: 3 infinite values are left out" in found.grid().notes[0]


def test_a_description_is_printed_in_both_languages_and_saved(panel, tmp_path):
    named = {**panel.variables, "a": replace(panel.variables["a"], label_zh="贷款")}
    own = replace(panel, variables=named)
    grid = describe(own, ["a", "b"], by="region", language="zh").grid()
    assert grid.heads[:3] == ("地区", "变量", "观测值")
    assert grid.rows[0][:2] == ("r0", "贷款")
    for ending in ("html", "tex", "docx", "md", "csv"):
        path = describe(own).save(tmp_path / f"table.{ending}")
        assert path.stat().st_size > 100
    read = pd.read_csv(tmp_path / "table.csv", index_col=0)
    assert read.loc["Label of a", "N"] == panel["a"].count()


def test_very_large_and_very_small_figures_stay_short(full_panel):
    big = with_values(full_panel, "a", full_panel["a"] * 1e12 + 4e13)
    cells = describe(with_values(big, "b", full_panel["b"] * 1e-9), ["a", "b"]).grid().rows
    assert all(len(cell) <= 10 for row in cells for cell in row[1:])
    assert cells[0][2].endswith("e13")


def test_correlations_are_those_of_the_rows_that_have_everything(panel):
    used = panel.frame[["a", "b", "y"]].dropna()
    found = correlations(panel, ["a", "b", "y"])
    np.testing.assert_allclose(found.frame, np.corrcoef(used.to_numpy().T))
    assert found.n == len(used)
    note = found.grid().notes[0]
    assert f"{len(used)} of 132 rows have every variable and are used; {132 - len(used)}" in note
    ranks = correlations(panel, ["a", "b", "y"], "spearman")
    np.testing.assert_allclose(ranks.frame, spearmanr(used).statistic)
    assert ranks.grid().rows[2][3] == "1.000"
    assert ranks.grid().rows[0][2] == ""


def test_within_correlations_are_those_of_what_dummies_leave(panel):
    used = panel.frame[["a", "y"]].dropna().index
    found = correlations(panel, ["a", "y"], within=True)
    rest = [left(panel, name, used) for name in ("a", "y")]
    assert found.frame.loc["a", "y"] == pytest.approx(np.corrcoef(*rest)[0, 1])


def test_a_variable_that_does_not_vary_has_no_correlation_and_is_named(panel):
    found = correlations(panel, ["a", "group"], within=True)
    assert found.frame.loc["a", "group"] != found.frame.loc["a", "group"]
    assert "Label of group does not vary" in found.grid().notes[0]
    assert found.grid().rows[1][1:] == ("–", "–")


def test_balance_counts_entities_by_year_and_names_gaps(full_panel):
    frame = full_panel.frame.copy()
    frame.loc[("e01", slice(2004, 2005)), "a"] = np.nan
    frame.loc[("e02", slice(2001, 2002)), "a"] = np.nan
    frame.loc["e03", "a"] = np.nan
    found = balance(replace(full_panel, frame=frame), "a")
    assert not found.balanced
    assert list(found.by_year) == [10, 10, 11, 10, 10, 11, 11, 11, 11, 11, 11]
    rows = found.frame
    assert rows.loc["e01", ["first_year", "last_year", "rows", "gaps"]].tolist() == [
        2001, 2011, 9, "2004–2005",
    ]  # fmt: skip
    assert rows.loc["e02", "gaps"] == ""
    assert rows.loc["e03", "rows"] == 0
    note = found.grid().notes[0]
    assert "9 of 12 firms have all 11 years" in note
    assert "1 have gaps between their first and last row: e01 (2004–2005)" in note
    assert "1 have no row: e03" in note
    assert balance(full_panel).balanced
    assert "共12个企业，其中12个拥有全部11年" in balance(full_panel, language="zh").grid().notes[0]


def test_any_variable_makes_a_row_unless_names_are_given(panel):
    assert balance(panel).balanced  # c is never missing
    assert list(balance(panel, ["a", "b"]).by_year) == list(
        panel.frame[["a", "b"]].notna().all(axis=1).groupby(level="year").sum()
    )


@pytest.mark.parametrize("by_year", [False, True])
def test_winsorising_clips_at_the_quantiles_and_counts_what_moved(panel, by_year):
    made = winsorise(panel, ["a"], share=0.05, by_year=by_year)
    x = panel["a"]
    parts = [part for _, part in x.groupby(level="year")] if by_year else [x]
    moved = 0
    for part in parts:
        low, high = np.nanquantile(part, [0.05, 0.95])
        np.testing.assert_allclose(made["a"].loc[part.index], part.clip(low, high))
        moved += int(((part < low) | (part > high)).sum())
    variable = made.describe("a")
    assert f"{moved} of {x.count()} values moved" in variable.notes
    assert ("of each year" in variable.notes) is by_year
    assert variable.processing == "derived"
    assert int((made["a"] != x).sum() - x.isna().sum()) == moved


def test_winsorising_leaves_the_panel_and_other_variables_as_they_are(panel):
    before = panel.frame.copy()
    made = winsorise(panel, "a", 0.1)
    pd.testing.assert_frame_equal(panel.frame, before)
    pd.testing.assert_frame_equal(made.frame.drop(columns="a"), before.drop(columns="a"))
    assert panel.describe("a").notes == ""
    again = winsorise(made, "a", 0.1)
    assert again.describe("a").notes.count("Winsorised") == 2


def test_missing_values_stay_missing(panel):
    made = winsorise(panel, ["a", "b"])
    pd.testing.assert_frame_equal(made.frame.isna(), panel.frame.isna())


@pytest.mark.parametrize("share", [0, 0.5, -0.1, "1%"])
def test_a_share_without_meaning_is_refused(panel, share):
    with pytest.raises(AnalysisError, match=r"must lie between 0 and 0\.5"):
        winsorise(panel, ["a"], share=share)


def test_what_cannot_be_described_is_said_in_a_sentence(panel, full_panel):
    with pytest.raises(UnknownNameError, match="variable 'aa'"):
        describe(panel, ["aa"])
    with pytest.raises(AnalysisError, match="two variables or more"):
        correlations(panel, ["a"])
    with pytest.raises(UnknownNameError, match="method 'kendall'"):
        correlations(panel, ["a", "b"], "kendall")
    with pytest.raises(AnalysisError, match="No variable is named"):
        winsorise(panel, [])
    with pytest.raises(AnalysisError, match="Panel is needed here, not DataFrame"):
        balance(panel.frame)
    with pytest.raises(AnalysisError, match="Panel is needed here, not DataFrame"):
        winsorise(panel.frame, "a")
    infinite = with_values(full_panel, "a", full_panel["a"].mask(full_panel["a"] > 1, np.inf))
    with pytest.raises(DataError, match=r"'a' holds \d+ infinite values"):
        winsorise(infinite, "a")
