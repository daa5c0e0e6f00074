"""A claim as the book shows it: card, picture, finding, tables, and the numbers of its prose."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd
from scipy.special import stdtrit

from analysis.claims import evaluate, ledger, verdict
from analysis.display import designs, protocol
from analysis.display.charts import interval_rows
from analysis.display.html import Html, claim_card
from analysis.display.literature import studies_folded
from analysis.display.numbers import publish
from analysis.display.pages import book_panel, dataset_of
from analysis.display.words import entity_name, finding_words
from analysis.inference import html_table

if TYPE_CHECKING:
    from analysis.claims import Claim, Evidence, Finding, Reading, Verdict
    from analysis.data import Panel
    from analysis.display.picture import Picture


@dataclass(frozen=True)
class Section:
    """Everything a section about one claim shows; pictures and tables are made when asked for.

    Attributes
    ----------
    claim : Claim
        As declared.
    panel : Panel or None
        What it was put to; None where no figure speaks to it.
    evidence : Evidence
        What all of this is made from.
    verdict : Verdict
        As the rules give it.
    """

    claim: Claim
    panel: Panel | None
    evidence: Evidence
    verdict: Verdict

    @cached_property
    def card(self) -> Html:
        """What the paper says, what would then be true, and the verdict."""
        return claim_card(self.claim, self.panel, self.verdict)

    @cached_property
    def picture(self) -> Picture:
        """The design of the claim, drawn."""
        return designs.picture(self.evidence, self.panel)

    @cached_property
    def scatter(self) -> Picture:
        """What the two-way regression sees of the focal term."""
        return designs.scatter(self.evidence.details.readings[0])

    @cached_property
    def effects(self) -> Picture:
        """The focal effect in every column, with intervals and zero."""
        return _effects(self.evidence.findings[0])

    @cached_property
    def finding(self) -> Html:
        """What was found, in sentences made from the numbers."""
        details = self.evidence.details
        found = designs.moderated(details.readings[0]) if details and details.readings else None
        return finding_words(self.evidence, self.verdict, self.panel, found)

    @cached_property
    def table(self) -> Html:
        """The three columns of the primary regression."""
        return Html(html_table(self.evidence.details.readings[0].estimates.columns, scaled=True))

    @cached_property
    def tables(self) -> Html:
        """Columns of every part, secondary readings, ingredients and checks, folded."""
        return protocol.tables(self.evidence, self.panel)

    @cached_property
    def also(self) -> Html | None:
        """The secondary readings; None if none was declared."""
        return protocol.also_table(self.evidence, self.panel)

    @cached_property
    def checks(self) -> Html | None:
        """What was asked besides the leading test."""
        return protocol.checks_table(self.evidence)

    @cached_property
    def literature(self) -> Html | None:
        """What published studies found, folded under a line that counts them."""
        return studies_folded(self.claim.id)

    @cached_property
    def curve(self) -> Picture:
        """The estimate under many specifications; exploratory. Publishes its numbers."""
        drawn, numbers = protocol.curve(self.evidence)
        publish(numbers, prefix=f"{self.claim.id.lower()}_curve")
        return drawn


def section(claim_id: str, panel: Panel | None = None) -> Section:
    """Evaluate a claim with its chapter and publish its numbers under ``<id>_``.

    Parameters
    ----------
    claim_id
        For example "M16".
    panel
        Panel with measures; the book's own if None.
    """
    claim = ledger()[claim_id]
    panel = panel or (book_panel(dataset_of(claim)) if claim.declared else None)
    return published(claim, panel, evaluate(claim, panel))


def published(claim: Claim, panel: Panel | None, evidence: Evidence) -> Section:
    """Lay out evidence that is already there and publish its numbers."""
    made = Section(claim, panel, evidence, verdict(evidence))
    publish(section_numbers(made), prefix=claim.id.lower())
    return made


def section_numbers(made: Section) -> dict[str, object]:
    """Name the numbers and words that prose about a claim may use.

    Returns
    -------
    dict
        ``verdict``; per column (``two_way``, ``region_year``, ``entity_trends``) the standardised
        effect ``std``, its CR3 interval ``low``, ``high``, ``mde`` in the same unit, the leading
        p-values and the words ``direction`` and ``zero`` ("excludes zero" or "includes zero");
        for the claim ``p``, ``p_family``, rows, years and the leave-one-out range; the same per
        further part (``part2_...``) and per secondary reading.
    """
    evidence = made.evidence
    numbers: dict[str, object] = {"verdict": made.verdict.word}
    for i, finding in enumerate(evidence.findings):
        values = _finding_numbers(finding, made.panel)
        numbers |= values if i == 0 else {f"part{i + 1}": values}
    details = evidence.details
    if details is None or not details.readings:
        return numbers
    numbers["agreement"] = _agreement(evidence.findings[0])
    numbers |= designs.marginal_numbers(designs.moderated(details.readings[0]))
    for reading in details.also:
        numbers[reading.name.split()[-1]] = _reading_numbers(reading)
    for check in evidence.checks:
        if check.passed is not None:
            part = f"part{check.part + 1}_" if check.part else ""
            name = check.name.replace(" ", "_").replace("-", "_")
            numbers[f"{part}{name}_passed"] = "yes" if check.passed else "no"
    return numbers


def _finding_numbers(finding: Finding, panel: Panel | None) -> dict[str, object]:
    first = finding.columns[0]
    return {
        "p": finding.p,
        "tested": finding.tested,
        "lowest_without": entity_name(finding.lowest_without, panel),
        "highest_without": entity_name(finding.highest_without, panel),
        "p_family": finding.p_family,
        "lowest": finding.lowest,
        "highest": finding.highest,
        "n": first.n,
        "entities": first.entities,
        "first_year": first.first_year,
        "last_year": first.last_year,
        "effective": finding.effective_clusters,
        "margin": finding.smallest_margin,
        "same_sign": "yes" if len(set(finding.signs)) == 1 else "no",
        **{column.effects: _line(column, column.estimate) for column in finding.columns},
    }


def _line(column: object, estimate: float) -> dict[str, object]:
    return {
        "std": estimate,
        "low": column.low,
        "high": column.high,
        "mde": column.mde,
        "p": column.p,
        "p_cr3": column.p_cr3,
        "direction": "positive" if estimate > 0 else "negative",
        "zero": "excludes zero" if column.low > 0 or column.high < 0 else "includes zero",
    }


def _reading_numbers(reading: Reading) -> dict[str, object]:
    out = {}
    for name, line in reading.lines.items():
        low, high = line.low_cr3 * line.scale, line.high_cr3 * line.scale
        out[name] = {
            "std": line.estimate * line.scale,
            "low": low,
            "high": high,
            "mde": line.mde * line.scale,
            "p_cr3": line.p_cr3,
            "zero": "excludes zero" if low > 0 or high < 0 else "includes zero",
        }
    return out


def _agreement(finding: Finding) -> str:
    matching = sum(sign == finding.sign for sign in finding.signs)
    words = ("none", "one", "two", "all three")[matching]
    return f"{words} of the columns" if matching < len(finding.signs) else "all three columns"


def _effects(finding: Finding) -> Picture:
    rows = {}
    for c in finding.columns:
        reach = float(stdtrit(c.clusters - 1, 0.975)) * c.se
        rows[c.label] = {
            "estimate": c.estimate, "low": c.estimate - reach, "high": c.estimate + reach,
            "low_cr3": c.low, "high_cr3": c.high,
        }  # fmt: skip
    what = f"within-SDs of {finding.outcome_label}\nper within-SD of {finding.term_label}"
    return interval_rows(pd.DataFrame(rows).T, what)
