"""Estimate one column by exact least squares, check it and explain what cannot be estimated.

Also the added-variable view of one term: what a regression sees when everything else is out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.linalg import qr

from analysis.data import Panel
from analysis.errors import SpecificationError, UnknownNameError
from analysis.models.design import ABSORBED, Design, build_design, flat, split_effects
from analysis.models.effects import EFFECTS
from analysis.models.rows import Dropped, Rows, estimation_rows
from analysis.models.scaling import least_squares
from analysis.models.specification import Specification

__all__ = ["AddedVariable", "Fit", "added_variable", "fit"]

_EXACT = 1e-16  # share of variance unexplained below which a fit counts as an identity


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Point estimates of one column and all that a variance estimator needs.

    Attributes
    ----------
    specification : Specification
        What was estimated.
    terms : tuple of str
        Names of the k coefficients.
    coefficients : ndarray, shape (k,)
        In units of the outcome per unit of the term.
    x, y : ndarray, shapes (n, k) and (n,)
        Terms and outcome with all effects partialled out.
    residuals : ndarray, shape (n,)
        y − x·coefficients.
    clusters : ndarray of int, shape (n,)
        Cluster of each row.
    cluster_labels : tuple of str
        Name of each cluster.
    parameters : int
        K: slopes, the constant and the effects not nested in clusters, as the rank of these
        columns. Nested effects do not count (the rule of reghdfe and R fixest).
    x_nested, y_nested, nuisance : ndarray, shapes (n, k), (n,) and (n, q)
        Terms and outcome with only the nested effects partialled out, and the other effects as
        columns treated alike: what leaving out a cluster needs.
    within_r2 : float
        1 − residual sum of squares / sum of squares of `y`. What it is a share of differs by
        column: `EFFECTS[...].r2`. Initial-by-year controls count as absorbed, not as explained.
    within_sd : ndarray, shape (1 + k,)
        SD of outcome and terms in levels, with entity and year effects (and nothing else)
        partialled out, on the rows in levels, whatever the column. So columns that share rows
        share this scale.
    index : MultiIndex
        (entity, year) of each row.
    dropped : tuple of Dropped
        Rows of the panel that are not in this column, by reason.
    grid_rows : int
        Rows of the panel: n plus all dropped rows.
    notes : tuple of str
        What a reader should know about these rows.
    """

    specification: Specification
    terms: tuple[str, ...]
    coefficients: np.ndarray
    x: np.ndarray
    y: np.ndarray
    residuals: np.ndarray
    clusters: np.ndarray
    cluster_labels: tuple[str, ...]
    parameters: int
    x_nested: np.ndarray
    y_nested: np.ndarray
    nuisance: np.ndarray
    within_r2: float
    within_sd: np.ndarray
    index: pd.MultiIndex
    dropped: tuple[Dropped, ...]
    grid_rows: int
    notes: tuple[str, ...]

    @property
    def n(self) -> int:
        """Rows used."""
        return len(self.y)

    @property
    def shape(self) -> tuple[int, int]:
        """Entities and years of the rows used."""
        return len(self.entities), len(self.years)

    @property
    def entities(self) -> tuple[str, ...]:
        """Entities with at least one row."""
        return tuple(map(str, self.index.unique(0)))

    @property
    def years(self) -> tuple[int, ...]:
        """Years with at least one row, ascending."""
        return tuple(sorted(map(int, self.index.unique(1))))


def fit(spec: Specification, panel: Panel, rows: Rows | None = None) -> Fit:
    """Estimate a specification on a panel.

    Parameters
    ----------
    spec : Specification
        What to estimate.
    panel : Panel
        The full grid of entities and years.
    rows : Rows, optional
        Rows from `estimation_rows`, for columns that share them.

    Returns
    -------
    Fit
        Coefficients, residuals, rows kept and dropped; no errors yet.

    Raises
    ------
    SpecificationError
        A regressor is absorbed or collinear, the outcome does not vary, rows or clusters are too
        few, or no row is left.
    UnknownNameError
        A name is not in the panel.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"], controls=["papers_sci"])
    >>> fitted = fit(spec, panel)
    >>> fitted.n, len(fitted.dropped)
    (403, 2)
    """
    rows = estimation_rows(spec, panel) if rows is None else rows
    design = build_design(spec, panel, rows)
    _require_clusters(spec, design)
    z = np.column_stack([design.y, design.x])
    partly, nuisance, clean = split_effects(z, design.absorbed, design.clusters)
    _require_variation(spec, z, clean, design.index)
    y, x = clean[:, 0], clean[:, 1:]
    coefficients = least_squares(x, y)
    residuals = y - x @ coefficients
    _require_remainder(spec, y, residuals)
    return Fit(
        specification=spec,
        terms=spec.terms,
        coefficients=coefficients,
        x=x,
        y=y,
        residuals=residuals,
        clusters=design.clusters,
        cluster_labels=design.cluster_labels,
        parameters=design.free + len(coefficients),
        x_nested=partly[:, 1:],
        y_nested=partly[:, 0],
        nuisance=nuisance,
        within_r2=float(1 - residuals @ residuals / (y @ y)),
        within_sd=design.within_sd,
        index=design.index,
        dropped=design.dropped,
        grid_rows=rows.grid_rows,
        notes=rows.notes,
    )


def _require_clusters(spec: Specification, design: Design) -> None:
    k, groups = design.x.shape[1], len(design.cluster_labels)
    if groups <= k:
        raise SpecificationError(
            f"{groups} clusters by {spec.cluster} cannot carry {k} coefficients: use fewer "
            "regressors or a finer cluster."
        )


def _require_variation(
    spec: Specification, raw: np.ndarray, clean: np.ndarray, index: pd.MultiIndex
) -> None:
    gone = flat(clean, raw)
    words, years = EFFECTS[spec.effects].words, index.get_level_values(1)
    if gone[0]:
        raise SpecificationError(
            f"Outcome '{spec.outcome}' does not vary beyond {words} in {len(raw)} rows "
            f"({years.min()} to {years.max()}): choose another outcome or other effects."
        )
    for name, absorbed in zip(spec.terms, gone[1:], strict=True):
        if absorbed:
            raise SpecificationError(
                f"Regressor '{name}' is absorbed by {words}: it has no other variation in these "
                f"{len(raw)} rows, so leave it out or choose other effects."
            )
    unit = clean[:, 1:] / np.linalg.norm(clean[:, 1:], axis=0)
    triangle, order = qr(unit, mode="economic", pivoting=True)[1:]
    if (size := np.abs(np.diag(triangle))).min() < np.sqrt(ABSORBED):
        extra = spec.terms[order[int(size.argmin())]]
        raise SpecificationError(
            f"Regressor '{extra}' is a linear combination of the other regressors beyond {words}: "
            "leave one of them out."
        )


def _require_remainder(spec: Specification, y: np.ndarray, residuals: np.ndarray) -> None:
    if residuals @ residuals <= _EXACT * (y @ y):
        raise SpecificationError(
            f"'{spec.outcome}' is explained without remainder in {len(y)} rows: either it is "
            "computed from the regressors or the rows are too few for so many effects, so leave a "
            "regressor out or widen the sample."
        )


@dataclass(frozen=True, slots=True, eq=False)
class AddedVariable:
    """Outcome and one term with effects and all other terms partialled out.

    By Frisch, Waugh and Lovell the least-squares line through (x, y) has exactly the slope of the
    full regression.

    Attributes
    ----------
    x, y : ndarray, shape (n,)
        In units of the term and of the outcome.
    x_sd, y_sd : float
        Within-SDs of the two in levels (see `Fit.within_sd`), to draw both on one scale.
    slope : float
        The coefficient of the term.
    """

    x: np.ndarray
    y: np.ndarray
    x_sd: float
    y_sd: float
    slope: float


def added_variable(fitted: Fit, term: str) -> AddedVariable:
    """Partial every other term out of the outcome and of `term`."""
    if term not in fitted.terms:
        raise UnknownNameError("term", term, fitted.terms, "this fit")
    at = fitted.terms.index(term)
    others = np.delete(fitted.x, at, axis=1)
    z = np.column_stack([fitted.x[:, at], fitted.y])
    if others.shape[1]:
        scaled = others / others.std(axis=0)  # yuan beside a share: least squares needs one scale
        z = z - scaled @ np.linalg.lstsq(scaled, z, rcond=None)[0]
    y_sd, x_sd = map(float, fitted.within_sd[[0, 1 + at]])
    return AddedVariable(z[:, 0], z[:, 1], x_sd, y_sd, slope=float(fitted.coefficients[at]))
