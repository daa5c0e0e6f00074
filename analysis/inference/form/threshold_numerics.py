"""The arithmetic of a panel threshold, in arrays only: grid, sums of squares, bootstrap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import SpecificationError
from analysis.inference.clustered import orthonormal
from analysis.models import Absorbed

__all__ = [
    "SCHEMES", "Cells", "bootstrap_maxima", "candidates", "critical_distance", "donor_pools",
    "effect_rank", "grid_basis", "reductions", "regime_columns", "residual_squares",
    "restricted_cubic",
]  # fmt: skip

SCHEMES = {
    "resample": "residual vectors of whole entities redrawn with replacement",
    "wild": "residual vectors of whole entities with random signs",
}
_FLAT = 1e-8  # share of a regime column left beyond the other columns below which it is absorbed
_CHUNK = 200  # bootstrap draws held at once


def candidates(q: np.ndarray, trim: float, most: int) -> np.ndarray:
    """Values of q that leave at least the share `trim` of rows on either side, ascending.

    A value γ puts q ≤ γ into the lower regime. All distinct values are tried if they are no more
    than `most`, else so many quantiles of them.
    """
    values, counts = np.unique(q, return_counts=True)
    share = np.cumsum(counts) / len(q)
    inside = values[(share >= trim) & (share <= 1 - trim)]
    inside = inside[inside < values[-1]]
    if len(inside) <= most:
        return inside
    kept = q[(q >= inside[0]) & (q <= inside[-1])]
    # Quantiles that are values of q themselves, so that γ is always observed.
    return np.unique(np.quantile(kept, np.linspace(0, 1, most), method="inverted_cdf"))


def regime_columns(x: np.ndarray, q: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Lower-regime parts x·1(q ≤ γ) for each γ, shape (n, m, k)."""
    return x[:, None, :] * (q[:, None] <= grid)[:, :, None]


def effect_rank(absorbed: Sequence[Absorbed], clusters: np.ndarray, nuisance: np.ndarray) -> int:
    """Count the parameters all effects take together, also on an unbalanced panel.

    `nuisance`, shape (n, q), holds columns of the effects that are not nested in `clusters`, less
    the nested ones, from `split_effects`.
    """
    nested = [a for a in absorbed if a.nested_in(clusters)]
    groups = [np.flatnonzero(clusters == g) for g in np.unique(clusters)] if nested else []
    blocks = (np.column_stack([a.at(rows).columns() for a in nested]) for rows in groups)
    rank = orthonormal(nuisance, _FLAT).shape[1]
    return rank + sum(int(np.linalg.matrix_rank(block)) for block in blocks)


def residual_squares(y: np.ndarray, x: np.ndarray) -> tuple[float, int]:
    """Sum of squared residuals of y on x and the rank of x; collinear columns do no harm."""
    left = orthonormal(x, _FLAT)
    e = y - left @ (left.T @ y)
    return float(e @ e), left.shape[1]


def grid_basis(
    columns: np.ndarray, x: np.ndarray, sizes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Orthonormal directions that each γ adds to x, shape (m, n, k), and which γ are identified.

    `columns`, shape (n, m, k), are regime columns and `x`, shape (n, p), the other terms, all
    effects partialled out; `sizes`, shape (m, k), are lengths of the regime columns before that. A
    γ that is not identified adds no direction of its own.
    """
    n, m, k = columns.shape
    frame = np.linalg.qr(x)[0]
    flat = columns.reshape(n, m * k)
    flat = flat - frame @ (frame.T @ flat)
    basis, triangle = np.linalg.qr(flat.reshape(n, m, k).transpose(1, 0, 2))
    left = np.abs(np.diagonal(triangle, axis1=1, axis2=2))
    return basis, (left > _FLAT * np.maximum(sizes, np.finfo(float).tiny)).all(axis=1)


def reductions(basis: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Fall of the sum of squares at each γ: the squared projections of y on its directions.

    `basis`, shape (m, n, k), is from `grid_basis`; `y`, shape (n,) or (n, b), are residuals without
    a threshold, one column per sample. The answer has shape (m,) or (m, b).
    """
    m, n, k = basis.shape
    flat = basis.transpose(0, 2, 1).reshape(m * k, n) @ y
    return (flat**2).reshape(m, k, *y.shape[1:]).sum(axis=1)


def critical_distance(level: float) -> float:
    """Return c(α) = −2 ln(1 − √(1−α)), 7.35 at 5%: Hansen's critical value of LR(γ)."""
    return float(-2 * np.log(1 - np.sqrt(1 - level)))


def donor_pools(seen: np.ndarray) -> list[np.ndarray]:
    """For each entity, the entities observed in all of its years: whose errors it may borrow.

    `seen`, of bool and shape (entities, years), says which cells have a row.
    """
    missing = seen.astype(int) @ (~seen).astype(int).T  # years that i has and j lacks
    return [np.flatnonzero(row == 0) for row in missing]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Where each row stands: codes of entity and year, shape (n,)."""

    entity: np.ndarray
    year: np.ndarray

    @classmethod
    def of(cls, index: pd.MultiIndex) -> Cells:
        """Codes of the two levels of an index."""
        return cls(*(pd.factorize(index.get_level_values(i), sort=True)[0] for i in (0, 1)))

    @property
    def seen(self) -> np.ndarray:
        """Which cells of entity by year have a row."""
        out = np.zeros((self.entity.max() + 1, self.year.max() + 1), dtype=bool)
        out[self.entity, self.year] = True
        return out


def bootstrap_maxima(
    residuals: np.ndarray, cells: Cells, clean: Callable[[np.ndarray], np.ndarray],
    basis: np.ndarray, dof: int, draws: int, rng: np.random.Generator, scheme: str,
) -> np.ndarray:  # fmt: skip
    """Draw F₁ under no threshold, shape (draws,), from residuals kept together by entity.

    `residuals`, shape (n,), are those of the threshold model in `cells`, `clean` takes effects and
    terms out of an (n, b) array, `basis`, shape (m, n, k), is from `grid_basis` and `dof` the
    divisor of σ̂². By scheme "resample" whole residual vectors are drawn with replacement (Hansen
    1999), from entities observed in all years of the receiver, where each needs a donor beside
    itself; by "wild" it is the entity's own vector times ±1.
    """
    table = np.full(cells.seen.shape, np.nan)
    table[cells.entity, cells.year] = residuals
    pools = donor_pools(cells.seen)
    if scheme == "resample" and min(map(len, pools)) < 2:
        raise SpecificationError(
            "An entity has years in which no other entity is observed throughout, so it can borrow "
            "no residuals: use scheme 'wild' or a balanced sample."
        )
    out = []
    for start in range(0, draws, _CHUNK):
        b = min(_CHUNK, draws - start)
        if scheme == "resample":
            donors = np.stack([rng.choice(pool, b) for pool in pools])
            sample = table[donors[cells.entity], cells.year[:, None]]
        else:
            sample = residuals[:, None] * rng.choice([-1.0, 1.0], (len(pools), b))[cells.entity]
        sample = clean(sample)
        s0, fall = (sample**2).sum(axis=0), reductions(basis, sample).max(axis=0)
        out.append(dof * fall / (s0 - fall))
    return np.concatenate(out)


def restricted_cubic(values: np.ndarray, knots: Sequence[float]) -> np.ndarray:
    """Return the second column of a restricted cubic spline with three knots (the first is linear).

    s(x) = [(x−k₁)³₊ − (x−k₂)³₊(k₃−k₁)/(k₃−k₂) + (x−k₃)³₊(k₂−k₁)/(k₃−k₂)] / (k₃−k₁)², linear
    beyond the outer knots (Harrell 2015, Regression Modeling Strategies, 2nd ed., section 2.4).
    """
    k1, k2, k3 = knots
    cube = [np.maximum(values - k, 0.0) ** 3 for k in knots]
    bent = cube[0] - cube[1] * (k3 - k1) / (k3 - k2) + cube[2] * (k2 - k1) / (k3 - k2)
    return bent / (k3 - k1) ** 2
