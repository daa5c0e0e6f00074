"""What a formula gives is read like every other result, and what is wrong is said in a sentence."""

import json

import numpy as np
import pandas as pd
import pytest

from analysis import Panel, Specification, estimate
from analysis.errors import AnalysisError, UnknownNameError
from analysis.inference.result import PanelResult


def test_a_result_has_what_every_regression_has(panel):
    found = estimate("y ~ x + z | entity + year", panel, level=0.1)
    assert isinstance(found, PanelResult)
    assert list(found.tidy()["term"]) == list(found.params.index) == ["x", "z"]
    assert found.conf_int().loc["x", "low"] < found.params["x"] < found.conf_int().loc["x", "high"]
    np.testing.assert_allclose(found.conf_int(0.1), found.conf_int())
    assert found.coefficient("x").se == found.std_errors["x"]
    plain = json.loads(json.dumps(found.to_dict()))
    assert plain["specification"]["effects"] == ["entity", "year"]
    assert plain["n"] == found.n
    assert "90% interval" in str(found)
    assert "Left out" in found._repr_html_()
    assert found.convention.startswith("Clustered by entity, G = 24.")


def test_a_level_that_effects_absorb_is_noted_and_a_figure_refused(panel):
    found = estimate("y ~ x + i(region, ref='mid') | entity", panel)
    assert found.omitted == ("region::east", "region::west")
    assert "region::east, region::west" in " ".join(found.notes)
    found = estimate("y ~ pilot * x | entity", panel)
    assert found.omitted == ("pilot",)
    assert list(found.params.index) == ["x", "pilot:x"]
    with pytest.raises(AnalysisError, match="Term 'pilot' is absorbed by entity"):
        estimate("y ~ x + pilot | entity", panel)


def test_a_reference_year_is_left_out_of_an_event_study(panel):
    found = estimate("y ~ i(year, pilot, ref=2010) | entity + year", panel)
    years = [y for y in range(2005, 2017) if y != 2010]
    assert list(found.params.index) == [f"year::{y}:pilot" for y in years]


def test_more_coefficients_than_clusters_are_said(panel):
    found = estimate("y ~ x + C(year)", panel, cluster="region")
    assert found.clusters == 3
    assert any("3 clusters carry 13 coefficients" in note for note in found.notes)


SAID = {
    "y ~ xx | entity": "Unknown column 'xx' in the panel 'panel'",
    "y ~ x | entty": "Unknown column 'entty' .* did you mean entity",
    "y ~ sqr(x) | entity": "Unknown function 'sqr'",
    "y ~ i(owner, ref='sate')": "Unknown level 'sate' in 'owner': did you mean state?",
    "y ~ x | entity | z": "has 2 bars",
    "y ~ | entity": "has no term before the bar",
    "y x": "needs an outcome, one '~' and terms",
    "y ~ lag(x": "leaves a bracket open",
    "y ~ lag(x, 0.5)": "is no lag",
    "y ~ x^2": r"write I\(x\*\*2\) for a square",
    "y ~ x | entity[year]": "slopes that differ by level",
    "y ~ x + y": "stands on both sides",
    "y ~ 1 | entity": "at least one term",
    "owner ~ x": "one outcome that is a number",
    "y ~ lag(x, 99)": "No rows are left",
    "y ~ np.log(x - x)": "is infinite for c00 in 20",
    "y ~ x +": "cannot be computed",
    "I(2 * x + 1) ~ x | entity": "is explained without remainder",
    "y ~ lag(owner)": "is not a number",
}


@pytest.mark.parametrize("formula", SAID)
def test_a_formula_that_cannot_be_estimated_says_why(panel, formula):
    with pytest.raises(AnalysisError, match=SAID[formula]) as caught:
        estimate(formula, panel)
    assert str(caught.value)[-1] in ".?"
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"clusters": "entity"}, "Unknown option 'clusters' in estimate: did you mean cluster?"),
        ({"wieghts": "w"}, "did you mean weights?"),
        ({"cluster": "citty"}, "Unknown column 'citty' .* did you mean city"),
        ({"cluster": ("entity", "year", "region")}, "name one column, or two"),
        ({"cluster": ()}, "name one column, or two different ones in a tuple, None for"),
        ({"cluster": 5}, "two in a tuple, None for HC1"),
        ({"weights": "ww"}, "Unknown column 'ww'"),
        ({"weights": "owner"}, "is not a number"),
        ({"weights": "x"}, "Weight 'x' is negative"),
        ({"include": "yaer > 2010"}, "Unknown column 'yaer' .* did you mean year"),
        ({"include": "year >"}, "write a comparison"),
        ({"exclude": "year"}, "write a comparison"),
        ({"by": "provv"}, "did you mean prov"),
        ({"by": ["region"]}, "str is needed here, not list: weights and by name a column"),
        ({"by": "x"}, r"Column 'x' has \d+ groups: name one with two groups to 50"),
        ({"weights": np.ones(3)}, "what is no column of the panel comes into it by with_columns"),
        ({"include": ["year > 2010"]}, "include and exclude are comparisons"),
        ({"include": 5}, "str is needed here, not int"),
        ({"exclude": "@first > 2010"}, "names a variable of the program by @: write its value"),
        ({"level": None}, "must lie between 0 and 1"),
        ({"level": 95}, "must lie between 0 and 1"),
    ],
)
def test_an_option_that_means_nothing_is_refused(panel, options, said):
    with pytest.raises(AnalysisError, match=said):
        estimate("y ~ x + z | entity", panel, **options)


def test_a_factor_of_thousands_of_levels_is_sent_behind_the_bar(table):
    each = Panel.from_frame(
        pd.concat([table.assign(city=table["city"] + str(i)) for i in range(6)]),
        entity="city", year="t",
    )  # fmt: skip
    with pytest.raises(AnalysisError, match=r"has 1,\d+ terms, more than 1,000: .* after the bar"):
        estimate("y ~ x + C(entity):C(year)", each)


def test_what_is_no_formula_is_told_what_one_is(panel):
    for formula in (5, None, ["y ~ x"]):
        with pytest.raises(AnalysisError, match=r"str is needed here, .*: write 'outcome ~ regr"):
            estimate(formula, panel)
    with pytest.raises(AnalysisError, match="Panel is needed here, not int"):
        estimate("y ~ x", 5)


def test_a_text_with_one_level_is_no_term(table):
    panel = Panel.from_frame(table.assign(kind="firm"), entity="city", year="t")
    with pytest.raises(AnalysisError, match="at least one term that varies"):
        estimate("y ~ kind", panel)


def test_a_table_is_told_how_it_becomes_a_panel(table, panel):
    with pytest.raises(AnalysisError, match=r"Panel is needed here.* Panel\.from_frame"):
        estimate("y ~ x", table)
    with pytest.raises(AnalysisError, match=r"a table becomes a panel by Panel\.from_frame"):
        type(panel)(table)
    with pytest.raises(AnalysisError, match="set them there"):
        estimate(Specification("y", ["x"]), panel, by="region")


def test_unknown_columns_of_a_short_panel_are_listed(panel):
    with pytest.raises(UnknownNameError) as caught:
        estimate("y ~ qqqq", panel)
    assert "use one of" in str(caught.value) or "list the known names" in str(caught.value)
