import json
from itertools import permutations

import numpy as np
import pytest

from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference import randomisation_test
from analysis.inference.events.cells import cell_effects, cells, weights
from analysis.inference.events.data import NEVER
from analysis.inference.events.permutation import (
    assignments,
    count_assignments,
    inverted_interval,
    permutation_p,
    studentised,
    summaries,
)
from tests.inference.events.events_panels import STARTS, design_of, long_frame, walk

FEW = np.array([2008, 2008, 2010] + [0] * 9)
FREE = np.zeros(12, dtype=int)


def brute(y, starts):
    """The average effect, cell by cell, with no use of linearity."""
    starts = np.where(starts == 0, NEVER, starts)
    found = cells(starts, np.arange(2003, 2003 + y.shape[1]))
    return weights(found, "simple") @ cell_effects(found, y, starts)


@pytest.fixture(scope="module")
def few(make_panel):
    names = [f"u{i:03d}" for i in range(12)]
    regions = {u: f"r{i % 3}" for i, u in enumerate(names)}
    return design_of(FEW), make_panel(long_frame(walk(FEW)), regions)


def test_assignments_are_all_distinct_and_complete():
    found, exact = assignments(FEW, FREE, 99, np.random.default_rng(0))
    assert exact
    assert len(found) == count_assignments(FEW, FREE) == 66 * 10  # 12 over 2, then 10 over 1
    assert len(np.unique(found, axis=0)) == len(found)
    assert (np.sort(found, axis=1) == np.sort(FEW)).all()
    small = np.array([1, 1, 2, 0])
    every = set(permutations(small.tolist()))
    listed = assignments(small, np.zeros(4, dtype=int), 99, np.random.default_rng(0))[0]
    assert {tuple(row) for row in listed.tolist()} == every


def test_assignments_within_strata_keep_each_stratum():
    strata = np.arange(12) % 3
    found, exact = assignments(FEW, strata, 99, np.random.default_rng(0))
    assert exact
    assert len(found) == count_assignments(FEW, strata) == 4**3
    for s in range(3):
        expected = np.sort(FEW[strata == s])
        assert (np.sort(found[:, strata == s], axis=1) == expected).all()


def test_many_assignments_are_drawn_and_strata_still_hold():
    strata = np.arange(30) % 2
    found, exact = assignments(STARTS, strata, 200, np.random.default_rng(0))
    assert not exact
    assert found.shape == (200, 30)
    for s in range(2):
        assert (np.sort(found[:, strata == s], axis=1) == np.sort(STARTS[strata == s])).all()


def test_an_exact_p_is_the_share_of_all_assignments(few):
    found = randomisation_test(few[0], "y", few[1])
    every = assignments(FEW, FREE, 99, np.random.default_rng(0))[0]
    values = np.array([brute(found.data.y, starts) for starts in every])
    assert found.exact
    assert found.assignments == 660
    np.testing.assert_allclose(found.distribution, values, atol=1e-10)
    assert found.p == pytest.approx((np.abs(values) >= abs(found.estimate) - 1e-9).mean())
    assert found.smallest_p == pytest.approx(1 / 660)


def test_drawn_p_counts_the_observed_assignment(make_panel):
    y = walk(STARTS, effect=20.0)
    panel = make_panel(long_frame(y))
    found = randomisation_test(design_of(STARTS), "y", panel, draws=199, seed=1)
    assert not found.exact
    assert found.p == 1 / 200 == found.smallest_p
    assert found.low < 20 < found.high
    again = randomisation_test(design_of(STARTS), "y", panel, draws=199, seed=1)
    assert (again.distribution == found.distribution).all()
    assert not found.headline
    assert randomisation_test(design_of(STARTS), "y", panel, draws=199, seed=2).low != found.low


@pytest.mark.parametrize("exact", [True, False])
def test_the_interval_holds_what_the_test_does_not_reject(few, exact):
    data = randomisation_test(few[0], "y", few[1]).data
    every = assignments(FEW, FREE, 99, np.random.default_rng(0))[0]
    # A full list is needed where p is to be exact; draws may be any of it.
    every = every if exact else every[::9]
    exposed = (FEW[:, None] > 0) & (data.years >= FEW[:, None])

    def p(effect):
        values = np.array([brute(data.y - effect * exposed, s) for s in every])
        return permutation_p(brute(data.y - effect * exposed, FEW), values, exact)

    values = np.array([brute(data.y, s) for s in every])
    slopes = np.array([brute(exposed.astype(float), s) for s in every])
    observed = brute(data.y, FEW)
    low, high = inverted_interval(observed, values, slopes, exact, 0.1)
    step = 1e-6 * (high - low)
    assert p(low + step) > 0.1 >= p(low - step)
    assert p(high - step) > 0.1 >= p(high + step)


def test_too_few_assignments_reject_nothing():
    # Ten assignments cannot give p ≤ 0.05, whatever the effect.
    values, slopes = np.arange(10.0), np.full(10, 0.1)
    slopes[9] = 1.0
    assert inverted_interval(9.0, values, slopes, True) == (-np.inf, np.inf)


def test_the_t_statistic_is_neymans(make_panel):
    starts = np.array([2008] * 4 + [0] * 8)
    y = walk(starts)
    scores = y @ np.array([[-1.0] * 6 + [1.0] * 6, [1.0] * 6 + [-1.0] * 6]).T
    code = (starts > 0).astype(int)
    ratios, observed = studentised(scores, np.array([0, 2008]), code[None], code)
    own = [scores[starts == s, k] for k, s in enumerate((0, 2008))]
    variance = sum(len(a) * a.var(ddof=1) for a in own)
    assert observed == pytest.approx(sum(a.sum() for a in own) / np.sqrt(variance))
    assert ratios[0] == pytest.approx(observed)
    found = randomisation_test(
        design_of(starts), "y", make_panel(long_frame(y)), statistic="t", control="never_treated"
    )
    # One cohort, fixed controls: the error is CS's, each group's part times n/(n − 1).
    from analysis.inference.events.cells import influence

    starts = np.where(starts == 0, NEVER, starts)
    parts = cells(starts, np.arange(2003, 2015), "never_treated")
    psi = influence(parts, y, starts) @ weights(parts, "simple")
    se = np.sqrt(
        sum((psi[starts == s] ** 2).sum() * n / (n - 1) for s, n in ((2008, 4), (NEVER, 8)))
    )
    assert found.observed == pytest.approx(found.estimate / se)
    assert np.isnan(found.low)
    assert "interval" not in found._repr_html_()


def test_strata_may_be_regions_or_thirds_of_a_variable(few):
    found = randomisation_test(few[0], "y", few[1], strata="region")
    assert (found.assignments, found.strata) == (4**3, "region")
    thirds = randomisation_test(few[0], "y", few[1], strata="y")
    assert thirds.strata == "thirds of y in 2003"
    assert thirds.assignments < 660


def test_the_result_says_that_it_leads_and_on_what_it_rests(few):
    found = randomisation_test(few[0], "y", few[1])
    assert found.headline
    text = " ".join(found.notes)
    assert "headline test" in text
    assert "pilots are chosen" in text
    plain = json.loads(json.dumps(found.to_dict()))
    assert plain["p"] == found.p
    assert plain["n_treated"] == 3
    assert found.tidy()["p"][0] == found.p
    assert "660 (all)" in found._repr_html_()


def test_the_work_does_not_grow_with_the_draws(make_panel, calls):
    panel = make_panel(long_frame(walk(STARTS)))

    def work(draws):
        return calls(lambda: randomisation_test(design_of(STARTS), "y", panel, draws=draws))

    work(199)
    assert work(4999) < 1.1 * work(499)


def test_summaries_gather_scores():
    scores = np.array([[1.0, 10.0], [2.0, 20.0]])
    assert summaries(scores, np.array([[0, 1], [1, 0]])).tolist() == [21.0, 12.0]


def test_ties_count_as_extreme():
    assert permutation_p(1.0, np.array([1.0, -1.0 + 1e-12, 0.5, 0.2]), True) == 0.5
    assert permutation_p(1.0, np.array([0.0, 2.0, 0.5]), False) == 0.5


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"statistic": "wald"}, UnknownNameError, "statistic 'wald'"),
        ({"control": "treated"}, UnknownNameError, "control 'treated'"),
        ({"strata": "area"}, UnknownNameError, "stratum 'area'"),
        ({"draws": 10}, SpecificationError, "10 draws"),
        ({"level": 0.0}, SpecificationError, "Level 0.0"),
        ({"statistic": "t"}, SpecificationError, "needs two entities.*2010"),
    ],
)
def test_what_is_no_test_is_refused(few, options, error, message):
    with pytest.raises(error, match=message):
        randomisation_test(few[0], "y", few[1], **options)


def test_strata_that_leave_one_way_are_refused(make_panel):
    names = [f"u{i:03d}" for i in range(12)]
    panel = make_panel(long_frame(walk(FEW)), {u: f"r{s}" for u, s in zip(names, FEW, strict=True)})
    with pytest.raises(SpecificationError, match="in one way only"):
        randomisation_test(design_of(FEW), "y", panel, strata="region")


def test_a_stratum_must_be_known(few, make_panel):
    panel = make_panel(long_frame(walk(FEW)), {"u000": "r0"})
    with pytest.raises(SpecificationError, match="u001 has no value of 'region'"):
        randomisation_test(few[0], "y", panel, strata="region")
