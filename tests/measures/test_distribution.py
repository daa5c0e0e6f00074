import numpy as np
import pytest
from scipy.stats import chi2_contingency, norm

from analysis.errors import DataError, SpecificationError
from analysis.measures.distribution import between_by_chance, dagum, densities
from analysis.measures.transitions import homogeneity, markov, neighbour_means

NAN = float("nan")


def brute_gini(values):
    """Half the mean absolute difference over all n² pairs, divided by the mean."""
    n = len(values)
    return sum(abs(a - b) for a in values for b in values) / (2 * n * n * np.mean(values))


def drawn(seed=1, n=40):
    rng = np.random.default_rng(seed)
    return rng.lognormal(size=n), rng.choice(["east", "west", "north"], n)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_parts_add_up_to_the_gini_by_mean_differences(seed):
    values, groups = drawn(seed)
    found = dagum(values, groups)
    assert found.gini == pytest.approx(brute_gini(values))
    assert found.within + found.between + found.transvariation == pytest.approx(found.gini)
    assert sum(found.shares.values()) == pytest.approx(1)
    assert min(found.within, found.between, found.transvariation) > 0
    for name, gini in found.groups.items():
        assert gini == pytest.approx(brute_gini(values[groups == name]))


def test_parts_follow_dagums_gains_written_out_pair_by_pair():
    # D = (d - p) / (d + p), with d and p the mean gains of the richer and of the poorer group.
    values, groups = drawn()
    found, n, total = dagum(values, groups), len(values), values.sum()
    net = rest = 0.0
    for (a, b), gini in found.pairs.items():
        one, two = sorted((values[groups == a], values[groups == b]), key=np.mean, reverse=True)
        gaps = np.subtract.outer(one, two)
        d, p = gaps.clip(min=0).mean(), (-gaps).clip(min=0).mean()
        assert gini == pytest.approx((d + p) / (one.mean() + two.mean()))
        weight = (len(one) * two.sum() + len(two) * one.sum()) / (n * total)
        net += gini * weight * (d - p) / (d + p)
        rest += gini * weight * (1 - (d - p) / (d + p))
    assert found.between == pytest.approx(net)
    assert found.transvariation == pytest.approx(rest)


def test_a_small_case_by_hand():
    # a: 1, 4; b: 2, 5. Mean 3, n 4. Gaps 3, 1, 4, 2, 1, 3 twice over 2 * 16 * 3: 28 / 96.
    # Within: 3 and 3, twice: 12 / 96. Between: means 2.5 and 3.5, mean gap of the four pairs 2, so
    # half of (1 + 4 + 2 + 1) * 2 / 96 = 16 / 96 is net and half is transvariation.
    found = dagum([1, 4, 2, 5], ["a", "a", "b", "b"])
    parts = (found.gini, found.within, found.between, found.transvariation)
    assert parts == pytest.approx((28 / 96, 12 / 96, 8 / 96, 8 / 96))
    assert found.groups == pytest.approx({"a": 0.3, "b": 3 / 14})
    assert found.pairs == pytest.approx({("a", "b"): 2 / 6})


def test_one_group_leaves_everything_within_and_equal_groups_nothing_between():
    values, _ = drawn()
    alone = dagum(values, ["a"] * len(values))
    assert alone.within == pytest.approx(alone.gini)
    assert alone.pairs == {}
    same = dagum([1, 2, 1, 2], ["a", "a", "b", "b"])
    assert same.between == 0
    assert same.transvariation == pytest.approx(same.gini / 2)


def test_chance_gives_the_share_of_dealt_values():
    values, groups = drawn(n=12)
    found = between_by_chance(values, groups, draws=5, seed=7)
    dealt = np.random.default_rng(7).permuted(np.tile(values, (5, 1)), axis=1)
    by_hand = [dagum(one, groups).shares["between"] for one in dealt]
    np.testing.assert_allclose(found, by_hand)


@pytest.mark.parametrize("values", [[1, NAN], [1, 0], [1, -2], [3, 3]])
def test_what_has_no_gini_is_refused(values):
    with pytest.raises(DataError, match="above zero"):
        dagum(values, ["a", "b"])


def test_each_value_has_one_group():
    with pytest.raises(SpecificationError, match="one group per value"):
        dagum([1, 2], ["a"])


def test_densities_are_means_of_normal_curves():
    sample, at = np.array([0.2, 0.3, 0.7]), np.linspace(-1, 2, 301)
    found = densities({"x": sample}, at)
    width = sample.std(ddof=1) * 3 ** (-1 / 5)
    assert found.bandwidth["x"] == pytest.approx(width)
    by_hand = norm.pdf(at[:, None], sample, width).mean(axis=1)
    np.testing.assert_allclose(found.curves["x"], by_hand)
    assert np.trapezoid(found.curves["x"], at) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("sample", [[0.1, 0.1], [0.1], [0.1, NAN]])
def test_a_density_of_nothing_is_refused(sample):
    with pytest.raises(DataError, match="density of '2011'"):
        densities({"2011": sample}, [0.1])


def test_moves_by_hand():
    # Classes low and high at 0.5; a bound belongs below.
    values = [[0.1, 0.5, 0.9, 0.8], [0.9, NAN, 0.2, 0.6], [NAN, NAN, 0.1, 0.1]]
    found = markov(values, cuts=[0.5])
    # First: low low, low high, high high. Second: low high. Third: low low.
    assert found.counts.tolist() == [[2, 2], [0, 1]]
    assert found.missing == 3  # 0.9 to nothing, nothing to 0.2, nothing to 0.1
    np.testing.assert_allclose(found.probabilities, [[0.5, 0.5], [0, 1]])


def test_moves_by_the_class_of_neighbours_by_hand():
    values = [[0.1, 0.9], [0.8, 0.8], [0.2, 0.2]]
    near = neighbour_means(values, [[0, 1, 0], [2, 0, 1], [0, 0, 0]])
    np.testing.assert_allclose(near[:2], [[0.8, 0.8], [0.4 / 3, 2.0 / 3]])
    assert np.isnan(near[2]).all(), "nobody is near the third"
    found = markov(values, [0.5], near)
    assert found.counts.tolist() == [[[0, 0], [0, 1]], [[0, 1], [0, 0]]]
    assert found.missing == 1
    assert found.pooled.tolist() == [[0, 1], [0, 1]]
    assert np.isnan(found.probabilities[0, 0]).all(), "nothing starts low beside low neighbours"


def test_missing_neighbours_leave_the_mean():
    found = neighbour_means([[1.0], [NAN], [4.0]], [[0, 1, 3], [1, 0, 1], [0, 2, 0]])
    np.testing.assert_allclose(found, [[4.0], [2.5], [NAN]])


@pytest.mark.parametrize(
    ("values", "cuts", "near"),
    [([1, 2], [1], None), ([[1, 2]], [], None), ([[1, 2]], [2, 1], None), ([[1, 2]], [1], [[1]])],
)
def test_moves_that_cannot_be_counted_are_refused(values, cuts, near):
    with pytest.raises(SpecificationError, match="rising bounds"):
        markov(values, cuts, near)


def test_homogeneity_is_the_sum_of_contingency_tables():
    counts = np.random.default_rng(3).integers(1, 30, (4, 3, 3))
    counts[:, 2, 0] = 0  # a class that nobody enters from the third
    counts[1, 0] = 0  # nothing starts in the first beside the second
    found, sums = homogeneity(counts), np.zeros(3)
    for start in range(3):
        table = counts[:, start]
        table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
        for at, power in ((0, "log-likelihood"), (1, "pearson")):
            done = chi2_contingency(table, correction=False, lambda_=power)
            sums[at] += done.statistic
        sums[2] += done.dof
    assert (found.lr, found.chi2, found.dof) == pytest.approx(tuple(sums))


def test_homogeneity_of_kullback_and_others():
    # Kullback, Kupperman and Ku (1962), Tests for contingency tables and Markov chains,
    # Technometrics 4(4), 573-608: conditional homogeneity, to digits as PySAL's giddy prints them.
    one = [[22, 11, 24, 2, 2, 7], [5, 23, 15, 3, 42, 6], [4, 21, 190, 25, 20, 34],
           [0, 2, 14, 56, 14, 28], [32, 15, 20, 10, 56, 14], [5, 22, 31, 18, 13, 134]]  # fmt: skip
    two = [[3, 6, 9, 3, 0, 8], [1, 9, 3, 12, 27, 5], [2, 9, 208, 32, 5, 18],
           [0, 14, 32, 108, 40, 40], [22, 14, 9, 26, 224, 14], [1, 5, 13, 53, 13, 116]]  # fmt: skip
    found = homogeneity([one, two])
    assert found.lr == pytest.approx(160.96060031170782)
    assert found.dof == 29  # they count 30, with the move from fourth to first that nobody makes
    assert found.p_lr < 1e-15


def test_same_moves_beside_everyone_are_homogeneous():
    found = homogeneity(np.multiply.outer([1, 2, 3], [[4, 1], [2, 6]]))
    assert (found.lr, found.chi2) == pytest.approx((0, 0), abs=1e-12)
    assert found.p_lr == pytest.approx(1)
