"""What the figures say about a claim, in sentences made from its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from analysis.claims import Finding, Record
from analysis.claims.numbers import entity_name
from analysis.data.codebook import Codebook
from analysis.display.html import Html, badge
from analysis.inference.cells import signed

__all__ = ["estimate_cell", "finding_words"]

SIGNS = {"+": "positive", "-": "negative", "0": "none worth the name", "±": "left open"}
TESTS = {
    "wild bootstrap": "restricted wild cluster bootstrap",
    "permutation": "permutation of the treated",
    "threshold bootstrap": "bootstrap of Hansen's threshold test",
    "spatial model": "spatial Durbin model",
    "CR3": "CR3 error",
    "two one-sided tests": "two one-sided tests for no sizeable effect",
}


def estimate_cell(finding: Finding, between: str) -> str:
    """Return the two-way estimate with its unit and interval, ``between`` which a line may end."""
    first = finding.columns[0]
    unit = "" if finding.unit == "within-SDs" else f" {escape(finding.unit)}"
    ends = f"{signed(first.low)}, {signed(first.high)}"
    return f"{signed(first.estimate)}{unit}{between}<small>[{ends}]</small>"


def finding_words(record: Record, book: Codebook | None) -> Html:
    """Say what was found, how sure that is and what the verdict rests on.

    Parameters
    ----------
    record : Record
        Of one claim.
    book : Codebook or None
        Names entities and measures; codes are shown without it.
    """
    evidence, judged = record.evidence, record.verdict
    several = len(evidence.findings) > 1
    paragraphs = [_part(f, several, book) for f in evidence.findings]
    if record.slopes is not None and paragraphs:
        paragraphs[0] += escape(_ends(record.slopes, book))
    if evidence.describes:
        paragraphs.append(escape(evidence.describes))
    paragraphs += [escape(note) for note in evidence.notes]
    reason = escape(judged.reason) if judged.reason != evidence.describes else ""
    paragraphs.append(f"{badge(judged.word)} {reason}".strip())
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return Html(f'<div class="finding" aria-label="What the figures say">{body}</div>')


def _part(finding: Finding, several: bool, book: Codebook | None) -> str:
    first, *others = finding.columns
    head = f"{finding.outcome_label} on {finding.term_label}. " if several else ""
    own = finding.tested != first.estimate  # the leading test has a statistic of its own
    lead = "" if own else f"; p = {_p(finding.p)} by the {TESTS[finding.test]}"
    text = (
        f"{head}Under two-way effects the estimate is {signed(first.estimate)} {finding.unit} "
        f"(95% CR3 interval {_interval(first.low, first.high)}{lead}). "
    )
    if own:
        text += (
            f"The leading test, the {TESTS[finding.test]}, is about an estimate of its own: "
            f"{signed(finding.tested)} (95% interval {_interval(finding.low, finding.high)}; "
            f"p = {_p(finding.p)}). "
        )
    text += f"Predicted sign: {SIGNS[finding.sign]}."
    if others:
        rest = " and ".join(f"{signed(c.estimate)} {_with(c.label)}" for c in others)
        text += f" It is {rest}."
    if finding.natural:
        text += f" In units of the figures, for {finding.natural}."
    text += f" The smallest effect found four times in five is {finding.mde:.2f}."
    return escape(text + _leave_one_out(finding, book) + _doubt(finding))


def _ends(slopes: Mapping[str, object], book: Codebook) -> str:
    """Say what a product means: the slope at both ends of the moderator."""
    of, by = (book.describe(slopes[name]).label_en for name in ("of", "by"))
    return (
        f" Over the middle 96 per cent of {by}, the slope of {of} goes from "
        f"{signed(slopes['low'])} to {signed(slopes['high'])}."
    )


def _with(label: str) -> str:
    return f"with {label.lower().replace('region × year', 'region-by-year effects')}"


def _interval(low: float, high: float) -> str:
    return f"{signed(low)} to {signed(high)}"


def _p(p: float) -> str:
    return "less than 0.001" if p < 0.001 else f"{p:.3f}"


def _leave_one_out(finding: Finding, book: Codebook | None) -> str:
    if not finding.lowest_without:
        return ""
    names = [entity_name(code, book) for code in (finding.lowest_without, finding.highest_without)]
    return (
        f" Leaving out one {book.roles.entity if book else 'entity'} at a time moves it between "
        f"{signed(finding.lowest)} (without {names[0]}) and {signed(finding.highest)} (without "
        f"{names[1]})."
    )


def _doubt(finding: Finding) -> str:
    """Say so where bootstrap and jackknife disagree, or few entities carry the estimate."""
    out = ""
    first = finding.columns[0]
    if finding.test == "wild bootstrap" and (finding.p < 0.05) != (first.p_cr3 < 0.05):
        out = f" Bootstrap and CR3 (p = {_p(first.p_cr3)}) disagree at the five per cent level."
    if finding.effective_clusters < 6:
        out += (
            f" So few entities carry it that it rests on the equivalent of "
            f"{finding.effective_clusters:.1f} of {first.clusters}."
        )
    return out
