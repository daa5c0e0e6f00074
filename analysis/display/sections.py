"""A claim as a book shows it: card, picture, finding and tables from its record, and literature."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape

import pandas as pd

from analysis.claims import Claim, Evidence, Record, Study, Verdict
from analysis.claims.across import Across, across
from analysis.claims.literature import AGAINST, PublishedResult
from analysis.data.codebook import Codebook
from analysis.display.across import across_block
from analysis.display.charts import draw
from analysis.display.drawing import Picture
from analysis.display.events import event_block
from analysis.display.html import Html, badge, claim_card, folded, grid_table, table
from analysis.display.words import estimate_cell, finding_words, further_words, made_of
from analysis.errors import UnknownNameError

__all__ = ["Section", "literature_table", "show"]

NOT_READ = "not read"

VERBS = {"+": ("agrees", "agree"), "-": ("disagrees", "disagree")}
"""Singular and plural for the caption; the other signs need no verb of their own."""

# In the order in which a reader meets them below the columns of every part.
FOLDED = ("checks", "secondary", "ingredients", "protocol")


@dataclass(frozen=True)
class Section:
    """Everything a section about one claim shows; pictures are drawn when asked for.

    Attributes
    ----------
    record : Record
        What was found, kept in the archive.
    book : Codebook or None
        Names of entities and measures; None where no figure speaks to the claim.
    study : Study
        Gives the literature.
    others : tuple of (Record, Codebook)
        The claim on further data sets.
    """

    record: Record
    book: Codebook | None
    study: Study
    others: tuple[tuple[Record, Codebook | None], ...] = ()

    @property
    def claim(self) -> Claim:
        """The claim as it was put to the figures."""
        return self.record.evidence.claim

    @property
    def evidence(self) -> Evidence:
        """Plain numbers."""
        return self.record.evidence

    @property
    def verdict(self) -> Verdict:
        """As the rules give it."""
        return self.record.verdict

    @cached_property
    def card(self) -> Html:
        """What the paper says, what would then be true, and the verdict."""
        return claim_card(self.claim, self.book, self.verdict, self.record.earlier)

    @cached_property
    def answer(self) -> Html:
        """Word, estimate and interval on every data set, and the word over all of them."""
        books = {record.dataset: book for record, book in self._every}
        return traced(across_block(self._across, books), self.record)

    @cached_property
    def finding(self) -> Html:
        """What was found, in sentences made from the numbers."""
        return finding_words(self.record, self.book)

    @cached_property
    def brief(self) -> Html:
        """The claim in a heading, a line and a fold, for a page that treats several together."""
        claim = self.claim
        fold = folded("Card, finding, tables and published studies", self.card.text,
                      self.answer.text, self.finding.text, self.tables.text,
                      self.literature.text if self.literature else "")  # fmt: skip
        tested = any(record.evidence.findings for record, _ in self._every)
        wanted = "" if tested else f" Wanted: {escape(claim.needs)}"
        return Html(
            f'<section class="brief" id="{claim.id.lower()}"><h3>{claim.id}: '
            f"{escape(claim.sentence)}</h3><p>{badge(self.word)}"
            f"{''.join(_line(r, b) for r, b in self._every)}{wanted}</p>{fold.text}</section>"
        )

    @property
    def word(self) -> str:
        """The word over all data sets."""
        return self._across.word

    @cached_property
    def _across(self) -> Across:
        return across([record for record, _ in self._every], self.study.rules)

    @property
    def _every(self) -> tuple[tuple[Record, Codebook | None], ...]:
        return ((self.record, self.book), *self.others)

    @cached_property
    def tables(self) -> Html:
        """Columns, checks, secondary readings and questions, and events elsewhere: folded."""
        elsewhere = "".join(event_block(record, book).text for record, book in self.others)
        grids = self.record.shown.grids
        names = [name for name in grids if name.startswith("columns")]
        names += [name for name in FOLDED if name in grids]
        if not names:
            return Html(elsewhere)
        blocks = [further_words(self.record, self.book).text, made_of(self.record).text]
        blocks += [grid_table(grids[name]).text for name in names]
        blocks.append(traced(Html("<div></div>"), self.record).text)
        own = folded("Tables: columns, checks, secondary readings, further questions", *blocks)
        return Html(own.text + elsewhere)

    @cached_property
    def literature(self) -> Html | None:
        """What published studies found, folded under a line that counts them."""
        return literature_table(self.claim.id, self.study.literature.get(self.claim.id, ()))

    def __getattr__(self, name: str) -> Picture | Html:
        """Draw a picture or show a table of the record: ``picture``, ``effects``, ``curve``..."""
        if name.startswith("_"):
            raise AttributeError(name)
        return show(self.record.shown, name, self.claim.id)


def traced(block: Html, record: Record) -> Html:
    """Mark where a block of numbers leads; the book fills it in, elsewhere it stays hidden."""
    mark = f'<p class="traced" hidden data-claim="{record.id}" data-set="{record.dataset}"></p>'
    return Html(f"{block.text.removesuffix('</div>')}{mark}</div>")


def _line(record: Record, book: Codebook | None) -> str:
    """Say estimate and interval on one data set; empty where nothing was estimated."""
    if not record.evidence.findings:
        return ""
    finding = record.evidence.findings[0]
    nouns = f"{finding.columns[0].entities} {book.roles.entities if book else 'entities'}"
    return f" <span>{escape(nouns)}: {estimate_cell(finding, ' ')}</span>"


def show(page: object, name: str, where: str) -> Picture | Html:
    """Draw the exhibit or show the grid of a name.

    Raises
    ------
    UnknownNameError
        The page has neither.
    """
    if name in page.exhibits:
        return draw(page.exhibits[name])
    if name in page.grids:
        return grid_table(page.grids[name])
    raise UnknownNameError("exhibit", name, (*page.exhibits, *page.grids), where)


def literature_table(claim_id: str, results: Sequence[PublishedResult]) -> Html | None:
    """Show the published results that speak to a claim, or None when there is none.

    Parameters
    ----------
    claim_id
        Id of the claim.
    results
        What published studies found, from `Study.literature`.

    Returns
    -------
    Html or None
        One row per result, those that agree first, folded under a line that counts them. No
        coefficient is shown: those of indices depend on their units.
    """
    studies = sorted(results, key=lambda study: list(AGAINST).index(study.sign))
    if not studies:
        return None
    frame = pd.DataFrame(
        {
            "Study": [study.label for study in studies],
            "Where and when": [_where(study) for study in studies],
            "Found": [study.finding for study in studies],
            "Does it agree?": [study.against for study in studies],
            "Read": [_over(study.read, study.note) for study in studies],
        },
        dtype=object,
    )
    caption = _caption(claim_id, studies)
    return folded(caption, table(frame, caption, style="book").text)


def _caption(claim_id: str, studies: Sequence[PublishedResult]) -> str:
    counts = Counter(study.sign for study in studies)
    parts = []
    for sign in AGAINST:
        if n := counts[sign]:
            one, many = VERBS.get(sign, ("is " + AGAINST[sign], "are " + AGAINST[sign]))
            parts.append(f"{n} {one if n == 1 else many}")
    results = "result" if len(studies) == 1 else "results"
    return (
        f"{claim_id} in published studies: of {len(studies)} {results}, {', '.join(parts)}. "
        "None uses our measures."
    )


def _where(study: PublishedResult) -> Html:
    when = "" if study.years == NOT_READ else f", {study.years}"
    how = [part for part in (study.unit, study.method) if part != NOT_READ]
    return _over(study.place[0].upper() + study.place[1:] + when, "; ".join(how))


def _over(words: str, small: str) -> Html:
    return Html(escape(words) + (f"<br><small>{escape(small)}</small>" if small else ""))
