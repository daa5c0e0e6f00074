"""What came of a reader's table, in words for a terminal."""

from __future__ import annotations

from analysis.adapt.answers import Answers
from analysis.adapt.command import Adapted
from analysis.claims.text import spoken, table

__all__ = ["adapted_text"]


def adapted_text(found: Adapted, width: int = 100) -> str:
    """Return an account of the table, the claims that were asked, and what stands in the way."""
    account, answers = found.account, found.answers
    lines = [
        f"{account.rows} rows of {account.entities} {found.map.many}, {account.first_year} to "
        f"{account.last_year}; {account.absent} entity-years of the rectangle have no row.",
        *(f"Read: {note}." for note in account.notes),
        *(f"Unsure: {one.column} as {one.series} in {one.unit}: {one.why}."
          for one in found.map.used if not one.sure),
        *(f"Not used: {heading} ({why})." for heading, why in account.unused),
        *(f"Worked out: {series} = {formula}." for series, formula in account.derived),
        *(_policy(found.map.many, *one) for one in answers.policies),
    ]  # fmt: skip
    rows = [("claim", "here", "in the study", "sentence")]
    for record in answers.answered:
        claim = record.evidence.claim
        rows.append((record.id, record.verdict.word, answers.book.get(record.id, "–"),
                     claim.sentence))  # fmt: skip
    rows += [(one.id, f"{one.estimate:+.2f}, p {one.p:.3f}", answers.book.get(one.id, "–"),
              f"{one.outcome} on {one.term}") for one in answers.large]  # fmt: skip
    report = found.folder / "report" / "index.html"
    last = [*_counted(answers), f"Written: {found.folder}, with the report in {report}"]
    body, end = ("\n".join(map(spoken, part)) for part in (lines, last))
    return f"{body}\n\n{table(rows, '<<<<', width)}\n\n{end}"


def _counted(answers: Answers) -> list[str]:
    """Say how many claims were asked, which of them have no answer, and why others were not."""
    told = [f"{len(answers.asked.study.ledger)} of {len(answers.records)} claims were asked."]
    told += [f"{r.id} has no answer: {r.evidence.cannot}" for r in answers.unanswered]
    if reasons := answers.asked.reasons:
        counts = "; ".join(f"{n} {reason}" for reason, n in reasons.items())
        told.append(f"Not asked: {counts}.")
    return told


def _policy(
    many: str, name: str, count: int, first: str, last: str, claims: tuple[str, ...]
) -> str:
    when = f"from {first}" if first == last else f"from {first} to {last}"
    by = f"asked by {', '.join(claims)}" if claims else "no claim that can be asked is about it"
    return f"Policy: {name} begins in {count} {many} {when}; {by}."
