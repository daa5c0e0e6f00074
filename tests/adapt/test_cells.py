"""Numbers as spreadsheets hold them, held against what a person reads there."""

import datetime as dt

import numpy as np
import pytest

from analysis.adapt.cells import is_blank, numbers
from analysis.errors import DataError


def read(*cells):
    return numbers(cells, range(2, len(cells) + 2), "GDP", "a/b.csv", {"%", "亿元", "万元"})


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1234.5", 1234.5), ("1,234.5", 1234.5), ("１２３４．５", 1234.5), ("１，２３４", 1234.0),
        ("1 234 567", 1234567.0), (" 7 ", 7.0), ("−3.2", -3.2), ("－3", -3.0), ("1e3", 1000.0),
        (".5", 0.5), ("5.", 5.0), (12, 12.0), (np.float64(2.5), 2.5), (np.int64(4), 4.0),
    ],
)  # fmt: skip
def test_a_number_is_read_through_its_dress(cell, number):
    assert read(cell).values.tolist() == [number]


@pytest.mark.parametrize(
    "cell",
    ["", " ", "-", "--", "—", "——", "…", "……", "NA", "n.a.", "N/A", "#N/A", "nan", "缺失", None,
     float("nan"), "/"],
)  # fmt: skip
def test_a_blank_is_a_blank_and_is_counted(cell):
    found = read(1, cell)
    assert is_blank(cell)
    assert found.blanks == 1
    assert np.isnan(found.values[1])


@pytest.mark.parametrize(
    "cell",
    ["无", "abc", "12,5", "1,23,456", "inf", "-inf", float("inf"), "1e999", "1_000", "(5)", "3?",
     "12 亿", True, dt.datetime(2015, 1, 1), "#DIV/0!", "0x10", "١٢"],
)  # fmt: skip
def test_what_is_neither_is_refused_with_its_cell(cell):
    with pytest.raises(DataError, match=r"a/b.csv holds '.*' in column 'GDP', row 4"):
        read(1, 2, cell)


def test_what_was_read_through_is_counted():
    found = read("1,000", "２,０００", "3", 4)
    assert found.values.tolist() == [1000, 2000, 3, 4]
    assert found.mended == {"thousands separators": 2, "full-width characters": 1}


def test_one_unit_behind_every_number_is_the_unit_of_the_column():
    assert read("12%", "13.5％", "-").unit == "%"
    assert read("12亿元", "13.5 亿元").values.tolist() == [12, 13.5]


def test_two_units_in_a_column_are_refused_with_both_rows():
    with pytest.raises(DataError, match=r"'13' in row 3 and '12%' in row 2"):
        read("12%", "13")
