"""What a finding says of its own power."""

import dataclasses
import math

import pytest
from scipy import stats

from tests.claims.test_verdicts import finding


def test_the_bootstrap_would_find_what_the_jackknife_error_of_its_column_says():
    assert finding(mde=0.31).mde == 0.31
    assert finding(mde=0.31).smallest == "0.31"


@pytest.mark.parametrize("test", ["permutation", "spatial bootstrap", "CR3"])
def test_another_test_would_find_what_its_own_interval_says(test):
    found = finding(mde=9.0, test=test, low=-0.1, high=0.3)
    t = stats.t(29)  # thirty clusters
    error = 0.2 / t.ppf(0.975)
    assert found.mde == pytest.approx((t.ppf(0.975) + t.ppf(0.8)) * error)


def test_an_interval_of_the_jackknife_gives_the_effect_of_the_column_again():
    first = finding().columns[0]
    t = stats.t(first.clusters - 1)
    mde = (t.ppf(0.975) + t.ppf(0.8)) * (first.high - first.low) / 2 / t.ppf(0.975)
    known = dataclasses.replace(first, mde=mde)
    found = finding(test="two one-sided tests", low=first.low, high=first.high, columns=(known,))
    assert found.mde == pytest.approx(known.mde)


@pytest.mark.parametrize("ends", [(math.nan, math.nan), (-math.inf, 0.2)])
def test_without_an_interval_the_smallest_effect_is_not_known(ends):
    found = finding(test="permutation", low=ends[0], high=ends[1])
    assert math.isnan(found.mde)
    assert found.smallest == "not known"
