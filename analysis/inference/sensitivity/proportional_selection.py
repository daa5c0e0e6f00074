"""Oster's formulas for selection on unobservables: moments in, delta and beta* out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.errors import SpecificationError
from analysis.models.scaling import least_squares

__all__ = ["Moments", "adjusted", "moments", "selection_ratio"]


@dataclass(frozen=True, slots=True)
class Moments:
    """What Oster's formulas need, all of it after the effects are absorbed.

    `short` and `short_r2` are coefficient of the treatment and R² without controls, `controlled`
    and `controlled_r2` the same with controls; `var_y, var_x, var_rest` are the variances of the
    outcome, of the treatment, and of the treatment given the controls.
    """

    short: float
    short_r2: float
    controlled: float
    controlled_r2: float
    var_y: float
    var_x: float
    var_rest: float


def moments(y: np.ndarray, x: np.ndarray, j: int) -> Moments:
    """Short and controlled regression of y (n,) on the treatment x[:, j], x of shape (n, k).

    Columns have mean zero and are cleaned of effects; the R² are shares of y'y.
    """
    d, w = x[:, j], np.delete(x, j, axis=1)
    rest, short, full = d - w @ least_squares(w, d), d @ y / (d @ d), least_squares(x, y)
    e_short, e_full = y - short * d, y - x @ full
    total, n = y @ y, len(y)
    return Moments(
        short=float(short), short_r2=float(1 - e_short @ e_short / total),
        controlled=float(full[j]), controlled_r2=float(1 - e_full @ e_full / total),
        var_y=float(total / n), var_x=float(d @ d / n), var_rest=float(rest @ rest / n),
    )  # fmt: skip


def selection_ratio(m: Moments, r_max: float, target: float = 0.0) -> float:
    """δ for which the true coefficient is `target` (Oster 2019, Proposition 3).

    It solves `_cubic` for δ, in which the equation is linear, at ν = β̃ − target.
    """
    _require_ceiling(m, r_max)
    by_delta, by_one = _cubic(m, r_max)
    powers = _bias_unit(m, m.controlled - target) ** np.arange(3, -1, -1)
    numerator, denominator = -(by_one @ powers), by_delta @ powers
    lost = abs(denominator) <= 1e-12 * (np.abs(by_delta) @ np.abs(powers))
    return float("inf") if lost else float(numerator / denominator)


def adjusted(
    m: Moments, r_max: float, delta: float = 1.0
) -> tuple[float, tuple[float, ...], tuple[float, ...]]:
    """Solve for β* = β̃ − ν: the chosen root, all admissible ones and the refused.

    ν solves a cubic, which at δ = 1 is a quadratic (Oster 2019, Corollary 1). A root is refused
    where it breaks her Assumption 3, that the observed index keeps the sign of its covariance with
    the treatment when the bias is taken out of it: that covariance has the sign of β̇ − β* at the
    root and of β̇ − β̃ as estimated. Of the roots left, the one nearest to β̃ is chosen.
    """
    _require_ceiling(m, r_max)
    by_delta, by_one = _cubic(m, r_max)
    coefficients = delta * by_delta + by_one
    largest = np.abs(coefficients).max()
    # A leading coefficient of rounding size would add a root at infinity.
    coefficients[np.abs(coefficients) < 1e-12 * largest] = 0.0
    found = np.roots(coefficients)
    real = found[np.abs(found.imag) < 1e-9 * np.maximum(1.0, np.abs(found))].real
    betas = [float(m.controlled - nu * np.sqrt(m.var_y / m.var_x)) for nu in real]
    move = m.short - m.controlled
    kept = [b for b in betas if (m.short - b) * move * np.sign(delta) >= 0]
    refused = tuple(sorted(set(betas) - set(kept)))
    kept.sort(key=lambda b: abs(b - m.controlled))
    return (kept[0] if kept else float("nan")), tuple(kept), refused


def _cubic(m: Moments, r_max: float) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients of ν³, ν², ν, 1 that multiply δ, and those that do not.

    0 = δ (R_max−R̃) σy² (β̇−β̃) σx²
      + ν [δ (R_max−R̃) σy² (σx²−τ) − (R̃−Ṙ) σy² τ − σx² τ (β̇−β̃)²]
      + ν² [τ (β̇−β̃) σx² (δ−2)] + ν³ [(δ−1)(τ σx² − τ²)],
    with outcome and treatment scaled to variance one, so that every coefficient is of order one.
    """
    tau = m.var_rest / m.var_x
    move = _bias_unit(m, m.short - m.controlled)
    room, gain = r_max - m.controlled_r2, m.controlled_r2 - m.short_r2
    by_delta = np.array([tau - tau**2, tau * move, room * (1 - tau), room * move])
    by_one = np.array([tau**2 - tau, -2 * tau * move, -gain * tau - tau * move**2, 0.0])
    return by_delta, by_one


def _bias_unit(m: Moments, value: float) -> float:
    return value * np.sqrt(m.var_x / m.var_y)


def _require_ceiling(m: Moments, r_max: float) -> None:
    if not m.controlled_r2 < r_max <= 1:
        raise SpecificationError(
            f"R_max {r_max:.4g} must lie above the controlled within R² {m.controlled_r2:.4g} and "
            "not above 1: choose another R_max."
        )
