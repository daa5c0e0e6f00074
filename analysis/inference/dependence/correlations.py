"""Correlations between entities of a panel with gaps, and the statistics made of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Pairs", "autocorrelation", "deviation", "pairs", "weighted_cd", "wide"]

SHORTEST = 3  # years two entities must share: with two, every correlation is one


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Correlations of all pairs of entities.

    `rho`, shape (..., N, N), is the correlation over the years both are observed, zero on the
    diagonal and where not used; `overlap`, shape (N, N), the number of these years. `used`, of bool
    and shape (N, N), marks pairs above the diagonal with at least three shared years and some
    variation in all draws.
    """

    rho: np.ndarray
    overlap: np.ndarray
    used: np.ndarray

    @property
    def scaled(self) -> np.ndarray:
        """√T_ij · ρ_ij of the pairs used, zero elsewhere, shape (..., N, N)."""
        return np.where(self.used, np.sqrt(self.overlap) * self.rho, 0.0)

    def cd(self, signs: np.ndarray | None = None) -> np.ndarray:
        """(1/√P) Σ_{i<j} w_i w_j √T_ij ρ_ij over P pairs; w = 1 where no signs are given."""
        if signs is None:
            total = self.scaled.sum(axis=(-2, -1))
        else:
            total = ((signs @ self.scaled) * signs).sum(axis=-1)
        return total / np.sqrt(self.used.sum())

    def mean(self, *, absolute: bool) -> np.ndarray:
        """Mean correlation, or mean absolute correlation, of the pairs used."""
        rho = np.abs(self.rho) if absolute else self.rho
        return np.where(self.used, rho, 0.0).sum(axis=(-2, -1)) / self.used.sum()


def wide(values: np.ndarray, entity: np.ndarray, year: np.ndarray) -> np.ndarray:
    """Spread rows over a grid, shape (..., n) to (..., N, T); NaN where there is no row."""
    shape = (*values.shape[:-1], int(entity.max()) + 1, int(year.max()) + 1)
    out = np.full(shape, np.nan)
    out[..., entity, year] = values
    return out


def pairs(grid: np.ndarray) -> Pairs:
    """Correlate all pairs of entities over the years they share.

    `grid`, shape (..., N, T), holds residuals; NaN in the same cells of every draw.
    """
    seen = np.isfinite(grid[(0,) * (grid.ndim - 2)]).astype(float)
    e = np.nan_to_num(grid)
    overlap = seen @ seen.T
    count = np.maximum(overlap, 1.0)
    sums = e @ seen.T  # [i, j]: sum of i over the years shared with j
    spread = (e**2) @ seen.T - sums**2 / count
    joint = e @ np.swapaxes(e, -1, -2) - sums * np.swapaxes(sums, -1, -2) / count
    scale = np.sqrt(np.maximum(spread * np.swapaxes(spread, -1, -2), 0.0))
    flat = scale <= 1e-12 * np.maximum((e**2).sum(axis=-1).max(), np.finfo(float).tiny)
    used = np.triu(overlap >= SHORTEST, 1) & ~flat.any(axis=tuple(range(grid.ndim - 2)))
    defined = ~flat & ~np.eye(len(seen), dtype=bool)
    rho = np.divide(joint, scale, out=np.zeros_like(joint), where=defined)
    return Pairs(np.clip(rho, -1.0, 1.0), overlap, used)


def deviation(grid: np.ndarray) -> np.ndarray:
    """Root mean square of each entity's residuals, shape (..., N)."""
    return np.sqrt(np.nanmean(grid**2, axis=-1))


def autocorrelation(grid: np.ndarray) -> np.ndarray:
    """Pooled Σ z_it z_i,t−1 / Σ z²_i,t−1 over neighbouring years, z of unit SD, shape (...).

    Every entity counts alike: one that wanders far has a large SD and looks persistent, and
    would otherwise rule the figure.
    """
    size = deviation(grid)[..., None]
    z = np.divide(grid, size, out=np.zeros_like(grid), where=np.isfinite(grid) & (size > 0))
    both = np.isfinite(grid[..., 1:]) & np.isfinite(grid[..., :-1])
    top = np.where(both, z[..., 1:] * z[..., :-1], 0.0).sum(axis=(-2, -1))
    bottom = np.where(both, z[..., :-1] ** 2, 0.0).sum(axis=(-2, -1))
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)


def weighted_cd(found: Pairs, signs: np.ndarray) -> tuple[float, float, float]:
    """CD_W with given signs, CD_W+ and its threshold (Juodis and Reese 2022, JBES 40(3)).

    CD_W multiplies entity i by a random sign w_i, so that what year effects leave behind
    averages out. CD_W+ = CD_W + Σ_{i<j} |ρ_ij| 1(|ρ_ij| > 2 √(ln N / T)) adds the pairs whose
    correlation no sampling error explains (after Fan, Liao and Yao 2015, Econometrica 83(4)).
    Both are computed from correlations, so entities with large residuals do not dominate. T is
    the mean overlap of the pairs used.
    """
    overlap = float(found.overlap[found.used].mean())
    threshold = 2 * float(np.sqrt(np.log(len(found.overlap)) / overlap))
    weighted = float(found.cd(signs))
    rho = np.abs(found.rho[found.used])
    return weighted, weighted + float(rho[rho > threshold].sum()), threshold
