import numpy as np
import pytest
from scipy.stats import t

from analysis.errors import SpecificationError
from analysis.inference import minimum_detectable_effect


def test_multiplier_of_bloom():
    # Bloom (1995, Evaluation Review 19(5)): 2.80 standard errors, two-sided 5%, 80% power.
    assert minimum_detectable_effect(1.0, 1e6) == pytest.approx(2.80, abs=0.005)
    assert minimum_detectable_effect(0.1, 30) == pytest.approx(0.1 * (2.0423 + 0.8538), abs=1e-5)


def test_an_effect_of_that_size_is_found_as_often_as_promised():
    # Bloom shifts the t distribution by the effect; the share above the critical value is then
    # the power, up to the negligible other tail.
    effect = minimum_detectable_effect(0.2, 30, power=0.9, level=0.1)
    assert t.sf(t.ppf(0.95, 30) - effect / 0.2, 30) == pytest.approx(0.9, abs=1e-9)


def test_grows_with_power_and_error():
    effects = [minimum_detectable_effect(1.0, 9, power=p) for p in (0.5, 0.8, 0.95)]
    assert np.all(np.diff(effects) > 0)
    assert minimum_detectable_effect(0.0, 9) == 0


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"power": 1.0}, "must lie between 0 and 1"),
        ({"level": 0.0}, "must lie between 0 and 1"),
        ({"se": -1.0}, "no detectable effect"),
        ({"dof": 0}, "no detectable effect"),
    ],
)
def test_impossible_designs_are_refused(parts, message):
    with pytest.raises(SpecificationError, match=message):
        minimum_detectable_effect(**{"se": 1.0, "dof": 30, **parts})
