"""The U-test: against R, against Fieller's equivalence, and on planted curves."""

import json

import numpy as np
import pytest

from analysis.errors import SpecificationError
from analysis.inference.form.quadratic import u_test
from analysis.models import Specification

GRUNFELD = Specification("invest", ["value", "capital"], [["value", "value"]], lag=0)
CURVED = Specification("y", ["a"], [["a", "a"]], lag=0)


def planted(make_panel, frame, turn, sign=1.0, noise=0.3, seed=0):
    frame = frame.copy()
    rng = np.random.default_rng(seed)
    frame["y"] = sign * (frame["a"] - turn) ** 2 + noise * rng.normal(size=len(frame))
    return make_panel(frame)


def test_grunfeld_reproduces_r(grunfeld):
    # R 4.2.2: lm(inv ~ c + c^2 + capital + firm + year), c centred; sandwich 3.0-2 vcovCL (HC0)
    # times 10/9 * 199/(200 - 23); ends of the Fieller set by uniroot on |t(x)| = qt(.975, 9).
    found = u_test(GRUNFELD, grunfeld, "value")
    lines = found.tidy()
    expected = [0.0429430634430, 1.45062468638e-05, 0.0132470034494, 0.1926480794139]
    errors = [0.0254788563568, 4.82742669326e-06, 0.0343941557590, 0.0305370948731]
    np.testing.assert_allclose(lines["estimate"], expected, rtol=1e-7)
    np.testing.assert_allclose(lines["se"], errors, rtol=1e-7)
    assert lines["t"].to_numpy()[2:] == pytest.approx([0.385152743453, 6.308657723159], rel=1e-7)
    assert found.turning == pytest.approx(-398.476512306, rel=1e-7)
    assert found.turning_cr1.low == pytest.approx(-12038.13397361, rel=1e-6)
    assert found.turning_cr1.high == pytest.approx(1390.55934325, rel=1e-6)
    assert found.p == pytest.approx(0.645465660021, rel=1e-7)
    assert (found.shape, found.inside, found.turning_cr1.shape) == ("U", False, "interval")
    assert any("outside the data" in note for note in found.notes)


@pytest.mark.parametrize(("sign", "shape"), [(1.0, "U"), (-1.0, "inverted U")])
def test_a_planted_curve_is_found_with_its_shape(make_panel, full_panel, sign, shape):
    found = u_test(CURVED, planted(make_panel, full_panel.frame, 0.2, sign), "a")
    assert found.shape == shape
    assert max(found.p, found.p_cr3) < 0.001
    assert found.turning == pytest.approx(0.2, abs=0.1)
    assert found.turning_cr3.low < 0.2 < found.turning_cr3.high
    assert sign * found.slope_low.estimate < 0 < sign * found.slope_high.estimate
    assert found.rows_before + found.rows_after == found.n


def test_a_significant_square_on_a_rising_curve_is_no_u(make_panel, full_panel):
    low = full_panel.frame["a"].min()
    found = u_test(CURVED, planted(make_panel, full_panel.frame, low), "a")
    assert found.square.p < 0.001
    assert found.p > 0.05


@pytest.mark.parametrize("turn", [-1.9, -1.2, 0.0, 1.6, 2.4])
def test_joint_test_is_fiellers_set_inside_the_data(make_panel, full_panel, turn):
    # Lind and Mehlum (2010): reject at 5% exactly when the 90% set lies between the ends.
    panel = planted(make_panel, full_panel.frame, turn, noise=3.0)
    found = u_test(CURVED, panel, "a", level=0.10)
    ratio, (low, high) = found.turning_cr1, found.ends
    inside = ratio.shape == "interval" and low < ratio.low and ratio.high < high
    assert (found.p < 0.05) == inside


def test_ends_can_be_trimmed_and_the_centre_does_not_matter(make_panel, full_panel):
    panel = planted(make_panel, full_panel.frame, 0.2)
    narrow = u_test(CURVED, panel, "a", trim=0.1)
    values = panel["a"].to_numpy()
    assert narrow.ends == pytest.approx(tuple(np.quantile(values, [0.1, 0.9])))
    far = panel.frame.assign(a=panel.frame["a"] + 1000.0)
    moved = u_test(CURVED, make_panel(far), "a")
    assert moved.turning - 1000.0 == pytest.approx(u_test(CURVED, panel, "a").turning, rel=1e-6)


def test_differences_are_centred_on_the_rows_in_levels(make_panel, full_panel):
    spec = CURVED.with_effects("first_difference")
    found = u_test(spec, planted(make_panel, full_panel.frame, 0.2), "a")
    assert found.turning == pytest.approx(0.2, abs=0.1)


def test_errors_say_what_is_missing(full_panel):
    with pytest.raises(SpecificationError, match=r"add \[a, a\] to its interactions"):
        u_test(Specification("y", ["a"]), full_panel, "a")
    both = Specification("y", ["a", "b"], [["a", "a"], ["a", "b"]])
    with pytest.raises(SpecificationError, match="no single turning point"):
        u_test(both, full_panel, "a")
    with pytest.raises(SpecificationError, match=r"Trim 0\.5"):
        u_test(CURVED, full_panel, "a", trim=0.5)


def test_result_is_json_and_a_table(full_panel):
    found = u_test(CURVED, full_panel, "a")
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["of"] == "a"
    html = found._repr_html_()
    assert html.count("<table") == 1
    assert "turning point" in html
    assert "t(G−1)" in html
