"""The picture of a specification curve: what is marked, what lies behind, what is said below."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from analysis.display.charts import specification_curve
from analysis.display.theme import BLUE, INK, ORANGE, PURPLE


@pytest.fixture
def table():
    estimate = np.array([0.3, -0.1, 0.2, 0.0])
    return pd.DataFrame(
        {
            "outcome": "y", "weights": ["entropy", "equal"] * 2, "effects": "two_way", "lag": 1,
            "sample": ["all", "all", "to then", "to then"], "controls": "none",
            "declared": [True, False, False, False], "estimate": estimate,
            "low_cr3": estimate - 0.15, "high_cr3": estimate + 0.15,
        }
    )  # fmt: skip


BAND = pd.DataFrame({"low": [-0.3, -0.2, -0.1, 0.0], "high": [0.0, 0.1, 0.2, 0.3]})


def test_estimates_are_sorted_and_the_declared_one_is_marked(table):
    top = specification_curve(table).figure.axes[0]
    places = np.vstack([d.get_offsets() for d in top.collections if len(d.get_offsets()) > 1])
    ordered = places[np.argsort(places[:, 0])][:, 1]
    assert ordered.tolist() == sorted(table["estimate"])
    marked = next(line for line in top.lines if line.get_marker() == "D")
    assert (marked.get_xdata()[0], marked.get_ydata()[0]) == (3, 0.3)
    assert to_hex(marked.get_color()) == ORANGE


def bars(ax, colour):
    return sum(
        len(line.get_xdata()) // 3 for line in ax.lines if to_hex(line.get_color()) == colour
    )


def test_blue_are_those_whose_interval_leaves_out_zero(table):
    assert bars(specification_curve(table).figure.axes[0], BLUE) == 2


def test_only_choices_that_vary_have_rows_and_every_specification_one_tick_in_each(table):
    bottom = specification_curve(table).figure.axes[1]
    names = [label.get_text() for label in bottom.get_yticklabels()]
    assert names == ["weights: entropy", "weights: equal", "all rows", "to then"]
    assert bars(bottom, INK) == 2 * len(table)


def test_the_band_of_placebo_curves_is_drawn_and_told(table):
    figure = specification_curve(table, BAND, "Of 99 curves 3 are as far.").figure
    dashed = [line for line in figure.axes[0].lines if to_hex(line.get_color()) == PURPLE]
    assert [line.get_ydata().tolist() for line in dashed] == [
        BAND["low"].tolist(), BAND["high"].tolist()
    ]  # fmt: skip
    assert "placebo curves" in " ".join(t.get_text() for t in figure.axes[0].texts)
    assert figure.get_supxlabel() == "Of 99 curves 3 are as far."
    bare = specification_curve(table).figure
    assert "placebo" not in " ".join(t.get_text() for t in bare.axes[0].texts)


def test_zero_is_in_view_though_all_estimates_are_above_it(table):
    raised = table.assign(**{c: table[c] + 1 for c in ("estimate", "low_cr3", "high_cr3")})
    low, high = specification_curve(raised).figure.axes[0].get_ylim()
    assert low < 0 < high
