"""Channels, weak instruments and counts on panels whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.certificates.design import Design, draw_panel, lagged, levels, panel_from
from analysis.certificates.runner import Reading
from analysis.data import Panel
from analysis.inference.appendix.instruments import Instrumented, instrumented
from analysis.inference.sensitivity.mediation import mediation
from analysis.inference.sensitivity.poisson import poisson
from analysis.models import Specification

SPEC = Specification("y", ("x",))
SAME_YEAR = replace(SPEC, lag=0)
PATH = 0.5  # x on m
STRENGTH = 0.12  # instrument on x: an effective F of about 3 at thirty entities and twelve years
ENDOGENEITY = 0.95  # correlation of the errors of x and y
FAR = 1e9  # an infinite end, as a number the summary can count


def simulate_channel(design: Design, rng: np.random.Generator) -> Panel:
    """Draw m after last year's x with slope 0.5, and y after m with slope `effect` and after x."""
    x, v, u = (draw_panel(design, rng) for _ in range(3))
    m = PATH * lagged(x) + v + levels(design, rng)
    y = 0.3 * lagged(x) + design.effect * m + u + levels(design, rng)
    return panel_from({"y": y, "x": x, "m": m, "truth": PATH * design.effect}, design.regions)


def simulate_instrument(design: Design, rng: np.random.Generator) -> Panel:
    """Draw x after a weak instrument z and, for the most part, after the error of y."""
    z, u, w = (draw_panel(design, rng) for _ in range(3))
    v = ENDOGENEITY * u + np.sqrt(1 - ENDOGENEITY**2) * w
    x = STRENGTH * z + v + levels(design, rng)
    y = design.effect * x + u + levels(design, rng)
    return panel_from({"y": y, "x": x, "z": z, "truth": design.effect}, design.regions)


def simulate_counts(design: Design, rng: np.random.Generator) -> Panel:
    """Draw counts whose mean follows last year's x times a dependent error: far from Poisson."""
    x, u = draw_panel(design, rng), draw_panel(design, rng)
    mean = np.exp(1.5 + design.effect * lagged(x) + 0.2 * levels(design, rng) + 0.4 * u)
    columns = {"y": rng.poisson(mean).astype(float), "x": x, "truth": design.effect}
    return panel_from(columns, design.regions)


def product_reading(panel: Panel, rng: np.random.Generator) -> Reading:
    """Percentile interval of a·b from 999 resamples of clusters."""
    found = mediation(SPEC, panel, "m", draws=999, seed=int(rng.integers(2**31)))
    return Reading(found.product, found.low, found.high, found.p, _truth(panel))


def wald_reading(panel: Panel, _rng: np.random.Generator) -> Reading:
    """2SLS with CR1 and t(G−1)."""
    return Reading.of(instrumented(SAME_YEAR, panel, "x", "z").coefficient("x"), _truth(panel))


def anderson_rubin_reading(panel: Panel, _rng: np.random.Generator) -> Reading:
    """Anderson-Rubin set: the piece that holds the truth or, if none does, the nearest."""
    found, truth = instrumented(SAME_YEAR, panel, "x", "z"), _truth(panel)
    return Reading(found.coefficient("x").estimate, *_piece(found, truth), found.ar_p, truth)


def poisson_reading(panel: Panel, _rng: np.random.Generator) -> Reading:
    """Poisson with entity and year effects, CR1 and t(G−1)."""
    return Reading.of(poisson(SPEC, panel).coefficient("x"), _truth(panel))


def _piece(found: Instrumented, truth: float) -> tuple[float, float]:
    """Pick the ends of one piece; a set of one instrument is never empty."""
    pieces = [(max(low, -FAR), min(high, FAR)) for low, high in found.ar_set]
    return min(pieces, key=lambda ends: max(ends[0] - truth, truth - ends[1], 0.0))


def _truth(panel: Panel) -> float:
    return float(panel["truth"].iloc[0])
