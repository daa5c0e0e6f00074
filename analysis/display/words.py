"""What the figures say about a claim, in sentences made from its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import pandas as pd

from analysis.claims import Finding, Record
from analysis.claims.dealt import EXCHANGES
from analysis.claims.numbers import entity_name
from analysis.data.codebook import Codebook
from analysis.display.html import Html, badge, table
from analysis.inference.cells import signed

__all__ = ["estimate_cell", "finding_words", "further_words", "made_of"]

SIGNS = {"+": "positive", "-": "negative", "0": "none worth the name", "±": "left open"}
TESTS = {
    "wild bootstrap": "restricted wild cluster bootstrap",
    "permutation": "permutation of the treated",
    "threshold bootstrap": "bootstrap of Hansen's threshold test",
    "spatial bootstrap": "bootstrap of the spatial model's direct effect",
    "CR3": "CR3 error",
    "two one-sided tests": "two one-sided tests for no sizeable effect",
}


def estimate_cell(finding: Finding, between: str) -> str:
    """Return the estimate of the leading test with unit and interval, ``between`` them a break.

    Of a test without an interval none is shown: one of another test would not belong to its p.
    """
    unit = "" if finding.unit == "within-SDs" else f" {escape(finding.unit)}"
    ends = (
        f"[{signed(finding.low)}, {signed(finding.high)}]"
        if finding.has_interval
        else "no interval"
    )
    return f"{signed(finding.tested)}{unit}{between}<small>{ends}</small>"


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
    if evidence.describes:
        paragraphs.append(escape(evidence.describes))
    paragraphs += [escape(note) for note in evidence.notes]
    reason = escape(judged.reason) if judged.reason != evidence.describes else ""
    paragraphs.append(f"{badge(judged.word)} {reason}".strip())
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return Html(f'<div class="finding" aria-label="What the figures say">{body}</div>')


def further_words(record: Record, book: Codebook | None) -> Html:
    """Say what stands behind the finding: units, exchanges, leaving one out, slopes.

    Parameters
    ----------
    record, book
        As for `finding_words`.
    """
    found = record.evidence.findings
    paragraphs = [_further(f, len(found) > 1, book) for f in found]
    if record.slopes is not None and paragraphs:
        paragraphs[0] += escape(_ends(record.slopes, book, declared=bool(found[0].decomposition)))
    return Html("".join(f"<p>{text.strip()}</p>" for text in paragraphs if text))


def made_of(record: Record) -> Html:
    """Set the parts of every term in which two moving series meet beside each other.

    Parameters
    ----------
    record : Record
        Of one claim; empty where it has no such term.
    """
    found = record.evidence.findings
    return Html("".join(_made_of(f, len(found) > 1) for f in found if f.decomposition))


def _part(finding: Finding, several: bool, book: Codebook | None) -> str:
    first, *others = finding.columns
    head = f"{finding.outcome_label} on {finding.term_label}. " if several else ""
    own = finding.tested != first.estimate  # the leading test has a statistic of its own
    where = "By its own test" if own else "Under two-way effects"
    ends = "which has no interval"
    if finding.has_interval:
        ends = f"95% interval {_interval(finding.low, finding.high)}"
    text = (
        f"{head}{where} the estimate is {signed(finding.tested)} {finding.unit} "
        f"({ends if finding.has_interval else ''}{'; ' if finding.has_interval else ''}"
        f"p = {_p(finding.p)} by the {TESTS[finding.test]}"
        f"{'' if finding.has_interval else ', ' + ends}). "
    )
    text += f"Predicted sign: {SIGNS[finding.sign]}."
    columns = finding.columns if own else others
    if columns:
        rest = " and ".join(f"{signed(c.estimate)} {_with(c.label)}" for c in columns)
        text += f" {'The slope' if own else 'It'} is {rest}."
    text += f" The smallest effect found four times in five is {finding.smallest}."
    return escape(text + _doubt(finding))


def _further(finding: Finding, several: bool, book: Codebook | None) -> str:
    text = f"{finding.outcome_label} on {finding.term_label}." if several else ""
    if finding.p_dealt == finding.p_dealt:
        whose = book.roles.entities if book else "entities"
        text += (
            f" With whole histories dealt out anew among the {whose}, {EXCHANGES} times, "
            f"p = {_p(finding.p_dealt)}."
        )
    if finding.natural:
        text += f" In units of the figures, for {finding.natural}."
    return escape(text + _leave_one_out(finding, book))


def _ends(slopes: Mapping[str, object], book: Codebook, *, declared: bool) -> str:
    """Say what a product means: the slope at both ends of the moderator.

    Where the verdict goes by another product than the ``declared`` one, say whose slope it is.
    """
    of, by = (book.describe(slopes[name]).label_en for name in ("of", "by"))
    whose = " in the product as declared, which does not decide," if declared else ""
    return (
        f" Over the middle 96 per cent of {by}, the slope of {of}{whose} goes from "
        f"{signed(slopes['low'])} to {signed(slopes['high'])}."
    )


_SLOPES = {
    "within": "what moves inside entities (decides)",
    "declared": "the term as declared",
    "mean and path": "its part at entity means and national paths",
}


def _made_of(finding: Finding, several: bool) -> str:
    """Set beside each other what of a product, composite or regime speaks, and what does not."""
    head = f"{finding.term_label} on {finding.outcome_label}: " if several else ""
    rows = [
        {
            "Slope of": _SLOPES[one.name],
            "Within-SDs, 95% CR3 interval": Html(
                f"{signed(one.estimate)}<br><small>[{signed(one.low)}, {signed(one.high)}]</small>"
            ),
            "p, CR3": f"{one.p:.3f}",
        }
        for one in finding.decomposition
    ]
    said = (
        "Two moving series meet in this term, and fixed differences between entities times a "
        "national trend would pass for their meeting; so only what moves inside entities decides."
    )
    shown = table(pd.DataFrame(rows), f"{head}What the term is made of", style="estimates")
    return f"<p>{said}</p>{shown.text}"


def _with(label: str) -> str:
    label = label.lower().replace("region × year", "region-by-year effects")
    return f"with {label.replace('two-way', 'two-way effects')}"


def _interval(low: float, high: float) -> str:
    return f"{signed(low)} to {signed(high)}"


def _p(p: float) -> str:
    return "less than 0.001" if p < 0.001 else f"{p:.3f}"


def _leave_one_out(finding: Finding, book: Codebook | None) -> str:
    if not finding.lowest_without:
        return ""
    names = [entity_name(code, book) for code in (finding.lowest_without, finding.highest_without)]
    return (
        f" Leaving out one {book.roles.entity if book else 'entity'} at a time moves the estimate "
        "between "
        f"{signed(finding.lowest)} (without {names[0]}) and {signed(finding.highest)} (without "
        f"{names[1]}), in the SDs of those that are left.{_destroyed(finding, book)}"
    )


def _destroyed(finding: Finding, book: Codebook | None) -> str:
    if not finding.p_without_entity:
        return ""
    name = entity_name(finding.p_without_entity, book)
    return f" The largest p that this brings about is {_p(finding.p_without)}, without {name}."


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
