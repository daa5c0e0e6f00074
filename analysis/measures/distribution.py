"""How a measure is spread over entities: Dagum's decomposition of the Gini coefficient, densities.

Both describe. How entities move within the spread is told by ``transitions``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import gaussian_kde

from analysis.errors import DataError, SpecificationError
from analysis.measures.weights import Floats


@dataclass(frozen=True, slots=True)
class Dagum:
    """A Gini coefficient in three parts, which add up to it.

    Attributes
    ----------
    gini
        Half the mean difference over the mean; differences are averaged over all n² pairs.
    within
        Part of differences inside groups.
    between
        Net part of differences between groups: what their means account for.
    transvariation
        The rest of the differences between groups. It is zero where groups do not overlap.
    groups
        Gini by group.
    pairs
        Gini between two groups, by their names in alphabetical order.
    """

    gini: float
    within: float
    between: float
    transvariation: float
    groups: Mapping[str, float]
    pairs: Mapping[tuple[str, str], float]

    @property
    def shares(self) -> dict[str, float]:
        """The parts as shares of the whole."""
        parts = ("within", "between", "transvariation")
        return {name: getattr(self, name) / self.gini for name in parts}


def dagum(values: ArrayLike, groups: Sequence[str]) -> Dagum:
    r"""Decompose the Gini coefficient by groups.

    With :math:`\Delta_{jh}` the mean absolute difference between members of groups j and h,

    .. math:: G_{jh} = \frac{\Delta_{jh}}{\mu_j + \mu_h}, \qquad
              D_{jh} = \frac{|\mu_j - \mu_h|}{\Delta_{jh}}, \qquad
              G = \sum_{j, h} G_{jh}\, p_j s_h,

    where p is a group's share of members and s its share of the total. Pairs j = h give the part
    within; pairs of two groups are split by D into the net part between and transvariation.

    Source: Dagum (1997), A new approach to the decomposition of the Gini income inequality ratio,
    Empirical Economics 22(4), 515-531. There D is (d - p) / (d + p) with d and p the mean gains of
    the richer and of the poorer group; their sum is the mean difference, their difference that of
    the means.

    Parameters
    ----------
    values
        Shape (n,), above zero and not all equal.
    groups
        Name of the group of each value.

    Returns
    -------
    Dagum
        The coefficient, its parts, and the Gini by group and by pair of groups.

    Raises
    ------
    DataError
        A value is missing, zero or negative, or all are equal.
    SpecificationError
        There is not one group per value.

    Examples
    --------
    Two groups that do not overlap leave nothing to transvariation:

    >>> found = dagum([1, 3, 5, 7], ["a", "a", "b", "b"])
    >>> found.gini, found.within, found.between, found.transvariation
    (0.3125, 0.0625, 0.25, 0.0)
    """
    y, member = _grouped(values, groups)
    names, sizes = sorted(set(map(str, groups))), member.sum(axis=1)
    means = member @ y / sizes
    difference = member @ np.abs(y[:, None] - y) @ member.T / np.outer(sizes, sizes)
    gini = difference / np.add.outer(means, means)
    parts = gini * np.outer(sizes / len(y), sizes * means / y.sum())
    gaps = np.abs(np.subtract.outer(means, means))
    net = np.divide(gaps, difference, out=np.zeros_like(gaps), where=difference > 0)
    within, between = float(np.trace(parts)), float((parts * net).sum())
    rest = parts * (1 - net)
    upper = zip(*np.triu_indices(len(names), 1), strict=True)
    return Dagum(
        gini=float(parts.sum()),
        within=within,
        between=between,
        transvariation=float(rest.sum() - np.trace(rest)),
        groups=dict(zip(names, np.diag(gini).tolist(), strict=True)),
        pairs={(names[j], names[h]): float(gini[j, h]) for j, h in upper},
    )


def between_by_chance(
    values: ArrayLike, groups: Sequence[str], draws: int = 999, seed: int = 0
) -> Floats:
    """Share of the net part between groups when values are dealt to entities at random.

    Means of small groups differ whatever the groups are, so that this share is not zero where
    groups say nothing. Parameters and errors as for ``dagum``; shape (draws,).

    Examples
    --------
    >>> found = between_by_chance([1, 3, 5, 7], ["a", "a", "b", "b"], draws=99)
    >>> sorted(set(found.round(2).tolist()))
    [0.0, 0.4, 0.8]
    """
    y, member = _grouped(values, groups)
    sizes = member.sum(axis=1)
    dealt = np.random.default_rng(seed).permuted(np.tile(y, (draws, 1)), axis=1)
    means = dealt @ member.T / sizes
    gaps = np.abs(means[:, :, None] - means[:, None, :])
    return (gaps * np.outer(sizes, sizes)).sum(axis=(1, 2)) / np.abs(y[:, None] - y).sum()


def _grouped(values: ArrayLike, groups: Sequence[str]) -> tuple[Floats, Floats]:
    """Return checked values and who is in which group, shape (groups, n), in order of names."""
    y, names = np.asarray(values, dtype=float), np.array(list(map(str, groups)))
    if y.ndim != 1 or y.shape != names.shape:
        raise SpecificationError(
            f"A decomposition needs one group per value, but {names.size} groups are given for "
            f"values of shape {y.shape}."
        )
    if not (np.isfinite(y) & (y > 0)).all() or np.ptp(y) == 0:
        raise DataError(
            "A Gini coefficient needs values above zero that are not all equal: drop missing ones "
            "and shift or rescale the rest."
        )
    return y, (names == np.unique(names)[:, None]).astype(float)


@dataclass(frozen=True, slots=True, eq=False)
class Densities:
    """Kernel densities on common points.

    Attributes
    ----------
    curves
        One column per sample; the index holds the points.
    bandwidth
        Standard deviation of the Gaussian kernel, by sample.
    """

    curves: pd.DataFrame
    bandwidth: pd.Series


def densities(samples: Mapping[str, ArrayLike], at: ArrayLike) -> Densities:
    """Estimate a density per sample, Gaussian kernel with Scott's bandwidth.

    Number and height of peaks depend on the bandwidth. Source: Scott (1992), Multivariate density
    estimation; computed by ``scipy.stats.gaussian_kde``.

    Parameters
    ----------
    samples
        Values by name of the sample, missing ones left out.
    at
        Points at which densities are wanted.

    Returns
    -------
    Densities
        Curves and bandwidths.

    Raises
    ------
    DataError
        A sample has fewer than two different values, or holds a missing one.

    Examples
    --------
    >>> found = densities({"2011": [0.2, 0.3, 0.4]}, [0.1, 0.3, 0.5])
    >>> float(found.curves["2011"].idxmax())
    0.3
    >>> round(float(found.bandwidth["2011"]), 4)  # standard deviation 0.1 times 3 to the power -1/5
    0.0803
    """
    points, curves, widths = np.asarray(at, dtype=float), {}, {}
    for name, sample in samples.items():
        values = np.asarray(sample, dtype=float)
        if not np.isfinite(values).all() or len(np.unique(values)) < 2:
            raise DataError(
                f"The density of '{name}' needs two different values and no missing one: drop "
                "missing values or leave the sample out."
            )
        kernel = gaussian_kde(values)
        curves[name], widths[name] = kernel(points), float(np.sqrt(kernel.covariance[0, 0]))
    return Densities(pd.DataFrame(curves, index=points), pd.Series(widths, name="bandwidth"))
