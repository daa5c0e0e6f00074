"""A chapter and a page of a book: read from the archive, drawn when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path

import pandas as pd

from analysis.claims import VERDICTS, Archive, Page, Record, Study
from analysis.claims.across import across
from analysis.display.charts import forest
from analysis.display.diagrams import diagram
from analysis.display.drawing import Picture
from analysis.display.html import Html, badge, folded, publish, table
from analysis.display.opened import opened
from analysis.display.sections import Section, show
from analysis.display.tally import counted
from analysis.display.words import estimate_cell

__all__ = ["BookPage", "Chapter", "chapter", "forest_rows", "page"]

FOREST = "within-SDs of the outcome per within-SD"


@dataclass(frozen=True)
class BookPage:
    """A page that stands outside the chapters; pictures and tables by their names.

    Attributes
    ----------
    name : str
        Of the page.
    shown : Page
        What it explores.
    """

    name: str
    shown: Page

    def __getattr__(self, name: str) -> Picture | Html:
        if name.startswith("_"):
            raise AttributeError(name)
        return show(self.shown, name, self.name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.shown.exhibits, *self.shown.grids]

    def fold(self, summary: str, *names: str) -> Html:
        """Hide tables behind a line that a reader opens."""
        return folded(summary, *(show(self.shown, name, self.name).text for name in names))


@dataclass(frozen=True)
class Chapter(BookPage):
    """The claims of one family; ``page.m02`` is the section of M02.

    Attributes
    ----------
    study : Study
        What the family belongs to.
    sections : mapping of str to Section
        By claim id, in the order of the ledger.
    """

    study: Study
    sections: Mapping[str, Section]

    def __getattr__(self, name: str) -> Section | Picture | Html:
        sections = self.__dict__.get("sections", {})
        found = next((s for claim, s in sections.items() if claim.lower() == name.lower()), None)
        return super().__getattr__(name) if found is None else found

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(claim.lower() for claim in self.sections)]

    @cached_property
    def diagram(self) -> Picture:
        """The causal story of the chapter, drawn."""
        return diagram(self.name, self.study)

    @cached_property
    def answer(self) -> Html:
        """A sentence that counts the claims by their words over all data sets, and the claims."""
        rows, words = "", [s.word for s in self.sections.values()]
        for word in VERDICTS:
            said = [_named(s) for s in self.sections.values() if s.word == word]
            rows += f"<li>{badge(word)} {', '.join(said)}</li>" if said else ""
        lead = counted(words)
        if any(made.others for made in self.sections.values()):
            lead = f"Over all data sets, {lead[0].lower()}{lead[1:]}"
        return Html(f'<div class="answer"><p>{lead}</p><ul>{rows}</ul></div>')

    @cached_property
    def summary(self) -> Html:
        """One row per claim: prediction, estimate, p-values, detectable effect, verdict."""
        return table(
            pd.DataFrame([row for s in self.sections.values() for row in _rows(s)]),
            "The claims of this chapter. Estimates in within-SDs with the 95% intervals of the "
            "leading tests; their p as it stands and adjusted for the chapter",
            style="book summary",
        )

    def brief(self, *claims: str) -> Html:
        """Show claims without a section of their own, one below the other, details folded."""
        return Html("".join(self.sections[claim].brief.text for claim in claims))

    @cached_property
    def estimates(self) -> Picture:
        """Every estimate of the chapter with its interval and its verdict."""
        rows = [r for s in self.sections.values() for r in forest_rows(s.record, self.study)]
        return forest(pd.DataFrame(rows), FOREST)


def chapter(
    study: str | Path | Study, family: str, archive: Path | Archive | None = None
) -> Chapter:
    """Read the claims of a family and publish their numbers.

    Numbers of a claim are glued under its id, ``m02_two_way_std``; those of the chapter under the
    family with underscores, ``patience_claims``, ``patience_supported``.

    Parameters
    ----------
    study
        A study, its name or its folder.
    family
        One of its families.
    archive
        Folder of archives; that of the project if None. One that is open already is taken as it is.

    Returns
    -------
    Chapter
        Its sections by claim; pictures are drawn when asked for.

    Raises
    ------
    UnknownNameError
        There is no such study or family.
    DataError
        The archive is missing or was made from other code or data.

    Examples
    --------
    >>> list(chapter("patient_capital", "patience").sections)[:3]
    ['M01', 'M02', 'M03']
    """
    study, kept = opened(study, archive)
    sections = {}
    for claim in study.ledger.filter(family=family):
        record, *rest = (kept.record(claim.id, name) for name in kept.datasets_of(claim.id))
        others = tuple((one, kept.codebook(one.dataset)) for one in rest)
        sections[claim.id] = Section(record, kept.codebook(record.dataset), study, others)
        publish(record.shown.numbers, prefix=claim.id.lower())
        for one in rest:
            publish(one.shown.numbers, prefix=f"{claim.id.lower()}_{one.dataset}")
        publish({"over_all": across((record, *rest), study.rules).word}, prefix=claim.id.lower())
    words = [s.verdict.word for s in sections.values()]
    counts = {word.replace(" ", "_"): words.count(word) for word in VERDICTS}
    publish({"claims": len(words), **counts}, prefix=family.replace("-", "_"))
    shown = kept.page(family)
    publish(shown.numbers)
    return Chapter(family, shown, study, sections)


def page(study: str | Path | Study, name: str, archive: Path | Archive | None = None) -> BookPage:
    """Read a page that stands outside the chapters and publish its numbers.

    Parameters
    ----------
    study, archive
        As for `chapter`.
    name
        One of the study's pages.

    Returns
    -------
    BookPage
        Pictures and tables by name.

    Examples
    --------
    >>> sorted(page("patient_capital", "figures").shown.exhibits)[:1]
    ['cities']
    """
    study, kept = opened(study, archive)
    shown = kept.page(name)
    publish(shown.numbers)
    return BookPage(name, shown)


def _link(made: Section) -> str:
    return f'<a href="#{made.claim.id.lower()}">{made.claim.id}</a>'


def _named(made: Section) -> str:
    """Link a claim that stands alone; pointing at it shows what it says."""
    said = escape(made.claim.sentence)
    return f'<a href="#{made.claim.id.lower()}" title="{said}">{made.claim.id}</a>'


def _rows(made: Section) -> list[dict[str, object]]:
    head = {
        "Claim": Html(_link(made)),
        "What it says": made.claim.sentence,
        "Verdict": Html(badge(made.verdict.word)),
    }
    if not (found := made.evidence.findings):
        nothing = dict.fromkeys(("Estimate", "p", "Smallest"))
        return [{**head, "Predicted": made.claim.sign, **nothing}]
    several = "<br><small>{} on {}</small>" if len(found) > 1 else ""
    return [
        {
            **head,
            "What it says": Html(
                escape(made.claim.sentence)
                + several.format(escape(one.outcome_label), escape(one.term_label))
            ),
            "Predicted": one.sign.replace("-", "−"),
            "Estimate": Html(estimate_cell(one, "<br>")),
            "p": Html(f"{one.p:.3f}<br><small>{one.p_family:.3f} adj.</small>"),
            "Smallest": one.smallest,
        }
        for one in found
    ]


def forest_rows(record: Record, study: Study, group: str = "") -> list[dict[str, object]]:
    """Return the rows of a claim for the picture of estimates; those in years have no place."""
    found = [f for f in record.evidence.findings if f.unit == "within-SDs"]
    rows = []
    for finding in found:
        # Two parts with one term differ in what is explained.
        alone = sum(f.term_label == finding.term_label for f in found) == 1
        label = finding.term_label if alone or not group else finding.outcome_label
        for long, short in study.letters.items():
            label = label.replace(long, short)
        rows.append(
            {
                "claim": record.id, "label": label, "group": group,
                "estimate": finding.tested, "low": finding.low, "high": finding.high,
                "mde": finding.mde, "sign": finding.sign, "verdict": record.verdict.word,
            }
        )  # fmt: skip
    return rows
