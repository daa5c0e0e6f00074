"""Both intervals across a margin come from one error."""

import pytest
from scipy.stats import t

from analysis.claims.explore.margins import margin_row, reach_at_zero
from analysis.inference import estimate, tost
from analysis.models import Specification


def test_the_narrow_interval_and_the_reach_are_those_of_the_two_tests(full_panel):
    found = estimate(Specification("y", ("a",), lag=0), full_panel)
    line, clusters = found.coefficient("a"), full_panel.frame.index.unique(0).size
    row = margin_row(line.estimate, line.low_cr3, line.high_cr3, clusters)
    half = t.ppf(0.95, clusters - 1) * line.se_cr3
    ends = (line.estimate - half, line.estimate + half)
    assert (row["low90"], row["high90"]) == pytest.approx(ends)
    assert (row["low95"], row["high95"]) == (line.low_cr3, line.high_cr3)
    smallest = tost(line.estimate, line.se_cr3, clusters - 1, 0.2)[2]
    assert reach_at_zero(line.estimate, smallest) == pytest.approx(half)
