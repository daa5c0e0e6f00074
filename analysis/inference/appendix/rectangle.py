"""The largest part of a variable without a gap: what tests for unit roots run on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.data import Panel
from analysis.errors import SpecificationError, UnknownNameError
from analysis.models import Sample
from analysis.models.rows import require_grid

__all__ = ["largest_block", "rectangle", "require_movement"]


def rectangle(
    panel: Panel, name: str, sample: Sample, needed: int
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Find the span of years and the entities complete in it that hold most cells.

    `sample` says which years and entities may enter, `needed` how many years in a row a regression
    needs. Returns entities by years without a missing cell, and the entities left out for a gap.

    Raises
    ------
    UnknownNameError
        The panel has no such variable, entity or year.
    SpecificationError
        No two entities have so many years in a row.
    """
    require_grid(panel.frame)
    entities, years = panel.frame.index.unique(0), panel.frame.index.unique(1)
    values = panel[name].to_numpy(dtype=float).reshape(len(entities), len(years))
    table = pd.DataFrame(values, index=entities.astype(str), columns=years.astype(int))
    for kind, asked, known in (
        ("entity", sample.exclude_entities, table.index),
        ("year", sample.exclude_years, table.columns),
    ):
        for one in asked:
            if one not in known:
                raise UnknownNameError(kind, str(one), map(str, known), "the panel")
    first, last = sample.first_year or years[0], sample.last_year or years[-1]
    table = table.loc[~table.index.isin(sample.exclude_entities), first:last]
    seen = np.isfinite(table.to_numpy()) & ~table.columns.isin(sample.exclude_years)
    complete, start, stop = largest_block(seen, needed)
    if complete.sum() < 2:
        raise SpecificationError(
            f"A panel unit root test of '{name}' needs two entities with {needed} years in a row, "
            f"and {first} to {last} hold no such block: use fewer lags or leave the test out."
        )
    out = tuple(table.index[~complete & seen.any(axis=1)])
    return table.loc[complete].iloc[:, start:stop], out


def require_movement(block: pd.DataFrame, y: np.ndarray) -> None:
    """Refuse a series that does not move around the means that were taken out."""
    still = y.std(axis=1) <= 1e-10 * max(float(y.std()), np.finfo(float).tiny)
    if still.any():
        raise SpecificationError(
            f"The series of {block.index[still][0]} does not move from {block.columns[0]} to "
            f"{block.columns[-1]}: exclude the entity from the sample."
        )


def largest_block(seen: np.ndarray, shortest: int) -> tuple[np.ndarray, int, int]:
    """Find the entities and the run of years without a gap that hold most cells together.

    Of `seen`, shape (N, T), and at least `shortest` years: the entities in the block (N,), first
    year and the year after the last, by position; no entity where no run is long enough.
    """
    runs = [
        (int(seen[:, a:b].all(axis=1).sum()) * (b - a), b - a, a)
        for a in range(seen.shape[1])
        for b in range(a + shortest, seen.shape[1] + 1)
    ]
    _, length, start = max(runs, default=(0, 0, 0))
    inside = seen[:, start : start + length].all(axis=1) if length else np.zeros(len(seen), bool)
    return inside, start, start + length
