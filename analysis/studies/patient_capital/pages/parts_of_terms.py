"""What a term of two moving series is made of, as numbers for prose."""

from __future__ import annotations

from analysis.claims import Evaluated, Page
from analysis.claims.numbers import flatten, span


def parts_of_term(made: Evaluated) -> dict[str, object]:
    """Name the slope of the declared term and of its part at means and national paths."""
    found = {one.name: one for one in made.evidence.findings[0].decomposition}
    names = {"declared": "declared", "mean_path": "mean and path"}
    return {
        short: span(found[name].estimate, found[name].low, found[name].high)
        for short, name in names.items()
        if name in found
    }


def parts_of_terms(*claims: Evaluated) -> Page:
    """Publish the parts of each claim's term; numbers are named ``<id>_declared_...``."""
    return Page(flatten({made.claim.id.lower(): parts_of_term(made) for made in claims}))
