"""Least squares from cross-products: many regressions without reading a row."""

from __future__ import annotations

import numpy as np

from analysis.models.design import ABSORBED

__all__ = [
    "CHUNK", "UNIDENTIFIED", "cross_products", "inverses", "partial_out", "pseudo_inverses",
    "slopes_of", "solve_many", "without_each",
]  # fmt: skip

CHUNK = 512  # regressions solved at a time: the working arrays stay within a few megabytes
UNIDENTIFIED = 1e-9  # share of a term's information left without a cluster, as in CR3
STEADY = 1e5  # trace of an inverse up to which it is worth as much as a pseudo-inverse
_CELLS = 4e6  # of padded nuisance rows held at once
RANK = 1e-10  # relative size below which a direction of the nuisance columns counts as empty


def cross_products(z: np.ndarray, clusters: np.ndarray, groups: int | None = None) -> np.ndarray:
    """Z_g'Z_g for each cluster g, shape (G, m, m); G is the largest code and one by default."""
    order, groups = np.argsort(clusters, kind="stable"), groups or int(clusters.max()) + 1
    bounds = np.searchsorted(clusters[order], np.arange(1, groups))
    return np.stack([block.T @ block for block in np.split(z[order], bounds)])


def partial_out(products: np.ndarray, keep: int, whole: np.ndarray) -> np.ndarray:
    """Cross-products of the first `keep` columns after regression on the others, stacked.

    `whole` is the cross-product of all columns on all rows, of which each entry is a weighting.
    """
    a, c, d = products[..., :keep, :keep], products[..., :keep, keep:], products[..., keep:, keep:]
    if not d.shape[-1]:
        return a
    return a - c @ pseudo_inverses(d, whole[keep:, keep:]) @ np.swapaxes(c, -1, -2)


def without_each(z: np.ndarray, nuisance: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Cross-products of z less the nuisance, on all rows and without each cluster, (1 + G, m, m).

    `z` is free of the nuisance on all rows. Without cluster g there is left
    Z'Z - Z_g'(I - H_g)⁻¹Z_g, where H_g is the block of g in the projection on the nuisance; so a
    cluster of few rows costs a small inverse, however many effects there are. Rows that the
    nuisance fits outright have nothing in z, and a pseudo-inverse passes them over.
    """
    rows = np.bincount(clusters)
    if rows.max() >= nuisance.shape[1]:
        products = cross_products(np.column_stack([z, nuisance]), clusters)
        total = products.sum(axis=0)
        return partial_out(np.concatenate([total[None], total - products]), z.shape[1], total)
    values, vectors = np.linalg.eigh(nuisance.T @ nuisance)
    kept = values > RANK * values[-1]
    whitened = nuisance @ (vectors[:, kept] / np.sqrt(values[kept]))
    order = np.argsort(clusters, kind="stable")
    at = np.arange(rows.max()) < rows[:, None]  # (G, most rows), padded with empty rows
    taken = np.empty((len(rows), z.shape[1], z.shape[1]))
    step = max(1, int(_CELLS // (at.shape[1] * max(1, whitened.shape[1]))))
    ends = np.concatenate([[0], rows.cumsum()])
    for first in range(0, len(rows), step):
        mask = at[first : first + step]
        here = order[ends[first] : ends[first + len(mask)]]
        block, beside = (np.zeros((*mask.shape, a.shape[1])) for a in (z, whitened))
        block[mask], beside[mask] = z[here], whitened[here]
        free = np.eye(mask.shape[1]) - beside @ beside.transpose(0, 2, 1)
        inverse = np.linalg.pinv(free, rcond=RANK, hermitian=True)
        taken[first : first + step] = block.transpose(0, 2, 1) @ inverse @ block
    total = z.T @ z
    return np.concatenate([total[None], total - taken])


def pseudo_inverses(products: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Pseudo-inverses of cross-products of nuisance columns on weighted rows, (D, q, q).

    Columns may be collinear, and some may lose all rows. Directions that are empty on all rows,
    `whole`, are empty everywhere; what is left is inverted outright, and one by one with a cut-off
    where that is not steady.
    """
    values, vectors = np.linalg.eigh(whole)
    kept = values > RANK * values[-1]
    basis = vectors[:, kept] / np.sqrt(values[kept])
    small = basis.T @ products @ basis
    try:
        inverse = np.linalg.inv(small)
    except np.linalg.LinAlgError:
        return np.linalg.pinv(products, rcond=RANK, hermitian=True)
    out = basis @ inverse @ basis.T
    # Rounding may turn an empty direction negative: its inverse is then large and negative.
    unsteady = ~(np.abs(np.diagonal(inverse, axis1=1, axis2=2)).sum(axis=1) < STEADY)
    if unsteady.any():
        out[unsteady] = np.linalg.pinv(products[unsteady], rcond=RANK, hermitian=True)
    return out


def solve_many(
    products: np.ndarray, outcomes: np.ndarray, terms: np.ndarray, *, every: bool = True
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Slopes and cluster-robust spread of many regressions from cross-products of unit columns.

    Parameters
    ----------
    products : ndarray, shape (G, m, m)
        Per cluster, of columns of length one (or zero) over all clusters.
    outcomes, terms : ndarray of int, shapes (B,) and (B, k)
        Columns; −1 pads.
    every : bool
        Spread of every term or of the first.

    Returns
    -------
    tuple of ndarray
        Slopes (B, k), square roots of the diagonal of (X'X)⁻¹ Σ_g s_g s_g' (X'X)⁻¹ (B, k) or
        (B, 1), both NaN at padding, and which regressions are collinear (B,).
    """
    groups, m = products.shape[:2]
    total = products.sum(axis=0)
    # One row per column j, holding A_1[j], A_2[j], ...: all clusters in one product of matrices.
    wide = np.ascontiguousarray(products.transpose(1, 0, 2)).reshape(m, groups * m)
    width = terms.shape[1] if every else 1
    b, spread = np.empty(terms.shape), np.empty((len(terms), width))
    collinear = np.zeros(len(terms), dtype=bool)
    for start in range(0, len(terms), CHUNK):
        rows = slice(start, start + CHUNK)
        y, x = outcomes[rows], terms[rows]
        x = x[:, : int((x >= 0).sum(axis=1).max())]  # padding stands at the end
        at = np.arange(len(x))[:, None]
        slopes, collinear[rows], inverse = slopes_of(total, y, x, ABSORBED)
        b[rows, : x.shape[1]] = slopes
        residual = np.zeros((len(x), m + 1))
        residual[at, x] = -slopes  # padding is −1: the spare last column takes it
        residual[at[:, 0], y] = 1.0
        for j in range(min(width, x.shape[1])):
            row = np.zeros((len(x), m + 1))
            row[at, x] = inverse[:, j]
            scores = (row[:, :m] @ wide).reshape(len(x), groups, m) @ residual[:, :m, None]
            spread[rows, j] = np.sqrt((scores[..., 0] ** 2).sum(axis=1))
    b[collinear], spread[collinear] = np.nan, np.nan
    b[terms < 0], spread[terms[:, :width] < 0] = np.nan, np.nan
    return b, spread, collinear


def slopes_of(
    total: np.ndarray, y: np.ndarray, x: np.ndarray, tolerance: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Slopes (B, k), 0 at padding; which systems are singular; their inverses (B, k, k)."""
    total = np.pad(total, (0, 1))  # an empty last row and column, where −1 points
    system = total[x[:, :, None], x[:, None, :]]
    k = np.arange(x.shape[1])
    system[:, k, k] += x < 0  # a padded term stands alone with a one
    inverse, lost = inverses(system, tolerance)
    return (inverse @ total[x, y[:, None]][..., None])[..., 0], lost, inverse


def inverses(systems: np.ndarray, tolerance: float) -> tuple[np.ndarray, np.ndarray]:
    """Inverses, and which systems leave a term less than `tolerance` of its variance."""
    k = systems.shape[-1]
    lost = np.zeros(len(systems), dtype=bool)
    try:
        inverse = np.linalg.inv(systems)
    except np.linalg.LinAlgError:
        lost = np.linalg.eigvalsh(systems)[:, 0] < tolerance
        inverse = np.linalg.inv(np.where(lost[:, None, None], np.eye(k), systems))
    # The diagonal of the inverse is 1/(1 − R²) of each unit column on the others.
    size = inverse[:, np.arange(k), np.arange(k)]
    lost |= ~((size > 0) & (size * tolerance < 1)).all(axis=1)
    return inverse, lost
