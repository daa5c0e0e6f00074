"""Every result goes into `plot` as it is, and comes out as the picture of its kind."""

import re
import warnings
from dataclasses import is_dataclass, replace
from importlib import import_module
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from analysis import inference
from analysis.data import Variable
from analysis.display.drawing import Picture
from analysis.display.plot import plot
from analysis.display.theme import glyphs
from analysis.errors import AnalysisError, UnknownNameError
from analysis.inference import estimate, estimate_columns
from analysis.inference.cells import signed
from analysis.inference.form.threshold_numerics import critical_distance
from analysis.inference.result import Result
from analysis.models import Specification
from tests.conftest import REGIONS, panel_of, random_frame
from tests.results_made import CHECKS, MAKE, PLAIN

EVERY = MAKE | CHECKS


@pytest.fixture(scope="module")
def figures():
    return panel_of(random_frame(gaps=False), REGIONS)


@pytest.fixture(scope="module")
def made(figures):
    kept = {}

    def get(name):
        if name not in kept:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                kept[name] = EVERY[name](figures)
        return kept[name]

    return get


def axes(picture):
    return picture.figure.axes[0]


def dots(ax):
    """Places of all marks, by x."""
    return np.concatenate([line.get_xdata() for line in ax.lines if line.get_marker() in "os^D"])


@pytest.mark.parametrize("name", EVERY)
def test_every_kind_of_result_is_drawn_with_zero_in_view(name, made):
    picture = plot(made(name))
    assert isinstance(picture, Picture)
    ax = axes(picture)
    if name != "Threshold":  # a likelihood starts at zero by itself
        ends = [*ax.get_xlim()] if name not in UPRIGHT else [*ax.get_ylim()]
        assert min(ends) <= 0 <= max(ends)


UPRIGHT = {
    "EventStudy", "LocalProjections", "DistributedLags", "UTest", "MarginalEffects", "ProductSlope",
}  # fmt: skip

UNDRAWN = {
    "Balance": "a table", "Correlations": "a table", "Description": "a table",
    "ModelsTable": "a table; its models are drawn", "Grid": "the text of any table",
    "EventData": "what an event study is made of", "LagInstruments": "an option of gmm",
    "Jackknife": "a covariance", "Coefficient": "a line of a result", "Row": "a line of a result",
    "WildFamily": "statistics for romano_wolf, which gives a frame",
    "Causality": "a line of DumitrescuHurlin", "CountFit": "a fit inside Poisson",
    "HonestBound": "a line; a tuple of them is drawn", "Combination": "a line of DistributedLags",
}  # fmt: skip
"""Public classes that are no result to be drawn, and why."""


def public_classes():
    """Data classes that analysis.inference names, and what its functions say they return."""
    found = {}
    for name in inference.__all__:
        one = getattr(inference, name)
        if not isinstance(one, type) and callable(one):
            module = vars(import_module(one.__module__))
            words = re.findall(r"\w+", str(getattr(one, "__annotations__", {}).get("return", "")))
            found |= {word: module[word] for word in words if isinstance(module.get(word), type)}
        else:
            found[name] = one
    ours = {n: c for n, c in found.items() if c.__module__.startswith("analysis.inference")}
    return {name: cls for name, cls in ours.items() if is_dataclass(cls)}


def test_every_public_result_has_a_picture_or_a_reason_for_none():
    classes = public_classes()
    assert {"Decomposition", "Estimate", "HonestBound", "UnitRoot"} <= set(classes)
    assert set(classes) - set(EVERY) - set(UNDRAWN) == set()
    assert not set(EVERY) & set(UNDRAWN)
    drawn = [name for name, cls in classes.items() if name in EVERY and issubclass(cls, Result)]
    assert len(drawn) > 30


@pytest.mark.parametrize("name", CHECKS)
def test_the_words_of_a_check_keep_apart(name, made):
    picture = plot(made(name))
    figure = picture.figure
    figure.draw_without_rendering()
    words = [t for ax in figure.axes for t in (*ax.texts, *ax.get_yticklabels()) if t.get_text()]
    boxes = [(t.get_text(), t.get_window_extent()) for t in words]
    for i, (text, box) in enumerate(boxes):
        for other, its in boxes[i + 1 :]:
            width = min(box.x1, its.x1) - max(box.x0, its.x0)
            height = min(box.y1, its.y1) - max(box.y0, its.y0)
            assert min(width, height) < 2, f"'{text}' lies on '{other}'"
    assert "<svg" in picture.svg()


def test_honest_bounds_are_rows_by_the_bend_they_allow(made):
    bounds = inference.honest_bounds(made("EventStudy"), [0.0, 0.25], leads=2, horizons=2)
    ax = axes(plot(bounds))
    ticks = [t.get_text().replace("\n", " ") for t in ax.get_yticklabels()]
    assert ticks == ["trends bend by 0 a year", "trends bend by 0.25 a year"]
    np.testing.assert_allclose(dots(ax), [b.estimate for b in bounds])


def test_a_diagnostic_says_the_numbers_of_its_result(made):
    def words(name):
        picture = plot(made(name))
        return " ".join(t.get_text() for t in picture.figure.findobj(Text)).replace("\n", " ")

    bacon, roots, oster_ = made("Decomposition"), made("UnitRoots"), made("Oster")
    assert f"two-way: {signed(bacon.estimate)}" in words("Decomposition")
    for kind, weight, _ in bacon.shares:
        assert f"{kind.replace('_', ' ')}: {weight:.0%}" in words("Decomposition")
    for test in roots.tests:
        assert signed(test.statistic) in words("UnitRoots")
    for line in oster_.rows():
        assert f"{signed(line['delta'])} at R² {line['r_max']:.2f}" in words("Oster")
    for direction in made("DumitrescuHurlin").directions:
        assert f"mean {direction.wald_mean:.2f}, p = {direction.p_bootstrap:.3f}" in words(
            "DumitrescuHurlin"
        )


@pytest.mark.parametrize("name", ["Estimate", "Satterthwaite", "GmmResult", "Poisson", "WildTest"])
def test_dots_stand_where_tidy_says(name, made):
    result = made(name)
    np.testing.assert_allclose(
        np.sort(dots(axes(plot(result)))), np.sort(result.tidy()["estimate"])
    )


def test_columns_of_cr3_are_drawn_thin(made):
    result = made("Estimate")
    drawn = axes(plot(result)).collections
    ends = {tuple(np.round(path.vertices[:, 0], 9)) for c in drawn for path in c.get_paths()}
    for line in result.terms:
        assert (round(line.low_cr3, 9), round(line.high_cr3, 9)) in ends


def test_an_event_study_keeps_its_path(made):
    result = made("EventStudy")
    line = axes(plot(result)).lines[1]
    times, values = zip(*((p.event_time, p.estimate) for p in result.path), strict=True)
    np.testing.assert_allclose(line.get_xdata(), times)
    np.testing.assert_allclose(line.get_ydata(), values)


def test_the_line_of_a_threshold_is_its_critical_value(made):
    line = next(x for x in axes(plot(made("Threshold"))).lines if x.get_linestyle() == "--")
    assert line.get_ydata()[0] == pytest.approx(critical_distance(0.05))


def test_the_band_of_a_quadratic_is_that_of_the_regression(made, figures):
    """At any x the variance is v'Vv with V the CR3 covariance of slope and square."""
    from analysis.inference.cells import reach
    from analysis.inference.form.joint import joint

    result = made("UTest")
    band = axes(plot(result)).collections[0].get_paths()[0].vertices
    found = joint([result.fitted], [("a", "a:a")])
    mean = float(figures["a"].mean())
    x = np.unique(band[:, 0].round(9))[17] - mean
    v = np.array([x, x**2])
    half = reach(found.dof) * np.sqrt(v @ found.cr3 @ v)
    ends = np.unique(band[np.isclose(band[:, 0], x + mean), 1])
    np.testing.assert_allclose(ends[[0, -1]], v @ found.estimates + [-half, half], rtol=1e-6)


def test_columns_become_readings_and_other_units_do_not_enter(made):
    words = {t.get_text() for t in axes(plot(made("Estimates"))).texts}
    assert {"two way", "region year", "entity trends"} <= words
    iv = made("Instrumented")
    values = dots(axes(plot(iv)))
    assert iv.first_stage[0].estimate not in values.round(12)
    assert iv.coefficient("a").estimate in values


def test_another_level_is_written_on_the_axis(figures):
    ax = axes(plot(estimate(PLAIN, figures, level=0.1)))
    assert "90% CR1" in ax.get_xlabel()
    assert "95%" not in ax.get_xlabel()


def test_terms_far_apart_are_put_on_one_scale_and_the_axis_says_so(full_panel):
    panel = replace(full_panel, frame=full_panel.frame.assign(b=full_panel.frame["b"] * 1e6))
    result = estimate(PLAIN, panel)
    ax = axes(plot(result))
    expected = result.standardised()["estimate"]
    np.testing.assert_allclose(np.sort(dots(ax)), np.sort(expected))
    assert "within-SDs per within-SD" in ax.get_xlabel()
    assert "within-SD" not in axes(plot(result, standardised=False)).get_xlabel()


def test_a_tiny_slope_is_drawn_with_its_power_of_ten(full_panel):
    panel = replace(full_panel, frame=full_panel.frame.assign(a=full_panel.frame["a"] * 1e9))
    result = estimate(Specification("y", ["a"], lag=0), panel)
    ax = axes(plot(result))
    assert "× 10⁻⁹" in ax.get_xlabel()
    assert dots(ax)[0] == pytest.approx(result.params["a"] * 1e9)


def test_terms_can_be_picked_and_named_in_chinese(figures, recwarn):
    picture = plot(estimate(PLAIN, figures), terms="b", labels={"b": "数字金融指数"})
    ticks = [t.get_text() for t in axes(picture).get_yticklabels()]
    assert ticks == ["数字金融指数"]
    assert all(ord(letter) in glyphs() for letter in "数字金融指数")
    assert "missing" not in "".join(str(w.message) for w in recwarn)


def test_chinese_labels_of_a_panel_are_drawn(figures):
    named = {**figures.variables, "a": Variable("a", "耐心资本"), "y": Variable("y", "企业韧性")}
    picture = plot(estimate(PLAIN, replace(figures, variables=named)))
    words = {t.get_text() for t in picture.figure.findobj(Text)}
    assert "耐心资本" in words
    assert any(text.startswith("企业韧性") for text in words)
    assert "<svg" in picture.svg()


@pytest.mark.parametrize("by", ["region", "stage"])
def test_groups_of_a_result_are_readings(by):
    one = pd.DataFrame({"term": ["x", "x"], "estimate": [0.1, 0.3], "low": [-0.1, 0.1],
                        "high": [0.3, 0.5], by: ["east", "west"]})  # fmt: skip
    ax = axes(plot(SimpleNamespace(tidy=lambda: one, by=by)))
    assert {"east", "west"} <= {t.get_text() for t in ax.texts}
    assert len(ax.get_yticklabels()) == 1


def test_an_interval_without_an_end_is_cut_and_said(made):
    row = made("WildTest").tidy().assign(high=np.inf)
    assert "has no end" in axes(plot(row)).get_xlabel()


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_a_picture_is_saved_by_its_ending(ending, made, tmp_path):
    path = tmp_path / f"figure.{ending}"
    plot(made("Estimate"), labels={"a": "绿色信贷"}).save(path)
    first = path.read_bytes()
    starts = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
    assert first.startswith(starts[ending])
    plot(made("Estimate"), labels={"a": "绿色信贷"}).save(str(path))
    assert path.read_bytes() == first


def test_what_cannot_be_drawn_or_saved_is_said_in_a_sentence(figures, made, tmp_path):
    with pytest.raises(AnalysisError, match=r"DataFrame has no picture: plot draws results whose"):
        plot(pd.DataFrame({"x": [1.0]}))
    with pytest.raises(AnalysisError, match="Mapping is needed here, not int: map names"):
        plot(made("Estimate"), labels=5)
    with pytest.raises(AnalysisError, match="Oster is drawn whole: leave out terms"):
        plot(made("Oster"), terms="a")
    with pytest.raises(UnknownNameError, match="term 'z'"):
        plot(made("Estimate"), terms=["z"])
    with pytest.raises(AnalysisError, match="no within-SDs"):
        plot(made("Poisson"), standardised=True)
    with pytest.raises(AnalysisError, match=r"let the name end in \.png"):
        plot(made("Estimate")).save(tmp_path / "figure.xyz")
    with pytest.raises(AnalysisError, match="There is no folder"):
        plot(made("Estimate")).save(tmp_path / "no" / "figure.png")
    assert list(tmp_path.iterdir()) == []


def test_results_of_several_columns_take_their_words_along(figures):
    table = estimate_columns(PLAIN, figures, ("two_way", "entity"))
    assert axes(plot(table)).get_xlabel().startswith("Label of y")
