"""The product of two moving series as the ledger declares it, beside what the verdict goes by."""

from __future__ import annotations

from analysis.claims import Evaluated, Page
from analysis.claims.numbers import flatten, span

__all__ = ["declared_products"]


def declared_products(*claims: Evaluated) -> Page:
    """Publish the slope of each claim's declared product; numbers are named ``<id>_declared_...``.

    Parameters
    ----------
    *claims
        Claims whose first part is judged by what moves inside entities.
    """
    numbers = {}
    for made in claims:
        slopes = {one.name: one for one in made.evidence.findings[0].decomposition}
        found = slopes["declared"]
        ends = span(found.estimate, found.low, found.high)
        numbers[made.claim.id.lower()] = {"declared": ends}
    return Page(flatten(numbers))
