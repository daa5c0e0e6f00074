"""Cross-products per entity of a dynamic panel, whole and in halves, regressed and resampled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data import Panel
from analysis.errors import SpecificationError, require_seed
from analysis.models import Fit, Specification, estimation_rows, fit
from analysis.models.crossproducts import UNIDENTIFIED, cross_products
from analysis.models.design import Design, build_design, split_effects
from analysis.models.effects import Absorbed

__all__ = ["Block", "Draws", "DynamicDesign", "bootstrap", "dynamic_design", "prepared", "regress"]

Estimator = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Weights (B, N) -> estimates (B, ...) and which of them are identified (B,)."""

_RIDGE = 1e-12  # columns have length one
_CELLS = 2e7  # numbers an estimator may hold at a time
_ENOUGH = 0.9  # share of draws that must identify every coefficient


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


def prepared(spec: Specification, panel: Panel, outcomes: int = 1) -> tuple[Fit, DynamicDesign]:
    """Fit a specification and split its rows; its clusters must be made of whole entities."""
    rows = estimation_rows(spec, panel)
    fitted, design = fit(spec, panel, rows), build_design(spec, panel, rows)
    _entity_clusters(design, spec.cluster)
    return fitted, dynamic_design(design, outcomes)


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


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """What a bootstrap found.

    `point` holds the estimates on the sample itself, `draws` one per draw that identifies it, along
    the first axis; `lost` counts draws left out because they do not identify a coefficient.
    """

    point: np.ndarray
    draws: np.ndarray
    lost: int


def bootstrap(
    estimator: Estimator, design: DynamicDesign, draws: int, seed: int, outcome: str
) -> Draws:
    """Draw clusters with replacement and estimate again.

    A cluster drawn twice counts as two, each with its own effects; effects common to entities are
    estimated anew in every draw. `design` gives the cluster of each entity and the number of
    columns, for the size of chunks; `outcome` is the name of the outcome, for messages. Fewer than
    two draws are refused, and draws of which a tenth do not identify a coefficient.
    """
    if draws < 2:
        raise SpecificationError(
            f"A bootstrap of '{outcome}' needs at least 2 draws, not {draws}: 999 are usual."
        )
    cluster_of, width = design.cluster_of, len(design.whole.scale)
    point, fine = estimator(np.ones((1, len(cluster_of))))
    if not fine[0]:
        raise SpecificationError(
            f"A regressor of '{outcome}' does not vary within one half of the years: widen the "
            "sample or leave it out."
        )
    groups, rng = int(cluster_of.max()) + 1, np.random.default_rng(require_seed(seed))
    drawn = rng.multinomial(groups, np.full(groups, 1 / groups), size=draws)
    weights = drawn[:, cluster_of].astype(float)
    step = max(1, int(_CELLS / (2 * len(cluster_of) * width + width**2)))
    parts = [estimator(weights[i : i + step]) for i in range(0, draws, step)]
    fine = np.concatenate([part[1] for part in parts])
    if fine.mean() < _ENOUGH:
        raise SpecificationError(
            f"Only {int(fine.sum())} of {draws} resamples identify every coefficient of "
            f"'{outcome}': a regressor rests on too few clusters or the halves on too few rows, so "
            "leave it out or choose fewer effects."
        )
    found = np.concatenate([part[0] for part in parts])[fine]
    return Draws(point[0], found, int((~fine).sum()))


def long_run(slope: np.ndarray, persistence: np.ndarray) -> np.ndarray:
    """b/(1 − ρ), the effect of a lasting change; infinite with the sign of b from ρ = 1 on."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(persistence < 1, slope / (1 - persistence), np.sign(slope) * np.inf)


def percentiles(draws: np.ndarray, level: float) -> tuple[float, float]:
    """Percentile interval; an infinite end means that the draws do not bound it."""
    low, high = np.quantile(draws, [level / 2, 1 - level / 2], method="inverted_cdf")
    return float(low), float(high)


def _entity_clusters(design: Design, cluster: str) -> None:
    """Refuse a single cluster, or ones that cut through an entity, whose rows are drawn as one."""
    entity = design.index.get_level_values(0).to_numpy()
    start = np.flatnonzero(np.r_[True, entity[1:] != entity[:-1]])
    own = np.repeat(design.clusters[start], np.diff(np.r_[start, len(entity)]))
    if (bad := own != design.clusters).any():
        raise SpecificationError(
            f"{entity[bad][0]} has rows in two clusters by {cluster}, and a dynamic panel is "
            "resampled by whole entities: cluster by entity or by something that contains it."
        )
    if len(design.cluster_labels) < 2:
        raise SpecificationError(
            f"One cluster by {cluster} cannot be resampled: choose a finer cluster."
        )


def _block(
    z: np.ndarray, absorbed: list[Absorbed], entity: np.ndarray, n: int, k: int, p: int
) -> Block:
    partly, nuisance, _ = split_effects(z, absorbed, entity)
    columns = np.column_stack([partly[:, :k], nuisance, partly[:, k:]])
    scale = np.linalg.norm(columns, axis=0)
    scale[scale == 0] = 1.0
    columns = columns / scale
    return Block(cross_products(columns, entity, n), scale, k, p)


def _remover(own: list[Absorbed], size: int) -> np.ndarray:
    columns = np.column_stack([a.columns() for a in own])
    return np.eye(size) - columns @ np.linalg.pinv(columns)
