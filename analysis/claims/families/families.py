"""Placebo families: figures like the real ones in which there is nothing to find.

Each family replaces part of every series by chance and keeps the rest, so each gives "by chance"
another meaning. Nothing is clipped: a share drawn anew may fall below 0 or rise above 1, and a
logarithm may leave the range of the real one; a verdict asks for neither. Variances are those of
the whole series: that of one entity is not kept by the families that draw movement anew.

>>> draw = FAMILIES["walk"].prepare(figures_of(panel, names))  # doctest: +SKIP
>>> values = draw(seed_of("walk", 17))  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from analysis.claims.families import movement
from analysis.claims.families.movement import Split
from analysis.data import Panel
from analysis.errors import DataError, UnknownNameError
from analysis.inference.parallel import generator

__all__ = ["FAMILIES", "SEED", "Draw", "Family", "Figures", "figures_of", "seed_of"]

SEED = 20261128

Draw = Callable[[np.random.Generator], np.ndarray]
"""Random numbers in, figures (K, N, T) out."""


@dataclass(frozen=True, eq=False)
class Figures:
    """Series of a panel as one array.

    Attributes
    ----------
    names : tuple of str
        The K series.
    values : ndarray (K, N, T)
        Figures, NaN where none is observed.
    entities : tuple of str
        The N entities.
    regions : ndarray (N,) of int, or None
        Code of each entity's region; None where the panel has no regions.
    """

    names: tuple[str, ...]
    values: np.ndarray
    entities: tuple[str, ...]
    regions: np.ndarray | None = None


def figures_of(panel: Panel, names: Sequence[str]) -> Figures:
    """Take series out of a panel; entities and years stand in the order of its rows.

    Entities without a region are a region of their own. UnknownNameError for a name that is no
    column of the panel.
    """
    columns = [panel[name].to_numpy(dtype=float) for name in names]
    entities = panel.frame.index.unique("entity")
    values = np.reshape(columns, (len(columns), len(entities), -1))
    regions = None
    if "region" in panel.entities.columns:
        of = panel.entities["region"].reindex(entities)
        regions = pd.factorize(of, use_na_sentinel=False)[0]
    return Figures(tuple(names), values, tuple(entities), regions)


@dataclass(frozen=True)
class Family:
    """One meaning of "by chance".

    Attributes
    ----------
    name, label : str
        Key, and a few words for tables.
    keeps, draws : str
        What of the real figures is kept and what is random, a sentence each.
    recipe : callable
        Figures in, `Draw` out: what does not depend on the draw is computed once.
    needs_regions : bool
        Whether entities have to belong to regions.
    inside_regions : bool
        Whether what is dealt out stays inside regions.
    """

    name: str
    label: str
    keeps: str
    draws: str
    recipe: Callable[[Figures], Draw]
    needs_regions: bool = False
    inside_regions: bool = False

    def prepare(self, figures: Figures) -> Draw:
        """Return the function that draws figures; DataError if regions are needed and lacking.

        Series that are the same for all entities are left as they are.
        """
        if self.needs_regions and figures.regions is None:
            raise DataError(
                f"The placebo family '{self.name}' needs regions and the entities have none: "
                "add a region column to their table, or leave this family out."
            )
        draw, values = self.recipe(figures), figures.values  # noqa: PD011
        national = _national(values)[:, None, None]
        return lambda rng: np.where(national, values, draw(rng))

    def make(self, figures: Figures, rng: np.random.Generator) -> np.ndarray:
        """Draw figures once, shape (K, N, T)."""
        return self.prepare(figures)(rng)


def seed_of(family: str, panel: int, seed: int = SEED) -> np.random.Generator:
    """Return the random numbers of one panel of a family.

    They are made of the base seed, the place of the family in `FAMILIES` and the number of the
    panel, so neither the order of panels nor the process that draws one matters.
    """
    if family not in FAMILIES:
        raise UnknownNameError("family", family, FAMILIES, "the placebo families")
    return generator(seed, panel, key=(list(FAMILIES).index(family),))


def _national(values: np.ndarray) -> np.ndarray:
    """Whether each series has one figure a year for all entities, up to rounding."""
    seen = ~np.isnan(values)
    high = np.where(seen, values, -np.inf).max(axis=1)
    low = np.where(seen, values, np.inf).min(axis=1)
    size = np.where(seen, np.abs(values), 0.0).max(axis=(1, 2))
    one = (high - low <= 1e-12 * size[:, None]).all(axis=1)
    return one & (seen.sum(axis=1) > 1).any(axis=1)  # a single entity with figures is no nation


def _dealt(figures: Figures) -> Draw:
    entities = len(figures.entities)
    return lambda rng: figures.values[:, rng.permutation(entities)]  # noqa: PD011


def _dealt_regions(figures: Figures) -> Draw:
    in_order = np.argsort(figures.regions, kind="stable")

    def draw(rng: np.random.Generator) -> np.ndarray:
        # Sorted by region and at random inside it, so each region meets its own members again.
        source = np.empty_like(in_order)
        source[in_order] = np.lexsort((rng.random(len(in_order)), figures.regions))
        return figures.values[:, source]  # noqa: PD011

    return draw


def _walk(figures: Figures) -> Draw:
    real = Split(figures.values)
    together = real.together()
    return lambda rng: real.figures(real.walk(together, rng))


def _region_trend(figures: Figures) -> Draw:
    real = Split(figures.values)
    together = real.together()
    return lambda rng: real.figures(real.trend_and_walk(together, figures.regions, rng))


def _entity_trend(figures: Figures) -> Draw:
    real = Split(figures.values)
    together, each, has = real.together(), np.arange(len(figures.entities)), real.seen.any(axis=2)

    def draw(rng: np.random.Generator) -> np.ndarray:
        own = real.trend_and_walk(together, each, rng)
        dealt = rng.permutation(each)
        source = np.broadcast_to(dealt, has.shape)
        # An entity that would get the mean of one without figures takes that one's own gain.
        while (lacks := has & ~np.take_along_axis(has, source, axis=1)).any():
            source = np.where(lacks, dealt[source], source)
        return real.figures(own, np.take_along_axis(real.means, source, axis=1))

    return draw


def _autoregressive(figures: Figures) -> Draw:
    real = Split(figures.values)
    rho = movement.persistence(real.own, real.filled)
    together = real.together(rho)
    start = movement.root(together @ together.T / (1 - np.outer(rho, rho)))  # stationary variance
    steps, both = (x.swapaxes(0, 1).reshape(len(figures.entities), -1) for x in real.steps(rho))
    near = movement.root(movement.shrunk(movement.correlation(steps, both)))
    shape = real.own.shape[2], *real.own.shape[:2]

    def draw(rng: np.random.Generator) -> np.ndarray:
        shocks = rng.standard_normal(shape) @ near.T
        own = np.empty(shape)
        own[0], own[1:] = start @ shocks[0], together @ shocks[1:]
        for year in range(1, len(own)):
            own[year] += rho[:, None] * own[year - 1]
        return real.figures(real.unit(own.transpose(1, 2, 0)))

    return draw


_PATH_KEPT = "The mean of every entity, the national path and the within-variance of every series."

FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        family.name: family
        for family in (
            Family(
                "dealt",
                "histories dealt out",
                "Every history whole, with its gaps, and the histories of one entity together.",
                "Which entity has them, one permutation for all series.",
                _dealt,
            ),
            Family(
                "dealt_regions",
                "histories dealt out inside regions",
                "Every history whole, with its gaps, the histories of one entity together, "
                "and its region.",
                "Which entity of the region has them, one permutation for all series.",
                _dealt_regions,
                needs_regions=True,
                inside_regions=True,
            ),
            Family(
                "walk",
                "random walks",
                _PATH_KEPT,
                "The own movement: a random walk of each entity, its steps correlated across "
                "series as the real ones.",
                _walk,
            ),
            Family(
                "region_trend",
                "trends of regions and walks",
                _PATH_KEPT,
                "The own movement: half of its variance a linear trend common to the region, half "
                "a random walk of each entity.",
                _region_trend,
                needs_regions=True,
            ),
            Family(
                "entity_trend",
                "means dealt out, trends and walks",
                "The means of entities as a set, the national path and the within-variance of "
                "every series.",
                "Which entity has which mean, and the own movement: half of its variance a linear "
                "trend of each entity, half a random walk.",
                _entity_trend,
            ),
            Family(
                "autoregressive",
                "dependent autoregressions",
                _PATH_KEPT,
                "The own movement: a first-order autoregression with the estimated persistence of "
                "each series, its shocks correlated across series and across entities as the "
                "real ones.",
                _autoregressive,
            ),
        )
    }
)
