"""Many regressions on the same rows and effects, from arrays: slopes, jackknife, bootstrap.

Rows, clusters and effects are given once; outcomes and terms come by the hundred, as when a ledger
is put to many simulated panels. With Q a basis of all effects and B one of those that cross
clusters (less the effects nested in clusters), everything that leaves out or reweighs clusters
follows from products of the cleaned columns with themselves and with B: without cluster h

    Z'Z  becomes  Z'Z − Z_h'Z_h − (Z_h'B_h) V_h (Z_h'B_h)',    V_h = I + M_h'M_h = (I − B_h'B_h)⁻¹,

because cleaned columns are at right angles to B on all rows. With U and s² from B_h B_h', a matrix
as large as the cluster, M_h is (1 − s²)^(−1/2) U'B_h; a direction that lives in h alone (s² = 1) is
left out, for nothing of Z_h is left in it. M_h belongs to the rows alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.inference.clusters.wild_scores import Scores
from analysis.models.crossproducts import cross_products
from analysis.models.design import Absorbed, Design, split_effects, without_nested
from analysis.models.scaling import rank

__all__ = ["SharedRows", "Slopes", "share_rows"]

_RANK = 1e-10  # relative size of a singular value below which a direction of the effects is empty
_UNKNOWN = 1e-8  # share of the first term in empty directions above which it has no slope
_ABSORBED = 1e-9  # share of a column's length below which effects have taken all of it
_CELLS = 4e6  # rows times deletions held at once
_NARROW = 48  # columns up to which products by cluster are cheaper than rows for many deletions


@dataclass(frozen=True, slots=True, eq=False)
class Slopes:
    """Slopes of P regressions of k terms, with what speaks about the first one.

    Attributes
    ----------
    estimate, se, se_cr3 : ndarray, shape (P,)
        Of the first term, in units of outcome and term: slope, CR1 and jackknife standard errors.
        There is no jackknife where one cluster alone moves a term.
    without : ndarray, shape (P, G)
        Slope when one cluster is left out, all effects estimated anew.
    se_without : ndarray, shape (P, G), or None
        Its CR1 standard error, where it was asked for.
    rank : ndarray of int, shape (P,)
        Terms that count: those that neither effects nor other terms absorb.
    effective : ndarray, shape (P,)
        (Σ_g v_g)² / Σ_g v_g² with v_g the variation of the term in cluster g, all else taken out.
    scores : tuple of Scores
        For the bootstrap, one for each regression.
    """

    estimate: np.ndarray
    se: np.ndarray
    se_cr3: np.ndarray
    without: np.ndarray
    se_without: np.ndarray | None
    rank: np.ndarray
    effective: np.ndarray
    scores: tuple[Scores, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SharedRows:
    """Rows, clusters and effects, ready for any outcomes and terms.

    Attributes
    ----------
    absorbed : tuple of Absorbed
        All effects. Those nested in clusters are taken out level by level, for a column of each of
        thousands of entities would fill the memory.
    clusters : ndarray of int, shape (n,)
        Cluster of each row.
    crossing : ndarray, shape (n, r)
        Orthonormal, of the effects not nested in clusters, less those that are.
    left_out : ndarray, shape (G, most rows of a cluster, r)
        M_h, with empty rows where a cluster is smaller.
    starts, order : ndarray
        Rows sorted by cluster, and where each cluster starts.
    free : int
        Parameters charged besides the slopes.
    labels : tuple of str
        Of the clusters.
    """

    absorbed: tuple[Absorbed, ...]
    clusters: np.ndarray
    crossing: np.ndarray
    left_out: np.ndarray
    starts: np.ndarray
    order: np.ndarray
    free: int
    labels: tuple[str, ...]

    def clean(self, columns: np.ndarray) -> np.ndarray:
        """Take all effects out of columns (..., n, m); what they absorb wholly becomes zero."""
        left = self._less_effects(self._less_effects(columns))
        size = np.sqrt((columns**2).sum(axis=-2, keepdims=True))
        gone = np.sqrt((left**2).sum(axis=-2, keepdims=True)) <= _ABSORBED * size
        return np.where(gone, 0.0, left)

    def _less_effects(self, columns: np.ndarray) -> np.ndarray:
        wide = np.moveaxis(columns, -2, 0)
        flat = wide.reshape(len(wide), -1)
        flat = without_nested(flat, self.absorbed, self.clusters)
        left = np.moveaxis(flat.reshape(wide.shape), 0, -2)
        return left - self.crossing @ (self.crossing.T @ left)

    def within_sd(self, columns: np.ndarray) -> np.ndarray:
        """Root mean square of cleaned columns, shape (..., m)."""
        return np.sqrt((self.clean(columns) ** 2).mean(axis=-2))

    def sd_without(self, columns: np.ndarray) -> np.ndarray:
        """Leave out each cluster in turn: the same of the rows that are left, shape (P, G, m)."""
        blocks, total = self._blocks(self.clean(columns))
        m = columns.shape[-1]
        left = np.diagonal(self._left(blocks, total, m), axis1=-2, axis2=-1)
        return np.sqrt(np.clip(left, 0, None) / (len(self.order) - self._rows())[:, None])

    def slopes(self, y: np.ndarray, x: np.ndarray, *, errors_without: bool = False) -> Slopes:
        """Estimate P regressions of y (P, n) on x (P, n, k), with `se_without` if it is wanted.

        NaN where effects or other terms absorb the first one; other terms that are absorbed, or
        repeat each other, count for nothing.
        """
        columns = self.clean(np.concatenate([x, y[..., None]], axis=-1))
        length = np.sqrt((columns**2).sum(axis=-2))
        unit = columns / np.where(length > 0, length, 1.0)[:, None, :]
        k = x.shape[-1]
        blocks, total = self._blocks(unit)
        own = slice(0, k)
        gram = total[:, : k + 1, : k + 1]
        inverse, rank = _inverses(gram[:, own, own])
        b = (inverse @ gram[:, own, k:])[..., 0]
        groups, n = len(self.starts), len(self.order)
        factor = groups / (groups - 1) * (n - 1) / (n - self.free - rank)
        residual = np.concatenate([-b, np.ones((len(b), 1))], axis=1)
        scores = np.einsum("pi,pgij,pj->pg", inverse[:, 0], blocks[:, :, :k, : k + 1], residual)
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = np.where(length[:, 0] > 0, length[:, k] / length[:, 0], np.nan)
        se = np.sqrt(factor * (scores**2).sum(axis=1))
        left = self._left(blocks, total, k + 1)
        inverses, ranks = _inverses(left[..., own, own])
        coefficients = (inverses @ left[..., own, k:])[..., 0]
        without = coefficients[..., 0]
        errors = None
        if errors_without:
            deleted = zip(unit, blocks, inverses[..., 0, :], coefficients, strict=True)
            errors = np.stack([self._errors_without(*one) for one in deleted])
            kept = n - self._rows()
            parameters = self.free + rank[:, None]
            errors *= np.sqrt((groups - 1) / (groups - 2) * (kept - 1) / (kept - parameters))
        se_cr3 = np.sqrt((groups - 1) / groups * ((without - b[:, :1]) ** 2).sum(axis=1))
        se_cr3[(ranks < rank[:, None]).any(axis=1)] = np.nan
        across = np.einsum("pi,pgij,pj->pg", inverse[:, 0], blocks[:, :, :k, :k], inverse[:, 0])
        return Slopes(
            estimate=b[:, 0] * scale,
            se=se * scale,
            se_cr3=se_cr3 * scale,
            without=without * scale[:, None],
            se_without=None if errors is None else errors * scale[:, None],
            rank=rank,
            effective=across.sum(axis=1) ** 2 / (across**2).sum(axis=1),
            scores=tuple(self._scores(*of, k) for of in zip(blocks, inverse, length, factor,
                                                            strict=True)),
        )  # fmt: skip

    def _rows(self) -> np.ndarray:
        return np.diff([*self.starts, len(self.order)])

    def _blocks(self, clean: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Products of columns with (columns, crossing effects) per cluster, (P, G, m, m+r)."""
        columns, crossing = clean[:, self.order], self.crossing[self.order]
        ends = [*self.starts[1:], len(self.order)]
        m = clean.shape[-1]
        blocks = np.empty((len(clean), len(ends), m, m + crossing.shape[1]))
        for g, (a, b) in enumerate(zip(self.starts, ends, strict=True)):
            turned = np.swapaxes(columns[:, a:b], 1, 2)
            blocks[:, g, :, :m] = turned @ columns[:, a:b]
            blocks[:, g, :, m:] = turned @ crossing[a:b]
        return blocks, blocks.sum(axis=1)

    def _left(self, blocks: np.ndarray, total: np.ndarray, m: int) -> np.ndarray:
        """Products of m columns without each cluster, crossing effects estimated anew."""
        cross = blocks[..., :m, m:]
        lifted = cross @ np.swapaxes(self.left_out, -1, -2)
        lost = cross @ np.swapaxes(cross, -1, -2) + lifted @ np.swapaxes(lifted, -1, -2)
        return total[:, None, :m, :m] - blocks[..., :m, :m] - lost

    def _errors_without(
        self, unit: np.ndarray, blocks: np.ndarray, inverse: np.ndarray, b: np.ndarray
    ) -> np.ndarray:
        """CR1 error of the first slope without each cluster, (G,), without its factor."""
        m, groups = unit.shape[-1], len(self.starts)
        # The residualised term and the residual as weights on (terms, outcome).
        term = np.concatenate([inverse, np.zeros((groups, 1))], axis=1)
        residual = np.concatenate([-b, np.ones((groups, 1))], axis=1)
        both = np.stack([term, residual], axis=-1)  # (h, m, 2)
        crossing = np.swapaxes(blocks[..., m:], -1, -2) @ both
        crossing += np.swapaxes(self.left_out, -1, -2) @ (self.left_out @ crossing)
        columns = np.concatenate([unit, self.crossing], axis=1)[self.order]
        slopes = np.concatenate([both, crossing], axis=1)  # (h, m + r, 2)
        narrow = len(columns) * groups > _CELLS and columns.shape[1] <= _NARROW
        products = cross_products(columns, self.clusters[self.order]) if narrow else columns
        out, step = np.empty(groups), max(1, int(_CELLS // len(products)))
        for first in range(0, groups, step):
            one, two = (slopes[first : first + step, :, i] for i in (0, 1))
            if narrow:
                pairs = (one[:, :, None] * two[:, None, :]).reshape(len(one), -1)
                scores = products.reshape(groups, -1) @ pairs.T  # (g, h)
            else:
                scores = np.add.reduceat((columns @ one.T) * (columns @ two.T), self.starts, axis=0)
            left_out = np.arange(len(one))
            scores[first + left_out, left_out] = 0.0
            out[first : first + step] = np.sqrt((scores**2).sum(axis=0))
        return out

    def _scores(
        self, blocks: np.ndarray, inverse: np.ndarray, length: np.ndarray, factor: float, k: int
    ) -> Scores:
        """Prepare the bootstrap of the first term of one regression, in units of the columns."""
        weight = inverse[0] / inverse[0, 0] if inverse[0, 0] > 0 else np.full(k, np.nan)
        m = k + 1
        others = blocks[:, 1:k, :].sum(axis=0)[:, [0, k]]  # other terms by (term, outcome)
        slopes = (
            np.linalg.pinv(blocks[:, 1:k, 1:k].sum(axis=0), rcond=_RANK, hermitian=True) @ others
        )
        null = np.concatenate([[0.0], -slopes[:, 1], [1.0]])  # outcome less the other terms
        pair = np.stack([null, np.concatenate([weight, [0.0]])])
        own = np.einsum("ai,gij,j->ag", pair, blocks[:, :m, :m], pair[1])
        values, vectors = np.linalg.eigh(blocks[:, :k, :k].sum(axis=0))
        kept = values > _RANK * max(values[-1], 0.0)
        root = vectors[:, kept] / np.sqrt(values[kept])
        spanned = np.concatenate(
            [np.einsum("gij,jl->gil", blocks[:, :m, :k], root), blocks[:, :m, m:]], axis=2
        )  # (G, m, p): columns by an orthonormal basis of terms and crossing effects
        left = np.einsum("i,gip->gp", pair[1], spanned)
        right = np.einsum("ai,gip->apg", pair, spanned)
        units = np.array([length[k] * length[0], length[0] ** 2])[:, None]
        own, right = own * units, right * np.array([length[k], length[0]])[:, None, None]
        left = left * length[0]
        slope = own[0].sum() / own[1].sum()
        scores = own[0] - slope * own[1]
        se = np.sqrt(factor * (scores @ scores)) / own[1].sum()
        return Scores(own, left, right, float(slope), float(se), float(factor), self.labels)


def share_rows(design: Design, *, levels_only: bool = False) -> SharedRows:
    """Prepare the effects of a design for many outcomes and terms on its rows.

    With `levels_only`, effects with a slope (trends, initial controls) are left out: what remains
    of a two-way design is what within-SDs are counted around.
    """
    n = len(design.y)
    absorbed = [a for a in design.absorbed if a.slope is None or not levels_only]
    nuisance = split_effects(np.empty((n, 0)), absorbed, design.clusters)[1]
    crossing = _orthonormal(nuisance)
    order = np.argsort(design.clusters, kind="stable")
    starts = np.searchsorted(design.clusters[order], np.arange(len(design.cluster_labels)))
    free = [a.columns() for a in absorbed if not a.nested_in(design.clusters)]
    return SharedRows(
        absorbed=tuple(absorbed),
        clusters=design.clusters,
        crossing=crossing,
        left_out=_lifted(np.split(crossing[order], starts[1:])),
        starts=starts,
        order=order,
        free=rank(np.column_stack([np.ones(n), *free])),
        labels=design.cluster_labels,
    )


def _lifted(blocks: list[np.ndarray]) -> np.ndarray:
    """M_h for each cluster from its rows of the crossing effects, (G, most rows, r)."""
    out = np.zeros((len(blocks), max(len(block) for block in blocks), blocks[0].shape[1]))
    for whole, block in zip(out, blocks, strict=True):
        values, vectors = np.linalg.eigh(block @ block.T)
        left = 1.0 - values
        kept = left > _RANK
        whole[: kept.sum()] = (vectors[:, kept] / np.sqrt(left[kept])).T @ block
    return out


def _orthonormal(columns: np.ndarray) -> np.ndarray:
    if not columns.shape[1]:
        return columns
    u, values, _ = np.linalg.svd(columns, full_matrices=False)
    return u[:, values > _RANK * values[0]]


def _inverses(gram: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pseudo-inverses of unit Gram matrices (..., k, k), and their ranks.

    NaN where the first column is zero or a combination of others.
    """
    values, vectors = np.linalg.eigh(gram)
    kept = values > _RANK
    lost = (np.where(kept, 0.0, vectors[..., 0, :]) ** 2).sum(axis=-1)
    inverse = np.where(kept, 1 / np.where(kept, values, 1.0), 0.0)
    inverse[lost > _UNKNOWN] = np.nan
    return (vectors * inverse[..., None, :]) @ np.swapaxes(vectors, -1, -2), kept.sum(axis=-1)
