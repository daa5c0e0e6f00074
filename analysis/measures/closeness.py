"""Closeness to the ideal row: TOPSIS, in pure numpy, on the matrices that `weights` takes."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from analysis.errors import SpecificationError, require_known
from analysis.measures.weights import Floats, matrix, minmax, signs_of, varying


def topsis(
    x: ArrayLike,
    w: ArrayLike,
    directions: ArrayLike | None = None,
    normalise: Literal["minmax", "vector"] = "minmax",
) -> Floats:
    r"""Relative closeness to the ideal row, shape (rows,), in [0, 1].

    .. math:: D^{\pm}_i = \sqrt{\sum_j (w_j z_{ij} - v^{\pm}_j)^2}, \quad
              S_i = D^-_i / (D^+_i + D^-_i)

    where :math:`v^+` and :math:`v^-` hold the best and worst weighted value of each column (Hwang
    and Yoon 1981, Multiple Attribute Decision Making). ``vector`` divides a column by its Euclidean
    length, as they do; ``minmax``, the default, also suits columns with negative values and makes
    closeness comparable with the additive scores.

    Parameters
    ----------
    x, directions
        As in `entropy_weights`.
    w
        Weights, shape (k,).
    normalise
        ``minmax`` or ``vector``.

    Returns
    -------
    ndarray, shape (rows,)
        Closeness.

    Examples
    --------
    >>> topsis([[1, 2], [2, 9], [3, 1], [4, 5]], w=[0.5, 0.5]).round(3)
    array([0.086, 0.613, 0.387, 0.691])
    """
    values, weights = matrix(x), np.asarray(w, dtype=float)
    k = values.shape[1]
    if weights.shape != (k,) or not ((weights >= 0) & np.isfinite(weights)).all():
        raise SpecificationError(
            f"TOPSIS of {k} ingredients needs {k} weights of zero or more, not "
            f"{np.atleast_1d(weights).tolist()}: give one per column."
        )
    if not weights[varying(values)].any():
        raise SpecificationError(
            "No ingredient that varies has a weight above zero, so TOPSIS cannot tell rows apart: "
            "weigh one that varies."
        )
    signs = signs_of(directions, values.shape[1])
    require_known("normalisation", normalise, ("minmax", "vector"), "topsis")
    if normalise == "minmax":
        z = minmax(values, signs)
    else:
        length = np.sqrt((values**2).sum(axis=0))
        z = signs * values / np.where(length > 0, length, 1.0)
    v = z * weights
    return closeness(v, best=v.max(axis=0), worst=v.min(axis=0))


def closeness(v: Floats, best: Floats, worst: Floats) -> Floats:
    """Distance to the worst row over the sum of distances to worst and best, shape (rows,)."""
    to_best = np.sqrt(((v - best) ** 2).sum(axis=1))
    to_worst = np.sqrt(((v - worst) ** 2).sum(axis=1))
    return to_worst / (to_best + to_worst)
