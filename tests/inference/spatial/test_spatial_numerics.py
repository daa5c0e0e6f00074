import numpy as np
import pytest
from scipy.linalg import null_space
from scipy.stats import multivariate_normal

from analysis.errors import SpecificationError
from analysis.inference.spatial.numerics import fit_error, fit_lag, fit_slx
from analysis.inference.spatial.spectrum import impacts, spectrum


def ring(n, each=1):
    """Every entity between its neighbours on a circle; each row sums to one."""
    raw = sum(np.roll(np.eye(n), s, axis=1) for k in range(1, each + 1) for s in (-k, k))
    return raw / raw.sum(axis=1, keepdims=True)


def draw(rng, n, t, rho, w, beta=(1.0,), persistence=0.0):
    """y = ρWy + xβ + entity + year + u, and x, in levels."""
    x = rng.normal(size=(n, t, len(beta)))
    u = rng.normal(size=(n, t))
    for year in range(1, t):
        u[:, year] += persistence * u[:, year - 1]
    level = 2 * rng.normal(size=(n, 1)) + 2 * rng.normal(size=(1, t))
    return np.linalg.solve(np.eye(n) - rho * w, x @ np.array(beta) + level + u), x


def without(z, years):
    z = z - z.mean(axis=1, keepdims=True)
    return z - z.mean(axis=0, keepdims=True) if years else z


def fitted(y, x, w, years, transform=True, model=fit_lag):
    s = spectrum(w, years, years and transform)
    arrays = (
        (without(y, years), without(w @ y, years)) if model is fit_lag else (without(y, years),)
    )
    return model(*arrays, without(x, years), s, y.shape[1] - transform)


def dense(y, x, w, rho, delta, sigma2, years, error=False):
    """Log-likelihood of the contrasts between years (and entities), with no shortcut at all.

    An orthonormal basis of what the effects leave is applied to y and W itself, and the joint
    normal density of all its cells is evaluated.
    """
    n, t = y.shape
    time = null_space(np.ones((1, t))).T
    space = null_space(np.ones((1, n))).T if years else np.eye(n)
    near = np.kron(np.eye(t - 1), space @ w @ space.T)
    left, right = (space @ y @ time.T).T.ravel(), np.stack(
        [(space @ x[..., k] @ time.T).T.ravel() for k in range(x.shape[2])], axis=-1
    )  # fmt: skip
    spread = np.linalg.inv(np.eye(len(near)) - rho * near)
    mean = right @ delta if error else spread @ right @ delta
    return multivariate_normal(mean, sigma2 * spread @ spread.T).logpdf(left)


@pytest.mark.parametrize("years", [False, True])
@pytest.mark.parametrize("model", [fit_lag, fit_error])
def test_estimates_maximise_the_density_of_the_contrasts(model, years):
    w = ring(9, each=2)
    y, x = draw(np.random.default_rng(3), 9, 4, 0.4, w, (1.0, -0.5))
    found = fitted(y, x, w, years, model=model)
    best = dense(y, x, w, found.rho, found.delta, found.sigma2, years, model is fit_error)
    assert found.log_likelihood == pytest.approx(best, abs=1e-9)
    at = np.array([found.rho, *found.delta, found.sigma2])
    for i in range(4):
        for step in (-1e-3, 1e-3):
            other = at.copy()
            other[i] += step
            value = dense(y, x, w, other[0], other[1:3], other[3], years, model is fit_error)
            assert value < best


@pytest.mark.parametrize("model", [fit_lag, fit_error])
@pytest.mark.parametrize("years", [False, True])
def test_information_is_that_of_the_joint_normal(years, model):
    """m'S⁻¹m + ½ tr(S⁻¹dS S⁻¹dS) of the contrasts, with derivatives by differences."""
    w = ring(8)
    y, x = draw(np.random.default_rng(5), 8, 4, 0.3, w)
    found = fitted(y, x, w, years, model=model)
    at, h = np.array([found.rho, found.delta[0], found.sigma2]), 1e-5
    time, space = null_space(np.ones((1, 4))).T, np.eye(8)
    space = null_space(np.ones((1, 8))).T if years else space
    near = np.kron(np.eye(3), space @ w @ space.T)
    right = (space @ x[..., 0] @ time.T).T.ravel()

    def moments(p):
        spread = np.linalg.inv(np.eye(len(near)) - p[0] * near)
        mean = right * p[1] if model is fit_error else spread @ right * p[1]
        return mean, p[2] * spread @ spread.T

    inverse = np.linalg.inv(moments(at)[1])
    change = [[(b - a) / (2 * h) for a, b in zip(moments(at - e), moments(at + e), strict=True)]
              for e in h * np.eye(3)]  # fmt: skip
    fisher = [[m @ inverse @ m2 + np.trace(inverse @ s @ inverse @ s2) / 2 for m2, s2 in change]
              for m, s in change]  # fmt: skip
    np.testing.assert_allclose(np.linalg.inv(found.information), fisher, rtol=1e-6, atol=1e-6)


def test_sandwich_is_the_information_where_errors_are_independent():
    w, rng, beta = ring(80, each=2), np.random.default_rng(8), (1.0, 0.5)
    runs = [fitted(*draw(rng, 80, 6, 0.4, w, beta), w, years=True) for _ in range(20)]
    ratio = [np.diag(r.sandwich) / np.diag(r.information) for r in runs]
    np.testing.assert_allclose(np.mean(ratio, axis=0), 1, atol=0.1)


def test_sandwich_of_rho_matches_its_spread_where_years_hang_together():
    """Under persistent errors of equal variance: 300 panels; Monte-Carlo error of an SD is 4%."""
    w, rng = ring(40, each=2), np.random.default_rng(10)
    runs = [fitted(*draw(rng, 40, 8, 0.4, w, persistence=0.9), w, years=True) for _ in range(300)]
    spread = np.std([r.rho for r in runs])
    robust = np.sqrt(np.mean([r.sandwich[0, 0] for r in runs]))
    plain = np.sqrt(np.mean([r.information[0, 0] for r in runs]))
    assert robust == pytest.approx(spread, rel=0.1)
    assert plain < 0.85 * spread


def test_transformation_removes_the_bias_of_demeaning():
    """Lee and Yu (2010): with year effects, demeaned data give a ρ that is too small."""
    w, rng = ring(12), np.random.default_rng(9)
    panels = [draw(rng, 12, 8, 0.4, w) for _ in range(250)]
    mean = {
        transform: np.mean([fitted(*p, w, years=True, transform=transform).rho for p in panels])
        for transform in (True, False)
    }
    assert abs(mean[True] - 0.4) < 0.02
    assert mean[False] < 0.36


def test_slx_is_least_squares_and_its_spatial_parameter_is_fixed():
    w = ring(20)
    y, x = draw(np.random.default_rng(2), 20, 5, 0.0, w)
    s, left, right = spectrum(w, True, True), without(y, True), without(x, True)
    found = fit_slx(left, right, s, 4)
    assert found.delta[0] == pytest.approx((left * right[..., 0]).sum() / (right**2).sum())
    assert found.rho == 0
    assert not found.information[0].any()
    assert not found.sandwich[:, 0].any()
    assert found.sigma2 == pytest.approx((found.residuals**2).sum() / (19 * 4))


DIRECTED = np.roll(np.eye(7), 1, axis=1)  # a one-way circle: complex eigenvalues
PLAIN = np.array([[0, 2, 1, 0], [2, 0, 0, 0], [1, 0, 0, 3], [0, 0, 3, 0.0]])  # rows not means


@pytest.mark.parametrize("w", [ring(6, 2), DIRECTED, PLAIN], ids=["ring", "directed", "plain"])
def test_impacts_are_means_of_the_multiplier(w):
    rho, beta, theta = 0.2, np.array([[1.0, -2.0]]), np.array([[0.5, 0.3]])
    found = impacts(np.array([rho]), beta, theta, spectrum(w))[0]
    for k in range(2):
        s = np.linalg.inv(np.eye(len(w)) - rho * w) @ (
            beta[0, k] * np.eye(len(w)) + theta[0, k] * w
        )
        direct, total = np.trace(s) / len(w), s.sum() / len(w)
        np.testing.assert_allclose(found[k], [direct, total - direct, total])


@pytest.mark.parametrize("w", [ring(6, 2), DIRECTED, PLAIN], ids=["ring", "directed", "plain"])
def test_log_determinant(w):
    s = spectrum(w)
    for rho in (-0.25, 0.0, 0.2):
        expected = np.linalg.slogdet(np.eye(len(w)) - rho * w)[1]
        assert float(s.log_determinant(rho)) == pytest.approx(expected, abs=1e-12)
    assert s.high == pytest.approx(1 / np.abs(np.linalg.eigvals(w)).max())


def test_stable_interval():
    s = spectrum(ring(6))  # eigenvalues cos(2πk/6): from −1 to 1
    assert (s.low, s.high) == (pytest.approx(-1), pytest.approx(1))
    with pytest.raises(SpecificationError, match=r"1.2 is not stable: .* between -1 and 1"):
        impacts(np.array([0.5, 1.2]), np.ones((2, 1)), np.ones((2, 1)), s)


def test_rho_that_runs_to_the_edge_is_refused():
    rng, w = np.random.default_rng(1), ring(10, each=4)
    shock = 1e4 * rng.normal(size=(1, 8))  # the same for all, and no year effects to take it
    y = shock + rng.normal(size=(10, 8))
    with pytest.raises(
        SpecificationError, match=r"runs to 1\.0000, the edge of its stable interval"
    ):
        fitted(y, rng.normal(size=(10, 8, 1)), w, years=False)
