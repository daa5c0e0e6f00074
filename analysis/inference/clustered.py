"""Cluster-robust variances in plain numpy, each with its convention spelled out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.errors import SpecificationError
from analysis.models.crossproducts import pseudo_inverses

__all__ = ["Jackknife", "cr0", "cr1", "cr3"]

_UNIDENTIFIED = 1e-9  # share of a coefficient's information left without a cluster


@dataclass(frozen=True, slots=True, eq=False)
class Jackknife:
    """Leave-one-cluster-out estimates.

    Attributes
    ----------
    covariance : ndarray, shape (k, k)
        CR3.
    full : ndarray, shape (k,)
        Coefficients on all rows.
    without : ndarray, shape (G, k)
        Coefficients without each cluster.
    """

    covariance: np.ndarray
    full: np.ndarray
    without: np.ndarray


def cr0(x: np.ndarray, residuals: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Sandwich without a finite-sample factor: (X'X)⁻¹ Σ_g X_g'u_g u_g'X_g (X'X)⁻¹.

    Parameters
    ----------
    x : ndarray, shape (n, k)
        Regressors with all effects partialled out.
    residuals : ndarray, shape (n,)
        Residuals of the full regression.
    clusters : ndarray of int, shape (n,)
        Codes 0..G-1.

    Returns
    -------
    ndarray, shape (k, k)

    References
    ----------
    Liang and Zeger (1986), Biometrika 73(1), 13–22.
    """
    bread = np.linalg.inv(x.T @ x)
    scores = _sums(x * residuals[:, None], clusters)
    return bread @ (scores.T @ scores) @ bread


def cr1(x: np.ndarray, residuals: np.ndarray, clusters: np.ndarray, k: int) -> np.ndarray:
    """CR0 times G/(G−1) · (n−1)/(n−K), for use with t(G−1).

    Parameters
    ----------
    x, residuals, clusters
        As in `cr0`.
    k : int
        K, the parameters to charge for. Slopes, constant and effects not nested in clusters give
        the figures of reghdfe and R fixest; slopes alone those of plm "sss"; all effects those
        of a regression on dummies.

    Returns
    -------
    ndarray, shape (k, k)

    Raises
    ------
    SpecificationError
        One cluster only, or no more rows than parameters.
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

    Each b₍g₎ is an exact re-estimation: every effect is estimated anew without cluster g.
    Effects nested in clusters may be partialled out beforehand, because leaving out a cluster
    leaves the others' effects as they were. All other effects must come as `nuisance`. Only
    cross-products per cluster are needed, so no row is read twice.

    This is CV3 of MacKinnon, Nielsen and Webb (2023, Journal of Applied Econometrics 38(5),
    671–694): centred at the full-sample b. Their CV3J centres at the mean of the b₍g₎ instead.
    Bell and McCaffrey's (2002) form, which R clubSandwich calls CR3, lacks the factor: its
    standard errors are √(G/(G−1)) times these.

    Parameters
    ----------
    x : ndarray, shape (n, k)
        Regressors less the nested effects.
    y : ndarray, shape (n,)
        Outcome less the nested effects.
    clusters : ndarray of int, shape (n,)
        Codes 0..G-1.
    nuisance : ndarray, shape (n, q), optional
        Columns of the effects not nested in clusters, less the nested effects. They may be
        collinear among themselves.
    labels, names : sequence of str, optional
        Names of clusters and of regressors, for messages.

    Returns
    -------
    Jackknife

    Raises
    ------
    SpecificationError
        Without some cluster a coefficient is not identified; names both.
    """
    groups, k = int(clusters.max()) + 1, x.shape[1]
    free = np.empty((len(y), 0)) if nuisance is None else nuisance
    z = np.column_stack([x, free, y])
    scale = np.sqrt((z**2).sum(axis=0))
    scale[scale == 0] = 1.0
    z = z / scale
    # Free of the nuisance and at right angles on all rows: the same spaces, so the same slopes,
    # but cross-products of near-collinear columns would square what is lost to rounding.
    z[:, [*range(k), -1]] -= (
        z[:, k:-1] @ np.linalg.lstsq(z[:, k:-1], z[:, [*range(k), -1]], rcond=1e-10)[0]
    )
    z[:, :k], triangle = np.linalg.qr(z[:, :k])
    order = np.argsort(clusters, kind="stable")
    bounds = np.searchsorted(clusters[order], np.arange(1, groups))
    products = np.stack([block.T @ block for block in np.split(z[order], bounds)])
    total = products.sum(axis=0)
    information, moments = _reduce(np.concatenate([total[None], total - products]), k)
    _require_identified(
        triangle.T @ information @ triangle, labels or range(groups), names or range(k)
    )
    b = np.linalg.solve(triangle, np.linalg.solve(information, moments[..., None]))[..., 0]
    b *= scale[-1] / scale[:k]
    deviations = b[1:] - b[0]
    covariance = deviations.T @ deviations * (groups - 1) / groups
    return Jackknife(covariance, b[0], b[1:])


def _reduce(products: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Partial the nuisance out of stacked cross-products of [x, nuisance, y]."""
    xx, xw, ww = products[:, :k, :k], products[:, :k, k:-1], products[:, k:-1, k:-1]
    xy, wy = products[:, :k, -1], products[:, k:-1, -1]
    if not ww.shape[1]:
        return xx, xy
    through = xw @ pseudo_inverses(ww, ww[0])  # the first holds every row
    return xx - through @ xw.transpose(0, 2, 1), xy - (through @ wy[..., None])[..., 0]


def _require_identified(
    information: np.ndarray, labels: Sequence[object], names: Sequence[object]
) -> None:
    # Relative to the full sample: the smallest eigenvalue of L⁻¹ M₍g₎ L⁻ᵀ, where M = L L'.
    root = np.linalg.inv(np.linalg.cholesky(information[0]))
    values, vectors = np.linalg.eigh(root @ information[1:] @ root.T)
    worst = int(values[:, 0].argmin())
    if values[worst, 0] < _UNIDENTIFIED:
        direction = np.abs(root.T @ vectors[worst, :, 0])
        direction *= np.sqrt(np.diag(information[0]))
        raise SpecificationError(
            f"Without {labels[worst]} the coefficient of '{names[int(direction.argmax())]}' is not "
            "identified, so CR3 does not exist: leave the regressor out or use randomisation "
            "inference."
        )


def _sums(values: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Column sums per cluster, shape (G, k)."""
    out = np.zeros((int(clusters.max()) + 1, values.shape[1]))
    np.add.at(out, clusters, values)
    return out
