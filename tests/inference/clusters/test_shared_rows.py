"""Many regressions from arrays against each regression on its own, and against leaving rows out."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.inference import cr3, estimate, influence, wild
from analysis.inference.clusters.deletions import deletions
from analysis.inference.clusters.shared_rows import share_rows
from analysis.inference.clusters.wild_scores import at_null, choose_weights, invert, p_values
from analysis.models import Sample, Specification, estimation_rows
from analysis.models.design import build_design

EFFECTS = ("two_way", "region_year", "entity_trends")
SPECS = {
    "plain": Specification("y", ("a",)),
    "several": Specification("y", ("a", "b", "c"), interactions=(("a", "b"),), lags={"b": 0}),
    "initial": Specification("y", ("a", "b"), initial=("c",)),
}


def designed(spec, panel):
    rows = estimation_rows(spec, panel)
    return build_design(spec, panel, rows)


def solved(spec, panel):
    design = designed(spec, panel)
    return share_rows(design).slopes(design.y[None], design.x[None], errors_without=True)


def without(spec, name):
    return replace(spec, sample=Sample(exclude_entities=(name,)))


@pytest.fixture(params=[(s, e) for s in SPECS for e in EFFECTS], ids=lambda p: f"{p[0]}-{p[1]}")
def spec(request):
    name, effects = request.param
    return SPECS[name].with_effects(effects)


def test_slopes_errors_and_effective_clusters_are_those_of_an_estimate(spec, panel):
    found, one = solved(spec, panel), estimate(spec, panel)
    fitted, line = one.fitted, one.coefficient("a")
    jackknife = cr3(fitted.x_nested, fitted.y_nested, fitted.clusters, fitted.nuisance)
    assert found.estimate[0] == pytest.approx(line.estimate, rel=1e-9)
    assert found.se[0] == pytest.approx(line.se, rel=1e-9)
    assert found.se_cr3[0] == pytest.approx(line.se_cr3, rel=1e-8)
    assert found.se_cr3[0] == pytest.approx(np.sqrt(jackknife.covariance[0, 0]), rel=1e-8)
    np.testing.assert_allclose(found.without[0], influence(one).without[:, 0], rtol=1e-8)
    assert found.effective[0] == pytest.approx(influence(one).effective[0], rel=1e-9)


def test_what_is_left_without_a_cluster_is_an_estimate_on_the_other_rows(spec, panel):
    found, design = solved(spec, panel), designed(spec, panel)
    kept = design.index.get_level_values(0)
    # A product is centred on the rows of its regression, and leaving out a firm may leave another
    # alone in its region and year: there the same rows are solved with all columns spelled out.
    by_hand = bool(spec.interactions) or spec.effects == "region_year"
    for h, name in enumerate(design.cluster_labels):
        line = None if by_hand else estimate(without(spec, name), panel).coefficient("a")
        theirs = fitted_by_hand(design, kept != name) if by_hand else (line.estimate, line.se)
        assert (found.without[0, h], found.se_without[0, h]) == pytest.approx(theirs, rel=1e-7)


def fitted_by_hand(design, rest):
    """Slope and CR1 error of the first term by least squares on columns spelled out."""
    effects = np.column_stack([a.columns() for a in design.absorbed])[rest]
    x = np.column_stack([design.x[rest], effects])
    inverse = np.linalg.pinv(x, rcond=1e-11)
    residual = design.y[rest] - x @ (inverse @ design.y[rest])
    clusters = design.clusters[rest]
    groups, n = len(set(clusters)), len(residual)
    scores = [inverse[0, clusters == g] @ residual[clusters == g] for g in sorted(set(clusters))]
    # A cell that has lost all its rows still counts as the parameter that it was on all rows.
    parameters = design.free + design.x.shape[1]
    factor = groups / (groups - 1) * (n - 1) / (n - parameters)
    return (inverse @ design.y[rest])[0], np.sqrt(factor * np.square(scores).sum())


def test_p_and_interval_of_the_bootstrap_are_those_of_wild(spec, panel):
    scores = solved(spec, panel).scores[0]
    theirs = wild(estimate(spec, panel), "a", draws=499)
    weights = choose_weights("auto", len(scores.labels), 499, theirs.weights.seed)
    assert weights == theirs.weights
    moments = np.concatenate([scores.moments(w) for w in weights.chunks()], axis=1)
    p, strict = p_values(scores, *at_null(moments, 0.0), 0.0, weights)
    assert (p, strict) == (theirs.p, theirs.p_strict)
    ends = invert(scores, moments, weights, 0.05)
    assert ends == pytest.approx((theirs.low, theirs.high), abs=1e-4 * theirs.se)
    assert (scores.estimate, scores.se) == pytest.approx((theirs.estimate, theirs.se), rel=1e-9)


def test_several_regressions_at_once_are_each_one_by_itself(panel):
    design = designed(SPECS["several"].with_effects("region_year"), panel)
    rng = np.random.default_rng(3)
    y = np.stack([design.y, rng.normal(size=len(design.y)), 1e6 * design.y + 5e7])
    x = np.stack([design.x, design.x + rng.normal(size=design.x.shape), design.x * 1e-4])
    rows = share_rows(design)
    together = rows.slopes(y, x, errors_without=True)
    weights = choose_weights("auto", len(rows.labels), 99, 1)
    for i in range(3):
        alone = rows.slopes(y[[i]], x[[i]], errors_without=True)
        for name in ("estimate", "se", "se_cr3", "without", "se_without", "effective"):
            np.testing.assert_allclose(getattr(together, name)[i], getattr(alone, name)[0], 1e-9)
        one, two = (s.squares(0.0, next(weights.chunks())) for s in (together.scores[i],
                                                                     alone.scores[0]))  # fmt: skip
        np.testing.assert_allclose(one, two, rtol=1e-7)
    # Other units scale a slope and change nothing else.
    assert together.estimate[2] == pytest.approx(1e10 * together.estimate[0], rel=1e-6)
    assert together.effective[2] == pytest.approx(together.effective[0], rel=1e-6)


@pytest.mark.parametrize("effects", EFFECTS)
def test_another_term_that_is_absorbed_or_repeated_counts_for_nothing(effects, panel):
    design = designed(SPECS["plain"].with_effects(effects), panel)
    years = design.index.get_level_values(1).to_numpy(dtype=float)
    rows = share_rows(design)
    plain = rows.slopes(design.y[None], design.x[None], errors_without=True)
    other = np.random.default_rng(1).normal(size=len(years))
    held = rows.slopes(
        design.y[None], np.column_stack([design.x, other])[None], errors_without=True
    )
    for base, more in (
        (plain, [design.x, years**2]),
        (plain, [design.x, design.clusters.astype(float), years]),
        (held, [design.x, other, 3 * other + years, 5.0 + 0 * other]),
    ):
        found = rows.slopes(design.y[None], np.column_stack(more)[None], errors_without=True)
        for name in ("estimate", "se", "se_cr3", "without", "se_without", "effective"):
            np.testing.assert_allclose(getattr(found, name), getattr(base, name), rtol=1e-6)
        one, two = found.scores[0], base.scores[0]
        weights = next(choose_weights("auto", len(rows.labels), 99, 1).chunks())
        np.testing.assert_allclose(one.squares(0.1, weights), two.squares(0.1, weights), rtol=1e-6)


@pytest.mark.parametrize("effects", EFFECTS)
@pytest.mark.parametrize("others", [0, 1])
def test_a_focal_term_that_is_absorbed_is_nan_and_no_figure(effects, others, panel):
    design = designed(SPECS["several"].with_effects(effects), panel)
    years = design.index.get_level_values(1).to_numpy(dtype=float)
    rows = share_rows(design)
    for column in (years, design.clusters * 1.0, 7.0 + 0 * years):
        x = np.column_stack([column, design.x[:, :others]])
        found = rows.slopes(design.y[None], x[None], errors_without=True)
        for name in ("estimate", "se", "se_cr3", "without", "se_without", "effective"):
            assert np.isnan(getattr(found, name)).all(), name
        assert np.isnan([found.scores[0].estimate, found.scores[0].se]).all()


@pytest.mark.parametrize("effects", EFFECTS)
def test_a_term_that_one_cluster_alone_moves_has_no_slope_without_it(effects, panel):
    design = designed(SPECS["plain"].with_effects(effects), panel)
    column = np.where(design.clusters == 4, design.x[:, 0], 0.0)
    found = share_rows(design).slopes(design.y[None], column[None, :, None], errors_without=True)
    assert np.isfinite(found.estimate[0])
    assert np.isnan(found.without[0, 4])
    assert np.isnan(found.se_without[0, 4])
    assert np.isnan(found.se_cr3[0])
    assert np.isfinite(np.delete(found.without[0], 4)).all()
    # As another term it leaves the slopes as they are, but a jackknife of both does not exist.
    both = np.column_stack([design.x, column])[None]
    found = share_rows(design).slopes(design.y[None], both)
    assert np.isfinite(found.without).all()
    assert np.isnan(found.se_cr3[0])


@pytest.mark.parametrize("effects", EFFECTS)
def test_a_focal_term_that_others_make_up_is_nan_and_one_beside_such_is_not(effects, panel):
    design = designed(SPECS["several"].with_effects(effects), panel)
    years = design.index.get_level_values(1).to_numpy(dtype=float)
    a, b, c = design.x[:, :3].T
    rows = share_rows(design)
    for columns in ([a, 2 * a + years], [a, b, a + b], [a + b - c, a, b, c]):
        found = rows.slopes(design.y[None], np.column_stack(columns)[None])
        assert np.isnan([*found.estimate, *found.se, *found.se_cr3, *found.effective]).all()
        assert np.isnan(found.without).all()
        assert found.rank[0] == len(columns) - 1
    beside = rows.slopes(design.y[None], np.column_stack([a, b, c, b + c])[None])
    plain = rows.slopes(design.y[None], np.column_stack([a, b, c])[None])
    assert beside.estimate == pytest.approx(plain.estimate, rel=1e-9)
    assert (beside.rank[0], plain.rank[0]) == (3, 3)


def test_sds_are_counted_around_entity_and_year_effects_alone(panel):
    spec = SPECS["initial"]
    design = designed(spec, panel)
    columns = np.column_stack([design.y, design.x])[None]
    plain, n = share_rows(design, levels_only=True), len(design.y)
    np.testing.assert_allclose(
        plain.within_sd(columns)[0], design.within_sd * np.sqrt((n - 1) / n), rtol=1e-9
    )
    trends = designed(spec.with_effects("entity_trends"), panel)
    np.testing.assert_allclose(
        share_rows(trends, levels_only=True).within_sd(columns), plain.within_sd(columns), rtol=1e-9
    )
    assert (share_rows(design).within_sd(columns) < plain.within_sd(columns)).all()


def test_sds_without_a_cluster_are_those_of_the_rows_that_are_left(panel):
    spec = SPECS["several"]
    design = designed(spec, panel)
    columns = np.column_stack([design.y, design.x[:, :3]])[None]
    found = share_rows(design, levels_only=True).sd_without(columns)
    for h, name in enumerate(design.cluster_labels):
        theirs = designed(without(spec, name), panel)
        n = len(theirs.y)
        np.testing.assert_allclose(
            found[0, h], theirs.within_sd[:4] * np.sqrt((n - 1) / n), rtol=1e-8
        )


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("effects", ["two_way", "entity_trends"])
def test_deletions_are_estimates_on_a_sample_without_each_entity_in_its_own_sds(
    name, effects, panel
):
    spec = SPECS[name].with_effects(effects)
    term = "c" if name == "several" else "a"
    table = deletions(spec, panel, term)
    assert list(table["cluster"]) == sorted(REGION_NAMES)
    for row in table.itertuples():
        line = estimate(without(spec, row.cluster), panel).coefficient(term)
        assert row.estimate == pytest.approx(line.estimate * line.scale, rel=1e-7)
        assert row.se == pytest.approx(line.se * line.scale, rel=1e-7)
        assert row.p == pytest.approx(line.p, rel=1e-6)


REGION_NAMES = [f"e{i:02d}" for i in range(12)]


def test_deletions_share_the_rows_of_all_columns(panel):
    spec = SPECS["plain"]
    frame = panel.frame.copy()
    frame.loc["e00", "y"] = np.where(np.isin(range(2001, 2012), (2004, 2008)), 1.0, np.nan)
    frame.loc["e00", "a"] = np.arange(11.0) ** 2  # two rows: too few for a trend
    thin = replace(panel, frame=frame)
    alone, shared = deletions(spec, thin, "a"), deletions(spec, thin, "a", EFFECTS)
    assert "e00" in set(alone["cluster"])
    assert "e00" not in set(shared["cluster"])
    both = deletions(without(spec, "e00"), thin, "a", EFFECTS)
    np.testing.assert_allclose(shared["estimate"], both["estimate"], rtol=1e-10)


def test_one_entity_that_makes_the_sds_does_not_decide_how_large_other_estimates_look(panel):
    frame = panel.frame.copy()
    frame.loc["e05", "a"] = 40 * frame.loc["e05", "a"].to_numpy()
    table = deletions(SPECS["plain"], replace(panel, frame=frame), "a").set_index("cluster")
    as_it_was = deletions(SPECS["plain"], panel, "a").set_index("cluster")
    assert table.loc["e05", "estimate"] == pytest.approx(as_it_was.loc["e05", "estimate"])


@pytest.mark.parametrize("narrow", [48, 0])
def test_thousands_of_clusters_are_left_out_by_products_with_the_same_answer(
    spec, panel, monkeypatch, narrow
):
    plain, one = solved(spec, panel), estimate(spec, panel)
    for where in ("inference.clusters.shared_rows._CELLS", "models.scaling._CELLS",
                  "models.design._MANY"):  # fmt: skip
        monkeypatch.setattr(f"analysis.{where}", 0)
    monkeypatch.setattr("analysis.inference.clusters.shared_rows._NARROW", narrow)
    large, other = solved(spec, panel), estimate(spec, panel)
    for name in ("estimate", "se", "se_cr3", "without", "se_without", "effective"):
        np.testing.assert_allclose(getattr(large, name), getattr(plain, name), rtol=1e-7)
    assert other.parameters == one.parameters
    for name in ("estimate", "se", "se_cr3", "lowest", "highest"):
        theirs = getattr(one.coefficient("a"), name)
        assert getattr(other.coefficient("a"), name) == pytest.approx(theirs, rel=1e-7)
