"""Charts: deterministic, Chinese-capable, zero in view, nothing hidden."""

import warnings
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from analysis.claims.exhibit import tiles, yearly_values
from analysis.data import load
from analysis.display.charts import (
    coverage_map,
    entity_map,
    interval_rows,
    marginal_effect,
    point_map,
    rank_ranges,
    residual_scatter,
    trends,
)
from analysis.display.drawing import Picture, words_width, wrap_words
from analysis.display.theme import FONT_FILE, subplots
from analysis.errors import SpecificationError
from analysis.measures import build
from tests.published import declared

ARMENIAN = "Արմեն"  # in a font that comes with matplotlib, and not in that of the book


@pytest.fixture(scope="module")
def panel():
    return build(load("china"), declared())


def test_font_holds_every_label_of_the_panel(panel):
    from matplotlib.ft2font import FT2Font

    known = set(FT2Font(str(FONT_FILE)).get_charmap())
    words = [v.label_en + v.label_zh for v in panel.variables.values()]
    words += [*panel.entities["label_zh"], *panel.entities["label_en"]]
    assert not {c for word in words for c in word if ord(c) not in known}


def test_chinese_is_drawn_without_a_warning_and_the_same_twice():
    def draw():
        figure, ax = subplots()
        ax.set_title("耐心资本 −1.5 × R²")
        return Picture(figure).svg()

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first, second = draw(), draw()
    assert first == second
    assert ">耐心资本 −1.5 × R²</text>" in first, "words stay words"


def test_a_missing_glyph_is_not_silent():
    figure, ax = subplots()
    ax.set_title("\U00020000")
    with pytest.warns(UserWarning, match="missing from font") as caught:
        Picture(figure).svg()
    assert len(caught) == 1
    assert "Last Resort" not in str(caught[0].message), "a frame is no letter"


def test_letters_of_another_font_are_drawn_and_said_once(tmp_path):
    figure, ax = subplots()
    ax.set_yticks([0, 1], [ARMENIAN, f"耐心 {ARMENIAN}"])
    with pytest.warns(UserWarning, match="missing from font of the book; drawn with") as caught:
        svg = Picture(figure).svg()
    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Picture(figure).svg() == svg, "once borrowed, it is there"
        Picture(figure).save(tmp_path / "figure.png")


def test_a_label_is_measured_and_broken_whatever_its_letters():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert words_width("龘龘龘", 12) == pytest.approx(0.5), "three squares of 12 points"
        assert "".join(wrap_words("数字普惠金融指数 index", 0.5, 12)) == "数字普惠金融指数index"
    assert len(wrap_words("数字普惠金融指数 index", 0.7, 12)) > 2


def effects(values):
    frame = pd.DataFrame(values, columns=["low_cr3", "low", "estimate", "high", "high_cr3"])
    frame.index = [f"row {i}" for i in range(len(frame))]
    return frame


@pytest.mark.parametrize("row", [[0.2, 0.3, 0.4, 0.5, 0.6], [-3, -2.5, -2, -1.5, -1]])
def test_zero_is_on_the_axis_of_effects(row):
    ax = interval_rows(effects([row]), "effect").figure.axes[0]
    low, high = ax.get_xlim()
    assert low < 0 < high
    assert low < min(row)
    assert high > max(row)


def test_scatter_shows_every_row():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=300), rng.normal(size=300)
    y[0] = 40.0
    ax = residual_scatter(x, y, 0.1, "x", "y").figure.axes[0]
    assert len(ax.collections[0].get_offsets()) == 300
    assert ax.get_ylim()[1] > 40


def test_marginal_effect_keeps_zero_in_view():
    curve = pd.DataFrame({"at": [0, 1], "effect": [2, 3], "low": [1.5, 2], "high": [2.5, 4]})
    ax = marginal_effect(curve, np.linspace(0, 1, 9), "x", "y", curve).figure.axes[0]
    assert ax.get_ylim()[0] < 0


def test_map_draws_every_entity_and_marks_the_missing(panel):
    values = panel["gov"].xs(2020, level="year").copy()
    values.iloc[3] = np.nan
    ax = entity_map(tiles(panel, values), "title").figure.axes[0]
    assert len(ax.patches) == len(panel.entities)
    assert [t.get_text() for t in ax.texts].count("—") == 1


def test_tiles_do_not_collide(panel):
    assert not panel.entities[["tile_row", "tile_col"]].duplicated().any()


def test_map_without_positions_is_a_ranked_list(panel):
    rows = tiles(panel, panel["gov"].xs(2020, level="year"))
    flat = rows.drop(columns=["tile_row", "tile_col"])
    ax = entity_map(flat, "title").figure.axes[0]
    assert len(ax.get_yticklabels()) == len(panel.entities)


PLACES = pd.DataFrame(
    {"value": [1.0, 3.0, np.nan, 2.0], "label_en": ["A & B", "C", "D", "E"], "label_zh": "市",
     "latitude": [20.0, 40.0, 30.0, np.nan], "longitude": [100.0, 120.0, 110.0, 115.0]},
    index=["a", "c", "d", "e"],
)  # fmt: skip


def test_points_lie_where_the_entities_lie_and_grow_with_the_value():
    ax = point_map(PLACES, "title", ["c"]).figure.axes[0]
    dots = {line.get_gid(): line for line in ax.lines}
    assert set(dots) == {"place-a", "place-c", "place-d"}, "one without a place is not drawn"
    assert (*dots["place-c"].get_xdata(), *dots["place-c"].get_ydata()) == (120.0, 40.0)
    assert dots["place-c"].get_markersize() > dots["place-a"].get_markersize()
    assert dots["place-d"].get_markerfacecolor() == "none"
    assert [text.get_text() for text in ax.texts] == ["C"]
    bar = ax.figure.axes[1].get_xlabel()
    assert bar == "rings: 1 without a figure; 1 without a place"
    assert ax.get_aspect() == pytest.approx(1 / np.cos(np.pi / 6))  # middle parallel: 30 degrees


def test_a_point_of_the_svg_carries_its_names_and_value_as_a_title():
    svg = point_map(PLACES, "title").svg()
    assert '<g id="place-a"><title>A &amp; B 市: 1</title>' in svg
    assert "<title>D 市</title>" in svg
    ElementTree.fromstring(svg)


def test_a_map_without_a_value_is_refused():
    with pytest.raises(SpecificationError, match="No entity of the map"):
        point_map(PLACES.assign(value=np.nan), "title")


def test_trends_leave_thin_years_open(panel):
    picture = trends(yearly_values(panel, ["nqp"]), "line: median")
    lines = [set(map(int, line.get_xdata())) for line in picture.figure.axes[0].lines]
    assert not any(2017 in years for years in lines), "no figures were published for that year"
    assert any(2018 in years for years in lines)
    assert not any({2016, 2018} <= years for years in lines), "years around it are not joined"


def test_coverage_and_ranks_draw_every_row(panel):
    share = pd.DataFrame([[0.0, 0.5], [0.95, 1.0]], index=["a", "b"], columns=[2010, 2011])
    ax = coverage_map(share, pd.Series({"a": "A", "b": "B"}), "provinces").figure.axes[0]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["A", "B"]
    steps = ax.collections[0].get_array().ravel()
    assert len(set(ax.collections[0].norm(steps))) == 4, "none, some, most and all look alike"
    ranks = pd.DataFrame(
        {"entropy": [1, 2], "equal": [2, 1], "random_p05": [1, 1], "random_p95": [2, 2]},
        index=["a", "b"],
    )
    drawn = rank_ranges(ranks, pd.Series({"a": "A", "b": "B"}), "t").figure.axes[0]
    assert len(drawn.get_yticklabels()) == 2
