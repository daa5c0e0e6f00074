"""Cohort comparisons as linear functions of the outcome: pure arrays, no panel.

The effect on cohort g in year t, with base year b(g) before g and controls C(g, t), is

    ATT(g, t) = mean over cohort g of (Y_t − Y_b) − mean over C(g, t) of (Y_t − Y_b)

(Callaway and Sant'Anna 2021, without covariates). Any weighted sum of these cells is linear in Y,
and the weight of one entity's outcome depends on nothing but its own start: that is why 5,000
permuted assignments cost one gather from a small table.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.errors import SpecificationError
from analysis.inference.events.data import NEVER

__all__ = [
    "Cells", "cell_effects", "cells", "influence", "loadings", "summary_error", "weights",
]  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Comparisons of one cohort in one year with its controls.

    `cohort`, `year` and `base`, shape (C,), are cohort g, year t and base year b of each cell.
    `levels`, shape (S,), are distinct starts, `NEVER` among them where it occurs, ascending, and
    `sizes` entities per level. `treated` and `control`, of bool and shape (C, S), say which levels
    stand on which side of each cell. `years`, shape (T,), are those of the outcome; `lost` counts
    cells without a control, left out.
    """

    cohort: np.ndarray
    year: np.ndarray
    base: np.ndarray
    levels: np.ndarray
    sizes: np.ndarray
    treated: np.ndarray
    control: np.ndarray
    years: np.ndarray
    lost: int

    @property
    def event_time(self) -> np.ndarray:
        """Years since the first year of exposure, shape (C,)."""
        return self.year - self.cohort

    @property
    def cohort_size(self) -> np.ndarray:
        """Entities in the cohort of each cell, shape (C,)."""
        return self.treated @ self.sizes


def cells(starts: np.ndarray, years: np.ndarray, control: str = "not_yet_treated") -> Cells:
    """All cells with the last year before exposure as base, before and after it.

    `starts`, shape (N,), are first years of exposure, `NEVER` for none; `years`, shape (T,), are
    consecutive. With `control` "not_yet_treated" entities not exposed in either year of a cell are
    its controls, with "never_treated" those that never are. Some cell must have a control.
    """
    levels, sizes = np.unique(starts, return_counts=True)
    grid = [(g, t, g - 1) for g in levels if g != NEVER for t in years if t != g - 1]
    g, t, b = np.array(grid, dtype=int).T
    last = np.maximum(t, b)
    never = np.tile(levels == NEVER, (len(g), 1))
    waiting = (levels[None, :] > last[:, None]) & (levels[None, :] != g[:, None])
    controls = never | waiting if control == "not_yet_treated" else never
    usable = controls.any(axis=1)
    if not usable.any():
        raise SpecificationError(
            f"No cohort has both a year before it and a control of the kind '{control}': add "
            "entities, allow not-yet-treated controls, or widen the years."
        )
    return Cells(
        g[usable], t[usable], b[usable], levels, sizes,
        levels[None, :] == g[usable, None], controls[usable], years, int((~usable).sum()),
    )  # fmt: skip


def weights(found: Cells, target: str, event_time: int | None = None) -> np.ndarray:
    """Weights of the cells in one summary, shape (C,), summing to one.

    "simple" weighs every exposed cohort-year by the size of its cohort, "dynamic" every year since
    exposure equally, "group" every entity equally, and "event_time" is one year since exposure.
    """
    e, size = found.event_time, found.cohort_size.astype(float)
    post = e == event_time if target == "event_time" else e >= 0
    value = np.where(post, size, 0.0)
    if target in ("dynamic", "group"):
        key = e if target == "dynamic" else found.cohort
        for one in np.unique(key[post]):
            here = post & (key == one)
            share = 1.0 if target == "dynamic" else size[here][0]
            value[here] *= share / value[here].sum()
    return value / value.sum()


def loadings(found: Cells, cell_weights: np.ndarray) -> np.ndarray:
    """Weight on each outcome of an entity, by its start: shape (S, T).

    The summary is Σ_i Σ_t loadings[start of i, t] · Y_it.
    """
    shares = (side / (side @ found.sizes)[:, None] for side in (found.treated, found.control))
    side = cell_weights[:, None] * np.subtract(*shares)
    out = np.zeros((len(found.years), len(found.levels)))
    np.add.at(out, found.year - found.years[0], side)
    np.subtract.at(out, found.base - found.years[0], side)
    return out.T


def cell_effects(found: Cells, y: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """ATT of each cell, shape (C,)."""
    means = np.stack([y[starts == level].mean(axis=0) for level in found.levels])
    change = _changes(found, means)  # (S, C)
    shares = found.control * found.sizes
    control = (shares * change.T).sum(axis=1) / shares.sum(axis=1)
    return (found.treated * change.T).sum(axis=1) - control


def influence(found: Cells, y: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Each entity's contribution to the error of each cell, shape (N, C): SE² is Σ_i ψ_i²."""
    code = np.searchsorted(found.levels, starts)
    change = _changes(found, y)
    out = np.zeros_like(change)
    for c in range(change.shape[1]):
        for side, sign in ((found.treated[c], 1.0), (found.control[c], -1.0)):
            inside = side[code]
            own = change[inside, c]
            out[inside, c] += sign * (own - own.mean()) / inside.sum()
    return out


def summary_error(found: Cells, y: np.ndarray, starts: np.ndarray, target: str) -> float:
    """Return the standard error of a summary, the estimation of its cohort shares included.

    The influence of entity i is Σ_c w_c ψ_ic plus, for an exposed entity, the distance of its own
    cohort's effects from the summary they are averaged into (Callaway and Sant'Anna 2021,
    corollary 2), over the size of that average.
    """
    effects, psi = cell_effects(found, y, starts), influence(found, y, starts)
    value = weights(found, target)
    total, post = psi @ value, found.event_time >= 0
    blocks = found.event_time if target == "dynamic" else np.zeros(len(effects), dtype=int)
    for block in np.unique(blocks[post]):
        here = post & (blocks == block)
        mean = (value[here] @ effects[here]) / value[here].sum()
        # One entity's share of a cell's weight, times how far that cell is from the block's mean.
        distance = value[here] * (effects[here] - mean) / found.cohort_size[here]
        for cohort, part in zip(found.cohort[here], distance, strict=True):
            total[starts == cohort] += part
    return float(np.sqrt(total @ total))


def _changes(found: Cells, y: np.ndarray) -> np.ndarray:
    """Change from the base year to the year of each cell, shape (rows of y, C)."""
    first = found.years[0]
    return y[:, found.year - first] - y[:, found.base - first]
