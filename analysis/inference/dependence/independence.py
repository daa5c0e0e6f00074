"""What residuals of a regression look like when its entities have nothing to do with each other.

Absorbing year effects makes the residuals of a year sum to nothing, and persistence makes short
series look alike by chance. Neither is dependence between entities. So the panel is drawn anew
without any dependence, put through the same regression, and the statistics are read off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import orth

from analysis.inference.dependence.correlations import autocorrelation, deviation, pairs, wide
from analysis.models import Fit
from analysis.models.design import Design, split_effects

__all__ = ["GRID", "Independent", "autoregressive", "codes", "simulate_independent"]

GRID = np.array([-0.8, -0.4, 0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.999])
"""Autoregressions tried; residuals beyond the last are matched by it."""
_TRIALS = 20  # panels per point of the grid
_CELLS = 4_000_000  # correlations held in memory at once


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
