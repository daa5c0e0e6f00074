"""p-values adjusted for how many hypotheses a chapter, and the book, put to the same figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analysis.claims.evaluated import Evaluated
from analysis.claims.evidence import Evidence
from analysis.inference import romano_wolf, wild_draws

__all__ = ["DRAWS", "adjust_family", "discoveries"]

DRAWS = 9_999


def adjust_family(found: Sequence[Evaluated], draws: int = DRAWS) -> tuple[Evaluated, ...]:
    """Fill in `Finding.p_family` for the claims of one family on one data set.

    Parts led by the wild bootstrap are stepped down together (Romano and Wolf 2005) under one
    weight per cluster and draw. Parts led by another test have no such draws and get Bonferroni.
    To keep the chance of one false finding in the chapter at the level, each group is given its
    share of it: with H hypotheses, K of them bootstrapped, Romano-Wolf p times H/K, other p times
    H (a union bound).

    Parameters
    ----------
    found : sequence of Evaluated
        Every claim of the family that was put to the data set.
    draws : int
        Of the bootstrap.
    """
    places = [(i, j) for i, e in enumerate(found) for j in range(len(e.evidence.findings))]
    booted = [(i, j) for i, j in places if found[i].evidence.findings[j].test == "wild bootstrap"]
    adjusted: dict[tuple[int, int], float] = {}
    if booted:
        fits = [found[i].judged[j].estimates.columns[0] for i, j in booted]
        terms = [found[i].judged[j].focal for i, j in booted]
        family = wild_draws(fits, terms, draws=draws)
        stepped = romano_wolf(family.t, np.nan_to_num(family.draws.T, posinf=1e12, neginf=-1e12))
        factor = len(places) / len(booted)
        adjusted = {
            place: min(1.0, float(p) * factor) for place, p in zip(booted, stepped, strict=True)
        }
    for i, j in places:
        adjusted.setdefault((i, j), min(1.0, found[i].evidence.findings[j].p * len(places)))
    return tuple(
        replace(e, evidence=_with(e.evidence, {j: p for (k, j), p in adjusted.items() if k == i}))
        for i, e in enumerate(found)
    )


def _with(evidence: Evidence, p: dict[int, float]) -> Evidence:
    findings = (replace(f, p_family=p[j]) for j, f in enumerate(evidence.findings))
    return replace(evidence, findings=tuple(findings))


def discoveries(found: Sequence[Evidence]) -> dict[tuple[str, str], float]:
    """Return q by claim and data set: the false-discovery rate at which it would count.

    Benjamini and Hochberg over everything that was tested. A claim enters with the largest leading
    p of its parts, since all of them have to hold.

    Parameters
    ----------
    found : sequence of Evidence
        Everything that was tested.

    Returns
    -------
    dict
        q by claim and data set.

    Examples
    --------
    >>> discoveries([])
    {}
    """
    from analysis.inference import false_discovery

    p = {(e.claim.id, e.dataset): max(f.p for f in e.findings) for e in found if e.findings}
    if not p:
        return {}
    return dict(zip(p, map(float, false_discovery(list(p.values()))), strict=True))
