"""Linear GMM for short panels in plain numpy: one step, two steps, and what tests them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, ndtr

from analysis.inference.clustered import sums

__all__ = ["Gmm", "GmmData", "Overidentification", "autocorrelation", "estimate_gmm"]

_RANK = 1e-10  # relative size below which a direction of the instruments counts as empty


@dataclass(frozen=True, slots=True, eq=False)
class GmmData:
    """Stacked equations in differences and, in a system, in levels.

    `y, x, z`, shapes (n,), (n, k), (n, L), are outcome, regressors and instruments of every
    equation; `entity` codes, 0..N-1, and `year` are those of each equation, and `level` says
    whether it is in levels; the others are in first differences.
    """

    y: np.ndarray
    x: np.ndarray
    z: np.ndarray
    entity: np.ndarray
    year: np.ndarray
    level: np.ndarray


@dataclass(frozen=True, slots=True)
class Overidentification:
    """A test of the instruments: statistic, degrees of freedom and p-value from chi-squared."""

    statistic: float
    df: int
    p: float


@dataclass(frozen=True, slots=True, eq=False)
class Gmm:
    """Estimates of one step of a linear GMM with k coefficients and L instruments.

    `coefficients`, shape (k,), are b, with `residuals` y − x·b. `covariance` is robust to
    heteroskedasticity and to correlation within entities, after two steps with Windmeijer's
    correction; `plain` is what it would be if errors in levels were white (one step), or without
    the correction (two steps); both have the shape (k, k). `weight`, shape (L, L), is A of this
    step. `sargan` is the one-step (homoskedastic) and `hansen` the two-step statistic, the same
    after either step; `rank` is that of the instruments.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    plain: np.ndarray
    residuals: np.ndarray
    weight: np.ndarray
    sargan: Overidentification
    hansen: Overidentification
    rank: int


def estimate_gmm(data: GmmData, steps: int = 1) -> Gmm:
    """Estimate b = (X'ZAZ'X)⁻¹X'ZAZ'y with A from one or two `steps`.

    One step uses A = (Σ Z_i'H_iZ_i)⁻¹ with H_i the covariance of the equations' errors if the
    errors in levels were white: for differences 2 on the diagonal and −1 beside it, for levels 1,
    between a difference and its two levels 1 and −1 (xtabond2's default; DPD leaves these last
    blocks empty). Two steps use A = (Σ Z_i'ê_iê_i'Z_i)⁻¹ with the residuals of the first.

    One-step covariances are the robust sandwich; two-step ones carry the correction of Windmeijer
    (2005, Journal of Econometrics 126(1), 25–51). No small-sample factor.

    References
    ----------
    Arellano and Bond (1991), Review of Economic Studies 58(2), 277–297. Blundell and Bond (1998),
    Journal of Econometrics 87(1), 115–143. Roodman (2009), Stata Journal 9(1), 86–136.
    """
    first = _inverse(_expected_scores(data))
    zx, zy = data.z.T @ data.x, data.z.T @ data.y
    b1, bread1 = _solve(zx, zy, first)
    e1 = data.y - data.x @ b1
    spread = _scores(data, e1)
    half = bread1 @ zx.T @ first
    robust = half @ (spread.T @ spread) @ half.T
    second = _inverse(spread.T @ spread)
    b2, bread2 = _solve(zx, zy, second)
    e2 = data.y - data.x @ b2
    rank = int(np.linalg.matrix_rank(data.z / np.linalg.norm(data.z, axis=0)))
    df = rank - data.x.shape[1]
    # Variance of the errors in levels: half that of the differenced residuals, no df taken.
    differenced = e1[~data.level]
    sigma2 = float(differenced @ differenced / (2 * len(differenced)))
    sargan = _quadratic(data.z.T @ e1, first / sigma2, df)
    hansen = _quadratic(data.z.T @ e2, second, df)
    if steps == 1:
        return Gmm(b1, robust, sigma2 * bread1, e1, first, sargan, hansen, rank)
    corrected = _windmeijer(data, zx, second, bread2, e1, e2, robust)
    return Gmm(b2, corrected, bread2, e2, second, sargan, hansen, rank)


def autocorrelation(data: GmmData, fitted: Gmm, order: int) -> tuple[float, float]:
    """Arellano and Bond's (1991) test for autocorrelation of the differenced residuals.

    Differencing makes first order negative even where the errors are white; second order must be
    absent for lags 2 and deeper to be instruments. The scores Z_i'ê_i in its variance are those of
    all equations, levels included; R plm leaves the levels' out in a system.

    Returns the statistic, standard normal under the null, and its two-sided p-value; NaN where no
    entity has two differences that far apart.
    """
    e = np.where(data.level, 0.0, fitted.residuals)
    w = _earlier(data, e, order)
    paired = np.bincount(data.entity, w * e)
    scores = _scores(data, fitted.residuals)
    zx = data.z.T @ data.x
    bread = np.linalg.inv(zx.T @ fitted.weight @ zx)
    wx = w @ data.x
    variance = paired @ paired - 2 * wx @ bread @ zx.T @ fitted.weight @ (scores.T @ paired)
    variance += wx @ fitted.covariance @ wx
    if not variance > 0:
        return float("nan"), float("nan")
    statistic = float(paired.sum() / np.sqrt(variance))
    return statistic, float(2 * ndtr(-abs(statistic)))


def _earlier(data: GmmData, e: np.ndarray, order: int) -> np.ndarray:
    """Differenced residual of the same entity `order` years before, zero where none."""
    base = int(data.year.min())
    table = np.zeros((int(data.entity.max()) + 1, int(data.year.max()) - base + 1 + order))
    where = ~data.level
    table[data.entity[where], data.year[where] - base + order] = e[where]
    return np.where(where, table[data.entity, data.year - base], 0.0)


def _expected_scores(data: GmmData) -> np.ndarray:
    """Σ Z_i'H_iZ_i, by way of M_i'Z_i where H_i = M_iM_i' and M_i turns levels into equations."""
    year = data.year - int(data.year.min()) + 1
    span = int(year.max()) + 1
    cell = data.entity * span + year
    earlier = cell[~data.level] - 1
    moved = sums(np.vstack([data.z, -data.z[~data.level]]), np.concatenate([cell, earlier]))
    return moved.T @ moved


def _scores(data: GmmData, e: np.ndarray) -> np.ndarray:
    """Z_i'e_i for each entity, shape (N, L)."""
    return sums(data.z * e[:, None], data.entity)


def _solve(zx: np.ndarray, zy: np.ndarray, a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    bread = np.linalg.inv(zx.T @ a @ zx)
    return bread @ (zx.T @ (a @ zy)), bread


def _windmeijer(
    data: GmmData, zx: np.ndarray, a: np.ndarray, bread: np.ndarray,
    e1: np.ndarray, e2: np.ndarray, robust: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """V + DV + VD' + DV₁D', D the derivative of the two-step b with respect to the one-step b."""
    half, pull = bread @ zx.T @ a, a @ (data.z.T @ e2)
    s1 = _scores(data, e1)
    moves = (_scores(data, column) for column in data.x.T)
    d = np.column_stack([half @ (sj.T @ (s1 @ pull) + s1.T @ (sj @ pull)) for sj in moves])
    return bread + d @ bread + bread @ d.T + d @ robust @ d.T


def _quadratic(moments: np.ndarray, a: np.ndarray, df: int) -> Overidentification:
    statistic = max(float(moments @ a @ moments), 0.0)  # zero, up to rounding, where it is exact
    return Overidentification(statistic, df, float(chdtrc(df, statistic)) if df else float("nan"))


def _inverse(s: np.ndarray) -> np.ndarray:
    """Pseudo-inverse after scaling, so that units of instruments do not decide what is zero."""
    scale = np.sqrt(np.diag(s))
    scale[scale == 0] = 1.0
    both = np.outer(scale, scale)
    return np.linalg.pinv(s / both, rcond=_RANK, hermitian=True) / both
