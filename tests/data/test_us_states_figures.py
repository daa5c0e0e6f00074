"""The states of the United States: what they add up to, and what is known to be wrong with them.

Pinned values are in the unit of the print, million dollars unless it says otherwise.
"""

from __future__ import annotations

import numpy as np
import pytest

from analysis.data import identities, load

MILLION = 1e6


@pytest.fixture(scope="module")
def states():
    return load("us_states")


@pytest.fixture(scope="module")
def table(states):
    return identities(states).set_index("name")


def added(panel, name):
    return panel[name].groupby(level="year").sum(min_count=1)


def test_every_identity_holds(table):
    assert len(table) == 8
    assert table["holds"].all(), table.loc[~table["holds"], ["deviation", "where"]]


@pytest.mark.parametrize(
    ("name", "cells", "where"),
    [
        ("rd_by_performer", 51 * 6 - 3, "US-SD 2016"),
        ("rd_of_business_by_payer", 51 * 6 - 17, "US-AK 2020"),
        ("rd_of_higher_education_by_payer", 51 * 6, "US-WY 2019"),
        ("berd_by_payer", 51 * 5 - 2, "US-AK 2020"),
        ("herd_by_payer", 51 * 5, "US-NH 2019"),
        ("business_in_two_prints", 51 * 4 - 2, None),
    ],
)
def test_identities_compare_the_cells_they_claim(table, name, cells, where):
    assert table.loc[name, "cells"] == cells
    assert where is None or table.loc[name, "where"] == where


@pytest.mark.parametrize(
    ("series", "state", "year", "printed"),
    [
        ("rd_total", "CA", 2021, 236140),  # National Patterns: R&D by state and performer
        ("gdp_table", "CA", 2021, 3416940),  # the same table, beside it
        ("rd_by_business", "CA", 2021, 211615),
        ("rd_by_ffrdc", "NM", 2021, 6535),
        ("berd_total", "CA", 2022, 235556),  # Business Enterprise R&D survey
        ("herd_total", "CA", 2023, 13473.6),  # Higher Education R&D survey
        ("herd_from_fed", "CA", 2023, 7190.08),
        ("stategov_rd", "AK", 2019, 12.5021),  # Survey of State Government R&D
        ("fed_rd_obligations", "DC", 2021, 37464),  # Federal Funds for R&D
        ("gdp", "CA", 2021, 3356630),  # accounts of the Bureau of Economic Analysis
        ("personal_income", "AK", 2021, 49190.3),
    ],
)
def test_published_figures_in_million_dollars(states, series, state, year, printed):
    assert states[series].loc[f"US-{state}", year] == pytest.approx(printed * MILLION)


def test_published_counts(states):
    assert states["vc_firms_funded"].loc["US-CA"].max() == 5503
    assert states["population"].loc["US-AK", 2020] == 732441


def test_california_spends_the_share_of_gdp_that_is_printed(states):
    share = states["rd_total"] / states["gdp_table"] * 100
    assert round(share.loc["US-CA", 2021], 2) == 6.91


def test_states_add_to_the_printed_total_of_2021(states):
    """779,260 million dollars in the print; what is booked in no state is not in it."""
    assert added(states, "rd_total").loc[2021] == pytest.approx(779261 * MILLION)
    assert 0 < 789072 - 779261 < 0.013 * 789072  # all R&D, national row of the same publication


def test_states_hold_nearly_all_of_the_national_business_column(states):
    """National rows of the Patterns, R&D performed by business; the rest names no state."""
    national = {2018: 445563, 2019: 498175, 2020: 543220, 2021: 608625}
    summed = added(states, "berd_total") / MILLION
    wyoming = {2019: 686, 2020: 1047}  # left out as doubtful
    for year, total in national.items():
        share = (summed.loc[year] + wyoming.get(year, 0)) / total
        assert 0.984 < share < 0.990, year


def test_population_adds_to_the_census(states):
    """331.4 million residents on the day of the count of 2020."""
    assert added(states, "population").loc[2020] == pytest.approx(331.4e6, rel=0.001)


def test_gdp_of_2019_is_one_vintage_in_both_columns(states):
    gap = states["gdp"].xs(2019, level="year") / states["gdp_table"].xs(2019, level="year") - 1
    assert gap.abs().max() < 2e-5


def test_agencies_perform_no_more_than_they_spend(states):
    assert (states["stategov_rd"] - states["rd_by_stategov"]).dropna().min() > -1 * MILLION


def test_doubtful_figures_are_left_out_of_the_panel(states):
    out = states.flags[states.flags["flag"].isin(["doubtful", "wide_range"])]
    assert out["flag"].value_counts().to_dict() == {"doubtful": 16, "wide_range": 21}
    for row in out.itertuples():
        assert np.isnan(states[row.variable].loc[row.entity, row.year])
    doubtful = out[out["flag"] == "doubtful"]
    assert set(zip(doubtful["entity"], doubtful["year"], strict=True)) == {
        ("US-AK", 2017), ("US-WY", 2019), ("US-WY", 2020), ("US-AL", 2017), ("US-DC", 2008),
        ("US-MT", 2007),
    }  # fmt: skip
    marked = states.entities.index[states.entities["doubtful"] == 1]
    assert set(marked) == set(doubtful["entity"])


def test_non_profits_count_in_full_from_2020_on(states):
    paid, whole = states["rd_by_npo_from_fed"].dropna(), states["rd_by_npo"].dropna()
    assert paid.index.get_level_values("year").max() == 2019
    assert whole.index.get_level_values("year").min() == 2020
    assert whole.xs(2020, level="year").sum() > 3 * paid.xs(2019, level="year").sum()


def test_withheld_figures_and_years_without_a_survey_are_gaps(states):
    assert states["rd_by_business_from_fed"].loc["US-IA"].isna().loc[2016]
    assert states["stategov_rd"].xs(2008, level="year").isna().all()
    assert states["stategov_rd"].xs(2009, level="year").notna().all()


def test_nine_divisions_hold_all_states(states):
    sizes = states.entities["region"].value_counts()
    assert sizes.to_dict() == {
        "South Atlantic": 9, "Mountain": 8, "West North Central": 7, "New England": 6,
        "East North Central": 5, "Pacific": 5, "East South Central": 4, "West South Central": 4,
        "Middle Atlantic": 3,
    }  # fmt: skip
    assert states.entities["label_zh"].str.endswith(("州", "区")).all()


@pytest.mark.parametrize(
    ("a", "b", "km"),
    [
        ("MA", "DC", 634),  # Boston to Washington, and so on: great circles
        ("MA", "CO", 2844),
        ("GA", "MA", 1506),
        ("CO", "AZ", 943),
        ("GA", "CO", 1951),
    ],
)
def test_capitals_are_as_far_apart_as_known(states, a, b, km):
    places = states.geography.coordinates.loc[[f"US-{a}", f"US-{b}"], ["latitude", "longitude"]]
    (y0, x0), (y1, x1) = np.radians(places.to_numpy(dtype=float))
    cosine = np.sin(y0) * np.sin(y1) + np.cos(y0) * np.cos(y1) * np.cos(x1 - x0)
    assert 6371 * np.arccos(cosine) == pytest.approx(km, abs=10)
