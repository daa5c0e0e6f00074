import numpy as np
import pytest
from scipy.stats import t

from analysis.errors import SpecificationError
from analysis.inference.clusters.equivalence import tost


def test_by_hand():
    # b = 0.1, se = 0.2, 9 df, margin 0.6: t = 3.5 and -2.5. scipy's t distribution.
    low, high, smallest = tost(0.1, 0.2, 9, 0.6)
    assert low == pytest.approx(t.sf(3.5, 9), rel=1e-10)
    assert high == pytest.approx(t.cdf(-2.5, 9), rel=1e-10)
    assert smallest == pytest.approx(0.1 + 1.8331129 * 0.2, rel=1e-7)  # t(9), 95%


def test_smallest_margin_is_where_acceptance_begins():
    edge = tost(0.1, 0.2, 9, 1.0)[2]
    assert max(tost(0.1, 0.2, 9, edge * 1.0001)[:2]) < 0.05
    assert max(tost(0.1, 0.2, 9, edge * 0.9999)[:2]) > 0.05


def test_sign_does_not_matter():
    low, high, smallest = tost(-0.3, 0.1, 30, 0.5)
    assert (high, low, smallest) == pytest.approx(tost(0.3, 0.1, 30, 0.5))


def test_size_at_the_margin_in_a_small_simulation():
    # A true effect at the margin may be called negligible in 5% of samples, at most.
    rng = np.random.default_rng(8)
    z = 0.5 + rng.normal(size=4000) * 0.1
    se = 0.1 * np.sqrt(rng.chisquare(30, size=4000) / 30)
    wrong = np.mean([max(tost(b, s, 30, 0.5)[:2]) < 0.05 for b, s in zip(z, se, strict=True)])
    assert 0.035 < wrong < 0.062  # Monte-Carlo error 0.0034


@pytest.mark.parametrize(("margin", "level"), [(0, 0.05), (float("nan"), 0.05), (1, 0.5)])
def test_nonsense_is_refused(margin, level):
    with pytest.raises(SpecificationError, match="must be a positive number"):
        tost(0.1, 0.2, 9, margin, level)
