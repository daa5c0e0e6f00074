"""What the figures say about a claim, in sentences made from its numbers."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from analysis.display.html import Html

if TYPE_CHECKING:
    from analysis.claims import Evidence, Finding, Verdict
    from analysis.data import Panel
    from analysis.inference.marginal import MarginalEffects

__all__ = ["entity_name", "finding_words", "short_label", "signed", "verdict_badge"]

SIGNS = {"+": "positive", "-": "negative", "0": "none worth the name", "±": "left open"}
LETTERS = {
    "Public patient funding": "PCP",
    "Industrial finance": "IF",
    "New quality productive forces": "NQP",
}
TESTS = {
    "wild bootstrap": "restricted wild cluster bootstrap",
    "permutation": "permutation of the treated",
    "threshold bootstrap": "bootstrap of Hansen's threshold test",
    "spatial model": "spatial Durbin model",
    "CR3": "CR3 error",
    "two one-sided tests": "two one-sided tests for no sizeable effect",
}


def short_label(label: str) -> str:
    """Write indices by their letters, for a crowded picture."""
    for long, letters in LETTERS.items():
        label = label.replace(long, letters)
    return label


def signed(value: float, digits: int = 2) -> str:
    """Write a number with its sign, a true minus and no negative zero.

    >>> signed(-0.0004)
    '0.00'
    """
    if not math.isfinite(value):
        return "–"
    text = f"{value:+.{digits}f}"
    if float(text) == 0:
        return text[1:]
    return text.replace("-", "−")


def verdict_badge(judged: Verdict) -> str:
    """Return the verdict as a badge; its colour repeats what the word says."""
    slug = judged.word.replace(" ", "-")
    return f'<span class="verdict verdict-{slug}">{escape(judged.word)}</span>'


def finding_words(
    evidence: Evidence,
    judged: Verdict,
    panel: Panel | None,
    slopes: MarginalEffects | None = None,
) -> Html:
    """Say what was found, how sure that is and what the verdict rests on.

    Parameters
    ----------
    evidence : Evidence
        Of one claim.
    judged : Verdict
        `verdict(evidence)`.
    panel : Panel or None
        Names entities; codes are shown without it.
    slopes : MarginalEffects or None
        For a product: how the slope of its first factor changes along the second.
    """
    several = len(evidence.findings) > 1
    paragraphs = [_part(f, several, panel) for f in evidence.findings]
    if slopes is not None and paragraphs:
        paragraphs[0] += escape(_ends(slopes, panel))
    if evidence.describes:
        paragraphs.append(escape(evidence.describes))
    paragraphs += [escape(note) for note in evidence.notes]
    reason = escape(judged.reason) if judged.reason != evidence.describes else ""
    paragraphs.append(f"{verdict_badge(judged)} {reason}".strip())
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return Html(f'<div class="finding" aria-label="What the figures say">{body}</div>')


def _part(finding: Finding, several: bool, panel: Panel | None) -> str:
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
    return escape(text + _leave_one_out(finding, panel) + _doubt(finding))


def _ends(slopes: MarginalEffects, panel: Panel) -> str:
    """Say what a product means: the slope at both ends of the moderator."""
    of, by = (panel.describe(name).label_en for name in (slopes.of, slopes.by))
    low, high = slopes.curve["effect"].iloc[[0, -1]]
    return (
        f" Over the middle 96 per cent of {by}, the slope of {of} goes from {signed(low)} to "
        f"{signed(high)}."
    )


def _with(label: str) -> str:
    return f"with {label.lower().replace('region × year', 'region-by-year effects')}"


def _interval(low: float, high: float) -> str:
    return f"{signed(low)} to {signed(high)}"


def _p(p: float) -> str:
    return "less than 0.001" if p < 0.001 else f"{p:.3f}"


def _leave_one_out(finding: Finding, panel: Panel | None) -> str:
    if not finding.lowest_without:
        return ""
    names = [entity_name(code, panel) for code in (finding.lowest_without, finding.highest_without)]
    return (
        f" Leaving out one {panel.roles.entity if panel else 'entity'} at a time moves it between "
        f"{signed(finding.lowest)} (without {names[0]}) and {signed(finding.highest)} (without "
        f"{names[1]})."
    )


def entity_name(code: str, panel: Panel | None) -> str:
    """Return the English name of an entity; its code where there is none."""
    if panel is None or code not in panel.entities.index:
        return code
    return str(panel.entities.loc[code, "label_en"])


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
