import warnings

import numpy as np
import pandas as pd
import pytest

from analysis.errors import SpecificationError
from analysis.inference.events.cells import (
    cell_effects,
    cells,
    influence,
    loadings,
    summary_error,
    weights,
)
from analysis.inference.events.data import NEVER
from tests.inference.events.events_panels import STARTS as YEARS_OR_ZERO
from tests.inference.events.events_panels import walk

YEARS = np.arange(2003, 2015)
STARTS = np.where(YEARS_OR_ZERO == 0, NEVER, YEARS_OR_ZERO)
WAITING = np.where(STARTS == NEVER, 2013, STARTS)  # nobody stays unexposed


@pytest.fixture(scope="module")
def library():
    """diff-diff 3.13.0, which agrees with R's did to all printed digits."""
    from diff_diff import CallawaySantAnna

    def fit(starts, control):
        y = walk(starts)
        frame = pd.DataFrame(
            {
                "unit": np.repeat(np.arange(len(starts)), 12),
                "year": np.tile(YEARS, len(starts)),
                "start": np.repeat(np.where(starts == NEVER, 0, starts), 12),
                "y": y.ravel(),
            }
        )
        model = CallawaySantAnna(control_group=control, base_period="universal")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it counts cells without controls
            return model.fit(frame, "y", "unit", "year", "start"), y

    return fit


@pytest.mark.parametrize(
    ("starts", "control"),
    [(STARTS, "not_yet_treated"), (STARTS, "never_treated"), (WAITING, "not_yet_treated")],
)
def test_cells_and_their_errors_are_those_of_the_library(library, starts, control):
    result, y = library(starts, control)
    found = cells(starts, YEARS, control)
    lines = [result.group_time_effects[g, t] for g, t in zip(found.cohort, found.year, strict=True)]
    np.testing.assert_allclose(
        cell_effects(found, y, starts), [line["effect"] for line in lines], atol=1e-12
    )
    errors = np.sqrt((influence(found, y, starts) ** 2).sum(axis=0))
    np.testing.assert_allclose(errors, [line["se"] for line in lines], atol=1e-12)
    assert summary_error(found, y, starts, "simple") == pytest.approx(result.overall_se, rel=1e-9)
    average = weights(found, "simple") @ cell_effects(found, y, starts)
    assert average == pytest.approx(result.overall_att, abs=1e-12)


def test_the_error_of_the_dynamic_average_follows_from_the_covariance_of_the_path(library):
    result, y = library(STARTS, "not_yet_treated")
    path = result.aggregate("event_study")
    post = np.asarray(path.vcov_index) >= 0
    w = post / post.sum()
    found = summary_error(cells(STARTS, YEARS), y, STARTS, "dynamic")
    assert found == pytest.approx(np.sqrt(w @ path.vcov @ w), rel=1e-9)


@pytest.mark.parametrize("target", ["simple", "dynamic", "group"])
def test_a_summary_is_a_weighted_sum_of_outcomes(target):
    y = walk(STARTS)
    found = cells(STARTS, YEARS)
    value = weights(found, target)
    table = loadings(found, value)
    code = np.searchsorted(found.levels, STARTS)
    assert value.sum() == pytest.approx(1)
    assert (value[found.event_time < 0] == 0).all()
    assert (table[code] * y).sum() == pytest.approx(value @ cell_effects(found, y, STARTS))
    # Entity and year effects cancel, and a unit effect on the exposed counts as one.
    np.testing.assert_allclose(table.sum(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(found.sizes @ table, 0, atol=1e-12)
    exposed = (STARTS[:, None] > 0) & (STARTS[:, None] <= YEARS)
    assert (table[code] * exposed).sum() == pytest.approx(1)


def test_group_weighs_entities_and_dynamic_weighs_years():
    found = cells(STARTS, YEARS)
    group, dynamic = weights(found, "group"), weights(found, "dynamic")
    shares = {g: group[found.cohort == g].sum() for g in (2008, 2010, 2012)}
    assert shares == pytest.approx({2008: 4 / 11, 2010: 5 / 11, 2012: 2 / 11})
    years = [dynamic[found.event_time == e].sum() for e in range(7)]
    assert years == pytest.approx([1 / 7] * 7)
    one = weights(found, "event_time", -3)
    assert (one[found.event_time != -3] == 0).all()


def test_cells_need_controls_and_years():
    with pytest.raises(SpecificationError, match="No cohort has both"):
        cells(np.array([2008, 2008]), YEARS)
