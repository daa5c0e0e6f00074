"""The difference of two effects: the number, its error, and when it counts as none."""

import pytest
from scipy.special import stdtrit

from analysis.claims.explore.contrast import contrasts
from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference import estimate_columns
from analysis.models import Specification

COLUMNS = ("two_way", "entity_trends")
MARGIN = 0.2


@pytest.fixture
def found(toy):
    return estimate_columns(Specification("y", ("a", "b"), lag=1), toy, COLUMNS)


def test_a_planted_difference_is_found_in_every_column(found):
    for one in contrasts((found, "a"), (found, "b"), MARGIN):
        assert 1.0 < one.estimate < 1.5, "0.8 less −0.5, in units of about one within-SD"
        assert one.low > 0.5
        assert one.p < 0.001
        assert one.p_zero > 0.999
        assert one.margin == MARGIN


def test_it_is_the_difference_of_the_two_standardised_slopes(found):
    for one in contrasts((found, "a"), (found, "b"), MARGIN):
        a, b = (found[one.effects].coefficient(term) for term in "ab")
        assert one.estimate == pytest.approx(a.estimate * a.scale - b.estimate * b.scale)
        assert one.clusters == 20


def test_its_error_is_that_of_a_slope_in_a_rearranged_regression(toy, found):
    # With u = a / scale and v = b / scale, slopes are standardised ones; with u and u + v on the
    # right, the slope of u is the difference, so its own CR3 error is the answer.
    for name in "ab":
        toy.frame[f"{name}1"] = toy.frame[name] / found["two_way"].coefficient(name).scale
    toy.frame["s"] = toy.frame["a1"] + toy.frame["b1"]
    direct = estimate_columns(Specification("y", ("a1", "s"), lag=1), toy, COLUMNS)
    for one in contrasts((found, "a"), (found, "b"), MARGIN):
        line = direct[one.effects].coefficient("a1")
        assert one.estimate == pytest.approx(line.estimate)
        assert (one.se, one.low, one.high) == pytest.approx(
            (line.se_cr3, line.low_cr3, line.high_cr3)
        )
        assert one.p == pytest.approx(line.p_cr3)


def test_order_turns_the_sign_and_nothing_else(found):
    there, back = (
        contrasts((found, "a"), (found, "b"), MARGIN),
        contrasts((found, "b"), (found, "a"), MARGIN),
    )
    for one, other in zip(there, back, strict=True):
        assert one.estimate == pytest.approx(-other.estimate)
        assert (one.se, one.p_zero) == pytest.approx((other.se, other.p_zero))


def test_the_narrow_interval_decides_as_the_two_tests_do(found):
    one = contrasts((found, "a"), (found, "b"), MARGIN)[0]
    edge = one.smallest_margin
    assert edge == pytest.approx(max(abs(one.low_90), abs(one.high_90)))
    assert one.high_90 - one.estimate == pytest.approx(stdtrit(19, 0.95) * one.se)
    wide, narrow = (
        contrasts((found, "a"), (found, "b"), margin=m)[0] for m in (edge + 1e-6, edge - 1e-6)
    )
    assert wide.p_zero < 0.05 < narrow.p_zero


def test_a_term_less_itself_is_nothing(found):
    one = contrasts((found, "a"), (found, "a"), margin=0.1)[0]
    assert abs(one.estimate) < 1e-12
    assert one.se < 1e-12


def test_two_regressions_may_be_compared(toy):
    first = estimate_columns(Specification("y", ("a",), lag=1), toy, COLUMNS)
    second = estimate_columns(Specification("y2", ("a",), lag=1), toy, COLUMNS)
    one = contrasts((first, "a"), (second, "a"), MARGIN)[0]
    line = first["two_way"].coefficient("a")
    # y2 is −y: the difference is twice the slope, and so is its error.
    assert one.estimate == pytest.approx(2 * line.estimate * line.scale)
    assert one.se == pytest.approx(2 * line.se_cr3 * line.scale)


def test_errors_say_what_to_do(found, toy):
    other = estimate_columns(Specification("y", ("a",), lag=1), toy, ("region_year",))
    with pytest.raises(SpecificationError, match="share no column"):
        contrasts((found, "a"), (other, "a"), MARGIN)
    with pytest.raises(UnknownNameError):
        contrasts((found, "a"), (found, "zz"), MARGIN)
