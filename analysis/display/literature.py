"""What published studies found beside ours, as a table for the section of a claim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape

import pandas as pd

from analysis.claims.literature import AGAINST, PublishedResult
from analysis.display.html import Html, folded, table

NOT_READ = "not read"

VERBS = {"+": ("agrees", "agree"), "-": ("disagrees", "disagree")}
"""Singular and plural for the caption; the other signs need no verb of their own."""


def literature_table(claim_id: str, results: Sequence[PublishedResult]) -> Html | None:
    """Show the published results that speak to a claim, or None when there is none.

    Parameters
    ----------
    claim_id
        Id of the claim.
    results
        What published studies found, from `Study.literature`.

    Returns
    -------
    Html or None
        One row per result, those that agree first, folded under a line that counts them. No
        coefficient is shown: those of indices depend on their units.
    """
    studies = sorted(results, key=lambda study: list(AGAINST).index(study.sign))
    if not studies:
        return None
    frame = pd.DataFrame(
        {
            "Study": [study.label for study in studies],
            "Where and when": [_where(study) for study in studies],
            "Found": [study.finding for study in studies],
            "Does it agree?": [study.against for study in studies],
            "Read": [_read(study) for study in studies],
        },
        dtype=object,
    )
    caption = _caption(claim_id, studies)
    return folded(caption, table(frame, caption, style="book").text)


def _caption(claim_id: str, studies: Sequence[PublishedResult]) -> str:
    counts = Counter(study.sign for study in studies)
    parts = []
    for sign in AGAINST:
        if n := counts[sign]:
            one, many = VERBS.get(sign, ("is " + AGAINST[sign], "are " + AGAINST[sign]))
            parts.append(f"{n} {one if n == 1 else many}")
    results = "result" if len(studies) == 1 else "results"
    return (
        f"{claim_id} in published studies: of {len(studies)} {results}, {', '.join(parts)}. "
        "None uses our measures."
    )


def _where(study: PublishedResult) -> Html:
    when = "" if study.years == NOT_READ else f", {study.years}"
    how = [part for part in (study.unit, study.method) if part != NOT_READ]
    small = f"<br><small>{escape('; '.join(how))}</small>" if how else ""
    return Html(escape(study.place[0].upper() + study.place[1:] + when) + small)


def _read(study: PublishedResult) -> Html:
    note = f"<br><small>{escape(study.note)}</small>" if study.note else ""
    return Html(escape(study.read) + note)
