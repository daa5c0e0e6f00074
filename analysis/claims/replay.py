"""Evidence and verdicts as they would be under other numbers of the rules; nothing is estimated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analysis.claims.evidence import Evidence
from analysis.claims.finding import Check, Finding
from analysis.claims.record import Record
from analysis.claims.rules import Rules
from analysis.claims.verdicts import verdict
from analysis.inference import tost
from analysis.inference.cells import reach

__all__ = ["judged_by", "replayed", "under"]

_BY = {"lead": "asked", "control": "asked", "ingredients": "ingredients", "weights": "reweighted"}
"""Checks that pass where what they measured is at least a number of the rules."""


def under(by: Rules, **numbers: float) -> Rules:
    """Return rules with some of their numbers replaced.

    Parameters
    ----------
    by : Rules
        Of a study.
    **numbers : float
        By name, as in `Numbers`.

    Examples
    --------
    >>> from analysis.claims import read_study
    >>> under(read_study("patient_capital").rules, plausible=0.1).plausible
    0.1
    """
    return replace(by, numbers=replace(by.numbers, **numbers))


def replayed(evidence: Evidence, by: Rules) -> Evidence:
    """Judge anew, by other rules, what was judged by rules while evidence was gathered.

    That is the plausible effect with the two one-sided tests for it, and the checks that ask
    whether a p-value or a share reaches a number: lead, control, ingredients, weights. Estimates
    stay, and so do intervals, which are of 95% whatever the level, and the checks of a design,
    which keep what they said at the level under which the evidence was gathered.

    Parameters
    ----------
    evidence : Evidence
        As gathered.
    by : Rules
        With numbers of their own.

    Returns
    -------
    Evidence
        What gathering it under these rules would have given.
    """
    return replace(
        evidence,
        findings=tuple(_sized(finding, by) for finding in evidence.findings),
        checks=tuple(_asked(check, by) for check in evidence.checks),
    )


def judged_by(records: Sequence[Record], by: Rules) -> tuple[Record, ...]:
    """Return records with the verdicts that other rules give."""
    made = []
    for record in records:
        evidence = replayed(record.evidence, by)
        made.append(replace(record, evidence=evidence, verdict=verdict(evidence, by)))
    return tuple(made)


def _sized(finding: Finding, by: Rules) -> Finding:
    size = by.plausible_lag if finding.unit == "years" else by.plausible
    if size == finding.plausible:
        return finding
    first = finding.columns[0]
    se = (first.high - first.low) / 2 / reach(first.clusters - 1)
    p_zero = max(tost(first.estimate, se, first.clusters - 1, size)[:2])
    equal = finding.test == "two one-sided tests"
    return replace(finding, plausible=size, p_zero=p_zero, p=p_zero if equal else finding.p)


def _asked(check: Check, by: Rules) -> Check:
    measured = check.share if check.p is None else check.p
    if check.name not in _BY or check.passed is None or measured is None:
        return check
    return replace(check, passed=measured >= getattr(by, _BY[check.name]))
