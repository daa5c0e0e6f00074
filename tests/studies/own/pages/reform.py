"""What the chapter of the invented study explores besides its claims."""

from __future__ import annotations

from analysis.claims.numbers import flatten
from analysis.claims.record import Page
from analysis.claims.study_results import Family
from analysis.inference.cells import Grid


def explore(family: Family) -> Page:
    """Count the firms."""
    firms = len(family.x1.panel.entities)
    grid = Grid("Firms", ("What", "How many"), (("firms", str(firms)),))
    return Page(flatten({"firms": firms}, prefix="reform"), grids={"count": grid})
