"""The restricted wild cluster bootstrap of the two-way regression of y on last year's x."""

from __future__ import annotations

import numpy as np

from analysis.certificates.runner import Reading
from analysis.data import Panel
from analysis.inference import wild
from analysis.models import Specification, fit

SPEC = Specification("y", ("x",))
DRAWS = 999


def wild_reading(panel: Panel, rng: np.random.Generator) -> Reading:
    """p-value and inverted interval from 999 draws, seeded by the replication."""
    test = wild(fit(SPEC, panel), "x", draws=DRAWS, seed=int(rng.integers(2**32)))
    return Reading(test.estimate, test.low, test.high, test.p)
