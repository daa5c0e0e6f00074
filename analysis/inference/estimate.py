"""One call from a specification to a table that can stand alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.certified import warning_for
from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.coefficients import Coefficient, coefficients, jsonable, label_of
from analysis.models import EFFECTS, Dropped, Fit, Rows, Specification, fit

if TYPE_CHECKING:
    from analysis.data import Panel

__all__ = ["Estimate", "convention", "estimate"]

_SCALED = (
    "estimate", "se", "low", "high", "se_cr3", "low_cr3", "high_cr3", "mde", "lowest", "highest",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """One column of results, complete enough to be printed alone.

    Attributes
    ----------
    specification : Specification
        What was estimated.
    outcome_label : str
        The outcome for readers.
    nouns : tuple of str
        What one entity and several are called in this panel.
    terms : tuple of Coefficient
        In the order of the specification.
    n, n_entities, n_years, first_year, last_year : int
        Rows used, and what they span.
    clusters : int
        G.
    parameters : int
        K of the CR1 factor.
    within_r2 : float
        See `within_r2_of` for what it is a share of.
    level : float
        1 − coverage of the intervals.
    dropped : tuple of Dropped
        Rows of the panel that are not used, by reason.
    grid_rows : int
        Rows of the panel: n plus all dropped rows.
    notes : tuple of str
        Sentences that belong under the table.
    fitted : Fit
        The fit behind the numbers, on the rows this column used: for pictures and for further
        inference. A new `fit` of the specification would not know about rows shared with others.
    """

    specification: Specification
    outcome_label: str
    nouns: tuple[str, str]
    terms: tuple[Coefficient, ...]
    n: int
    n_entities: int
    n_years: int
    first_year: int
    last_year: int
    clusters: int
    parameters: int
    within_r2: float
    level: float
    dropped: tuple[Dropped, ...]
    grid_rows: int
    notes: tuple[str, ...]
    fitted: Fit = field(repr=False)

    @property
    def convention(self) -> str:
        """How the standard errors were computed, for the foot of a table."""
        return convention((self,))

    @property
    def within_r2_of(self) -> str:
        """What the within R² is a share of."""
        return EFFECTS[self.specification.effects].r2

    def coefficient(self, term: str) -> Coefficient:
        """Return one line; a product may be asked for in either order."""
        swapped = ":".join(reversed(term.split(":")))
        for line in self.terms:
            if line.term in (term, swapped):
                return line
        raise UnknownNameError("term", term, self.specification.terms, "this estimate")

    def tidy(self) -> pd.DataFrame:
        """One row per term, columns as in `Coefficient`."""
        return pd.DataFrame([asdict(line) for line in self.terms])

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
        plain = ("n", "n_entities", "n_years", "first_year", "last_year", "clusters", "parameters")
        return {
            "specification": self.specification.to_mapping(),
            "formula": str(self.specification),
            "outcome_label": self.outcome_label,
            "terms": [
                jsonable({**asdict(line), "standardised": line.estimate * line.scale})
                for line in self.terms
            ],
            **{name: getattr(self, name) for name in plain},
            "within_r2": self.within_r2,
            "within_r2_of": self.within_r2_of,
            "level": self.level,
            "dropped": [asdict(d) for d in self.dropped],
            "grid_rows": self.grid_rows,
            "convention": self.convention,
            "notes": list(self.notes),
        }

    def _repr_html_(self) -> str:
        from analysis.inference.report import html_table  # report needs this module's classes

        return html_table((self,))


def estimate(
    spec: Specification,
    panel: Panel,
    *,
    level: float = 0.05,
    notes: Iterable[str] = (),
    rows: Rows | None = None,
) -> Estimate:
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

    Raises
    ------
    SpecificationError
        As in `analysis.models.fit`, and where a coefficient rests on one cluster alone.
    UnknownNameError
        A name is not in the panel.
    """
    if not 0 < level < 1:
        raise SpecificationError(f"Level {level} must lie between 0 and 1: 0.05 gives 95%.")
    fitted = fit(spec, panel, rows)
    years = fitted.years
    return Estimate(
        specification=spec,
        outcome_label=label_of(panel, spec.outcome),
        nouns=(panel.roles.entity, panel.roles.entities),
        terms=coefficients(fitted, panel, level),
        n=fitted.n,
        n_entities=len(fitted.entities),
        n_years=len(years),
        first_year=years[0],
        last_year=years[-1],
        clusters=len(fitted.cluster_labels),
        parameters=fitted.parameters,
        within_r2=fitted.within_r2,
        level=level,
        dropped=fitted.dropped,
        grid_rows=fitted.grid_rows,
        notes=(*fitted.notes, *notes, *filter(None, map(warning_for, ("cr1", "cr3")))),
        fitted=fitted,
    )


def convention(columns: Sequence[Estimate]) -> str:
    """Say how standard errors were computed; one number per column where they differ."""

    def each(values: Sequence[int]) -> str:
        return ", ".join(map(str, values if len(set(values)) > 1 else values[:1]))

    cluster = columns[0].specification.cluster
    word = columns[0].nouns[0] if cluster == "entity" else cluster
    groups, parameters = [c.clusters for c in columns], [c.parameters for c in columns]
    return (
        f"Clustered by {word}, G = {each(groups)}. CR1: factor G/(G−1)·(n−1)/(n−K), "
        f"K = {each(parameters)} (slopes, constant, effects not nested in clusters). CR3: "
        "leave-one-cluster-out jackknife with every effect re-estimated, factor (G−1)/G. "
        "p-values and intervals from t(G−1)."
    )
