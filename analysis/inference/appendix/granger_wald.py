"""Wald statistics of Granger causality, one per entity, and their distribution under the null."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.models.rows import shift

__all__ = ["History", "centred", "resample_null", "wald", "z_bar", "z_tilde"]

_FLAT = 1e-10  # share of variance left below which an entity's regressor counts as constant


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Effect and cause of N entities over T years, missing cells as NaN.

    `y` and `x`, shape (N, T), are effect and cause; `used`, likewise, marks the years in which y
    and `order` = K lags of both are observed.
    """

    y: np.ndarray
    x: np.ndarray
    used: np.ndarray
    order: int

    @property
    def periods(self) -> np.ndarray:
        """T_i: rows of each entity's regression, initial lags not counted."""
        return self.used.sum(axis=1)


def wald(y: np.ndarray, data: History) -> np.ndarray:
    """Wald statistic W_i of x not causing y, entity by entity: shape (..., N).

    y(t) = a_i + Σ γ_ik y(t−k) + Σ β_ik x(t−k) + e(t), k = 1..K, by least squares; W_i = (RSS₀ −
    RSS₁)/(RSS₁/(T_i − 2K − 1)), K times the F statistic. `y`, shape (..., N, T), is the effect as
    observed, or many simulated ones; `data` holds cause, rows and order. NaN where an entity's
    regressors are collinear or explain everything.
    """
    k = data.order
    # Less a constant per entity, which the intercept takes up: steadier arithmetic.
    y, x = centred(y, axis=-1), centred(data.x, axis=-1)
    lags = (shift(v, j, v.shape[-1]).reshape(v.shape) for v in (y, x) for j in range(1, k + 1))
    stacked = np.stack(np.broadcast_arrays(np.ones_like(y), *lags, y), axis=-1)
    columns = np.where(data.used[..., None], stacked, 0.0)
    gram = np.swapaxes(columns, -1, -2) @ columns
    short = _residual(gram, list(range(1 + k)))
    full = _residual(gram, list(range(1 + 2 * k)))
    free = data.periods - 2 * k - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(full > 0, (short - full) / (full / free), np.nan)


def z_bar(statistics: np.ndarray, order: int) -> np.ndarray:
    """√(N/2K)·(W̄ − K), for many years; along the last axis."""
    n = statistics.shape[-1]
    return np.sqrt(n / (2 * order)) * (statistics.mean(axis=-1) - order)


def z_tilde(statistics: np.ndarray, periods: np.ndarray, order: int) -> np.ndarray:
    """Standardise W̄ by its exact moments for few years, those of an F distribution.

    E W_i = K(T_i−2K−1)/(T_i−2K−3) and Var W_i = 2K(T_i−2K−1)²(T_i−K−3)/((T_i−2K−3)²(T_i−2K−5)), so
    every T_i must exceed 2K + 5. `periods`, shape (N,), are the T_i: the rows of the regression,
    without the K initial ones: Dumitrescu and Hurlin's own convention, that of xtgcause and of R
    plm (whose T includes them and whose formula takes them off). Putting the rows of the data
    instead of those of the regression here would overstate the statistic. `statistics`, shape (...,
    N), are the W_i.
    """
    periods = np.asarray(periods, dtype=float)
    a = periods - 2 * order - 1
    mean = order * a / (a - 2)
    variance = 2 * order * a**2 * (periods - order - 3) / ((a - 2) ** 2 * (a - 4))
    n = len(periods)
    return np.sqrt(n) * (statistics.mean(axis=-1) - mean.mean()) / np.sqrt(variance.mean())


def resample_null(
    data: History, draws: int, rng: np.random.Generator, *, block: int = 1, demean: bool = False
) -> np.ndarray:
    """Simulate the effect as if the cause did nothing: shape (draws, N, T).

    Each entity's regression on its own lags gives coefficients and residuals. Whole years of
    residuals, all entities at once and `block` consecutive years at a time, are drawn with
    replacement, which keeps the dependence between entities, and the effect is built up again from
    its observed initial values (Dumitrescu and Hurlin 2012, section 6; Lopez and Weber 2017, Stata
    Journal 17(4)). Where an entity has no residual in the year drawn, one of its own is drawn
    instead.

    NaN where the effect is not observed. With `demean` the mean over entities of each year is taken
    out again, as it was from the data.
    """
    intercept, slopes, residuals = _restricted(data)
    n, t = data.y.shape
    error = _drawn(residuals, data.used, draws, rng, block)
    out = np.broadcast_to(data.y, (draws, n, t)).copy()
    for year in range(data.order, t):
        value = intercept + error[:, :, year]
        for j in range(data.order):
            value = value + slopes[:, j] * out[:, :, year - 1 - j]
        out[:, :, year] = np.where(data.used[:, year], value, data.y[:, year])
    return centred(out, axis=1) if demean else out


def _restricted(data: History) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n, t = data.y.shape
    lags = (shift(data.y, j, t).reshape(n, t) for j in range(1, data.order + 1))
    stack = np.stack([np.ones_like(data.y), *lags], axis=-1)
    columns = np.where(data.used[..., None], stack, 0.0)
    y = np.where(data.used, data.y, 0.0)
    b = np.einsum("nkt,nt->nk", np.linalg.pinv(columns), y)
    residuals = np.where(data.used, y - np.einsum("ntk,nk->nt", columns, b), np.nan)
    return b[:, 0], b[:, 1:], residuals


def _drawn(
    residuals: np.ndarray, used: np.ndarray, draws: int, rng: np.random.Generator, block: int
) -> np.ndarray:
    """Residuals of drawn years, shape (draws, N, T); zero in years that no entity uses."""
    n, t = residuals.shape
    years = np.flatnonzero(used.any(axis=0))
    length = len(years)
    starts = rng.integers(0, length - block + 1, size=(draws, -(-length // block)))
    source = (starts[..., None] + np.arange(block)).reshape(draws, -1)[:, :length]
    out = np.zeros((draws, n, t))
    out[:, :, years] = residuals[:, years[source]].transpose(1, 0, 2)
    for i in np.flatnonzero(np.isnan(out).any(axis=(0, 2))):
        own = residuals[i, used[i]]
        holes = np.isnan(out[:, i])
        out[:, i][holes] = rng.choice(own, size=int(holes.sum()))
    return out


def _residual(gram: np.ndarray, columns: list[int]) -> np.ndarray:
    """Residual sum of squares of the last column on some others; NaN where they are collinear."""
    inner = gram[..., columns, :][..., columns]
    size = np.sqrt(np.einsum("...ii->...i", inner))
    size = np.where(size > 0, size, 1.0)
    inner = inner / size[..., :, None] / size[..., None, :]
    cross = gram[..., columns, -1] / size
    fine = np.linalg.eigvalsh(inner)[..., 0] > _FLAT
    inner = np.where(fine[..., None, None], inner, np.eye(len(columns)))
    fitted = (cross * np.linalg.solve(inner, cross[..., None])[..., 0]).sum(axis=-1)
    left = gram[..., -1, -1] - fitted
    return np.where(fine & (left > _FLAT * gram[..., -1, -1]), left, np.nan)


def centred(values: np.ndarray, axis: int) -> np.ndarray:
    """Values less their mean along an axis, over the cells that are observed."""
    seen = np.isfinite(values)
    total = np.where(seen, values, 0.0).sum(axis=axis, keepdims=True)
    return values - total / np.maximum(seen.sum(axis=axis, keepdims=True), 1)
