"""Files as students send them: encodings, delimiters, workbooks, Stata, parquet."""

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook

from analysis.adapt.table import read_table
from analysis.errors import DataError, UnknownNameError

WANTED = ("城市", "年份")


def same_cells(frame, cities):
    """Whether a table as read holds the cells of another, by what they say."""
    if list(frame) != list(cities):
        return False
    pairs = zip(frame.to_numpy().ravel(), cities.to_numpy().ravel(), strict=True)
    return all(a == b or str(a) == str(b) for a, b in pairs)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le"]
)
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_every_encoding_and_delimiter_gives_the_same_cells(tmp_path, cities, encoding, mark):
    path = tmp_path / "t.csv"
    cities.to_csv(path, index=False, encoding=encoding, sep=mark)
    table = read_table(path, WANTED)
    assert same_cells(table.frame, cities)
    assert list(table.frame.index) == list(range(2, 2 + len(cities)))


def test_decimal_commas_do_not_pass_for_delimiters(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("城市;年份;GDP;x\na;2015;1,5;2,5\n", encoding="utf-8")
    assert read_table(path, WANTED).frame["GDP"].tolist() == ["1,5"]


def test_a_workbook_with_a_title_and_an_empty_row_keeps_its_row_numbers(tmp_path, cities):
    book = Workbook()
    sheet = book.active
    sheet.append(["表1 城市数据"])
    sheet.append([])
    sheet.append(list(cities))
    for row in cities.itertuples(index=False):
        sheet.append(list(row))
    book.create_sheet("Sheet2")
    book.save(tmp_path / "t.xlsx")
    table = read_table(tmp_path / "t.xlsx", WANTED)
    assert same_cells(table.frame, cities)
    assert table.frame.index[0] == 4
    assert any("titles above" in note for note in table.notes)


def test_two_filled_sheets_are_asked_about(tmp_path, cities):
    with pd.ExcelWriter(tmp_path / "t.xlsx") as writer:
        cities.to_excel(writer, sheet_name="甲", index=False)
        cities.head(3).to_excel(writer, sheet_name="乙", index=False)
    with pytest.raises(DataError, match=r"2 sheets .*甲, 乙.*--sheet"):
        read_table(tmp_path / "t.xlsx", WANTED)
    assert len(read_table(tmp_path / "t.xlsx", WANTED, "乙").frame) == 3
    with pytest.raises(UnknownNameError, match="丙"):
        read_table(tmp_path / "t.xlsx", WANTED, "丙")


def test_a_formula_that_was_never_worked_out_is_no_blank(tmp_path):
    book = Workbook()
    for row in (["城市", "年份", "GDP"], ["a", 2015, "=1+1"]):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(DataError, match=r"the formula '=1\+1' in row 2"):
        read_table(tmp_path / "t.xlsx", WANTED)


def test_stata_and_parquet_hold_the_same_figures(tmp_path, cities):
    plain = cities.set_axis(["city", "year", "prov", "gdp", "loan", "sci", "pop", "pat"], axis=1)
    plain.to_stata(tmp_path / "t.dta", write_index=False, version=118,
                   variable_labels={"gdp": "地区生产总值（亿元）"})  # fmt: skip
    plain.set_index(["city", "year"]).to_parquet(tmp_path / "t.parquet")
    stata, parquet = (read_table(tmp_path / f"t.{kind}") for kind in ("dta", "parquet"))
    assert stata.labels == {"gdp": "地区生产总值（亿元）"}
    for table in (stata, parquet):
        numbers = table.frame[["year", "gdp", "loan", "sci", "pop", "pat"]].astype(float)
        np.testing.assert_allclose(numbers, plain[list(numbers)].astype(float))
        assert table.frame["city"].tolist() == plain["city"].tolist()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("城市,年份,GDP\na,2015\n", "2 cells in row 2 under 3 headings"),
        ("城市,年份,GDP\na,2015,1,2\n", "4 cells in row 2 under 3 headings"),
        ("城市,年份,GDP,GDP\na,2015,1,2\n", "two columns headed 'GDP'"),
        ("城市,年份,GDP\n", "no row"),
        ("", "one column"),
        ("城市\na\n", "one column"),
    ],
)
def test_a_table_that_has_slipped_is_refused(tmp_path, text, said):
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=said):
        read_table(tmp_path / "t.csv", WANTED)


@pytest.mark.parametrize("name", ["t.xls", "t.docx", "t.xlsx", "t.dta", "t.parquet", "t.csv"])
def test_a_file_that_is_no_table_is_refused_in_a_sentence(tmp_path, name):
    (tmp_path / name).write_bytes(b"\xff\x00\x81 no table at all \xfe")
    with pytest.raises(DataError, match=name):
        read_table(tmp_path / name)


def test_a_file_that_is_missing_is_said_to_be(tmp_path):
    with pytest.raises(DataError, match="missing"):
        read_table(tmp_path / "none.csv")
