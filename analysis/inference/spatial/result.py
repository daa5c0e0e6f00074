"""What a spatial panel model reports, and its table."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

import numpy as np
import pandas as pd

from analysis.inference.cells import Grid, bracketed
from analysis.inference.result import PanelResult, Row, named, share

__all__ = ["SpatialEffect", "SpatialEstimate", "SpatialTest"]


@dataclass(frozen=True, slots=True)
class SpatialEffect(Row):
    """An average effect, in units of the outcome per unit of the term.

    `kind` is "direct" (own entity, feedback included), "indirect" (all others) or "total". `se, p,
    low, high` are the SD of the simulated draws, twice the smaller tail at zero, and their
    quantiles; `scale` is within-SD(term) / within-SD(outcome), which times `estimate` gives the
    standardised effect.
    """

    kind: str = ""
    scale: float = float("nan")


@dataclass(frozen=True, slots=True)
class SpatialTest:
    """A test of the Durbin model against a model nested in it.

    `against` is "sar" (no W·x), "slx" (ρ = 0) or "sem" (common factor, θ = −ρβ); `kind` is "Wald",
    an F(dof, dof2) with the covariance of the table or a χ²(dof) where dof2 is infinite, or "LR",
    a χ²(dof) that holds for independent errors only.
    """

    against: str
    kind: str
    statistic: float
    dof: int
    dof2: float
    p: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SpatialEstimate(PanelResult):
    """A spatial panel model, complete enough to be printed alone.

    Attributes
    ----------
    model, weights : str
        "sdm", "sar", "sem" or "slx"; name of the weights.
    rho, stable : float, tuple of float
        Spatial parameter (that of the errors in an SEM; zero in an SLX), and the interval in which
        it must lie.
    coefficients : tuple of Row
        "rho", the terms and "W·term" for their spatial lags: no effects by themselves.
    effects, tests : tuple of SpatialEffect, tuple of SpatialTest
        Direct, indirect and total of each term: what to read; tests of Durbin models only.
    sigma2, log_likelihood : float
        Error variance and log-likelihood in nats.
    covariance, dof : ndarray, float
        Of the coefficients, in their order; of their t, infinite for the normal.
    method : str
        How effects were removed and errors computed, in one sentence.
    """

    model: str
    weights: str
    outcome_label: str
    nouns: tuple[str, str]
    rho: float
    stable: tuple[float, float]
    coefficients: tuple[Row, ...]
    effects: tuple[SpatialEffect, ...]
    tests: tuple[SpatialTest, ...]
    sigma2: float
    log_likelihood: float
    n_years: int
    covariance: np.ndarray = field(repr=False)
    dof: float
    method: str

    def effect(self, term: str, kind: str = "direct") -> SpatialEffect:
        """Return one effect."""
        lines = {f"{e.kind} of {e.term}": e for e in self.effects}
        return named(lines, "effect", f"{kind} of {term}")

    def rows(self) -> tuple[Row, ...]:
        """Return the coefficients: "rho", the terms and "W·term"."""
        return self.coefficients

    def tidy(self) -> pd.DataFrame:
        """Effects, then coefficients (kind "coefficient"), one row each."""
        lines = [asdict(line) for line in self.effects]
        lines += [{**asdict(line), "kind": "coefficient"} for line in self.coefficients]
        return pd.DataFrame(lines).drop(columns=["se_cr3", "p_cr3", "low_cr3", "high_cr3"])

    def grid(self) -> Grid:
        """Return the table."""
        terms = dict.fromkeys(e.term for e in self.effects)
        kinds = ("direct", "indirect", "total")
        rows = [[self.effect(t).label, *(_cell(self.effect(t, k)) for k in kinds)] for t in terms]
        rows += [[c.label, _cell(c), "", ""] for c in self.coefficients if c.term == "rho"]
        span = f"{self.first_year}–{self.last_year}"
        rows.append(["Rows", f"{self.n:,}", f"{self.n_entities} {self.nouns[1]}", span])
        tests = (f"{t.kind} against {t.against.upper()}: p = {t.p:.3f}" for t in self.tests)
        left_out = "; ".join(map(str, self.dropped)) or "none"
        notes = [
            f"Effect (SD of draws) [{share(self.level)} interval]. Weights: {self.weights}. "
            f"{self.method}", *([f"{'; '.join(tests)}."] if self.tests else []),
            f"Rows left out of {self.grid_rows:,}: {left_out}.", *self.notes,
        ]  # fmt: skip
        return Grid.of(self.outcome_label, ["Per unit of", *map(str.title, kinds)], rows, notes)


def _cell(line: Row) -> str:
    return bracketed(line.estimate, line.low, line.high, line.se, line.se)
