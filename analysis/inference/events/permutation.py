"""Ways in which starts could have fallen on entities, statistics of these, and what follows."""

from __future__ import annotations

from itertools import combinations
from math import factorial, prod

import numpy as np

from analysis.errors import SpecificationError

__all__ = [
    "ENUMERABLE", "assignments", "count_assignments", "inverted_interval", "permutation_p",
    "studentised", "summaries",
]  # fmt: skip

ENUMERABLE = 20_000
"""Up to so many distinct assignments are listed; beyond, they are drawn."""


def count_assignments(codes: np.ndarray, strata: np.ndarray) -> int:
    """Return the number of distinct assignments: the product over strata of multinomials."""
    groups = (np.unique(codes[strata == s], return_counts=True)[1] for s in np.unique(strata))
    return prod(factorial(int(n.sum())) // prod(map(factorial, n.tolist())) for n in groups)


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


def permutation_p(observed: float, values: np.ndarray, exact: bool) -> float:
    """Two-sided p: the share at least as extreme, or (1 + count)/(1 + draws) for draws."""
    edge = abs(observed) - 1e-9 * np.abs(values).max(initial=abs(observed))  # ties are equal
    count = int((np.abs(values) >= edge).sum())
    return count / len(values) if exact else (1 + count) / (1 + len(values))


def inverted_interval(
    observed: float, values: np.ndarray, slopes: np.ndarray, exact: bool, level: float = 0.05
) -> tuple[float, float]:
    """Constant effects that a permutation test of a linear statistic does not reject.

    Taking an effect τ out of the exposed outcomes moves the observed statistic to a₀ − τ and that
    of an assignment to a − τd, where d is the statistic of the exposure itself. |a − τd| ≥ |a₀ − τ|
    holds between (a₀ − a)/(1 − d) and (a₀ + a)/(1 + d), so the interval runs between quantiles of
    these ends and needs no search.

    `observed` is a₀, `values` and `slopes`, shape (B,), are a and d, with d between −1 and 1;
    `exact` says whether the observed assignment is among them; otherwise it is added. Ends are
    infinite where so few assignments exist that no effect can be rejected.
    """
    d = np.clip(slopes, -1.0, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.stack([(observed - values) / (1 - d), (observed + values) / (1 + d)])
    same = np.isclose(d, 1.0) & np.isclose(values, observed)
    low = np.where(same, -np.inf, ends.min(axis=0))
    high = np.where(same, np.inf, ends.max(axis=0))
    if not exact:
        low, high = np.append(low, -np.inf), np.append(high, np.inf)
    rank = int(np.floor(level * len(low) * (1 + 1e-12)))
    return float(np.sort(low)[rank]), float(np.sort(high)[::-1][rank])


def summaries(scores: np.ndarray, dealt: np.ndarray) -> np.ndarray:
    """Sum each entity's score at the start dealt to it: (N, S) and (B, N) to (B,)."""
    out = np.zeros(len(dealt))
    for entity in range(scores.shape[0]):  # one gather per entity keeps memory at B floats
        out += scores[entity, dealt[:, entity]]
    return out


def studentised(
    scores: np.ndarray, levels: np.ndarray, dealt: np.ndarray, code: np.ndarray
) -> tuple[np.ndarray, float]:
    """Divide by √Σ_s n_s/(n_s − 1) Σ_{i in s} (score_i − mean_s)², cohort by cohort.

    `scores`, shape (N, S), are what each entity adds to the summary at each of the starts `levels`;
    `dealt`, shape (B, N), and `code`, shape (N,), permuted and observed codes of the starts.
    Returns the ratios under permutation, shape (B,), and as observed. A cohort of one is refused:
    no spread.
    """
    sizes = np.bincount(code, minlength=len(levels))
    if (sizes < 2).any():
        start = levels[sizes < 2][0]
        raise SpecificationError(
            f"Statistic 't' needs two entities in every cohort, and that of {start} has one: use "
            "statistic 'att'."
        )
    both = np.concatenate([code[None], dealt])
    variance = np.zeros(len(both))
    for s, n in enumerate(sizes):
        inside = both == s
        total, square = inside @ scores[:, s], inside @ scores[:, s] ** 2
        variance += n / (n - 1) * np.clip(square - total**2 / n, 0, None)
    ratios = summaries(scores, both) / np.sqrt(variance)
    return ratios[1:], float(ratios[0])
