import pandas as pd
import pytest

from analysis.display.charts import interval_rows
from analysis.display.theme import MARKS
from analysis.errors import SpecificationError

ROWS = pd.DataFrame(
    {
        "label": ["first", "second", "first", "second"],
        "reading": ["all", "all", "fewer", "fewer"],
        "estimate": [0.3, -0.2, 0.1, 0.0],
        "low": [0.1, -0.5, -0.2, -0.1],
        "high": [0.5, 0.1, 0.4, 0.1],
    }
)


def points(ax):
    """Dots in the frame: (x, y, shape, colour, filled), from top to bottom."""
    found = [
        (line.get_xdata()[0], line.get_ydata()[0], line.get_marker(), line.get_color(),
         line.get_markerfacecolor() == line.get_color())
        for line in ax.lines
        if len(line.get_xdata()) == 1 and line.get_transform() == ax.transData
    ]  # fmt: skip
    return sorted(found, key=lambda point: -point[1])


def intervals(ax):
    return [tuple(segment[:, 0]) for part in ax.collections for segment in part.get_segments()]


def test_every_reading_stands_in_its_row_with_its_interval():
    ax = interval_rows(ROWS, "SD").figure.axes[0]
    assert [x for x, *_ in points(ax)] == [0.3, 0.1, -0.2, 0.0]  # rows from the top, all first
    assert intervals(ax) == list(zip(ROWS["low"], ROWS["high"], strict=True))
    assert [label.get_text() for label in ax.get_yticklabels()] == ["first", "second"]


def test_readings_differ_in_colour_shape_and_filling_and_are_named():
    ax = interval_rows(ROWS, "SD").figure.axes[0]
    looks = {point[2:] for point in points(ax)}
    assert looks == {(shape, colour, i == 0) for i, (colour, shape) in enumerate(MARKS[:2])}
    words = {text.get_text(): text.get_color() for text in ax.texts}
    assert {"all", "fewer"} <= set(words)
    assert (words["all"], words["fewer"]) == (MARKS[0][0], MARKS[1][0])


def test_zero_is_on_the_axis_even_if_no_interval_reaches_it():
    ax = interval_rows(ROWS.assign(low=1.0, estimate=1.2, high=1.5), "SD").figure.axes[0]
    assert ax.get_xlim()[0] <= 0 < ax.get_xlim()[1]


def test_a_single_reading_takes_the_colours_of_its_rows():
    rows = ROWS[:2].drop(columns="reading")
    ax = interval_rows(rows, "SD", {"second": "#123456"}).figure.axes[0]
    assert [point[3] for point in points(ax)] == [MARKS[0][0], "#123456"]
    assert not {"all", "fewer"} & {text.get_text() for text in ax.texts}


def test_zero_is_written_without_a_sign():
    ax = interval_rows(ROWS[3:].assign(estimate=-0.0004), "SD").figure.axes[0]
    assert "0.00" in [text.get_text() for text in ax.texts]


@pytest.mark.parametrize("label", ["one", "a\nlong\nname\nover\nlines"])
def test_long_names_make_tall_rows(label):
    picture = interval_rows(ROWS[:1].assign(label=label), "SD")
    per_row = picture.figure.get_size_inches()[1] - 1.1
    assert per_row >= 0.17 * (label.count("\n") + 1)


def test_three_readings_stand_apart_and_five_are_refused():
    rows = pd.concat([ROWS, ROWS[:2].assign(reading="none")])
    heights = [y for _, y, *_ in points(interval_rows(rows, "SD").figure.axes[0])]
    assert len({round(y, 6) for y in heights}) == 6
    many = pd.concat([ROWS[:2].assign(reading=word) for word in "abcde"])
    with pytest.raises(SpecificationError, match="5 readings are too many"):
        interval_rows(many, "SD")


def test_readings_that_are_named_stay_beside_columns_of_a_regression():
    ax = interval_rows(ROWS.assign(effects=["two_way", None, "trends", None]), "SD").figure.axes[0]
    assert [x for x, *_ in points(ax)] == [0.3, 0.1, -0.2, 0.0]
    assert {"all", "fewer"} <= {text.get_text() for text in ax.texts}
