"""How a slope changes along a moderator: in thirds, as numbers, and seen from either side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.display import designs
from analysis.display.charts import marginal_effect
from analysis.display.html import Html, table
from analysis.display.numbers import publish
from analysis.display.words import signed
from analysis.errors import SpecificationError
from analysis.inference.marginal import marginal_effects
from analysis.studies.patient_capital import declared

if TYPE_CHECKING:
    from analysis.display.picture import Picture
    from analysis.display.sections import Section
    from analysis.inference.marginal import MarginalEffects

__all__ = ["Slopes", "slopes"]

THIRDS = ("lowest", "middle", "highest")


@dataclass(frozen=True)
class Slopes:
    """The slope of one factor of a product along the other.

    Attributes
    ----------
    picture : Picture
        What the product implies and what thirds of the sample show freely.
    table : Html
        The thirds in numbers.
    """

    picture: Picture
    table: Html


def slopes(made: Section, of: str, by: str) -> Slopes:
    """Lay out the slope of `of` along `by` and publish it under ``<id>_<of>_``.

    Parameters
    ----------
    made
        Section of a claim whose focal term is the product of the two.
    of, by
        Regressor whose slope is wanted, and moderator.

    Raises
    ------
    SpecificationError
        The focal term is another one.
    """
    reading = made.evidence.details.readings[0]
    if {of, by} != set(reading.focal.split(":")):
        raise SpecificationError(
            f"{made.claim.id} is about {reading.focal}, not about {of} along {by}: name its two "
            "factors."
        )
    panel = reading.regression.panel
    found = marginal_effects(reading.estimates["two_way"], panel, of, by)
    publish({of: _numbers(found)}, made.claim.id.lower())
    what, along = panel.describe(of), panel.describe(by)
    picture = marginal_effect(
        found.curve, found.support, f"{along.label_en} ({along.label_zh})",
        f"effect of {what.label_en[:1].lower()}{what.label_en[1:]},\nwithin-SDs of the outcome",
        found.bins,
    )  # fmt: skip
    return Slopes(picture, _table(made, found, what.label_en, along.label_en))


def _numbers(found: MarginalEffects) -> dict[str, object]:
    numbers: dict[str, object] = dict(designs.marginal_numbers(found))
    for third, row in zip(THIRDS, found.bins.itertuples(), strict=True):
        numbers[third] = {
            "std": row.effect, "low": row.low, "high": row.high,
            "zero": "excludes zero" if row.low > 0 or row.high < 0 else "includes zero",
        }  # fmt: skip
    return numbers


def _table(made: Section, found: MarginalEffects, of: str, by: str) -> Html:
    rows = [
        {
            "Third": third,
            f"{by}, median": _shown(found.by, row.at),
            f"Slope of {of[:1].lower()}{of[1:]}": Html(
                f"{signed(row.effect)}<br><small>[{signed(row.low)}, {signed(row.high)}]</small>"
            ),
        }
        for third, row in zip(THIRDS, found.bins.itertuples(), strict=True)
    ]
    return table(
        pd.DataFrame(rows),
        f"{made.claim.id}: slope within thirds of the moderator, in within-SDs of the outcome, "
        "[95% CR3 interval]",
        style="estimates",
    )


def _shown(name: str, value: float) -> str:
    """Write a value of a measure in the unit in which it is shown."""
    measure = declared().measures.get(name)
    if measure is None:
        return f"{value:.2f}"
    words = measure.unit.shown
    text = f"{value * measure.unit.multiply:.2f}"
    return f"{text}%" if words == "%" else text if words == "ratio" else f"{text} {words}"
