"""What is left of a family of findings when each is charged for the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.errors import SpecificationError

__all__ = ["false_discovery", "romano_wolf"]

_TIE = 1e-9  # relative; a draw that repeats the observed signs must count as reaching it


def romano_wolf(t: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Step-down p-values that control the chance of even one false rejection.

    Hypotheses are ordered by |t|, largest first. The p-value of the j-th is (1 + #{b: max_{l ≥ j}
    |t*_bl| ≥ |t_j|}) / (B + 1), and no smaller than the one before. The first step is the
    single-step max-t test; later steps need not reckon with hypotheses already rejected (Romano and
    Wolf 2005, Econometrica 73(4), 1237–1282; 2016, Statistics & Probability Letters 113, 38–40).

    Not for draws made hypothesis by hypothesis: the method lives on their dependence, so one row of
    `draws` must come from one resample of the clusters, shared by all hypotheses.

    Parameters
    ----------
    t : ndarray, shape (H,)
        Observed t statistics; the p-values, two-sided, come in their order.
    draws : ndarray, shape (B, H)
        Bootstrap t statistics under the null: centred at the estimate, or from a restricted
        bootstrap. `WildFamily.draws` is the transpose of this.

    Returns
    -------
    ndarray
        In the order of `t`.

    Raises
    ------
    SpecificationError
        Shapes do not match, or a value is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> draws = np.random.default_rng(1).normal(size=(999, 2))
    >>> p = romano_wolf(np.array([4.0, 0.5]), draws)
    >>> bool(p[0] < 0.05 < p[1])
    True
    """
    t, draws = np.abs(np.asarray(t, dtype=float)), np.abs(np.asarray(draws, dtype=float))
    if t.ndim != 1 or draws.ndim != 2 or draws.shape[1] != len(t) or not len(draws) or not len(t):
        raise SpecificationError(
            f"{t.size} statistics and draws of shape {draws.shape} do not fit: give one row per "
            "draw and one column per statistic."
        )
    if bad := int((~np.isfinite(t)).sum() + (~np.isfinite(draws)).sum()):
        raise SpecificationError(
            f"{bad} of the statistics and draws are not finite: leave those hypotheses out of the "
            "family and say so."
        )
    order = np.argsort(-t, kind="stable")
    # From the right: the maximum over a hypothesis and all that rank below it.
    highest = np.maximum.accumulate(draws[:, order][:, ::-1], axis=1)[:, ::-1]
    reached = (highest >= t[order] * (1 - _TIE)).sum(axis=0)
    p = np.empty_like(t)
    p[order] = np.maximum.accumulate((1 + reached) / (len(draws) + 1))
    return p


def false_discovery(p: Sequence[float] | np.ndarray, method: str = "bh") -> np.ndarray:
    """Adjust p-values by statsmodels: the smallest rate at which each would be a discovery.

    Parameters
    ----------
    p : array-like, shape (H,)
        p-values; none may be missing, because the size of the family would be silently smaller.
    method : str
        "bh" (Benjamini and Hochberg 1995, independent or positively dependent statistics), "by"
        (Benjamini and Yekutieli 2001, any dependence) or "holm" (family-wise error).

    Returns
    -------
    ndarray
        In the order of `p`.

    Raises
    ------
    SpecificationError
        A p-value is not in [0, 1] or the method is unknown.

    Examples
    --------
    >>> false_discovery([0.01, 0.04, 0.2]).round(3)
    array([0.03, 0.06, 0.2 ])
    """
    from statsmodels.stats.multitest import multipletests  # takes a second to import

    p = np.asarray(p, dtype=float)
    names = {"bh": "fdr_bh", "by": "fdr_by", "holm": "holm"}
    if method not in names:
        raise SpecificationError(f"Unknown method '{method}': use one of {', '.join(names)}.")
    good = (p >= 0) & (p <= 1)
    if p.ndim != 1 or not p.size or not good.all():
        where = f"number {int(np.argmin(good)) + 1} is {p[np.argmin(good)]}" if p.size else "none"
        raise SpecificationError(
            f"A family needs p-values between 0 and 1, and {where}: decide first which hypotheses "
            "belong to the family."
        )
    return np.asarray(multipletests(p, method=names[method])[1])
