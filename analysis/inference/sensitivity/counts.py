"""Poisson regression on a long table of firms, with any effects and any clusters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import SpecificationError, UnknownNameError, require_level
from analysis.inference.result import Regression, Row, row
from analysis.inference.sensitivity.ppml import informative, ppml, separated
from analysis.models import Dropped
from analysis.models.large_rows import free_parameters

__all__ = ["CountFit", "count_regression"]

SEPARATION_LEVELS = 300  # beyond, the linear programme is slow; a divergence is an error anyway


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CountFit(Regression):
    """A Poisson regression on a long table.

    Attributes
    ----------
    outcome, cluster, effects : str, str, tuple of str
        Columns of the table; the levels of `effects` are absorbed.
    terms : tuple of Row
        Change of the log of the expected count per unit of each term.
    covariance : ndarray
        Of the estimates, in the order of the lines.
    convention : str
        How the errors are scaled.
    """

    outcome: str
    cluster: str
    effects: tuple[str, ...]
    terms: tuple[Row, ...]
    covariance: np.ndarray
    n: int
    grid_rows: int
    clusters: int
    parameters: int
    dropped: tuple[Dropped, ...]
    convention: str

    @property
    def notes(self) -> tuple[str, ...]:
        """How the errors are scaled."""
        return (self.convention,)

    def difference(self, first: str, second: str, level: float = 0.05) -> Row:
        """Return one coefficient less another, with the error of the difference."""
        labels = [self.coefficient(term).label for term in (first, second)]
        pick = np.array([(x.term == first) - (x.term == second) for x in self.terms], dtype=float)
        value = float(pick @ [found.estimate for found in self.terms])
        se = float(np.sqrt(pick @ self.covariance @ pick))
        term = f"{first}-{second}"
        return row(term, " less ".join(labels), value, se, self.clusters - 1, level)


def count_regression(
    outcome: str, terms: Sequence[str], frame: pd.DataFrame, *, effects: Sequence[str],
    cluster: str, labels: Mapping[str, str] | None = None, charge: bool = True, level: float = 0.05,
) -> CountFit:  # fmt: skip
    """Regress a count on columns of a long table, absorbing effects.

    Parameters
    ----------
    outcome, terms, cluster, effects
        Columns of `frame`; the outcome may not be negative, the levels of `effects` are absorbed.
    frame
        One row per observation, any index. Lags and products are the caller's.
    labels
        Names for readers.
    charge
        True scales errors as every other table here, G/(G−1)·(n−1)/(n−K); false leaves out the
        second factor, as R's sandwich does for a Poisson regression.
    level
        1 − coverage of the intervals.

    Raises
    ------
    UnknownNameError
        A column is not in the table.
    SpecificationError
        A negative or infinite figure, no row with information, fewer clusters than terms, an
        absorbed term, or no convergence.
    """
    require_level(level)
    names = (outcome, *terms)
    for name in (*names, *effects, cluster):
        if name not in frame.columns:
            raise UnknownNameError("column", name, map(str, frame.columns), "the table")
    used, dropped = _rows(frame, names, (*effects, cluster))
    y, x = used[outcome].to_numpy(dtype=float), used[list(terms)].to_numpy(dtype=float)
    if (y < 0).any():
        raise SpecificationError(f"'{outcome}' is negative in some row: Poisson needs counts.")
    alive, lost = _informed(y, x, {name: pd.factorize(used[name])[0] for name in effects})
    dropped = (*dropped, *(Dropped(*one) for one in lost.items()))
    used, y, x = used[alive], y[alive], x[alive]
    codes = [pd.factorize(used[name])[0] for name in effects]
    groups = pd.factorize(used[cluster])[0]
    g, k = int(groups.max(initial=-1)) + 1, len(terms)
    if g <= k:
        raise SpecificationError(
            f"{g} clusters by {cluster} cannot carry {k} terms of '{outcome}': widen the table."
        )
    found = ppml(y, x, codes, groups, list(terms))
    free, n = free_parameters(codes, groups)[0], len(used)
    covariance = found.cr0 * (g / (g - 1) * ((n - 1) / (n - k - free) if charge else 1.0))
    said = "G/(G−1)·(n−1)/(n−K)" if charge else "G/(G−1)"
    labels = labels or {}
    return CountFit(
        outcome=outcome, cluster=cluster, effects=tuple(effects), covariance=covariance,
        terms=tuple(
            row(term, labels.get(term, term), b, float(np.sqrt(v)), g - 1, level)
            for term, b, v in zip(terms, found.coefficients, np.diag(covariance), strict=True)
        ),
        n=n, grid_rows=len(frame), clusters=g, parameters=k + free, dropped=dropped,
        convention=f"clustered by {cluster}, G = {g:,}; factor {said}; t(G−1)",
    )  # fmt: skip


def _rows(
    frame: pd.DataFrame, figures: Sequence[str], groups: Sequence[str]
) -> tuple[pd.DataFrame, tuple[Dropped, ...]]:
    """Rows with every figure and every level; a row counts at the first that it lacks."""
    kept, dropped = pd.Series(True, frame.index), []
    for name in dict.fromkeys((*figures, *groups)):
        values = frame[name]
        if name in figures and np.isinf(values.to_numpy(dtype=float)).any():
            raise SpecificationError(
                f"'{name}' is infinite in some row: the log of zero must become a missing value."
            )
        if count := int((kept & values.isna()).sum()):
            dropped.append(Dropped(f"{name} missing", count))
            kept &= values.notna()
    return frame[kept.to_numpy()], tuple(dropped)


def _informed(
    y: np.ndarray, x: np.ndarray, codes: dict[str, np.ndarray]
) -> tuple[np.ndarray, dict[str, int]]:
    """Rows that inform a slope, and the others by reason."""
    if not len(y):
        raise SpecificationError("No row has every figure: widen the table or name fewer terms.")
    alive, lost = informative(y, list(codes.items()))
    if alive.any() and sum(c.max() + 1 for c in codes.values()) <= SEPARATION_LEVELS:
        dummies = [c[alive][:, None] == np.unique(c[alive]) for c in codes.values()]
        bad = separated(y[alive], np.column_stack([x[alive], *dummies]).astype(float))
        if bad.any():
            lost["zero that the terms predict without error"] = int(bad.sum())
            alive[alive] = ~bad
    if not alive.any():
        raise SpecificationError(
            "No row informs a slope: every level of an effect has zeros only or a single row."
        )
    return alive, lost
