"""A response by horizon in numbers, in the unit of its picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.display.html import Html, table
from analysis.display.numbers import publish
from analysis.display.words import signed

if TYPE_CHECKING:
    from analysis.display.sections import Section

__all__ = ["horizons"]


def horizons(made: Section) -> Html:
    """Show each response, and publish it as ``<id>_after<h>_`` and the contrast as ``<id>_gap_``.

    The unit is that of the picture: within-SDs of the outcome at horizon zero. The claim's own
    finding counts in within-SDs of late less early, which is spread more widely.

    Parameters
    ----------
    made
        Section of a claim whose design is local-projection.
    """
    found = made.evidence.details.own[0].results["responses"]
    lines = found.responses
    unit = lines[0].scale
    rows, numbers = [], {}
    for h, line in zip(found.horizons, lines, strict=True):
        row = [v * unit for v in (line.estimate, line.low_cr3, line.high_cr3, line.mde)]
        numbers[f"after{h}"] = _numbers(*row)
        rows.append((f"{h}", *row))
    gap = found.contrast
    row = [v * unit for v in (gap.estimate, gap.low_cr3, gap.high_cr3)]
    numbers["gap"] = _numbers(*row, float("nan")) | {
        name: sum(line.estimate * unit for h, line in zip(found.horizons, lines, strict=True)
                  if h in group) / len(group)
        for name, group in (("early", found.early), ("late", found.late))
    }  # fmt: skip
    rows.append(("late less early, means", *row, float("nan")))
    publish(numbers, made.claim.id.lower())
    return table(
        pd.DataFrame(
            {
                "Years after": [r[0] for r in rows],
                "Response": [
                    Html(f"{signed(r[1])}<br><small>[{signed(r[2])}, {signed(r[3])}]</small>")
                    for r in rows
                ],
                "Smallest detectable": [signed(r[4]).lstrip("+") for r in rows],
            }
        ),
        f"{made.claim.id} by horizon: within-SDs of {found.outcome_label[:1].lower()}"
        f"{found.outcome_label[1:]}, [95% CR3 interval], {found.columns[0].n} rows at "
        "every horizon",
        style="estimates",
    )


def _numbers(value: float, low: float, high: float, mde: float) -> dict[str, object]:
    zero = "excludes zero" if low > 0 or high < 0 else "includes zero"
    numbers: dict[str, object] = {"std": value, "low": low, "high": high, "zero": zero}
    return numbers if mde != mde else {**numbers, "mde": mde}
