"""What a GMM of a dynamic panel says: coefficients, tests of the instruments, warnings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from analysis.inference.appendix.gmm_estimation import Overidentification
from analysis.inference.cells import Grid, interval, plain_number
from analysis.inference.result import Regression, Row, share
from analysis.models import Dropped, Specification

__all__ = ["GmmLine", "GmmResult"]


@dataclass(frozen=True, slots=True)
class GmmLine(Row):
    """One coefficient with its robust error; t, p and interval are from the normal.

    `se_plain` is the error if errors in levels were white (one step), or without Windmeijer's
    correction (two steps).
    """

    se_plain: float = float("nan")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GmmResult(Regression):
    """A linear GMM of a dynamic panel.

    Attributes
    ----------
    specification : Specification
        With the lagged outcome among its regressors.
    kind, steps : str, int
        "difference" or "system"; 1 or 2.
    terms : tuple of GmmLine
        Lagged outcome first; year dummies are not listed.
    equations, levels : int
        Differenced and level equations.
    instruments, rank : int
        Columns of instruments, year dummies included, and how many of them are independent.
    sargan, hansen : Overidentification
        Sargan's test assumes homoskedastic errors; Hansen's J does not.
    ar1, ar2 : tuple of float
        Arellano and Bond's statistics for the differenced residuals, each with its p-value.
    """

    specification: Specification
    kind: str
    steps: int
    outcome_label: str
    terms: tuple[GmmLine, ...]
    equations: int
    levels: int
    n_entities: int
    first_year: int
    last_year: int
    instruments: int
    rank: int
    sargan: Overidentification
    hansen: Overidentification
    ar1: tuple[float, float]
    ar2: tuple[float, float]
    level: float
    dropped: tuple[Dropped, ...]
    grid_rows: int
    notes: tuple[str, ...]

    dof: ClassVar[float] = float("inf")

    def grid(self) -> Grid:
        """Return coefficients and tests of the instruments."""
        rows = [
            (x.label, plain_number(x.estimate, x.se), plain_number(x.se),
             interval(x.low, x.high, x.se))
            for x in self.terms
        ]  # fmt: skip
        for name, test in (("Hansen J", self.hansen), ("Sargan", self.sargan)):
            rows.append((name, f"{test.statistic:.1f}", f"df {test.df}", f"p = {test.p:.3f}"))
        for name, (z, p) in (("AR(1)", self.ar1), ("AR(2)", self.ar2)):
            rows.append((name, plain_number(z, 0.1), "", f"p = {p:.3f}"))
        sizes = (("Instruments", self.instruments), ("Entities", self.n_entities))
        rows += [(name, f"{size}", "", "") for name, size in sizes]
        heads = ("Term", "Estimate", "SE", f"{share(self.level)} interval")
        return Grid.of(f"{self.outcome_label}: {self.kind} GMM", heads, rows, self.notes)
