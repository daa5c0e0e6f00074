"""What the chapter on patience shows besides its claims: slopes in thirds, one entity left out."""

from __future__ import annotations

from analysis.claims import Family, Page
from analysis.claims.explore.moderation import slopes
from analysis.claims.explore.omission import without
from analysis.studies.patient_capital.pages.parts_of_terms import parts_of_terms


def explore(page: Family) -> Page:
    """Follow slopes along the cycle (M03, M04) and finance (M06), and leave Tibet out of M07."""
    return (
        slopes(page.m03, "growth", "sci")
        | slopes(page.m04, "growth", "loan")
        | slopes(page.m06, "ifin", "pcp")
        | without(page.m07, "CN-XZ")
        | parts_of_terms(page.m03, page.m04, page.m06)
    )
