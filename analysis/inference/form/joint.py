"""Sums, differences and ratios of coefficients, also of several fits that share clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from analysis.inference.clustered import sums
from analysis.inference.coefficients import jackknife_of
from analysis.inference.result import Row, row
from analysis.models import Fit

__all__ = ["Combination", "Joint", "Ratio", "combine", "fieller", "joint"]


@dataclass(frozen=True, slots=True)
class Combination(Row):
    """A weighted sum of coefficients, or a smooth function of them, with two standard errors.

    `p_greater` and `p_greater_cr3` are one-sided p-values against "greater than zero"; 1 − p is
    that against "less".
    """

    p_greater: float = float("nan")
    p_greater_cr3: float = float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """Coefficients of one or more fits with their joint covariance.

    `estimates`, shape (m,), holds one per picked coefficient, fit after fit. `cr1` and `cr3`, shape
    (m, m), are covariances; the diagonal is what each fit prints by itself. `dof` is clusters of
    the fit that has fewest, less one.
    """

    estimates: np.ndarray
    cr1: np.ndarray
    cr3: np.ndarray
    dof: int


@dataclass(frozen=True, slots=True)
class Ratio:
    """Fieller's set of values that a ratio of two coefficients may have.

    `low` and `high` are its ends, infinite where the set is the whole line. `shape` is "interval"
    (between the ends), "rays" (outside them) or "line" (everything): the last two say that the
    denominator cannot be told from zero.
    """

    low: float
    high: float
    shape: str


def joint(fits: Sequence[Fit], picks: Sequence[Sequence[str]]) -> Joint:
    """Stack fits and allow their errors to be dependent inside a cluster, across fits.

    V_hj = Σ_g ψ_hg ψ_jg', where ψ_hg = √c_h (X_h'X_h)⁻¹ X_hg'u_hg and c_h is the CR1 factor of fit
    h; a cluster that fit h does not see has ψ_hg = 0. That is the sandwich of one regression on the
    stacked rows with every regressor and effect interacted with the fit. For CR3, ψ_hg is
    √((G_h−1)/G_h) times the change of the coefficients when cluster g is left out; a coefficient
    that rests on one cluster is refused. All `fits` are clustered by the same variable; `picks`
    names the terms to keep of each.
    """
    labels = sorted({label for f in fits for label in f.cluster_labels})
    estimates, first, third = [], [], []
    for fitted, names in zip(fits, picks, strict=True):
        at = [fitted.terms.index(name) for name in names]
        estimates.append(fitted.coefficients[at])
        # Codes of a fit need not follow the sorted labels, so each cluster is sent to its place.
        place = np.searchsorted(labels, fitted.cluster_labels)
        for blocks, own in ((first, _influence(fitted)), (third, _left_out(fitted))):
            block = np.zeros((len(labels), len(at)))
            block[place] = own[:, at]
            blocks.append(block)
    psi, phi = np.hstack(first), np.hstack(third)
    dof = min(len(f.cluster_labels) for f in fits) - 1
    return Joint(np.concatenate(estimates), psi.T @ psi, phi.T @ phi, dof)


def _influence(fitted: Fit) -> np.ndarray:
    """Share of each cluster in b − β, times √CR1 factor, shape (G, k)."""
    groups = len(fitted.cluster_labels)
    scores = sums(fitted.x * fitted.residuals[:, None], fitted.clusters)
    factor = groups / (groups - 1) * (fitted.n - 1) / (fitted.n - fitted.parameters)
    return np.sqrt(factor) * np.linalg.solve(fitted.x.T @ fitted.x, scores.T).T


def _left_out(fitted: Fit) -> np.ndarray:
    found = jackknife_of(fitted)
    groups = len(fitted.cluster_labels)
    return np.sqrt((groups - 1) / groups) * (found.without - found.full)


def combine(
    label: str, weights: np.ndarray, found: Joint, *, level: float = 0.05,
    estimate: float | None = None,
) -> Combination:  # fmt: skip
    """Return weights'b with both errors; with `estimate`, weights are the gradient at b.

    `weights`, shape (m,), has one per coefficient of `found`; `estimate` is a smooth function of
    the coefficients, whose variance is then that of the delta method.
    """
    value = float(weights @ found.estimates) if estimate is None else float(estimate)
    errors = [float(np.sqrt(max(weights @ v @ weights, 0.0))) for v in (found.cr1, found.cr3)]
    above = [float(stdtr(found.dof, -value / e)) if e > 0 else float("nan") for e in errors]
    return row(
        label, label, value, errors[0], found.dof, level, errors[1], Combination,
        p_greater=above[0], p_greater_cr3=above[1],
    )  # fmt: skip


def fieller(top: float, bottom: float, v: np.ndarray, critical: float) -> Ratio:
    """Values θ of top/bottom that |top − θ·bottom| ≤ critical · se(top − θ·bottom) does not refuse.

    Fieller (1954, Journal of the Royal Statistical Society B 16(2), 175–185). Unlike the delta
    method it holds its coverage where the denominator is uncertain, and then it is no interval.
    `v`, shape (2, 2), is the covariance of `top` and `bottom`, `critical` a quantile of t.
    """
    c = critical**2
    a = bottom**2 - c * v[1, 1]
    b = -2 * (top * bottom - c * v[0, 1])
    root = b**2 - 4 * a * (top**2 - c * v[0, 0])
    if a == 0 or (a < 0 and root <= 0):
        return Ratio(float("-inf"), float("inf"), "line")
    ends = sorted((-b + sign * np.sqrt(max(root, 0.0))) / (2 * a) for sign in (-1, 1))
    return Ratio(float(ends[0]), float(ends[1]), "interval" if a > 0 else "rays")
