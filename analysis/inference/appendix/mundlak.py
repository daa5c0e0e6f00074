"""The regression form of the Hausman test: whether entity means matter beside the terms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import qr
from scipy.special import fdtrc

from analysis.inference.clustered import cr0, sums
from analysis.models.scaling import least_squares

__all__ = ["Wald", "clustered_wald", "entity_means", "independent_columns", "mundlak"]


@dataclass(frozen=True, slots=True)
class Wald:
    """A test that several coefficients are zero: statistic, degrees of freedom, p-value."""

    statistic: float
    dof: int
    p: float


def mundlak(
    x: np.ndarray, y: np.ndarray, other: np.ndarray, codes: np.ndarray, theta: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (k,) of the entity means of x beside x itself, and their CR0 covariance (k, k).

    y_it = b'x_it + g'x̄_i + d'w_it + a_i + e_it by random effects: everything less θ_i times its
    entity mean. b is then the fixed-effects slope, and g = 0 says that random effects estimate the
    same (Mundlak 1978, Econometrica 46(1), 69–85). With CR0 the Wald test of g = 0 is the robust
    regression form of the Hausman test (Arellano 1993) as in R plm.

    `x`, shape (n, k), and `y`, shape (n,), are terms and outcome; `other`, shape (n, q), holds
    further columns, the constant among them; `codes` names the entity of each row and `theta` the
    share of its mean that is taken out.
    """
    k, means = x.shape[1], entity_means(x, codes)
    # Means of the other columns too: an unbalanced panel's years differ between entities.
    columns = np.column_stack([x, means, other, entity_means(other, codes)])
    both = np.column_stack([independent_columns(columns, 2 * k), y])
    both -= theta[:, None] * entity_means(both, codes)
    z, response = both[:, :-1], both[:, -1]
    b = least_squares(z, response)
    covariance = cr0(z, response - z @ b, codes)
    return b[k : 2 * k], covariance[k : 2 * k, k : 2 * k]


def clustered_wald(g: np.ndarray, cr0: np.ndarray, groups: int, n: int, parameters: int) -> Wald:
    """Wald test with the CR1 factor on a CR0 covariance; statistic / k against F(k, G−1)."""
    factor = groups / (groups - 1) * (n - 1) / (n - parameters)
    statistic = float(g @ np.linalg.solve(cr0 * factor, g))
    return Wald(statistic, len(g), float(fdtrc(len(g), groups - 1, statistic / len(g))))


def entity_means(columns: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Mean of each column over the rows of an entity, repeated on these rows."""
    return (sums(columns, codes) / np.bincount(codes)[:, None])[codes]


def independent_columns(columns: np.ndarray, keep: int) -> np.ndarray:
    """Drop columns that the first `keep` and the columns before them already span."""
    basis = np.linalg.qr(columns[:, :keep])[0]
    rest = columns[:, keep:]
    left = rest - basis @ (basis.T @ rest)
    if not rest.shape[1]:
        return columns
    triangle, order = qr(left, mode="r", pivoting=True)
    size = np.abs(np.diag(triangle[: rest.shape[1]]))
    scale = max(float(np.linalg.norm(rest, axis=0).max()), np.finfo(float).tiny)
    kept = np.sort(order[: int((size > 1e-9 * scale).sum())])
    return np.column_stack([columns[:, :keep], rest[:, kept]])
