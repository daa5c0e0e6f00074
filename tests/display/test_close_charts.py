"""Charts of the close-ups, fed with made-up numbers whose place on the page is known."""

import numpy as np
import pandas as pd
import pytest

from analysis.display.charts import (
    broken_series,
    carriers,
    cross_section,
    grouped_counts,
    grouped_effects,
    leave_one_out,
    marginal_effect,
    parabola,
    yearly_bars,
)

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


def test_names_at_the_ends_of_lines_do_not_touch():
    years = range(2001, 2005)
    table = pd.DataFrame({"a": [1, 2, 3, 4.0], "b": [1, 2, 3, 4.01], "c": [0.0] * 4}, index=years)
    ax = grouped_counts({"One": table}, 2003, "from then").figure.axes[0]
    places = sorted(t.xy[1] for t in ax.texts if t.get_text() in "abc")
    assert np.diff(places).min() >= 0.16 * 4.01 - 1e-9
    shade = ax.patches[0]
    assert shade.get_x() + shade.get_width() == 2002.5
    assert ax.get_ylim()[0] == 0


def test_a_broken_series_is_drawn_in_two_pieces():
    years = range(2000, 2010)
    series = pd.DataFrame({"A": [1.0] * 5 + [9.0] * 5, "B": [np.nan] * 3 + [2.0] * 7}, index=years)
    frames = [ax for ax in broken_series(series, 2005, "assets").figure.axes if ax.get_visible()]
    assert len(frames) == 2
    for ax in frames:
        before, after, _ = ax.lines
        assert max(before.get_xdata()) == 2004
        assert min(after.get_xdata()) == 2005
        assert ax.get_ylim()[0] == 0


def test_a_log_axis_has_plain_ticks():
    means = pd.DataFrame(
        {"x": [0.1, 1.0, 7.0], "y": [1.0, 2.0, 3.0], "name": ["", "a", ""],
         "marked": [False, True, False]},
        index=list("abc"),
    )  # fmt: skip
    figure = cross_section(means, "ratio", "R&D").figure
    figure.canvas.draw()
    ticks = [t.get_text() for t in figure.axes[0].get_xticklabels()]
    assert "1" in ticks
    assert any(t.startswith("1/") for t in ticks)
    assert not any("^" in t for t in ticks)


def test_weights_are_drawn_with_what_is_left():
    rows = pd.DataFrame({"label": ["a", "b"], "share": [0.9, 0.1], "without": [-0.25, 0.001]})
    ax = carriers(rows, -0.1, "SD").figure.axes[0]
    assert [bar.get_width() for bar in ax.patches] == [0.9, 0.1]
    assert {"90%", "−0.25", "0.00"} <= {t.get_text() for t in ax.texts}


def test_replication_draws_a_row_without_a_published_figure():
    row = {"label": "a", "estimate": 2.0, "low": 1.0, "high": 3.0, "low_wide": 0.5,
           "high_wide": 4.0, "published": 2.0}  # fmt: skip
    rows = pd.DataFrame([row, row | {"label": "b", "published": float("nan")}])
    ax = grouped_effects(rows, "percent").figure.axes[0]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["a", "b"]
    assert sum(line.get_marker() == "D" for line in ax.lines) == 1
    low, high = ax.get_xlim()
    assert low < 0 < high


def test_the_upper_axis_is_the_calendar_of_the_moderator():
    curve = pd.DataFrame({"at": [0.0, 9.0], "effect": [1, 2], "low": [0.5, 1], "high": [2, 3]})
    support = pd.DataFrame({"year": [2001, 2001, 2002, 2003], "at": [0.0, 0.2, 0.3, 9.0]})
    years = support.groupby("year")["at"].mean()
    ax = marginal_effect(curve, support["at"], "x", "y", years=years).figure.axes[0]
    upper = ax.child_axes[0]
    assert [t.get_text() for t in upper.get_xticklabels()] == ["2001", "2003"]  # 2002 would touch
    assert upper.get_xticks().tolist() == pytest.approx([0.1, 9.0])
    assert ax.get_ylim()[0] < 0
