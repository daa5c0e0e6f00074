"""One tested part of a claim in plain numbers, and the questions put to it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.inference.cells import reach
from analysis.inference.power import minimum_detectable_effect

__all__ = ["Check", "Column", "Finding", "Slope", "read_finding", "sign_of"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a tested part.

    Parameters
    ----------
    effects, label : str
        Key of `analysis.models.EFFECTS` and its head in tables.
    estimate : float
        Slope in `Finding.unit`.
    se : float
        CR1 standard error.
    low, high : float
        95% CR3 interval.
    p : float
        Two-sided p of the restricted wild cluster bootstrap; of CR3 where there is none.
    p_cr3 : float
        Two-sided p with the CR3 error, t(G−1).
    mde : float
        Smallest effect found with 80% power at the CR3 error.
    n, entities, clusters, first_year, last_year : int
        Rows and what they span.
    """

    effects: str
    label: str
    estimate: float
    se: float
    low: float
    high: float
    p: float
    p_cr3: float
    mde: float
    n: int
    entities: int
    clusters: int
    first_year: int
    last_year: int

    @property
    def sign(self) -> str:
        """Sign of the estimate."""
        return sign_of(self.estimate)


@dataclass(frozen=True, slots=True)
class Slope:
    """One part of a term that is made of two moving series.

    Parameters
    ----------
    name : str
        "within", "declared" or "mean and path".
    estimate, low, high : float
        Within-SDs per within-SD of this part, with its 95% CR3 interval.
    p : float
        CR3.
    """

    name: str
    estimate: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that has to hold, with all numbers that speak to it.

    Parameters
    ----------
    outcome, outcome_label, term, term_label : str
        What is explained, and by what.
    sign : str
        As predicted.
    columns : tuple of Column
        The first one leads: two-way effects.
    p : float
        The leading p-value, by the method `test`.
    p_family : float
        Adjusted within the chapter; NaN until the chapter is evaluated together.
    test : str
        "wild bootstrap", "permutation", "threshold bootstrap", "spatial model", "CR3" or "two
        one-sided tests".
    tested : float
        The estimate that the leading test is about, in the same unit. That of the first column,
        unless the test has a statistic of its own: a permutation compares the treated with the
        others and with the year before, a spatial model allows for neighbours.
    low, high : float
        95% interval of the leading test; that of inverting the bootstrap, for example.
    lowest, highest : float
        Smallest and largest leading estimate when one entity is left out, in the SDs of the
        sample that is left.
    lowest_without, highest_without : str
        The entities whose absence gives these two.
    effective_clusters : float
        How many equal clusters would carry as much information about the term.
    plausible : float
        Smallest effect worth calling one, in the same unit.
    p_zero : float
        p of the two one-sided tests with `plausible` as margin.
    smallest_margin : float
        Smallest margin at which equivalence would be accepted.
    natural : str
        The leading estimate and its interval in units of the figures, in words.
    unit : str
        "within-SDs" or "years".
    p_without, p_without_entity : float, str
        The largest p (CR1) that leaving out one entity brings about, and which; NaN where no
        entity is left out.
    p_dealt : float
        Share of exchanges of whole histories among entities whose t is as large, the real one
        among them; NaN where a test other than the bootstrap leads.
    persistence : float
        Of the outcome from one year to the next, under the same effects, where an effect lasts;
        NaN elsewhere.
    decomposition : tuple of Slope
        For products, composites and regimes: the slope of what moves inside entities, of the
        declared term, and of the term at entity means and national paths.

    Examples
    --------
    >>> from analysis.claims import current_archive, read_study
    >>> archive = current_archive(read_study("patient_capital"))
    >>> finding = archive.record("M16").evidence.findings[0]
    >>> finding.columns[0].effects, finding.low < finding.tested < finding.high
    ('two_way', True)
    """

    outcome: str
    outcome_label: str
    term: str
    term_label: str
    sign: str
    columns: tuple[Column, ...]
    p: float
    test: str
    tested: float
    low: float
    high: float
    lowest: float
    lowest_without: str
    highest: float
    highest_without: str
    effective_clusters: float
    plausible: float
    p_zero: float
    smallest_margin: float
    natural: str = ""
    unit: str = "within-SDs"
    p_family: float = math.nan
    p_without: float = math.nan
    p_without_entity: str = ""
    p_dealt: float = math.nan
    persistence: float = math.nan
    decomposition: tuple[Slope, ...] = ()

    @property
    def has_interval(self) -> bool:
        """Whether the leading test has an interval."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    @property
    def largest(self) -> float:
        """Largest effect as predicted that the leading interval holds; NaN without one or sign."""
        ends = {"+": self.high, "-": self.low, "0": max(self.low, self.high, key=abs)}
        return ends.get(self.sign, math.nan) if self.has_interval else math.nan

    @property
    def largest_lasting(self) -> float:
        """What that comes to in the long run, largest / (1 − persistence); infinite from 1 on."""
        if math.isnan(self.persistence):
            return math.nan
        left = 1.0 - self.persistence
        return self.largest / left if left > 0 else math.copysign(math.inf, self.largest)

    @property
    def estimate(self) -> float:
        """The leading estimate."""
        return self.columns[0].estimate

    @property
    def mde(self) -> float:
        """Smallest effect that the leading test finds with 80% power; NaN where that is not known.

        The wild bootstrap is about the first column, whose CR3 error serves. Any other test has
        the error its 95% interval implies, half the width over the quantile of t(G−1) by which a
        CR3 error is multiplied; without an interval nothing says what it would find.
        """
        first = self.columns[0]
        if self.test == "wild bootstrap":
            return first.mde
        if not self.has_interval:
            return math.nan
        dof = first.clusters - 1
        return minimum_detectable_effect((self.high - self.low) / 2 / reach(dof), dof)

    @property
    def smallest(self) -> str:
        """The smallest detectable effect in print."""
        return "not known" if math.isnan(self.mde) else f"{self.mde:.2f}"

    @property
    def signs(self) -> tuple[str, ...]:
        """Sign in every column."""
        return tuple(column.sign for column in self.columns)

    def column(self, effects: str) -> Column | None:
        """Return one column, None if it could not be estimated."""
        return next((c for c in self.columns if c.effects == effects), None)


@dataclass(frozen=True, slots=True)
class Check:
    """One question put to the evidence beside the leading test.

    Parameters
    ----------
    name : str
        "lead", "control", "weights", "ingredients", "pretrend" and so on.
    asks, found : str
        The question and the answer, in words with numbers.
    passed : bool or None
        None where the question could not be put; `found` says why.
    steps_down : bool
        Whether failing takes one step off the verdict; otherwise it only stands in the way of
        "supported".
    part : int
        Which part of the claim it belongs to, from 0.
    p : float or None
        Its p-value, where it is a test.
    share : float or None
        Where it asks how many others share a sign, their share; 0 where equal weights turn it.
    """

    name: str
    asks: str
    found: str
    passed: bool | None
    steps_down: bool = False
    part: int = 0
    p: float | None = None
    share: float | None = None


def read_finding(plain: Mapping[str, Any]) -> Finding:
    """Read back what `asdict` and JSON made of a finding; None stands for NaN."""
    values = {key: math.nan if value is None else value for key, value in plain.items()}
    columns = tuple(
        Column(**{k: math.nan if v is None else v for k, v in c.items()}) for c in plain["columns"]
    )
    parts = tuple(
        Slope(**{k: math.nan if v is None else v for k, v in part.items()})
        for part in plain.get("decomposition", ())
    )
    return Finding(**{**values, "columns": columns, "decomposition": parts})


def sign_of(value: float) -> str:
    """Return "+", "-" or "0" for an exact zero."""
    return "+" if value > 0 else "-" if value < 0 else "0"
