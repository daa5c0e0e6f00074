"""The figures of cities: they add up, agree with the provinces, and carry their known faults."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.data import identities, load, load_policies
from analysis.data.dataset import DATA, read_dataset
from analysis.data.sidecar import read_sidecar

MUNICIPALITIES = {"110000", "120000", "310000", "500000"}


@pytest.fixture(scope="module")
def cities():
    return load("cities")


@pytest.fixture(scope="module")
def printed(on_disk):
    """Every figure as the tables hold it, doubtful ones included, in published units."""
    return on_disk("cities").sort_index()


@pytest.fixture(scope="module")
def of_province(cities, printed, china):
    """Sum of the cities over the figure of their province, by province and year."""

    def ratio(name, of, factor):
        region = cities.entities["region"].reindex(printed.index.get_level_values("entity"))
        keys = [region.to_numpy(), printed.index.get_level_values("year")]
        summed = printed[name].groupby(keys).sum(min_count=1) * factor
        summed.index.names = ["entity", "year"]
        return (summed / china[of]).dropna()

    return ratio


def outside(ratio):
    return set(ratio[(ratio < 0.8) | (ratio > 1.2)].index.get_level_values("entity"))


def test_the_panel_is_what_its_description_says(cities):
    assert cities.frame.shape == (338 * 22, 33)
    assert cities.roles.unit == "city-year"
    assert cities.entities.index.str.fullmatch(r"\d{6}").all()
    assert "460300" not in cities.entities.index  # Sansha


def test_every_column_is_described_and_counted(cities):
    ds = read_dataset("cities")
    for table in ds.tables:
        for column in read_sidecar(ds.path(table, ".yml")).columns.values():
            assert column.definition.endswith(".")
            assert column.label_zh
            assert column.observed > 1300
            assert "Grades: " in column.notes
    assert all(v.publisher and v.licence and v.compiled_via for v in cities.variables.values())


def test_identities_hold_once_doubtful_cells_are_out(cities):
    table = identities(cities).set_index("name")
    assert table["holds"].all()
    assert table["cells"].to_dict() == {"gdp_by_sector": 6851, "gdp_per_head": 5221}


def test_sectors_miss_gdp_only_where_the_flags_say_so(cities, printed):
    total = printed["gdp_provincial_yearbook"]
    gap = printed[["va_primary", "va_secondary", "va_tertiary"]].sum(axis=1, skipna=False) / total
    off = set(gap[(gap - 1).abs() > 0.02].index)
    doubtful = cities.flags.query("variable == 'gdp_provincial_yearbook' and flag == 'doubtful'")
    assert len(off) == 53
    assert off <= set(zip(doubtful["entity"], doubtful["year"], strict=True))


# Written down from memory and not looked up again; what each is a figure of:
# Statistical communiqués of the cities for 2023 (GDP, 亿元), budgets of the cities for 2023
# (revenue, 亿元), communiqué of the seventh census (Beijing and Shanghai 2020, 万人), statistical
# yearbook of Shanghai (foreign investment, 百万美元, and land, 平方公里).
@pytest.mark.parametrize(
    ("city", "year", "name", "value", "factor"),
    [
        ("110000", 2023, "gdp_provincial_yearbook", 43760.7, 1),
        ("310000", 2023, "gdp_provincial_yearbook", 47218.66, 1),
        ("440300", 2023, "gdp_provincial_yearbook", 34606.40, 1),
        ("440100", 2023, "gdp_provincial_yearbook", 30355.73, 1),
        ("500000", 2023, "gdp_provincial_yearbook", 30145.79, 1),
        ("320500", 2023, "gdp_provincial_yearbook", 24653.4, 1),
        ("330100", 2023, "gdp_provincial_yearbook", 20059, 1),
        ("420100", 2023, "gdp_provincial_yearbook", 20011.65, 1),
        ("340100", 2023, "gdp_provincial_yearbook", 12673.78, 1),
        ("310000", 2023, "fiscal_revenue", 8312.5, 1e-4),
        ("110000", 2023, "fiscal_revenue", 6181.1, 1e-4),
        ("320500", 2023, "fiscal_revenue", 2456.8, 1e-4),
        ("110000", 2020, "population_resident", 2189.31, 1),
        ("310000", 2020, "population_resident", 2487.09, 1),
        ("310000", 2010, "fdi", 11121, 1),
        ("310000", 2010, "land_area", 6340, 1),
    ],
)
def test_figures_known_from_elsewhere(printed, city, year, name, value, factor):
    assert printed.loc[(city, year), name] * factor == pytest.approx(value, abs=0.5, rel=1e-5)


# As the copies named in the sidecars hold them.
@pytest.mark.parametrize(
    ("city", "year", "name", "value"),
    [
        ("440300", 2018, "fiscal_science", 5549817),
        ("330100", 2023, "digital_finance_index", 373.2215),
        ("330100", 2011, "digital_finance_index", 86.18),
        ("320500", 2011, "loans", 118738914),
        ("110000", 2020, "patents_granted_invention", 61355),
        ("340100", 2011, "land_area", 11430),
    ],
)
def test_figures_are_carried_to_the_last_digit(printed, city, year, name, value):
    assert printed.loc[(city, year), name] == value


def test_units_are_converted_once(cities, printed):
    at = ("440300", 2020)
    for name, factor, unit in [
        ("gdp", 1e8, "yuan"),
        ("loans", 1e4, "yuan"),
        ("fdi", 1e6, "US dollars"),
        ("wage_average", 1, "yuan"),
        ("land_area", 1, "km²"),
        ("population_resident", 1e4, "persons"),
    ]:
        assert cities[name].loc[at] == printed.loc[at, name] * factor
        assert cities.describe(name).unit == unit


@pytest.mark.parametrize(
    ("name", "of", "factor", "low", "high", "apart"),
    [
        ("gdp", "gdp_first_published", 1e8, 0.99, 1.005, "HI QH XZ XJ YN GZ"),
        ("gdp_provincial_yearbook", "gdp_first_published", 1e8, 0.995, 1.02, "HI QH XZ"),
        ("loans", "loans", 1e4, 0.945, 0.99, "BJ HI XZ XJ YN GZ"),
        ("deposits", "deposits", 1e4, 0.96, 0.985, "HI XZ XJ QH YN GZ"),
        ("population_resident", "population", 1e4, 0.99, 1.005, "HI XZ XJ QH YN GZ HL JL"),
    ],
)
def test_cities_add_up_to_their_province(of_province, name, of, factor, low, high, apart):
    found = of_province(name, of, factor)
    median = found.groupby("year").median()
    assert len(median) >= 13
    assert median.between(low, high).all(), median
    assert outside(found) == {f"CN-{code}" for code in apart.split()}


def test_beijing_reports_loans_in_yuan_alone_to_2014(of_province):
    found = of_province("loans", "loans", 1e4).loc["CN-BJ"]
    assert found.loc[2010:2014].between(0.77, 0.81).all()
    assert found.loc[2015:].between(0.81, 1.01).all()


def test_the_rest_of_spending_is_the_provinces_own(of_province):
    for name, low, high in [("fiscal_science", 0.735, 0.835), ("fiscal_expenditure", 0.755, 0.85)]:
        assert of_province(name, name, 1e4).groupby("year").median().between(low, high).all()


def test_municipalities_equal_their_row_among_the_provinces(of_province):
    four = ["CN-BJ", "CN-TJ", "CN-SH", "CN-CQ"]
    share = {
        name: (of_province(name, of, factor).loc[four] - 1).abs().le(0.01).mean()
        for name, of, factor in [
            ("fiscal_science", "fiscal_science", 1e4),
            ("fiscal_expenditure", "fiscal_expenditure", 1e4),
            ("gdp", "gdp_first_published", 1e8),
            ("population_resident", "population", 1e4),
        ]
    }
    assert share["fiscal_science"] == share["population_resident"] == 1
    assert share["fiscal_expenditure"] == 54 / 56
    assert share["gdp"] == 55 / 56


def test_invention_patents_shift_with_the_year_in_all_provinces(of_province):
    found = of_province("patents_granted_invention", "patents_granted_invention", 1)
    median = found.groupby("year").median()
    assert median.round(2).to_dict() == {2012: 1.01, 2016: 1.06, 2020: 0.97}
    last = found.xs(2020, level="year")
    assert set(last.index[~last.between(0.947, 0.992)]) == {"CN-XJ", "CN-HI"}  # county-level places


def test_green_inventions_never_exceed_all(printed):
    both = printed[["green_patents_invention_series2", "patents_granted_invention"]].dropna()
    assert len(both) > 500
    assert (both.iloc[:, 0] <= both.iloc[:, 1]).all()


def test_invention_patents_are_four_years_and_green_ones_end_in_2018(cities):
    years = {n: set(cities[n].dropna().index.get_level_values("year")) for n in cities.frame}
    assert years["patents_granted_invention"] == {2012, 2016, 2020, 2024}
    assert max(years["green_patents"]) == 2018
    assert min(years["fiscal_science"]) == 2007
    assert max(years["fixed_asset_investment"]) == 2016
    assert max(max(y) for n, y in years.items() if n != "patents_granted_invention") == 2023


def test_cities_that_were_dissolved_end(cities):
    indices = [name for name in cities.frame if name.startswith("dfi_")]
    indices.append("digital_finance_index")  # its publisher lists Laiwu on, see below
    for code, last in [("341400", 2010), ("371200", 2018)]:  # Chaohu, Laiwu
        assert cities.frame.loc[code].drop(columns=indices).dropna(how="all").index.max() <= last
    assert (
        cities["digital_finance_index"].loc["371200"].last_valid_index() == 2020
    )  # listed on after its merger


def test_gdp_above_the_revised_is_flagged_where_the_provinces_say_so(cities, china):
    excess = china["gdp_first_published"] / china["gdp"]
    wanted = set(excess[excess > 1.1].index)
    rows = cities.flags[cities.flags["flag"] == "above_revised_gdp"]
    region = cities.entities["region"].reindex(rows["entity"])
    assert set(zip(region, rows["year"], strict=True)) == wanted
    marked = cities.entities.loc[cities.entities["revised"] == 1, "region"]
    assert set(marked) == {entity for entity, _ in wanted}
    assert not set(cities.entities.query("revised == 0")["region"]) & set(marked)


@pytest.mark.parametrize(
    ("city", "year", "name", "says"),
    [
        ("141100", 2011, "loans", "digit too many"),  # Lüliang
        ("220300", 2019, "deposits", "digit too many"),  # Siping
        ("430200", 2011, "fiscal_science", "digit too many"),  # Zhuzhou
        ("330100", 2010, "loans", "replaced"),  # Hangzhou
        ("500000", 2009, "employees_units", "ten thousand persons"),  # Chongqing
        ("440300", 2011, "gdp_provincial_yearbook", "different revisions"),  # Shenzhen
        ("620600", 2016, "fiscal_science", "falls back"),  # Wuwei
        ("231200", 2020, "fiscal_science", "falls back"),  # Suihua
        ("430100", 2009, "population_resident", "registered"),  # Changsha
    ],
)
def test_known_faults_are_doubtful_and_left_out(cities, printed, city, year, name, says):
    row = cities.flags.query("entity == @city and year == @year and variable == @name")
    assert row["flag"].tolist() == ["doubtful"]
    assert says in row["note"].iloc[0]
    assert np.isfinite(printed.loc[(city, year), name])
    assert np.isnan(cities[name].loc[city, year])


def test_doubtful_cells_are_counted(cities, printed):
    doubtful = cities.flags[cities.flags["flag"] == "doubtful"]
    kept = printed.reindex(cities.frame.index)[cities.frame.columns]
    missing = kept.notna() & cities.frame.isna()
    assert missing.to_numpy().sum() == len(doubtful) == 1299
    assert not cities.flags.duplicated(["entity", "year", "variable"]).any()


def test_rows_that_slipped_in_heilongjiang_are_repaired(cities):
    rows = cities.flags[cities.flags["flag"] == "repaired"]
    assert set(rows["entity"]) == {"230900", "231000", "231100", "231200", "232700"}
    assert set(rows["year"]) == {2011}
    value = cities.frame.loc[("230800", 2011), ["va_primary", "va_secondary", "va_tertiary"]]
    assert value.isna().all()  # Jiamusi's sectors are lost


def test_no_growth_rate_goes_over_a_change_of_territory_unmarked(cities):
    rows = cities.flags[cities.flags["flag"] == "boundary"]
    broken = cities.entities.index[cities.entities["boundary"] == 1]
    assert len(broken) == 17
    assert set(rows["entity"]) <= set(broken)
    assert set(broken) - set(rows["entity"]) == {"341400", "371200"}  # these end there
    assert "took Laiwu" in rows.query("entity == '370100'")["note"].iloc[0]


def test_entities_stand_in_the_provinces(cities, china):
    assert set(cities.entities["region"]) == set(china.entities.index)
    assert set(cities.entities.query("municipality == 1").index) == MUNICIPALITIES
    capitals = cities.entities.query("capital == 1")
    assert sorted(capitals["region"]) == sorted(china.entities.index)
    names = china.entities["label_zh"].reindex(cities.entities["region"]).to_numpy()
    assert (cities.entities["region_zh"] == names).all()


def test_capitals_lie_where_the_provinces_say(cities, china):
    capitals = cities.entities.query("capital == 1")
    at = cities.geography.coordinates.loc[capitals.index, ["latitude", "longitude"]]
    there = china.geography.coordinates.loc[capitals["region"], ["latitude", "longitude"]]
    assert np.abs(at.to_numpy() - there.to_numpy()).max() < 0.2
    assert (cities.geography.coordinates["seat_zh"] == cities.entities["label_zh"]).all()


def test_declared_samples_leave_out_what_they_say(cities):
    found = {
        name: sample.changes(cities.roles, cities.entities)
        for name, sample in cities.samples.items()
    }
    assert found.pop("to_2018") == {"last_year": 2018}
    assert found.pop("without_pandemic") == {"exclude_years": (2020, 2021, 2022)}
    assert {name: len(made["exclude_entities"]) for name, made in found.items()} == {
        "without_boundary": 17,
        "without_revised": 104,
        "without_repaired": 62,
        "without_municipalities": 4,
        "without_capitals": 31,
    }


def test_policies_of_cities_are_of_cities_and_keep_their_confidence(cities):
    rows = load_policies()
    rows = rows[rows["policy"].str.startswith("city_")]
    assert len(rows) == 521
    assert not rows.duplicated(["policy", "entity"]).any()
    assert set(rows["entity"]) <= set(cities.entities.index)
    assert rows["confidence"].value_counts().to_dict() == {
        "listed in a copy citing the official page": 171,
        "common knowledge: verify": 112,
        "one copy": 98,
        "province listed; month: verify": 49,
        "membership listed; year unknown: verify": 43,
        "membership listed; year: verify": 17,
        "city listed; month: verify": 14,
        "seen in sources": 14,
        "month from memory, not confirmed: verify": 3,
    }


def test_a_start_that_is_only_a_range_stands_apart():
    rows = load_policies()
    undated = rows[rows["policy"].str.endswith("_undated")]
    assert set(undated["policy"]) == {"city_innovative_city_pilot_undated"}
    assert len(undated) == 43
    assert set(undated["start"]) == {"2010"}
    assert undated["note"].str.startswith("start only known to lie in 2010-2013").all()
    dated = rows[rows["policy"] == "city_innovative_city_pilot"]
    assert not set(dated["entity"]) & set(undated["entity"])


def test_the_folder_stays_small():
    size = sum(path.stat().st_size for path in (DATA / "cities").iterdir())
    assert size < 2.5e6
