"""Markov chains of classes: how entities move between classes, also by the class of neighbours.

They describe. Moves of one entity, and of a year, are not independent, so that asymptotic p-values
cannot be taken at face value: compare a statistic with what it is on maps dealt at random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import xlogy
from scipy.stats import chi2

from analysis.errors import SpecificationError
from analysis.measures.weights import Floats

NOWHERE = -1  # class of a value that is missing


@dataclass(frozen=True, slots=True, eq=False)
class Markov:
    """Moves between classes from one period to the next.

    Attributes
    ----------
    counts
        Shape (k, k), or (k, k, k) with the class of the neighbours at the start first: moves from
        the class of the row to that of the column.
    missing
        Moves that are not counted although an end is observed: the other end is missing, or the
        neighbours are.
    """

    counts: np.ndarray
    missing: int

    @property
    def pooled(self) -> np.ndarray:
        """Counts over all classes of the neighbours, shape (k, k)."""
        return self.counts if self.counts.ndim == 2 else self.counts.sum(axis=0)

    @property
    def probabilities(self) -> Floats:
        """Shares of each row, in the shape of the counts; missing where nothing starts."""
        starts = self.counts.sum(axis=-1, keepdims=True)
        return np.divide(
            self.counts, starts, out=np.full(self.counts.shape, np.nan), where=starts > 0
        )


def markov(values: ArrayLike, cuts: Sequence[float], neighbours: ArrayLike | None = None) -> Markov:
    """Count moves between classes, all together or by the class of the neighbours at the start.

    Source of the conditioned form: Rey (2001), Spatial empirics for economic growth and
    convergence, Geographical Analysis 33(3), 195-214.

    Parameters
    ----------
    values
        Shape (entities, periods), periods one step apart; NaN where nothing is observed.
    cuts
        Bounds between classes, rising; a value on a bound is in the class below.
    neighbours
        What the neighbours have, in the shape of ``values``, as ``neighbour_means`` gives it.

    Returns
    -------
    Markov
        Counts of shape (k, k); (k, k, k) with neighbours.

    Raises
    ------
    SpecificationError
        Bounds do not rise, or the shapes differ.

    Examples
    --------
    >>> markov([[0.1, 0.2, 0.6], [0.7, 0.8, 0.4]], cuts=[0.5]).counts.tolist()
    [[1, 1], [1, 1]]
    """
    own, bounds = np.asarray(values, dtype=float), np.asarray(cuts, dtype=float)
    beside = own if neighbours is None else np.asarray(neighbours, dtype=float)
    if (
        own.ndim != 2
        or own.shape != beside.shape
        or bounds.size == 0
        or (np.diff(bounds) <= 0).any()
    ):
        raise SpecificationError(
            f"Moves need values of shape (entities, periods), neighbours in the same shape and "
            f"rising bounds, not {own.shape}, {beside.shape} and {bounds.tolist()}."
        )
    k = bounds.size + 1
    at, near = classify(own, bounds), classify(beside, bounds)
    ends = (near[:, :-1], at[:, :-1], at[:, 1:])
    whole = np.all([end != NOWHERE for end in ends], axis=0)
    begun = (ends[1] != NOWHERE) | (ends[2] != NOWHERE)
    counts = np.zeros((k, k, k), dtype=int)
    np.add.at(counts, tuple(end[whole] for end in ends), 1)
    missing = int((begun & ~whole).sum())
    return Markov(counts if neighbours is not None else counts.sum(axis=0), missing)


def classify(values: ArrayLike, cuts: ArrayLike) -> np.ndarray:
    """Return the class of each value, from 0; `NOWHERE` for a missing one.

    Examples
    --------
    >>> classify([0.1, 0.5, 0.6, float("nan")], [0.5]).tolist()
    [0, 0, 1, -1]
    """
    y = np.asarray(values, dtype=float)
    return np.where(np.isfinite(y), np.searchsorted(cuts, y, side="left"), NOWHERE)


def neighbour_means(values: ArrayLike, weights: ArrayLike) -> Floats:
    """Weighted mean over the neighbours that are observed; NaN where none is.

    Parameters
    ----------
    values
        Shape (entities, periods).
    weights
        Shape (entities, entities), not negative, zero on the diagonal; rows need not add to one.

    Examples
    --------
    >>> neighbour_means([[1.0], [3.0], [float("nan")]], [[0, 1, 1], [1, 0, 0], [0, 0, 0]]).tolist()
    [[3.0], [1.0], [nan]]
    """
    y, w = np.asarray(values, dtype=float), np.asarray(weights, dtype=float)
    seen = np.isfinite(y)
    mass = w @ seen
    total = w @ np.where(seen, y, 0.0)
    return np.divide(total, mass, out=np.full(y.shape, np.nan), where=mass > 0)


@dataclass(frozen=True, slots=True)
class Homogeneity:
    """Tests of one matrix of moves for all classes of neighbours.

    Attributes
    ----------
    lr, chi2
        Likelihood ratio and Pearson's statistic.
    dof
        Degrees of freedom, without classes that nobody leaves or enters.
    p_lr, p_chi2
        Asymptotic p-values. They take moves for independent, which those of one entity are not.
    """

    lr: float
    chi2: float
    dof: int
    p_lr: float
    p_chi2: float


def homogeneity(counts: ArrayLike) -> Homogeneity:
    r"""Test whether moves depend on the conditioning class, given where they start.

    .. math:: LR = 2 \sum_{s,i,j} n_{sij} \ln \frac{n_{sij}\, n_{\cdot i \cdot}}
              {n_{si \cdot}\, n_{\cdot ij}}

    Source: Anderson and Goodman (1957), Statistical inference about Markov chains, Annals of
    Mathematical Statistics 28(1), 89-110; degrees of freedom with empty cells as in Bickenbach and
    Bode (2003), International Regional Science Review 26(3), 363-392.

    Parameters
    ----------
    counts
        Shape (s, k, k), as `Markov.counts` conditioned on neighbours.

    Returns
    -------
    Homogeneity
        Both statistics, their degrees of freedom and p-values.

    Examples
    --------
    >>> found = homogeneity([[[3, 1], [0, 0]], [[1, 3], [0, 0]]])
    >>> found.dof, found.chi2, round(found.lr, 4)  # 4 (3 ln 1.5 + ln 0.5)
    (1, 2.0, 2.093)
    """
    n = np.asarray(counts, dtype=float)
    starts, ends, whole = n.sum(axis=2), n.sum(axis=0), n.sum(axis=(0, 2))
    lr = 2 * sum(
        sign * xlogy(m, m).sum() for sign, m in ((1, n), (-1, starts), (-1, ends), (1, whole))
    )
    expected = starts[:, :, None] * ends / np.where(whole > 0, whole, 1)[:, None]
    pearson = float(((n - expected)[expected > 0] ** 2 / expected[expected > 0]).sum())
    free = ((starts > 0).sum(axis=0) - 1).clip(0) * ((ends > 0).sum(axis=1) - 1).clip(0)
    dof, lr = int(free.sum()), max(float(lr), 0.0)  # rounding can fall below zero by a hair
    return Homogeneity(lr, pearson, dof, float(chi2.sf(lr, dof)), float(chi2.sf(pearson, dof)))
