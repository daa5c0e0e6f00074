"""Charts of the two wheels and the broken links: what is drawn is what was computed."""

import numpy as np
import pandas as pd
import pytest

from analysis.display.charts import (
    channel_fragility,
    count_of_all,
    named_lines,
    ridges,
    searched,
    within_margin,
)

PATH = pd.DataFrame({"gamma": [0.1, 0.2, 0.3, 0.4], "lr": [5.0, 0.0, 2.0, 6.0]})


def axes(picture):
    picture.svg()
    return picture.figure.axes[0]


def words(ax):
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize("best", [9.0, 40.0])
def test_search_draws_every_candidate_below_both_bars(best):
    ax = axes(searched(PATH, f=8.0, single=3.8, best=best, xlabel="funding"))
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [3.0, 8.0, 6.0, 2.0])
    assert ax.lines[1].get_xdata().tolist() == [0.2], "the best candidate is marked"
    assert sorted(line.get_ydata()[0] for line in ax.lines[2:]) == [3.8, best]
    assert ax.get_ylim()[1] > best
    assert f"needed by the best of 4: {best:.1f}" in words(ax)


@pytest.mark.parametrize("turn", [1, -1])
def test_channel_marks_where_it_is_gone_and_keeps_zero_in_view(turn):
    rho = np.linspace(-0.5, 0.5, 11)
    ax = axes(channel_fragility(rho, turn * (0.1 - rho), (0.1 * turn, -0.2, 0.3), 0.1, "r", "p"))
    diamond = next(line for line in ax.lines if line.get_marker() == "D")
    assert (diamond.get_xdata()[0], diamond.get_ydata()[0]) == (0.1, 0)
    low, high = ax.get_ylim()
    assert low < -0.2
    assert high > 0.3
    assert "gone at 0.10" in words(ax)
    assert any("−0.20 to +0.30" in text for text in words(ax))
    corner = next(t for t in ax.texts if "nothing hidden" in t.get_text())
    assert (corner.get_ha() == "right") == (turn == 1), "the words stand where the line is not"


def test_margin_shows_zone_zero_and_both_intervals():
    rows = pd.DataFrame(
        {"estimate": [0.4], "low90": [0.3], "high90": [0.5], "low95": [0.28], "high95": [0.52]},
        index=["Two-way"],
    )
    ax = axes(within_margin(rows, 0.2, "effect"))
    zone = ax.patches[0].get_extents().transformed(ax.transData.inverted())
    assert (zone.x0, zone.x1) == pytest.approx((-0.2, 0.2))
    ends = sorted(
        segment[:, 0].tolist()
        for collection in ax.collections
        if hasattr(collection, "get_segments")
        for segment in collection.get_segments()
    )
    assert ends == [[0.28, 0.52], [0.3, 0.5]]
    low, high = ax.get_xlim()
    assert low < -0.2 < 0 < 0.52 < high
    assert "±0.20" in ax.get_title(loc="left")


def test_counts_stand_before_all_that_were_observed():
    years = [2011, 2012, 2013]
    counts, totals = pd.Series([2, 0, 1], years), pd.Series([3, 4, 4], years)
    ax = axes(count_of_all(counts, totals, "weaker"))
    assert [bar.get_height() for bar in ax.patches] == [3, 4, 4, 2, 0, 1]
    assert words(ax) == ["2", "0", "1"]


def test_ridges_keep_one_scale_and_stand_on_their_rows():
    at = [0.0, 0.5, 1.0]
    table = pd.DataFrame({"2011": [0, 1, 0], "2023": [0, 2, 0]}, at)
    ax = axes(ridges({"t": table}, {"t": pd.Series({"2011": 0.4, "2023": 0.6})}, "D"))
    curves = [line.get_ydata() for line in ax.lines if len(line.get_xdata()) == 3]
    np.testing.assert_allclose([c[0] for c in curves], [0, -1], err_msg="the base lines")
    np.testing.assert_allclose(np.ptp(curves[1]), 2 * np.ptp(curves[0]))
    dots = [
        (line.get_xdata()[0], line.get_ydata()[0])
        for line in ax.lines
        if len(line.get_xdata()) == 1
    ]
    assert dots == [(0.4, 0), (0.6, -1)]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["2011", "2023"]


def test_lines_carry_their_names_and_stand_before_a_band():
    years = [2011, 2012]
    table = pd.DataFrame({"within": [20.0, 25.0], "between": [60.0, 50.0]}, years)
    band = pd.DataFrame({"low": [5.0, 5.0], "high": [15.0, 16.0]}, years)
    ax = axes(named_lines({"t": table}, {"t": band}, "%"))
    assert set(words(ax)) == {"within", "between"}
    np.testing.assert_allclose([line.get_ydata() for line in ax.lines], table.T)
    shade = ax.collections[0].get_paths()[0].get_extents()
    assert (shade.y0, shade.y1) == (5, 16)
    assert ax.get_ylim()[0] == 0
