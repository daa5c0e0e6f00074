import warnings

import numpy as np
import pytest

from analysis.errors import DataError, SpecificationError, UnknownNameError
from analysis.measures import (
    ConstantColumnWarning,
    critic_weights,
    entropy_weights,
    equal_weights,
    pca_loadings,
    pca_weights,
    topsis,
)
from analysis.measures.weights import SCHEMES, divergence, minmax

SEEDS = [1, 2, 3]
ALL = [entropy_weights, equal_weights, pca_weights, critic_weights]


def sample(seed, rows=40, k=4):
    return np.random.default_rng(seed).lognormal(size=(rows, k)) * np.array([1, 50, 1e6, 1e-4])[:k]


# ---- published numbers


def test_divergence_weights_of_xu_2004():
    # Xu, X. (2004), European Journal of Operational Research 156(2), 530-532: entropy weights
    # of raw (unscaled) columns.
    x = np.array([[30, 30, 38, 29], [19, 54, 86, 29], [19, 15, 85, 28.9], [68, 70, 60, 29]])
    d = divergence(x)
    assert np.round(d / d.sum(), 4).tolist() == [0.4630, 0.3992, 0.1378, 0.0]


def test_critic_weights_of_tus_and_aytac_adali_2019():
    # Tus and Aytac Adali (2019), Opsearch 56(2), 528-538, weights to three decimals.
    x = np.array(
        [
            [5000, 3, 3, 4, 3, 2],
            [680, 5, 3, 2, 2, 1],
            [2000, 3, 2, 3, 4, 3],
            [600, 4, 3, 1, 2, 2],
            [800, 2, 4, 3, 3, 4],
        ]
    )
    assert np.round(critic_weights(x), 3).tolist() == [0.157, 0.249, 0.168, 0.121, 0.154, 0.151]


def test_topsis_of_papathanasiou_and_ploskas_2018():
    # Papathanasiou and Ploskas (2018), Multiple Criteria Decision Aid, Springer, chapter TOPSIS.
    x = np.array(
        [[8, 7, 2, 1], [5, 3, 7, 5], [7, 5, 6, 4], [9, 9, 7, 3], [11, 10, 3, 7], [6, 9, 5, 4]]
    )
    found = topsis(x, [0.4, 0.3, 0.1, 0.2], normalise="vector")
    assert np.round(found, 3).tolist() == [0.387, 0.327, 0.391, 0.615, 0.868, 0.493]


# ---- worked by hand


def test_entropy_by_hand():
    # Scaled columns (0, 1/2, 1) and (0, 0, 1), no shift: p = (0, 1/3, 2/3) and (0, 0, 1).
    e1 = -(1 / 3 * np.log(1 / 3) + 2 / 3 * np.log(2 / 3)) / np.log(3)
    w = entropy_weights([[0, 10], [1, 10], [2, 30]], eps=None)
    assert w == pytest.approx([(1 - e1) / (2 - e1), 1 / (2 - e1)])


def test_entropy_shift_by_hand():
    # Columns scaled to (0, 1) plus 1e-2 in both: equal weights; a third with two ones differs.
    x = np.array([[0, 0, 1], [1, 1, 0], [0, 0, 1]])
    p1 = np.array([0.01, 1.01, 0.01]) / 1.03
    p3 = np.array([1.01, 0.01, 1.01]) / 2.03
    d1, d3 = (1 + (p * np.log(p)).sum() / np.log(3) for p in (p1, p3))
    assert entropy_weights(x, eps=1e-2) == pytest.approx(np.array([d1, d1, d3]) / (2 * d1 + d3))


def test_critic_by_hand():
    # Two columns against each other: r = -1, so C_j = 2 sd_j, and the sd of scaled (0, 1/2, 1)
    # and (1, 1/2, 0) are equal.
    assert critic_weights([[0, 9], [1, 8], [2, 7]]) == pytest.approx([0.5, 0.5])


def test_pca_of_two_columns_is_equal():
    assert pca_weights(sample(1, k=2)) == pytest.approx([0.5, 0.5])


def test_topsis_ends_at_the_ideal():
    x = np.array([[0, 0], [1, 2], [3, 8]])
    assert topsis(x, [0.3, 0.7])[[0, 2]] == pytest.approx([0, 1])


# ---- properties


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("rule", ALL)
def test_weights_are_shares(rule, seed):
    w = rule(sample(seed))
    assert w.sum() == pytest.approx(1)
    assert (w >= 0).all()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("rule", ALL)
def test_order_of_rows_and_columns_does_not_matter(rule, seed):
    x = sample(seed)
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(x.shape[0]), rng.permutation(x.shape[1])
    assert rule(x[rows][:, columns]) == pytest.approx(rule(x)[columns])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("rule", ALL)
def test_units_do_not_matter(rule, seed):
    x = sample(seed)
    assert rule(x * [3, 0.01, 7, 1e3] + [5, -2, 1e3, 0]) == pytest.approx(rule(x))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_reversing_a_column_and_its_direction_changes_nothing(scheme, seed):
    x, signs = sample(seed), np.array([1.0, -1.0, 1.0, 1.0])
    turned = x * [1, -1, 1, 1]
    assert SCHEMES[scheme](x, signs, 1e-4) == pytest.approx(
        SCHEMES[scheme](turned, np.ones(4), 1e-4)
    )


def test_a_reversed_direction_changes_entropy_weights():
    x = sample(1)
    assert not np.allclose(entropy_weights(x), entropy_weights(x, [1, -1, 1, 1]))


def test_one_year_is_the_cross_section():
    # With one year of 31 entities the formula is the textbook one, divided by ln 31.
    x = sample(4, rows=31)
    z = minmax(x) + 1e-4
    p = z / z.sum(axis=0)
    textbook = 1 + (p * np.log(p)).sum(axis=0) / np.log(31)
    assert entropy_weights(x) == pytest.approx(textbook / textbook.sum())


def test_pooled_years_share_one_scale_and_one_logarithm():
    # Two years of three entities: six rows, one range over both years, e_j over ln 6.
    first, second = np.array([[0.0, 4], [1, 0], [2, 1]]), np.array([[4.0, 2], [1, 8], [3, 0]])
    z = np.vstack([first, second]) / [4, 8] + 1e-4
    p = z / z.sum(axis=0)
    d = 1 + (p * np.log(p)).sum(axis=0) / np.log(6)
    assert entropy_weights(np.vstack([first, second])) == pytest.approx(d / d.sum())


def test_entropy_rewards_the_skewed_column():
    rng = np.random.default_rng(0)
    w = entropy_weights(np.column_stack([rng.normal(size=300), np.exp(2 * rng.normal(size=300))]))
    assert w[1] > 0.8


def test_loadings_have_unit_length_and_a_fixed_sign():
    x = sample(2)
    assert np.linalg.norm(pca_loadings(x)) == pytest.approx(1)
    assert pca_loadings(x).sum() > 0
    assert pca_loadings(-x).sum() > 0


def test_loading_of_a_contrary_column_is_negative():
    x = np.random.default_rng(3).normal(size=(200, 1)) + 0.1 * np.random.default_rng(4).normal(
        size=(200, 3)
    )
    x[:, 2] *= -1
    assert np.sign(pca_loadings(x)).tolist() == [1, 1, -1]


# ---- edges


@pytest.mark.parametrize("rule", ALL)
def test_constant_column_gets_nothing_and_says_so(rule):
    x = sample(1, k=3)
    x[:, 1] = 0.1 + 0.2
    with pytest.warns(ConstantColumnWarning, match="Column 1 is constant"):
        w = rule(x)
    assert w[1] == 0
    assert w[[0, 2]] == pytest.approx(rule(x[:, [0, 2]]))


@pytest.mark.parametrize("rule", ALL)
def test_a_single_column_gets_everything(rule):
    assert rule(sample(1, k=1)).tolist() == [1.0]


def test_critic_of_identical_columns_is_equal():
    x = sample(1, k=1)
    assert critic_weights(np.hstack([x, 2 * x, 3 * x])) == pytest.approx(np.full(3, 1 / 3))


@pytest.mark.parametrize("rule", ALL)
def test_missing_cells_are_refused(rule):
    x = sample(1)
    x[3, 2] = np.nan
    with pytest.raises(DataError, match="1 of 40 hold a missing"):
        rule(x)


@pytest.mark.parametrize("x", [[[1, 2]], [1, 2, 3], np.empty((0, 3))])
def test_wrong_shapes_are_refused(x):
    with pytest.raises(DataError, match="matrix of at least two rows"):
        equal_weights(x)


def test_nothing_varies():
    with pytest.raises(DataError, match="No ingredient varies"):
        entropy_weights(np.ones((5, 2)))


def test_a_direction_of_zero_is_refused():
    with pytest.raises(SpecificationError, match="Directions must be 4 values"):
        entropy_weights(sample(1), [1, 0, 1, 1])


def test_unknown_normalisation():
    with pytest.raises(UnknownNameError, match="did you mean minmax"):
        topsis(sample(1), np.full(4, 0.25), normalise="minmx")


def test_frozen_scale_can_leave_the_interval():
    assert minmax([[0.0], [4.0]], low=[1.0], high=[3.0]).ravel().tolist() == [-0.5, 1.5]


def test_no_warning_without_a_constant_column():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for rule in ALL:
            rule(sample(1))


X = np.random.default_rng(3).normal(size=(20, 3))


@pytest.mark.parametrize("eps", [-0.5, np.nan, np.inf])
def test_a_shift_below_zero_or_without_end_is_refused(eps):
    with pytest.raises(SpecificationError, match="give a number of zero or more, or None"):
        entropy_weights(X, eps=eps)


def test_every_scheme_refuses_such_a_shift(panel):
    from analysis.measures import weights
    from tests.published import declared

    for scheme in ("equal", "pca", "topsis"):
        with pytest.raises(SpecificationError, match="The shift eps is -5"):
            weights(panel, declared(), "pcp", scheme, eps=-5)


@pytest.mark.parametrize("eps", [0, None, 1e-4, 5.0])
def test_entropy_weights_are_shares(eps):
    w = entropy_weights(X, eps=eps)
    assert ((w >= 0) & (w <= 1)).all()
    assert w.sum() == pytest.approx(1)


@pytest.mark.parametrize("w", [[0.5, np.nan, 0.5], [0.5, -0.5, 1], [0.5, 0.5], 1.0, [np.inf, 1, 1]])
def test_weights_of_topsis_that_are_none_are_refused(w):
    with pytest.raises(SpecificationError, match="needs 3 weights of zero or more"):
        topsis(X, w)


def test_topsis_needs_a_weight_on_what_varies():
    with pytest.raises(SpecificationError, match="No ingredient that varies has a weight"):
        topsis(X, [0, 0, 0])
    constant = np.column_stack([np.full(20, 5.0), X[:, 0]])
    with (
        pytest.warns(ConstantColumnWarning),
        pytest.raises(SpecificationError, match="No ingredient that varies has a weight"),
    ):
        topsis(constant, [1, 0])
