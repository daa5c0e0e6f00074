"""Events on simulated panels: starts are dealt out at random, exposure adds a constant effect."""

from __future__ import annotations

import numpy as np

from analysis.certificates.design import Design, draw_panel, panel_from
from analysis.certificates.runner import Reading
from analysis.data import Panel
from analysis.inference import dose_estimate, event_study, pretrend_test, randomisation_test
from analysis.models import EventDesign, Exposure

STAGGERED = {5: 4, 7: 4, 9: 4}
"""Year of exposure, counted from the first, -> entities."""
FOUR = {6: 4}


def staggered(design: Design, rng: np.random.Generator) -> Panel:
    """Draw a panel in which twelve entities are exposed at three dates."""
    return _exposed(design, rng, STAGGERED)


def four_of_thirty(design: Design, rng: np.random.Generator) -> Panel:
    """Draw a panel in which four entities are exposed at one date."""
    return _exposed(design, rng, FOUR)


def callaway_santanna(panel: Panel, _rng: np.random.Generator) -> Reading:
    """Average effect by Callaway and Sant'Anna, not-yet-treated controls."""
    return _average(panel, "callaway_santanna")


def sun_abraham(panel: Panel, _rng: np.random.Generator) -> Reading:
    """Average effect by Sun and Abraham."""
    return _average(panel, "sun_abraham")


def imputation(panel: Panel, _rng: np.random.Generator) -> Reading:
    """Average effect by imputation."""
    return _average(panel, "imputation")


def cr1_few_treated(panel: Panel, _rng: np.random.Generator) -> Reading:
    """CR1 with t(G−1) for the post dummy of a two-way regression."""
    line = dose_estimate(_design(panel), "y", panel).coefficient("event")
    return Reading(line.estimate, line.low, line.high, line.p)


def randomisation(panel: Panel, rng: np.random.Generator) -> Reading:
    """Permutation test of the average effect, with the interval that inverts it."""
    seed = int(rng.integers(2**32))
    found = randomisation_test(_design(panel), "y", panel, draws=999, seed=seed)
    return Reading(found.estimate, found.low, found.high, found.p)


def pretrend(panel: Panel, _rng: np.random.Generator) -> Reading:
    """Joint test of four points before exposure; nothing departs there."""
    study = event_study(_design(panel), "y", panel)
    return Reading(p=pretrend_test(study, leads=4, powers=(), draws=99).p)


def pretrend_permutation(panel: Panel, rng: np.random.Generator) -> Reading:
    """Permutation version of the joint test."""
    study = event_study(_design(panel), "y", panel)
    seed = int(rng.integers(2**32))
    found = pretrend_test(study, leads=4, powers=(), draws=499, seed=seed)
    return Reading(p=found.p_permutation)


def _exposed(design: Design, rng: np.random.Generator, dates: dict[int, int]) -> Panel:
    u = draw_panel(design, rng)
    order = rng.permutation(design.entities)
    start = np.full(design.entities, design.years)
    taken = 0
    for when, many in dates.items():
        start[order[taken : taken + many]] = when
        taken += many
    post = np.arange(design.years)[None, :] >= start[:, None]
    level = 3.0 * rng.normal(size=(design.entities, 1)) + rng.normal(size=(1, design.years))
    return panel_from({"y": design.effect * post + level + u, "post": post * 1.0}, design.regions)


def _design(panel: Panel) -> EventDesign:
    """Read the starts off the post dummy."""
    on = panel["post"][panel["post"] > 0].reset_index()
    first = on.groupby("entity")["year"].min()
    return EventDesign("event", tuple(Exposure(str(e), int(y)) for e, y in first.items()))


def _average(panel: Panel, estimator: str) -> Reading:
    found = event_study(_design(panel), "y", panel, estimator=estimator).overall
    return Reading(found.estimate, found.low, found.high, found.p)
