"""Within, half-panel jackknife and adjusted-score estimators of a dynamic panel, many at a time."""

from __future__ import annotations

import numpy as np
from numpy.polynomial.polynomial import polyval

from analysis.inference.dynamic.design import Block, DynamicDesign, regress

__all__ = [
    "EXPLOSIVE", "adjusted_score", "half_panel", "nickell_bias", "score_polynomials", "within",
]  # fmt: skip

EXPLOSIVE = 1.2
"""Persistence beyond which no root of the score is looked for."""

_STEPS = 240  # points at which the score is looked at between the within estimate and EXPLOSIVE
_HALVINGS = 60


def nickell_bias(rho: float, periods: float) -> float:
    """Asymptotic bias of the within estimate of y(t) = ρy(t−1) + a + u for many entities.

    Nickell (1981, Econometrica 49(6), 1417–1426): with T rows per entity and A = 1 − (1 − ρ^T)/(T(1
    − ρ)), the bias is −(1+ρ)/(T−1) · A / {1 − 2ρA/[(1−ρ)(T−1)]}, close to −(1+ρ)/(T−1). At ρ = 1 it
    is −3/(T+1) (Harris and Tzavalis 1999, Journal of Econometrics 91). Beyond, the formula does not
    hold and the answer is NaN.

    `periods` is T, rows per entity after lagging; a mean for an unbalanced panel, for which the
    biases at the whole numbers around it are averaged.
    """
    if not (-1 < rho <= 1 and periods >= 2):
        return float("nan")
    if share := periods % 1:  # a power of a negative ρ needs a whole exponent
        below, above = nickell_bias(rho, periods // 1), nickell_bias(rho, periods // 1 + 1)
        return (1 - share) * below + share * above
    if 1 - rho < 1e-6:
        return -3 / (periods + 1)
    a = 1 - (1 - rho**periods) / (periods * (1 - rho))
    return float(-(1 + rho) / (periods - 1) * a / (1 - 2 * rho * a / ((1 - rho) * (periods - 1))))


def within(block: Block, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least squares with all effects.

    Returns coefficients (B, k, p), one set per row of `weights`, and which draws identify them
    (B,).
    """
    b, fine = regress(block, weights)
    return b[:, : block.k], fine


def half_panel(design: DynamicDesign, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Twice the within estimate less the mean of those of the two halves of every entity's rows.

    Dhaene and Jochmans (2015, Review of Economic Studies 82(3), 991–1030): the bias is close to B/T
    and twice as large in half the years, so it cancels. Regressors may react to past outcomes
    (Chudik, Pesaran and Yang 2018, Journal of Applied Econometrics 33(6), who also split unbalanced
    panels entity by entity). What is left is of order 1/T², at the price of variance. Returns what
    `within` does.
    """
    whole, fine = within(design.whole, weights)
    mean = np.zeros_like(whole)
    for pair in design.halves:
        for half in pair:
            b, identified = within(half, weights)
            mean += b / (2 * len(design.halves))
            fine = fine & identified
    return 2 * whole - mean, fine


def adjusted_score(
    design: DynamicDesign, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Solve the within score for the lagged outcome less its exact expectation.

    With e(ρ) the within residuals at persistence ρ (all else at its least-squares value given ρ)
    and ỹ the lagged outcome less effects, E Σ_t ỹ(i,t)u(i,t) = σ_i² tr(M_iL_i(ρ)), where M_i takes
    entity i's own effects out of its rows and L_i(ρ) holds ρ^(t−s−1) for each pair of its rows
    s < t. The estimate solves

        Σ_i [ ỹ_i'e_i(ρ) − tr(M_iL_i(ρ)) · e_i(ρ)'e_i(ρ) / tr(M_i) ] = 0.

    This is the bias correction of Bun and Carree (2005, Journal of Business and Economic
    Statistics 23(2), 200–210) as a moment condition: Dhaene and Jochmans (2016, Econometric
    Theory 32(5)) and Breitung, Kripfganz and Hayakawa (2022, Econometrics and Statistics 24). It
    needs no first-step estimate (as Kiviet 1995 does) and no simulation within the bootstrap (as
    De Vos, Everaert and Ruyssen 2015 do), holds for every T_i and with holes, lets the variance
    differ by entity, and takes entity trends. It assumes errors that are white over time and
    other regressors that do not react to past outcomes.

    Of several roots the one nearest to the within estimate is taken, on the side to which the
    bias points. Without one up to `EXPLOSIVE`, the point where the score is nearest to zero.
    Returns coefficients (B, k, 1), which draws identify them (B,) and which have a root (B,).
    """
    block = design.whole
    order = np.r_[1 : len(block.scale) - 1, 0, len(block.scale) - 1]
    others, fine = regress(block, weights, own=1)
    b = np.concatenate([-others, np.broadcast_to(np.eye(2), (len(weights), 2, 2))], axis=1)
    scale = block.scale[order]
    products = block.products[:, order][:, :, order] * np.outer(scale, scale)
    half = np.tensordot(b, products, axes=(1, 1))
    s = np.einsum("brnm,bmc->bnrc", half, b)
    coefficients = score_polynomials(design, weights, s)
    start = _weighted(s[:, :, 0, 1], weights) / _weighted(s[:, :, 0, 0], weights)
    rho, found = _nearest_root(coefficients, start)
    slopes = others[:, : block.k - 1, 1] - rho[:, None] * others[:, : block.k - 1, 0]
    return np.column_stack([rho, slopes])[..., None], fine, found


def score_polynomials(design: DynamicDesign, weights: np.ndarray, s: np.ndarray) -> np.ndarray:
    """Coefficients of the adjusted score, a polynomial in ρ, lowest power first.

    `weights`, shape (B, N), say how often each entity counts; `s`, shape (B, N, 2, 2), are
    cross-products per entity of lagged outcome and outcome less everything else.
    """
    reach = max(int(y[-1] - y[0]) for y in design.years)
    bias = np.zeros((len(design.years), max(reach, 1)))
    for i, (inside, years) in enumerate(zip(design.inside, design.years, strict=True)):
        gap = years[:, None] - years[None, :]
        later = gap > 0
        if (free := np.trace(inside)) > 1e-9:
            np.add.at(bias[i], gap[later] - 1, inside[later] / free)
    sums = [
        np.einsum("bn,bn,nj->bj", weights, part, bias, optimize=True)
        for part in (s[:, :, 1, 1], -2 * s[:, :, 0, 1], s[:, :, 0, 0])
    ]
    out = np.zeros((len(weights), bias.shape[1] + 2))
    for power, part in enumerate(sums):
        out[:, power : power + bias.shape[1]] -= part
    out[:, 0] += _weighted(s[:, :, 0, 1], weights)
    out[:, 1] -= _weighted(s[:, :, 0, 0], weights)
    return out


def _weighted(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return (values * weights).sum(axis=1)


def _value(coefficients: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Evaluate polynomials; `at` holds one or more points for each, shape (B,) or (B, R)."""
    return polyval(at.T, coefficients.T, tensor=False).T


def _nearest_root(coefficients: np.ndarray, start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First sign change away from `start` in the direction of the bias, then bisection."""
    upward = _value(coefficients, start) >= 0
    end = np.where(upward, np.maximum(EXPLOSIVE, start + 0.2), np.minimum(-EXPLOSIVE, start - 0.2))
    grid = start[:, None] + (end - start)[:, None] * np.linspace(0, 1, _STEPS + 1)
    sign = np.where(upward, 1.0, -1.0)
    values = _value(coefficients, grid) * sign[:, None]
    below = values[:, 1:] < 0
    found = below.any(axis=1)
    rows = np.arange(len(start))
    place = np.where(found, below.argmax(axis=1), 0)
    low, high = grid[rows, place], grid[rows, place + 1]
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        positive = _value(coefficients, middle) * sign >= 0
        low, high = np.where(positive, middle, low), np.where(positive, high, middle)
    nearest = grid[rows, np.abs(values).argmin(axis=1)]
    return np.where(found, (low + high) / 2, nearest), found
