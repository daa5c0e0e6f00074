import datetime

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError, SpecificationError, UnknownNameError
from analysis.models import EventDesign, Exposure, Sample, with_treatment


def table(**columns):
    base = {
        "policy": ["one", "one", "one", "two"],
        "entity": ["e01", "e02", "e03", "e04"],
        "start": ["2004-04", "2005-10", "2006", "2003"],
    }
    return pd.DataFrame({**base, **columns})


def test_a_late_start_counts_from_the_next_year():
    design = EventDesign.from_table(table(), "one")
    assert design.starts == {"e01": 2004, "e02": 2006, "e03": 2006}
    assert design.name == "one"
    assert "month 7 or later" in design.rule


@pytest.mark.parametrize(
    ("start", "late_from", "year"),
    [
        ("2004-06", 7, 2004),
        ("2004-07", 7, 2005),
        ("2004-12-31", 13, 2004),
        ("2004-12", 12, 2005),
        (2004, 1, 2004),
        (2004.0, 7, 2004),
        (datetime.date(2004, 9, 1), 7, 2005),
        (pd.Timestamp("2004-02-01"), 7, 2004),
    ],
)
def test_dates_of_any_kind_become_years(start, late_from, year):
    rows = pd.DataFrame({"entity": ["e01"], "start": [start]}, dtype=object)
    assert EventDesign.from_table(rows, late_from=late_from).starts == {"e01": year}


def test_starts_without_a_month_and_sources_are_noted():
    rows = table(confidence=["seen", "guess", "guess", "seen"])
    notes = EventDesign.from_table(rows, "one").notes
    assert "1 of 3 starts have no month" in notes[0]
    assert "guess (2); seen (1)" in notes[1]


def test_the_earliest_start_counts_and_doses_add_up(full_panel):
    rows = table(entity=["e01", "e01", "e03", "e04"], dose=[0.5, 0.2, 1.5, 9.0])
    design = EventDesign.from_table(rows, "one", dose="dose")
    assert design.starts == {"e01": 2004, "e03": 2006}
    column = with_treatment(full_panel, design)["one"]
    assert column["e01"].loc[[2003, 2004, 2005, 2006]].tolist() == [0.0, 0.5, 0.5, 0.7]
    assert column["e03"].loc[[2005, 2006, 2011]].tolist() == [0.0, 1.5, 1.5]
    assert column["e04"].abs().sum() == 0


def test_without_doses_the_column_is_a_post_dummy(full_panel):
    design = EventDesign("event", (Exposure("e01", 2004), Exposure("e01", 2006)))
    column = with_treatment(full_panel, design, "post")["post"]
    assert column["e01"].tolist() == [0.0] * 3 + [1.0] * 8
    described = with_treatment(full_panel, design, "post").describe("post")
    assert described.processing == "derived"
    assert described.unit == "0 or 1"


def test_entities_of_another_wave_are_on_neither_side():
    rows = table(entity=["e01", "e02", "e03", "e01"])
    design = EventDesign.from_table(rows, "one", exclude_policy="two", exclude=["e09"])
    assert design.excluded == ("e01", "e09")
    assert design.treated == ("e02", "e03")
    kept = design.sample(Sample(first_year=2002, exclude_entities=("e05",)))
    assert kept == Sample(first_year=2002, exclude_entities=("e05", "e01", "e09"))


def test_several_policies_make_one_event_with_waves():
    design = EventDesign.from_table(table(), ("one", "two"))
    assert design.name == "one_two"
    assert design.starts["e04"] == 2003


def test_a_design_is_frozen_and_can_be_a_key():
    design = EventDesign("event", (Exposure("e01", 2004),))
    assert {design: 1}[EventDesign("event", (Exposure("e01", 2004),))] == 1


@pytest.mark.parametrize(
    ("rows", "options", "error", "message"),
    [
        (table(), {"policy": "tow"}, UnknownNameError, "policy 'tow'.*did you mean"),
        (table(), {"policy": "one", "dose": "doze"}, UnknownNameError, "column 'doze'"),
        (table().drop(columns="policy"), {"policy": "one"}, UnknownNameError, "column 'policy'"),
        (table(start=["soon"] * 4), {}, SpecificationError, "'soon'.*is not a date"),
        (table(start=["2004-13"] * 4), {}, SpecificationError, "'2004-13'.*is not a date"),
        (table(), {"late_from": 0}, SpecificationError, "late_from is 0"),
        (
            table(),
            {"policy": "two", "exclude": ["e04"]},
            SpecificationError,
            "exposes no entity that is not excluded",
        ),
        (
            table(dose=[1.0, float("nan"), 1.0, 1.0]),
            {"dose": "dose"},
            SpecificationError,
            "dose nan for e02",
        ),
    ],
)
def test_what_is_no_design_is_refused(rows, options, error, message):
    with pytest.raises(error, match=message):
        EventDesign.from_table(rows, **options)


def test_a_year_must_be_whole():
    with pytest.raises(SpecificationError, match=r"year 2004\.5"):
        EventDesign("event", (Exposure("e01", 2004.5),))


def test_an_unknown_entity_is_refused(full_panel):
    with pytest.raises(UnknownNameError, match=r"entity 'e77'.*event 'event'"):
        with_treatment(full_panel, EventDesign("event", (Exposure("e77", 2004),)))


def test_codes_of_entities_are_text_as_in_the_panel(make_panel, gappy):
    codes = {name: 11 + i for i, name in enumerate(gappy.index.unique(0))}
    panel = make_panel(gappy.rename(index=codes, level=0))
    rows = pd.DataFrame({"entity": [13, 14], "start": ["2005", "2007"]})
    for design in (
        EventDesign.from_table(rows),
        EventDesign.from_table(rows.astype({"entity": float})),
        EventDesign("event", (Exposure(13, np.int64(2005)), Exposure("14", 2007))),
    ):
        column = with_treatment(panel, design, "post")["post"]
        assert column["13"].sum() == (column["13"].index >= 2005).sum() > 0
        assert column.sum() == column["13"].sum() + column["14"].sum()


@pytest.mark.parametrize(
    "start", ["2016年10月", "2016/10/05", "201610", pd.Timestamp("2016-10-05")]
)
def test_a_start_late_in_the_year_counts_from_the_next_however_written(start):
    rows = pd.DataFrame({"entity": ["a"], "start": [start]})
    assert EventDesign.from_table(rows).starts == {"a": 2017}


@pytest.mark.parametrize("start", ["42648", 42648, 42648.0, 2016.75, "2016-010", None])
def test_a_start_that_is_no_date_is_shown(start):
    rows = pd.DataFrame({"entity": ["a"], "start": [start]})
    with pytest.raises(SpecificationError, match=f"Start '{start}' .* is not a date"):
        EventDesign.from_table(rows)


def test_an_excluded_code_may_be_a_number():
    exposures = (Exposure(13, 2005), Exposure(14, 2005))
    design = EventDesign("event", exposures, excluded=(14,))
    assert (design.treated, design.excluded) == (("13",), ("14",))


def test_an_exposure_without_a_name_is_told():
    rows = pd.DataFrame({"entity": ["a", None], "start": ["2016", "2017"]})
    with pytest.raises(DataError, match="no entity in 1 rows, the first in row 2"):
        EventDesign.from_table(rows)
