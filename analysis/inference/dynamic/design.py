"""Cross-products per entity of a dynamic panel, whole and in halves, and their regressions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.models.crossproducts import UNIDENTIFIED
from analysis.models.design import Design, split_effects
from analysis.models.effects import Absorbed

__all__ = ["Block", "DynamicDesign", "dynamic_design", "regress"]

_RIDGE = 1e-12  # columns have length one


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """All that weighted within regressions on one set of rows need.

    `products`, shape (N, m, m), are Z_i'Z_i of each entity, entity effects (and trends) taken out.
    Columns: `k` regressors, q columns of other effects, `p` outcomes; each of length one over all
    rows. `scale`, shape (m,), are the lengths that were divided out.
    """

    products: np.ndarray
    scale: np.ndarray
    k: int
    p: int


@dataclass(frozen=True, slots=True, eq=False)
class DynamicDesign:
    """A dynamic panel ready for estimation and resampling.

    `whole` is all rows, `halves` the two halves of every entity's rows; two such splits where some
    entity has an odd number of rows, so that neither half is always the longer one. By entity,
    `inside` are (T_i, T_i) matrices that take its own effects out of its rows, `years` the years of
    its rows and `cluster_of`, shape (N,), its cluster.
    """

    whole: Block
    halves: tuple[tuple[Block, Block], ...]
    inside: tuple[np.ndarray, ...]
    years: tuple[np.ndarray, ...]
    cluster_of: np.ndarray

    @property
    def sizes(self) -> np.ndarray:
        """Rows per entity, T_i."""
        return np.array([len(y) for y in self.years])


def dynamic_design(design: Design, outcomes: int = 1) -> DynamicDesign:
    """Split rows and effects.

    The first term of the specification behind `design` is the lagged outcome. `outcomes` is p: the
    outcome and p − 1 of the last columns of `design.x`.
    """
    k = design.x.shape[1] - outcomes + 1
    z = np.column_stack([design.x[:, :k], design.y, design.x[:, k:]])
    entity = pd.factorize(design.index.get_level_values(0))[0]
    years = design.index.get_level_values(1).to_numpy(dtype=int)
    starts = np.flatnonzero(np.r_[True, np.diff(entity) != 0])
    rank = np.arange(len(entity)) - starts[entity]
    size = np.bincount(entity)[entity]

    def block(rows: np.ndarray) -> Block:
        absorbed = [a.at(rows) for a in design.absorbed]
        return _block(z[rows], absorbed, entity[rows], len(starts), k, outcomes)

    firsts = [rank < size // 2, rank < (size + 1) // 2]
    if (firsts[0] == firsts[1]).all():
        firsts = firsts[:1]
    own = [a for a in design.absorbed if a.nested_in(entity)]
    everywhere = np.split(np.arange(len(entity)), starts[1:])
    return DynamicDesign(
        whole=block(np.arange(len(entity))),
        halves=tuple((block(np.flatnonzero(f)), block(np.flatnonzero(~f))) for f in firsts),
        inside=tuple(_remover([a.at(rows) for a in own], len(rows)) for rows in everywhere),
        years=tuple(years[rows] for rows in everywhere), cluster_of=design.clusters[starts],
    )  # fmt: skip


def regress(block: Block, weights: np.ndarray, *, own: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Regress outcomes on regressors and other effects, entities weighted, one row per draw.

    `weights`, shape (B, N), say how often each entity counts. The first `own` regressors count as
    outcomes instead; they come first among these. Returns coefficients of all columns on the right,
    shape (B, k − own + q, own + p), in the units of the data, with those of the other effects after
    the regressors'; and which draws identify the regressors, shape (B,).
    """
    m, left = len(block.scale), own + block.p
    order = np.r_[own : m - block.p, :own, m - block.p : m]
    total = np.tensordot(weights, block.products, axes=(1, 0))[:, order][:, :, order]
    inner, cross = total[:, :-left, :-left], total[:, :-left, -left:]
    k = block.k - own
    # Columns of effects may be collinear, and a draw may lack years. A ridge far below what
    # identifies anything makes the system solvable and leaves fitted values as they are.
    effects = inner[:, k:, k:] + _RIDGE * np.eye(inner.shape[1] - k)
    cleaned = np.linalg.solve(effects, np.concatenate([inner[:, k:, :k], cross[:, k:]], axis=2))
    reduced = inner[:, :k, :k] - inner[:, :k, k:] @ cleaned[..., :k]
    moments = cross[:, :k] - inner[:, :k, k:] @ cleaned[..., k:]
    fine = np.linalg.eigvalsh(reduced)[:, 0] > UNIDENTIFIED if k else np.ones(len(total), bool)
    slopes = np.linalg.solve(np.where(fine[:, None, None], reduced, np.eye(k)), moments)
    solved = np.concatenate([slopes, cleaned[..., k:] - cleaned[..., :k] @ slopes], axis=1)
    scale = block.scale[order]
    return solved * (scale[-left:] / scale[:-left, None]), fine


def _block(
    z: np.ndarray, absorbed: list[Absorbed], entity: np.ndarray, n: int, k: int, p: int
) -> Block:
    partly, nuisance, _ = split_effects(z, absorbed, entity)
    columns = np.column_stack([partly[:, :k], nuisance, partly[:, k:]])
    scale = np.linalg.norm(columns, axis=0)
    scale[scale == 0] = 1.0
    columns = columns / scale
    products = np.zeros((n, columns.shape[1], columns.shape[1]))
    for rows in np.split(np.arange(len(entity)), np.flatnonzero(np.diff(entity)) + 1):
        products[entity[rows[0]]] = columns[rows].T @ columns[rows]
    return Block(products, scale, k, p)


def _remover(own: list[Absorbed], size: int) -> np.ndarray:
    columns = np.column_stack([a.columns() for a in own])
    return np.eye(size) - columns @ np.linalg.pinv(columns)
