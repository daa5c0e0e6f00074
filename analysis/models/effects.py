"""The sets of effects a column of a regression table can absorb, declared as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

__all__ = ["EFFECTS", "Absorbed", "EffectSet"]


@dataclass(frozen=True, slots=True)
class EffectSet:
    """One way of absorbing what is not of interest.

    Attributes
    ----------
    name : str
        The word a specification uses.
    label : str
        A column head short enough for a phone.
    absorbs : tuple of str
        Any of "entity", "year", "region_year", "entity_trend".
    words : str
        The effects in words, for formulas and notes.
    r2 : str
        What the within R² of this column is a share of.
    differenced : bool
        Whether outcome and regressors are first-differenced.

    Examples
    --------
    >>> from analysis.models import EFFECTS
    >>> EFFECTS["region_year"].words
    'entity and region-by-year effects'
    """

    name: str
    label: str
    absorbs: tuple[str, ...]
    words: str
    r2: str
    differenced: bool = False


_OF = "share of the outcome's variance around"
_DECLARED = (
    EffectSet("two_way", "Two-way", ("entity", "year"), "entity and year effects",
              f"{_OF} entity and year effects"),
    EffectSet("region_year", "Region × year", ("entity", "region_year"),
              "entity and region-by-year effects", f"{_OF} entity and region-by-year effects"),
    EffectSet("entity_trends", "Entity trends", ("entity", "year", "entity_trend"),
              "entity and year effects and a linear trend for each entity",
              f"{_OF} entity and year effects and entity trends"),
    EffectSet("first_difference", "Differences", ("year",), "first differences and year effects",
              "share of the variance of the outcome's yearly change around year effects", True),
    EffectSet("entity", "Entity", ("entity",), "entity effects only", f"{_OF} entity means"),
)  # fmt: skip

EFFECTS: Mapping[str, EffectSet] = MappingProxyType({e.name: e for e in _DECLARED})
"""Name of a column -> what it absorbs. "entity" alone is a teaching benchmark: it leaves every
common shock in."""


@dataclass(frozen=True, slots=True, eq=False)
class Absorbed:
    """One family of absorbed columns: a dummy, or a slope, for each level of a grouping.

    Attributes
    ----------
    name : str
        What it is, in words.
    codes : ndarray of int, shape (n,)
        Level of each row, 0..levels-1.
    slope : ndarray of float, shape (n,), or None
        None for dummies; else the variable whose slope differs by level.
    omit_first : bool
        Leave out the first level when columns are spelled out, because other effects span it.

    Examples
    --------
    >>> import numpy as np
    >>> Absorbed("entity", np.array([0, 0, 1])).columns()
    array([[1., 0.],
           [1., 0.],
           [0., 1.]])
    """

    name: str
    codes: np.ndarray
    slope: np.ndarray | None = None
    omit_first: bool = False

    def columns(self) -> np.ndarray:
        """Spell the family out as an (n, levels) array of columns."""
        levels = int(self.codes.max()) + 1
        dense = np.zeros((len(self.codes), levels))
        dense[np.arange(len(self.codes)), self.codes] = 1.0 if self.slope is None else self.slope
        return dense[:, 1:] if self.omit_first else dense

    def at(self, rows: np.ndarray) -> Absorbed:
        """Return the same family on some rows only, with the levels found there."""
        codes = np.unique(self.codes[rows], return_inverse=True)[1]
        return Absorbed(self.name, codes, None if self.slope is None else self.slope[rows])

    def nested_in(self, clusters: np.ndarray) -> bool:
        """Whether every level lies inside one cluster, so that it vanishes with that cluster."""
        one = np.zeros(int(self.codes.max()) + 1, dtype=clusters.dtype)
        one[self.codes] = clusters  # any one cluster of each level; all of its rows must agree
        return bool((one[self.codes] == clusters).all())
