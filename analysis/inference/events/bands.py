"""Critical values that hold for a whole path of estimates at once."""

from __future__ import annotations

import numpy as np

from analysis.errors import require_seed
from analysis.inference.cells import reach

__all__ = ["bonferroni", "sup_t"]

DRAWS = 20_000
SEED = 20261123


def sup_t(covariance: np.ndarray, dof: int, level: float = 0.05, seed: int = SEED) -> float:
    """Quantile of the largest |t| over correlated estimates; at least the pointwise critical value.

    Draws Z ~ N(0, R) / √(χ²_dof/dof), with R the correlation of the estimates, and returns the 1 −
    level quantile of max |Z| over 20,000 draws. With this multiplier the band holds every
    coefficient at once with the stated probability (Montiel Olea and Plagborg-Møller 2019, J.
    Applied Econometrics 34(1), 1–17); the t tail is ours, for few clusters. Estimates with a
    variance of zero in `covariance`, shape (q, q), are left out; `dof` is clusters less one.
    """
    scale = np.sqrt(np.diag(covariance))
    kept = scale > 0
    pointwise = reach(dof, level)
    if kept.sum() < 2:
        return pointwise
    correlation = covariance[np.ix_(kept, kept)] / np.outer(scale[kept], scale[kept])
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.clip(values, 0, None))
    rng = np.random.default_rng(require_seed(seed))
    draws = rng.standard_normal((DRAWS, len(root))) @ root.T
    draws /= np.sqrt(rng.chisquare(dof, (DRAWS, 1)) / dof)
    return max(pointwise, float(np.quantile(np.abs(draws).max(axis=1), 1 - level)))


def bonferroni(estimates: int, dof: int, level: float = 0.05) -> float:
    """Critical value for so many estimates whose covariance is unknown: valid, but wide."""
    return reach(dof, level / max(estimates, 1))
