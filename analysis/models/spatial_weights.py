"""Who counts as near to whom: spatial weights of the entities of a panel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.data import Panel
from analysis.errors import DataError, SpecificationError, UnknownNameError

__all__ = ["SpatialWeights", "contiguity", "economic_proximity", "inverse_distance", "permuted"]

_EARTH = 6371.0088  # km, mean radius of the IUGG


@dataclass(frozen=True, slots=True, eq=False)
class SpatialWeights:
    """Weights w(i, j) of entity j for entity i; the diagonal is zero.

    A plain array suffices: rows are dense for distances, and entities are dozens or hundreds.

    Attributes
    ----------
    name : str
        Short name: "contiguity", "inverse distance", "economic", or the user's.
    entities : tuple of str
        Order of rows and columns.
    raw : ndarray, shape (n, n)
        Weights before standardising, not negative.
    row_standardised : bool
        Whether `matrix` divides each row by its sum, so that a spatial lag is a weighted mean.
    note : str
        How the weights were made, in one sentence.

    Raises
    ------
    SpecificationError
        The array is not square, not finite, negative, or its diagonal is not zero.
    """

    name: str
    entities: tuple[str, ...]
    raw: np.ndarray
    row_standardised: bool = True
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "entities", tuple(map(str, self.entities)))
        n, raw = len(self.entities), np.asarray(self.raw, dtype=float)
        object.__setattr__(self, "raw", raw)
        if raw.shape != (n, n) or len(set(self.entities)) < n:
            raise SpecificationError(
                f"Weights '{self.name}' have shape {raw.shape} for {n} entities: give one row and "
                "one column per entity, each named once."
            )
        for bad, what in ((~np.isfinite(raw), "not finite"), (raw < 0, "negative")):
            if bad.any():
                i, j = np.argwhere(bad)[0]
                raise SpecificationError(
                    f"Weights '{self.name}' are {what} from {self.entities[i]} to "
                    f"{self.entities[j]}: every weight is a number of zero or more."
                )
        if (own := np.diag(raw) != 0).any():
            raise SpecificationError(
                f"Weights '{self.name}' make {self.entities[int(own.argmax())]} its own "
                "neighbour: set the diagonal to zero."
            )

    @property
    def matrix(self) -> np.ndarray:
        """The weights as used, shape (n, n).

        Raises
        ------
        SpecificationError
            An entity has no neighbour.
        """
        sums = self.raw.sum(axis=1)
        if (alone := sums == 0).any():
            names = [e for e, lone in zip(self.entities, alone, strict=True) if lone]
            raise SpecificationError(
                f"{', '.join(names)} {'has' if len(names) == 1 else 'have'} no neighbour in "
                f"weights '{self.name}': join it to one, or add it to exclude_entities."
            )
        return self.raw / sums[:, None] if self.row_standardised else self.raw.copy()

    @property
    def neighbours(self) -> pd.Series:
        """Number of neighbours with a weight above zero, by entity."""
        return pd.Series((self.raw > 0).sum(axis=1), index=list(self.entities), name="neighbours")

    def among(self, entities: Iterable[str]) -> SpatialWeights:
        """Keep some entities, in the order given; rows are standardised anew among them."""
        names = tuple(map(str, entities))
        unknown = [name for name in names if name not in self.entities]
        if unknown:
            raise SpecificationError(
                f"Weights '{self.name}' do not know {', '.join(unknown[:5])}: add a row and column "
                "for it, or add it to exclude_entities."
            )
        at = [self.entities.index(name) for name in names]
        return replace(self, entities=names, raw=self.raw[np.ix_(at, at)])


def contiguity(panel: Panel) -> SpatialWeights:
    """Equal weight for each entity that shares a border, from the panel's table of neighbours.

    Parameters
    ----------
    panel : Panel
        With neighbours.

    Returns
    -------
    SpatialWeights
        Rows sum to one.

    Examples
    --------
    >>> from analysis.data import load
    >>> panel = load("china")
    >>> contiguity(panel).matrix.shape
    (31, 31)
    """
    pairs = None if panel.geography is None else panel.geography.neighbours
    if pairs is None:
        raise DataError(
            f"Panel '{panel.name}' has no neighbours: name a table with the columns entity and "
            "neighbour under 'neighbours' in its dataset.yml."
        )
    names = _entities(panel)
    at = {name: i for i, name in enumerate(names)}
    raw = np.zeros((len(names), len(names)))
    for a, b in zip(pairs["entity"], pairs["neighbour"], strict=True):
        if stranger := {a, b} - at.keys():
            raise UnknownNameError("entity", stranger.pop(), names, "the table of neighbours")
        raw[at[a], at[b]] = raw[at[b], at[a]] = 1.0
    return SpatialWeights("contiguity", names, raw, note="Entities that share a border.")


def inverse_distance(
    panel: Panel, power: float = 1.0, cutoff: float | None = None
) -> SpatialWeights:
    """1 / distance^power along the great circle between the entities' points.

    The larger `power`, above zero, the less far entities count; beyond `cutoff` kilometres the
    weight is zero. Two entities on one point are refused.

    Parameters
    ----------
    panel : Panel
        With coordinates.
    power : float
        Of the distance.
    cutoff : float, optional
        Kilometres beyond which the weight is zero.

    Returns
    -------
    SpatialWeights
        Rows sum to one.

    Examples
    --------
    >>> from analysis.data import load
    >>> panel = load("china")
    >>> inverse_distance(panel).matrix.shape
    (31, 31)
    """
    table = None if panel.geography is None else panel.geography.coordinates
    if table is None:
        raise DataError(
            f"Panel '{panel.name}' has no coordinates: name a table with the columns entity, "
            "latitude and longitude under 'coordinates' in its dataset.yml."
        )
    if not power > 0 or (cutoff is not None and not cutoff > 0):
        raise SpecificationError(
            f"Power {power} and cutoff {cutoff} of the distance weights must be above zero."
        )
    names = _entities(panel)
    points = table.reindex(names)[["latitude", "longitude"]].to_numpy(dtype=float)
    if (lost := np.isnan(points).any(axis=1)).any():
        raise DataError(
            f"Panel '{panel.name}' has no coordinates of {names[int(lost.argmax())]}: add its row."
        )
    distance = great_circle(points)
    raw = _inverse(distance, names, "inverse distance", "lie on the same point") ** power
    if cutoff is not None:
        raw[distance > cutoff] = 0.0
    within = "" if cutoff is None else f", zero beyond {cutoff:g} km"
    note = f"One over great-circle distance to the power {power:g}{within}."
    return SpatialWeights("inverse distance", names, raw, note=note)


def economic_proximity(panel: Panel, variable: str) -> SpatialWeights:
    """1 / |z(i) − z(j)|, where z is a variable in the first year in which every entity has it.

    The first year keeps later outcomes out of the weights. Near-ties dominate a row: two entities
    with almost equal z are almost each other's only neighbour, and a tie is refused.

    Parameters
    ----------
    panel : Panel
        Any panel.
    variable : str
        One of its columns.

    Returns
    -------
    SpatialWeights
        Rows sum to one.

    Examples
    --------
    >>> from analysis.data import load
    >>> panel = load("china")
    >>> economic_proximity(panel, "gdp").matrix.sum(axis=1).round(6).min().item()
    1.0
    """
    names, years = _entities(panel), panel.frame.index.unique(1)
    # A panel is a full rectangle, so its column is a matrix of entities by years.
    table = panel[variable].to_numpy(dtype=float).reshape(len(names), len(years))
    seen = np.isfinite(table)
    if not (complete := seen.all(axis=0)).any():
        best = int(seen.sum(axis=0).argmax())
        raise SpecificationError(
            f"'{variable}' is observed for every entity in no year "
            f"({names[int(seen[:, best].argmin())]} lacks {years[best]}): choose another variable "
            "for the economic weights."
        )
    year = years[int(complete.argmax())]
    z = table[:, int(complete.argmax())]
    gap = np.abs(z[:, None] - z[None, :])
    raw = _inverse(gap, names, "economic", f"have the same {variable} in {year}")
    note = f"One over the absolute difference in {variable} in {year}."
    return SpatialWeights("economic", names, raw * np.median(gap[gap > 0]), note=note)


def permuted(weights: SpatialWeights, rng: np.random.Generator) -> SpatialWeights:
    """Hand every entity the neighbours of another one, drawn at random.

    The number of links, their weights and the eigenvalues stay; only who is near whom is lost. An
    effect that survives many such draws does not come from space.

    Parameters
    ----------
    weights : SpatialWeights
        A map.
    rng : Generator
        Source of the permutation.

    Returns
    -------
    SpatialWeights
        The same map with entities dealt out anew.

    Examples
    --------
    >>> import numpy as np
    >>> from analysis.data import load
    >>> from analysis.models import contiguity
    >>> panel = load("china")
    >>> permuted(contiguity(panel), np.random.default_rng(1)).matrix.shape
    (31, 31)
    """
    order = rng.permutation(len(weights.entities))
    name, raw = f"placebo of {weights.name}", weights.raw[np.ix_(order, order)]
    return replace(weights, name=name, raw=raw, note="Entities permuted at random.")


def great_circle(points: np.ndarray) -> np.ndarray:
    """Haversine distances in km between points of (latitude, longitude) in degrees, (n, n)."""
    latitude, longitude = np.radians(points).T
    cosines = np.cos(latitude[:, None]) * np.cos(latitude)
    half = np.sin((latitude[:, None] - latitude) / 2) ** 2
    half += cosines * np.sin((longitude[:, None] - longitude) / 2) ** 2
    return 2 * _EARTH * np.arcsin(np.sqrt(np.clip(half, 0, 1)))


def _entities(panel: Panel) -> tuple[str, ...]:
    return tuple(map(str, panel.frame.index.unique(0)))


def _inverse(gap: np.ndarray, names: Sequence[str], kind: str, tied: str) -> np.ndarray:
    if (ties := (gap == 0) & ~np.eye(len(gap), dtype=bool)).any():
        i, j = np.argwhere(ties)[0]
        raise SpecificationError(
            f"{names[i]} and {names[j]} {tied}, so their {kind} weight would be infinite: move one "
            "of them or use other weights."
        )
    return np.divide(1.0, gap, out=np.zeros_like(gap), where=gap > 0)
