# ruff: noqa: PD011, PD101
import numpy as np
import pandas as pd
import pytest

from analysis.claims.families import FAMILIES, Figures, figures_of, seed_of
from analysis.claims.families.movement import (
    Split,
    TwoWay,
    correlation,
    fill_gaps,
    persistence,
    root,
)
from analysis.errors import AnalysisError, UnknownNameError

REGIONS = {f"e{i:02d}": "abbcccabcabccbbcac"[i] for i in range(18)}
MOVED = ("walk", "region_trend", "entity_trend", "autoregressive")
NAMES = ("even", "alike", "late", "gaps", "without", "national")
NATIONAL = NAMES.index("national")


def invented_frame():
    """Series of every kind: even, of another size, starting late, with gaps, without an entity."""
    rng = np.random.default_rng(5)
    shocks = rng.normal(size=(5, 18, 14))
    shocks[1] = 0.8 * shocks[0] + 0.6 * shocks[1]
    own = shocks.copy()
    for year in range(1, 14):
        own[:, :, year] += 0.7 * own[:, :, year - 1]
    values = own + rng.normal(size=(5, 18, 1)) * 3 + rng.normal(size=(5, 1, 14)).cumsum(axis=2)
    values[1] *= 1e6
    values[2, :9, :4] = np.nan
    values[2, 17, 12:] = np.nan
    values[3, :, 6] = np.nan
    values[3, 4, 9:11] = np.nan
    values[3, :, 0] = np.nan
    values[4, 7] = np.nan
    values[4, 3, 2] = np.nan
    national = np.broadcast_to(rng.normal(size=14), (1, 18, 14))
    index = pd.MultiIndex.from_product([list(REGIONS), range(2001, 2015)], names=["entity", "year"])
    stacked = np.concatenate([values, national]).reshape(6, -1).T
    return pd.DataFrame(stacked, index=index, columns=list(NAMES))


@pytest.fixture(scope="module")
def figures(make_panel):
    return figures_of(make_panel(invented_frame(), REGIONS), NAMES)


@pytest.fixture(scope="module")
def drawn(figures):
    """Two hundred panels of each family."""
    made = {}
    for name, family in FAMILIES.items():
        draw = family.prepare(figures)
        made[name] = np.array([draw(seed_of(name, number)) for number in range(200)])
    return made


def split(values):
    """Means, path and size of the own movement by least squares on dummies, series by series."""
    out = []
    for series in values:
        seen = ~np.isnan(series)
        i, t = np.nonzero(seen)
        dummies = np.column_stack([i[:, None] == range(18), t[:, None] == range(14)]).astype(float)
        fitted = dummies @ np.linalg.lstsq(dummies, series[seen], rcond=None)[0]
        fit = np.full(series.shape, np.nan)
        fit[seen] = fitted
        out.append((fit, np.sqrt(((series[seen] - fitted) ** 2).mean())))
    return np.array([fit for fit, _ in out]), np.array([size for _, size in out])


def own_of(values, figures):
    """The own movement of every panel at size 1, zero where nothing is observed."""
    two_way = TwoWay.over(~np.isnan(figures.values))
    held = (two_way.remainder(np.nan_to_num(panel)) for panel in values)
    return np.array([x / np.maximum(two_way.size(x), 1e-9) for x in held])


def test_figures_stand_in_the_order_of_the_panel(make_panel, figures):
    frame = invented_frame()
    assert figures.values.shape == (6, 18, 14)
    assert figures.values[2, 16, 3] == frame.loc[("e16", 2004), "late"]
    assert figures.entities == tuple(REGIONS)
    codes = pd.Series(figures.regions, index=list(REGIONS))
    assert (codes.groupby(REGIONS).nunique() == 1).all()
    assert codes.nunique() == 3
    assert figures_of(make_panel(frame), NAMES).regions is None
    with pytest.raises(UnknownNameError, match="late"):
        figures_of(make_panel(frame), ["latte"])


@pytest.mark.parametrize("name", ["dealt", "dealt_regions"])
def test_histories_are_dealt_whole_and_together(name, figures, drawn):
    moved = 0
    for panel in drawn[name]:
        source = [
            next(
                j
                for j in range(18)
                if np.array_equal(panel[:, i], figures.values[:, j], equal_nan=True)
            )
            for i in range(18)
        ]
        assert sorted(source) == list(range(18))
        if name == "dealt_regions":
            assert (figures.regions[source] == figures.regions).all()
        moved += (np.array(source) != np.arange(18)).sum()
    # A permutation of n things leaves one in its place on average: 17 of 18, or 15 in three regions
    assert moved / 200 == pytest.approx(17 if name == "dealt" else 15, abs=0.3)


@pytest.mark.parametrize("name", MOVED)
def test_figures_are_missing_where_the_real_ones_are(name, figures, drawn):
    assert (np.isnan(drawn[name]) == np.isnan(figures.values)).all()


@pytest.mark.parametrize("name", FAMILIES)
def test_a_national_series_is_left_as_it_is(name, figures, drawn):
    assert (drawn[name][:, NATIONAL] == figures.values[NATIONAL]).all()
    assert not np.allclose(drawn[name][0, 0], figures.values[0])


@pytest.mark.parametrize("name", ["walk", "region_trend", "autoregressive"])
def test_means_path_and_within_variance_are_the_real_ones(name, figures, drawn):
    fit, size = split(figures.values)
    for panel in drawn[name][:3]:
        found, spread = split(panel)
        np.testing.assert_allclose(spread[:5], size[:5], rtol=1e-10)
        for k in range(6):
            np.testing.assert_allclose(found[k], fit[k], atol=1e-10 * np.nanmax(abs(fit[k])))
        even = figures.values[0]
        np.testing.assert_allclose(panel[0].mean(axis=0), even.mean(axis=0), atol=1e-10)
        np.testing.assert_allclose(panel[0].mean(axis=1), even.mean(axis=1), atol=1e-10)


def test_entity_trends_keep_path_and_variance_and_deal_the_means_out_together(figures, drawn):
    real, size = Split(figures.values), split(figures.values)[1]
    places = []
    for panel in drawn["entity_trend"]:
        made = Split(panel)
        np.testing.assert_allclose(made.spread[:5, 0, 0], size[:5], rtol=1e-10)
        scale = np.abs(real.means).max(axis=1, keepdims=True)
        np.testing.assert_allclose(made.path / scale, real.path / scale, atol=1e-10)
        means, dealt = real.means / scale, made.means / scale
        np.testing.assert_allclose(np.sort(dealt), np.sort(means), atol=1e-10)
        source = np.abs(dealt[0][:, None] - means[0]).argmin(axis=1)
        np.testing.assert_allclose(dealt[1:4], means[1:4, source], atol=1e-10)
        places.append(source)
    assert (np.array(places) == np.arange(18)).sum() / 200 == pytest.approx(1, abs=0.3)


@pytest.mark.parametrize(("name", "groups"), [("region_trend", "regions"), ("entity_trend", None)])
def test_a_trend_has_half_of_the_within_variance(name, groups, figures, drawn):
    groups = figures.regions if groups else np.arange(18)
    trends = ((groups[:, None] == np.unique(groups))[:, None] * np.arange(14)[:, None]).reshape(
        18 * 14, -1
    )
    cells = pd.DataFrame(trends, dtype=float)
    two_way = TwoWay.over(np.ones((cells.shape[1], 18, 14), dtype=bool))
    trends = two_way.remainder(cells.to_numpy().T.reshape(-1, 18, 14)).reshape(-1, 18 * 14).T

    def explained(family):
        even = own_of(drawn[family], figures)[:, 0].reshape(200, -1).T
        fitted = trends @ np.linalg.lstsq(trends, even, rcond=None)[0]
        return (fitted**2).mean(axis=0)

    with_trend, walks = explained(name), explained("walk")
    assert (with_trend >= 0.5 - 1e-10).all()
    # The walk beside it has its usual share of such trends.
    assert with_trend.mean() == pytest.approx(0.5 + 0.5 * walks.mean(), abs=0.05)


@pytest.mark.parametrize("name", ["walk", "autoregressive"])
def test_steps_correlate_across_series_as_the_real_ones(name, figures, drawn):
    real = Split(figures.values)
    rho = 1.0 if name == "walk" else persistence(real.own, real.filled)
    aim = real.together(rho)
    made = [Split(panel).together(rho) for panel in drawn[name]]
    found = np.mean([factor @ factor.T for factor in made], axis=0)
    np.testing.assert_allclose(found[:5, :5], (aim @ aim.T)[:5, :5], atol=0.06)
    assert (aim @ aim.T)[0, 1] > 0.6


def test_walks_are_independent_over_years_and_entities(figures, drawn):
    steps = np.diff(own_of(drawn["walk"], figures)[:, 0], axis=2)
    steps /= steps.std()
    assert (steps[..., 1:] * steps[..., :-1]).mean() == pytest.approx(0, abs=0.03)
    between = np.einsum("pit,pjt->ij", steps, steps) / steps[:, 0].size
    apart = between[~np.eye(18, dtype=bool)]
    np.testing.assert_allclose(apart, -1 / 17, atol=0.08)  # the years' mean is taken out


def test_autoregressions_have_the_estimated_persistence(figures, drawn):
    real = Split(figures.values)
    aim = persistence(real.own, real.filled)
    assert aim[:2] == pytest.approx(0.7, abs=0.15)
    found = []
    for panel in drawn["autoregressive"]:
        made = Split(panel)
        found.append(persistence(made.own, made.filled))
    assert np.mean(found, axis=0)[:5] == pytest.approx(aim[:5], abs=0.06)


def test_persistence_is_corrected_for_short_panels_and_capped():
    rng = np.random.default_rng(3)
    own = rng.normal(size=(200, 40, 9))
    own[:, :, 0] /= 0.8
    for year in range(1, 9):
        own[:, :, year] += 0.6 * own[:, :, year - 1]
    assert persistence(own, np.ones(own.shape, dtype=bool)).mean() == pytest.approx(0.6, abs=0.02)
    walks = rng.normal(size=(200, 40, 9)).cumsum(axis=2)
    assert persistence(walks, np.ones(own.shape, dtype=bool)).max() == 0.98


def test_autoregressions_depend_across_entities_as_the_real_ones():
    rng = np.random.default_rng(8)
    shocks = rng.normal(size=(8, 18, 14))
    shocks[:, 1] = 0.2 * shocks[:, 1] + shocks[:, 0]
    draw = FAMILIES["autoregressive"].prepare(Figures(tuple("abcdefgh"), shocks, ("e",) * 18))
    pairs, others = [], []
    for number in range(100):
        between = correlation(*_by_entity(draw(seed_of("autoregressive", number))))
        pairs.append(between[0, 1])
        others.append(between[0, 2:].mean())
    assert np.mean(pairs) == pytest.approx(0.75 * 0.97, abs=0.06)  # shrunk by a quarter
    assert abs(np.mean(others)) < 0.15


def _by_entity(values):
    real = Split(values)
    return (
        x.swapaxes(0, 1).reshape(18, -1) for x in real.steps(persistence(real.own, real.filled))
    )


def test_a_panel_has_its_own_seed_whatever_comes_before(figures):
    draw = FAMILIES["walk"].prepare(figures)
    first = draw(seed_of("walk", 7))
    draw(seed_of("walk", 8))
    again = FAMILIES["walk"].make(figures, seed_of("walk", 7))
    np.testing.assert_array_equal(again, first)
    assert not np.allclose(draw(seed_of("walk", 8))[0], first[0])
    assert not np.allclose(draw(seed_of("walk", 7, seed=1))[0], first[0])
    numbers = {seed_of(name, panel).random() for name in FAMILIES for panel in range(20)}
    assert len(numbers) == 6 * 20
    with pytest.raises(UnknownNameError, match="did you mean walk"):
        seed_of("wallk", 0)


def test_drawing_leaves_the_real_figures_alone(figures):
    before = figures.values.copy()
    for name, family in FAMILIES.items():
        family.make(figures, seed_of(name, 0))
    np.testing.assert_array_equal(figures.values, before)


def test_only_families_inside_regions_need_them_and_say_so(make_panel):
    without = figures_of(make_panel(invented_frame()), NAMES)
    assert [n for n, f in FAMILIES.items() if f.needs_regions] == ["dealt_regions", "region_trend"]
    for name, family in FAMILIES.items():
        if family.needs_regions:
            sentence = rf"'{name}' needs regions .* add a region column"
            with pytest.raises(AnalysisError, match=sentence):
                family.prepare(without)
        else:
            assert family.make(without, seed_of(name, 0)).shape == without.values.shape


def test_a_single_region_leaves_all_variance_to_the_walk(figures):
    one = Figures(figures.names, figures.values, figures.entities, np.zeros(18, dtype=int))
    made = FAMILIES["region_trend"].make(one, seed_of("region_trend", 0))
    np.testing.assert_allclose(split(made)[1][:5], split(figures.values)[1][:5], rtol=1e-10)


def test_series_with_little_in_them_stay_what_they_are(figures):
    """Fixed over time, seen in one year, seen for one entity, seen nowhere."""
    values = figures.values[:4].copy()
    values[0] = values[0, :, :1]
    values[1, :, 1:] = np.nan
    values[2, 1:] = np.nan
    values[3] = np.nan
    few = Figures(NAMES[:4], values, figures.entities, figures.regions)
    for name in ("walk", "region_trend", "autoregressive"):
        made = FAMILIES[name].make(few, seed_of(name, 0))
        np.testing.assert_allclose(made, values, rtol=1e-9)
    lone = FAMILIES["dealt"].make(few, seed_of("dealt", 0))[2]
    assert (~np.isnan(lone)).any(axis=1).sum() == 1
    assert np.isnan(lone[0]).all()


def test_one_free_movement_keeps_its_variance():
    two = Figures(("x",), np.array([[[1.0, 2.0], [3.0, 5.0]]]), ("e", "f"), np.arange(2))
    for name in MOVED:
        made = FAMILIES[name].make(two, seed_of(name, 0))
        assert abs(made[0, 0, 0] - made[0, 0, 1] - made[0, 1, 0] + made[0, 1, 1]) == pytest.approx(
            1
        )


@pytest.mark.parametrize("name", FAMILIES)
def test_units_do_not_matter(name, figures):
    small = Figures(figures.names, 1e-9 * figures.values, figures.entities, figures.regions)
    made, expected = (FAMILIES[name].make(f, seed_of(name, 0)) for f in (small, figures))
    np.testing.assert_allclose(1e9 * made, expected, rtol=1e-6, atol=1e-9)


def test_gaps_inside_a_history_are_filled_on_a_line():
    values = np.array([[0.0, 1.0, 0.0, 0.0, 4.0, 0.0]])
    filled, inside = fill_gaps(values, np.array([[False, True, False, False, True, False]]))
    np.testing.assert_allclose(filled, [[0, 1, 2, 3, 4, 0]])
    assert inside.tolist() == [[False, True, True, True, True, False]]


def test_correlations_that_contradict_each_other_are_made_possible():
    odd = np.array([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]])
    found = root(odd) @ root(odd).T
    assert np.linalg.eigvalsh(found).min() > -1e-12
    np.testing.assert_allclose(np.diag(found), 1)
    assert (np.sign(found) == np.sign(odd)).all()


def test_every_family_says_what_it_keeps_and_draws():
    assert list(FAMILIES) == ["dealt", "dealt_regions", *MOVED]
    for name, family in FAMILIES.items():
        assert family.name == name
        assert family.keeps.endswith(".")
        assert family.draws.endswith(".")
        assert len(family.label.split()) <= 6
