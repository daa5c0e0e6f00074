"""Long differences: against R, and on which entities are left out and why."""

import json

import numpy as np
import pytest

from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.form.long_difference import long_difference
from analysis.models import Sample, Specification

SPEC = Specification("y", ["a"], lag=0)
WINDOWS = {"first": (2001, 2003), "last": (2009, 2011)}


def test_grunfeld_reproduces_r(grunfeld):
    # R 4.2.2: means of 1935-38 and 1951-54 by firm, lm on their differences, sandwich 3.0-2
    # vcovHC(type = "HC3"), hatvalues.
    spec = Specification("invest", ["value", "capital"], lag=0)
    found = long_difference(spec, grunfeld, first=(1935, 1938), last=(1951, 1954))
    table = found.tidy()
    assert table["estimate"].tolist() == pytest.approx([0.233190347782, 0.296714543779])
    assert table["se"].tolist() == pytest.approx([0.178212740303, 0.178725210629])
    assert found.r2 == pytest.approx(0.892425585475)
    assert found.leverage["General Motors"] == pytest.approx(0.911976685058)
    assert (found.n, found.dof) == (10, 7)


def test_windows_of_a_lagged_regressor_move_back(make_panel, full_panel):
    frame = full_panel.frame.copy()
    frame["y"] = 3.0 * frame["a"].groupby(level=0).shift(2)
    frame["y"] += 1e-3 * np.random.default_rng(0).normal(size=len(frame))
    panel = make_panel(frame)
    spec = Specification("y", ["a"], lag=2)
    found = long_difference(spec, panel, first=(2003, 2005), last=(2009, 2011))
    assert found.coefficient("a").estimate == pytest.approx(3.0, abs=0.01)
    early = frame["a"].unstack()[[2001, 2002, 2003]].mean(axis=1)
    late = frame["a"].unstack()[[2007, 2008, 2009]].mean(axis=1)
    assert found.changes["a"].to_numpy() == pytest.approx((late - early).to_numpy())


def test_missing_years_drop_an_entity_for_a_stated_reason(make_panel, full_panel):
    frame = full_panel.frame.copy()
    frame.loc[("e01", 2002), "y"] = np.nan
    frame.loc[("e02", 2010), "a"] = np.nan
    spec = Specification("y", ["a"], lag=0, sample=Sample(exclude_entities=("e03",)))
    found = long_difference(spec, make_panel(frame), **WINDOWS)
    assert [str(d) for d in found.dropped] == [
        "excluded entity e03: 1",
        "outcome y missing in the first window: 1",
        "a missing in the last window: 1",
    ]
    assert found.n == 9
    loose = long_difference(spec, make_panel(frame), complete=False, **WINDOWS)
    assert loose.n == 11
    assert any("different years" in note for note in loose.notes)


def test_excluded_years_do_not_count_as_missing(make_panel, full_panel):
    frame = full_panel.frame.copy()
    frame.loc[(slice(None), 2010), ["y", "a"]] = np.nan
    spec = Specification("y", ["a"], lag=0, sample=Sample(exclude_years=(2010,)))
    found = long_difference(spec, make_panel(frame), **WINDOWS)
    assert (found.n, found.dropped) == (12, ())


def test_region_effects_are_dummies_and_lone_regions_fall_out(full_panel):
    from dataclasses import replace

    import statsmodels.api as sm

    spec = SPEC.with_effects("region_year")
    found = long_difference(spec, full_panel, **WINDOWS)
    region = np.array([int(e[1:]) % 3 for e in found.changes.index])
    columns = np.column_stack([found.changes["a"], region[:, None] == np.arange(3)])
    by_hand = sm.OLS(found.changes[""], columns.astype(float)).fit(cov_type="HC3")
    assert found.terms[0].estimate == pytest.approx(by_hand.params.iloc[0])
    assert found.terms[0].se == pytest.approx(by_hand.bse.iloc[0])
    entities = full_panel.entities.copy()
    entities.loc["e05", "region"] = "alone"
    alone = long_difference(spec, replace(full_panel, entities=entities), **WINDOWS)
    assert str(alone.dropped[0]) == "only entity of its region: 1"
    assert alone.n == 11


def test_initial_values_enter_as_levels(full_panel):
    spec = Specification("y", ["a"], lag=0, initial=["c"])
    found = long_difference(spec, full_panel, **WINDOWS)
    assert [s.term for s in found.terms] == ["a", "initial c"]
    first = full_panel["c"].groupby(level=0).first()
    assert found.changes["initial c"].to_numpy() == pytest.approx(first.to_numpy())


def test_errors_name_what_is_wrong(full_panel, make_panel):
    cases = [
        (SPEC, {"first": (2001, 2005), "last": (2005, 2011)}, "must follow each other"),
        (SPEC, {"first": (1999, 2003), "last": (2009, 2011)}, "beyond the panel's years"),
        (SPEC.with_effects("entity_trends"), WINDOWS, "knows the effects"),
        (Specification("y", ["a", "b"], [["a", "b"]]), WINDOWS, "leave the interactions out"),
        (Specification("y", ["a"], lag=3), WINDOWS, "0 entities are observed"),
        (Specification("y", ["a", "twin"], lag=0), WINDOWS, "are collinear"),
        (Specification("y", ["still"], lag=0), WINDOWS, "change of 'still' does not vary"),
        (Specification("still", ["a"], lag=0), WINDOWS, "change of 'still' does not vary"),
        (Specification("y", ["a", "only"], lag=0), WINDOWS, "e04 alone decides"),
    ]
    frame = full_panel.frame.assign(twin=2 * full_panel["a"], still=1.0, only=0.0)
    frame.loc[("e04", 2010), "only"] = 1.0
    panel = make_panel(frame)
    for spec, windows, message in cases:
        with pytest.raises(SpecificationError, match=message):
            long_difference(spec, panel, **windows)
    lost = Specification("y", ["a"], sample=Sample(exclude_entities=("nobody",)))
    with pytest.raises(UnknownNameError, match="nobody"):
        long_difference(lost, panel, **WINDOWS)
    found = long_difference(SPEC, panel, **WINDOWS)
    with pytest.raises(UnknownNameError, match="term"):
        found.coefficient("b")


def test_result_is_json_and_a_table(full_panel):
    found = long_difference(SPEC, full_panel, **WINDOWS)
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["n"] == 12
    assert "Estimate (HC3 error)" in found._repr_html_()
