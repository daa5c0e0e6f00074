"""The questions put to a claim besides its leading test, as tables for its section."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.claims.further import further_questions
from analysis.claims.robustness import curve_table
from analysis.display.charts import specification_curve
from analysis.display.html import Html, folded, table
from analysis.display.words import signed
from analysis.inference import html_table
from analysis.models import EFFECTS

if TYPE_CHECKING:
    from analysis.claims import Evidence, Reading
    from analysis.data import Panel
    from analysis.display.picture import Picture

__all__ = ["also_table", "checks_table", "curve", "further", "ingredients_table", "tables"]

PASSED = {True: "yes", False: "no", None: "–"}


def tables(evidence: Evidence, panel: Panel) -> Html:
    """Fold columns of every part, secondary readings, checks and further questions together."""
    details = evidence.details
    blocks = [html_table(reading.estimates.columns, scaled=True) for reading in details.readings]
    pieces = [checks_table(evidence)]
    if details.readings:
        pieces += [also_table(evidence, panel), ingredients_table(evidence), further(evidence)]
    blocks += [piece.text for piece in pieces if piece]
    if not blocks:
        return Html("")
    return folded("Tables: columns, checks, secondary readings, further questions", *blocks)


def further(evidence: Evidence) -> Html:
    """Put the questions of the protocol that decide no verdict to the primary regression."""
    reading = evidence.details.readings[0]
    asked = further_questions(reading.regression, reading.estimates.columns[0])
    rows = [{"Question": one.asks, "Answer": one.found} for one in asked]
    return table(
        pd.DataFrame(rows),
        f"Further questions to {evidence.claim.id} under two-way effects; they decide no verdict",
    )


def checks_table(evidence: Evidence) -> Html | None:
    """List what was asked besides the leading test, with the answers."""
    if not evidence.checks:
        return None
    several = len(evidence.findings) > 1
    rows = [
        {
            "Question": f"{c.asks} (part {c.part + 1})" if several else c.asks,
            "Answer": c.found,
            "Passed": PASSED[c.passed],
        }
        for c in evidence.checks
    ]
    return table(
        pd.DataFrame(rows),
        f"Checks of {evidence.claim.id}; a dash means that the question could not be put",
    )


def also_table(evidence: Evidence, panel: Panel) -> Html | None:
    """Show the focal term of every secondary reading; None if none was declared."""
    if not evidence.details.also:
        return None
    rows = []
    for reading in evidence.details.also:
        replaced = reading.outcome if "outcome" in reading.name else reading.name.split()[-1]
        cells = {label: _cell(reading, name) for name, label in _heads(reading)}
        rows.append({"Instead": panel.describe(replaced).label_en, **cells})
    return table(
        pd.DataFrame(rows),
        f"Secondary readings declared with {evidence.claim.id}, each with another outcome or "
        "regressor: effect in within-SDs, [95% CR3 interval], smallest detectable effect",
        style="estimates",
    )


def _heads(reading: Reading) -> list[tuple[str, str]]:
    return [(name, EFFECTS[name].label) for name in reading.estimates.names]


def _cell(reading: Reading, name: str) -> Html:
    line = reading.lines[name]
    value, low, high = (
        signed(v * line.scale) for v in (line.estimate, line.low_cr3, line.high_cr3)
    )
    return Html(f"{value}<br><small>[{low}, {high}]<br>{line.mde * line.scale:.2f}</small>")


def ingredients_table(evidence: Evidence) -> Html | None:
    """Show the two-way slope of every single ingredient behind the indices of a claim."""
    shown = [t for t in evidence.details.ingredients if not t.empty]
    if not shown:
        return None
    both = pd.concat(shown, ignore_index=True).drop_duplicates(["side", "name", "estimate"])
    rows = pd.DataFrame(
        {
            "Ingredient": both["label"],
            "Stands for": both["side"],
            "Effect": [
                Html(f"{signed(r.estimate)}<br><small>[{signed(r.low)}, {signed(r.high)}]</small>")
                for r in both.itertuples()
            ],
            "Rows": both["n"],
        }
    )
    return table(
        rows,
        f"{evidence.claim.id}, one ingredient at a time in place of its index: two-way effect in "
        "within-SDs, [95% CR3 interval]; exploratory",
        style="estimates",
    )


def curve(evidence: Evidence, part: int = 0) -> tuple[Picture, dict[str, object]]:
    """Draw the estimate under many specifications, and return the numbers of the curve.

    Exploratory: none but the primary specification was declared.
    """
    found = curve_table(evidence.details.readings[part].regression)
    finding = evidence.findings[part]
    same = np.sign(found["estimate"]) == np.sign(finding.estimate)
    predicted = {"+": 1.0, "-": -1.0}.get(finding.sign, np.sign(finding.estimate))
    as_predicted = np.sign(found["estimate"]) == predicted
    numbers = {
        "specifications": len(found),
        "same_sign": float(same.mean()),
        "as_predicted": float((as_predicted & (found["p"] < 0.05)).mean()),
        "median": float(found["estimate"].median()),
    }
    return specification_curve(found, finding.estimate), numbers
