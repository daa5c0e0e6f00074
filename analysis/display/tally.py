"""What the verdicts come to together: counts, the smallest q, and what could have been seen."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import stdtr, stdtrit

from analysis.claims import Finding, Record, Rules
from analysis.claims.finding import sign_of
from analysis.claims.vocabulary import VERDICTS

__all__ = ["counted", "tally"]

_DIRECTION = {"+": 1.0, "-": -1.0}

_SAID = {
    "supported": "{n} {is} supported by the figures",
    "suggestive": "{n} {is} suggestive",
    "mixed": "for {n} data sets disagree",
    "no sizeable effect": "for {n} an effect of plausible size is excluded",
    "contradicted": "{n} {is} contradicted",
    "inconclusive": "{n} {stay} open",
    "cannot be tested here": "{n} cannot be tested here",
    "cannot be asked here": "{n} cannot be asked here",
    "descriptive": "{n} {is} only described",
    "needs user data": "{n} {wait} for figures",
    "normative": "{n} {is} a norm",
}
"""What a count of a word says, in the order in which a reader wants to know."""


def counted(words: Sequence[str]) -> str:
    """Say in a sentence how many claims have which word; that none is supported is said too.

    Examples
    --------
    >>> counted(["inconclusive", "mixed", "inconclusive"])
    'Of 3 claims none is supported by the figures: for 1 data sets disagree and 2 stay open.'
    >>> counted(["supported"])
    'The claim is supported by the figures.'
    """
    if len(words) == 1:
        text = _SAID[words[0]].format(n="the claim", **_VERBS[True])
        return f"{text[0].upper()}{text[1:]}."
    counts = {word: words.count(word) for word in _SAID}
    said = [_SAID[w].format(n=n, **_VERBS[n == 1]) for w, n in counts.items() if n]
    first = "" if counts["supported"] else "none is supported by the figures: "
    return f"Of {len(words)} claims {first}{_listed(said)}."


_VERBS = {
    True: {"is": "is", "stay": "stays", "wait": "waits"},
    False: {"is": "are", "stay": "stay", "wait": "wait"},
}


def tally(results: Sequence[Record], rules: Rules) -> dict[str, object]:
    """Count verdicts, small p-values, signs, and effects too small to be seen.

    Parameters
    ----------
    results, rules
        Records of a study and its rules.

    Returns
    -------
    dict
        Plain numbers and words, by the names under which the page publishes them.
    """
    tested = [result for result in results if result.evidence.findings]
    found = [finding for result in tested for finding in result.evidence.findings]
    return {
        "claims": len(results),
        "tested": len(tested),
        "parts": len(found),
        "level": rules.level,
        "plausible": rules.plausible,
        **_words(results),
        **_adjusted(tested, rules.level),
        **_power([f for f in found if f.unit == "within-SDs"], rules),
        **_signs(found),
        **_doubts(tested),
    }


def _words(results: Sequence[Record]) -> dict[str, object]:
    out: dict[str, object] = {}
    for word in VERDICTS:
        name = word.replace(" ", "_")
        claims = [r.evidence.claim.id for r in results if r.verdict.word == word]
        out |= {name: len(claims), f"{name}_list": _listed(claims)}
    proxies = sum(r.evidence.claim.status == "proxy" for r in results if r.evidence.findings)
    return out | {"tested_by_proxy": proxies}


def _listed(claims: Sequence[str]) -> str:
    """Write ids as a sentence does: "none", "M21", "M21 and M28", "M15, M30 and M33"."""
    if len(claims) < 2:
        return claims[0] if claims else "none"
    return f"{', '.join(claims[:-1])} and {claims[-1]}"


def _adjusted(tested: Sequence[Record], level: float) -> dict[str, object]:
    """Small p-values before and after allowing for how many claims were tested."""
    q = {r.evidence.claim.id: r.q for r in tested}
    first = min(q, key=q.get)
    p = [max(f.p for f in r.evidence.findings) for r in tested]
    family = [max(f.p_family for f in r.evidence.findings) for r in tested]
    return {
        "smallest_q": q[first],
        "smallest_q_claim": first,
        "q_below_level": sum(value < level for value in q.values()),
        "p_below_level": sum(value < level for value in p),
        "p_expected": level * len(p),
        "family_below_level": sum(value < level for value in family),
    }


def _power(found: Sequence[Finding], rules: Rules) -> dict[str, object]:
    """Count what could have been seen, and the power at the plausible size."""
    size = rules.plausible
    known = [f for f in found if math.isfinite(f.mde)]
    values = np.array([f.mde for f in known])
    signed = [f for f in found if f.sign in _DIRECTION]
    power = np.array([_power_at(f, rules) for f in signed])
    small = [sign_of(f.tested) == f.sign for f in signed if f.p < rules.level]
    return {
        "mde_parts": len(known),
        "mde_above": int((values > size).sum()),
        "mde_within": int((values <= size).sum()),
        "mde_median": float(np.median(values)),
        "mde_smallest": float(values.min()),
        "mde_largest": float(values.max()),
        "below_mde": sum(abs(f.tested) < f.mde for f in known),
        "power_median": float(np.median(power)),
        "expected_if_true": float(power.sum()),
        "expected_if_false": rules.level / 2 * len(signed),
        "found_for": small.count(True),
        "found_against": small.count(False),
    }


def _power_at(finding: Finding, rules: Rules) -> float:
    """Chance that a plausible effect is found with its sign, by the CR3 error and t(G−1)."""
    first = finding.columns[0]
    dof = first.clusters - 1
    critical = float(stdtrit(dof, 1 - rules.level / 2))
    se = (first.high - first.low) / 2 / critical
    return float(stdtr(dof, rules.plausible / se - critical))


def _signs(found: Sequence[Finding]) -> dict[str, object]:
    signed = [f for f in found if f.sign in _DIRECTION]
    three = [f for f in found if f.column("entity_trends") is not None]
    smaller = [f for f in three if abs(f.column("entity_trends").estimate) < abs(f.estimate)]
    return {
        "signed": len(signed),
        "sign_as_predicted": sum(f.signs[0] == f.sign for f in signed),
        "with_trends": len(three),
        "smaller_with_trends": len(smaller),
        "one_sign": sum(len(set(f.signs)) == 1 for f in three),
        "excludes_zero": sum(f.columns[0].low > 0 or f.columns[0].high < 0 for f in found),
    }


def _doubts(tested: Sequence[Record]) -> dict[str, object]:
    """Count how often a lead, a control or one entity speaks against the reading of a slope."""
    checks = [check for r in tested for check in r.evidence.checks]
    found = [f for r in tested for f in r.evidence.findings]
    effective = [f.effective_clusters for f in found if np.isfinite(f.effective_clusters)]
    out: dict[str, object] = {}
    for name in ("lead", "control", "weights"):
        passed = [c.passed for c in checks if c.name == name and c.passed is not None]
        out |= {f"{name}_asked": len(passed), f"{name}_failed": passed.count(False)}
    return out | {
        "one_out_turns": sum(f.lowest < 0 < f.highest for f in found),
        "effective_median": float(np.median(effective)),
        "clusters_largest": max(f.columns[0].clusters for f in found),
    }
