"""Weak instruments on partialled-out arrays: strength, and a set that does not need it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chndtrix, fdtr, fdtri

from analysis.inference.clustered import sums

__all__ = [
    "ReducedForms", "anderson_rubin", "effective_f", "f_critical", "p_value", "reduced_forms",
]  # fmt: skip

_POINTS = 4001


@dataclass(frozen=True, slots=True, eq=False)
class ReducedForms:
    """Outcome and endogenous regressor on the l instruments.

    `on_y, on_d`, shape (l,), are the coefficients of the instruments, `v_yy, v_yd, v_dd`, shape (l,
    l), their clustered covariances, finite-sample factor included, and `moments` is Z'Z.
    """

    on_y: np.ndarray
    on_d: np.ndarray
    v_yy: np.ndarray
    v_yd: np.ndarray
    v_dd: np.ndarray
    moments: np.ndarray

    def statistic(self, beta: np.ndarray | float) -> np.ndarray:
        """Anderson-Rubin statistic over the number of instruments, at each value of `beta`.

        Wald test of π_y − β π_d = 0, the coefficients of y − β d on the instruments, with the
        residuals of that regression: no instrument strength is assumed.
        """
        angle = np.arctan(np.atleast_1d(np.asarray(beta, dtype=float)))
        return self._at(np.cos(angle), np.sin(angle))

    def _at(self, c: np.ndarray, s: np.ndarray) -> np.ndarray:
        # Homogeneous in (1, −β), so that an infinite β is a point like any other.
        pi = c[:, None] * self.on_y - s[:, None] * self.on_d
        both = self.v_yd + self.v_yd.T
        c, s = c[:, None, None], s[:, None, None]
        v = c**2 * self.v_yy - c * s * both + s**2 * self.v_dd
        return np.einsum("bi,bi->b", pi, np.linalg.solve(v, pi[..., None])[..., 0]) / pi.shape[1]


def reduced_forms(
    z: np.ndarray, y: np.ndarray, d: np.ndarray, clusters: np.ndarray, k: int
) -> ReducedForms:
    """Regress y and d on z, with the CR1 covariance of all coefficients together.

    Instruments `z`, shape (n, l), outcome `y` and endogenous regressor `d`, shape (n,), are cleaned
    of effects and of the exogenous regressors; `clusters` are codes 0..G−1 and `k` is K of the CR1
    factor.
    """
    n, groups = len(y), int(clusters.max()) + 1
    moments = z.T @ z
    bread = np.linalg.inv(moments)
    on = bread @ (z.T @ np.column_stack([y, d]))
    residuals = np.column_stack([y, d]) - z @ on
    factor = groups / (groups - 1) * (n - 1) / (n - k)
    s_y, s_d = (sums(z * column[:, None], clusters) @ bread for column in residuals.T)
    return ReducedForms(
        on[:, 0], on[:, 1], factor * s_y.T @ s_y, factor * s_y.T @ s_d, factor * s_d.T @ s_d,
        moments,
    )  # fmt: skip


def effective_f(forms: ReducedForms) -> float:
    """F_eff = π_d' Z'Z π_d / tr(V_dd Z'Z) (Montiel Olea and Pflueger 2013).

    Journal of Business & Economic Statistics 31(3), 358–369. With one instrument it is the
    cluster-robust F of the first stage.
    """
    top = forms.on_d @ forms.moments @ forms.on_d
    return float(top / np.trace(forms.v_dd @ forms.moments))


def f_critical(forms: ReducedForms, bias: float = 0.1, level: float = 0.05) -> float:
    """Effective F above which the Nagar bias of 2SLS is below `bias` of the worst case.

    Simplified critical value of Montiel Olea and Pflueger (2013): the upper quantile of
    χ²(K, x K)/K with x = 1/bias and K the effective degrees of freedom
    tr(W)² (1 + 2x) / (tr(W'W) + 2x tr(W) maxeig(W)), W = (Z'Z)^½ V_dd (Z'Z)^½. One instrument
    gives 23.1 at a tenth.
    """
    values, vectors = np.linalg.eigh(forms.moments)
    root = vectors * np.sqrt(values) @ vectors.T
    w = root @ forms.v_dd @ root
    x, trace, largest = 1 / bias, np.trace(w), np.linalg.eigvalsh(w)[-1]
    dof = trace**2 * (1 + 2 * x) / (np.trace(w @ w) + 2 * x * trace * largest)
    return float(chndtrix(1 - level, dof, x * dof) / dof)


def anderson_rubin(
    forms: ReducedForms, dof: float, level: float, centre: float, scale: float
) -> tuple[str, tuple[tuple[float, float], ...]]:
    """Invert the Anderson-Rubin test into a confidence set.

    `dof` is G − 1, the denominator of F; `centre` and `scale`, the 2SLS estimate and its error, say
    where the grid is dense. Returns "interval", "two rays", "whole line", "empty" or "union", and
    the closed intervals of the set in ascending order; ends may be infinite.
    """
    from scipy.optimize import brentq  # a tenth of a second that most callers never need

    critical = fdtri(len(forms.on_d), dof, 1 - level)

    def excess(angle: np.ndarray | float) -> np.ndarray:
        # (1, −β) up to a factor: (cos, −(centre cos + scale sin)), finite at ±π/2.
        angle = np.atleast_1d(angle)
        return forms._at(np.cos(angle), centre * np.cos(angle) + scale * np.sin(angle)) - critical

    grid = np.linspace(-np.pi / 2, np.pi / 2, _POINTS)
    values = excess(grid)
    values[-1] = values[0]  # both ends are the same point, an infinite β
    inside = values <= 0
    turns = np.flatnonzero(inside[1:] != inside[:-1])
    angles = [brentq(lambda a: excess(a)[0], grid[i], grid[i + 1]) for i in turns]
    roots = [*(centre + scale * np.tan(angles))]
    ends = ([-np.inf] if inside[0] else []) + roots + ([np.inf] if inside[-1] else [])
    pieces = tuple((float(a), float(b)) for a, b in zip(ends[::2], ends[1::2], strict=True))
    return _shape(pieces), pieces


def p_value(forms: ReducedForms, beta: float, dof: float) -> float:
    """p-value of the Anderson-Rubin test of a coefficient of `beta`, from F(l, `dof`)."""
    return float(1 - fdtr(len(forms.on_d), dof, forms.statistic(beta)[0]))


def _shape(pieces: tuple[tuple[float, float], ...]) -> str:
    if not pieces:
        return "empty"
    if len(pieces) == 1:
        return "whole line" if np.isinf(pieces[0]).all() else "interval"
    if len(pieces) == 2 and np.isinf(pieces[0][0]) and np.isinf(pieces[1][1]):
        return "two rays"
    return "union"
