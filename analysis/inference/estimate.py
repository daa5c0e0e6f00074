"""One call from a specification to a table that can stand alone, of one column or of several."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pandas as pd

from analysis.certified import warnings_for
from analysis.data import Panel
from analysis.errors import SpecificationError
from analysis.inference.cells import Grid
from analysis.inference.coefficients import Coefficient, coefficients, label_of
from analysis.inference.options import checked
from analysis.inference.report import convention, regression_grid
from analysis.inference.result import PanelResult, Result, named, plain
from analysis.models import EFFECTS, Fit, Rows, Specification, estimation_rows, fit

__all__ = ["Estimate", "Estimates", "estimate", "estimate_columns"]

_SCALED = (
    "estimate", "se", "low", "high", "se_cr3", "low_cr3", "high_cr3", "mde", "lowest", "highest",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Estimate(PanelResult):
    """One column of results, complete enough to be printed alone.

    Attributes
    ----------
    terms : tuple of Coefficient
        In the order of the specification.
    within_r2 : float
        `within_r2_of` says what it is a share of.
    fitted : Fit
        The fit behind the numbers, on the rows this column used, for pictures and further
        inference: a new `fit` of the specification would not know about rows shared with others.
    """

    outcome_label: str
    nouns: tuple[str, str]
    terms: tuple[Coefficient, ...]
    n_years: int
    clusters: int
    parameters: int
    within_r2: float
    fitted: Fit = field(repr=False)
    listed: ClassVar[tuple[str, ...]] = ("within_r2_of", "convention")

    @property
    def convention(self) -> str:
        """How the standard errors were computed, for the foot of a table."""
        return convention((self,))

    @property
    def within_r2_of(self) -> str:
        """What the within R² is a share of."""
        return EFFECTS[self.specification.effects].r2

    def standardised(self) -> pd.DataFrame:
        """Return the table in within-SDs of the outcome per within-SD of the term.

        Within-SD is the SD of a variable in levels around entity and year effects, on the rows of
        the estimate, for every kind of column; a product is a variable of its own. One within-SD is
        an ordinary deviation of one entity over time, not a gap between entities. t and p stay.
        """
        table = self.tidy()
        table[list(_SCALED)] = table[list(_SCALED)].mul(table["scale"], axis=0)
        return table.drop(columns="scale")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; what does not exist is None."""
        out = PanelResult.to_dict(self)
        del out["nouns"]
        for told, line in zip(out["terms"], self.terms, strict=True):
            told["standardised"] = plain(line.estimate * line.scale)
        return {**out, "formula": str(self.specification)}

    def grid(self) -> Grid:
        """Return the regression table with this column alone."""
        return regression_grid((self,))


@checked
def estimate(
    spec: Specification, panel: Panel, *, level: float = 0.05, notes: Iterable[str] = (),
    rows: Rows | None = None,
) -> Estimate:  # fmt: skip
    """Estimate a specification with CR1 and CR3 standard errors.

    Parameters
    ----------
    spec : Specification
        What to estimate.
    panel : Panel
        The full grid of entities and years.
    level : float
        1 − coverage of the intervals.
    notes : iterable of str
        Sentences to carry under the table, such as the size denominators both sides share.
    rows : Rows, optional
        Rows shared with other columns.

    Returns
    -------
    Estimate
        Terms with CR1 and CR3 errors, rows, what was left out and why.

    Raises
    ------
    SpecificationError
        As in `analysis.models.fit`, and where a coefficient rests on one cluster alone.
    UnknownNameError
        A name is not in the panel.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"], controls=["papers_sci"])
    >>> fitted = estimate(spec, panel)
    >>> round(float(fitted.params["rd_fte"]), 3), fitted.n
    (0.099, 403)
    >>> fitted.conf_int().round(3).loc["rd_fte"].tolist()
    [0.063, 0.136]
    """
    fitted = fit(spec, panel, rows)
    years = fitted.years
    return Estimate(
        specification=spec, outcome_label=label_of(panel, spec.outcome),
        nouns=(panel.roles.entity, panel.roles.entities), terms=coefficients(fitted, panel, level),
        n=fitted.n, n_entities=len(fitted.entities), n_years=len(years), first_year=years[0],
        last_year=years[-1], clusters=len(fitted.cluster_labels), parameters=fitted.parameters,
        within_r2=fitted.within_r2, level=level, dropped=fitted.dropped, grid_rows=fitted.grid_rows,
        notes=(*fitted.notes, *notes, *warnings_for(("cr1", "cr3"), fitted.shape)), fitted=fitted,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Estimates(Result):
    """Estimates of one specification under several sets of effects.

    Iterating gives the estimates in order; `estimates["two_way"]` gives one by its effects.

    Attributes
    ----------
    columns : tuple of Estimate
        In order, on shared rows.
    """

    columns: tuple[Estimate, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The effects of each column."""
        return tuple(column.specification.effects for column in self.columns)

    def __iter__(self) -> Iterator[Estimate]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def __getitem__(self, name: str) -> Estimate:
        columns = {column.specification.effects: column for column in self.columns}
        return named(columns, "column", name, "these estimates")

    def tidy(self) -> pd.DataFrame:
        """One row per column and term, the effects first."""
        return self._stacked([c.tidy().assign(n=c.n, within_r2=c.within_r2) for c in self.columns])

    def standardised(self) -> pd.DataFrame:
        """As `tidy`, in within-SDs; every column uses the same within-SDs."""
        return self._stacked([c.standardised() for c in self.columns])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, one entry per column."""
        return {name: self[name].to_dict() for name in self.names}

    def grid(self) -> Grid:
        """Return the columns side by side."""
        return regression_grid(self.columns)

    def _stacked(self, tables: list[pd.DataFrame]) -> pd.DataFrame:
        stacked = pd.concat(dict(zip(self.names, tables, strict=True)), names=["effects"])
        return stacked.reset_index(level=0).reset_index(drop=True)


@checked
def estimate_columns(
    spec: Specification, panel: Panel,
    columns: Iterable[str] = ("two_way", "region_year", "entity_trends"), *, level: float = 0.05,
    notes: Iterable[str] = (),
) -> Estimates:  # fmt: skip
    """Estimate the same specification on the same rows with different effects.

    A row that any column would fit perfectly is left out of all, so every column has the same n and
    differences between columns are not differences between samples. First differences lose the rows
    without a year before; their `dropped` says how many.

    Parameters
    ----------
    spec, panel, level, notes
        As in `estimate`; the `effects` of the specification are replaced column by column.
    columns : iterable of str
        Keys of `analysis.models.EFFECTS`, without repetition.

    Returns
    -------
    Estimates
        One estimate per column.

    Raises
    ------
    SpecificationError, UnknownNameError
        As in `estimate`; the first column that cannot be estimated stops the table.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"], controls=["papers_sci"])
    >>> columns = estimate_columns(spec, panel)
    >>> [round(float(column.params["rd_fte"]), 3) for column in columns]
    [0.099, 0.099, 0.048]
    """
    names, notes = tuple(columns), tuple(notes)
    if not names or len(set(names)) < len(names):
        raise SpecificationError(
            f"Columns {list(names)} must name each set of effects once and at least one."
        )
    specs = [spec.with_effects(name) for name in names]
    rows = estimation_rows(spec, panel, names)
    return Estimates(tuple(estimate(s, panel, level=level, notes=notes, rows=rows) for s in specs))
