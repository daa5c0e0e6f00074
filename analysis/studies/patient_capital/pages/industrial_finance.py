"""What the chapter on industrial finance shows besides its claims."""

from __future__ import annotations

from analysis.claims import Family, Page
from analysis.claims.explore.feedback import loop
from analysis.claims.explore.omission import without


def explore(page: Family) -> Page:
    """Leave Hubei out of M10, and follow both arrows of the loop of M15."""
    return without(page.m10, "CN-HB") | loop(page.m15)
