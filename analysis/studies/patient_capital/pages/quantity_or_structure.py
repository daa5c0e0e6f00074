"""M50 looked at closer: both parts across the margin, and what any estimate could have shown."""

from __future__ import annotations

import pandas as pd

from analysis.claims import Exhibit, Family, Page
from analysis.claims.explore.margins import margin_row, reach_at_zero
from analysis.claims.numbers import flatten


def explore(family: Family) -> Page:
    """Set both parts of M50 beside the margin of the rules."""
    loans, funding = family.m50.evidence.findings
    rows, within = {}, {}
    for words, finding in (("loans", loans), ("patient funding", funding)):
        for column in finding.columns:
            row = margin_row(column.estimate, column.low, column.high, column.clusters)
            inside = -loans.plausible < row["low90"] and row["high90"] < loans.plausible
            rows[f"{words},\n{column.label.lower()}"] = row
            within[f"{words.split()[-1]}_{column.effects}"] = "inside" if inside else "not inside"
    depth = 100 * family.m50.panel[loans.term].dropna()
    numbers = {
        "margin": loans.plausible,
        "reach": reach_at_zero(loans.estimate, loans.smallest_margin),
        "loans_median": float(depth.median()),
        "loans_above_output": 100 * float((depth > 100).mean()),
        **within,
    }
    xlabel = f"within-SDs of {loans.outcome_label.lower()}\nper within-SD"
    shown = {"rows": pd.DataFrame(rows).T, "margin": loans.plausible, "xlabel": xlabel}
    return Page(flatten(numbers, prefix="quantity"), {"margins": Exhibit("within_margin", shown)})
