"""The universities of the United States: payers, states, and one that stood there twice."""

from __future__ import annotations

import pytest

from analysis.data import identities, load

THOUSAND = 1e3
PAYERS = ("fed", "state", "institution", "business", "npo", "other")


@pytest.fixture(scope="module")
def universities():
    return load("us_universities")


def test_payers_of_each_university_add_to_its_total(universities):
    table = identities(universities)
    assert table["holds"].all()
    assert table["cells"].tolist() == [3194]


def test_a_payer_that_is_not_printed_is_nil(universities):
    frame = universities.frame.dropna(subset=["herd_total"])
    short = frame[frame.isna().any(axis=1)]
    gap = short["herd_total"] - short[[f"herd_from_{p}" for p in PAYERS]].sum(axis=1)
    assert len(short) == 65
    assert gap.abs().max() <= 8 * THOUSAND


@pytest.mark.parametrize(
    ("name", "year", "thousands"),
    [
        ("Johns Hopkins U.", 2019, 2917440),  # survey tables by institution, six digits
        ("Johns Hopkins U.", 2021, 3181380),
        ("Johns Hopkins U.", 2023, 3801580),
        ("U. California, San Francisco", 2023, 2046540),
        ("U. Pennsylvania", 2022, 1791310),
        ("U. Michigan, Ann Arbor", 2023, 1925880),
        ("U. Washington, Seattle", 2023, 1734090),
        ("Carnegie Mellon U.", 2023, 484757),
    ],
)
def test_published_totals_of_large_universities(universities, name, year, thousands):
    labels = universities.entities["label_en"]
    (code,) = labels.index[labels == name]
    assert universities["herd_total"].loc[code, year] == pytest.approx(thousands * THOUSAND)


@pytest.mark.parametrize(
    ("year", "billion"),
    # the survey's national totals, which count Puerto Rico and the islands as well
    [(2019, 83.7), (2020, 86.4), (2021, 89.9), (2022, 97.8), (2023, 108.8)],
)
def test_universities_hold_nearly_all_of_the_national_total(universities, year, billion):
    summed = universities["herd_total"].xs(year, level="year").sum() / 1e9
    assert 0.993 < summed / billion < 1


def test_universities_of_a_state_add_to_the_payers_of_the_state(universities):
    states = load("us_states")
    code = universities.entities["state"]
    assert set(code) == set(states.entities.index)
    names = states.entities["label_en"]
    assert (universities.entities["region"] == code.map(names)).all()
    for payer in PAYERS:
        figures = universities[f"herd_from_{payer}"].rename("figure").reset_index()
        figures["state"] = figures["entity"].map(code)
        summed = figures.groupby(["state", "year"])["figure"].sum()
        state = states[f"herd_from_{payer}"].rename_axis(["state", "year"]).dropna()
        gap = (summed - state).dropna().drop(("US-TX", 2022))  # holds the doubtful figure
        assert len(gap) == 51 * 5 - 1
        assert gap.abs().max() < 10 * THOUSAND, payer


def test_a_doubtful_year_is_left_out_whole(universities):
    """North Texas, Health Science Center 2022; Texas as printed later holds 63.6 million more."""
    labels = universities.entities["label_en"]
    (code,) = labels.index[labels == "U. North Texas, Health Science Center"]
    assert universities.frame.loc[(code, 2022)].isna().all()
    assert universities.frame.loc[(code, 2021)].notna().all()
    assert (universities.flags["flag"] == "doubtful").sum() == 7


def test_a_college_under_two_controls_is_one(universities):
    labels = universities.entities["label_en"]
    assert labels.is_unique
    (code,) = labels.index[labels == "Salish Kootenai C."]
    years = universities["herd_total"].loc[code].dropna().index
    assert list(years) == [2019, 2020]


def test_declared_samples_leave_out_what_they_say(universities):
    seen = universities["herd_total"].notna().groupby(level="entity").sum()
    whole = universities.entities["all_years"] == 1
    assert whole.sum() == 567
    assert (seen[whole] >= 4).all()
    assert (seen[~whole] < 5).all()
    imputed = universities.flags.query("flag == 'imputed'")["entity"].unique()
    marked = universities.entities.index[universities.entities["imputed"] == 1]
    assert set(imputed) == set(marked)
    assert len(marked) == 50
    assert universities.entities["public"].sum() == 441
