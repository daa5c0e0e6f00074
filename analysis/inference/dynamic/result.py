"""What the estimators of a dynamic panel say, on the same rows and the same resamples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from analysis.errors import UnknownNameError
from analysis.inference.cells import Grid, bracketed, plain_number
from analysis.inference.result import Regression, Row
from analysis.models import Dropped, Specification

__all__ = ["ESTIMATORS", "DynamicLine", "DynamicPanel"]

ESTIMATORS = {
    "within": "Within",
    "half_panel_jackknife": "Half-panel jackknife",
    "bias_corrected": "Bias-corrected",
}


@dataclass(frozen=True, slots=True)
class DynamicLine(Row):
    """One coefficient by one estimator, a key of `ESTIMATORS`; bootstrap standard error, t(G−1).

    `long_run` is b/(1−ρ) with its percentile interval; infinite where the draws do not bound it,
    NaN for the lagged outcome itself and where ρ is one or more. `scale` is within-SD(term) /
    within-SD(outcome).
    """

    estimator: str = ""
    long_run: float = float("nan")
    long_run_low: float = float("nan")
    long_run_high: float = float("nan")
    scale: float = float("nan")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DynamicPanel(Regression):
    """Three estimates of one dynamic panel on the same rows and the same resamples.

    Attributes
    ----------
    specification : Specification
        With the lagged outcome first among its regressors.
    terms : tuple of DynamicLine
        By estimator, then by term, lagged outcome first.
    nickell : float
        Bias of the within persistence by Nickell's formula, at the bias-corrected persistence.
    explosive : float
        Share of resamples in which the bias-corrected persistence is one or more.
    rows_per_entity : float
        Mean of T_i.
    """

    specification: Specification
    outcome_label: str
    nouns: tuple[str, str]
    terms: tuple[DynamicLine, ...]
    nickell: float
    explosive: float
    n: int
    n_entities: int
    clusters: int
    first_year: int
    last_year: int
    rows_per_entity: float
    draws: int
    seed: int
    level: float
    dropped: tuple[Dropped, ...]
    grid_rows: int
    notes: tuple[str, ...]
    keys: ClassVar[tuple[str, ...]] = ("estimator", "term")

    def line(self, term: str, estimator: str = "bias_corrected") -> DynamicLine:
        """Return one coefficient by one estimator."""
        if estimator not in ESTIMATORS:
            raise UnknownNameError("estimator", estimator, ESTIMATORS, "this estimate")
        for line in self.terms:
            if (line.estimator, line.term) == (estimator, term):
                return line
        raise UnknownNameError("term", term, self.specification.terms, "this estimate")

    coefficient = line

    def persistence(self, estimator: str = "bias_corrected") -> DynamicLine:
        """Return the coefficient of the lagged outcome."""
        return self.line(self.specification.terms[0], estimator)

    def grid(self) -> Grid:
        """One column per estimator; below each slope the effect of a lasting change."""
        rows = []
        for term in self.specification.terms:
            lines = [self.line(term, name) for name in ESTIMATORS]
            label, unit = lines[0].label, min(x.se for x in lines)
            rows.append((label, *(bracketed(x.estimate, x.low, x.high, unit, x.se) for x in lines)))
            if term != self.specification.terms[0]:
                ends = [(x.long_run, x.long_run_low, x.long_run_high) for x in lines]
                rows.append((f"{label}, in the long run", *(bracketed(*x, unit) for x in ends)))
        rows.append(("Rows", *[f"{self.n:,}"] * len(ESTIMATORS)))
        rows.append((self.nouns[1].capitalize(), *[f"{self.n_entities:,}"] * len(ESTIMATORS)))
        bias = (
            f"Nickell's formula puts the bias of the within persistence at "
            f"{plain_number(self.nickell, 0.1)} for {self.rows_per_entity:.1f} rows per "
            f"{self.nouns[0]} at the bias-corrected persistence."
        )
        heads = ("Estimate (SE) [interval]", *ESTIMATORS.values())
        return Grid.of(self.outcome_label, heads, rows, (bias, *self.notes))
