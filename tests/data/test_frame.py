"""A DataFrame as a reader holds it becomes a panel, or is refused in one sentence."""

import numpy as np
import pandas as pd
import pytest

from analysis.data import Panel
from analysis.errors import AnalysisError, DataError, UnknownNameError


@pytest.fixture
def table():
    index = pd.MultiIndex.from_product([["B", "A", "C"], range(2015, 2020)], names=["city", "t"])
    table = index.to_frame(index=False)
    table["gdp"] = np.arange(15) + 1.0
    table["firms"] = np.arange(15)[::-1]
    table["pilot"] = table["t"] > 2017
    table["owner"] = np.where(table.index % 2, "state", "private")
    table["prov"] = table["city"].map({"A": "north", "B": "north", "C": "south"})
    return table


def read(table, **more):
    return Panel.from_frame(table, **{"entity": "city", "year": "t", **more})


def test_every_figure_stands_where_it_stood(table):
    panel = read(table.sample(frac=1, random_state=3), region="prov")
    for _, row in table.iterrows():
        for name in ("gdp", "firms", "pilot"):
            assert panel[name].loc[row["city"], row["t"]] == float(row[name])
        assert panel["owner"].loc[row["city"], row["t"]] == row["owner"]
        assert panel.region.loc[row["city"], row["t"]] == row["prov"]
    assert panel.notes == (
        "Factors, not numbers: owner.", "Attributes of the entities: prov, region.",
    )  # fmt: skip
    assert repr(panel) == "Panel panel: 3 cities, 2015-2019, 4 variables"


def test_the_table_is_left_as_it_was(table):
    before = table.copy()
    read(table)
    pd.testing.assert_frame_equal(table, before)


def test_missing_years_become_rows_and_are_counted(table):
    gappy = table[(table["t"] != 2017) & ~((table["city"] == "A") & (table["t"] == 2019))]
    panel = read(gappy)
    assert len(panel.frame) == 15
    assert panel["gdp"].isna().sum() == 15 - len(gappy) == 4
    assert panel.notes[0].startswith("4 of 15 rows")
    lagged = panel["gdp"].groupby(level="entity").shift()
    assert np.isnan(lagged.loc["B", 2018])
    assert lagged.loc["B", 2016] == 1.0


def test_words_that_never_change_are_attributes_and_others_factors(table):
    panel = read(table)
    assert "prov" not in panel
    assert panel.entities["prov"].to_dict() == {"A": "north", "B": "north", "C": "south"}
    assert panel.describe("owner").processing == "factor"
    assert panel.describe("gdp").processing == "published"


def test_labels_and_units_are_kept(table):
    panel = read(table, labels={"gdp": "Output"}, units={"gdp": "yuan"}, name="mine")
    assert (panel.describe("gdp").label_en, panel.describe("gdp").unit) == ("Output", "yuan")
    assert (panel.describe("gdp").first_year, panel.describe("gdp").last_year) == (2015, 2019)
    assert panel.describe("firms").label_en == "firms"


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.set_index(["city", "t"]),
        lambda t: t.set_index("t"),
        lambda t: t.assign(t=t["t"].astype(float)),
        lambda t: t.assign(t=t["t"].astype(str)),
        lambda t: t.assign(t=pd.to_datetime(t["t"].astype(str))),
        lambda t: t.assign(gdp=t["gdp"].astype(object)),
        lambda t: t.assign(gdp=t["gdp"].astype("Float64")),
    ],
)
def test_years_and_numbers_of_any_kind_give_the_same_panel(table, change):
    pd.testing.assert_frame_equal(read(change(table)).frame, read(table).frame)


def test_numbers_for_entities_become_text(table):
    coded = table.assign(city=table["city"].map({"A": 11.0, "B": 12.0, "C": 13.0}))
    assert list(read(coded).entities.index) == ["11", "12", "13"]


def test_codes_with_zeros_in_front_are_words(table):
    coded = table.assign(code=[f"{i % 4:04d}" for i in range(15)])
    assert set(read(coded)["code"]) == {"0000", "0001", "0002", "0003"}


def _with(table, name, row, value):
    out = table.copy()
    out[name] = out[name].astype(object)
    out.loc[row, name] = value
    return out


REFUSED = {
    "a row twice": (
        lambda t: pd.concat([t, t.iloc[[3]]]),
        r"holds B in 2018 in rows 4 and 16: keep one row per city and t",
    ),
    "an infinite value": (
        lambda t: t.assign(gdp=np.where(t.index == 6, np.inf, t["gdp"])),
        r"'gdp' is infinite in row 7 \(A in 2016\)",
    ),
    "a word among numbers": (
        lambda t: _with(t, "gdp", 2, "n.a."),
        r"'gdp' holds 'n.a.' in row 3 \(B in 2017\), which is not a number",
    ),
    "numbers as text": (
        lambda t: t.assign(gdp=t["gdp"].astype(str)),
        r"'gdp' holds the number '1.0' as text in row 1 \(B in 2015\): convert it",
    ),
    "no entity": (lambda t: _with(t, "city", 4, None), r"has no entity in 1 rows.* row 5"),
    "no year": (lambda t: _with(t, "t", 4, "x"), r"has the year 'x': write a whole number"),
    "a mistyped year": (
        lambda t: t.assign(t=t["t"].where(t.index > 0, 202)),
        r"years from 202 to 2019, but rows in 6",
    ),
    "another column called year": (lambda t: t.assign(year=1), r"has a column 'year' beside 't'"),
    "no row": (lambda t: t.iloc[:0], r"has no row"),
    "a column twice": (lambda t: pd.concat([t, t[["gdp"]]], axis=1), r"holds column 'gdp' twice"),
    "an array": (lambda t: t.to_numpy(), r"DataFrame is needed here, not ndarray"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_in_one_sentence(table, case):
    change, said = REFUSED[case]
    with pytest.raises(AnalysisError, match=said) as caught:
        read(change(table))
    assert str(caught.value).endswith(".")


def test_an_entity_has_one_region(table):
    moved = _with(table, "prov", 0, "south")
    with pytest.raises(DataError, match=r"'prov' puts B in south and in north"):
        read(moved, region="prov")
    assert "prov" in read(moved)


@pytest.mark.parametrize(
    "more",
    [{"entity": "citi"}, {"region": "provv"}, {"labels": {"gpd": "x"}}, {"units": {"a": ""}}],
)
def test_an_unknown_column_is_named(table, more):
    with pytest.raises(UnknownNameError, match="Unknown column"):
        read(table, **more)
