"""Statistics of permuted assignments and what follows from them, as functions of arrays."""

from __future__ import annotations

import numpy as np

from analysis.errors import SpecificationError

__all__ = ["inverted_interval", "permutation_p", "studentised", "summaries"]


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
