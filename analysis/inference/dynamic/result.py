"""What the estimators of a dynamic panel say, on the same rows and the same resamples."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from analysis.errors import UnknownNameError
from analysis.inference.coefficients import jsonable
from analysis.models import Dropped, Specification

__all__ = ["ESTIMATORS", "DynamicLine", "DynamicPanel"]

ESTIMATORS = {
    "within": "Within",
    "half_panel_jackknife": "Half-panel jackknife",
    "bias_corrected": "Bias-corrected",
}


@dataclass(frozen=True, slots=True)
class DynamicLine:
    """One coefficient by one estimator.

    Attributes
    ----------
    estimator, term, label : str
        A key of `ESTIMATORS`, the name in the specification and the label for readers.
    estimate, se, t, p, low, high : float
        Coefficient with its bootstrap standard error; t, p and interval from t(G−1).
    long_run, long_run_low, long_run_high : float
        b/(1−ρ) with its percentile interval; infinite where the draws do not bound it, NaN for
        the lagged outcome itself and where ρ is one or more.
    scale : float
        within-SD(term) / within-SD(outcome).
    """

    estimator: str
    term: str
    label: str
    estimate: float
    se: float
    t: float
    p: float
    low: float
    high: float
    long_run: float
    long_run_low: float
    long_run_high: float
    scale: float


@dataclass(frozen=True, slots=True, eq=False)
class DynamicPanel:
    """Three estimates of one dynamic panel on the same rows and the same resamples.

    Attributes
    ----------
    specification : Specification
        With the lagged outcome first among its regressors.
    outcome_label : str
        The outcome for readers.
    nouns : tuple of str
        What one entity and several are called.
    lines : tuple of DynamicLine
        By estimator, then by term, lagged outcome first.
    nickell : float
        Bias of the within persistence by Nickell's formula, at the bias-corrected persistence.
    explosive : float
        Share of resamples in which the bias-corrected persistence is one or more.
    n, n_entities, clusters, first_year, last_year : int
        Rows, and what they span.
    rows_per_entity : float
        Mean of T_i.
    draws, seed : int
        Of the bootstrap.
    level : float
        1 − coverage of the intervals.
    dropped : tuple of Dropped
        Rows not used, by reason.
    grid_rows : int
        Rows of the panel.
    notes : tuple of str
        What a reader must know.
    """

    specification: Specification
    outcome_label: str
    nouns: tuple[str, str]
    lines: tuple[DynamicLine, ...]
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

    def line(self, term: str, estimator: str = "bias_corrected") -> DynamicLine:
        """Return one coefficient by one estimator."""
        if estimator not in ESTIMATORS:
            raise UnknownNameError("estimator", estimator, ESTIMATORS, "this estimate")
        for line in self.lines:
            if (line.estimator, line.term) == (estimator, term):
                return line
        raise UnknownNameError("term", term, self.specification.terms, "this estimate")

    def persistence(self, estimator: str = "bias_corrected") -> DynamicLine:
        """Return the coefficient of the lagged outcome."""
        return self.line(self.specification.terms[0], estimator)

    def tidy(self) -> pd.DataFrame:
        """One row per estimator and term, columns as in `DynamicLine`."""
        return pd.DataFrame([asdict(line) for line in self.lines])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; what does not exist or is unbounded is None."""
        plain = (
            "outcome_label", "n", "n_entities", "clusters", "first_year", "last_year",
            "rows_per_entity", "draws", "seed", "level", "grid_rows",
        )  # fmt: skip
        return {
            "specification": self.specification.to_mapping(),
            "terms": [jsonable(asdict(line)) for line in self.lines],
            **jsonable({"nickell": self.nickell, "explosive": self.explosive}),
            **{name: getattr(self, name) for name in plain},
            "dropped": [asdict(d) for d in self.dropped],
            "notes": list(self.notes),
        }

    def _repr_html_(self) -> str:
        from analysis.inference.dynamic.table import dynamic_table  # it needs this class

        return dynamic_table(self)
