"""Composite indices: weights on complete rows, and scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data import Panel
from analysis.errors import DataError, require_known
from analysis.measures.closeness import closeness
from analysis.measures.declarations import Declarations, Index
from analysis.measures.ratios import compute
from analysis.measures.weights import EPS, SCHEMES, minmax, pca_loadings, require_shift


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of an index and the rows they were estimated on.

    Attributes
    ----------
    index, scheme
        Names.
    by_ingredient
        Weight by ingredient, adding to one.
    low, high
        Range of each ingredient on the rows used; the scale of the score.
    rows
        Complete rows used.
    dropped
        Rows not used, by reason. A row that lacks two ingredients is counted under both, so the
        reasons can add to more than ``rows_dropped``.
    rows_dropped
        Rows not used.
    years
        Years of the rows used.
    constant
        Ingredients that do not vary on these rows and weigh nothing.
    against
        Ingredients whose loading on the first principal component has the other sign, whatever the
        scheme: if there are any, the ingredients do not measure one thing.
    eps
        Shift added to scaled values; None for no shift.
    """

    index: str
    scheme: str
    by_ingredient: Mapping[str, float]
    low: Mapping[str, float]
    high: Mapping[str, float]
    rows: int
    dropped: Mapping[str, int]
    rows_dropped: int
    years: tuple[int, ...]
    constant: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    eps: float | None = EPS

    def to_frame(self) -> pd.DataFrame:
        """One row per ingredient: weight, low, high."""
        return pd.DataFrame({"weight": self.by_ingredient, "low": self.low, "high": self.high})


def ingredient_frame(panel: Panel, declared: Declarations, index: Index) -> pd.DataFrame:
    """Return the ingredients of an index, from the panel or computed, one column each."""
    columns = {
        name: panel.frame[name]
        if name in panel.frame.columns
        else compute(declared.measures[name], panel)[0]
        for name in index.ingredients
    }
    return pd.DataFrame(columns, index=panel.frame.index)


def directions(index: Index, declared: Declarations) -> np.ndarray:
    """Return +1 or -1 for each ingredient, shape (k,)."""
    return np.array([declared.measures[name].direction for name in index.ingredients], dtype=float)


def weights(
    panel: Panel,
    declared: Declarations,
    index: str,
    scheme: str | None = None,
    frozen_years: Iterable[int] | None = None,
    eps: float | None = EPS,
) -> Weights:
    """Estimate the weights of an index on the complete rows of a panel.

    Parameters
    ----------
    panel
        With the ingredients, or with the raw series they are made of.
    declared, index
        Declarations and the name of an index among them.
    scheme
        ``entropy``, ``equal``, ``pca`` or ``critic``; by default that of the declaration.
        ``topsis`` uses entropy weights.
    frozen_years
        Years whose rows are used for the weights and for the scale; all years by default.
    eps
        Shift of scaled values in the entropy scheme; None for none.

    Returns
    -------
    Weights
        By ingredient, with the rows they rest on.

    Raises
    ------
    UnknownNameError
        For an unknown index or scheme.
    DataError
        If fewer than two rows are complete.
    SpecificationError
        If the panel lacks a raw series.

    Examples
    --------
    >>> from analysis.claims import read_study
    >>> from analysis.data import load
    >>> panel = load("china")
    >>> declared = read_study("patient_capital").measures
    >>> name = next(iter(declared.indices))
    >>> round(float(sum(weights(panel, declared, name).by_ingredient.values())), 6)
    1.0
    """
    require_shift(eps)
    item = declared.index(index)
    scheme = scheme or item.scheme
    require_known("scheme", scheme, (*SCHEMES, "topsis"), f"weights of {index}")
    frame = ingredient_frame(panel, declared, item)
    if frozen_years is not None:
        frame = frame[frame.index.get_level_values("year").isin(list(frozen_years))]
    if (complete := len(frame.dropna())) < 2:
        raise DataError(
            f"The index {item.name} has {complete} complete rows in {panel.name}, too few for "
            "weights: use an index with fewer or better observed ingredients."
        )
    return _estimate(frame, item, scheme, eps, directions(item, declared))


def _estimate(
    frame: pd.DataFrame, item: Index, scheme: str, eps: float | None, signs: np.ndarray
) -> Weights:
    complete = frame.dropna()
    x, low, high = complete.to_numpy(), complete.min(), complete.max()
    values = SCHEMES["entropy" if scheme == "topsis" else scheme](x, signs, eps)
    return Weights(
        index=item.name,
        scheme=scheme,
        by_ingredient=dict(zip(complete, values.tolist(), strict=True)),
        low=low.to_dict(),
        high=high.to_dict(),
        rows=len(complete),
        dropped=dropped_rows(frame),
        rows_dropped=len(frame) - len(complete),
        years=tuple(sorted({int(y) for y in complete.index.get_level_values("year")})),
        constant=tuple(complete.columns[low == high]),
        against=tuple(complete.columns[pca_loadings(x, signs) < -1e-9]),
        eps=eps,
    )


def dropped_rows(frame: pd.DataFrame) -> dict[str, int]:
    """Count incomplete rows by reason: nothing observed, or the ingredient that is missing."""
    empty = frame.isna().all(axis=1)
    partly = frame[~empty]
    counts = {"no ingredient observed": int(empty.sum())}
    counts |= {f"{name} missing": int(n) for name, n in partly.isna().sum().items()}
    return {reason: n for reason, n in counts.items() if n}


def score(
    panel: Panel,
    declared: Declarations,
    index: str,
    scheme: str | None = None,
    frozen_years: Iterable[int] | None = None,
    eps: float | None = EPS,
) -> pd.Series:
    r"""Score of an index on the index of the panel; missing on incomplete rows.

    .. math:: S_{it} = \sum_j w_j (z_{itj} + \varepsilon)

    with z scaled by the range over all complete rows. The score lies in [eps, 1 + eps]; divided by
    1 + eps it is a level in (0, 1] fit for a coupling degree. ``topsis`` gives the closeness to the
    ideal row with entropy weights instead. With ``frozen_years`` both weights and scale come from
    these years, as an out-of-sample use needs, and scores of other years can leave the interval.

    Errors as for ``weights``.

    Parameters
    ----------
    panel, declared, index, scheme, frozen_years, eps
        As in `weights`.

    Returns
    -------
    Series
        Indexed like the panel.

    Examples
    --------
    >>> from analysis.claims import read_study
    >>> from analysis.data import load
    >>> panel = load("china")
    >>> declared = read_study("patient_capital").measures
    >>> name = next(iter(declared.indices))
    >>> values = score(panel, declared, name).dropna()
    >>> bool(values.between(0, 1.001).all())
    True
    """
    found = weights(panel, declared, index, scheme, frozen_years, eps)
    return apply_weights(panel, declared, found)


def apply_weights(panel: Panel, declared: Declarations, found: Weights) -> pd.Series:
    """Score the complete rows of a panel with given weights and scale."""
    item = declared.index(found.index)
    complete = ingredient_frame(panel, declared, item).dropna()
    low, high = (np.array(list(bound.values())) for bound in (found.low, found.high))
    w = np.array(list(found.by_ingredient.values()))
    z = minmax(complete.to_numpy(), directions(item, declared), low, high)
    if found.scheme == "topsis":
        values = closeness(z * w, best=w, worst=np.zeros_like(w))
    else:
        values = (z + (found.eps or 0.0)) @ w
    return pd.Series(values, index=complete.index).reindex(panel.frame.index).rename(found.index)
