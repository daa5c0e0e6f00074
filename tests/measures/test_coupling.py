from itertools import pairwise

import numpy as np
import pytest

from analysis.errors import DataError, SpecificationError, UnknownNameError
from analysis.measures import coupling, grade, grades

BEIJING = (0.3196, 0.2910)


def test_beijing_2008():
    # Wang et al. (2021), Journal of Natural Resources 36(3), 793-810, table 8: Beijing 2008 has
    # C = 0.9989 in the classic and 0.9404 in the corrected form; the pair of levels is inferred.
    assert coupling(BEIJING, "classic").C[0] == pytest.approx(0.9989, abs=5e-5)
    assert coupling(BEIJING, "wang2021").C[0] == pytest.approx(0.9404, abs=1e-4)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_systems_in_closed_form(seed):
    u = np.random.default_rng(seed).uniform(0.01, 1, size=(50, 2))
    low, high = u.min(axis=1), u.max(axis=1)
    classic, wang = coupling(u).C, coupling(u, "wang2021").C
    np.testing.assert_allclose(classic, 2 * np.sqrt(low * high) / (low + high))
    np.testing.assert_allclose(wang, np.sqrt((1 - (high - low)) * low / high))


def test_three_systems_by_hand():
    # U = (0.2, 0.4, 0.8): product 0.064, sum 1.4; gaps 0.2 + 0.6 + 0.4 = 1.2 over 1 + 2 = 3;
    # ratios to the largest 0.25 * 0.5 * 1 = 0.125, to the power 1/2.
    found = coupling([0.2, 0.4, 0.8])
    assert found.C[0] == pytest.approx(3 * 0.064 ** (1 / 3) / 1.4)
    assert found.T[0] == pytest.approx(1.4 / 3)
    wang = coupling([0.2, 0.4, 0.8], "wang2021")
    assert wang.C[0] == pytest.approx(np.sqrt(0.6 * 0.125**0.5))
    assert wang.D[0] == pytest.approx(np.sqrt(wang.C[0] * 1.4 / 3))


@pytest.mark.parametrize("form", ["classic", "wang2021"])
@pytest.mark.parametrize("level", [1e-4, 0.3, 1.0])
def test_equal_systems_are_fully_coupled_however_low(form, level):
    found = coupling([level] * 4, form)
    assert found.C[0] == pytest.approx(1)
    assert found.D[0] == pytest.approx(np.sqrt(level))


@pytest.mark.parametrize("form", ["classic", "wang2021"])
@pytest.mark.parametrize("n", [2, 3, 5])
def test_coupling_stays_in_the_unit_interval_and_ignores_order(form, n):
    u = np.random.default_rng(n).uniform(1e-4, 1, size=(200, n))
    found = coupling(u, form)
    for values in (found.C, found.T, found.D):
        assert ((values > 0) & (values <= 1)).all()
    np.testing.assert_allclose(coupling(u[:, ::-1], form).D, found.D)


def test_weights_of_systems():
    assert coupling([0.2, 0.6], alpha=[0.75, 0.25]).T[0] == pytest.approx(0.3)
    for wrong in ([0.5, 0.6], [1.5, -0.5], [1.0]):
        with pytest.raises(SpecificationError, match="add to one"):
            coupling([0.2, 0.6], alpha=wrong)


@pytest.mark.parametrize("bad", [0.0, -0.1, 1.0001, np.nan, np.inf])
def test_levels_outside_are_refused(bad):
    with pytest.raises(DataError, match=r"levels in \(0, 1\], but 1 of 4"):
        coupling([[0.5, 0.5], [bad, 0.5]])


def test_one_system_is_no_coupling():
    with pytest.raises(SpecificationError, match="two systems"):
        coupling([[0.5], [0.6]])


def test_unknown_form():
    with pytest.raises(UnknownNameError, match="did you mean classic"):
        coupling(BEIJING, "clasic")


@pytest.mark.parametrize(
    ("value", "zh"),
    [
        (0.0, "极度失调"),
        (0.0999999, "极度失调"),
        (0.1, "严重失调"),
        (0.2, "中度失调"),
        (0.1 + 0.2, "轻度失调"),
        (0.3, "轻度失调"),
        (0.4, "濒临失调"),
        (0.5, "勉强协调"),
        (0.6, "初级协调"),
        (0.7, "中级协调"),
        (0.8, "良好协调"),
        (0.9, "优质协调"),
        (1.0, "优质协调"),
    ],
)
def test_a_boundary_of_d_belongs_to_the_grade_above(value, zh):
    assert grade(value).zh == zh


@pytest.mark.parametrize(
    ("value", "zh"),
    [
        (0.0, "低水平耦合"),
        (0.3, "低水平耦合"),
        (0.1 + 0.2, "低水平耦合"),
        (0.300001, "拮抗"),
        (0.5, "拮抗"),
        (0.8, "磨合"),
        (0.800001, "高水平耦合"),
        (1.0, "高水平耦合"),
    ],
)
def test_a_boundary_of_c_belongs_to_the_band_below(value, zh):
    assert grade(value, "c").zh == zh


@pytest.mark.parametrize("scale", ["d", "c"])
def test_grades_cover_the_unit_interval(scale):
    ladder = grades(scale)
    assert ladder[0].lower == 0
    assert ladder[-1].upper == 1
    for one, other in pairwise(ladder):
        assert one.upper == other.lower
    assert len({step.en for step in ladder} | {step.zh for step in ladder}) == 2 * len(ladder)


@pytest.mark.parametrize("bad", [-0.01, 1.01, float("nan")])
def test_no_grade_outside(bad):
    with pytest.raises(DataError, match="A grade needs a value"):
        grade(bad)
