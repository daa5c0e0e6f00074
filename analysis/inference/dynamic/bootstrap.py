"""Resampling of clusters for estimators that work from cross-products per entity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.errors import SpecificationError, require_seed
from analysis.models.design import Design

__all__ = ["Draws", "bootstrap", "entity_clusters", "long_run", "percentiles"]

Estimator = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Weights (B, N) -> estimates (B, ...) and which of them are identified (B,)."""

_CELLS = 2e7  # numbers an estimator may hold at a time
_ENOUGH = 0.9  # share of draws that must identify every coefficient


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
    estimator: Estimator, cluster_of: np.ndarray, draws: int, seed: int, width: int, outcome: str
) -> Draws:
    """Draw clusters with replacement and estimate again.

    A cluster drawn twice counts as two, each with its own effects; effects common to entities are
    estimated anew in every draw. `cluster_of`, shape (N,), is the cluster of each entity, `width`
    the number of columns of the data, for the size of chunks, `outcome` its name for messages.
    Fewer than two draws are refused, and draws of which a tenth do not identify a coefficient.
    """
    if draws < 2:
        raise SpecificationError(
            f"A bootstrap of '{outcome}' needs at least 2 draws, not {draws}: 999 are usual."
        )
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


def entity_clusters(design: Design, cluster: str) -> None:
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


def long_run(slope: np.ndarray, persistence: np.ndarray) -> np.ndarray:
    """b/(1 − ρ), the effect of a lasting change; infinite with the sign of b from ρ = 1 on."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(persistence < 1, slope / (1 - persistence), np.sign(slope) * np.inf)


def percentiles(draws: np.ndarray, level: float) -> tuple[float, float]:
    """Percentile interval; an infinite end means that the draws do not bound it."""
    low, high = np.quantile(draws, [level / 2, 1 - level / 2], method="inverted_cdf")
    return float(low), float(high)
