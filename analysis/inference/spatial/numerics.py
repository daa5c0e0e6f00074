"""Likelihoods and covariances of spatial panel models, as functions of arrays.

Arrays of a panel have the shape (n, t) or (n, t, k): entities, years, columns. All effects are
taken out beforehand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.errors import SpecificationError
from analysis.inference.spatial.spectrum import Spectrum

__all__ = ["SpatialFit", "fit_error", "fit_lag", "fit_slx"]

_EDGE = 1e-3  # share of the stable interval that counts as its edge
_GRID = 61  # first look at the likelihood, so that a local maximum is not taken for the global


@dataclass(frozen=True, slots=True, eq=False)
class SpatialFit:
    """Maximum-likelihood estimates; parameters are ordered (spatial, slopes, sigma2).

    `rho` is the spatial parameter, zero and not estimated in an SLX, `delta`, shape (k,), are the
    slopes, `sigma2` is the error variance, `residuals`, shape (n, t), are u and `log_likelihood` is
    in nats, at the maximum. Of shape (k + 2, k + 2) are `information`, the inverse Fisher
    information, in which the row of a fixed parameter is zero, and `sandwich`, robust to any
    dependence over the years of an entity.
    """

    rho: float
    delta: np.ndarray
    sigma2: float
    residuals: np.ndarray
    log_likelihood: float
    information: np.ndarray
    sandwich: np.ndarray

    def in_units(self, of_y: float, of_z: np.ndarray, cells: int) -> SpatialFit:
        """Return the fit in the units of the data, of which it saw y / of_y and z / of_z."""
        by = np.concatenate([[1.0], of_y / of_z, [of_y**2]])
        return SpatialFit(
            self.rho, self.delta * by[1:-1], self.sigma2 * of_y**2, self.residuals * of_y,
            float(self.log_likelihood - cells * np.log(of_y)),
            self.information * np.outer(by, by), self.sandwich * np.outer(by, by),
        )  # fmt: skip


def fit_lag(y: np.ndarray, wy: np.ndarray, z: np.ndarray, w: Spectrum, periods: int) -> SpatialFit:
    """Fit y = ρWy + zδ + u by the concentrated likelihood (Ord 1975, JASA 70(349), 120–126).

    ℓ(ρ) = periods · (ln|I − ρW| − units/2 · ln SSR(ρ)) + constant, where SSR(ρ) comes from two
    least-squares regressions that do not depend on ρ. `y, wy`, shape (n, t), are the outcome and
    its spatial lag, `z`, shape (n, t, k), regressors, spatial lags of regressors among them;
    `periods` counts independent cells per entity: t − 1 after the transformation of Lee and Yu, t
    without.

    Raises
    ------
    SpecificationError
        The maximum lies on the edge of the stable interval.
    """
    design = z.reshape(-1, z.shape[2])
    both = np.column_stack([y.ravel(), wy.ravel()])
    slopes = np.linalg.lstsq(design, both, rcond=None)[0]
    rest = both - design @ slopes
    own, cross, lagged = rest[:, 0] @ rest[:, 0], rest[:, 0] @ rest[:, 1], rest[:, 1] @ rest[:, 1]

    def profile(rho: np.ndarray) -> np.ndarray:
        ssr = own - 2 * rho * cross + rho**2 * lagged
        return w.log_determinant(rho) - w.units / 2 * np.log(ssr)

    def slope(rho: float) -> float:
        residual = rest[:, 0] - rho * rest[:, 1]
        return w.slope(rho) + w.units * (residual @ rest[:, 1]) / (residual @ residual)

    rho = _maximise(profile, slope, w)
    residuals = (rest[:, 0] - rho * rest[:, 1]).reshape(y.shape)
    # What u adds to Wy is taken off, so the quadratic form in u is kept apart from the linear one.
    linear = wy - w.multiplier(rho) @ residuals
    if w.year_effects:
        linear -= linear.mean(axis=0)
    return _finish(rho, slopes[:, 0] - rho * slopes[:, 1], residuals, linear, z, w, periods)


def fit_error(y: np.ndarray, z: np.ndarray, w: Spectrum, periods: int) -> SpatialFit:
    """Fit y = zδ + v, v = λWv + u; the parameter is returned as `rho`. See `fit_lag`."""
    wy, wz = w.matrix @ y, np.einsum("ij,jtk->itk", w.matrix, z)
    if w.year_effects:
        wy, wz = wy - wy.mean(axis=0), wz - wz.mean(axis=0)

    def filtered(rho: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        left, right = y - rho * wy, z - rho * wz
        columns = right.reshape(-1, z.shape[2])
        delta = np.linalg.lstsq(columns, left.ravel(), rcond=None)[0]
        return delta, left - right @ delta, right

    def profile(rho: np.ndarray) -> np.ndarray:
        ssr = [float((filtered(r)[1] ** 2).sum()) for r in np.atleast_1d(rho)]
        return w.log_determinant(rho) - w.units / 2 * np.log(np.reshape(ssr, np.shape(rho)))

    def slope(rho: float) -> float:
        delta, left, _ = filtered(rho)
        return w.slope(rho) + w.units * float((left * (wy - wz @ delta)).sum() / (left**2).sum())

    rho = _maximise(profile, slope, w)
    delta, residuals, right = filtered(rho)
    return _finish(rho, delta, residuals, np.zeros_like(y), right, w, periods)


def fit_slx(y: np.ndarray, z: np.ndarray, w: Spectrum, periods: int) -> SpatialFit:
    """Fit y = zδ + u by least squares; the spatial parameter is zero."""
    columns = z.reshape(-1, z.shape[2])
    delta = np.linalg.lstsq(columns, y.ravel(), rcond=None)[0]
    return _finish(0.0, delta, y - z @ delta, None, z, w, periods)


def _maximise(
    profile: Callable[..., np.ndarray], slope: Callable[[float], float], w: Spectrum
) -> float:
    # scipy.optimize takes a tenth of a second to import; reading the ledger needs none of it.
    from scipy.optimize import minimize_scalar, root_scalar

    margin = 1e-6 * (w.high - w.low)
    grid = np.linspace(w.low + margin, w.high - margin, _GRID)
    best = int(np.argmax(profile(grid)))
    bounds = grid[max(best - 1, 0)], grid[min(best + 1, _GRID - 1)]
    found = minimize_scalar(lambda r: -float(profile(np.float64(r))), bounds=bounds,
                            method="bounded", options={"xatol": 1e-10})  # fmt: skip
    rho, edge = float(found.x), _EDGE * (w.high - w.low)
    # A maximum is flat, so its place is known to half of the digits; the root of its slope to all.
    near = (max(bounds[0], rho - 1e-5), min(bounds[1], rho + 1e-5))
    if slope(near[0]) > 0 > slope(near[1]):
        rho = float(root_scalar(slope, bracket=near, xtol=1e-15, rtol=1e-14).root)
    if not w.low + edge < rho < w.high - edge:
        raise SpecificationError(
            f"The spatial parameter runs to {rho:.4f}, the edge of its stable interval "
            f"({w.low:.4f}, {w.high:.4f}): use other weights, year effects or differences."
        )
    return rho


def _finish(
    rho: float, delta: np.ndarray, u: np.ndarray, linear: np.ndarray | None, z: np.ndarray,
    w: Spectrum, periods: int,
) -> SpatialFit:  # fmt: skip
    """Variance, likelihood and both covariances; ``linear`` None means a fixed parameter."""
    cells = w.units * periods
    sigma2 = float((u**2).sum() / cells)
    value = periods * float(w.log_determinant(rho)) - cells / 2 * (np.log(2 * np.pi * sigma2) + 1)
    first = np.zeros_like(u) if linear is None else linear
    columns = np.concatenate([first[..., None], z], axis=2)
    g, last = w.multiplier(rho), columns.shape[2]
    flat = columns.reshape(-1, last)
    fisher = np.zeros((last + 1, last + 1))
    fisher[:last, :last] = flat.T @ flat / sigma2
    fisher[0, 0] += periods * ((g * g).sum() + (g * g.T).sum())
    fisher[0, last] = fisher[last, 0] = periods * np.trace(g) / sigma2
    fisher[last, last] = cells / (2 * sigma2**2)
    free = np.arange(linear is None, last + 1)
    bread = np.zeros_like(fisher)
    bread[np.ix_(free, free)] = np.linalg.inv(fisher[np.ix_(free, free)])
    n = len(u)
    meat = _meat(u, columns, g, sigma2, cells / n) * (n / (n - 1))
    return SpatialFit(rho, delta, sigma2, u, float(value), bread, bread @ meat @ bread)


def _meat(
    u: np.ndarray, columns: np.ndarray, g: np.ndarray, sigma2: float, share: float
) -> np.ndarray:
    """Variance of the score when errors of different entities are independent.

    The score of ρ holds the form Σ u'Gu. Its products of two entities belong to neither: summing
    them by entity would count shared products as if they were independent. Distinct pairs are
    uncorrelated with each other and with everything that belongs to one entity, so their squares
    are added pair by pair (the argument of Kelejian and Prucha 2001, J. Econometrics 104(2)).
    """
    own = (u**2).sum(axis=1)
    scores = np.empty((len(u), columns.shape[2] + 1))
    scores[:, :-1] = np.einsum("itk,it->ik", columns, u) / sigma2
    scores[:, 0] += np.diag(g) * (own / sigma2 - share)
    scores[:, -1] = (own / sigma2 - share) / (2 * sigma2)
    scores -= scores.mean(axis=0)
    meat = scores.T @ scores
    pairs = (g + g.T) * (u @ u.T) / sigma2
    meat[0, 0] += (np.triu(pairs, 1) ** 2).sum()
    return meat
