"""Published measures of patience inside firms, held against sums by hand."""

import numpy as np
import pandas as pd
import pytest

from analysis.data.firm_panel import firm_fields
from analysis.measures.patience import MAKERS, patience_fields, published_patience

INDEX = pd.MultiIndex.from_product([["a", "b"], range(2015, 2020)], names=["firm", "year"])
HELD = [10.0, 20.0, 30.0, 40.0, 50.0, 30.0, 30.0, 30.0, 33.0, 30.0]


@pytest.fixture
def firms():
    rng = np.random.default_rng(3)
    amounts = ["short_loans", "long_loans", "bonds", "notes_payable", "long_payables",
               "other_non_current", "non_current_liabilities", "owners_equity"]  # fmt: skip
    frame = pd.DataFrame({name: rng.uniform(1, 5, len(INDEX)) for name in amounts}, INDEX)
    shares = ["low_turnover_third", "low_turnover_half", "long_stay", "long_horizon",
              "short_horizon"]  # fmt: skip
    frame = frame.assign(**{name: rng.uniform(5, 60, len(INDEX)) for name in shares})
    return frame.assign(total_liabilities=50.0, institutions=HELD, industry="C",
                        myopia=rng.uniform(0, 1, len(INDEX)))  # fmt: skip


def test_halves_are_added_as_shares_of_one(firms):
    row, found = firms.iloc[3], published_patience(firms).frame.iloc[3]
    debt = row["non_current_liabilities"] / 50
    halves = {"A1": "low_turnover_third", "A4": "low_turnover_half", "B1": "long_stay"}
    for name, held in halves.items():
        assert found[name] == pytest.approx(row[held] / 100 + debt)


def test_holding_over_sd_takes_the_three_years_before(firms):
    found = published_patience(firms).frame
    loans = firms["short_loans"] + firms["long_loans"] + firms["bonds"] + firms["notes_payable"]
    by_hand = 40 / np.std([10, 20, 30], ddof=1) + (firms["long_loans"] / loans).iloc[3]
    assert found.loc[("a", 2018), "A2"] == pytest.approx(by_hand)
    assert found.loc[("a", 2017), "A2"] != found.loc[("a", 2017), "A2"]


def test_the_ratio_explodes_where_a_holding_hardly_moved(firms):
    firms.loc[("b", 2016), "institutions"] = 30.001
    table = published_patience(firms).table.set_index("measure")
    assert table.loc["A2", "largest"] > 1000 * table.loc["A4", "largest"]
    assert "explodes" in table.loc["A2", "trap"]


def test_the_index_of_seven_moves_with_its_declared_signs(firms):
    base = published_patience(firms).frame["C"].dropna()
    more = firms.copy()
    worst = base.idxmin()
    more.loc[worst, "myopia"] = more["myopia"].min()
    more.loc[worst, "long_horizon"] = more["long_horizon"].max()
    assert published_patience(more).frame["C"][worst] > base[worst]
    assert base.between(0, 1).all()


def test_what_cannot_be_made_says_which_columns_it_lacks(firms):
    table = published_patience(firms.drop(columns=["myopia", "long_stay"])).table
    lacks = table.set_index("measure")["lacks"]
    assert (lacks["C"], lacks["B1"], lacks["A4"]) == ("myopia", "long_stay", "")


def test_every_column_a_measure_needs_is_described():
    table = published_patience(pd.DataFrame(index=INDEX)).table
    assert list(table["measure"]) == list(MAKERS)
    needed = {name for lacks in table["lacks"] for name in lacks.split(", ")}
    assert needed <= firm_fields().keys() | patience_fields().keys()
