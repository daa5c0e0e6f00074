import json

import pytest

from analysis.inference.cells import Grid, interval, reach, signed, zero_words

GRID = Grid(
    "A & B", ("Term", "Estimate"), (("x", "1.0\n(0.2)\n[0.6, 1.4]"), ("y < z", "2")),
    ("One note.",), bodies=(("terms", 1), ("sample", 1)), marks=("", "mde"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text"),
    [(-0.0004, "0.00"), (0.0, "0.00"), (1.005, "+1.00"), (-2, "−2.00"), (float("nan"), "–")],
)
def test_signed_numbers_have_a_true_minus_and_no_negative_zero(value, text):
    assert signed(value) == text


def test_an_interval_without_ends_does_not_exclude_zero():
    assert zero_words(0.1, 2) == zero_words(-2, -0.1) == "excludes zero"
    assert zero_words(-1, 1) == zero_words(float("nan"), float("nan")) == "includes zero"


def test_intervals_name_an_end_that_is_not_bounded():
    assert interval(float("-inf"), 0.25, 0.1) == "[unbounded, 0.25]"


def test_reach_is_the_quantile_of_t():
    assert reach(9) == pytest.approx(2.2621571628)
    assert reach(float("inf"), 0.1) == pytest.approx(1.6448536270)


def test_grid_survives_json():
    assert Grid.from_dict(json.loads(json.dumps(GRID.to_dict()))) == GRID


def test_grid_renders_escaped_html_with_parts_and_small_intervals():
    html = GRID.html()
    assert "<caption>A &amp; B</caption>" in html
    assert '<tbody class="terms"><tr><th scope="row">x</th>' in html
    assert "<td>1.0<br>(0.2)<br><small>[0.6, 1.4]</small></td>" in html
    assert '<tr class="mde"><th scope="row">y &lt; z</th><td>2</td></tr>' in html
    assert '<td colspan="2"><p>One note.</p></td>' in html


def test_grid_prints_as_an_aligned_table():
    lines = str(GRID).splitlines()
    assert lines[0] == "A & B"
    assert lines[-1] == "One note."
    assert len({len(line) for line in lines[1:6]}) == 1
