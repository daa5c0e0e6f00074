"""Events on further data sets: what is shown beside the numbers, and that nothing moved."""

import pytest

from analysis.display.events import GRIDS, event_block, path_words

PILOTS = ("M44", "M48", "M103", "M108")


@pytest.fixture(scope="module")
def cities(archive):
    return {name: archive.record(name, "cities") for name in (*PILOTS, "M65")}


@pytest.mark.parametrize("claim", PILOTS)
def test_a_pilot_shows_path_controls_years_before_bounds_and_other_pilots(cities, claim):
    shown = cities[claim].shown
    assert set(shown.exhibits) == {"picture"}
    assert set(shown.grids) == set(GRIDS)
    path = dict(shown.exhibits["picture"].values)["path"]
    assert (path["event_time"] < -1).sum() >= 2
    assert path.loc[path["event_time"] == -1, "estimate"].tolist() == [0.0]
    assert {"straight_zero", "pre_p", "never", "pilots_near"} <= set(shown.numbers)
    assert all("exploratory" in shown.grids[name].caption for name in GRIDS[:-1])


def test_one_cohort_has_one_average_whoever_is_the_control(cities):
    rows = cities["M44"].shown.grids["controls"].rows
    assert len({row[-1] for row in rows}) == 1
    assert len(cities["M103"].shown.grids["controls"].rows) == 4, "two cohorts, two averages"


def test_an_exposure_of_all_has_years_before_and_no_pilots(cities):
    shown = cities["M65"].shown
    assert set(shown.grids) == {"path"}
    assert [row[0] for row in shown.grids["path"].rows if row[1] == "base year"] == ["2019"]
    assert f"p = {shown.numbers['pre_p']:.3f}" in shown.grids["path"].notes[0]


def test_pilots_of_the_same_cities_are_those_of_the_table(cities, study):
    table = study.policies
    own = set(table.loc[table["policy"] == "city_loan_equity_linkage_pilot", "entity"])
    wave = table[table["policy"].eq("city_scitech_finance_pilot_wave1") & table["entity"].isin(own)]
    rows = {row[0]: row for row in cities["M44"].shown.grids["other_pilots"].rows}
    began = next(row[1] for name, row in rows.items() if "scitech finance pilot wave1" in name)
    assert began.count("2011") == len(wave) == len(own)


def test_the_fold_holds_a_picture_with_words_and_every_table(cities, archive):
    text = event_block(cities["M103"], archive.codebook("cities")).text
    assert text.startswith('<details class="tables"><summary>M103 on cities')
    assert text.count("<img") == text.count("alt=") == 1
    assert text.count("<table") == len(GRIDS)


def test_a_claim_that_is_no_event_has_no_fold(archive):
    assert event_block(archive.record("M104", "cities"), archive.codebook("cities")).text == ""


def test_the_path_is_said_in_words(cities):
    words = path_words(cities["M65"].shown.exhibits["picture"])
    assert "Before the event 7 estimates" in words
    assert "from then on one estimate" in words
