from __future__ import annotations

import re
import shutil

import pytest

from analysis.data import load
from analysis.errors import DataError


@pytest.fixture(autouse=True)
def lean(root):
    """Leave two tables in the copy, so that every refused load is quick."""
    path = root / "china" / "dataset.yml"
    text = re.sub(r"(?s)\ntables: .*?\]", "\ntables: [fiscal, finance]", path.read_text("utf-8"))
    path.write_text(re.sub(r"(?m)^(totals|flags|identities): .*$", "", text), "utf-8")


def refuse(root, pattern):
    with pytest.raises(DataError, match=pattern) as caught:
        load("china", root=root)
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith((".", "?"))
    assert str(root) not in message
    return message


def drop_column(name):
    def change(rows):
        where = rows[0].index(name)
        for row in rows:
            del row[where]

    return change


def rename_column(old, new):
    return lambda rows: rows[0].__setitem__(rows[0].index(old), new)


def test_missing_column(spoil):
    root = spoil("fiscal", drop_column("fiscal_science"))
    refuse(root, r"china/fiscal.csv has no column 'fiscal_science': restore it")


def test_renamed_column_names_the_nearest(spoil):
    root = spoil("fiscal", rename_column("fiscal_science", "fiscal_sciense"))
    refuse(root, r"no column 'fiscal_science' but one named 'fiscal_sciense': rename it back")


def test_missing_key_column(spoil):
    root = spoil("fiscal", rename_column("year", "jahr"))
    refuse(root, r"china/fiscal.csv has no column 'year'")


def test_undescribed_column(spoil):
    def add(rows):
        for i, row in enumerate(rows):
            row.append("extra" if i == 0 else "1")

    refuse(spoil("fiscal", add), r"column 'extra' that china/fiscal.yml does not describe")


@pytest.mark.parametrize("text", ["n/a", "1,234", "12 3", "True", "--"])
def test_cell_that_is_no_number(spoil, text, put):
    root = spoil("fiscal", put(("CN-TJ", "2011"), "fiscal_science", text))
    message = refuse(root, r"china/fiscal.csv holds '.*' in column 'fiscal_science', row 18")
    assert f"'{text}'" in message


def test_fractional_year(spoil):
    root = spoil("fiscal", lambda rows: rows[3].__setitem__(1, "2012.5"))
    refuse(root, r"no whole year in row 4")


def test_duplicate_key(spoil):
    root = spoil("fiscal", lambda rows: rows.append(list(rows[5])))
    refuse(root, r"china/fiscal.csv holds CN-BJ in 2014 more than once")


def test_unknown_entity_names_the_nearest(spoil):
    root = spoil("fiscal", lambda rows: rows[1].__setitem__(0, "CN_BJ"))
    refuse(root, r"unknown entity 'CN_BJ' in row 2: did you mean CN-BJ\?")


def test_row_without_an_entity(spoil):
    root = spoil("fiscal", lambda rows: rows[1].__setitem__(0, ""))
    refuse(root, r"china/fiscal.csv has a row without entity: fill it in or delete the row")


def test_header_alone(spoil):
    def behead(rows):
        del rows[1:]

    refuse(spoil("fiscal", behead), r"holds 0 entities but 31 are expected")


def test_unknown_year(spoil):
    root = spoil("fiscal", lambda rows: rows[1].__setitem__(1, "1010"))
    refuse(root, r"unknown year '1010' in row 2")


def test_wrong_number_of_entities(spoil):
    def drop(rows):
        rows[:] = [r for r in rows if r[0] != "CN-XZ"]

    refuse(spoil("fiscal", drop), r"holds 30 entities but 31 are expected \(CN-XZ is missing\)")


def test_undeclared_gap(spoil, put):
    root = spoil("fiscal", put(("CN-SH", "2015"), "fiscal_science", ""))
    refuse(root, r"no number in 'fiscal_science' of CN-SH in 2015: fill it in, or declare the gap")


def test_missing_row_is_an_undeclared_gap(spoil):
    def drop(rows):
        rows[:] = [r for r in rows if r[:2] != ["CN-SH", "2015"]]

    refuse(spoil("fiscal", drop), r"no number in 'fiscal_expenditure' of CN-SH in 2015")


def test_declared_gap_that_holds_a_number(spoil, put):
    root = spoil("finance", put(("CN-GD", "2015"), "loans", "90000"))
    refuse(root, r"a number in 'loans' of CN-GD in 2015 where china/finance.yml declares none")


def test_number_outside_the_declared_years(spoil, put):
    root = spoil("fiscal", put(("CN-SH", "2024"), "fiscal_science", "500"))
    refuse(root, r"a number in 'fiscal_science' of CN-SH in 2024 where china/fiscal.yml declares")


@pytest.mark.parametrize("value", ["-1", "9e9"])
def test_out_of_range(spoil, value, put):
    root = spoil("fiscal", put(("CN-SH", "2015"), "fiscal_science", value))
    refuse(root, r"'fiscal_science' of CN-SH in 2015, outside \[0, ")


def test_further_cells_are_counted(spoil, put):
    def both(rows):
        put(("CN-SH", "2015"), "fiscal_science", "")(rows)
        put(("CN-SH", "2016"), "fiscal_science", "")(rows)

    refuse(spoil("fiscal", both), r"of CN-SH in 2015 \(and 1 more\)")


def test_sparse_column_pins_the_number_of_cells(root, spoil, put):
    spoil("research", put(("FRA", "2010"), "rd_gdp", ""), folder="world")
    with pytest.raises(DataError, match=r"has 2096 numbers in column 'rd_gdp' but .* counts 2097"):
        load("world", root=root)


def test_entity_table_of_the_wrong_size(spoil):
    root = spoil("entities", lambda rows: rows.pop())
    refuse(root, r"china/entities.csv holds 30 provinces but dataset.yml expects 31")


def test_entity_twice(spoil):
    root = spoil("entities", lambda rows: rows.append(list(rows[1])))
    refuse(root, r"china/entities.csv holds CN-BJ twice")


def test_missing_sidecar(root):
    (root / "china" / "fiscal.yml").unlink()
    refuse(root, r"The file china/fiscal.yml is missing: describe fiscal.csv there")


def test_missing_table(root):
    (root / "china" / "fiscal.csv").unlink()
    refuse(root, r"The file china/fiscal.csv is missing: restore it")


def test_missing_data_set(root):
    shutil.rmtree(root / "china")
    refuse(root, r"no data set 'china' \(known: .*world\)")
