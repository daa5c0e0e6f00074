"""From evidence to one word: a pure function of `Evidence` and of the rules of a study."""

from __future__ import annotations

import math
from dataclasses import dataclass

from analysis.claims.evidence import Evidence
from analysis.claims.finding import Check, Column, Finding, sign_of
from analysis.claims.rules import Rules
from analysis.claims.vocabulary import VERDICTS
from analysis.inference.cells import signed

__all__ = ["Verdict", "conditions", "verdict"]

_STEPS = ("inconclusive", "suggestive", "supported")
_ORDER = VERDICTS[VERDICTS.index("contradicted") :: -1]
"""From what speaks most against a claim to what speaks most for it: parts get the first."""
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

    Examples
    --------
    >>> from analysis.claims import Evidence, read_study
    >>> study = read_study("patient_capital")
    >>> verdict(Evidence(next(c for c in study.ledger if not c.declared)), study.rules).word
    'needs user data'
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
    reason = " ".join(
        f"{finding.term_label}: {one.word}. {one.reason}"
        for finding, one in zip(evidence.findings, judged, strict=True)
    )
    return Verdict(min(words, key=_ORDER.index), reason, words, failed)


def _judge(finding: Finding, checks: tuple[Check, ...], by: Rules) -> Verdict:
    if finding.sign not in ("+", "-", "0"):
        return Verdict("descriptive", "The paper leaves the sign open.")
    if finding.effective_clusters < by.clusters and finding.test != "permutation":
        return Verdict(
            "cannot be tested here",
            f"The term moves in {finding.effective_clusters:.1f} effective clusters, fewer than "
            f"{by.clusters:g}: such a test does not reject, whatever is true.",
        )
    if finding.sign == "0":
        return _judge_zero(finding, checks, by)
    found = sign_of(finding.tested)
    failed = _failed(finding, checks, by, found)
    step = _step(finding.p, failed, checks, by)
    if found == finding.sign and step:
        return Verdict(_STEPS[step], _because(finding, failed), failed=failed)
    if found == _OPPOSITE[finding.sign] and step == 2:
        reason = f"The opposite sign passes every check. {_because(finding, failed)}"
        return Verdict("contradicted", reason)
    if _too_small(finding):
        end = finding.high if finding.sign == "+" else finding.low
        return Verdict(
            "no sizeable effect",
            f"The interval ends at {signed(end)} {finding.unit} and so excludes every effect of "
            f"{finding.plausible:.2f} or more as predicted.{_opposite(finding, by)}",
        )
    return Verdict("inconclusive", _open(finding, failed, by), failed=failed)


def conditions(
    finding: Finding, checks: tuple[Check, ...], by: Rules, sign: str
) -> dict[str, bool]:
    """Say for each condition of "supported" whether it holds for an effect of this sign.

    Parameters
    ----------
    finding, checks, by
        One part of a claim, the questions put to it, and the rules.
    sign : str
        "+" or "-".
    """
    first, within, trends = (
        finding.column(name) for name in ("two_way", "region_year", "entity_trends")
    )
    factor = 1 if sign == "+" else -1
    return {
        "leading p": finding.p <= by.supported,
        "jackknife": first is not None and _speaks(first, factor, by.supported),
        "regions by year": within is not None and _speaks(within, factor, by.supported),
        "entity trends": trends is not None and first is not None
        and factor * trends.estimate >= by.trends * abs(first.estimate),
        "one deletion": _undestroyed(finding, factor, by.deleted),
        **{check.name: check.passed is not False for check in checks},
    }  # fmt: skip


def _speaks(column: Column, factor: int, level: float) -> bool:
    return factor * column.estimate > 0 and column.p_cr3 <= level


def _undestroyed(finding: Finding, factor: int, most: float) -> bool:
    """Whether no single entity turns the sign or destroys the test; True where none is left out."""
    ends = (factor * finding.lowest, factor * finding.highest)
    turned = any(end <= 0 for end in ends if not math.isnan(end))
    return not turned and not finding.p_without > most


def _failed(finding: Finding, checks: tuple[Check, ...], by: Rules, sign: str) -> tuple[str, ...]:
    return tuple(name for name, holds in conditions(finding, checks, by, sign).items() if not holds)


def _step(p: float, failed: tuple[str, ...], checks: tuple[Check, ...], by: Rules) -> int:
    """0, 1 or 2 on the ladder from inconclusive to supported."""
    if not p < by.level:
        return 0
    stepping = {check.name for check in checks if check.steps_down}
    return (1 if set(failed) - stepping else 2) - bool(set(failed) & stepping)


def _too_small(finding: Finding) -> bool:
    """Whether the interval of the leading test excludes a plausible effect as predicted."""
    size = finding.plausible
    return finding.high < size if finding.sign == "+" else finding.low > -size


def _opposite(finding: Finding, by: Rules) -> str:
    """Say so where the leading test speaks for the other direction."""
    against = sign_of(finding.tested) == _OPPOSITE[finding.sign] and finding.p < by.level
    return f" The leading test speaks for the opposite (p = {finding.p:.3f})." if against else ""


def _judge_zero(finding: Finding, checks: tuple[Check, ...], by: Rules) -> Verdict:
    column, margin = finding.columns[0], finding.plausible
    if column.low > margin or column.high < -margin:
        return Verdict(
            "contradicted", f"The interval lies wholly outside ±{margin:.2f} {finding.unit}."
        )
    asked = {
        "leading p": finding.p <= by.supported,
        "all columns": len(finding.columns) == 3
        and all(-margin < c.low and c.high < margin for c in finding.columns),
        "one deletion": -margin < finding.lowest and finding.highest < margin,
        **{check.name: check.passed is not False for check in checks if not check.steps_down},
    }
    failed = tuple(name for name, holds in asked.items() if not holds)
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
    return f"Leading p = {finding.p:.3f}{_but(failed)}."


def _but(failed: tuple[str, ...]) -> str:
    return f"; not met: {', '.join(failed)}" if failed else "; every condition is met"


def _open(finding: Finding, failed: tuple[str, ...], by: Rules) -> str:
    size = finding.plausible
    if finding.p < by.level:
        against = "for" if sign_of(finding.tested) == finding.sign else "against"
        text = f"The leading test speaks {against} the claim (p = {finding.p:.3f}), but not met: "
        return text + f"{', '.join(failed)}."
    text = f"Zero is not excluded (p = {finding.p:.2f}), "
    if math.isnan(finding.mde):
        return text + "and what size of effect this test would find is not known."
    if finding.mde > size:
        return text + (
            f"and the smallest detectable effect, {finding.mde:.2f} {finding.unit}, is larger than "
            f"a plausible one ({size:.2f})."
        )
    return text + f"and neither is a plausible effect of {size:.2f} {finding.unit}."
