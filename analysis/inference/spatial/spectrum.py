"""The eigenvalues of spatial weights: stable interval, log-determinant and average effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.errors import SpecificationError

__all__ = ["Spectrum", "impacts", "spectrum"]


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """A weights matrix W with what its likelihood needs.

    The `eigenvalues` are complex where W is not similar to a symmetric matrix. The model is stable
    for a parameter inside (`low`, `high`) = (1/wmin, 1/wmax), with the smallest and the largest
    real eigenvalue. `year_effects` says whether year means are taken out of the data and `centred`
    whether the likelihood is that of the n − 1 contrasts between entities, which a unit eigenvalue
    of W is taken out of (Lee and Yu 2010, Journal of Econometrics 154(2), 165–185); this needs year
    effects and rows of W that sum to one.
    """

    matrix: np.ndarray
    eigenvalues: np.ndarray
    low: float
    high: float
    year_effects: bool = False
    centred: bool = False

    @property
    def units(self) -> int:
        """Independent cells per year: n, or n − 1 if centred."""
        return len(self.matrix) - self.centred

    def log_determinant(self, rho: np.ndarray | float) -> np.ndarray:
        """ln|I − ρW|, less ln(1 − ρ) if centred; shape of `rho`."""
        rho = np.asarray(rho, dtype=float)
        value = np.log(np.abs(1 - rho[..., None] * self.eigenvalues)).sum(axis=-1)
        return value - np.log1p(-rho) if self.centred else value

    def slope(self, rho: float) -> float:
        """Return the derivative of `log_determinant`."""
        value = -float((self.eigenvalues / (1 - rho * self.eigenvalues)).sum().real)
        return value + 1 / (1 - rho) if self.centred else value

    def multiplier(self, rho: float) -> np.ndarray:
        """G = W(I − ρW)⁻¹, with column means taken out if centred; shape (n, n)."""
        g = np.linalg.solve((np.eye(len(self.matrix)) - rho * self.matrix).T, self.matrix.T).T
        return g - g.mean(axis=0) if self.centred else g


def spectrum(matrix: np.ndarray, year_effects: bool = False, centred: bool = False) -> Spectrum:
    """Decompose W once for all that follows."""
    values = np.linalg.eigvals(matrix)
    size = np.abs(values).max()
    real = values.real[np.abs(values.imag) <= 1e-9 * size]
    if np.abs(values.imag).max() <= 1e-9 * size:
        values = values.real
    smallest = real.min(initial=0.0)
    low = 1 / smallest if smallest < -1e-9 * size else -1 / size
    return Spectrum(matrix, values, float(low), float(1 / size), year_effects, centred)


def impacts(rho: np.ndarray, beta: np.ndarray, theta: np.ndarray, w: Spectrum) -> np.ndarray:
    """Average direct, indirect and total effects of (I − ρW)⁻¹(βI + θW): shape (b, k, 3).

    Direct is the mean of the diagonal, total the mean row sum, indirect the difference (LeSage and
    Pace 2009, *Introduction to Spatial Econometrics*, section 2.7). `rho`, shape (b,), holds
    spatial parameters, one per draw; `beta, theta`, shape (b, k), slopes of regressors and of their
    spatial lags.

    Raises
    ------
    SpecificationError
        A spatial parameter is not inside the stable interval.
    """
    rho, n = np.asarray(rho, dtype=float), len(w.matrix)
    if (bad := (rho <= w.low) | (rho >= w.high)).any():
        raise SpecificationError(
            f"A spatial parameter of {rho[bad][0]:.4g} is not stable: with these weights effects "
            f"exist only between {w.low:.4g} and {w.high:.4g}."
        )
    inverse = 1 / (1 - rho[:, None] * w.eigenvalues)
    trace = inverse.sum(axis=1).real / n, (inverse * w.eigenvalues).sum(axis=1).real / n
    sums = w.matrix.sum(axis=1)
    if np.allclose(sums, 1):
        rows = 1 / (1 - rho), 1 / (1 - rho)
    else:
        left = [np.linalg.solve((np.eye(n) - r * w.matrix).T, np.ones(n)) / n for r in rho]
        rows = np.sum(left, axis=1), np.array(left) @ sums
    direct = trace[0][:, None] * beta + trace[1][:, None] * theta
    total = rows[0][:, None] * beta + rows[1][:, None] * theta
    return np.stack([direct, total - direct, total], axis=-1)
