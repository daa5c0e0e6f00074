"""The figures of European regions: what is published, what adds up, and which faults are marked."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.data import identities, load
from analysis.data.dataset import DATA

SECTORS = ["berd_gdp", "goverd_gdp", "herd_gdp", "pnprd_gdp"]

OBSERVED = {
    "rd_gdp": 3248, "rd_gdp_v20": 1742, "berd_gdp": 1720, "goverd_gdp": 1695, "herd_gdp": 1777,
    "pnprd_gdp": 861, "rd_personnel": 1660, "rd_personnel_business": 1878,
    "rd_personnel_government": 1745, "rd_personnel_higher_education": 1587, "epo_patents": 3027,
    "epo_patents_pm": 2951, "emp_hightech_pct": 3281, "emp_hightech_manufacturing_pct": 2360,
    "emp_medhigh_manufacturing_pct": 3257, "emp_hightech_services_pct": 3165,
    "emp_knowledge_services_pct": 3512, "hrst_pct": 3545, "hrst_core_pct": 3537,
    "scientists_engineers": 3489, "scientists_engineers_pct": 3489, "tertiary_pct": 3712,
    "gdp": 2829, "gdp_v20": 3589, "gdp_volume_index": 6270, "gdppc_pps": 6468, "population": 3558,
    "unemployment": 3558, "erdf_payments": 5848,
}  # fmt: skip
"""Figures in the panel, without those marked as doubtful."""

# Nations of the world tables; Norway is left out, whose GDP counts the continental shelf, and
# Portugal, whose redrawn regions have no GDP in the later vintage.
NATIONS = {
    "AT": "AUT", "BE": "BEL", "BG": "BGR", "CZ": "CZE", "DE": "DEU", "DK": "DNK", "EL": "GRC",
    "ES": "ESP", "FI": "FIN", "FR": "FRA", "HR": "HRV", "HU": "HUN", "IE": "IRL", "IT": "ITA",
    "LT": "LTU", "NL": "NLD", "PL": "POL", "RO": "ROU", "SE": "SWE", "SI": "SVN", "SK": "SVK",
    "UK": "GBR",
}  # fmt: skip


@pytest.fixture(scope="module")
def europe():
    return load("europe_regions")


@pytest.fixture(scope="module")
def patents_on_disk():
    path = DATA / "europe_regions" / "patents.csv"
    return pd.read_csv(path, index_col=["entity", "year"])


def flagged(panel, variable, code):
    flags = panel.flags
    rows = flags[(flags["variable"] == variable) & (flags["flag"] == code)]
    return set(zip(rows["entity"], rows["year"], strict=True))


def test_every_series_holds_the_figures_it_was_compiled_with(europe):
    assert europe.frame.shape == (352 * 25, 29)
    assert europe.frame.notna().sum().to_dict() == OBSERVED


def test_every_identity_holds_on_the_cells_it_claims(europe):
    table = identities(europe).set_index("name")
    assert table["holds"].all(), table.loc[~table["holds"], ["deviation", "where"]]
    assert table["cells"].to_dict() == {
        "rd_by_sector": 1208,
        "personnel_by_sector": 1176,
        "hightech_by_branch": 2339,
        "patent_rate": 807,
        "gdp_vintages": 1314,
    }


def test_sectors_add_within_rounding_except_where_it_is_flagged(europe):
    parts = europe.frame[SECTORS].fillna({"pnprd_gdp": 0}).sum(axis=1, skipna=False)
    gap = (parts - europe["rd_gdp_v20"]).dropna().abs()
    assert set(gap.index[gap > 0.0201]) == flagged(europe, "rd_gdp_v20", "does_not_add")
    assert len(flagged(europe, "rd_gdp_v20", "does_not_add")) == 6
    assert (gap / europe["rd_gdp_v20"] <= 0.03).reindex(gap.index).mean() == pytest.approx(
        0.97, abs=0.01
    )


def test_technology_branches_add_within_rounding_and_no_part_exceeds_its_whole(europe):
    frame = europe.frame
    parts = frame["emp_hightech_manufacturing_pct"] + frame["emp_hightech_services_pct"]
    assert (parts - frame["emp_hightech_pct"]).abs().max() < 0.101
    for part, whole in (
        ("hrst_core_pct", "hrst_pct"),
        ("scientists_engineers_pct", "hrst_pct"),
        ("emp_hightech_manufacturing_pct", "emp_medhigh_manufacturing_pct"),
        ("emp_hightech_services_pct", "emp_knowledge_services_pct"),
    ):
        assert not (frame[part] > frame[whole]).any(), part


def test_two_vintages_of_the_total_agree(europe):
    later = europe.frame.loc[pd.IndexSlice[:, 2013:], :]
    gap = (later["rd_gdp_v20"] - later["rd_gdp"]).dropna().abs()
    assert len(gap) == 725
    assert (gap < 0.0501).mean() > 0.94
    assert gap.idxmax() == ("DE91", 2015)  # revised GDP: 10.36 became 9.35


def test_regions_add_to_the_nation_of_the_world_tables(europe, world):
    rows = europe.frame[["rd_gdp_v20", "gdp_v20"]].dropna(subset="gdp_v20").reset_index()
    rows = rows.assign(nation=rows["entity"].str[:2].map(NATIONS)).dropna(subset="nation")
    rows["money"] = rows["rd_gdp_v20"] * rows["gdp_v20"]
    added = rows.groupby(["nation", "year"])[["money", "gdp_v20"]].agg(
        lambda s: s.sum(skipna=False)
    )
    nations = world["rd_gdp"].rename_axis(["nation", "year"])
    gap = (added["money"] / added["gdp_v20"] - nations).dropna().abs()
    assert len(gap) == 104
    assert gap.median() < 0.02
    assert (gap < 0.06).mean() > 0.8
    assert gap.max() < 0.2


@pytest.mark.parametrize(
    ("entity", "nation"),
    [("CY00", "CYP"), ("EE00", "EST"), ("LU00", "LUX"), ("LV00", "LVA"), ("MT00", "MLT")],
)
def test_nations_of_one_region_hold_the_national_figure(europe, world, entity, nation):
    gap = (europe["rd_gdp"].loc[entity] - world["rd_gdp"].loc[nation]).dropna().abs()
    assert len(gap) >= 14
    assert gap.median() < 0.005
    assert gap.max() < 0.1


@pytest.mark.parametrize(
    ("entity", "year", "share"),
    [
        # Eurostat regional yearbook 2015 and its news release: 2012, Germany 2011
        ("DE91", 2011, 7.3),
        ("ES63", 2012, 0.1),
        ("RO22", 2012, 0.1),
        ("BG32", 2012, 0.1),
        # Federal Statistical Office of Germany, R&D expenditure in EU regions, 2021 (October 2023)
        ("DE11", 2021, 6.8),
        ("DE91", 2021, 6.1),
        ("DE14", 2021, 5.5),
    ],
)
def test_intensities_are_the_published_ones(europe, entity, year, share):
    assert round(europe["rd_gdp"].loc[entity, year], 1) == share


@pytest.mark.parametrize(
    ("entity", "rate"),
    # the five leading regions, mean of 2008-12, as published from the table of 2017 (J. Marian)
    [("AT34", 612), ("CH03", 607), ("NL41", 592), ("DE11", 574), ("DE25", 541)],
)
def test_patent_rates_are_the_published_ones(patents_on_disk, entity, rate):
    cells = patents_on_disk["epo_patents_pm"].loc[entity].loc[2008:2012]
    assert len(cells) == 5
    assert round(cells.mean()) == rate


@pytest.mark.parametrize(
    ("name", "entity", "year", "published"),
    [
        # as the tables of Eurostat named in the sidecars hold them
        ("berd_gdp", "AT11", 2009, 0.69),
        ("epo_patents", "FR10", 2010, 2843.98),
        ("gdp", "LU00", 2022, 77529e6),
        ("gdp_v20", "UKI3", 2017, 244437e6),
        ("gdppc_pps", "IE06", 2022, 95400),
        ("gdp_volume_index", "BG31", 2022, 118.2),
        # 40.55 and 20.12 million under two codes of eastern Macedonia and Thrace
        ("erdf_payments", "EL51", 2016, 60.67e6),
    ],
)
def test_figures_are_carried_over_as_they_stand(europe, name, entity, year, published):
    assert europe[name].loc[entity, year] == pytest.approx(published, rel=2e-4)


def test_incomplete_years_of_patents_and_unreliable_rates_are_left_out(europe, patents_on_disk):
    assert europe["epo_patents"].loc[:, 2011:].isna().all()
    assert patents_on_disk["epo_patents"].loc[:, 2011:].notna().sum() == 552
    codes = europe.flags[europe.flags["flag"] == "doubtful"]["variable"].value_counts()
    assert codes.to_dict() == {
        "epo_patents": 552,
        "epo_patents_pm": 550,
        "unemployment": 150,
        "tertiary_pct": 20,
    }
    assert "150 figures marked as doubtful" in europe.describe("unemployment").notes


def test_older_vintage_is_marked_cell_by_cell(europe):
    early = europe["rd_gdp"].loc[:, :2012].dropna()
    assert flagged(europe, "rd_gdp", "older_vintage") == set(early.index)
    assert early.equals(europe["rd_gdp_v20"].reindex(early.index).rename("rd_gdp"))


def test_entities_are_regions_and_no_territory_stands_under_two_codes_of_one_history(europe):
    table = europe.entities
    assert table.index.str.fullmatch(r"[A-Z]{2}[0-9A-Z]{2}").all()
    assert not table.index.str.contains(r"XX$|^EU|^EA|^EF").any()
    assert (table["region"] == table.index.str[:2]).all()
    assert table["label_en"].is_unique
    earlier = table["earlier_code"].dropna().str.split().explode()
    assert len(earlier) == 43
    assert earlier.is_unique
    assert not set(earlier) & set(table.index)
    joined = table["earlier_code"].notna()
    assert (table.loc[joined, "recoded"] == 1).all()
    assert (table.loc[joined, "redrawn"] == 0).all()
    assert (table.loc[table["redrawn"] == 1, "recoded"] == 1).all()


def test_joined_regions_hold_what_was_published_under_either_code(europe):
    alsace = europe.frame.loc["FRF1"]
    assert alsace["berd_gdp"].notna().sum() == 6  # as FR42, 2008-13
    assert alsace["gdppc_pps"].notna().sum() == 24  # as FRF1, 2000-23
    assert alsace["population"].notna().sum() == 11


def test_redrawn_regions_have_no_sector_figures_beside_product_per_head(europe):
    """The old ones hold R&D by sector, the new ones GDP per head; none holds both in a year."""
    redrawn = europe.entities.index[europe.entities["redrawn"] == 1]
    cells = europe.frame.loc[redrawn, ["berd_gdp", "gdppc_pps"]]
    both = cells.dropna().index.get_level_values("entity").unique()
    assert set(both) == {"SI03", "SI04"}


def test_samples_leave_out_the_regions_they_name(europe):
    count = {
        name: len(sample.changes(europe.roles, europe.entities).get("exclude_entities", ()))
        for name, sample in europe.samples.items()
    }
    assert count == {
        "without_recoded": 92,
        "without_redrawn": 53,
        "without_capitals": 44,
        "members_only": 50,
        "without_pandemic": 0,
    }


def test_business_and_government_research_meet_in_the_cells_counted(europe):
    both = europe.frame[["berd_gdp", "goverd_gdp"]].dropna()
    assert len(both) == 1505
    assert both.index.get_level_values("entity").nunique() == 252
    assert both.index.get_level_values("year").max() == 2016


def test_southern_ireland_jumps_when_assets_moved_there(europe):
    index = europe["gdp_volume_index"]
    assert index.loc["IE05", 2015] / index.loc["IE05", 2014] > 1.6
