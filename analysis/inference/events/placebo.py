"""Sham dates: an effect found before the event happened is no effect of the event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.events.assignments import assignments
from analysis.inference.events.cells import loadings, placebo_cells, weights
from analysis.inference.events.data import CONTROLS, event_data
from analysis.inference.events.permutation import permutation_p, summaries
from analysis.models import Sample
from analysis.models.treatment import EventDesign

if TYPE_CHECKING:
    from analysis.data import Panel

__all__ = ["Placebo", "placebo_dates"]


@dataclass(frozen=True, slots=True)
class Placebo:
    """A sham event some years early, on unexposed years only."""

    shift: int
    estimate: float
    p: float
    cohorts: int


def placebo_dates(
    design: EventDesign,
    outcome: str,
    panel: Panel,
    shifts: tuple[int, ...] = (1, 2, 3),
    *,
    control: str = "not_yet_treated",
    draws: int = 4999,
    seed: int = 20261123,
    sample: Sample | None = None,
) -> tuple[Placebo, ...]:
    """Move the event some years early and look for an effect before it happened.

    For a shift of k, cohort g is taken as exposed from g − k; its average over g − k to g − 1 is
    compared with the year before, and only outcomes of unexposed years enter. p as in
    `randomisation_test`, without strata.

    Raises
    ------
    SpecificationError
        A shift is not positive or reaches back before the first year for every cohort.
    """
    if control not in CONTROLS:
        raise UnknownNameError("control", control, CONTROLS, "placebo_dates")
    data = event_data(design, outcome, panel, sample)
    code = np.searchsorted(np.unique(data.starts), data.starts)
    free = np.zeros(len(code), dtype=int)
    dealt, exact = assignments(code, free, draws, np.random.default_rng(seed))
    out = []
    for shift in shifts:
        if shift < 1:
            raise SpecificationError(f"A placebo date lies years before: {shift} is not positive.")
        found = placebo_cells(data.starts, data.years, shift, control)
        scores = data.y @ loadings(found, weights(found, "all")).T
        estimate = float(summaries(scores, code[None])[0])
        p = permutation_p(estimate, summaries(scores, dealt), exact)
        out.append(Placebo(shift, estimate, p, len(np.unique(found.cohort))))
    return tuple(out)
