"""A reader's verdicts beside those of the study's own figures, and why the two differ in kind."""

from __future__ import annotations

from analysis.adapt.answers import Answers
from analysis.claims.archive import ROOT, Archive, open_archive
from analysis.claims.record import Record
from analysis.inference.cells import Grid, signed

__all__ = ["comparison"]

Row = tuple[str, ...]


def comparison(answers: Answers) -> Grid | None:
    """Set every claim with an estimate beside the same claim in the study's archive.

    Parameters
    ----------
    answers
        What a reader's figures say; ``book`` names the claims that are the same in the archive.

    Returns
    -------
    Grid or None
        A row per claim. Nearest is the data set that the reader's resembles, where the claim was
        put to it, and the claim's first elsewhere. None where no claim is the same or there is no
        archive.
    """
    here = [record for record in answers.answered if record.id in answers.book]
    if not here:
        return None
    kept = open_archive(ROOT / answers.asked.study.name)
    there = [_nearest(record.id, answers.panel.roles.like, kept) for record in here]
    rows = tuple(
        (*_row(one, other, kept), answers.book[one.id])
        for one, other in zip(here, there, strict=True)
    )
    heads = ("Claim", "Here", "Estimate here", "Nearest in the book", "Estimate there",
             "What is asked there", "First in the book")  # fmt: skip
    notes = (_agreement(here, there), _why(answers, there, kept))
    caption = "The verdicts on these figures beside those of the book"
    return Grid(caption, heads, rows, notes, style="book")


def _nearest(claim: str, like: str, kept: Archive) -> Record:
    names = kept.datasets_of(claim)
    found = next((name for name in names if name == like), names[0])
    return next(r for r in kept.records if r.id == claim and r.dataset == found)


def _row(here: Record, there: Record, kept: Archive) -> Row:
    book = kept.codebook(there.dataset)
    found = there.evidence.findings
    asks = f"{book.roles.entities if book else 'no figures'}"
    if found:
        asks += f": {found[0].outcome_label} on {found[0].term_label}"
    return (here.id, here.verdict.word, _estimate(here), there.verdict.word, _estimate(there), asks)


def _estimate(record: Record) -> str:
    if not record.evidence.findings:
        return "–"
    first = record.evidence.findings[0]
    ends = f"\n[{signed(first.low)}, {signed(first.high)}]" if first.has_interval else ""
    return f"{signed(first.tested)}{ends}"


def _agreement(here: list[Record], there: list[Record]) -> str:
    pairs = list(zip(here, there, strict=True))
    other = [one.id for one, two in pairs if one.verdict.word != two.verdict.word]
    same = f"{len(here) - len(other)} of {len(here)} claims have the word of the nearest test there"
    return f"{same}; it differs for {', '.join(other)}." if other else f"{same}."


def _why(answers: Answers, there: list[Record], kept: Archive) -> str:
    roles = answers.panel.roles
    books = [book.roles for one in there if (book := kept.codebook(one.dataset))]
    rows = ", ".join(dict.fromkeys(f"a {one.entity} of {one.title_en}" for one in books))
    return (
        f"A row here is one year of a {roles.entity}; there it is one year of {rows}. Estimates "
        "are in within-SDs of each sample: one SD of what moves inside its own entities. The same "
        "number stands for different amounts here and there, and other entities, years or measures "
        "answer another question, so that a word that differs contradicts nothing."
    )
