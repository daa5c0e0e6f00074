"""The industries of the United States: what they add up to, and which figures are no print."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.data import identities, load

MILLION = 1e6


@pytest.fixture(scope="module")
def industries():
    return load("us_industries")


@pytest.fixture(scope="module")
def printed(on_disk):
    """The tables as they stand on disk, middles of wide ranges among them; million dollars."""
    return on_disk("us_industries")


@pytest.fixture(scope="module")
def plain(industries, printed):
    """The figures without the middles of ranges."""
    out = printed.copy()
    for row in industries.flags.itertuples():
        if row.flag in ("midpoint", "wide_range"):
            out.loc[(row.entity, row.year), row.variable] = float("nan")
    return out


def test_every_identity_holds(industries):
    table = identities(industries).set_index("name")
    assert len(table) == 8
    assert table["holds"].all(), table.loc[~table["holds"], ["deviation", "where"]]
    assert table["cells"].min() > 200


@pytest.mark.parametrize(
    ("total", "parts"),
    [
        ("rd_total", ["rd_own", "rd_others"]),
        ("rd_total", ["rd_basic", "rd_applied", "rd_development"]),
        ("rd_own", ["rd_own_basic", "rd_own_applied", "rd_own_development"]),
        ("rd_fed", ["rd_fed_basic", "rd_fed_applied", "rd_fed_development"]),
        ("rd_others", ["rd_others_basic", "rd_others_applied", "rd_others_development"]),
        ("rd_basic", ["rd_own_basic", "rd_others_basic"]),
        ("rd_applied", ["rd_own_applied", "rd_others_applied"]),
        ("rd_development", ["rd_own_development", "rd_others_development"]),
    ],
)
def test_printed_figures_add_up_within_a_million(plain, total, parts):
    gap = (plain[parts].sum(axis=1, skipna=False) - plain[total]).dropna().abs()
    assert len(gap) > 140
    assert gap.max() <= 1


def test_the_federal_government_is_one_of_the_others(plain):
    assert (plain["rd_others"] - plain["rd_fed"]).dropna().min() >= 0


def test_industries_add_to_the_row_of_all_industries(industries, printed):
    """Where none is withheld; no industry holds another, or the sums would exceed the row."""
    summed, seen = (getattr(printed.groupby(level="year"), how)() for how in ("sum", "count"))
    gap = summed - industries.totals[printed.columns] / MILLION
    complete = seen.eq([29] * 4 + [48] * 4, axis=0)
    assert complete.loc[[2015, 2018, 2019, 2020, 2021], "rd_total"].all()
    assert gap.loc[[2015, 2017, 2018, 2019, 2020], "rd_total"].abs().max() <= 4
    # applied research of 2020 and all of 2021 hold middles of wide ranges, which need not add
    near = gap.where(complete).drop(index=[2020, 2021]).abs()
    assert near.max(axis=None) <= 10
    assert gap.loc[2021, "rd_total"] == 311.5
    assert gap.where(~complete).max(axis=None) <= 1


@pytest.mark.parametrize(
    ("series", "industry", "year", "value"),
    [
        ("rd_total", "N3254", 2015, 58675),  # Business R&D and Innovation Survey
        ("rd_total", "N3254", 2018, 74592),  # Business R&D Survey
        ("rd_total", "N3254", 2021, 100220),  # Business Enterprise R&D Survey
        ("rd_total", "N3344", 2022, 49330),
        ("rd_total", "N5415", 2016, 15747),
        ("rd_fed", "N336-other-to-2018", 2015, 1450),
        ("rd_total", "N336-other-to-2018", 2018, 28338),
        ("rd_total", "N3361-63", 2019, 24117),
        ("rd_total", "N334-other-to-2018", 2018, 35918),
        ("rd_total", "N334-other", 2019, 21388),
        ("rd_total", "N52", 2021, 20947),
    ],
)
def test_published_figures_in_million_dollars(industries, series, industry, year, value):
    assert industries[series].loc[industry, year] == pytest.approx(value * MILLION)


@pytest.mark.parametrize(
    ("year", "billion"),
    # 2015: NCSES InfoBrief, "$356 billion"; the others in the InfoBriefs of the later surveys
    [(2015, 356), (2018, 441), (2019, 493), (2020, 538), (2021, 602), (2022, 692)],
)
def test_all_industries_are_what_the_briefs_say(industries, year, billion):
    assert round(industries.totals.loc[year, "rd_total"] / 1e9) == billion


def test_manufacturing_of_2015_is_what_the_brief_says(printed):
    """236 billion dollars: NAICS 31 to 33."""
    codes = [e for e in printed.index.unique("entity") if e.startswith("N3")]
    assert round(printed.loc[codes, "rd_total"].xs(2015, level="year").sum() / 1000) == 236


def test_states_hold_nearly_all_of_business_rd(industries):
    """What the survey cannot place in a state is below one percent; Wyoming is doubtful there."""
    states = load("us_states")["berd_total"].groupby(level="year").sum()
    for year in (2018, 2021, 2022):
        assert 0.99 < states.loc[year] / industries.totals.loc[year, "rd_total"] < 1


def test_a_code_that_changed_its_content_is_two_industries(industries):
    for old, new in (
        ("N334-other-to-2018", "N334-other"),
        ("N336-other-to-2018", "N336-other"),
        ("N322-324-339", "N3391"),
        ("N325-other", "N3251"),
    ):
        years = [industries["rd_development"].loc[e].dropna().index for e in (old, new)]
        assert years[0].max() == 2018
        assert years[1].min() == 2019


def test_twenty_four_industries_run_through_all_three_surveys(industries):
    through = industries.entities["all_years"] == 1
    assert through.sum() == 24
    seen = industries["rd_total"].notna().groupby(level="entity").sum()
    assert seen[through].isin([7, 8]).all()
    assert (seen[through] == 8).sum() == 21
    assert (seen[~through] <= 4).all()


def test_middles_of_wide_ranges_are_left_out_and_counted(industries, printed):
    flags = industries.flags
    assert flags["flag"].value_counts().to_dict() == {
        "imputed": 640, "midpoint": 430, "wide_range": 189, "marked_r": 18,
    }  # fmt: skip
    held = industries.frame.notna().sum().sum()
    assert printed.notna().sum().sum() == 4781
    assert held == 4781 - 189
    assert "6 figures marked as doubtful left out" in industries.describe("rd_total").notes
    # utilities of 2021: 168 to 17,997, with 264 the year before
    assert printed.loc[("N22", 2021), "rd_total"] == 9082.5
    assert pd.isna(industries["rd_total"].loc["N22", 2021])


def test_a_range_is_noted_with_its_ends_and_its_middle(industries, printed):
    ranges = industries.flags["note"].str.extract(r"range (\d+) to (\d+)").astype(float)
    for (low, high), row in zip(
        ranges.itertuples(index=False), industries.flags.itertuples(), strict=True
    ):
        if low == low:
            assert printed.loc[(row.entity, row.year), row.variable] == (low + high) / 2
            assert (row.flag == "wide_range") == (high > 3 * low)


def test_industries_without_a_figure_from_a_range_are_marked(industries):
    ranged = industries.flags["note"].str.contains("range")
    named = set(industries.flags.loc[ranged, "entity"])
    marked = industries.entities.index[industries.entities["midpoints"] == 1]
    assert named == set(marked)
    assert len(marked) == 34
