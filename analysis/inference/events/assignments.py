"""Every way, or many ways, in which the starts could have fallen on the entities."""

from __future__ import annotations

from itertools import combinations
from math import factorial, prod

import numpy as np

__all__ = ["ENUMERABLE", "assignments", "count_assignments"]

ENUMERABLE = 20_000
"""Up to so many distinct assignments are listed; beyond, they are drawn."""


def count_assignments(codes: np.ndarray, strata: np.ndarray) -> int:
    """Return the number of distinct assignments: the product over strata of multinomials."""
    return prod(_count(codes[strata == s]) for s in np.unique(strata))


def assignments(
    codes: np.ndarray, strata: np.ndarray, draws: int, rng: np.random.Generator
) -> tuple[np.ndarray, bool]:
    """Permute codes within strata; return assignments (B, N), and whether these are all, each once.

    `codes`, shape (N,), are starts of entities as codes; the multiset within each stratum is kept.
    `strata`, shape (N,), are all equal for free permutation. `draws` and `rng` serve where the
    assignments are too many to list.
    """
    if count_assignments(codes, strata) <= ENUMERABLE:
        return _all(codes, strata), True
    out = np.tile(codes, (draws, 1))
    for s in np.unique(strata):
        where = np.flatnonzero(strata == s)
        out[:, where] = rng.permuted(out[:, where], axis=1)
    return out, False


def _count(codes: np.ndarray) -> int:
    counts = np.unique(codes, return_counts=True)[1]
    return factorial(len(codes)) // prod(factorial(int(n)) for n in counts)


def _all(codes: np.ndarray, strata: np.ndarray) -> np.ndarray:
    out = codes[None, :].copy()
    for s in np.unique(strata):
        where = np.flatnonzero(strata == s)
        parts = _arrangements(codes[where])
        tiled = np.repeat(out, len(parts), axis=0)
        tiled[:, where] = np.tile(parts, (len(out), 1))
        out = tiled
    return out


def _arrangements(codes: np.ndarray) -> np.ndarray:
    """List the distinct orders of a multiset, placing the rarer codes one after the other."""
    values, counts = np.unique(codes, return_counts=True)
    order = np.argsort(counts)[::-1]
    out = np.full((1, len(codes)), values[order[0]])
    free = [np.arange(len(codes))]
    for k in order[1:]:
        grown, left = [], []
        for row, places in zip(out, free, strict=True):
            for chosen in combinations(range(len(places)), int(counts[k])):
                new = row.copy()
                new[places[list(chosen)]] = values[k]
                grown.append(new)
                left.append(np.delete(places, chosen))
        out, free = np.array(grown), left
    return out
