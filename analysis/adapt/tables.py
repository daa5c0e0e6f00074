"""The tables of a report as plain text, from what was asked and answered."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from analysis.adapt.answers import Answers
from analysis.adapt.comparison import comparison
from analysis.adapt.convert import Account
from analysis.adapt.map import Map
from analysis.adapt.vocabulary import FIRMS
from analysis.claims.finding import Finding
from analysis.claims.record import Record
from analysis.claims.vocabulary import VERDICTS
from analysis.data import Panel
from analysis.inference.cells import Grid, signed
from analysis.inference.tables.summary import describe
from analysis.measures.patience import published_patience

__all__ = ["firm_frame", "report_grids"]

NO = "–"


def report_grids(found: Map, account: Account, answers: Answers) -> dict[str, Grid]:
    """Return every table of a report by the name of its files.

    Parameters
    ----------
    found, account, answers
        What the columns are, where rows and cells went, and what the figures say.

    Returns
    -------
    dict of str to Grid
        ``counts``, ``columns``, ``verdicts``, ``cannot``, ``descriptives``; ``comparison`` where
        the study's own archive holds the same claims; for each claim that was estimated one named
        after it, ``M01_tests``.
    """
    used = [column[1] for column in account.columns]
    out = {"columns": _columns(found, account), "counts": _counts(answers)}
    out["descriptives"] = describe(answers.panel, used).grid()
    if answers.answered:
        out["verdicts"] = _verdicts(answers)
    if beside := comparison(answers):
        out["comparison"] = beside
    if answers.large:
        out["estimates"] = _large(answers)
    if answers.panel.roles.like == FIRMS:
        out["firm_measures"] = _patience(answers.panel)
    out["cannot"] = _cannot(answers)
    return out | {f"{r.id}_tests": _estimates(r) for r in answers.answered}


def _counts(answers: Answers) -> Grid:
    said = Counter(record.verdict.word for record in answers.records)
    asked = {r.id: r.verdict.word for r in answers.answered}
    rows = [
        (word, f"{said[word]}", ", ".join(id_ for id_, own in asked.items() if own == word) or NO)
        for word in VERDICTS if said[word]
    ]  # fmt: skip
    caption = f"{len(answers.answered)} of {len(answers.records)} claims were asked"
    return Grid(caption, ("Verdict", "Claims", "Those with an estimate"), tuple(rows), style="book")


def _columns(found: Map, account: Account) -> Grid:
    doubts = {one.column: one.why for one in found.used if not one.sure}
    rows = [
        (heading, series, unit, f"{figures:,}", f"{blanks:,}",
         "; ".join(filter(None, (how, doubts.get(heading, "")))) or NO)
        for heading, series, unit, figures, blanks, how in account.columns
    ]  # fmt: skip
    rows += [(heading, NO, NO, NO, NO, f"not used: {why}") for heading, why in account.unused]
    rows += [(NO, series, NO, NO, NO, f"worked out: {formula}") for series, formula in
             account.derived]  # fmt: skip
    heads = ("Column", "Series", "Unit", "Figures", "Blanks", "Remarks")
    caption = f"What the columns of {found.file} were taken to be"
    return Grid(caption, heads, tuple(rows), style="book")


def _verdicts(answers: Answers) -> Grid:
    rows = []
    for record in answers.answered:
        first = record.evidence.findings[0]
        rows.append((
            record.id, record.evidence.claim.sentence, record.verdict.word,
            f"{signed(first.tested)}\n{_ends(first)}", f"{first.p:.3f}", f"{first.columns[0].n:,}",
        ))  # fmt: skip
    heads = ("Claim", "In words", "Verdict", "Estimate", "p", "Rows")
    notes = (
        "Estimates of the first part of a claim by the test that leads, in within-SDs where "
        "nothing else is said, with 95% intervals.",
    )
    return Grid("Claims that were asked of these figures", heads, tuple(rows), notes, style="book")


def _patience(panel: Panel) -> Grid:
    """Return the published measures of patience that the columns allow, and the trap in each."""
    made = published_patience(firm_frame(panel)).table
    rows = [
        (m.measure, m.made_of, f"{m.rows:,}" if m.rows else NO,
         f"{m.median:.3f}" if m.rows else NO, f"{m.largest:.3g}" if m.rows else NO,
         f"lacks {m.lacks}. {m.trap}" if m.lacks else m.trap)
        for m in made.itertuples()
    ]  # fmt: skip
    heads = ("Measure", "Made of", "Rows", "Median", "Largest", "Beware")
    return Grid("Published measures of patience inside firms", heads, tuple(rows), style="book")


def firm_frame(panel: Panel) -> pd.DataFrame:
    """Return the columns of firms; the region of a firm is its industry."""
    if "region" not in panel.entities:
        return panel.frame
    return panel.frame.assign(industry=panel.region)


def _large(answers: Answers) -> Grid:
    rows = [
        (one.id, one.term, one.outcome, one.sign,
         f"{signed(one.estimate)}\n[{signed(one.low)}, {signed(one.high)}]", f"{one.p:.3f}",
         f"{one.n:,}", f"{one.entities:,}", answers.book.get(one.id, NO))
        for one in answers.large
    ]  # fmt: skip
    heads = (
        "Claim",
        "Term",
        "Outcome",
        "Sign",
        "Estimate",
        "p",
        "Rows",
        "Entities",
        "First in the book",
    )
    notes = (
        "Two-way effects, in within-SDs; intervals and p by the jackknife (CR3), by entity. No "
        "verdict: the other tests that one rests on would take hours on a panel of this size.",
    )
    return Grid("Estimates on a large panel", heads, tuple(rows), notes, style="book")


def _cannot(answers: Answers) -> Grid:
    rows = [
        (claim.id, claim.sentence, why or claim.why_not, answers.book.get(claim.id, NO))
        for claim, why in answers.asked.cannot
    ]
    rows += [
        (r.id, r.evidence.claim.sentence, r.evidence.cannot or r.verdict.reason,
         answers.book.get(r.id, NO))
        for r in answers.records
        if not r.evidence.findings and r.id in answers.asked.study.ids
        and r.id not in {one.id for one in answers.large}
    ]  # fmt: skip
    heads = ("Claim", "In words", "Why not", "First in the book")
    return Grid("Claims that cannot be asked of these figures", heads, tuple(rows), style="book")


def _estimates(record: Record) -> Grid:
    """Return the columns of a claim, one block of rows per part."""
    findings = record.evidence.findings
    labels = [column.label for column in findings[0].columns]
    rows = [row for finding in findings for row in _part(finding)]
    notes = (
        f"{findings[0].outcome_label} on the left. In brackets 95% intervals by the jackknife "
        "(CR3), below p of the restricted wild cluster bootstrap, errors clustered by entity.",
        *record.evidence.notes,
    )
    return Grid.of(f"{record.id}: {record.evidence.claim.sentence}", ("", *labels), rows, notes)


def _part(finding: Finding) -> list[tuple[str, ...]]:
    columns = finding.columns
    return [
        (finding.term_label, *(f"{signed(c.estimate)}\n[{signed(c.low)}, {signed(c.high)}]"
                               for c in columns)),
        ("p", *(f"{c.p:.3f}" for c in columns)),
        ("Smallest effect found", *(f"{c.mde:.2f}" for c in columns)),
        ("Rows", *(f"{c.n:,}" for c in columns)),
        ("Entities", *(f"{c.entities:,}" for c in columns)),
        ("Years", *(f"{c.first_year}–{c.last_year}" for c in columns)),
    ]  # fmt: skip


def _ends(finding: Finding) -> str:
    if not finding.has_interval:
        return ""
    return f"[{signed(finding.low)}, {signed(finding.high)}]"
