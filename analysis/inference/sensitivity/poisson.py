"""Counts with many zeros: Poisson regression with absorbed effects and clustered errors."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.certified import warnings_for
from analysis.data import Panel
from analysis.errors import SpecificationError
from analysis.inference.cells import Grid
from analysis.inference.coefficients import label_of, term_label
from analysis.inference.options import checked
from analysis.inference.result import Regression, Result, Row, estimate_rows, row, share
from analysis.inference.sensitivity.ppml import informative, ppml, separated
from analysis.models import EFFECTS, Absorbed, Dropped, Specification, estimation_rows
from analysis.models.design import Design, build_design

__all__ = ["Poisson", "poisson"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Poisson(Regression):
    """A Poisson regression with absorbed effects.

    Attributes
    ----------
    terms : tuple of Row
        Coefficients: change of the log of the expected count per unit of the term.
    deviance, dispersion : float
        Deviance, and Pearson χ²/(n − K); above 1 the Poisson variance would be too small, which the
        clustered error does not assume.
    index, fitted : MultiIndex, ndarray of shape (n,)
        (entity, year) and expected count of each row used.
    """

    specification: Specification
    outcome_label: str
    terms: tuple[Row, ...]
    n: int
    n_entities: int
    n_years: int
    clusters: int
    parameters: int
    deviance: float
    dispersion: float
    level: float
    dropped: tuple[Dropped, ...]
    grid_rows: int
    index: pd.MultiIndex = field(repr=False)
    fitted: np.ndarray = field(repr=False)
    notes: tuple[str, ...]

    def tidy(self) -> pd.DataFrame:
        """One row per term; ``percent`` is 100 (exp b − 1), the change of the count per unit."""
        table = Result.tidy(self)
        return table.assign(percent=100 * np.expm1(table["estimate"]))

    def grid(self) -> Grid:
        """Return the table."""
        rows = estimate_rows(self.terms)
        rows += [("Rows", f"{self.n:,}", ""), ("Clusters", f"{self.clusters:,}", "")]
        head = ("Log count per unit of", "Estimate (CR1)", f"{share(self.level)} interval")
        return Grid.of(self.outcome_label, head, rows, self.notes)


@checked
def poisson(spec: Specification, panel: Panel, *, level: float = 0.05) -> Poisson:
    """Regress a count on lagged regressors: E[y] = exp(x b + effects).

    For counts with zeros, where log(1 + y) would make the answer depend on the unit. Pseudo maximum
    likelihood with entity effects (Hausman, Hall and Griliches 1984, Econometrica 52(4), 909–938):
    only the mean must be right, the variance may be anything, and errors are clustered with the
    project's factor G/(G−1)·(n−1)/(n−K) and t(G−1). Rows without information are left out and
    counted: entities (years, regions in a year) with zeros only, single rows, and rows whose zero
    the regressors predict without error.

    Not to be used for shares or growth rates, nor with first differences.

    Parameters
    ----------
    spec, panel, level
        As in `estimate`; the outcome in levels, not negative, any effects but first differences.

    Returns
    -------
    Poisson
        Slopes of the logarithm of the mean, clustered errors.

    Raises
    ------
    SpecificationError
        A negative outcome, first differences, an absorbed regressor, too few clusters, or no row
        with information.
    UnknownNameError
        A name is not in the panel.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> found = poisson(Specification("patents_granted", ["urbanisation_rate"]), panel)
    >>> len(found.params)
    1
    """
    if EFFECTS[spec.effects].differenced:
        raise SpecificationError(
            f"First differences of the count '{spec.outcome}' can be negative, and Poisson needs "
            "levels: use two_way effects."
        )
    rows = estimation_rows(spec, panel)
    design = build_design(spec, panel, rows)
    _require_counts(spec, design)
    alive, lost = _usable(spec, design)
    kept = [a.at(alive) for a in design.absorbed]
    x, names = _columns(design.x[alive], spec.terms, kept)
    clusters = np.unique(design.clusters[alive], return_inverse=True)[1]
    _require_clusters(spec, int(clusters.max()) + 1)
    dummies = [a.codes for a in kept if a.slope is None]
    found = ppml(design.y[alive], x, dummies, clusters, names)
    charged = _parameters(spec, design, alive)
    n, groups = int(alive.sum()), int(clusters.max()) + 1
    mean, index = found.fitted, design.index[alive]
    pearson = float((((design.y[alive] - mean) ** 2) / mean).sum())
    return Poisson(
        specification=spec, outcome_label=label_of(panel, spec.outcome),
        terms=_lines(spec, panel, found.coefficients, found.cr0, n, groups, charged, level), n=n,
        n_entities=len(index.unique(0)), n_years=len(index.unique(1)), clusters=groups,
        parameters=charged, deviance=found.deviance, dispersion=pearson / (n - charged),
        level=level, dropped=(*design.dropped, *(Dropped(*one) for one in lost.items())),
        grid_rows=rows.grid_rows, index=index.remove_unused_levels(), fitted=mean,
        notes=(*rows.notes, *_notes(spec, groups, charged, lost),
               *warnings_for(["poisson"], (len(index.unique(0)), len(index.unique(1))))),
    )  # fmt: skip


def _require_counts(spec: Specification, design: Design) -> None:
    if (bad := design.y < 0).any():
        entity, year = design.index[bad][0]
        raise SpecificationError(
            f"'{spec.outcome}' is negative for {entity} in {year}: Poisson needs counts, so use "
            "`estimate` or another outcome."
        )


def _usable(spec: Specification, design: Design) -> tuple[np.ndarray, dict[str, int]]:
    """Rows that inform slopes, and the others by reason."""
    dummies = [(a.name, a.codes) for a in design.absorbed if a.slope is None]
    alive, lost = informative(design.y, dummies)
    if alive.any():
        columns = np.column_stack([design.x, *(a.columns() for a in design.absorbed)])[alive]
        bad = separated(design.y[alive], columns)
        if bad.any():
            lost["zero that the regressors predict without error"] = int(bad.sum())
            alive[alive] = ~bad
            codes = [(n, np.unique(c[alive], return_inverse=True)[1]) for n, c in dummies]
            again, more = informative(design.y[alive], codes)
            lost |= {reason: lost.get(reason, 0) + rows for reason, rows in more.items()}
            alive[alive] = again
    if not alive.any():
        raise SpecificationError(
            f"No row of '{spec.outcome}' informs a slope: the effects or regressors predict every "
            "zero, so widen the sample or use fewer effects."
        )
    return alive, lost


def _require_clusters(spec: Specification, groups: int) -> None:
    if groups <= len(spec.terms):
        raise SpecificationError(
            f"{groups} clusters by {spec.cluster} with information cannot carry "
            f"{len(spec.terms)} coefficients: use fewer regressors or a finer cluster."
        )


def _columns(
    x: np.ndarray, terms: tuple[str, ...], absorbed: list[Absorbed]
) -> tuple[np.ndarray, list[str]]:
    """Terms, then effects with slopes spelled out: the library absorbs dummies only."""
    # Year or entity dummies already span the sum of the columns of such an effect.
    blocks = [(a.name, a.columns()[:, 1:]) for a in absorbed if a.slope is not None]
    names = (f"{name} {i}" for name, block in blocks for i in range(block.shape[1]))
    return np.column_stack([x, *(block for _, block in blocks)]), [*terms, *names]


def _parameters(spec: Specification, design: Design, alive: np.ndarray) -> int:
    """K: slopes, constant and effects not nested in clusters, on the rows with information."""
    clusters = design.clusters[alive]
    free = [a for a in design.absorbed if not a.at(alive).nested_in(clusters)]
    columns = np.column_stack([np.ones(len(clusters)), *(a.columns()[alive] for a in free)])
    return len(spec.terms) + int(np.linalg.matrix_rank(columns))


def _lines(
    spec: Specification, panel: Panel, b: np.ndarray, v: np.ndarray, n: int, groups: int, k: int,
    level: float,
) -> tuple[Row, ...]:  # fmt: skip
    if n <= k:
        raise SpecificationError(
            f"{n} rows with information cannot carry {k} parameters: widen the sample."
        )
    errors = np.sqrt(groups / (groups - 1) * (n - 1) / (n - k) * np.diag(v))
    return tuple(
        row(term, term_label(panel, term), b[i], errors[i], groups - 1, level)
        for i, term in enumerate(spec.terms)
    )


def _notes(spec: Specification, groups: int, k: int, lost: dict[str, int]) -> tuple[str, ...]:
    without = "; ".join(f"{reason}: {rows:,}" for reason, rows in lost.items())
    how = (
        f"Poisson pseudo-likelihood with {EFFECTS[spec.effects].words}. Clustered by "
        f"{spec.cluster}, G = {groups}. CR1: factor G/(G−1)·(n−1)/(n−K), K = {k}; t(G−1)."
    )
    return (how, f"Rows without information left out: {without}.") if lost else (how,)
