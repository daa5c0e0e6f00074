"""p-values adjusted for how many hypotheses a chapter, and the book, put to the same figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.inference import romano_wolf, wild_draws

if TYPE_CHECKING:
    from analysis.claims.evidence import Evidence, Finding

__all__ = ["DRAWS", "adjust_chapter", "discoveries"]

DRAWS = 9_999


def adjust_chapter(found: Sequence[Evidence], draws: int = DRAWS) -> tuple[Evidence, ...]:
    """Fill in `Finding.p_family` for the claims of one chapter.

    Parts led by the wild bootstrap are stepped down together (Romano and Wolf 2005) under one
    weight per cluster and draw. Parts led by another test have no such draws and get Bonferroni.
    To keep the chance of one false finding in the chapter at the level, each group is given its
    share of it: with H hypotheses, K of them bootstrapped, Romano-Wolf p times H/K, other p times
    H (a union bound).

    Parameters
    ----------
    found : sequence of Evidence
        Every claim of the chapter that was tested.
    draws : int
        Of the bootstrap.
    """
    places = [(i, j) for i, e in enumerate(found) for j in range(len(e.findings))]
    booted = [(i, j) for i, j in places if found[i].findings[j].test == "wild bootstrap"]
    adjusted: dict[tuple[int, int], float] = {}
    if booted:
        fits = [found[i].details.readings[j].estimates.columns[0] for i, j in booted]
        terms = [found[i].details.readings[j].focal for i, j in booted]
        family = wild_draws(fits, terms, draws=draws)
        stepped = romano_wolf(family.t, np.nan_to_num(family.draws.T, posinf=1e12, neginf=-1e12))
        factor = len(places) / len(booted)
        adjusted = {
            place: min(1.0, float(p) * factor) for place, p in zip(booted, stepped, strict=True)
        }
    for i, j in places:
        adjusted.setdefault((i, j), min(1.0, found[i].findings[j].p * len(places)))
    return tuple(
        replace(e, findings=tuple(_with(f, adjusted[i, j]) for j, f in enumerate(e.findings)))
        for i, e in enumerate(found)
    )


def _with(finding: Finding, p: float) -> Finding:
    return replace(finding, p_family=p)


def discoveries(found: Sequence[Evidence]) -> dict[str, float]:
    """Return q by claim: the false-discovery rate at which it would count (Benjamini-Hochberg).

    A claim enters with the largest leading p of its parts, since all of them have to hold.
    """
    from analysis.inference import false_discovery

    p = {e.claim.id: max(f.p for f in e.findings) for e in found if e.findings}
    if not p:
        return {}
    return dict(zip(p, map(float, false_discovery(list(p.values()))), strict=True))
