"""An option of a table that means nothing is refused in one sentence."""

import pytest

from analysis.errors import AnalysisError
from analysis.inference import estimate
from analysis.inference.tables.coverage import balance
from analysis.inference.tables.models import models_table
from analysis.inference.tables.summary import correlations, describe
from analysis.models import Specification

SAID = {
    "Unknown option 'star' in models_table: did you mean stars": {"star": True},
    "digits are counted": {"digits": "a"},
    "Stars are thresholds, not 'yes'": {"stars": "yes"},
    "Stars are thresholds, not 5: say True": {"stars": 5},
    "map names of terms to words": {"labels": 5},
    "Unknown language 'fr' in a table": {"language": "fr"},
    "Unknown term 'q' in these models": {"keep": ["q"]},
    "Panel is needed here, not int": {"panel": 5},
}


@pytest.mark.parametrize("said", SAID)
def test_a_table_of_models_says_what_an_option_may_be(panel, said):
    result = estimate(Specification("y", ["a", "b"], lag=0), panel)
    with pytest.raises(AnalysisError, match=said):
        models_table(result, **SAID[said])
    assert models_table(result, panel=None, labels=None, digits=None).grid().rows


@pytest.mark.parametrize("make", [describe, balance, correlations])
def test_a_table_of_a_panel_says_what_it_takes(panel, make):
    names = (["a", "b"],) if make is correlations else ()
    with pytest.raises(AnalysisError, match=r"Unknown option 'languages' in .*mean language"):
        make(panel, *names, languages="zh")
    with pytest.raises(AnalysisError, match="Panel is needed here, not int"):
        make(5, *names)
    with pytest.raises(AnalysisError, match="Iterable is needed here, not int: name variables"):
        make(panel, 5)
