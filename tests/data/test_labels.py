"""A panel a reader makes by hand: every usual index is understood, or refused in a sentence."""

from __future__ import annotations

import datetime
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.data import Panel, Roles, Variable
from analysis.data.labels import year_and_month
from analysis.errors import DataError, SpecificationError, UnknownNameError

YEARS = range(2001, 2005)


def panel(index, columns=("x",)):
    frame = pd.DataFrame(np.arange(len(index) * len(columns)).reshape(len(index), -1), index)
    frame.columns = list(columns)
    roles = Roles("firm", "firms", "企业", "Case", "例", 2001, 2004, 2)
    named = {c: Variable(c, c) for c in columns}
    return Panel("case", frame, named, pd.DataFrame(index=index.unique(0)), roles)


def plain():
    return pd.MultiIndex.from_product([["a", "b"], YEARS], names=["entity", "year"])


WHO, WHEN = plain().get_level_values(0), plain().get_level_values(1)
KINDS = {
    "text": WHEN.astype(str),
    "floats": WHEN.astype(float),
    "categories": pd.Categorical(WHEN),
    "periods": pd.PeriodIndex(WHEN.astype(str), freq="Y"),
    "dates": pd.to_datetime(WHEN.astype(str)),
    "ends of years": WHEN.astype(str) + "-12-31",
    "small numbers": WHEN.astype("int16"),
    "objects": WHEN.astype(object),
    "Chinese": WHEN.astype(str) + "年",
}


@pytest.mark.parametrize("when", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("names", [("entity", "year"), ("省份", "年份"), (None, None)])
def test_years_of_every_kind_become_whole_numbers(when, names):
    found = panel(pd.MultiIndex.from_arrays([WHO, when], names=names))
    pd.testing.assert_frame_equal(found.frame, panel(plain()).frame)


@pytest.mark.parametrize("names", [("year", "entity"), ("年份", "省份")])
def test_levels_in_the_other_order_are_swapped(names):
    found = panel(pd.MultiIndex.from_arrays([WHEN.astype(str), WHO], names=names)).frame
    assert found.index.equals(plain())
    assert found.index.names == ["entity", "year"]


@pytest.mark.parametrize("codes", [np.array([11, 12]), np.array([11.0, 12.0]), ["11", "12"]])
def test_codes_of_entities_become_text(codes):
    found = panel(pd.MultiIndex.from_product([codes, YEARS], names=["entity", "year"]))
    assert list(found.frame.index.unique(0)) == list(found.entities.index) == ["11", "12"]


@pytest.mark.parametrize(
    ("who", "when", "message"),
    [
        (WHO.where(WHO != "b"), WHEN, "no entity in 4 rows, the first in row 5"),
        (WHO, WHEN.where(WHEN != 2003), "no year in 2 rows, the first in row 3"),
        (WHO, WHEN.where(WHEN != 2003, 2002), "holds a in 2002 more than once"),
        (WHO, WHEN + 0.5, "has the year '2001.5': write a whole number"),
        (WHO, ["spring"] * 8, "has the year 'spring'"),
    ],
)
def test_a_label_that_is_none_is_told(who, when, message):
    with pytest.raises(DataError, match=message):
        panel(pd.MultiIndex.from_arrays([who, when], names=["entity", "year"]))


def test_other_frames_are_told():
    with pytest.raises(DataError, match="column 'x' twice"):
        panel(plain(), ("x", "x"))
    with pytest.raises(DataError, match="an index of 1 levels, not two"):
        panel(pd.Index(["a"]))
    with pytest.raises(DataError, match="give a DataFrame"):
        replace(panel(plain()), frame=[1])


def test_what_else_a_panel_is_made_of_is_checked():
    made = panel(plain())
    with pytest.raises(DataError, match="describes the entity a more than once"):
        replace(made, entities=pd.concat([made.entities, made.entities]))
    with pytest.raises(SpecificationError, match="DataFrame is needed here, not NoneType"):
        replace(made, entities=None)
    with pytest.raises(SpecificationError, match="Mapping is needed here, not list"):
        replace(made, variables=["x"])
    with pytest.raises(SpecificationError, match="DataFrame is needed here, not Series"):
        made.with_columns(made["x"].rename("w"), {"w": Variable("w", "W")})
    with pytest.raises(UnknownNameError, match="use one of x"):
        _ = made[["x"]]


@pytest.mark.parametrize(
    "value",
    ["2016-10-05", "2016/10/05", "2016/10", "2016.10", "2016.10.05", "2016年10月", "2016年10月5日",
     "20161005", "201610", "2016—10", 20161005, 201610, "2016-10-05 00:00:00", " 2016-10 ",
     pd.Timestamp("2016-10-05"), np.datetime64("2016-10-05"), datetime.date(2016, 10, 5),
     pd.Period("2016-10", "M")],
)  # fmt: skip
def test_october_is_october_however_it_is_written(value):
    assert year_and_month(value) == (2016, 10)


@pytest.mark.parametrize("value", ["2016", 2016, 2016.0, np.int64(2016), "2016年", "2016.0"])
def test_a_year_alone_has_no_month(value):
    assert year_and_month(value) == (2016, None)


@pytest.mark.parametrize(
    "value",
    ["42648", 42648, 42648.0, 2016.75, 2016.1, "2016-010", "2016-13", "2016Q4", "20161305",
     "2016-10-50", "", None, float("nan"), pd.NaT, "16-10-05", "3016", True],
)  # fmt: skip
def test_what_is_no_date_is_none(value):
    assert year_and_month(value) is None
