"""Events on simulated panels: starts are dealt out at random, exposure adds a constant effect."""

from __future__ import annotations

from functools import partial

import numpy as np

from analysis.certificates.design import Design, draw_panel, levels, panel_from
from analysis.certificates.runner import Reading
from analysis.data import Panel
from analysis.inference import dose_estimate, event_study, pretrend_test, randomisation_test
from analysis.models import EventDesign, Exposure

STAGGERED = {5: 4, 7: 4, 9: 4}
"""Year of exposure, counted from the first, -> entities."""
FOUR = {6: 4}


def _exposed(design: Design, rng: np.random.Generator, dates: dict[int, int]) -> Panel:
    """Draw a panel in which entities are exposed, so many at each date."""
    u = draw_panel(design, rng)
    order = rng.permutation(design.entities)
    start, when = np.full(design.entities, design.years), np.repeat([*dates], [*dates.values()])
    start[order[: len(when)]] = when
    post = np.arange(design.years)[None, :] >= start[:, None]
    y = design.effect * post + levels(design, rng) + u
    return panel_from({"y": y, "post": post * 1.0}, design.regions)


def _design(panel: Panel) -> EventDesign:
    """Read the starts off the post dummy."""
    on = panel["post"][panel["post"] > 0].reset_index()
    first = on.groupby("entity")["year"].min()
    return EventDesign("event", tuple(Exposure(str(e), int(y)) for e, y in first.items()))


def _average(panel: Panel, _rng: np.random.Generator, estimator: str) -> Reading:
    """Average effect; not-yet-treated controls with Callaway and Sant'Anna."""
    return Reading.of(event_study(_design(panel), "y", panel, estimator=estimator).overall)


staggered = partial(_exposed, dates=STAGGERED)
four_of_thirty = partial(_exposed, dates=FOUR)
callaway_santanna = partial(_average, estimator="callaway_santanna")
sun_abraham = partial(_average, estimator="sun_abraham")
imputation = partial(_average, estimator="imputation")


def cr1_few_treated(panel: Panel, _rng: np.random.Generator) -> Reading:
    """CR1 with t(G−1) for the post dummy of a two-way regression."""
    return Reading.of(dose_estimate(_design(panel), "y", panel).coefficient("event"))


def randomisation(panel: Panel, rng: np.random.Generator) -> Reading:
    """Permutation test of the average effect, with the interval that inverts it."""
    seed = int(rng.integers(2**32))
    return Reading.of(randomisation_test(_design(panel), "y", panel, draws=999, seed=seed))


def pretrend(panel: Panel, _rng: np.random.Generator) -> Reading:
    """Joint test of four points before exposure; nothing departs there."""
    study = event_study(_design(panel), "y", panel)
    return Reading(p=pretrend_test(study, leads=4, powers=(), draws=99).p)


def pretrend_permutation(panel: Panel, rng: np.random.Generator) -> Reading:
    """Permutation version of the joint test."""
    study = event_study(_design(panel), "y", panel)
    seed = int(rng.integers(2**32))
    return Reading(p=pretrend_test(study, leads=4, powers=(), draws=499, seed=seed).p_permutation)
