"""What all results share, whatever the method."""

import pytest
from scipy.stats import t

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
