"""The result of two-stage least squares: second stage, first stage, reduced form, robust set."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

import numpy as np
import pandas as pd

from analysis.inference.appendix.weak import ReducedForms, p_value
from analysis.inference.cells import Grid, plain_number
from analysis.inference.result import Regression, Row, estimate_rows, share
from analysis.models import Dropped, Specification

__all__ = ["Instrumented"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Instrumented(Regression):
    """2SLS with its first stage, its reduced form and a set that survives weak instruments.

    Attributes
    ----------
    endogenous, instruments : str, tuple of str
        The regressor that is instrumented, and what moves it.
    terms, least_squares : tuple of Row, Row
        2SLS coefficients, in the order of the specification, which is the equation of interest; the
        endogenous regressor without instruments, for comparison.
    first_stage, reduced_form : tuple of Row
        Instruments on the endogenous regressor and on the outcome.
    effective_f, critical_f : float
        Effective F and the value above which the bias of 2SLS is below a tenth of the worst case.
    robust_f : float
        Wald F of the instruments in the first stage, clustered.
    ar_shape, ar_set, ar_p
        "interval", "two rays", "whole line", "empty" or "union"; the pieces of the Anderson-Rubin
        confidence set of the endogenous coefficient, whose ends may be infinite; the p-value of
        zero.
    forms : ReducedForms
        The numbers behind `ar_at`.
    """

    specification: Specification
    endogenous: str
    instruments: tuple[str, ...]
    outcome_label: str
    terms: tuple[Row, ...]
    least_squares: Row
    first_stage: tuple[Row, ...]
    reduced_form: tuple[Row, ...]
    effective_f: float
    critical_f: float
    robust_f: float
    ar_shape: str
    ar_set: tuple[tuple[float, float], ...]
    ar_p: float
    forms: ReducedForms = field(repr=False)
    n: int
    n_entities: int
    clusters: int
    parameters: int
    level: float
    dropped: tuple[Dropped, ...]
    grid_rows: int
    notes: tuple[str, ...]

    @property
    def stages(self) -> dict[str, tuple[Row, ...]]:
        """Lines by stage."""
        return {"second": self.terms, "least_squares": (self.least_squares,),
                "first": self.first_stage, "reduced_form": self.reduced_form}  # fmt: skip

    def ar_at(self, beta: float) -> float:
        """Anderson-Rubin p-value of a coefficient of `beta`."""
        return p_value(self.forms, beta, self.clusters - 1)

    def tidy(self) -> pd.DataFrame:
        """One row per stage and term."""
        rows = [{"stage": k, **asdict(x)} for k, lines in self.stages.items() for x in lines]
        return pd.DataFrame(rows).drop(columns=["se_cr3", "p_cr3", "low_cr3", "high_cr3"])

    def grid(self) -> Grid:
        """Return the table."""
        words = {"second": "2SLS", "least_squares": "Least squares", "first": "First stage"}
        words["reduced_form"] = "Reduced form"
        rows = [
            (f"{words[stage]}: {label}", *cells)
            for stage, lines in self.stages.items()
            for label, *cells in estimate_rows(lines)
        ]
        rows.append(("Anderson-Rubin set", self.ar_shape, _written(self)))
        rows.append(("Effective F", f"{self.effective_f:.1f}", f"wanted: {self.critical_f:.1f}"))
        head = ("", "Estimate (CR1)", f"{share(self.level)} interval")
        return Grid.of(self.outcome_label, head, rows, self.notes)


def _written(found: Instrumented) -> str:
    unit, infinite = found.coefficient(found.endogenous).se, {np.inf: "∞", -np.inf: "−∞"}

    def end(value: float) -> str:
        return infinite.get(value) or plain_number(value, unit)

    return " or ".join(f"{end(low)} to {end(high)}" for low, high in found.ar_set) or "no value"
