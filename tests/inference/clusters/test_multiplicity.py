import numpy as np
import pytest

from analysis.errors import SpecificationError
from analysis.inference.clusters.multiplicity import false_discovery, romano_wolf

# Three hypotheses, four draws, worked out by hand. Ordered by |t|: 3, -2, 1.
T = [-2.0, 3.0, 1.0]
DRAWS = np.array([[0.5, 0.1, -4.0], [-2.5, 1.0, 0.2], [1.5, -0.2, 0.9], [0.3, 0.4, 1.2]])


def test_by_hand():
    # t = 3: row maxima 4, 2.5, 1.5, 1.2 reach it once: (1 + 1) / 5.
    # t = 2, first and third left: 4, 2.5, 1.5, 1.2 reach it twice: (1 + 2) / 5.
    # t = 1, third alone: 4, 0.2, 0.9, 1.2 reach it twice: (1 + 2) / 5.
    np.testing.assert_allclose(romano_wolf(T, DRAWS), [0.6, 0.4, 0.6])


def test_a_later_p_is_never_smaller_than_an_earlier_one():
    # By itself the second would have 1/5: only the row maxima of the first step reach the first.
    draws = np.array([[9.0, 0.0], [9.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    np.testing.assert_allclose(romano_wolf([3.0, 2.0], draws), [0.6, 0.6])


def test_largest_is_the_single_step_max_t_test_and_all_lie_between():
    rng = np.random.default_rng(2)
    t, draws = rng.normal(size=8) * 2, rng.normal(size=(499, 8))
    p = romano_wolf(t, draws)
    top = np.abs(t).argmax()
    highest = np.abs(draws).max(axis=1)
    single = (1 + (highest[:, None] >= np.abs(t)).sum(axis=0)) / 500
    alone = (1 + (np.abs(draws) >= np.abs(t)).sum(axis=0)) / 500
    assert p[top] == single[top]
    assert (p <= single).all()
    assert (p >= alone).all()
    assert (p < single).any()
    order = np.argsort(-np.abs(t))
    assert (np.diff(p[order]) >= 0).all()


def test_order_of_hypotheses_and_signs_do_not_matter():
    rng = np.random.default_rng(3)
    t, draws = rng.normal(size=5), rng.normal(size=(99, 5))
    order = rng.permutation(5)
    np.testing.assert_array_equal(
        romano_wolf(t[order], -draws[:, order]), romano_wolf(-t, draws)[order]
    )


def test_equal_statistics_get_equal_p_and_ties_count_against():
    draws = np.array([[2.0 * (1 - 1e-12), 0.0], [0.0, 0.0]])
    np.testing.assert_allclose(romano_wolf([2.0, 2.0], draws), [2 / 3, 2 / 3])


def test_one_hypothesis_is_an_ordinary_bootstrap_p():
    assert romano_wolf([1.5], [[1.0], [2.0], [-3.0]])[0] == pytest.approx(3 / 4)


def test_dependence_is_used():
    # Five copies of one hypothesis are one hypothesis; Holm would multiply by five.
    draws = np.repeat(np.random.default_rng(4).normal(size=(999, 1)), 5, axis=1)
    t = np.full(5, 2.2)
    np.testing.assert_allclose(romano_wolf(t, draws), romano_wolf(t[:1], draws[:, :1])[0])


def test_familywise_error_in_a_small_simulation():
    # Correlated normals, all nulls true: one false rejection or more in 5% of families.
    rng = np.random.default_rng(11)
    root = np.linalg.cholesky(0.5 * np.eye(6) + 0.5)
    any_, alone = 0, 0
    for _ in range(600):
        t, draws = root @ rng.normal(size=6), rng.normal(size=(199, 6)) @ root.T
        any_ += romano_wolf(t, draws).min() < 0.05
        alone += (np.abs(t) > 1.96).any()
    assert 0.02 < any_ / 600 < 0.075  # Monte-Carlo error 0.009
    assert alone / 600 > 0.12  # what looking at six p-values costs


def holm_by_hand(p):
    order = np.argsort(p)
    out = np.empty_like(p)
    out[order] = np.maximum.accumulate((len(p) - np.arange(len(p))) * p[order])
    return np.minimum(out, 1)


def test_power_beats_holm_when_statistics_are_dependent():
    rng = np.random.default_rng(12)
    root = np.linalg.cholesky(0.1 * np.eye(4) + 0.9)
    wolf = holm = 0
    for _ in range(200):
        t, draws = 2.2 + root @ rng.normal(size=4), rng.normal(size=(199, 4)) @ root.T
        alone = (1 + (np.abs(draws) >= np.abs(t)).sum(axis=0)) / 200
        wolf += (romano_wolf(t, draws) < 0.05).sum()
        holm += (holm_by_hand(alone) < 0.05).sum()
    np.testing.assert_allclose(false_discovery(alone, "holm"), holm_by_hand(alone))
    assert wolf > 1.1 * holm


@pytest.mark.parametrize(
    ("t", "draws", "message"),
    [
        ([1.0, 2.0], np.ones((5, 3)), r"2 statistics and draws of shape \(5, 3\) do not fit"),
        ([1.0], np.ones((0, 1)), "do not fit"),
        ([], np.ones((5, 0)), "0 statistics"),
        ([1.0, np.nan], np.ones((5, 2)), "1 of the statistics and draws are not finite"),
        ([1.0], [[np.inf], [1.0]], "1 of the statistics and draws are not finite"),
    ],
)
def test_misfits_are_refused(t, draws, message):
    with pytest.raises(SpecificationError, match=message):
        romano_wolf(t, draws)


def test_false_discovery_by_hand():
    # Benjamini and Hochberg (1995): p_(i) m / i, made monotone from the right.
    p = [0.01, 0.04, 0.03, 0.5]
    np.testing.assert_allclose(false_discovery(p), [0.04, 0.16 / 3, 0.16 / 3, 0.5])
    # Benjamini and Yekutieli (2001): times 1 + 1/2 + 1/3 + 1/4, at most one.
    c = 25 / 12
    np.testing.assert_allclose(false_discovery(p, "by"), [0.04 * c, 0.16 / 3 * c, 0.16 / 3 * c, 1])
    np.testing.assert_allclose(false_discovery(p, "holm"), [0.04, 0.09, 0.09, 0.5])


def test_false_discovery_refuses_what_has_no_p():
    with pytest.raises(SpecificationError, match="number 2 is nan"):
        false_discovery([0.1, np.nan])
    with pytest.raises(SpecificationError, match=r"number 1 is 1\.2"):
        false_discovery([1.2])
    with pytest.raises(SpecificationError, match="and none"):
        false_discovery([])
    with pytest.raises(SpecificationError, match="Unknown method 'bonferroni'"):
        false_discovery([0.1], "bonferroni")


def test_draws_of_the_wild_bootstrap_fit_when_turned(panel):
    from analysis.inference import estimate, wild_draws
    from analysis.models import Specification

    fits = [estimate(Specification("y", [name]), panel) for name in "abc"]
    family = wild_draws(fits, list("abc"), draws=199)
    found = romano_wolf(family.t, family.draws.T)
    # Fewer hypotheses to beat by themselves, up to the draw that the sample itself counts as.
    assert (found >= family.p - 1 / 200).all()
    assert found.argmin() == np.abs(family.t).argmax()


def test_statistics_behind_the_certificate_are_those_of_a_refit():
    from analysis.certificates.design import Design, panel_from
    from analysis.certificates.procedures import clusters
    from analysis.inference import estimate
    from analysis.models import Specification

    rng = np.random.default_rng(9)
    panel = clusters.simulate_family(Design(entities=8, years=6), rng)
    y, x = (panel[name].to_numpy().reshape(8, 6) for name in ("y", "x1"))
    y, x = clusters._two_way(y[:, 1:]), x[:, :-1]
    signs = np.array([1.0, -1, 1, 1, -1, -1, 1, -1])
    found = clusters._statistics(clusters._two_way(x), y, np.stack([signs, signs**2]))
    for sign, t in zip((signs, signs**2), found, strict=True):
        again = estimate(
            Specification("y", ["x"], lag=0), panel_from({"y": sign[:, None] * y, "x": x})
        )
        factor = (40 - 1) / (40 - again.parameters)  # CR1 charges for the year effects as well
        assert t == pytest.approx(again.terms[0].t * np.sqrt(factor), rel=1e-8)
