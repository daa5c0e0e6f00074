"""Computing one declared measure on a panel, with an account of every cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data import Panel
from analysis.errors import SpecificationError
from analysis.measures.declarations import Measure
from analysis.measures.transforms import COMBINATIONS, TRANSFORMS


@dataclass(frozen=True, slots=True)
class Cells:
    """Where the cells of a measure went; the counts add up to ``cells``.

    Attributes
    ----------
    cells
        Entity-years of the panel.
    observed
        Cells with a value.
    no_source
        A raw series is missing (or infinite).
    no_size
        The denominator is zero or less.
    outside
        The number is outside the domain of a logarithm.
    no_history
        Too few earlier years for a growth rate or a rolling window.
    """

    cells: int
    observed: int
    no_source: int
    no_size: int
    outside: int
    no_history: int

    def __str__(self) -> str:
        said = [
            (self.no_size, "because the denominator is zero or less"),
            (self.outside, "because the logarithm of the number does not exist"),
            (self.no_history, "for want of earlier years"),
        ]
        parts = [f"{count} {why}" for count, why in said if count]
        return f"Missing cells: {'; '.join(parts)}." if parts else ""


def lacking(measure: Measure, panel: Panel) -> tuple[str, ...]:
    """Return the raw series of a measure that the panel does not have."""
    return tuple(name for name in measure.sources if name not in panel.frame.columns)


def compute(measure: Measure, panel: Panel) -> tuple[pd.Series, Cells]:
    """Return a measure on the index of the panel, and the account of its cells."""
    if absent := lacking(measure, panel):
        raise SpecificationError(
            f"{measure.name} cannot be computed for {panel.name}, which lacks "
            f"{', '.join(absent)}: add the series or leave the measure out."
        )
    raw = panel.frame[list(measure.sources)]
    if np.isinf(raw.to_numpy(dtype=float)).any():
        raw = raw.mask(np.isinf(raw))
    top, minus, bottom = (
        raw[list(names)] for names in (measure.numerator, measure.minus, measure.denominator)
    )
    complete = raw.notna().to_numpy().all(axis=1)
    value = COMBINATIONS[measure.combine](top, minus, bottom)
    no_size = complete & value.isna().to_numpy()
    outside = np.zeros(len(value), dtype=bool)
    for step in measure.steps:
        transform = TRANSFORMS[step.name]
        if transform.domain:
            outside |= (value.notna() & ~transform.domain(value)).to_numpy()
        value = transform.apply(value, *((step.argument,) if transform.numbered else ()))
    return value.rename(measure.name), _account(value, complete, no_size, outside)


Flags = NDArray[np.bool_]


def _account(value: pd.Series, complete: Flags, no_size: Flags, outside: Flags) -> Cells:
    seen = value.notna().to_numpy()
    lost = complete & ~seen
    return Cells(
        cells=len(value),
        observed=int(seen.sum()),
        no_source=int((~complete & ~seen).sum()),
        no_size=int((lost & no_size).sum()),
        outside=int((lost & outside & ~no_size).sum()),
        no_history=int((lost & ~no_size & ~outside).sum()),
    )
