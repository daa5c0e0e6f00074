"""The forest: every row, its verdict in colour and shape, its sign, and nothing cut off unsaid."""

import warnings
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from analysis.display.charts import forest
from analysis.display.charts.verdicts import VERDICT_MARKS
from analysis.display.theme import WIDTH
from analysis.errors import SpecificationError, UnknownNameError

VERDICTS = list(VERDICT_MARKS)


def made_up(rows=10, seed=1):
    rng = np.random.default_rng(seed)
    estimate, half = rng.normal(0, 0.2, rows), rng.uniform(0.1, 0.4, rows)
    return pd.DataFrame(
        {
            "claim": [f"M{i:02d}" for i in range(1, rows + 1)],
            "label": [f"made up {i}" for i in range(rows)],
            "group": [("First", "Second")[i >= rows // 2] for i in range(rows)],
            "estimate": estimate,
            "low": estimate - half,
            "high": estimate + half,
            "mde": 1.4 * half,
            "sign": [("+", "-", "±", "0")[i % 4] for i in range(rows)],
            "verdict": [VERDICTS[i % 5] for i in range(rows)],
        }
    )


def markers(ax, edge=False):
    """Points drawn in the frame, from the top: (x, y, shape, colour, filled)."""
    found = [
        (x, y, line.get_marker(), line.get_color(),
         line.get_markerfacecolor() == line.get_color())
        for line in ax.lines
        if line.get_linestyle() == "None" and (line.get_marker() in "<>") == edge
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True) if np.isfinite(x)
    ]  # fmt: skip
    return sorted(found, key=lambda point: point[1])


def words(ax):
    return [text.get_text() for text in ax.texts]


def test_every_row_is_drawn_where_it_belongs_with_the_look_of_its_verdict():
    rows = made_up()
    ax = forest(rows, "SD", limit=2).figure.axes[0]
    drawn = markers(ax)
    assert [x for x, *_ in drawn] == pytest.approx(rows["estimate"].tolist())
    assert (np.diff([y for _, y, *_ in drawn]) > 0).all()
    for row, (*_, shape, colour, filled) in zip(rows.itertuples(), drawn, strict=True):
        assert (colour, shape, filled) == VERDICT_MARKS[row.verdict]


def test_verdicts_differ_in_colour_and_in_shape():
    looks = VERDICT_MARKS.values()
    assert len({colour for colour, *_ in looks}) == len(looks)
    assert len({look[1:] for look in looks}) == len(looks)


def test_signs_names_and_groups_are_written():
    found = words(forest(made_up(), "SD").figure.axes[0])
    assert [w for w in found if w in "→←↔0"][:4] == ["→", "←", "↔", "0"]
    assert {"First", "Second", "predicted"} <= set(found)
    assert {"M03", "made up 2"} <= set(found)


def test_zero_is_in_the_middle_and_the_detectable_effect_behind():
    rows = made_up()
    ax = forest(rows, "SD", limit=1).figure.axes[0]
    assert ax.get_xlim() == (-1, 1)
    assert [p.get_width() for p in ax.patches] == pytest.approx(2 * rows["mde"].clip(upper=1))
    assert max(p.get_zorder() for p in ax.patches) < 0


def test_what_runs_beyond_the_axis_gets_an_arrowhead_and_is_counted():
    rows = made_up()
    rows.loc[2, ["low", "high"]] = [-5.0, 5.0]
    rows.loc[4, ["estimate", "low", "high"]] = [3.2, 2.9, 3.5]
    ax = forest(rows, "SD", limit=1).figure.axes[0]
    heads = markers(ax, edge=True)
    assert sorted((x, shape) for x, _, shape, *_ in heads) == [(-1, "<"), (1, ">"), (1, ">")]
    assert "2 intervals run beyond the axis" in ax.get_xlabel()
    assert "+3.2" in words(ax), "an estimate beyond the axis is given as a number"
    assert len(markers(ax)) == len(rows) - 1
    ends = np.concatenate([s.get_segments() for s in ax.collections])[:, :, 0]
    assert np.abs(ends).max() <= 1
    assert "beyond" not in forest(made_up(), "SD", limit=9).figure.axes[0].get_xlabel()


def test_default_axis_holds_nearly_all():
    rows = made_up(40)
    rows.loc[3, ["low", "high"]] = [-50.0, 50.0]
    limit = forest(rows, "SD").figure.axes[0].get_xlim()[1]
    assert limit < 2
    assert ((rows["low"] > -limit) & (rows["high"] < limit)).mean() >= 0.9


def test_a_row_without_an_estimate_says_why():
    rows = made_up()
    rows.loc[1, ["estimate", "low", "high", "mde"]] = np.nan
    rows.loc[1, "verdict"] = "needs user data"
    ax = forest(rows, "SD").figure.axes[0]
    assert " needs user data" in words(ax)
    assert len(markers(ax)) == len(rows) - 1


LONG = "an endless chain of words that no margin of any page could ever hold in a single line"


@pytest.mark.parametrize(
    "label", [LONG, "绿色信贷与企业韧性以及产业集聚对新质生产力的影响程度和滞后"]
)
def test_long_labels_are_wrapped_before_the_axis_and_nothing_is_cut(label):
    figure = forest(made_up().assign(label=label), "SD").figure
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # letters of another font
        FigureCanvasAgg(figure).draw()
    ax = figure.axes[0]
    labels = [t for t in ax.texts if "\n" in t.get_text()]
    assert len(labels) == 10
    for text in labels:
        assert text.get_text().replace("\n", "").replace(" ", "") == label.replace(" ", "")
    boxes = [t.get_window_extent() for t in labels]
    assert max(box.x1 for box in boxes) < ax.get_window_extent().x0
    ordered = sorted(boxes, key=lambda box: -box.y0)
    assert all(upper.y0 > lower.y1 - 3 for upper, lower in pairwise(ordered))


def test_fifty_rows_stay_a_page_and_legible():
    rows = made_up(50)
    rows["group"] = [f"Group {i // 4:02d}" for i in range(50)]
    figure = forest(rows, "SD").figure
    width, height = figure.get_size_inches()
    assert width == pytest.approx(WIDTH)
    assert height < 13
    assert min(t.get_fontsize() for t in figure.axes[0].texts) >= 9
    FigureCanvasAgg(figure).draw()
    boxes = sorted(
        (
            t.get_window_extent()
            for t in figure.axes[0].texts
            if t.get_text().startswith(("M", "G"))
        ),
        key=lambda box: -box.y0,
    )
    assert all(a.y0 > b.y1 - 3 for a, b in pairwise(boxes))


def test_errors_name_what_is_wrong():
    with pytest.raises(UnknownNameError, match="did you mean supported"):
        forest(made_up().assign(verdict="suported"), "SD")
    with pytest.raises(SpecificationError, match="No row of the forest"):
        forest(made_up().assign(estimate=np.nan), "SD")
    with pytest.raises(SpecificationError, match="torn apart"):
        forest(made_up().assign(group=["A", "B"] * 5), "SD")
