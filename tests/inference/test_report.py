from html.parser import HTMLParser

import pytest

from analysis.data import Variable
from analysis.errors import SpecificationError
from analysis.inference import estimate, estimate_columns, html_table, regression_grid
from analysis.inference.cells import plain_number
from analysis.models import EFFECTS, Specification

VOID = {"br"}


class Reader(HTMLParser):
    """Checks nesting and collects heads, cells and the text of each section."""

    def __init__(self):
        super().__init__()
        self.open, self.found, self.text = [], [], {}

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        for tag in set(self.open):
            self.text[tag] = self.text.get(tag, "") + data


def read(html):
    reader = Reader()
    reader.feed(html)
    assert reader.open == []
    return reader


@pytest.fixture
def columns(panel):
    spec = Specification("y", ["a", "b"], [["a", "b"]])
    return estimate_columns(spec, panel, notes=["Both sides are divided by c."])


def test_table_is_semantic(columns):
    page = read(columns._repr_html_())
    tags = [tag for tag, _ in page.found]
    assert page.found[0] == ("table", {"class": "estimates"})
    assert tags.count("caption") == tags.count("thead") == tags.count("tfoot") == 1
    scopes = [attrs["scope"] for tag, attrs in page.found if tag == "th"]
    assert scopes.count("col") == 4
    assert scopes.count("row") == 2 * 3 + 5
    assert tags.count("td") == 3 * (2 * 3 + 5) + 1
    assert page.text["caption"] == "Label of y"


def test_cell_holds_estimate_error_and_interval(columns):
    line = columns["two_way"].coefficient("a")
    unit = min(c.coefficient("a").se for c in columns)
    html = columns._repr_html_()
    value, se = plain_number(line.estimate, unit), plain_number(line.se, unit)
    low, high = plain_number(line.low_cr3, unit), plain_number(line.high_cr3, unit)
    assert f"<td>{value}<br>({se})<br><small>[{low}, {high}]</small></td>" in html


def test_foot_says_convention_dropped_rows_and_notes(columns):
    foot = read(columns._repr_html_()).text["tfoot"]
    assert "(CR1 standard error), [95% CR3 interval]; smallest effect found with 80%" in foot
    assert "Right-hand side 1 year before" in foot
    assert "Clustered by firm, G = 12." in foot
    assert f"K = {', '.join(str(c.parameters) for c in columns)} (slopes" in foot
    first = columns["two_way"]
    assert f"Left out {first.grid_rows - first.n} of 132 rows" in foot
    for dropped in first.dropped:
        assert str(dropped) in foot
    assert "Both sides are divided by c." in foot


def test_differences_state_their_own_loss_once(panel):
    table = estimate_columns(Specification("y", ["a"]), panel, ["two_way", "first_difference"])
    foot = read(table._repr_html_()).text["tfoot"]
    assert foot.count("first difference unavailable") == 1
    assert "Differences also: first difference unavailable" in foot


def test_no_stars_and_labels_are_escaped(panel):
    described = {**panel.variables, "a": Variable("a", "R&D <share>")}
    odd = type(panel)("toy", panel.frame, described, panel.entities, panel.roles)
    html = html_table((estimate(Specification("y", ["a"]), odd),))
    assert "R&amp;D &lt;share&gt;" in html
    assert "*" not in html


def test_mixed_lags_are_named(panel):
    spec = Specification("y", ["a", "b"], lag=0, lags={"b": 2})
    foot = read(estimate(spec, panel)._repr_html_()).text["tfoot"]
    assert "Right-hand side: a of the same year, b 2 years before the outcome." in foot


def test_column_heads_fit_a_phone(columns):
    # Four columns on 390 px leave some 85 px each: ten characters of small print in one word.
    heads = [EFFECTS[name].label for name in EFFECTS]
    assert all(f">{head}<" in columns._repr_html_() for head in heads[:3])
    assert all(len(word) <= 11 for head in heads for word in head.split())


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.1177158, 0.0108, "0.118"),
        (-0.1177158, 0.0108, "−0.118"),
        (0.0108244, None, "0.011"),
        (12345.678, 234.0, "12,350"),
        (1.5e-10, 3e-11, "1.5e−10"),
        (0.0, None, "0"),
        (float("nan"), 1.0, "–"),
        (2.0, float("nan"), "2.0"),
        (-0.0004, 0.1, "0.00"),
    ],
)
def test_numbers_get_two_digits_of_their_error(value, unit, text):
    assert plain_number(value, unit) == text


def test_scaled_table_shows_within_sds_and_the_smallest_detectable_effect(columns):
    html = html_table(columns.columns, scaled=True)
    line = columns["two_way"].coefficient("a")
    unit = min(c.coefficient("a").se * c.coefficient("a").scale for c in columns)
    assert plain_number(line.estimate * line.scale, unit) in html
    assert plain_number(line.mde * line.scale, unit) in html
    assert "Within-SDs per within-SD of" in html
    assert html.count('class="mde"') == 3


def test_columns_with_different_regressors_align_by_term(panel):
    one = estimate(Specification("y", ["a"]), panel)
    two = estimate(Specification("y", ["b"], controls=["a"]), panel)
    for columns in ([one, two], [two, one]):
        grid = regression_grid(columns)
        rows = {row[0]: row[1:] for row in grid.rows if row[0] != "smallest detectable"}
        assert set(rows) >= {"Label of a", "Label of b"}
        for column, cells in zip(columns, zip(*rows.values(), strict=True), strict=True):
            shown = dict(zip(rows, cells, strict=True))
            for name in "ab":
                cell = shown[f"Label of {name}"]
                if name not in column.specification.slopes:
                    assert cell == "–"
                else:
                    value = float(cell.split("\n")[0].replace("−", "-"))
                    assert value == pytest.approx(column.params[name], abs=column.std_errors[name])
        assert grid.heads[1:] == ("(1) Two-way", "(2) Two-way")


def test_columns_of_different_outcomes_say_so(panel):
    one = estimate(Specification("y", ["a"]), panel)
    other = estimate(Specification("c", ["a"], lag=2), panel)
    grid = regression_grid([one, other])
    assert grid.caption == "Label of y; Label of c"
    assert grid.heads[1:] == ("Label of y, Two-way", "Label of c, Two-way")
    assert "Label of y, Two-way: Right-hand side 1 year before" in grid.notes[0]
    assert "Label of c, Two-way: Right-hand side 2 years before" in grid.notes[0]


def test_a_product_in_either_order_is_one_row(panel):
    pair = [estimate(Specification("y", ["a", "b"], [p]), panel) for p in (["a", "b"], ["b", "a"])]
    assert sum("×" in row[0] for row in regression_grid(pair).rows) == 1


def test_no_column_or_two_levels_are_refused(panel):
    spec = Specification("y", ["a"])
    with pytest.raises(SpecificationError, match="one or more estimates"):
        html_table([])
    with pytest.raises(SpecificationError, match="same level"):
        html_table([estimate(spec, panel), estimate(spec, panel, level=0.1)])
