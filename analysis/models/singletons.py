"""Rows that an effect fits perfectly: they say nothing about a slope and are left out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.models.effects import EFFECTS

__all__ = ["few", "singletons"]


def singletons(
    effects: tuple[str, ...], region: pd.Series, alive: np.ndarray
) -> Iterator[tuple[str, np.ndarray]]:
    """Rows that an effect fits perfectly, until none is left; totals per kind of effect."""
    sets = {part for e in effects if not EFFECTS[e].differenced for part in EFFECTS[e].absorbs}
    index = region.index
    entity, year = index.codes[0], index.codes[1]
    area = pd.factorize(region)[0].astype(int)
    kinds = {
        "entity": ("only row of its entity", entity, 1),
        "year": ("only row of its year", year, 1),
        "region_year": ("only row of its region in its year", area * (year.max() + 1) + year, 1),
        "entity_trend": ("entity with two rows or fewer, too few for a trend", entity, 2),
    }
    left, lost = alive.copy(), {}
    while True:
        before = left.sum()
        for name, (reason, codes, most) in kinds.items():
            if name in sets:
                bad = left & few(codes, left, most)
                left &= ~bad
                lost[reason] = lost.get(reason, np.zeros_like(bad)) | bad
        if left.sum() == before:
            break
    yield from ((reason, bad) for reason, bad in lost.items() if bad.any())


def few(codes: np.ndarray, among: np.ndarray, most: int) -> np.ndarray:
    """Mark rows whose level holds at most `most` of the rows in `among`."""
    codes = codes - codes.min()  # a missing region is −1
    return np.bincount(codes, weights=among)[codes] <= most
