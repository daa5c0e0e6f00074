"""The chapter on countries: the break, the samples and the difference are those of the figures."""

import numpy as np
import pytest

from analysis.display.charts import draw
from analysis.errors import UnknownNameError
from analysis.studies.patient_capital.pages import countries


@pytest.fixture(scope="module")
def made(explored):
    return explored("countries")


def test_the_break_lies_where_the_sample_begins(made):
    family, page = made
    seen = page.numbers
    assert seen["countries_break_year"] == family.m05.evidence.findings[0].columns[0].first_year
    assert (
        seen["countries_break_count"] == seen["countries_break_up"] + seen["countries_break_down"]
    )
    assert seen["countries_break_later"] < seen["countries_break_count"]
    assets = family.m05.panel["pension_fund_assets_gdp"]
    change = assets.xs(2006, level="year") - assets.xs(2005, level="year")
    # As the World Bank's figures have it: Sweden from 8.5 to 51.8, Singapore from 57.4 to 13.1.
    assert change["SWE"] == pytest.approx(43.3, abs=0.1)
    assert change["SGP"] == pytest.approx(-44.3, abs=0.1)
    shown = page.exhibits["broken"].values["series"]
    assert {"Sweden", "Singapore"} <= set(shown)
    assert shown.shape[1] == seen["countries_break_count"]


def test_declared_and_secondary_readings_are_those_of_the_ledger(made):
    family, page = made
    first = family.m05.evidence.findings[0].columns[0]
    assert page.numbers["countries_declared_estimate"] == pytest.approx(first.estimate)
    assert page.numbers["countries_declared_low"] == pytest.approx(first.low)
    for key, reading in zip(("pension", "insurers"), family.m05.secondary, strict=True):
        line = reading.lines["two_way"]
        seen = page.numbers[f"countries_{key}_estimate"]
        assert seen == pytest.approx(line.estimate * line.scale)


def test_other_samples_have_other_rows(made):
    sound, declared, whole = (
        made[1].numbers[f"countries_{name}_n"] for name in ("sound", "declared", "all_years")
    )
    assert sound < declared < whole


def test_a_plausible_effect_is_given_in_points(made, study):
    seen = made[1].numbers
    points = seen["countries_plausible_points"]
    assert points == pytest.approx(study.rules.plausible * seen["countries_assets_sd"])
    assert 0 < points < 10


def test_models_are_placed_by_the_figures(made):
    family, page = made
    panel, seen = family.m14.panel, page.numbers
    years = panel.frame.index.get_level_values("year")
    kept = panel.frame[(years >= 1997) & (years <= 2018)][["market_tilt", "rd_gdp"]].dropna()
    japan = kept.loc["JPN"].mean()
    assert seen["countries_jpn_ratio"] == pytest.approx(np.exp(japan["market_tilt"]))
    assert seen["countries_jpn_rd"] == pytest.approx(japan["rd_gdp"])
    written = {t.get_text() for t in draw(page.exhibits["tilt"]).figure.axes[0].texts}
    assert {"United States", "Germany", "Japan", "China"} <= written


def test_the_difference_is_that_of_the_two_parts(made, study):
    family, page = made
    seen = page.numbers
    one, two = (f.columns[0].estimate for f in family.m14.evidence.findings)
    assert seen["countries_difference_two_way_estimate"] == pytest.approx(one - two)
    for column in ("two_way", "region_year", "entity_trends"):
        found = f"countries_difference_{column}"
        passes = seen[f"{found}_smallest"] < study.rules.plausible
        assert passes == (seen[f"{found}_p_zero"] < 0.05)


def test_the_heaviest_economy_is_named_and_left_out(made):
    family, page = made
    seen, finding = page.numbers, family.m14.evidence.findings[0]
    names = family.m14.panel.entities["label_en"]
    assert seen["countries_heaviest"] == names[finding.highest_without]
    line = family.m14.readings[0].lines["two_way"]
    assert seen["countries_without_old_scale"] == pytest.approx(line.highest * line.scale)
    assert seen["countries_rest_economies"] == finding.columns[0].entities - 1
    assert seen["countries_rest_markets_effective"] > 5 * finding.effective_clusters
    assert "(exploratory)" in str(page.grids["difference_table"])


def test_remarks_are_those_of_the_sidecars(made):
    family, page = made
    remarks = [row[2] for row in page.grids["remarks"].rows]
    for name in ("pension_fund_assets_gdp", "insurance_assets_gdp"):
        assert family.m05.panel.describe(name).notes in remarks
    assert not {"", "–"} & set(remarks)


def test_a_code_that_the_panel_does_not_hold_is_refused(made, monkeypatch):
    monkeypatch.setattr(countries, "_names", lambda _part: {"XXX": "nowhere"})
    with pytest.raises(UnknownNameError, match=r"economy 'XXX' in countries\.yml"):
        countries.explore(made[0])


@pytest.mark.parametrize("name", ["readings", "difference"])
def test_zero_stands_on_the_axis_of_every_effect(made, name):
    low, high = draw(made[1].exhibits[name]).figure.axes[0].get_xlim()
    assert low < 0 < high


def test_the_difference_is_drawn_with_the_intervals_of_the_parts(made):
    family, page = made
    rows = page.exhibits["difference"].values["rows"]
    for label, finding in zip(
        ("stock markets", "bank credit"), family.m14.evidence.findings, strict=True
    ):
        column = finding.columns[0]
        shown = rows.loc[label, ["estimate", "low95", "high95"]]
        assert list(shown) == pytest.approx([column.estimate, column.low, column.high])
