import json

import numpy as np
import pytest

from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference import estimate, estimate_columns
from analysis.models import Specification

SPEC = Specification("y", ["a", "b"], controls=["c"])
ALL = ("two_way", "region_year", "entity_trends", "first_difference")


@pytest.fixture
def columns(panel):
    return estimate_columns(SPEC, panel, ALL)


def test_columns_share_their_rows_and_differences_say_what_they_lose(columns):
    levels, differences = columns.columns[:3], columns["first_difference"]
    assert len({c.n for c in levels}) == 1
    assert all(c.fitted.index.equals(levels[0].fitted.index) for c in levels)
    lost = {d.reason: d.rows for d in differences.dropped}["first difference unavailable"]
    assert differences.n + lost == levels[0].n
    assert all(c.n + sum(d.rows for d in c.dropped) == c.grid_rows for c in columns)


def test_row_that_one_column_would_fit_perfectly_leaves_all(make_panel, gappy):
    regions = {f"e{i:02d}": "lonely" if i == 0 else "rest" for i in range(12)}
    panel = make_panel(gappy, regions)
    together = estimate_columns(SPEC, panel)
    assert "e00" not in together["two_way"].fitted.entities
    assert "e00" in estimate(SPEC, panel).fitted.entities
    reasons = [d.reason for d in together["two_way"].dropped]
    assert "only row of its region in its year" in reasons


def test_each_column_is_what_estimate_gives_on_the_same_rows(columns, panel):
    for name in ALL:
        alone = estimate(SPEC.with_effects(name), panel)
        if alone.n == columns[name].n:
            np.testing.assert_allclose(
                alone.tidy()["estimate"], columns[name].tidy()["estimate"], rtol=1e-9
            )


def test_lookup_iteration_and_length(columns):
    assert columns.names == ALL
    assert len(columns) == 4
    assert [c.specification.effects for c in columns] == list(ALL)
    with pytest.raises(UnknownNameError, match=r"Unknown column 'twoway'.*two_way"):
        columns["twoway"]


def test_tidy_stacks_columns_under_their_effects(columns):
    table = columns.tidy()
    assert list(table["effects"].unique()) == list(ALL)
    assert len(table) == 4 * 3
    assert table.index.equals(table.reset_index(drop=True).index)
    assert {"n", "within_r2", "mde"} <= set(table.columns)
    scaled = columns.standardised()
    np.testing.assert_allclose(scaled["estimate"], table["estimate"] * table["scale"])
    assert scaled.groupby("term")["t"].count().eq(4).all()


def test_scale_is_the_same_in_every_column(columns):
    assert columns.tidy().groupby("term")["scale"].nunique().eq(1).all()


def test_dictionary_is_keyed_by_effects(columns):
    back = json.loads(json.dumps(columns.to_dict(), allow_nan=False))
    assert list(back) == list(ALL)
    assert back["two_way"]["n"] == columns["two_way"].n


@pytest.mark.parametrize("names", [[], ["two_way", "two_way"]])
def test_empty_or_repeated_columns_are_refused(names, panel):
    with pytest.raises(SpecificationError, match="must name each set of effects once"):
        estimate_columns(SPEC, panel, names)


def test_unknown_column_is_refused_with_a_suggestion(panel):
    with pytest.raises(SpecificationError, match="did you mean entity_trends"):
        estimate_columns(SPEC, panel, ["entity_trend"])
