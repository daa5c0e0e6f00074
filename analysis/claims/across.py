"""One claim on several data sets: what each says, whether they agree, and the word for all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.claims.finding import Finding
from analysis.claims.record import Record
from analysis.claims.rules import Rules
from analysis.inference.cells import reach

__all__ = ["Across", "across", "by_claim"]

_FOR = ("supported", "suggestive")
_AGAINST = ("contradicted", "no sizeable effect")


@dataclass(frozen=True, slots=True)
class Across:
    """A claim over all data sets that it was put to.

    Parameters
    ----------
    word : str
        One of `analysis.claims.vocabulary.VERDICTS`.
    reason : str
        Which data set it goes by, in a sentence; empty where there is only one.
    records : tuple of Record
        That which sees best first, the smallest detectable effect; those that found nothing last.
    spread : float
        p of Cochran's Q over the leading estimates of the first part: small where the data sets
        differ by more than their errors. NaN with fewer than two of them.
    """

    word: str
    reason: str
    records: tuple[Record, ...]
    spread: float = math.nan

    @property
    def tested(self) -> tuple[Record, ...]:
        """The records with an estimate."""
        return tuple(r for r in self.records if r.evidence.findings)


def by_claim(records: Sequence[Record]) -> dict[str, tuple[Record, ...]]:
    """Return the records of each claim, in their order."""
    out: dict[str, tuple[Record, ...]] = {}
    for record in records:
        out[record.id] = (*out.get(record.id, ()), record)
    return out


def across(records: Sequence[Record], by: Rules) -> Across:
    """Judge a claim over the data sets it was put to.

    Words that speak for the claim on one data set and against it on another make it "mixed". No
    estimate is averaged: data sets share years, places and figures, and measure a concept by
    different series. "Supported" asks for a leading p that is as many times smaller as there are
    data sets with an estimate.

    Parameters
    ----------
    records : sequence of Record
        Of one claim, the primary data set first.
    by : Rules
        Of the study.
    """
    ordered = tuple(sorted(records, key=_sight))
    tested = [r for r in ordered if r.evidence.findings]
    if len(tested) < 2:
        alone = tested[0] if tested else records[0]
        return Across(alone.verdict.word, "", ordered)
    spread = _spread([r.evidence.findings[0] for r in tested])
    said = {r.dataset: r.verdict.word for r in tested}
    speak = [r for r in tested if r.verdict.word in _FOR]
    against = [r for r in tested if r.verdict.word in _AGAINST]
    if speak and against:
        reason = "; ".join(f"{name}: {word}" for name, word in said.items())
        return Across("mixed", f"Data sets disagree ({reason}).", ordered, spread)
    if not speak and not against:
        best = tested[0]
        word = "inconclusive" if "inconclusive" in said.values() else best.verdict.word
        return Across(word, "No data set decides.", ordered, spread)
    word = _strongest(speak, len(tested), by) if speak else against[0].verdict.word
    by_whom = ", ".join(r.dataset for r in (speak or against))
    others = len(tested) - len(speak or against)
    rest = f"; {others} other{'s' * (others > 1)} cannot decide" if others else ""
    return Across(word, f"By {by_whom}{rest}.", ordered, spread)


def _sight(record: Record) -> float:
    """Smallest detectable effect of the first part; infinite where it is not known."""
    found = record.evidence.findings
    known = found and found[0].unit == "within-SDs" and math.isfinite(found[0].mde)
    return found[0].mde if known else math.inf


def _strongest(speak: Sequence[Record], tested: int, by: Rules) -> str:
    strict = by.supported / tested
    holds = (
        r.verdict.word == "supported" and max(f.p for f in r.evidence.findings) <= strict
        for r in speak
    )  # fmt: skip
    return "supported" if any(holds) else "suggestive"


def _spread(found: Sequence[Finding]) -> float:
    """Return the p of Cochran's Q with CR3 errors of the two-way columns."""
    from scipy.special import chdtrc

    lines = [f.columns[0] for f in found if f.unit == "within-SDs"]
    if len(lines) < 2:
        return math.nan
    estimate = np.array([c.estimate for c in lines])
    se = np.array([(c.high - c.low) / 2 / reach(c.clusters - 1) for c in lines])
    weight = 1 / se**2
    centre = (weight * estimate).sum() / weight.sum()
    return float(chdtrc(len(lines) - 1, (weight * (estimate - centre) ** 2).sum()))
