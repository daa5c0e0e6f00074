"""From evidence to one word: a pure function of `Evidence` and of the rules of a study."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.claims.evidence import Evidence
from analysis.claims.finding import Check, Finding, sign_of
from analysis.claims.rules import Rules

__all__ = ["Verdict", "verdict"]

_STEPS = ("inconclusive", "suggestive", "supported")
_OPPOSITE = {"+": "-", "-": "+"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The word for a claim and how it came about.

    Parameters
    ----------
    word : str
        One of `analysis.claims.vocabulary.VERDICTS`.
    reason : str
        Why, in one or two sentences.
    parts : tuple of str
        The word of every part.
    failed : tuple of str
        Names of the conditions of "supported" that failed, over all parts.
    """

    word: str
    reason: str
    parts: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


def verdict(evidence: Evidence, by: Rules) -> Verdict:
    """Judge a claim.

    Parameters
    ----------
    evidence : Evidence
        Plain numbers.
    by : Rules
        Of the study.

    Returns
    -------
    Verdict
    """
    claim = evidence.claim
    if claim.status == "needs user data":
        return Verdict("needs user data", f"No figure here can speak to it. Wanted: {claim.needs}")
    if claim.status == "normative":
        return Verdict("normative", by.words["normative"])
    if evidence.cannot:
        return Verdict("cannot be asked here", evidence.cannot)
    if not evidence.findings:
        return Verdict("descriptive", evidence.describes or by.words["descriptive"])
    judged = [
        _judge(finding, evidence.checks_of(i), by) for i, finding in enumerate(evidence.findings)
    ]
    words = tuple(one.word for one in judged)
    failed = tuple(dict.fromkeys(name for one in judged for name in one.failed))
    if len(judged) == 1:
        return Verdict(words[0], judged[0].reason, words, failed)
    word = "contradicted" if "contradicted" in words else min(words, key=_STEPS.index)
    reason = " ".join(
        f"{finding.term_label}: {one.word}. {one.reason}"
        for finding, one in zip(evidence.findings, judged, strict=True)
    )
    return Verdict(word, reason, words, failed)


def _judge(finding: Finding, checks: tuple[Check, ...], by: Rules) -> Verdict:
    if finding.sign == "0":
        return _judge_zero(finding, checks, by)
    if finding.sign not in _OPPOSITE:
        return Verdict("descriptive", "The paper leaves the sign open.")
    found = sign_of(finding.tested)
    failed = _failed(finding, checks, by, found)
    step = _step(finding.p, failed, checks, by)
    if found == finding.sign and step:
        return Verdict(_STEPS[step], _because(finding, failed), failed=failed)
    if found == _OPPOSITE[finding.sign] and step == 2:
        reason = f"The opposite sign passes every check. {_because(finding, failed)}"
        return Verdict("contradicted", reason)
    if _too_small(finding):
        return Verdict(
            "contradicted",
            f"An effect of {finding.plausible:.2f} {finding.unit} could have been seen, and the "
            "interval excludes every such effect in the predicted direction.",
        )
    return Verdict("inconclusive", _open(finding, failed, by), failed=failed)


def _failed(finding: Finding, checks: tuple[Check, ...], by: Rules, sign: str) -> tuple[str, ...]:
    """Name the conditions of "supported" that fail for an effect of this sign."""
    same = len(finding.columns) == 3 and set(finding.signs) == {sign}
    ends = (finding.lowest, finding.highest)
    stays = all(end > 0 for end in ends) if sign == "+" else all(end < 0 for end in ends)
    conditions = {
        "adjusted p": finding.p_family < by.level,
        "all columns": same,
        "leave one out": stays,
        **{check.name: check.passed is not False for check in checks},
    }
    return tuple(name for name, holds in conditions.items() if not holds)


def _step(p: float, failed: tuple[str, ...], checks: tuple[Check, ...], by: Rules) -> int:
    """0, 1 or 2 on the ladder from inconclusive to supported."""
    if not p < by.level:
        return 0
    downs = any(check.steps_down and check.passed is False for check in checks)
    stands = set(failed) - {check.name for check in checks if check.steps_down}
    return (1 if stands else 2) - downs


def _too_small(finding: Finding) -> bool:
    """Whether a plausible effect could have been seen and is excluded as predicted."""
    column, size = finding.columns[0], finding.plausible
    excluded = column.high < size if finding.sign == "+" else column.low > -size
    return column.mde <= size and excluded


def _judge_zero(finding: Finding, checks: tuple[Check, ...], by: Rules) -> Verdict:
    column, margin = finding.columns[0], finding.plausible
    if column.low > margin or column.high < -margin:
        reason = f"The interval lies wholly outside ±{margin:.2f} {finding.unit}."
        return Verdict("contradicted", reason)
    conditions = {
        "adjusted p": finding.p_family < by.level,
        "all columns": len(finding.columns) == 3
        and all(-margin < c.low and c.high < margin for c in finding.columns),
        "leave one out": -margin < finding.lowest and finding.highest < margin,
        **{check.name: check.passed is not False for check in checks if not check.steps_down},
    }
    failed = tuple(name for name, holds in conditions.items() if not holds)
    if finding.p < by.level:
        word = "suggestive" if failed else "supported"
        return Verdict(word, f"Effects beyond ±{margin:.2f} {finding.unit} are excluded"
                       f" (p = {finding.p:.3f}){_but(failed)}.", failed=failed)  # fmt: skip
    return Verdict(
        "inconclusive",
        f"Equivalence to zero within ±{margin:.2f} {finding.unit} is not shown (p = "
        f"{finding.p:.2f}); the smallest margin that would pass is {finding.smallest_margin:.2f}.",
        failed=failed,
    )


def _because(finding: Finding, failed: tuple[str, ...]) -> str:
    adjusted = f", {finding.p_family:.3f} adjusted" if finding.p_family == finding.p_family else ""
    return f"Leading p = {finding.p:.3f}{adjusted}{_but(failed)}."


def _but(failed: tuple[str, ...]) -> str:
    return f"; not met: {', '.join(failed)}" if failed else "; every condition is met"


def _open(finding: Finding, failed: tuple[str, ...], by: Rules) -> str:
    column, size = finding.columns[0], finding.plausible
    if finding.p < by.level:
        against = "for" if sign_of(finding.tested) == finding.sign else "against"
        text = f"The leading test speaks {against} the claim (p = {finding.p:.3f}), but not met: "
        return text + f"{', '.join(failed)}."
    text = f"Zero is not excluded (p = {finding.p:.2f}), "
    if column.mde > size:
        return text + (
            f"and the smallest detectable effect, {column.mde:.2f} {finding.unit}, is larger than "
            f"a plausible one ({size:.2f})."
        )
    return text + f"and neither is a plausible effect of {size:.2f} {finding.unit}."
