"""What all results share, whatever the method."""

import json

import pandas as pd
import pytest
from scipy.stats import t

from analysis import inference
from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference import dynamic_panel, estimate, satterthwaite, wild
from analysis.models import Specification

SPEC = Specification("invest", ["value", "capital"], lag=0)


@pytest.fixture(scope="module")
def found(grunfeld):
    return estimate(SPEC, grunfeld)


def test_a_result_is_read_as_statsmodels_and_linearmodels_are(found, grunfeld):
    from linearmodels.panel import PanelOLS

    frame = grunfeld.frame
    theirs = PanelOLS(
        frame["invest"], frame[["value", "capital"]], entity_effects=True, time_effects=True
    ).fit()
    assert found.params.to_dict() == pytest.approx(theirs.params.to_dict())
    assert list(found.std_errors.index) == list(theirs.std_errors.index)
    for name in ("value", "capital"):
        line = found.coefficient(name)
        assert (found.tstats[name], found.pvalues[name]) == (line.t, line.p)
        assert tuple(found.conf_int().loc[name]) == (line.low, line.high)


def test_an_interval_of_another_level_uses_the_same_degrees_of_freedom(found):
    wide = found.conf_int(0.01).loc["value"]
    line = found.coefficient("value")
    assert wide["high"] == pytest.approx(line.estimate + t.ppf(0.995, 9) * line.se)
    small = satterthwaite(found)
    own = small.coefficient("value")
    half = t.ppf(0.95, own.dof) * own.se
    assert small.conf_int(0.1).loc["value", "high"] == pytest.approx(own.estimate + half)
    with pytest.raises(SpecificationError, match="Level 90"):
        found.conf_int(90)


def test_printing_a_result_gives_a_short_table(found):
    text = str(found)
    assert text == repr(found)
    assert text.splitlines()[0] == "Label of invest"
    assert "Two-way" in text
    assert max(map(len, text.splitlines()[1:14])) < 60
    assert "Restricted wild cluster bootstrap" in str(wild(found, "value", draws=99))


def test_lines_of_several_estimators_are_told_apart(grunfeld):
    found = dynamic_panel(Specification("invest", ["value"]), grunfeld, draws=49)
    assert found.params.index.names == ["estimator", "term"]
    assert found.params["within", "value"] == found.line("value", "within").estimate


def test_an_unknown_term_is_named_with_a_suggestion(found):
    with pytest.raises(UnknownNameError, match="Unknown term 'valu'"):
        found.coefficient("valu")


FULL = Specification("y", ["a", "b"])
HOLE = Specification("invest", ["value", "capital"], lag=0, effects="entity")
METHODS = {
    "poisson": lambda p, g: inference.poisson(SPEC, g),
    "satterthwaite": lambda p, g: inference.satterthwaite(estimate(SPEC, g)),
    "driscoll_kraay": lambda p, g: inference.driscoll_kraay(SPEC, g),
    "common_effects": lambda p, g: inference.common_effects(SPEC, g),
    "random_effects": lambda p, g: inference.random_effects(HOLE, g),
    "long_difference": lambda p, g: inference.long_difference(
        FULL, p, first=(2002, 2003), last=(2010, 2011)
    ),
    "dynamic_panel": lambda p, g: dynamic_panel(Specification("y", ["a"]), p, draws=49),
    "panel_var": lambda p, g: inference.panel_var(Specification("y", ["a"]), p, draws=49),
    "gmm": lambda p, g: inference.gmm(Specification("y", ["a"], effects="entity"), p, steps=1),
}


@pytest.mark.parametrize("name", METHODS)
def test_every_method_reads_the_same_way(name, full_panel, grunfeld):
    found = METHODS[name](full_panel, grunfeld)
    printed, again = found.conf_int(), found.conf_int(0.05)
    assert list(printed.columns) == ["low", "high"]
    pd.testing.assert_frame_equal(printed, again, rtol=1e-9)
    assert (found.params / found.std_errors).to_numpy() == pytest.approx(found.tstats.to_numpy())
    assert found.pvalues.between(0, 1).all()
    table = found.tidy()
    assert {"term", "label", "estimate", "se", "t", "p", "low", "high"} <= set(table.columns)
    assert not table["se"].isna().any()
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["notes"]
    assert str(found).splitlines()[0] == found.grid().caption


def test_a_coefficient_of_several_estimators_is_the_one_to_be_read(full_panel):
    found = dynamic_panel(Specification("y", ["a"]), full_panel, draws=49)
    assert found.coefficient("a") is found.line("a", "bias_corrected")
