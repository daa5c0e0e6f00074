import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from analysis.claims import Evidence
from analysis.errors import OverlapError


def two_way_slope(panel):
    """Least squares on explicit dummies, the textbook way, as an independent reference."""
    lagged = panel.frame[["a", "b"]].groupby(level="entity").shift()
    rows = pd.concat([panel["y"], lagged], axis=1).dropna()
    entity = pd.get_dummies(rows.index.get_level_values(0), dtype=float)
    year = pd.get_dummies(rows.index.get_level_values(1), drop_first=True, dtype=float)
    x = np.column_stack([rows[["a", "b"]], entity, year])
    return np.linalg.lstsq(x, rows["y"], rcond=None)[0][0]


def test_a_planted_effect_is_found_in_every_column(ask, judge, make_claim, toy):
    finding = ask(make_claim(), toy, draws=999).evidence.findings[0]
    assert finding.signs == ("+", "+", "+")
    assert finding.test == "wild bootstrap"
    assert finding.p < 0.01
    assert finding.p_family == pytest.approx(finding.p, abs=2e-3)  # a chapter of one
    assert finding.low < finding.estimate < finding.high
    assert judge(ask(make_claim(), toy, draws=999)).word == "supported"


def test_the_estimate_is_that_of_least_squares_on_dummies(ask, judge, make_claim, toy):
    made = ask(make_claim(regressors=["a", "b"], focal="a"), toy, draws=99)
    line = made.readings[0].lines["two_way"]
    assert line.estimate == pytest.approx(two_way_slope(toy), rel=1e-8)
    assert made.evidence.findings[0].estimate == pytest.approx(line.estimate * line.scale)


def test_secondary_readings_replace_one_side(ask, judge, make_claim, toy):
    claim = make_claim(secondary={"outcomes": ["y2"], "regressors": ["b"]})
    flipped, other = ask(claim, toy, draws=99).secondary
    assert (flipped.name, other.name) == ("outcome y2", "regressor b")
    assert flipped.signs["two_way"] == "-"
    assert (other.focal, other.signs["two_way"]) == ("b", "-")
    assert [line.term for line in other.estimates["two_way"].terms] == ["b"]


def test_a_replaced_regressor_keeps_the_others(ask, judge, make_claim, toy):
    claim = make_claim(regressors=["a", "b"], focal="a", secondary={"regressors": ["z"]})
    reading = ask(claim, toy, draws=99).secondary[0]
    assert [line.term for line in reading.estimates["two_way"].terms] == ["z", "b"]


def test_shared_denominators_are_said_under_the_table(ask, judge, make_claim, toy):
    reading = ask(make_claim(), toy, draws=99).readings[0]
    assert reading.overlap.scale == ("size",)
    assert "divided by size" in " ".join(reading.estimates["two_way"].notes)


@pytest.mark.parametrize("secondary", [{}, {"outcomes": ["z"]}])
def test_overlap_is_refused_before_anything_is_estimated(
    ask, judge, make_claim, toy, monkeypatch, secondary
):
    def forbidden(*_args, **_kwargs):
        raise AssertionError("estimated before the guard had looked")

    monkeypatch.setattr("analysis.inference.estimate_columns", forbidden)
    claim = make_claim(outcome="y" if secondary else "z", secondary=secondary)
    with pytest.raises(OverlapError, match="lending"):
        ask(claim, toy)


def test_a_claim_that_needs_user_data_gives_evidence_without_findings(ask, judge, make_claim, toy):
    claim = make_claim(
        specification=None, outcome=None, regressors=[], status="needs user data", needs="Firms."
    )
    made = ask(claim, toy)
    evidence = made.evidence
    assert (evidence.findings, evidence.checks, made.readings) == ((), (), ())
    assert judge(made).word == "needs user data"


def test_a_measure_that_is_not_there_is_named_and_nothing_is_estimated(ask, judge, make_claim, toy):
    made = ask(make_claim(outcome="y3"), toy)
    assert "lacks y3" in made.evidence.cannot
    assert judge(made).word == "cannot be asked here"


def test_a_column_that_cannot_be_estimated_is_named_and_the_others_stay(
    ask, judge, make_claim, toy
):
    # One region a firm: region-by-year effects would fit every row.
    table = toy.entities.assign(region=toy.entities.index)
    alone = dataclasses.replace(toy, entities=table)
    made = ask(make_claim(), alone, draws=99)
    evidence = made.evidence
    assert [c.effects for c in evidence.findings[0].columns] == ["two_way", "entity_trends"]
    assert evidence.notes[0].startswith("Region × year cannot be estimated: ")
    assert judge(made).word == "suggestive"


def test_parts_are_tested_one_by_one(ask, judge, make_claim, toy):
    parts = [{"focal": "a", "sign": "+"}, {"focal": "b", "sign": "+"}]
    claim = make_claim(regressors=["a", "b"], focal="a", parts=parts)
    made = ask(claim, toy, draws=999)
    evidence = made.evidence
    assert [f.term for f in evidence.findings] == ["a", "b"]
    assert {check.part for check in evidence.checks} == {0, 1}
    judged = judge(made)
    assert judged.parts == ("supported", "contradicted")
    assert judged.word == "contradicted"


def test_leaving_one_out_names_the_entities(ask, judge, make_claim, toy):
    finding = ask(make_claim(), toy, draws=99).evidence.findings[0]
    assert finding.lowest < finding.estimate < finding.highest
    frame = toy.frame.drop(index=finding.lowest_without, level="entity")
    index = frame.index.remove_unused_levels()
    without = dataclasses.replace(toy, frame=frame.set_axis(index), entities=toy.entities)
    again = ask(make_claim(), without, draws=99).readings[0].lines["two_way"]
    # In the SDs of the firms that are left, which is what whoever has only these would print.
    assert again.estimate * again.scale == pytest.approx(finding.lowest, rel=1e-9)


def test_to_dict_is_strict_json_and_can_be_judged_again(ask, judge, make_claim, toy):
    made = ask(make_claim(secondary={"outcomes": ["y2"]}), toy, draws=999)
    plain = json.loads(json.dumps(made.to_dict(), allow_nan=False))
    assert [reading["name"] for reading in plain["readings"]] == ["primary", "outcome y2"]
    assert plain["readings"][0]["columns"]["two_way"]["terms"][0]["term"] == "a"
    again = Evidence.from_dict(plain)
    assert again == made.evidence
    assert judge(again) == judge(made)
