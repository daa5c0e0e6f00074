"""A reader's firms: accepted under any names, refused with one sentence that says how to mend."""

import pandas as pd
import pytest

from analysis.data.firm_panel import firm_fields, read_firm_panel
from analysis.errors import DataError, UnknownNameError


def rows(**changes):
    table = pd.DataFrame(
        {
            "Stkcd": ["000001", "000001", "600519"],
            "Accper": ["2015-12-31", "2016-12-31", "2015-12-31"],
            "IndustryCode": ["J66", "J66", "C15"],
            "EstablishDate": ["1987-12-22", "1987-12-22", "1999-11-20"],
            "A002101000": [10.0, 20.0, 0.0],
            "A002201000": [30.0, 40.0, None],
            "A002203000": [0.0, 40.0, 0.0],
            "InsInvestorProp": [60.5, 61.5, 70.0],
        }
    )
    return table.assign(**changes)


def test_a_csmar_table_is_read_under_our_names():
    panel = read_firm_panel(rows().iloc[::-1])
    assert panel.frame.index.tolist() == [("000001", 2015), ("000001", 2016), ("600519", 2015)]
    assert panel.frame.loc[("000001", 2016), "long_loans"] == 40
    assert pd.isna(panel.frame.loc[("600519", 2015), "long_loans"]), "an empty cell stays empty"
    assert panel.frame.loc[("600519", 2015), "founded"].year == 1999
    assert panel.source["institutions"] == "InsInvestorProp"
    assert "loan_spread" in panel.absent
    assert "bonds" not in panel.absent


@pytest.mark.parametrize("codes", [[1, 1, 600519], [1.0, 1.0, 600519.0]])
def test_leading_zeros_lost_in_a_spreadsheet_come_back(codes):
    assert read_firm_panel(rows(Stkcd=codes)).frame.index[0] == ("000001", 2015)


@pytest.mark.parametrize(
    "period",
    [[2015, 2016, 2015], ["2015", "2016", "2015"],
     ["2015/12/31", "2016/12/31", "20151231"],
     ["2015年12月31日", 2016, 20151231]],
)  # fmt: skip
def test_periods_may_be_years_or_dates(period):
    years = read_firm_panel(rows(Accper=period)).frame.index.get_level_values("year")
    assert years.tolist() == [2015, 2016, 2015]


def test_a_map_in_yaml_names_her_columns(tmp_path):
    path = tmp_path / "map.yml"
    path.write_text(
        "证券代码: firm\nyear: period\n机构: institutions\nspread: loan_spread\n", encoding="utf-8"
    )
    table = rows().rename(
        columns={"Stkcd": "证券代码", "Accper": "year", "InsInvestorProp": "机构"}
    )
    panel = read_firm_panel(table.assign(spread=[-0.5, 1.0, 2.0]), path)
    plain = read_firm_panel(rows())
    pd.testing.assert_series_equal(panel.frame["institutions"], plain.frame["institutions"])
    assert panel.frame["loan_spread"].tolist() == [-0.5, 1.0, 2.0], "a spread may be negative"
    assert panel.source["firm"] == "证券代码"


REFUSED = {
    "no column 'A002203000' \\(Bonds payable\\): add it from FS_Combas, or name yours": rows().drop(
        columns="A002203000"
    ),
    "Firm 000001 has more than one row for 2015": rows(Accper=["2015-12-31"] * 3),
    "the period 2015-06-30 for firm 000001: keep annual": rows(
        Accper=["2015-06-30", "2016-12-31", "2015-12-31"]
    ),
    "'Accper' holds 'soon' for firm 600519: write a year": rows(Accper=["2015", "2016", "soon"]),
    "'Accper' holds '42735' for firm 600519: write a year": rows(Accper=["2015", "2016", 42735]),
    "'EstablishDate' holds '36494' for firm 600519 in 2015, which is no date": rows(
        EstablishDate=["1987-12-22", None, "36494"]
    ),
    "'InsInvestorProp: institutions in shares' or 'institutions in percent'": rows(
        InsInvestorProp=[0.6, 0.61, 0.7]
    ),
    "'A002101000' holds 'n/a' for firm 000001 in 2016, which is not a number": rows(
        A002101000=[1, "n/a", 3]
    ),
    "'A002101000' holds '-1.0' for firm 000001 in 2015, which is negative": rows(
        A002101000=[-1.0, 2, 3]
    ),
    "'InsInvestorProp' holds '100.5' for firm 600519 in 2015, which is above": rows(
        InsInvestorProp=[1, 2, 100.5]
    ),
    "'A002201000' holds 'inf' for firm 000001 in 2015, which is infinite": rows(
        A002201000=[float("inf"), 2, 3]
    ),
    "'EstablishDate' holds 'long ago' for firm 000001 in 2015, which is no date": rows(
        EstablishDate=["long ago", None, "1999-11-20"]
    ),
    "'Stkcd' has no code in row 2": rows(Stkcd=["000001", None, "600519"]),
    "has no row": rows().iloc[:0],
}


@pytest.mark.parametrize(("message", "table"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_is_wrong_is_said_in_one_sentence(message, table):
    with pytest.raises(DataError, match=message) as raised:
        read_firm_panel(table)
    text = str(raised.value)
    assert text.endswith(".")
    assert "\n" not in text


def test_a_column_given_twice_is_refused():
    table = pd.concat([rows(), rows()[["A002203000"]]], axis=1)
    with pytest.raises(DataError, match="holds column 'A002203000' twice"):
        read_firm_panel(table)


def test_a_map_that_is_wrong_is_refused(tmp_path):
    with pytest.raises(UnknownNameError, match="'bond' in the column map: did you mean bonds"):
        read_firm_panel(rows(), {"A002203000": "bond"})
    with pytest.raises(DataError, match="reads 'bonds' from 'debt', which the table does not hold"):
        read_firm_panel(rows(), {"debt": "bonds"})
    with pytest.raises(DataError, match="reads 'bonds' from both 'a' and 'b'"):
        read_firm_panel(rows(), {"a": "bonds", "b": "bonds"})
    path = tmp_path / "map.yml"
    path.write_text("- firm\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"map\.yml is not a mapping"):
        read_firm_panel(rows(), path)
    with pytest.raises(DataError, match=r"none\.yml is missing: write it"):
        read_firm_panel(rows(), tmp_path / "none.yml")


def test_holdings_of_zero_to_one_are_shares_where_the_map_says_so():
    table = rows(InsInvestorProp=[0.605, 0.615, 0.7])
    shares = read_firm_panel(table, {"InsInvestorProp": "institutions in shares"}).frame
    percent = read_firm_panel(table, {"InsInvestorProp": "institutions in percent"}).frame
    assert shares["institutions"].tolist() == [60.5, 61.5, 70.0]
    assert percent["institutions"].tolist() == [0.605, 0.615, 0.7]
    with pytest.raises(UnknownNameError, match=r"unit 'share'.*did you mean shares"):
        read_firm_panel(table, {"InsInvestorProp": "institutions in share"})
    with pytest.raises(DataError, match=r"holds '60.5' .* above 100 percent"):
        read_firm_panel(rows(), {"InsInvestorProp": "institutions in shares"})


def test_a_date_of_foundation_may_be_chinese():
    panel = read_firm_panel(rows(EstablishDate=["1987年12月22日", "1987.12.22", "19991120"]))
    assert panel.frame["founded"].dt.strftime("%Y-%m-%d").tolist() == [
        "1987-12-22", "1987-12-22", "1999-11-20",
    ]  # fmt: skip


def test_no_two_fields_are_read_from_one_column():
    columns = [f.column for f in firm_fields().values()]
    assert len(columns) == len(set(columns))
    assert all(f.label_en and f.label_zh and f.table for f in firm_fields().values())
