"""Measures inside the firm, by hand, with gaps and undefined cells in the open."""

import math

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.measures.firms import (
    STAGES,
    earlier,
    life_cycle,
    mount_firms,
    relational_share,
    sa_index,
    stability,
    strategic_share,
    us_regressors,
    young,
)


def series(values, firm="a", first=2010):
    index = pd.MultiIndex.from_product([[firm], range(first, first + len(values))])
    return pd.Series(values, index.set_names(["firm", "year"]), dtype=float)


def test_earlier_goes_by_the_calendar_and_not_by_the_row():
    one = series([1, 2, 3, 4]).drop(("a", 2012))
    both = pd.concat([one, series([9, 8], "b", 2012)])
    back = earlier(both, 1)
    assert back.loc["a"].fillna(-1).tolist() == [-1, 1, -1], "2013 must not see 2011"
    assert back.loc["b"].fillna(-1).tolist() == [-1, 9]


def test_relational_share_is_loans_over_debt():
    found = relational_share(series([10, 0, 5]), series([30, 0, np.nan]), series([60, 0, 5]))
    assert found.iloc[0] == pytest.approx(0.4)
    assert found.iloc[1:].isna().all(), "no debt and a missing figure have no share"


def test_stability_is_the_share_over_the_spread_of_the_three_years_before():
    share = series([10, 12, 14, 20, 30])
    found = stability(share)
    assert found.iloc[:3].isna().all()
    assert found.iloc[3] == pytest.approx(20 / 2)  # SD of 10, 12, 14 with n − 1
    assert found.iloc[4] == pytest.approx(30 / np.std([12, 14, 20], ddof=1))


def test_a_share_that_never_moved_or_has_a_gap_has_no_stability():
    assert stability(series([5, 5, 5, 5])).isna().all()
    assert stability(series([1, 2, 3, 4, 5]).drop(("a", 2011))).isna().all()


def test_strategic_share_counts_the_stable_half_of_an_industry_and_year():
    index = pd.MultiIndex.from_product([list("abcd"), [2015]], names=["firm", "year"])
    share = pd.Series([10.0, 20.0, 30.0, 40.0], index)
    ratio = pd.Series([1.0, 2.0, 3.0, np.nan], index)
    industry = pd.Series(["x", "x", "x", "x"], index)
    found = strategic_share(share, ratio, industry)
    assert found.fillna(-1).tolist() == [0.0, 0.2, 0.3, -1.0]
    apart = pd.Series(["x", "y", "y", "y"], index)
    assert strategic_share(share, ratio, apart).fillna(-1).tolist() == [0.1, 0.0, 0.3, -1.0]


def test_size_age_index_is_that_of_hadlock_and_pierce():
    # −0.737·size + 0.043·size² − 0.040·age, size the log of total assets in millions.
    found = sa_index(series([1e9]), series([10]))
    size = math.log(1000)
    assert found.iloc[0] == pytest.approx(-0.737 * size + 0.043 * size**2 - 0.4)


def test_size_age_index_is_capped_where_asked():
    # Hadlock and Pierce: size at the log of 4,500 million dollars, age at 37 years.
    large = sa_index(series([1e13, 4.5e9]), series([90, 37]), caps=True)
    assert large.iloc[0] == pytest.approx(large.iloc[1])
    free = sa_index(series([1e13]), series([90]))
    assert free.iloc[0] != pytest.approx(large.iloc[0])


def test_assets_of_zero_have_no_log():
    with pytest.raises(DataError, match="Firm a has no assets in 2011"):
        sa_index(series([1e9, 0]), series([1, 2]))


def test_young_firms_are_those_up_to_a_limit():
    assert young(series([11, 12, 13, np.nan])).fillna(-1).tolist() == [1, 1, 0, -1]


@pytest.fixture
def table():
    years = range(2010, 2016)
    return pd.DataFrame(
        {
            "Stkcd": "000001", "Accper": years, "IndustryCode": "C39",
            "EstablishDate": "2000-05-01", "A001000000": 2e9, "A002101000": 1e8,
            "A002201000": 1e8, "A002203000": [0, 0, 0, 0, 2e8, 2e8],
            "InsInvestorProp": [10, 12, 14, 20, 30, 30],
        }
    )  # fmt: skip


def test_a_mounted_table_has_every_measure_and_counts_what_is_undefined(table):
    found = mount_firms(table)
    last = found.frame.loc[("000001", 2015)]
    assert last["relational_share"] == pytest.approx(0.5)
    assert last["age"] == 15
    assert last["strategic_share"] == pytest.approx(0.30), "alone it is its own median"
    counted = found.undefined.set_index("measure")["undefined"]
    assert counted["stability"] == counted["strategic_share"] == 3
    assert counted["relational_share"] == 0
    for name, missing in counted.items():
        assert found.frame[name].isna().sum() == missing


def test_measures_without_their_columns_are_left_out(table):
    found = mount_firms(table.drop(columns=["EstablishDate", "A001000000"]))
    assert not {"age", "young", "sa"} & set(found.frame)
    assert set(found.undefined["measure"]) == {"relational_share", "stability", "strategic_share"}


def test_logs_of_the_us_firms():
    frame = pd.DataFrame(
        {"capital": [10.0, 20], "employment": [2.0, 4], "sales": [math.e, 1],
         "randd": [0.0, math.e], "precites": [1.0, math.e], "cites": [0, 5]}
    )  # fmt: skip
    found = us_regressors(frame)
    assert found["log_capital_labour"].tolist() == pytest.approx([math.log(5)] * 2)
    assert found["log_rd_stock"].tolist() == pytest.approx([0, 1]), "no R&D is 0, with a dummy"
    assert math.isnan(found["log_cites"][0])
    assert list(frame) == ["capital", "employment", "sales", "randd", "precites", "cites"]


def test_stages_of_life_are_told_by_the_signs_in_the_table_of_dickinson():
    printed = {
        "introduction": ["--+"], "growth": ["+-+"], "mature": ["+--"],
        "shake-out": ["---", "+++", "++-"], "decline": ["-++", "-+-"],
    }  # fmt: skip
    assert tuple(printed) == STAGES
    rows = [(signs, stage) for stage, every in printed.items() for signs in every]
    sizes = np.array([0.2, 3e9, 50])
    flows = pd.DataFrame([sizes * [1 if s == "+" else -1 for s in signs] for signs, _ in rows])
    assert len({signs for signs, _ in rows}) == 2**3
    assert life_cycle(flows[0], flows[1], flows[2]).tolist() == [stage for _, stage in rows]


def test_a_flow_that_is_missing_or_zero_has_no_stage():
    flows = pd.DataFrame({"o": [1.0, 0.0, 1.0], "i": [-1.0, -1.0, np.nan], "f": [2.0, 2.0, 2.0]})
    found = life_cycle(flows["o"], flows["i"], flows["f"])
    assert found.isna().tolist() == [False, True, True]
    lost = life_cycle(flows["o"][1:], flows["i"][1:], flows["f"][1:])
    assert lost.isna().all()
