"""Several columns on the same rows: what survives when more is absorbed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.data import Panel
from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.cells import Grid
from analysis.inference.estimate import Estimate, estimate
from analysis.inference.options import checked
from analysis.inference.report import regression_grid
from analysis.inference.result import Result
from analysis.models import Specification, estimation_rows

__all__ = ["Estimates", "estimate_columns"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Estimates(Result):
    """Estimates of one specification under several sets of effects.

    Iterating gives the estimates in order; `estimates["two_way"]` gives one by its effects.
    """

    columns: tuple[Estimate, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The effects of each column."""
        return tuple(column.specification.effects for column in self.columns)

    def __iter__(self) -> Iterator[Estimate]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def __getitem__(self, name: str) -> Estimate:
        for column in self.columns:
            if column.specification.effects == name:
                return column
        raise UnknownNameError("column", str(name), self.names, "these estimates")

    def tidy(self) -> pd.DataFrame:
        """One row per column and term, the effects first."""
        return self._stacked([c.tidy().assign(n=c.n, within_r2=c.within_r2) for c in self.columns])

    def standardised(self) -> pd.DataFrame:
        """As `tidy`, in within-SDs; every column uses the same within-SDs."""
        return self._stacked([c.standardised() for c in self.columns])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, one entry per column."""
        return {name: self[name].to_dict() for name in self.names}

    def grid(self) -> Grid:
        """Return the columns side by side."""
        return regression_grid(self.columns)

    def _stacked(self, tables: list[pd.DataFrame]) -> pd.DataFrame:
        stacked = pd.concat(dict(zip(self.names, tables, strict=True)), names=["effects"])
        return stacked.reset_index(level=0).reset_index(drop=True)


@checked
def estimate_columns(
    spec: Specification, panel: Panel,
    columns: Iterable[str] = ("two_way", "region_year", "entity_trends"), *, level: float = 0.05,
    notes: Iterable[str] = (),
) -> Estimates:  # fmt: skip
    """Estimate the same specification on the same rows with different effects.

    A row that any column would fit perfectly is left out of all, so every column has the same n and
    differences between columns are not differences between samples. First differences lose the rows
    without a year before; their `dropped` says how many.

    Parameters
    ----------
    spec, panel, level, notes
        As in `estimate`; the `effects` of the specification are replaced column by column.
    columns : iterable of str
        Keys of `analysis.models.EFFECTS`, without repetition.

    Raises
    ------
    SpecificationError, UnknownNameError
        As in `estimate`; the first column that cannot be estimated stops the table.
    """
    names, notes = tuple(columns), tuple(notes)
    if not names or len(set(names)) < len(names):
        raise SpecificationError(
            f"Columns {list(names)} must name each set of effects once and at least one."
        )
    specs = [spec.with_effects(name) for name in names]
    rows = estimation_rows(spec, panel, names)
    return Estimates(tuple(estimate(s, panel, level=level, notes=notes, rows=rows) for s in specs))
