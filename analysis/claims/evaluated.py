"""Evidence together with the estimates behind it, for tables, pictures and exploration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from analysis.claims.claim import Claim
from analysis.claims.designs import DesignTest, Regression
from analysis.claims.evidence import Evidence
from analysis.claims.finding import sign_of
from analysis.claims.question import Question
from analysis.claims.study import Study
from analysis.data import Panel
from analysis.inference import Coefficient, Estimates
from analysis.measures import Overlap

__all__ = ["Evaluated", "Reading"]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One declared regression of a claim, in all columns.

    Parameters
    ----------
    name : str
        "primary", "part 2", "outcome vip" or "regressor loan": how it differs from the primary one.
    regression : Regression
        What was estimated, with its panel.
    overlap : Overlap
        What the two sides share; the guard has refused any shared content.
    estimates : Estimates
        One estimate per column, on the same rows.
    missing : tuple of str
        Columns that could not be estimated, each with its reason.
    """

    name: str
    regression: Regression
    overlap: Overlap
    estimates: Estimates
    missing: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        """The measure on the left, as the ledger names it."""
        return self.regression.outcome

    @property
    def focal(self) -> str:
        """The term whose sign is predicted."""
        return self.regression.focal

    @property
    def lines(self) -> dict[str, Coefficient]:
        """The focal coefficient of every column."""
        return {name: self.estimates[name].coefficient(self.focal) for name in self.estimates.names}

    def scale(self, effects: str = "two_way") -> float:
        """Return what turns the focal coefficient of a column into within-SDs."""
        column = self.estimates[effects]
        factor = column.fitted.within_sd[0] if self.regression.in_sds else 1.0
        return float(self.lines[effects].scale * factor)

    @property
    def signs(self) -> dict[str, str]:
        """Sign of the focal coefficient in every column; "0" means exactly zero."""
        return {name: sign_of(line.estimate) for name, line in self.lines.items()}

    @property
    def one_sign(self) -> bool:
        """Whether all columns have the same sign."""
        return len(set(self.signs.values())) == 1

    @property
    def label(self) -> str:
        """The focal term in words."""
        return self.regression.label or next(iter(self.lines.values())).label

    def to_dict(self) -> dict[str, Any]:
        """Return plain types for JSON."""
        return {
            "name": self.name,
            "outcome": self.outcome,
            "focal": self.focal,
            "signs": self.signs,
            "one_sign": self.one_sign,
            "overlap": {**asdict(self.overlap), "text": str(self.overlap)},
            "columns": self.estimates.to_dict(),
            "missing": list(self.missing),
        }


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    """The evidence on a claim with the estimates behind it, for tables, pictures and exploration.

    Parameters
    ----------
    question : Question
        Claim, panel and study.
    evidence : Evidence
        Plain numbers; a verdict needs nothing else.
    readings : tuple of Reading
        One per part as the ledger declares it, the primary one first.
    judged : tuple of Reading
        One per part, by what moves inside entities: what the verdict goes by. The same object as
        in `readings` where no two moving series meet.
    secondary : tuple of Reading
        Secondary readings, in the order of the ledger.
    tests : tuple of DesignTest
        What the design adds, one per part.
    ingredients : tuple of DataFrame
        Slopes of single ingredients, one table per part.
    results : mapping of str to object
        For designs without a panel regression: what was computed instead.
    """

    question: Question
    evidence: Evidence
    readings: tuple[Reading, ...] = ()
    judged: tuple[Reading, ...] = ()
    secondary: tuple[Reading, ...] = ()
    tests: tuple[DesignTest, ...] = ()
    ingredients: tuple[pd.DataFrame, ...] = ()
    results: Mapping[str, Any] = field(default_factory=dict)

    @property
    def claim(self) -> Claim:
        """The claim."""
        return self.question.claim

    @property
    def panel(self) -> Panel:
        """What it was put to."""
        return self.question.panel

    @property
    def study(self) -> Study:
        """Where it was declared."""
        return self.question.study

    @property
    def result(self) -> Mapping[str, Any]:
        """What the design of the first part computed besides its regression, by name."""
        return (self.tests[0].results if self.tests else None) or {}

    @property
    def every(self) -> tuple[Reading, ...]:
        """All readings: declared, judged where they differ, secondary."""
        differ = (j for r, j in zip(self.readings, self.judged, strict=True) if j is not r)
        return (*self.readings, *differ, *self.secondary)

    def to_dict(self) -> dict[str, Any]:
        """Return evidence and readings as plain types for JSON."""
        readings = [reading.to_dict() for reading in self.every]
        return {**self.evidence.to_dict(), "readings": readings}
