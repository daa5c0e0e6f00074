"""The grid of a specification curve, declared as data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from math import comb

import numpy as np

from analysis.errors import SpecificationError
from analysis.models import Sample, Specification

__all__ = ["Grid"]

_MOST = 200_000  # specifications beyond which a grid is a slip of the pen


@dataclass(frozen=True, slots=True)
class Grid:
    """Every combination of the parts listed here is one specification.

    Attributes
    ----------
    outcomes, regressors : tuple of str
        Measures of the two sides of the claim; a regressor equal to the outcome is passed over.
    controls : tuple of str
        Candidates: every subset of them, the empty one included.
    always : tuple of str
        Controls of every specification.
    effects : tuple of str
        Keys of `analysis.models.EFFECTS`.
    lags : tuple of int
        Years by which the whole right-hand side precedes the outcome.
    samples : tuple of Sample
        Rows that may enter.
    initial, cluster
        As in `Specification`.
    most_controls : int, optional
        Largest subset of candidates.
    """

    outcomes: tuple[str, ...]
    regressors: tuple[str, ...]
    controls: tuple[str, ...] = ()
    always: tuple[str, ...] = ()
    effects: tuple[str, ...] = ("two_way",)
    lags: tuple[int, ...] = (1,)
    samples: tuple[Sample, ...] = (Sample(),)
    initial: tuple[str, ...] = ()
    cluster: str = "entity"
    most_controls: int | None = None

    def __post_init__(self) -> None:
        for name in ("outcomes", "regressors", "effects", "lags", "samples"):
            if not getattr(self, name):
                raise SpecificationError(f"The grid lists no {name}: name at least one.")
        sides = (*self.outcomes, *self.regressors)
        for name in (*self.controls, *self.always):
            if name in sides or (*self.controls, *self.always).count(name) > 1:
                raise SpecificationError(
                    f"'{name}' has two places in the grid: list it once, as outcome, regressor, "
                    "candidate control or constant control."
                )
        if len(self) > _MOST:
            raise SpecificationError(
                f"The grid has {len(self):,} specifications: set most_controls or list fewer parts."
            )
        if not len(self):
            raise SpecificationError("The grid regresses outcomes on themselves only: name others.")

    @property
    def subsets(self) -> np.ndarray:
        """Which candidate controls each subset holds, smallest first, bool (S, C)."""
        count = len(self.controls)
        chosen = [s for size in range(self._largest + 1) for s in combinations(range(count), size)]
        out = np.zeros((len(chosen), count), dtype=bool)
        for row, members in zip(out, chosen, strict=True):
            row[list(members)] = True
        return out

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Outcome and regressor of each family of specifications."""
        return tuple((y, x) for y, x in product(self.outcomes, self.regressors) if y != x)

    def specification(
        self, outcome: str, regressor: str, effects: str, lag: int, sample: Sample,
        controls: tuple[str, ...],
    ) -> Specification:  # fmt: skip
        """Spell out one point of the grid; the regressor comes first."""
        return Specification(
            outcome, (regressor,), lag=lag, controls=(*self.always, *controls),
            initial=self.initial, effects=effects, sample=sample, cluster=self.cluster,
        )  # fmt: skip

    def __iter__(self) -> Iterator[Specification]:
        """Spell out every point, in the order of the rows of the curve."""
        subsets = [tuple(np.compress(row, self.controls).tolist()) for row in self.subsets]
        for lag, sample, effects, (y, x) in product(
            self.lags, self.samples, self.effects, self.pairs
        ):
            for controls in subsets:
                yield self.specification(y, x, effects, lag, sample, controls)

    def __len__(self) -> int:
        most = self._largest
        subsets = sum(comb(len(self.controls), size) for size in range(most + 1))
        return subsets * len(self.pairs) * len(self.effects) * len(self.lags) * len(self.samples)

    @property
    def _largest(self) -> int:
        count = len(self.controls)
        return count if self.most_controls is None else min(self.most_controls, count)
