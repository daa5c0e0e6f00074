"""The restricted wild cluster bootstrap against R and against re-estimation draw by draw."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference import estimate, wild, wild_draws
from analysis.inference.clusters.wild_scores import Weights, choose_weights
from analysis.models import Sample, Specification, fit


@pytest.fixture(scope="module")
def by_year(grunfeld, make_panel):
    """Grunfeld with years as entities, so that year effects are absorbed and firms cluster."""
    frame = grunfeld.frame.reset_index()
    frame["firm"] = pd.factorize(frame["entity"])[0] + 1
    frame["entity"] = "y" + frame["year"].astype(str)
    frame = frame.drop(columns="year").rename(columns={"firm": "year"})
    panel = make_panel(frame.set_index(["entity", "year"]).sort_index())
    spec = Specification("invest", ("value", "capital"), lag=0, effects="entity", cluster="year")
    return fit(spec, panel)


def test_golden_fwildclusterboot(by_year):
    # R fwildclusterboot 0.13.0, WCR-11, invest ~ value + capital | year, clustered by firm, all
    # 1,024 signs, CR1 with K = 22: t and p. It counts draws strictly more extreme.
    capital, value = (wild(by_year, term, weights="rademacher") for term in ("capital", "value"))
    assert capital.t == pytest.approx(2.113900203, abs=5e-10)
    assert value.t == pytest.approx(6.47489947, abs=5e-9)
    assert (capital.p_strict, value.p_strict) == (0.1875, 0.0)
    assert capital.weights.enumerated
    assert len(capital.draws) == 1024
    # The sample and its mirror image are two of the 1,024: with them the p-value is never zero.
    assert (capital.p, value.p) == (0.1875 + 2 / 1024, 2 / 1024)


def by_hand(spec, panel, term, null, weights):
    """Bootstrap t statistics, each from a regression with every effect spelled out."""
    fitted = fit(spec, panel)
    # y = x b + effects + u: any y with these partialled-out parts has the same bootstrap.
    columns = [fitted.x_nested, fitted.nuisance]
    nested = pd.get_dummies(fitted.index.get_level_values(0), dtype=float).to_numpy()
    if spec.effects == "entity_trends":
        year = fitted.index.get_level_values(1).to_numpy(dtype=float)
        nested = np.column_stack([nested, nested * (year - year.mean())[:, None]])
    everything = np.column_stack([*columns, nested])
    j, y = fitted.terms.index(term), fitted.y_nested
    x = everything[:, j]
    rest = np.delete(everything, j, axis=1)
    below = rest @ np.linalg.lstsq(rest, y - null * x, rcond=1e-12)[0]
    u = y - null * x - below
    clean = x - rest @ np.linalg.lstsq(rest, x, rcond=1e-12)[0]
    groups, n = len(fitted.cluster_labels), fitted.n
    factor = groups / (groups - 1) * (n - 1) / (n - fitted.parameters)
    out = []
    for w in weights:
        star = null * x + below + w[fitted.clusters] * u
        b = np.linalg.lstsq(everything, star, rcond=1e-12)[0]
        score = clean * (star - everything @ b)
        sums = np.array([score[fitted.clusters == g].sum() for g in range(groups)])
        out.append((b[j] - null) * (clean @ clean) / np.sqrt(factor * (sums @ sums)))
    return np.array(out)


@pytest.mark.parametrize("effects", ["entity", "two_way", "region_year", "entity_trends"])
@pytest.mark.parametrize(("cluster", "kind"), [("entity", "rademacher"), ("group", "webb")])
def test_draws_are_exact_re_estimations(effects, cluster, kind, panel):
    spec = Specification("y", ("a", "b"), effects=effects, cluster=cluster)
    found = wild(fit(spec, panel), "b", null=0.1, draws=150, weights=kind, interval=False)
    weights = next(found.weights.chunks())
    theirs = by_hand(spec, panel, "b", 0.1, weights[:12])
    np.testing.assert_allclose(found.draws[:12], theirs, rtol=1e-8)


def test_clusters_that_cross_entities_and_initial_controls_are_exact_too(full_panel):
    spec = Specification("y", ("a",), initial=("c",), cluster="year")
    fitted = fit(spec, full_panel)
    found = wild(fitted, "a", draws=99, weights="rademacher", interval=False)
    weights = next(found.weights.chunks())
    theirs = by_hand(spec, full_panel, "a", 0.0, weights[:8])
    np.testing.assert_allclose(found.draws[:8], theirs, rtol=1e-7)


def test_sample_is_the_draw_with_all_weights_one_at_any_null(panel):
    found = estimate(Specification("y", ("a", "b")), panel)
    line = found.coefficient("a")
    for null in (0.0, -0.4, 2.0):
        test = wild(found, "a", null=null, draws=4096, weights="rademacher")
        assert test.weights.enumerated
        assert test.t == pytest.approx((line.estimate - null) / line.se, rel=1e-9)
        np.testing.assert_allclose(test.draws[[0, -1]], [test.t, -test.t], rtol=1e-9)
    assert (test.estimate, test.se) == pytest.approx((line.estimate, line.se), rel=1e-9)


def test_interval_holds_the_nulls_that_are_not_rejected(panel):
    fitted = fit(Specification("y", ("a", "b")), panel)
    options = {"draws": 1999, "level": 0.1}
    test = wild(fitted, "a", **options)
    step = 1e-3 * test.se
    for end, outward in ((test.low, -step), (test.high, step)):
        outside = wild(fitted, "a", null=end + outward, interval=False, **options).p
        inside = wild(fitted, "a", null=end - outward, interval=False, **options).p
        assert outside <= 0.1 < inside
    assert test.low < test.estimate < test.high
    assert test.p == wild(fitted, "a", interval=False, draws=1999).p


def test_ties_and_seeds(panel):
    fitted = fit(Specification("y", ("a", "b")), panel)
    one, two, other = (wild(fitted, "b", draws=999, weights="webb", seed=s) for s in (1, 1, 2))
    assert np.array_equal(one.draws, two.draws)
    assert not np.array_equal(one.draws, other.draws)
    assert one.p == (1 + (np.abs(one.draws) >= abs(one.t)).sum()) / 1000
    assert one.p_strict == (np.abs(one.draws) > abs(one.t)).mean()


@pytest.mark.parametrize("kind", ["rademacher", "webb"])
@pytest.mark.parametrize("clusters", [13, 70])
def test_chunks_do_not_change_the_draws(kind, clusters, monkeypatch):
    weights = Weights(kind, clusters, 1001, enumerated=False, seed=4)
    whole = np.concatenate(list(weights.chunks()))
    monkeypatch.setattr("analysis.inference.clusters.wild_scores._CELLS", 100 * clusters)
    parts = list(weights.chunks())
    assert len(parts) == 11
    assert np.array_equal(whole, np.concatenate(parts))
    assert whole.shape == (1001, clusters)
    # Mean zero and variance one, within five standard errors.
    assert abs(whole.mean()) < 5 / np.sqrt(whole.size)
    assert abs((whole**2).mean() - 1) < 5 / np.sqrt(whole.size)
    points = {"rademacher": [1.0], "webb": np.sqrt([0.5, 1.0, 1.5])}[kind]
    np.testing.assert_allclose(np.unique(np.abs(whole)), points)


def test_distribution_is_chosen_by_the_number_of_clusters():
    assert choose_weights("auto", 11, 999, 0).kind == "webb"
    few = choose_weights("auto", 12, 9_999, 0)
    assert (few.kind, few.enumerated, few.draws) == ("rademacher", True, 4096)
    assert len(np.unique(np.concatenate(list(few.chunks())), axis=0)) == 4096
    many = choose_weights("auto", 31, 9_999, 0)
    assert (many.kind, many.enumerated, many.draws) == ("rademacher", False, 9_999)


def test_low_rank_and_dense_scores_agree(panel):
    # One regressor and entity effects alone: one column against twelve clusters.
    spec = Specification("y", ("a",), effects="entity")
    found = wild(fit(spec, panel), "a", draws=99, weights="webb", interval=False)
    theirs = by_hand(spec, panel, "a", 0.0, next(found.weights.chunks())[:5])
    np.testing.assert_allclose(found.draws[:5], theirs, rtol=1e-8)


def test_family_shares_weights_by_label_across_samples(panel):
    left = estimate(Specification("y", ("a", "b")), panel)
    right = fit(Specification("b", ("c",), sample=Sample(exclude_entities=("e02",))), panel)
    family = wild_draws([left, left, right], ["a", "b", "c"], draws=499, weights="webb", seed=3)
    assert family.draws.shape == (3, 499)
    assert family.weights.clusters == 12
    alone = wild(left, "a", draws=499, weights="webb", seed=3)
    np.testing.assert_allclose(family.draws[0], alone.draws, rtol=1e-10)
    assert (family.t[0], family.p[0]) == (pytest.approx(alone.t), alone.p)
    # The third regression lacks one cluster: its draws use the other columns of the same weights.
    weights = np.concatenate(list(family.weights.chunks()))
    keep = [i for i, label in enumerate(left.fitted.cluster_labels) if label != "e02"]
    theirs = by_hand(right.specification, panel, "c", 0.0, weights[:6][:, keep])
    np.testing.assert_allclose(family.draws[2, :6], theirs, rtol=1e-8)


def test_identical_hypotheses_are_perfectly_dependent(panel):
    found = estimate(Specification("y", ("a", "b"), (("a", "b"),)), panel)
    family = wild_draws([found, found], ["a:b", "b:a"], draws=99)
    assert np.array_equal(family.draws[0], family.draws[1])
    assert family.terms == ("a:b", "a:b")


def test_result_is_frozen_and_speaks_json_and_html(panel):
    test = wild(estimate(Specification("y", ("a",)), panel), "a", draws=199, weights="webb")
    with pytest.raises(dataclasses.FrozenInstanceError):
        test.p = 0.0
    back = json.loads(json.dumps(test.to_dict(), allow_nan=False))
    assert (back["p"], back["draws"], back["weights"]) == (test.p, 199, "webb")
    assert len(test.tidy()) == 1
    html = test._repr_html_()
    assert '<th scope="row">a</th>' in html
    assert "six points (Webb) over 12 clusters" in html


def test_few_signs_cannot_reject_and_the_interval_says_so(full_panel):
    # Three clusters have eight sign patterns: p is a multiple of an eighth and never below a
    # quarter, because each pattern has a mirror image.
    fitted = fit(Specification("y", ("a",), cluster="region"), full_panel)
    test = wild(fitted, "a", weights="rademacher")
    assert test.p >= 0.25
    assert (test.low, test.high) == (-np.inf, np.inf)
    assert any("unbounded" in note for note in test.notes)
    assert test.to_dict()["low"] is None


def test_one_heavy_cluster_is_named(make_panel, gappy):
    gappy["spike"] = 0.0
    gappy.loc[("e05", 2004), "spike"] = 30.0
    gappy.loc[("e06", 2008), "spike"] = 1.0
    test = wild(fit(Specification("y", ("spike",)), make_panel(gappy)), "spike", draws=199)
    assert any(note.startswith("e05 carries") for note in test.notes)


def test_errors_say_what_to_mend(panel):
    found = estimate(Specification("y", ("a",)), panel)
    with pytest.raises(UnknownNameError, match="Unknown term 'aa' in this estimate: did you mean"):
        wild(found, "aa")
    with pytest.raises(SpecificationError, match="9 draws are too few"):
        wild(found, "a", draws=9)
    with pytest.raises(SpecificationError, match="Unknown weights 'mammen'"):
        wild(found, "a", weights="mammen")
    with pytest.raises(SpecificationError, match="Level 95 must lie between 0 and 1"):
        wild(found, "a", level=95)
    with pytest.raises(SpecificationError, match="1 regressions and 2 terms"):
        wild_draws([found], ["a", "b"])
