"""Averages over entities taken out of every entity: the arithmetic of common correlated effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.inference.clustered import sums
from analysis.models.scaling import units

__all__ = ["Defactored", "defactor", "pooled"]


@dataclass(frozen=True, slots=True, eq=False)
class Defactored:
    """Terms `x`, shape (n, k), and outcome `y`, shape (n,), free of averages over entities.

    Each entity's constant and its own slopes on the averages are taken out; `codes` are entities.
    """

    x: np.ndarray
    y: np.ndarray
    codes: np.ndarray


def defactor(x: np.ndarray, y: np.ndarray, codes: np.ndarray, years: np.ndarray) -> Defactored:
    """Take the averages over entities of y and x out of every entity, one regression each.

    `x`, shape (n, k), and `y`, shape (n,), are terms and outcome in levels, `codes` and `years`
    entity and year of each row, both 0, 1, …
    """
    z = np.column_stack([y, x])
    z = (z - z.mean(axis=0)) / np.where(z.std(axis=0) > 0, z.std(axis=0), 1.0)
    averages = (sums(z, years) / np.maximum(np.bincount(years), 1)[:, None])[years]
    common = np.column_stack([np.ones(len(y)), averages])
    both, left = np.column_stack([x, y]), np.empty((len(y), x.shape[1] + 1))
    for entity in range(int(codes.max()) + 1):
        rows = codes == entity
        fitted = np.linalg.lstsq(common[rows], both[rows], rcond=1e-10)[0]
        left[rows] = both[rows] - common[rows] @ fitted
    return Defactored(left[:, :-1], left[:, -1], codes)


def pooled(clean: Defactored) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """CCE pooled slopes (k,), Pesaran's covariance of them (k, k), each entity's own slopes (N, k).

    b = (Σ_i X_i'M_iX_i)⁻¹ Σ_i X_i'M_iy_i and V = N/(N−1) · Q⁻¹ [Σ_i Q_i(b_i − b̄)(b_i − b̄)'Q_i]
    Q⁻¹ with Q_i = X_i'M_iX_i, Q = Σ_i Q_i and b̄ the mean of the b_i (Pesaran 2006, equations 65
    and 69; weights equal; on a balanced panel these are the figures of R plm `pcce`).
    """
    unit, count = units(clean.x), int(clean.codes.max()) + 1
    x = clean.x / unit
    q = sums(x[:, :, None] * x[:, None, :], clean.codes)
    m = sums(x * clean.y[:, None], clean.codes)
    own = np.stack([np.linalg.lstsq(a, b, rcond=None)[0] for a, b in zip(q, m, strict=True)])
    total = q.sum(axis=0)
    scores = (q @ (own - own.mean(axis=0))[..., None])[..., 0]
    bread = np.linalg.inv(total)
    covariance = bread @ (scores.T @ scores) @ bread * (count / (count - 1))
    slopes = np.linalg.solve(total, m.sum(axis=0))
    return slopes / unit, covariance / np.outer(unit, unit), own / unit
