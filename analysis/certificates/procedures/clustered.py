"""Clustered intervals of the two-way regression of y on last year's x."""

from __future__ import annotations

import numpy as np

from analysis.certificates.runner import Reading
from analysis.data import Panel
from analysis.inference import estimate
from analysis.models import Specification

SPEC = Specification("y", ("x",))


def cr1_reading(panel: Panel, _rng: np.random.Generator) -> Reading:
    """CR1 with t(G−1)."""
    line = estimate(SPEC, panel).coefficient("x")
    return Reading(line.estimate, line.low, line.high, line.p)


def cr3_reading(panel: Panel, _rng: np.random.Generator) -> Reading:
    """CR3 with t(G−1)."""
    line = estimate(SPEC, panel).coefficient("x")
    return Reading(line.estimate, line.low_cr3, line.high_cr3, line.p_cr3)
