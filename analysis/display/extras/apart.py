"""An index taken apart: the slope of a claim with one ingredient at a time in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.display.charts import interval_rows
from analysis.display.drawing import wrap_words
from analysis.display.numbers import publish
from analysis.display.theme import INK, SIDE_COLOURS
from analysis.errors import SpecificationError

if TYPE_CHECKING:
    from analysis.display.picture import Picture
    from analysis.display.sections import Section

__all__ = ["ingredients"]

LABEL = 1.9  # inches that the words of a row may take


def ingredients(made: Section) -> Picture:
    """Draw the slopes and publish them under ``<id>_with_``; exploratory.

    Parameters
    ----------
    made
        Section of a claim with an index on either side; its first part is shown.

    Raises
    ------
    SpecificationError
        No index stands in the claim.
    """
    found = made.evidence.details.ingredients[0]
    if found.empty:
        raise SpecificationError(
            f"{made.claim.id} has no index to take apart: show its columns instead."
        )
    publish({"with": {row.name: _numbers(row) for row in found.itertuples(index=False)}},
            made.claim.id.lower())  # fmt: skip
    first = made.evidence.findings[0].columns[0]
    rows = [{"label": "as declared", "estimate": first.estimate,
             "low": first.low, "high": first.high}]  # fmt: skip
    colours = {"as declared": INK}
    for row in found.itertuples(index=False):
        label = "\n".join(wrap_words(row.label, LABEL, 10.5))
        rows.append({"label": label, "estimate": row.estimate, "low": row.low, "high": row.high})
        colours[label] = SIDE_COLOURS[made.panel.describe(row.name).side]
    return interval_rows(
        pd.DataFrame(rows),
        "two-way effect in within-SDs, one ingredient in place of its index;\n"
        "bars: 95% CR3; exploratory",
        colours,
    )


def _numbers(row: tuple) -> dict[str, object]:
    return {
        "std": row.estimate, "low": row.low, "high": row.high,
        "zero": "excludes zero" if row.low > 0 or row.high < 0 else "includes zero",
    }  # fmt: skip
