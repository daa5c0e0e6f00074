"""Correlations of entities, and what they are when entities have nothing to do with each other.

Absorbing year effects makes the residuals of a year sum to nothing, and persistence makes short
series look alike by chance. Neither is dependence between entities. So the panel is drawn anew
without any dependence, put through the same regression, and the statistics are read off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import orth

from analysis.models import Fit
from analysis.models.design import Design, split_effects

__all__ = [
    "GRID", "Independent", "Pairs", "autocorrelation", "autoregressive", "codes", "deviation",
    "pairs", "simulate_independent", "weighted_cd", "wide",
]  # fmt: skip

GRID = np.array([-0.8, -0.4, 0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.999])
"""Autoregressions tried; residuals beyond the last are matched by it."""
_TRIALS = 20  # panels per point of the grid
_CELLS = 4_000_000  # correlations held in memory at once
SHORTEST = 3  # years two entities must share: with two, every correlation is one


@dataclass(frozen=True, slots=True, eq=False)
class Independent:
    """Statistics of independent panels with the rows, effects and regressors of a fit.

    `persistence` is the first-order autoregression of the drawn errors, chosen so that their
    residuals are as autocorrelated as those of the fit; `cd` and `absolute`, shape (draws,), are
    Pesaran's CD and the mean absolute correlation.
    """

    persistence: float
    cd: np.ndarray
    absolute: np.ndarray


def simulate_independent(
    fitted: Fit, design: Design, draws: int, rng: np.random.Generator
) -> Independent:
    """Draw independent autoregressive errors and put them through the regression of a fit.

    Both statistics are adjusted to the autocorrelation of the residuals at hand.

    Errors are Gaussian and scaled so that each entity's residuals have the SD they have at hand:
    with year effects CD depends on how unequal these are. The autoregression is the same for all
    and chosen so that residuals repeat the observed first-order autocorrelation: the
    autocorrelation of residuals itself is too small, because effects have been taken out.
    """
    entity, year = codes(design)
    target_sd = deviation(wide(fitted.residuals, entity, year))
    size = (len(target_sd), int(year.max()) + 1)
    nested = [a for a in design.absorbed if a.nested_in(design.clusters)]
    basis = orth(np.column_stack([fitted.nuisance, fitted.x_nested / fitted.x_nested.std(axis=0)]))

    def through(errors: np.ndarray) -> np.ndarray:
        clean = split_effects(errors[:, entity, year].T, nested, design.clusters)[0]
        return wide((clean - basis @ (basis.T @ clean)).T, entity, year)

    def residuals(errors: np.ndarray) -> np.ndarray:
        found = deviation(through(errors))
        scale = np.divide(target_sd, found, out=np.zeros_like(found), where=found > 0)
        return through(errors * scale[..., None])

    trial = rng.normal(size=(_TRIALS, *size))
    # One call for the whole grid: taking effects out costs the same for one column as for many.
    candidates = np.concatenate([autoregressive(rho, trial) for rho in GRID])
    reached = autocorrelation(residuals(candidates)).reshape(len(GRID), -1).mean(axis=1)
    target = float(autocorrelation(wide(fitted.residuals, entity, year)))
    persistence = float(np.interp(target, np.maximum.accumulate(reached), GRID))
    chunk = max(1, _CELLS // size[0] ** 2)
    found = []
    for start in range(0, draws, chunk):
        shocks = rng.normal(size=(min(chunk, draws - start), *size))
        drawn = residuals(autoregressive(persistence, shocks))
        table = pairs(drawn)
        found.append((autocorrelation(drawn), table.cd(), table.mean(absolute=True)))
    reached, cd, absolute = (np.concatenate(column) for column in zip(*found, strict=True))
    gap = reached - target
    return Independent(persistence, _at_zero(cd, gap), _at_zero(absolute, gap))


def _at_zero(values: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """Move each draw along the regression line of `values` on `gap` to a gap of zero.

    Series that happen to be more autocorrelated also look more alike. The panel at hand has the
    autocorrelation it has, so draws are compared at just that.
    """
    centred = gap - gap.mean()
    total = centred @ centred
    return values - gap * (centred @ values / total) if total > 0 else values


def codes(design: Design) -> tuple[np.ndarray, np.ndarray]:
    """Entity 0..N−1 and years since the first, row by row."""
    index = design.index
    years = index.get_level_values(1).to_numpy(dtype=int)
    return np.unique(index.codes[0], return_inverse=True)[1], years - years.min()


def autoregressive(rho: float, shocks: np.ndarray) -> np.ndarray:
    """Stationary first-order autoregressions of variance one along the last axis."""
    out = np.empty_like(shocks)
    out[..., 0] = shocks[..., 0]
    for t in range(1, shocks.shape[-1]):
        out[..., t] = rho * out[..., t - 1] + np.sqrt(1 - rho**2) * shocks[..., t]
    return out


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
