"""Charts of single designs, fed with what the estimators return on made-up panels."""

import numpy as np
import pandas as pd
import pytest

from analysis.display.charts import (
    event_path,
    interval_rows,
    lag_profiles,
    permutation,
    responses,
    spatial_effects,
    threshold_likelihood,
)
from analysis.errors import SpecificationError
from analysis.inference import (
    distributed_lags,
    estimate_columns,
    event_study,
    local_projections,
    randomisation_test,
    spatial_panel,
    spatial_placebo,
    threshold,
)
from analysis.inference.form.threshold_numerics import critical_distance
from analysis.models import SpatialWeights, Specification
from tests.inference.events.events_panels import STARTS, design_of, long_frame, walk

ORANGE = "#b4500f"


def axes(picture):
    picture.svg()
    return picture.figure.axes[0]


def segments(ax):
    return [s for c in ax.collections if hasattr(c, "get_segments") for s in c.get_segments()]


@pytest.fixture(scope="module")
def event(make_panel):
    panel = make_panel(long_frame(walk(STARTS, effect=2.0)))
    return panel, design_of(STARTS)


def test_event_path_takes_the_path_of_a_study(event):
    panel, design = event
    path = event_study(design, "y", panel).tidy()
    ax = axes(event_path(path, "years", "y"))
    free = path[~path["reference"]]
    bars = sorted(s[:, 1].tolist() for s in segments(ax))
    assert bars == sorted(free[["low", "high"]].to_numpy().tolist())
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert band.max() == pytest.approx(path["band_high"].max())
    opened = [line for line in ax.lines if line.get_markerfacecolor() == "#ffffff"]
    assert opened[0].get_xdata().tolist() == path.loc[path["reference"], "event_time"].tolist()
    shade = ax.patches[0]
    assert shade.get_x() + shade.get_width() == -0.5
    low, high = ax.get_ylim()
    assert low < 0 < high


def test_event_path_by_year_without_a_band():
    path = pd.DataFrame({"year": [2018, 2020, 2019], "estimate": [0.1, 0.6, 0.3],
                         "low": [-0.1, 0.4, 0.1], "high": [0.3, 0.8, 0.5]})  # fmt: skip
    ax = axes(event_path(path, "year", "gap", start=2019, since="after"))
    assert ax.patches[0].get_x() + ax.patches[0].get_width() == 2018.5
    assert ax.get_ylim()[0] < 0
    assert "band" not in ax.get_xlabel()
    assert "reference" not in ax.get_xlabel()
    assert len(segments(ax)) == 3


def test_permutation_takes_the_distribution_of_a_test(event):
    panel, design = event
    found = randomisation_test(design, "y", panel, draws=199)
    ax = axes(permutation(found.distribution, found.observed, "effect", found.p))
    heights = sum(p.get_height() for p in ax.patches)
    assert heights == len(found.distribution)
    dark = sum(p.get_height() for p in ax.patches if p.get_facecolor()[0] < 0.5)
    assert dark == (np.abs(found.distribution) >= abs(found.observed)).sum()
    assert f"{found.observed:+.2f}" in ax.texts[0].get_text().replace("−", "-")


@pytest.mark.parametrize("observed", [0.0, 0.31, -0.31, 4.0])
def test_no_bar_of_a_permutation_is_half_dark(observed):
    values = np.random.default_rng(2).normal(size=600)
    ax = axes(permutation(np.append(values, np.nan), observed, "effect"))
    assert sum(p.get_height() for p in ax.patches) == 600
    dark = sum(p.get_height() for p in ax.patches if p.get_facecolor()[0] < 0.5)
    assert dark == (np.abs(values) >= abs(observed)).sum()
    assert "1 without a value left out" in ax.get_xlabel()
    assert ax.get_xlim()[0] < observed < ax.get_xlim()[1]


def test_threshold_marks_exactly_what_the_test_accepts(make_panel, full_panel):
    frame = full_panel.frame
    step = frame["a"].groupby(level=0).shift(1) * (frame["c"].groupby(level=0).shift(1) > 0.3)
    panel = make_panel(frame.assign(y=frame["y"] + 1.5 * step.fillna(0)))
    found = threshold(Specification("y", ["a"]), panel, "c", draws=99)
    critical = critical_distance(found.level)
    picture = threshold_likelihood(
        found.path, found.gamma, found.gamma_low, found.gamma_high, critical, "c", frame["c"]
    )
    ax = axes(picture)
    curve = max(ax.lines, key=lambda line: len(line.get_xdata()) * (line.get_linestyle() == "-"))
    assert curve.get_xdata().tolist() == sorted(found.path["gamma"])
    assert critical in [line.get_ydata()[0] for line in ax.lines if line.get_color() == ORANGE]
    assert f"{found.gamma:.2f}" in ax.texts[1].get_text().replace("−", "-")
    rug = [line for line in ax.lines if line.get_marker() == "|"]
    assert len(rug[0].get_xdata()) == len(frame)


def test_every_stretch_of_a_torn_accepted_set_is_marked():
    path = pd.DataFrame({"gamma": [0, 1, 2, 3, 4, 5, 6], "lr": [9, 0, 2, 9, 9, 5, 20.0]})
    ax = axes(threshold_likelihood(path, 1, 1, 5, 7.35, "q"))
    spans = [(p.get_x(), p.get_x() + p.get_width()) for p in ax.patches]
    assert spans == [(0.5, 2.5), (4.5, 5.5)]


def test_spatial_takes_estimates_and_placebos_as_they_come(make_panel):
    rng, names = np.random.default_rng(5), [f"e{i:02d}" for i in range(16)]
    raw = np.roll(np.eye(16), 1, axis=1) + np.roll(np.eye(16), -1, axis=1)
    index = pd.MultiIndex.from_product([names, range(2001, 2009)], names=["entity", "year"])
    panel = make_panel(pd.DataFrame(rng.normal(size=(128, 2)), index=index, columns=["y", "x"]))
    spec, ring = Specification("y", ("x",), lag=0), SpatialWeights("ring", tuple(names), raw)
    estimate = spatial_panel(spec, panel, ring)
    rows = estimate.tidy().assign(weights="ring")
    false = spatial_placebo(spec, panel, ring, maps=20)
    both = pd.concat([rows, rows.assign(weights="road")])
    both = both[both["kind"] != "coefficient"]
    ax = axes(spatial_effects(both, "SD", {"ring": false.drawn}))
    bars = [s[:, 0].tolist() for s in segments(ax)]
    wanted = [[e.low, e.high] for e in estimate.effects]
    assert sorted(bars) == sorted(wanted * 2)
    hills = [c for c in ax.collections if not hasattr(c, "get_segments")]
    assert len(hills) == 3
    low, high = ax.get_xlim()
    assert low < 0 < high
    one = axes(spatial_effects(rows, "SD"))
    assert len(segments(one)) == 3, "coefficients are no effects"


def test_spatial_refuses_what_it_cannot_show():
    rows = pd.DataFrame({"weights": "m", "kind": "direct", "term": ["a", "b"], "estimate": 0.1,
                         "low": 0.0, "high": 0.2})  # fmt: skip
    with pytest.raises(SpecificationError, match="one term at a time"):
        spatial_effects(rows, "SD")
    many = rows.iloc[[0] * 5].assign(weights=list("abcde"))
    with pytest.raises(SpecificationError, match="5 maps are too many"):
        spatial_effects(many, "SD")


def _contrast(found):
    return {name: getattr(found, name) for name in ("estimate", "low_cr3", "high_cr3")}


def test_responses_take_local_projections(full_panel):
    found = local_projections(Specification("y", ["a"]), full_panel, "a")
    rows = found.tidy()
    ax = axes(responses(rows, "years", "y", found.early, found.late, _contrast(found.contrast)))
    bars = sorted(s[:, 1].tolist() for s in segments(ax) if s[0, 0] == s[1, 0])
    wanted = rows[["low", "high"]].to_numpy().tolist()
    wanted += rows[["low_cr3", "high_cr3"]].to_numpy().tolist()
    assert bars == sorted(wanted)
    means = [s[0, 1] for s in segments(ax) if s[0, 0] != s[1, 0]]
    assert means[1] - means[0] == pytest.approx(found.contrast.estimate)
    assert f"{found.contrast.estimate:+.2f}" in ax.get_title("left").replace("−", "-")
    low, high = ax.get_ylim()
    assert low < min(0, rows["low_cr3"].min())
    assert high > max(0, rows["high_cr3"].max())


def test_responses_without_cr3_or_contrast(full_panel):
    found = local_projections(Specification("y", ["a"]), full_panel, "a")
    rows = found.tidy()[["horizon", "estimate", "low", "high"]]
    ax = axes(responses(rows, "years", "y", contrast=None))
    assert not ax.get_title("left")
    assert "CR3" not in ax.get_xlabel()
    turned = {"estimate": -0.5, "low_cr3": -0.75, "high_cr3": -0.25}
    title = axes(responses(rows, "years", "y", contrast=turned)).get_title("left")
    assert title == "late less early: −0.50 [−0.75, −0.25]"


def test_charts_take_results_as_methods_give_them(full_panel, event):
    spec = Specification("y", ["a"])
    found = local_projections(spec, full_panel, "a")
    panel, design = event
    study = event_study(design, "y", panel)
    lags = distributed_lags(Specification("y", ["a"]), full_panel, "a", lags=(0, 1))
    columns = estimate_columns(spec, full_panel, ("two_way",))
    for result, draw in (
        (found, lambda rows: responses(rows, "years", "y")),
        (study, lambda rows: event_path(rows, "years", "y")),
        (lags, lambda rows: lag_profiles({"all": rows}, "years", "y")),
        (columns, lambda rows: interval_rows(rows, "y")),
    ):
        assert draw(result).svg() == draw(result.tidy()).svg()
    ax = axes(interval_rows(columns, "y"))
    assert [t.get_text() for t in ax.get_yticklabels()] == list(columns.tidy()["label"])
    assert "thin: 95% CR3" in ax.get_xlabel()
    both = axes(
        interval_rows(estimate_columns(spec, full_panel, ("two_way", "entity_trends")), "y")
    )
    assert {"two way", "entity trends"} <= {t.get_text() for t in both.texts}
    assert len({line.get_marker() for line in both.lines} & {"o", "s"}) == 2
