"""How a slope changes along a moderator: in thirds, as numbers, and seen from either side."""

from __future__ import annotations

from analysis.claims.evaluated import Evaluated
from analysis.claims.grids import slope_cell
from analysis.claims.numbers import flatten, slope_numbers, span
from analysis.claims.pictures import marginal_picture
from analysis.claims.record import Page
from analysis.errors import SpecificationError
from analysis.inference.cells import Grid
from analysis.inference.marginal import MarginalEffects, marginal_effects
from analysis.measures import Measure

__all__ = ["slopes"]

THIRDS = ("lowest", "middle", "highest")


def slopes(made: Evaluated, of: str, by: str) -> Page:
    """Follow the slope of `of` along `by`; numbers are named ``<id>_<of>_...``.

    Parameters
    ----------
    made
        A claim whose focal term is the product of the two.
    of, by
        Regressor whose slope is wanted, and moderator.

    Returns
    -------
    Page
        The exhibit ``<id>_slopes`` and the grid ``<id>_thirds``.

    Raises
    ------
    SpecificationError
        The focal term is another one.
    """
    reading = made.readings[0]
    if {of, by} != set(reading.focal.split(":")):
        raise SpecificationError(
            f"{made.claim.id} is about {reading.focal}, not about {of} along {by}: name its two "
            "factors."
        )
    panel = reading.regression.panel
    found = marginal_effects(reading.estimates["two_way"], panel, of, by)
    what, along = panel.describe(of).label_en, panel.describe(by).label_en
    name = made.claim.id.lower()
    picture = marginal_picture(found, panel, f"{what[:1].lower()}{what[1:]}")
    return Page(
        flatten({of: _numbers(found)}, name),
        {f"{name}_slopes": picture},
        {f"{name}_thirds": _thirds(made, found, what, along)},
    )


def _numbers(found: MarginalEffects) -> dict[str, object]:
    thirds = {
        third: span(row.effect, row.low, row.high)
        for third, row in zip(THIRDS, found.bins.itertuples(), strict=True)
    }
    return {**slope_numbers(found), **thirds}


def _thirds(made: Evaluated, found: MarginalEffects, of: str, by: str) -> Grid:
    measure = made.study.measures.measures.get(found.by)
    rows = [
        (third, _shown(measure, row.at), slope_cell(row.effect, row.low, row.high))
        for third, row in zip(THIRDS, found.bins.itertuples(), strict=True)
    ]
    return Grid.of(
        f"{made.claim.id}: slope within thirds of the moderator, in within-SDs of the outcome, "
        "[95% CR3 interval]",
        ("Third", f"{by}, median", f"Slope of {of[:1].lower()}{of[1:]}"),
        rows,
    )


def _shown(measure: Measure | None, value: float) -> str:
    """Write a value of a measure in the unit in which it is shown."""
    if measure is None:
        return f"{value:.2f}"
    words = measure.unit.shown
    text = f"{value * measure.unit.multiply:.2f}"
    return f"{text}%" if words == "%" else text if words == "ratio" else f"{text} {words}"
