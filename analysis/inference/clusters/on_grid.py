"""One regression on many panels at once, each with gaps of its own, clustered by entity.

Figures lie on a grid of N entities by T years; a mask says which cells are rows. Effects nested in
entities (means, trends) are taken out entity by entity. Those that cross entities are one path over
the years for each loading of an entity (1, its region, an initial value): their normal equations
are sums over entities of T × T blocks, so that panels which differ in their gaps cost little more
than panels with the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import stdtr

from analysis.models.effects import EFFECTS

__all__ = ["GridEffects", "Slope", "absorb", "slopes", "without_singletons"]

_RIDGE = (
    1e-8  # steadies paths that entity effects span already; moves others by a hundred-millionth
)
_ABSORBED = 1e-9  # share of a column's length below which effects have taken all of it
_EMPTY = 1e-6  # eigenvalue below which a direction of an entity's rows is taken up by effects


@dataclass(frozen=True, slots=True, eq=False)
class GridEffects:
    """Effects on U patterns of rows.

    Attributes
    ----------
    mask : ndarray (U, N, T) of float
        1.0 where a cell is a row, singletons left out.
    nested : ndarray (U, N, T, q)
        Orthonormal columns within entities: mean, trend.
    loadings : ndarray (N, a)
        Of each entity on the paths.
    inverse : ndarray (U, aT, aT)
        Of the normal equations of the paths.
    free : ndarray (U,)
        Parameters charged besides slopes.
    """

    mask: np.ndarray
    nested: np.ndarray
    loadings: np.ndarray
    inverse: np.ndarray
    free: np.ndarray
    _outside: dict[int, np.ndarray] = field(default_factory=dict)

    def clean(self, values: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Take the effects of pattern `at` (P,) out of values (P, K, N, T); 0 outside the rows.

        Values are finite; what stands outside the rows does not matter.
        """
        mask, nested = self._of(self.mask, at)[:, None], self._of(self.nested, at)
        out = values * mask
        _within(out, nested)
        p, k, _, years = out.shape
        paths = (self.loadings.T @ out).reshape(p, k, -1) @ self._of(self.inverse, at)
        fitted = self.loadings @ paths.reshape(p, k, -1, years)
        fitted *= mask
        _within(fitted, nested)
        out -= fitted
        return out

    @staticmethod
    def _of(values: np.ndarray, at: np.ndarray) -> np.ndarray:
        return values if len(values) == 1 else values[at]

    def outside(self, which: int) -> np.ndarray:
        """(I − H)⁺ of every entity's rows on one pattern, (N, T, T)."""
        if which in self._outside:
            return self._outside[which]
        years, nested = self.mask.shape[2], self.nested[which]
        whole = np.eye(years) * self.mask[which][:, None, :]
        inner = whole - nested @ np.swapaxes(nested, 1, 2)
        blocks = self.inverse[which].reshape(-1, years, self.loadings.shape[1], years)
        paths = np.einsum("na,asbt,nb->nst", self.loadings, blocks, self.loadings, optimize=True)
        left, vectors = np.linalg.eigh(inner - inner @ paths @ inner)
        kept = left > _EMPTY
        inverse = np.where(kept, 1 / np.where(kept, left, 1.0), 0.0)
        self._outside[which] = (vectors * inverse[:, None, :]) @ np.swapaxes(vectors, 1, 2)
        return self._outside[which]


def absorb(
    mask: np.ndarray, effects: str, region: np.ndarray | None, initial: np.ndarray
) -> GridEffects:
    """Prepare a set of effects.

    Parameters
    ----------
    mask : ndarray (U, N, T) of bool
        Cells observed; of a regression in differences, cells where a difference is.
    effects : str
        A key of `analysis.models.EFFECTS`.
    region : ndarray (N,) of int, or None
        Needed by region-by-year effects alone.
    initial : ndarray (N, J)
        First values whose slope may differ between years.
    """
    kinds = EFFECTS[effects].absorbs
    mask = without_singletons(mask, effects, region)
    area = np.zeros(mask.shape[1], dtype=int) if "region_year" not in kinds else region
    groups = (area[:, None] == np.unique(area)).astype(float)
    spread = initial.std(axis=0)
    z = (initial - initial.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    loadings, weights = np.hstack([groups, z]), mask.astype(float)
    nested = _nested(weights, kinds)
    years = mask.shape[2]
    inner = np.eye(years) * weights[:, :, None, :] - nested @ np.swapaxes(nested, -1, -2)
    pairs = (loadings[:, :, None] * loadings[:, None, :]).reshape(len(loadings), -1)
    a = loadings.shape[1]
    gram = np.swapaxes(inner.reshape(*mask.shape[:2], -1), 1, 2) @ pairs
    gram = gram.reshape(-1, years, years, a, a).transpose(0, 3, 1, 4, 2)
    gram = gram.reshape(len(mask), a * years, a * years)
    cells = (np.swapaxes(mask, 1, 2) @ groups > 0).sum(axis=(1, 2))
    each = mask.any(axis=1).sum(axis=1) - ("entity" in kinds)
    inverse = np.linalg.inv(gram + _RIDGE * np.eye(a * years))
    return GridEffects(weights, nested, loadings, inverse, cells + initial.shape[1] * each)


@dataclass(frozen=True, slots=True, eq=False)
class Slope:
    """The first slope of P regressions.

    Attributes
    ----------
    estimate, se, p : ndarray (P,)
        CR1; NaN where effects or other terms take all of the term.
    se_cr3 : float
        Jackknife standard error of the first regression; NaN if it was not asked for.
    rows, clusters : ndarray (P,)
        Counted.
    """

    estimate: np.ndarray
    se: np.ndarray
    p: np.ndarray
    se_cr3: float
    rows: np.ndarray
    clusters: np.ndarray


def slopes(
    effects: GridEffects, y: np.ndarray, x: np.ndarray, at: np.ndarray, *, cr3: bool = True
) -> Slope:
    """Regress y (N, T) on terms x (P, k, N, T), the first in focus, on rows of pattern `at` (P,).

    Terms that are absorbed, or repeat others, count for nothing.
    """
    p, k = x.shape[:2]
    every = np.arange(len(effects.mask))
    outcome = effects.clean(np.broadcast_to(y, (len(every), 1, *y.shape)), every)[at, 0]
    unit = effects.clean(x, at)
    mask = np.broadcast_to(effects._of(effects.mask, at)[:, None], x.shape)
    length = np.sqrt(np.einsum("pknt,pknt->pk", unit, unit))
    lost = length <= _ABSORBED * np.sqrt(np.einsum("pknt,pknt,pknt->pk", x, x, mask))
    unit /= np.where(lost, np.inf, length)[:, :, None, None]
    flat, target = unit.reshape(p, k, -1), outcome.reshape(p, -1, 1)
    gram = flat @ np.swapaxes(flat, 1, 2)
    values, vectors = np.linalg.eigh(gram)
    kept = values > _ABSORBED
    root = vectors / np.sqrt(np.where(kept, values, np.inf))[:, None, :]
    inverse = root @ np.swapaxes(root, 1, 2)
    b = inverse @ (flat @ target)
    residual = (target - np.swapaxes(flat, 1, 2) @ b).reshape(outcome.shape)
    weight = (inverse[:, :1] @ flat).reshape(outcome.shape)
    scores = (weight * residual).sum(axis=2)
    rows = effects.mask.sum(axis=(1, 2))[at]
    clusters = effects.mask.any(axis=2).sum(axis=1)[at]
    with np.errstate(divide="ignore", invalid="ignore"):
        spent = effects.free[at] + kept.sum(axis=1)
        factor = clusters / (clusters - 1) * (rows - 1) / (rows - spent)
        # A term whose direction is spanned by the others has no slope of its own.
        own = (inverse @ gram)[:, 0, 0] > 0.5
        scale = np.where(lost[:, 0] | ~own, np.nan, 1 / length[:, 0])
        se = np.sqrt(factor * (scores**2).sum(axis=1)) * scale
        estimate = b[:, 0, 0] * scale
        chance = 2 * stdtr(clusters - 1, -np.abs(estimate / se))
    jackknife = _jackknife(effects, at[0], outcome[0], unit[0], b[0, 0, 0]) if cr3 else np.nan
    return Slope(estimate, se, chance, float(jackknife * scale[0]), rows, clusters)


def _jackknife(
    effects: GridEffects, which: int, y: np.ndarray, x: np.ndarray, slope: float
) -> float:
    """CR3 standard error of the first of k unit terms (k, N, T): every entity left out in turn."""
    columns = np.concatenate([x, y[None]]).transpose(1, 0, 2)  # (N, k + 1, T)
    total = np.einsum("nit,njt->ij", columns, columns)
    left = total - columns @ effects.outside(which) @ np.swapaxes(columns, 1, 2)
    left = left[effects.mask[which].any(axis=1)]
    k, groups = len(x), len(left)
    if groups < 2:
        return np.nan
    inverse = np.linalg.pinv(left[:, :k, :k], rcond=_ABSORBED, hermitian=True)
    without = (inverse @ left[:, :k, k:])[:, 0, 0]
    return np.sqrt((groups - 1) / groups * ((without - slope) ** 2).sum())


def _within(values: np.ndarray, nested: np.ndarray) -> None:
    """Take orthonormal columns within entities (P, N, T, q) out of (P, K, N, T), in place."""
    for j in range(nested.shape[-1]):
        line = np.ascontiguousarray(nested[..., j])[:, None]
        values -= (
            np.einsum("pknt,pknt->pkn", values, np.broadcast_to(line, values.shape))[..., None]
            * line
        )


def _nested(mask: np.ndarray, kinds: tuple[str, ...]) -> np.ndarray:
    """Mean and trend within each entity's rows, orthonormal; no column without entity effects."""
    if "entity" not in kinds:
        return np.empty((*mask.shape, 0))
    rows = mask.sum(axis=2, keepdims=True)
    lines = [mask / np.sqrt(np.maximum(rows, 1))]
    if "entity_trend" in kinds:
        time = np.arange(mask.shape[2]) * mask
        time = (time - time.sum(axis=2, keepdims=True) / np.maximum(rows, 1)) * mask
        size = np.sqrt((time**2).sum(axis=2, keepdims=True))
        lines.append(time / np.where(size > 0, size, 1.0))
    return np.stack(lines, axis=-1)


def without_singletons(mask: np.ndarray, effects: str, region: np.ndarray | None) -> np.ndarray:
    """Leave out rows (U, N, T) that an effect fits perfectly, until none is left."""
    kinds = EFFECTS[effects].absorbs
    least = 3 if "entity_trend" in kinds else 2 if "entity" in kinds else 1
    while True:
        left = mask & (mask.sum(axis=2, keepdims=True) >= least)
        if "region_year" in kinds:
            same = (region[:, None] == region).astype(float)
            left &= same @ left.astype(float) > 1.5
        else:
            left &= left.sum(axis=1, keepdims=True) > 1
        if (left == mask).all():
            return mask
        mask = left
