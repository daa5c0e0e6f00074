"""Weights of a composite index: pure numpy, rows are observations, columns are ingredients.

Every function takes a complete matrix ``x`` of shape (rows, k), columns in any units, and, where it
matters, ``directions`` of shape (k,) with +1 for "more is more" and -1 for "more is less". In a
panel the rows are all entities in all years, so that scores of two years can be compared
(time-pooled weights); with one year this is the cross-section.

No scheme here knows what matters. Entropy and CRITIC reward dispersion, principal components reward
agreement, equal weights admit ignorance. Print several.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import DataError, SpecificationError

Floats = NDArray[np.float64]
EPS = 1e-4
"""Shift added to scaled values so that the logarithm of a share exists."""


class ConstantColumnWarning(UserWarning):
    """An ingredient does not vary on the rows used, so it gets weight zero.

    Examples
    --------
    >>> import warnings
    >>> from analysis.measures import equal_weights
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore", ConstantColumnWarning)
    ...     equal_weights([[1, 7], [2, 7], [3, 7]])
    array([1., 0.])
    """


def matrix(x: ArrayLike) -> Floats:
    """Return ``x`` as a complete float matrix (rows, k), at least two rows; else a DataError."""
    values = np.asarray(x, dtype=float)
    if values.ndim != 2 or values.shape[0] < 2 or values.shape[1] < 1:
        raise DataError(
            f"Weights need a matrix of at least two rows and one column, but the shape is "
            f"{values.shape}: pass one row per observation and one column per ingredient."
        )
    if not np.isfinite(values).all():
        rows = int((~np.isfinite(values)).any(axis=1).sum())
        raise DataError(
            f"Weights need complete rows, but {rows} of {values.shape[0]} hold a missing or "
            "infinite cell: drop and count these rows first."
        )
    return values


def varying(x: ArrayLike) -> NDArray[np.bool_]:
    """Return which columns vary, shape (k,), and warn about those that do not."""
    values = matrix(x)
    spread = np.ptp(values, axis=0)
    mask = spread > 1e-12 * np.maximum(1e-300, np.abs(values).max(axis=0))
    if not mask.any():
        raise DataError(
            "No ingredient varies on the rows used, so there is nothing to weigh: "
            "use more rows or other ingredients."
        )
    if not mask.all():
        constant = ", ".join(str(j) for j in np.flatnonzero(~mask))
        warnings.warn(
            f"Column {constant} is constant on the rows used and gets weight zero.",
            ConstantColumnWarning,
            stacklevel=3,
        )
    return mask


def minmax(
    x: ArrayLike,
    directions: ArrayLike | None = None,
    low: ArrayLike | None = None,
    high: ArrayLike | None = None,
) -> Floats:
    """Scale every column to [0, 1] by its range over all rows, reversing those with direction -1.

    ``z = (x - low) / (high - low)``, or ``(high - x) / (high - low)`` for direction -1. ``low`` and
    ``high``, shape (k,), default to the columns' own minima and maxima; given from other rows they
    freeze the scale, and ``z`` can then leave [0, 1]. A column without range becomes zero.
    """
    values = np.asarray(x, dtype=float)
    low = values.min(axis=0) if low is None else np.asarray(low, dtype=float)
    high = values.max(axis=0) if high is None else np.asarray(high, dtype=float)
    spread = high - low
    safe = np.where(spread > 0, spread, 1.0)
    up = np.where(spread > 0, (values - low) / safe, 0.0)
    signs = signs_of(directions, values.shape[1])
    return np.where(signs > 0, up, np.where(spread > 0, (high - values) / safe, 0.0))


def signs_of(directions: ArrayLike | None, k: int) -> Floats:
    """Return the directions of k columns as +1 and -1, shape (k,); by default +1."""
    signs = np.ones(k) if directions is None else np.asarray(directions, dtype=float)
    if signs.shape != (k,) or not np.isin(signs, (-1.0, 1.0)).all():
        raise SpecificationError(
            f"Directions must be {k} values of +1 or -1, one per ingredient, but are "
            f"{np.atleast_1d(signs).tolist()}: give every ingredient of an index a direction."
        )
    return signs


def _spread_out(part: Floats, mask: NDArray[np.bool_]) -> Floats:
    """Put weights of the varying columns back in place; the others get zero."""
    weights = np.zeros(mask.size)
    weights[mask] = part / part.sum()
    return weights


def equal_weights(x: ArrayLike) -> Floats:
    """Return ``1 / k`` for each of the k columns that vary, shape (k,).

    Parameters
    ----------
    x
        As in `entropy_weights`.

    Returns
    -------
    ndarray, shape (k,)
        Weights; zero for a constant column.

    Examples
    --------
    >>> equal_weights([[1, 2, 9], [2, 9, 3], [3, 1, 4]]).round(3)
    array([0.333, 0.333, 0.333])
    """
    mask = varying(x)
    return _spread_out(np.ones(int(mask.sum())), mask)


def divergence(positive: ArrayLike) -> Floats:
    r"""Return the divergence ``1 - e_j`` of each column of a non-negative matrix, shape (k,).

    .. math:: p_{ij} = x_{ij} / \sum_i x_{ij}, \quad
              e_j = -\sum_i p_{ij} \ln p_{ij} / \ln m, \quad 0 \ln 0 = 0

    with m rows (Shannon 1948; as weights: Zeleny 1982, Multiple Criteria Decision Making, ch. 7).
    """
    values = np.asarray(positive, dtype=float)
    p = values / values.sum(axis=0)
    logs = np.log(p, where=p > 0, out=np.zeros_like(p))
    return 1.0 + (p * logs).sum(axis=0) / np.log(values.shape[0])


def require_shift(eps: float | None) -> None:
    """Refuse a shift of scaled values that could make a share negative or endless."""
    if eps is not None and not 0 <= eps < np.inf:
        raise SpecificationError(f"The shift eps is {eps}: give a number of zero or more, or None.")


def entropy_weights(
    x: ArrayLike, directions: ArrayLike | None = None, eps: float | None = EPS
) -> Floats:
    r"""Entropy weights on all rows pooled, shape (k,), summing to one.

    .. math:: z = \mathrm{minmax}(x) + \varepsilon, \quad
              w_j = (1 - e_j) / \sum_j (1 - e_j)

    With r years and n entities there are m = rn rows and :math:`e_j` is divided by
    :math:`\ln(rn)`; r = 1 is the ordinary cross-section.

    Parameters
    ----------
    x
        Shape (rows, k), complete.
    directions
        +1 or -1 per column; -1 reverses the column.
    eps
        Shift after scaling, zero or more; None adds nothing and takes 0 ln 0 as 0.

    Returns
    -------
    ndarray, shape (k,)
        Weights.

    Notes
    -----
    Entropy rewards skewness, not importance: a column with a few very large values gets the most.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[1.0, 2.0], [2.0, 9.0], [3.0, 1.0], [4.0, 5.0]])
    >>> entropy_weights(x).round(3)
    array([0.415, 0.585])
    """
    mask = varying(x)
    require_shift(eps)
    z = minmax(x, directions)[:, mask] + (eps or 0.0)
    return _spread_out(divergence(z), mask)


def pca_loadings(x: ArrayLike, directions: ArrayLike | None = None) -> Floats:
    """First eigenvector of the correlation matrix, shape (k,), unit length, its sum positive.

    The sign of an eigenvector is arbitrary; it is fixed so that the loadings add to a positive
    number (on a tie, so that the largest in absolute value is positive). Constant columns get zero.

    Parameters
    ----------
    x, directions
        As in `entropy_weights`.

    Returns
    -------
    ndarray, shape (k,)
        Loadings.

    Examples
    --------
    >>> pca_loadings([[1, 2], [2, 9], [3, 1], [4, 5]], [1, -1]).round(3)
    array([ 0.707, -0.707])
    """
    values = matrix(x)
    mask = varying(values)
    oriented = (values * signs_of(directions, values.shape[1]))[:, mask]
    _, vectors = np.linalg.eigh(np.atleast_2d(np.corrcoef(oriented, rowvar=False)))
    first = vectors[:, -1]
    anchor = first.sum()
    if abs(anchor) < 1e-9:
        anchor = first[np.abs(first).argmax()]
    loadings = np.zeros(mask.size)
    loadings[mask] = first * np.sign(anchor)
    return loadings


def pca_weights(x: ArrayLike, directions: ArrayLike | None = None) -> Floats:
    """Squared loadings on the first principal component, shape (k,), summing to one.

    The square of a loading is the part of the component's variance that stands for the column
    (Nicoletti, Scarpetta and Boylaud 2000, OECD Economics Department Working Paper 226; OECD and
    JRC 2008, Handbook on Constructing Composite Indicators, step 6). Squares hide the sign: a
    column that runs against the others weighs as if it ran with them. ``pca_loadings`` shows it.

    Parameters
    ----------
    x, directions
        As in `entropy_weights`.

    Returns
    -------
    ndarray, shape (k,)
        Weights.

    Examples
    --------
    >>> pca_weights([[1, 2, 9], [2, 9, 3], [3, 8, 4], [4, 5, 1]]).round(3)
    array([0.343, 0.231, 0.426])
    """
    loadings = pca_loadings(x, directions)
    return loadings**2 / (loadings**2).sum()


def critic_weights(x: ArrayLike, directions: ArrayLike | None = None) -> Floats:
    r"""CRITIC weights, shape (k,), summing to one.

    .. math:: C_j = \sigma_j \sum_k (1 - r_{jk}), \quad w_j = C_j / \sum_j C_j

    on min-max scaled columns (Diakoulaki, Mavrotas and Papayannakis 1995, Computers and Operations
    Research 22(7), 763-770). If all columns say the same, no column adds anything and the weights
    are equal.

    Parameters
    ----------
    x, directions
        As in `entropy_weights`.

    Returns
    -------
    ndarray, shape (k,)
        Weights.

    Examples
    --------
    >>> critic_weights([[1, 2], [2, 9], [3, 1], [4, 5]]).round(3)
    array([0.489, 0.511])
    """
    mask = varying(x)
    z = minmax(x, directions)[:, mask]
    conflict = (1.0 - np.atleast_2d(np.corrcoef(z, rowvar=False))).sum(axis=0)
    information = z.std(axis=0, ddof=1) * conflict
    return _spread_out(information if information.sum() >= 1e-9 else np.ones(z.shape[1]), mask)


SCHEMES: Mapping[str, Callable[[Floats, Floats, float | None], Floats]] = {
    "entropy": entropy_weights,
    "equal": lambda x, directions, eps: equal_weights(x),
    "pca": lambda x, directions, eps: pca_weights(x, directions),
    "critic": lambda x, directions, eps: critic_weights(x, directions),
}
"""Schemes that give weights, all called as ``scheme(x, directions, eps)``."""
