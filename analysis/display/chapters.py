"""A chapter: the claims of one family evaluated together, with what the page shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from analysis.claims import VERDICTS, evaluate_chapter, ledger
from analysis.display.charts import forest
from analysis.display.diagrams import diagram
from analysis.display.html import Html, table
from analysis.display.numbers import publish
from analysis.display.pages import book_panel, dataset_of
from analysis.display.sections import Section, published
from analysis.display.words import short_label, signed, verdict_badge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.claims import Finding
    from analysis.display.picture import Picture

__all__ = ["Chapter", "chapter"]


@dataclass(frozen=True)
class Chapter:
    """The claims of one family; ``page.m02`` is the section of M02.

    Attributes
    ----------
    family : str
        One of `analysis.claims.FAMILIES`.
    sections : mapping of str to Section
        By claim id, in the order of the ledger.
    """

    family: str
    sections: Mapping[str, Section]

    def __getattr__(self, name: str) -> Section:
        sections = self.__dict__.get("sections", {})
        if name.upper() in sections:
            return sections[name.upper()]
        raise AttributeError(f"chapter '{self.__dict__.get('family')}' has no '{name}'")

    @cached_property
    def diagram(self) -> Picture:
        """The causal story of the chapter, drawn."""
        return diagram(self.family)

    @cached_property
    def summary(self) -> Html:
        """One row per claim: prediction, estimate, p-values, detectable effect, verdict."""
        return table(
            pd.DataFrame([row for s in self.sections.values() for row in _rows(s)]),
            "The claims of this chapter. Estimates in within-SDs under two-way effects; p as it "
            "stands and adjusted for the chapter",
            style="book summary",
        )

    @cached_property
    def estimates(self) -> Picture:
        """Every estimate of the chapter with its interval and its verdict."""
        rows = [row for s in self.sections.values() for row in forest_rows(s, "")]
        return forest(pd.DataFrame(rows), "within-SDs of the outcome per within-SD")


def chapter(family: str) -> Chapter:
    """Evaluate the claims of a family together and publish their numbers.

    Numbers of a claim are glued under its id, ``m02_two_way_std``; those of the chapter under the
    family with underscores, ``patience_claims``, ``patience_supported``.

    Parameters
    ----------
    family
        One of `analysis.claims.FAMILIES`.

    Raises
    ------
    UnknownNameError
        There is no such family.
    """
    claims = ledger().filter(family=family)
    sections: dict[str, Section] = {}
    for name in dict.fromkeys(dataset_of(claim) for claim in claims):
        inside = [claim for claim in claims if dataset_of(claim) == name]
        panel = book_panel(name) if any(claim.declared for claim in inside) else None
        for claim, evidence in zip(inside, evaluate_chapter(inside, panel), strict=True):
            sections[claim.id] = published(claim, panel, evidence)
    ordered = {claim.id: sections[claim.id] for claim in claims}
    words = [s.verdict.word for s in ordered.values()]
    counts = {word.replace(" ", "_"): words.count(word) for word in VERDICTS}
    publish({"claims": len(words), **counts}, prefix=family.replace("-", "_"))
    return Chapter(family, ordered)


def _rows(made: Section) -> list[dict[str, object]]:
    head = {
        "Claim": Html(f'<a href="#{made.claim.id.lower()}">{made.claim.id}</a>'),
        "What it says": made.claim.sentence,
        "Verdict": Html(verdict_badge(made.verdict)),
    }
    if not made.evidence.findings:
        return [
            {**head, "Predicted": made.claim.sign, "Estimate": None, "p": None, "Smallest": None}
        ]
    rows = []
    for finding in made.evidence.findings:
        first = finding.columns[0]
        unit = "" if finding.unit == "within-SDs" else f" {finding.unit}"
        several = len(made.evidence.findings) > 1
        part = f"<br><small>{escape(_part_words(finding))}</small>" if several else ""
        rows.append(
            {
                **head,
                "What it says": Html(escape(made.claim.sentence) + part),
                "Predicted": finding.sign.replace("-", "−"),
                "Estimate": Html(
                    f"{signed(first.estimate)}{unit}<br><small>[{signed(first.low)}, "
                    f"{signed(first.high)}]</small>"
                ),
                "p": Html(f"{finding.p:.3f}<br><small>{finding.p_family:.3f} adj.</small>"),
                "Smallest": f"{finding.mde:.2f}",
            }
        )
    return rows


def _part_words(finding: Finding) -> str:
    return f"{finding.outcome_label} on {finding.term_label}"


def forest_rows(made: Section, group: str) -> list[dict[str, object]]:
    """Return the rows of a claim for the picture of estimates; those in years have no place."""
    rows = []
    for finding in made.evidence.findings:
        if finding.unit != "within-SDs":
            continue
        first = finding.columns[0]
        rows.append(
            {
                "claim": made.claim.id, "label": short_label(finding.term_label), "group": group,
                "estimate": first.estimate, "low": first.low, "high": first.high,
                "mde": first.mde, "sign": finding.sign, "verdict": made.verdict.word,
            }
        )  # fmt: skip
    return rows
