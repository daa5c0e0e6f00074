"""What a GMM of a dynamic panel says: coefficients, tests of the instruments, warnings."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from analysis.errors import UnknownNameError
from analysis.inference.coefficients import jsonable
from analysis.inference.dynamic.gmm_estimation import Overidentification
from analysis.models import Dropped, Specification

__all__ = ["GmmLine", "GmmResult"]


@dataclass(frozen=True, slots=True)
class GmmLine:
    """One coefficient: estimate, robust error, and z, p and interval from the normal.

    `se_plain` is the error if errors in levels were white (one step), or without Windmeijer's
    correction (two steps).
    """

    term: str
    label: str
    estimate: float
    se: float
    z: float
    p: float
    low: float
    high: float
    se_plain: float


@dataclass(frozen=True, slots=True, eq=False)
class GmmResult:
    """A linear GMM of a dynamic panel.

    Attributes
    ----------
    specification : Specification
        With the lagged outcome among its regressors.
    kind : str
        "difference" or "system".
    steps : int
        1 or 2.
    outcome_label : str
        The outcome for readers.
    lines : tuple of GmmLine
        Lagged outcome first; year dummies are not listed.
    equations, levels : int
        Differenced and level equations.
    n_entities, first_year, last_year : int
        What the equations span.
    instruments, rank : int
        Columns of instruments, year dummies included, and how many of them are independent.
    sargan, hansen : Overidentification
        Sargan's test assumes homoskedastic errors; Hansen's J does not.
    ar1, ar2 : tuple of float
        Arellano and Bond's statistics for the differenced residuals, each with its p-value.
    level : float
        1 − coverage of the intervals.
    dropped : tuple of Dropped
        Rows in levels that are not used, by reason.
    grid_rows : int
        Rows of the panel.
    notes : tuple of str
        What a reader must know.
    """

    specification: Specification
    kind: str
    steps: int
    outcome_label: str
    lines: tuple[GmmLine, ...]
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

    def line(self, term: str) -> GmmLine:
        """Return one coefficient."""
        for line in self.lines:
            if line.term == term:
                return line
        raise UnknownNameError("term", term, [x.term for x in self.lines], "this estimate")

    def tidy(self) -> pd.DataFrame:
        """One row per coefficient, columns as in `GmmLine`."""
        return pd.DataFrame([asdict(line) for line in self.lines])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain = (
            "kind", "steps", "outcome_label", "equations", "levels", "n_entities", "first_year",
            "last_year", "instruments", "rank", "level", "grid_rows",
        )  # fmt: skip
        return {
            "specification": self.specification.to_mapping(),
            "terms": [jsonable(asdict(line)) for line in self.lines],
            **{name: getattr(self, name) for name in plain},
            "sargan": jsonable(asdict(self.sargan)),
            "hansen": jsonable(asdict(self.hansen)),
            "ar1": jsonable({"z": self.ar1[0], "p": self.ar1[1]}),
            "ar2": jsonable({"z": self.ar2[0], "p": self.ar2[1]}),
            "dropped": [asdict(d) for d in self.dropped],
            "notes": list(self.notes),
        }

    def _repr_html_(self) -> str:
        from analysis.inference.report import html_grid, plain_number  # report needs this layer

        rows = [
            [x.label, plain_number(x.estimate, x.se), plain_number(x.se),
             f"[{plain_number(x.low, x.se)}, {plain_number(x.high, x.se)}]"]
            for x in self.lines
        ]  # fmt: skip
        for name, test in (("Hansen J", self.hansen), ("Sargan", self.sargan)):
            rows.append([name, f"{test.statistic:.1f}", f"df {test.df}", f"p = {test.p:.3f}"])
        for name, (z, p) in (("AR(1)", self.ar1), ("AR(2)", self.ar2)):
            rows.append([name, plain_number(z, 0.1), "", f"p = {p:.3f}"])
        rows.append(["Instruments", f"{self.instruments}", "", ""])
        rows.append(["Entities", f"{self.n_entities}", "", ""])
        share = f"{100 * (1 - self.level):g}% interval"
        return html_grid(
            f"{self.outcome_label}: {self.kind} GMM",
            ["Term", "Estimate", "SE", share],
            rows,
            self.notes,
        )
