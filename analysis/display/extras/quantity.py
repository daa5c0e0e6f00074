"""M50 looked at closer: both parts across the margin, and what any estimate could have shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.display.charts import within_margin
from analysis.display.extras.margins import margin_row, reach_at_zero
from analysis.display.numbers import publish

if TYPE_CHECKING:
    from analysis.display.chapters import Chapter
    from analysis.display.picture import Picture

__all__ = ["QuantityPage", "quantity_page"]


@dataclass(frozen=True)
class QuantityPage:
    """What the chapter shows beside the section of M50.

    Attributes
    ----------
    margins : Picture
        Loans and public patient funding across the margin, in every column.
    """

    margins: Picture


def quantity_page(chapter: Chapter) -> QuantityPage:
    """Draw M50 across the margin and publish its numbers under ``quantity_``.

    Parameters
    ----------
    chapter
        `display.chapter("quantity-or-structure")`.
    """
    loans, funding = chapter.m50.evidence.findings
    rows = {
        f"{words},\n{column.label.lower()}": margin_row(
            column.estimate, column.low, column.high, column.clusters
        )
        for words, finding in (("loans", loans), ("patient funding", funding))
        for column in finding.columns
    }
    table = pd.DataFrame(rows).T
    inside = (table["low90"] > -loans.plausible) & (table["high90"] < loans.plausible)
    columns = [column.effects for column in (*loans.columns, *funding.columns)]
    of = ["loans"] * len(loans.columns) + ["funding"] * len(funding.columns)
    depth = 100 * chapter.m50.panel[loans.term].dropna()
    publish(
        {
            "margin": loans.plausible,
            "reach": reach_at_zero(loans.estimate, loans.smallest_margin),
            "loans_median": float(depth.median()),
            "loans_above_output": 100 * float((depth > 100).mean()),
            **{
                f"{part}_{column}": "inside" if within else "not inside"
                for part, column, within in zip(of, columns, inside, strict=True)
            },
        },
        prefix="quantity",
    )
    return QuantityPage(
        within_margin(
            table, loans.plausible, f"within-SDs of {loans.outcome_label.lower()}\nper within-SD"
        )
    )
