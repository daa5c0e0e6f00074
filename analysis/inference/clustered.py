"""Cluster-robust variances in plain numpy, each with its convention spelled out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.errors import SpecificationError
from analysis.models.crossproducts import UNIDENTIFIED, without_each
from analysis.models.scaling import without_columns

__all__ = ["Jackknife", "cr0", "cr1", "cr3", "orthonormal", "sums"]


@dataclass(frozen=True, slots=True, eq=False)
class Jackknife:
    """Leave-one-cluster-out estimates.

    Attributes
    ----------
    covariance : ndarray, shape (k, k)
        CR3.
    full, without : ndarray, shapes (k,) and (G, k)
        Coefficients on all rows, and without each cluster.
    """

    covariance: np.ndarray
    full: np.ndarray
    without: np.ndarray


def cr0(x: np.ndarray, residuals: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Sandwich without a finite-sample factor: (X'X)⁻¹ Σ_g X_g'u_g u_g'X_g (X'X)⁻¹, shape (k, k).

    Liang and Zeger (1986), Biometrika 73(1), 13–22. `x`, shape (n, k), are regressors with all
    effects partialled out, `residuals`, shape (n,), those of the full regression and `clusters`,
    shape (n,), codes 0..G-1.

    Parameters
    ----------
    x : ndarray, shape (n, k)
        Regressors, effects taken out.
    residuals : ndarray, shape (n,)
        Of the regression.
    clusters : ndarray of int, shape (n,)
        Codes from 0.

    Returns
    -------
    ndarray, shape (k, k)
        Covariance of the slopes.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[1.0], [2.0], [3.0], [4.0]])
    >>> cr0(x, np.array([0.1, -0.2, 0.3, -0.1]), np.array([0, 0, 1, 1])).round(5)
    array([[0.00038]])
    """
    bread = np.linalg.inv(x.T @ x)
    scores = sums(x * residuals[:, None], clusters)
    return bread @ (scores.T @ scores) @ bread


def cr1(x: np.ndarray, residuals: np.ndarray, clusters: np.ndarray, k: int) -> np.ndarray:
    """CR0 times G/(G−1) · (n−1)/(n−K), for use with t(G−1).

    `k` is K, the parameters to charge for; the rest is as in `cr0`. Slopes, constant and effects
    not nested in clusters give the figures of reghdfe and R fixest; slopes alone those of plm
    "sss"; all effects those of a regression on dummies.

    Parameters
    ----------
    x, residuals, clusters
        As in `cr0`.
    k : int
        Parameters K that the factor counts.

    Returns
    -------
    ndarray, shape (k, k)
        Covariance of the slopes.

    Raises
    ------
    SpecificationError
        One cluster only, or no more rows than parameters.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[1.0], [2.0], [3.0], [4.0]])
    >>> cr1(x, np.array([0.1, -0.2, 0.3, -0.1]), np.array([0, 0, 1, 1]), k=1).round(5)
    array([[0.00076]])
    """
    n, groups = len(residuals), int(clusters.max()) + 1
    if groups < 2 or n <= k:
        raise SpecificationError(
            f"CR1 needs at least two clusters and more rows than parameters, not {groups} "
            f"clusters and {n} rows for {k} parameters: widen the sample."
        )
    return cr0(x, residuals, clusters) * (groups / (groups - 1) * (n - 1) / (n - k))


def cr3(
    x: np.ndarray, y: np.ndarray, clusters: np.ndarray, nuisance: np.ndarray | None = None,
    labels: Sequence[str] | None = None, names: Sequence[str] | None = None,
) -> Jackknife:  # fmt: skip
    """Leave-one-cluster-out jackknife, (G−1)/G · Σ_g (b₍g₎ − b)(b₍g₎ − b)', for use with t(G−1).

    Each b₍g₎ is an exact re-estimation: every effect is estimated anew without cluster g. Effects
    nested in clusters may be partialled out beforehand, because leaving out a cluster leaves the
    others' effects as they were. All other effects must come as `nuisance`. Only cross-products per
    cluster are needed, so no row is read twice.

    This is CV3 of MacKinnon, Nielsen and Webb (2023, Journal of Applied Econometrics 38(5),
    671–694): centred at the full-sample b. Their CV3J centres at the mean of the b₍g₎ instead. Bell
    and McCaffrey's (2002) form, which R clubSandwich calls CR3, lacks the factor: its standard
    errors are √(G/(G−1)) times these.

    Parameters
    ----------
    x, y, nuisance : ndarray, shapes (n, k), (n,) and (n, q)
        Regressors, outcome and columns of the effects not nested in clusters, all less the nested
        effects. Nuisance columns may be collinear among themselves.
    clusters : ndarray of int, shape (n,)
        Codes 0..G-1.
    labels, names : sequence of str, optional
        Names of clusters and of regressors, for messages.

    Returns
    -------
    Jackknife
        Covariance and the estimates without each cluster.

    Raises
    ------
    SpecificationError
        Without some cluster a coefficient is not identified; names both.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[1.0], [2.0], [3.0], [4.0]])
    >>> cr3(x, np.array([1.1, 1.9, 3.2, 3.9]), np.array([0, 0, 1, 1])).covariance.shape
    (1, 1)
    """
    groups, k = int(clusters.max()) + 1, x.shape[1]
    free = np.empty((len(y), 0)) if nuisance is None else nuisance
    z = np.column_stack([x, y, free])
    scale = np.sqrt((z**2).sum(axis=0))
    scale[scale == 0] = 1.0
    z = z / scale
    # Free of the nuisance and at right angles on all rows: the same spaces, so the same slopes,
    # but cross-products of near-collinear columns would square what is lost to rounding.
    free = z[:, k + 1 :]
    z[:, : k + 1] = without_columns(z[:, : k + 1], free)
    z[:, :k], triangle = np.linalg.qr(z[:, :k])
    left = without_each(z[:, : k + 1], z[:, k + 1 :], clusters)
    information, moments = left[:, :k, :k], left[:, :k, k:]
    within = triangle.T @ information @ triangle
    _require_identified(within, labels or range(groups), names or range(k))
    b = np.linalg.solve(triangle, np.linalg.solve(information, moments))[..., 0]
    b *= scale[k] / scale[:k]
    deviations = b[1:] - b[0]
    covariance = deviations.T @ deviations * (groups - 1) / groups
    return Jackknife(covariance, b[0], b[1:])


def _require_identified(
    information: np.ndarray, labels: Sequence[object], names: Sequence[object]
) -> None:
    # Relative to the full sample: the smallest eigenvalue of L⁻¹ M₍g₎ L⁻ᵀ, where M = L L'.
    root = np.linalg.inv(np.linalg.cholesky(information[0]))
    values, vectors = np.linalg.eigh(root @ information[1:] @ root.T)
    worst = int(values[:, 0].argmin())
    if values[worst, 0] < UNIDENTIFIED:
        direction = np.abs(root.T @ vectors[worst, :, 0])
        direction *= np.sqrt(np.diag(information[0]))
        raise SpecificationError(
            f"Without {labels[worst]} the coefficient of '{names[int(direction.argmax())]}' is not "
            "identified, so CR3 does not exist: leave the regressor out or use randomisation "
            "inference."
        )


def sums(values: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Add up rows, shape (n, …), with the same code 0..G-1, shape (G, …)."""
    out = np.zeros((int(codes.max()) + 1, *values.shape[1:]))
    np.add.at(out, codes, values)
    return out


def orthonormal(columns: np.ndarray, cut: float = 1e-10) -> np.ndarray:
    """Return an orthonormal basis of what columns of any length span, shape (n, rank)."""
    scale = np.sqrt((columns**2).sum(axis=0))
    u, s, _ = np.linalg.svd(columns[:, scale > 0] / scale[scale > 0], full_matrices=False)
    return u[:, s > cut * s[:1]]
