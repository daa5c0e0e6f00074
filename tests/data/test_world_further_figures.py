"""Tables added to the panel of economies: long finance, banks, rates, markets, technology."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.data.dataset import read_dataset
from analysis.data.sidecar import read_sidecar


@pytest.fixture(scope="module")
def printed(on_disk) -> pd.DataFrame:
    return on_disk("world")


ADDED = {
    "long_finance": {
        "syndicated_loan_maturity": 1630, "corp_bond_maturity": 1058, "syndicated_loans_gdp": 1672,
        "corp_bond_issuance_gdp": 1058, "private_debt_securities_gdp": 1076, "leasing_gdp": 945,
        "nonbank_fi_assets_gdp": 1129, "life_premium_gdp": 3269,
    },
    "bank_structure": {
        "bank_concentration": 2847, "bank_zscore": 3033, "lending_deposit_spread": 2927,
        "credit_gov_soe_gdp": 3787, "banking_crisis": 4004,
    },
    "rates_and_markets": {
        "real_interest_rate": 2774, "lending_rate": 2774, "deposit_rate": 2901,
        "inflation_deflator": 4552, "credit_private_gdp": 3544, "listed_companies": 2317,
        "market_cap_gdp": 2028, "stock_turnover_ratio": 1915, "new_businesses": 1912,
    },
    "technology": {
        "medhigh_tech_va_pct": 4224, "medhigh_tech_exports_pct": 4224, "ip_receipts_musd": 2576,
        "sci_articles": 3692, "gross_investment_gdp": 4161,
    },
}  # fmt: skip


@pytest.mark.parametrize("table", ADDED)
def test_tables_added_to_the_economies_hold_what_was_published(table, world):
    sidecar = read_sidecar(read_dataset("world").path(table, ".yml"))
    assert {name: c.observed for name, c in sidecar.columns.items()} == ADDED[table]
    for name in sidecar.columns:
        variable = world.describe(name)
        assert variable.label_zh
        assert variable.definition.endswith(".")
        assert variable.last_year <= world.roles.last_year


def test_economies_keep_their_years_and_first_tables(world):
    assert list(world.roles.years) == list(range(1990, 2022))
    assert len(world.entities) == 143
    first = [v.name for v in world.variables.values() if v.table in ("economy", "research")]
    assert len(first) == 14
    assert world["rd_gdp"].count() == 2097
    assert world["pension_fund_assets_gdp"].count() == 1327


def test_lending_rate_and_deflator_give_the_real_rate_in_every_cell(world):
    rate = (1 + world["lending_rate"] / 100) / (1 + world["inflation_deflator"] / 100)
    gap = ((rate - 1) * 100 - world["real_interest_rate"]).dropna()
    assert len(gap) == 2774
    assert gap.abs().max() < 0.001


def test_the_spread_of_one_source_is_the_difference_of_rates_in_the_other(world):
    rates = world["lending_rate"] - world["deposit_rate"]
    ratio = (rates / world["lending_deposit_spread"]).dropna()
    assert len(ratio) == 2164
    assert ratio.median() == pytest.approx(1, abs=1e-3)
    assert ((ratio - 1).abs() <= 0.05).mean() > 0.88


def test_repeated_and_impossible_figures_of_economies_are_left_out(world, printed):
    doubtful = world.flags[world.flags["flag"] == "doubtful"]
    assert doubtful["variable"].value_counts().to_dict() == {
        "medhigh_tech_va_pct": 1142, "medhigh_tech_exports_pct": 559, "corp_bond_maturity": 133,
        "gross_investment_gdp": 44, "sci_articles": 11,
    }  # fmt: skip
    for name in ("medhigh_tech_va_pct", "medhigh_tech_exports_pct"):
        table = printed[name]
        same = table == table.groupby("entity").shift()
        flagged = doubtful.loc[doubtful["variable"] == name, ["entity", "year"]]
        assert same.loc[pd.MultiIndex.from_frame(flagged)].all()
        assert world[name].count() == len(table.dropna()) - len(flagged)
    # Means of 2016 and 2017 run up to 633 years; none before is above 31.
    assert world["corp_bond_maturity"].max() < 31
    assert printed["corp_bond_maturity"].max() > 600
    assert world["gross_investment_gdp"].ne(0).all()


@pytest.mark.parametrize(
    ("entity", "year", "name", "value"),
    [
        # World Bank, World Development Indicators and GFDD as shown on their pages.
        ("USA", 2010, "listed_companies", 4279),
        ("CHN", 2015, "listed_companies", 2827),
        ("USA", 2010, "lending_rate", 3.25),
        ("CHN", 2015, "lending_rate", 4.35),
    ],
)
def test_known_published_figures_of_economies(world, entity, year, name, value):
    assert world[name].loc[entity, year] == value
