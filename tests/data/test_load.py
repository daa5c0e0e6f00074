from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.data import load, load_policies
from analysis.data.dataset import DATA, read_dataset
from analysis.errors import DataError, UnknownNameError


def test_frame_is_the_full_sorted_rectangle(china):
    assert china.frame.index.names == ["entity", "year"]
    assert len(china.frame) == 31 * 15
    assert china.frame.index.is_monotonic_increasing
    assert china.frame.index.is_unique
    assert set(china.frame.dtypes) == {np.dtype("float64")}


def test_every_column_is_described(china, world):
    for panel in (china, world):
        for name in panel.frame.columns:
            variable = panel.describe(name)
            assert variable.name == name
            assert variable.series == (name,)
            assert variable.label_en
            assert variable.definition.endswith(".")
            assert variable.unit
            assert variable.publisher
            assert variable.first_year <= variable.last_year


@pytest.mark.parametrize(
    ("name", "year", "published", "factor", "unit"),
    [
        ("gdp", 2024, 49670.2, 1e8, "yuan"),  # 亿元
        ("rd_expenditure", 2023, 29470733.0, 1e4, "yuan"),  # 万元
        ("urbanisation_rate", 2024, None, 1, "percent"),  # %
        ("population", 2024, None, 1e4, "persons"),  # 万人
        ("industrial_rd_fte", 2024, None, 1e4, "FTE person-years"),  # 万人年
    ],
)
def test_units_are_converted_once(china, name, year, published, factor, unit):
    """Beijing's figure as the table prints it, times the factor of its unit."""
    variable = china.describe(name)
    cells = pd.read_csv(DATA / "china" / f"{variable.table}.csv", index_col=["entity", "year"])
    printed = cells.loc[("CN-BJ", year), name]
    assert published in (None, printed)
    assert variable.unit == unit
    assert china[name].loc["CN-BJ", year] == printed * factor


def test_national_figures_known_from_the_communique(china):
    # Communique on national R&D expenditure 2023 (NBS, MOST, MOF): 33,357.1 亿元, 2.65 % of GDP.
    assert china.totals.loc[2023, "rd_expenditure"] == pytest.approx(33357.1e8, abs=0.05e8)
    assert china.totals.loc[2023, "rd_intensity"] == 2.65
    # Communique of 2022: 30,782.9 亿元, of which basic research 2,023.5.
    assert china.totals.loc[2022, "rd_expenditure"] == pytest.approx(30782.9e8, abs=0.05e8)
    assert china.totals.loc[2022, "rd_basic"] == pytest.approx(2023.5e8, abs=0.05e8)


def test_total_is_no_entity(china):
    assert "CN" not in china.entities.index
    assert set(china.entities.index) == set(china.frame.index.get_level_values("entity"))
    assert list(china.totals.index) == list(range(2010, 2024))


def test_totals_are_checked_like_any_table(root):
    path = root / "china" / "national.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    del lines[4]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DataError, match=r"china/national.csv has no number in .* of total in 2013"):
        load("china", root=root)


def test_known_gaps_are_gaps_not_zeros(china):
    assert china["loans"].loc["CN-GD"].loc[2010:2018].isna().all()
    assert china["loans"].loc["CN-GD"].loc[2019:2023].notna().all()
    assert china["tech_contracts_sold_value"].xs(2011, level="year").isna().all()
    assert china["hightech_revenue"].xs(2017, level="year").isna().all()
    assert any("Guangdong 2010-2018" in gap for gap in china.describe("loans").gaps)


def test_flags_stand_on_cells_that_hold_numbers(china, world):
    assert list(china.flags.columns) == ["entity", "year", "variable", "flag", "note"]
    derived = china.flags[china.flags["flag"] == "derived"]
    assert set(zip(derived["entity"], derived["year"], derived["variable"], strict=True)) == {
        ("CN-BJ", 2012, "rd_funds_enterprise"),
        ("CN-JL", 2019, "patents_applied_design"),
    }
    for panel in (china, world):
        left_out = panel.flags["flag"].isin(read_dataset(panel.name).doubtful)
        for row in panel.flags[~left_out].itertuples():
            assert np.isfinite(panel[row.variable].loc[row.entity, row.year])
        for row in panel.flags[left_out].itertuples():
            assert np.isnan(panel[row.variable].loc[row.entity, row.year])


def test_flag_on_an_empty_cell_is_refused(spoil):
    def add(rows):
        rows.append(["CN-GD", "2011", "loans", "suspicious", "no such number"])

    root = spoil("flags", add)
    with pytest.raises(DataError, match=r"flags 'loans' of CN-GD in 2011, a cell without a number"):
        load("china", root=root)


def doubting(root, codes):
    path = root / "china" / "dataset.yml"
    path.write_text(f"{path.read_text('utf-8')}\ndoubtful: {codes}\n", "utf-8")
    return load("china", root=root)


def test_doubtful_cells_are_left_out_and_counted(root, china):
    panel = doubting(root, "[suspicious, one_copy]")
    gone = china.flags[china.flags["flag"].isin(["suspicious", "one_copy"])]
    assert len(gone)
    missing = panel.frame.isna() & china.frame.notna()
    assert missing.to_numpy().sum() == len(gone)
    assert panel.frame.where(~missing).equals(china.frame.where(~missing))
    for name, count in gone["variable"].value_counts().items():
        assert missing[name].sum() == count
        assert f"{count} figure" in panel.describe(name).notes
        assert panel.describe(name).notes.endswith("marked as doubtful left out.")


def test_a_doubt_that_no_flag_has_is_refused(root):
    with pytest.raises(UnknownNameError, match=r"'suspicous' in china.*did you mean suspicious"):
        doubting(root, "[suspicous]")


def test_doubts_are_a_list(root):
    with pytest.raises(DataError, match=r"'doubtful' without a list"):
        doubting(root, "suspicious")


def test_tiles_do_not_collide(china):
    tiles = china.entities[["tile_row", "tile_col"]]
    assert not tiles.duplicated().any()


def test_regions_follow_the_statistics_bureau(china):
    assert china.entities["region"].value_counts().to_dict() == {
        "east": 10,
        "central": 6,
        "west": 12,
        "northeast": 3,
    }


def test_policies_keep_their_confidence(china):
    policies = load_policies()
    policies = policies[~policies["policy"].str.startswith("city_")]
    assert len(policies) == 64
    assert set(policies["entity"]) <= set(china.entities.index)
    seen = policies.groupby("policy")["confidence"].unique().map(set)
    assert seen["loan_equity_linkage_pilot"] == {"seen in sources"}
    assert seen["scitech_finance_pilot_wave2"] == {"seen in sources"}
    read = policies["confidence"].isin(["seen in sources", "one copy"])
    assert policies.loc[~read, "confidence"].str.endswith("verify").all()
    assert policies[read].groupby("policy").size().to_dict() == {
        "innovation_demonstration_zone": 1, "loan_equity_linkage_pilot": 5,
        "scitech_finance_pilot_wave2": 9,
    }  # fmt: skip
    zhongguancun = policies.query("policy == 'innovation_demonstration_zone' and entity == 'CN-BJ'")
    assert zhongguancun["start_year"].tolist() == [2009]


def test_policy_start_must_be_a_date(spoil):
    root = spoil("policies", lambda rows: rows[1].__setitem__(3, "spring"), folder="policies")
    with pytest.raises(DataError, match=r"start 'spring' in row 2"):
        load_policies(root)


def test_toy_data_set_of_someone_else(toy):
    panel = load("toy", root=toy)
    assert panel.roles.entities == "countries"
    assert panel.roles.entity_zh == "国家"
    assert panel["research"].tolist()[:4] == [8.0, 16.0, 24.0, 32.0]
    assert np.isnan(panel["research"].loc["BB", 2001])
    assert panel.region.loc["BB", 2001] == "south"
    assert panel.totals.empty
    assert panel.flags.empty
    assert panel.describe("research").gaps == ("Beland 2001: lost in a fire",)


def test_years_outside_the_data_set_are_not_cut_off(toy):
    path = toy / "toy" / "dataset.yml"
    path.write_text(path.read_text().replace("[2000, 2002]", "[2000, 2001]"))
    with pytest.raises(DataError, match=r"covers 2000-2002 but dataset.yml says 2000-2001"):
        load("toy", root=toy)


def test_unknown_unit(toy):
    path = toy / "toy" / "money.yml"
    path.write_text(path.read_text().replace("mark", "florin"))
    with pytest.raises(DataError, match=r"unit 'florin', which is not known: add it to units.yml"):
        load("toy", root=toy)


def test_series_in_two_tables(toy):
    folder = toy / "toy"
    for suffix in (".csv", ".yml"):
        (folder / f"again{suffix}").write_bytes((folder / f"money{suffix}").read_bytes())
    path = folder / "dataset.yml"
    path.write_text(path.read_text().replace("[money]", "[money, again]"))
    with pytest.raises(DataError, match=r"'research', which table 'money' already holds"):
        load("toy", root=toy)


def test_loading_does_not_import_estimators():
    code = (
        "import sys; from analysis.data import load; load('china'); "
        "print([m for m in ('linearmodels', 'statsmodels', 'matplotlib') if m in sys.modules])"
    )
    root = Path(__file__).resolve().parents[2]
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == "[]"


def test_an_infinite_cell_is_refused_and_named(spoil, put):
    for text in ("inf", "-inf", "1e999"):
        root = spoil("fiscal", put(("CN-BJ", "2015"), "fiscal_expenditure", text))
        with pytest.raises(DataError, match=r"in column 'fiscal_expenditure', row \d+: write"):
            load("china", root=root)


@pytest.mark.parametrize("write", ["{}.0", "{}年", "{}-12-31", "{}1231"])
def test_a_year_may_be_written_as_a_date(toy, write):
    plain = load("toy", toy).frame
    path = toy / "toy" / "money.csv"
    text = re.sub(r",(20\d\d),", lambda m: f",{write.format(m[1])},", path.read_text("utf-8"))
    path.write_text(text, encoding="utf-8")
    pd.testing.assert_frame_equal(load("toy", toy).frame, plain)


@pytest.mark.parametrize("spoilt", ["a folder", "a link to itself"])
def test_what_is_no_file_is_told(toy, spoilt):
    path = toy / "toy" / "money.csv"
    path.unlink()
    path.mkdir() if spoilt == "a folder" else path.symlink_to(path.name)
    with pytest.raises(DataError, match=r"toy/money.csv cannot be read \(.*\): restore it"):
        load("toy", toy)
