"""Charts of the close-ups, fed with made-up numbers whose place on the page is known."""

import numpy as np
import pandas as pd
import pytest

from analysis.display.charts import leave_one_out, parabola, yearly_bars

BLUE, ORANGE = "#0b5c7a", "#b4500f"


def axes(picture):
    picture.svg()
    return picture.figure.axes[0]


def words(ax):
    return [text.get_text() for text in ax.texts]


def drawn(turning, mean=2.0, square=-1.0, support=(0.0, 1.0, 2.0, 4.0)):
    """A parabola that turns where it is told, around the mean."""
    linear = -2 * square * (turning - mean)
    at = np.linspace(min(support), max(support), 9)
    value = linear * (at - mean) + square * (at - mean) ** 2
    curve = pd.DataFrame({"at": at, "estimate": value, "low": value - 1, "high": value + 1})
    ax = axes(parabola(curve, (mean, linear, square), turning, np.array(support), "x", "y"))
    return ax, {line.get_linestyle(): line for line in ax.lines}, value


def test_a_turning_point_inside_is_marked_on_the_curve():
    ax, lines, value = drawn(turning=3.0)
    assert words(ax) == ["turns at 3.00"]
    assert "--" not in lines
    spot = next(line for line in ax.lines if line.get_marker() == "o")
    assert spot.get_xydata().tolist() == [[3.0, pytest.approx(max(value), abs=0.05)]]


@pytest.mark.parametrize(("turning", "edge"), [(-2.0, 0.0), (6.0, 4.0)])
def test_beyond_the_data_the_curve_is_dashed_and_turns(turning, edge):
    ax, lines, _ = drawn(turning)
    x, y = lines["--"].get_data()
    assert edge in (x.min(), x.max())
    assert x.min() < turning < x.max()
    assert x[y.argmax()] == pytest.approx(turning, abs=0.1)
    assert words(ax) == [f"turns at {turning:.2f}".replace("-", "−")]
    band = ax.collections[0].get_paths()[0].vertices[:, 0]
    assert (band.min(), band.max()) == (0.0, 4.0)  # nothing is claimed beyond the data


def test_a_turning_point_far_away_is_named_only():
    ax, lines, _ = drawn(turning=-60.0)
    assert words(ax) == ["turns at −60.00, off the page"]
    assert "--" not in lines
    assert ax.get_xlim()[0] > -1


def test_carriers_are_named_and_zero_is_in_view():
    rows = pd.DataFrame(
        {
            "label": list("abcdef"),
            "without": [0.9, 0.5, 0.52, 0.3, 0.51, 0.49],
            "share": [0.6, 0.2, 0.1, 0.05, 0.03, 0.02],
        }
    )
    ax = axes(leave_one_out(rows, 0.5, "SD", "province"))
    assert set(words(ax)) == {"a", "b", "d", "with all: +0.50"}  # two heaviest, lowest, highest
    dots = np.vstack([c.get_offsets() for c in ax.collections if len(c.get_offsets()) > 0])
    assert sorted(dots.tolist()) == sorted(
        [[w, 100 * s] for w, s in rows[["without", "share"]].to_numpy()]
    )
    low, high = ax.get_xlim()
    assert low < 0 < 0.9 < high
    assert "one province, SD" in ax.get_xlabel()


def test_years_that_are_lower_stand_out_and_missing_ones_are_not_drawn():
    values = pd.Series([3.0, 2.0, np.nan, 2.5, -1.0], index=[2015, 2011, 2012, 2013, 2014])
    ax = axes(yearly_bars(values, "growth", "slower"))
    from matplotlib.colors import to_hex

    seen = {round(b.get_x() + b.get_width() / 2): (b.get_height(), to_hex(b.get_facecolor()))
            for b in ax.patches}  # fmt: skip
    assert seen == {
        2011: (2.0, BLUE), 2013: (2.5, BLUE), 2014: (-1.0, ORANGE), 2015: (3.0, BLUE),
    }  # fmt: skip
    assert sorted(words(ax)) == ["2.0", "2.5", "3.0", "−1.0"]
    assert ax.get_ylim()[0] < 0 < ax.get_ylim()[1]
    assert ax.get_xlabel() == "year; orange: slower"
