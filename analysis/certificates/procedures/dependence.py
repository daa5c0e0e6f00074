"""Dependence between entities, unit roots, common effects and random effects on known panels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from analysis.certificates.design import Design, draw_panel, levels, panel_from
from analysis.certificates.runner import Reading
from analysis.data import Panel
from analysis.inference.appendix.random_effects import random_effects
from analysis.inference.appendix.unit_roots import UnitRoot, cips, ips
from analysis.inference.dependence.common_effects import common_effects
from analysis.inference.dependence.cross_section import CrossSection, cross_section
from analysis.models import Specification

SPEC = Specification("y", ("x",))


def linked(design: Design, rng: np.random.Generator) -> Panel:
    """Draw y unrelated to x, with `effect` of its innovations' variance from a common factor.

    Loadings differ in sign, so year effects do not remove the factor; at zero entities are
    independent.
    """
    u = draw_panel(replace(design, common=design.effect), rng)
    y = levels(design, rng) + u
    return panel_from({"y": y, "x": draw_panel(design, rng)}, design.regions)


def persistent(design: Design, rng: np.random.Generator) -> Panel:
    """Draw y with autoregression `persistence` − `effect`, which is a unit root at 1 and 0.

    Innovations share a factor with unequal loadings; a series without a unit root is stationary
    from the start.
    """
    rho, n = design.persistence - design.effect, design.entities
    t = design.years + (design.burn_in if rho < 1 else 0)
    shocks = np.sqrt(1 - design.common) * rng.normal(size=(n, t))
    shocks += np.sqrt(design.common) * rng.normal(size=(n, 1)) * rng.normal(size=(1, t))
    y = shocks
    for year in range(1, t):
        y[:, year] += rho * y[:, year - 1]
    return panel_from({"y": y[:, -design.years :]}, design.regions)


def related(design: Design, rng: np.random.Generator) -> Panel:
    """Draw y without an effect of x, whose entity levels share `effect` of their variance with x's.

    Random effects are right at zero and biased otherwise; fixed effects are right throughout.
    """
    n = design.entities
    own, shared = rng.normal(size=(2, n, 1))
    level = np.sqrt(1 - design.effect) * own + np.sqrt(design.effect) * shared
    x = shared + draw_panel(design, rng)
    y = level + rng.normal(size=(1, design.years)) + draw_panel(design, rng)
    return panel_from({"y": y, "x": x}, design.regions)


def pesaran_cd_reading(panel: Panel, _rng: np.random.Generator) -> Reading:
    """CD of two-way residuals against the standard normal; the estimate is the statistic."""
    return _normal(cross_section(SPEC, panel, draws=0), "cd")


def cd_w_reading(panel: Panel, rng: np.random.Generator) -> Reading:
    """CD_W of the same residuals, one draw of signs."""
    return _normal(cross_section(SPEC, panel, draws=0, seed=int(rng.integers(2**31))), "cd_w")


def mean_correlation_reading(panel: Panel, rng: np.random.Generator) -> Reading:
    """Mean absolute correlation against simulated panels of independent entities."""
    found = cross_section(SPEC, panel, draws=199, seed=int(rng.integers(2**31)))["mean_absolute"]
    return Reading(found.value, p=found.p_simulated, truth=found.expected)


def _unit_root(panel: Panel, _rng: np.random.Generator, test: Callable[..., UnitRoot]) -> Reading:
    """One lag; a test without an estimate. IPS takes year means out, CIPS is truncated."""
    return Reading(p=test(panel, "y").p)


ips_reading = partial(_unit_root, test=ips)
cips_reading = partial(_unit_root, test=cips)


def cce_pooled_reading(panel: Panel, _rng: np.random.Generator) -> Reading:
    """CCE pooled with Pesaran's standard error and t(N−1)."""
    return Reading.of(common_effects(SPEC, panel).terms[0])


def _random_effects(panel: Panel, _rng: np.random.Generator, test: str) -> Reading:
    """Hausman test with classical variances, or its clustered Mundlak form."""
    return Reading(p=getattr(random_effects(SPEC, panel), test).p)


hausman_reading = partial(_random_effects, test="hausman")
mundlak_reading = partial(_random_effects, test="mundlak")


def _normal(found: CrossSection, name: str) -> Reading:
    """Read a statistic that should centre on zero."""
    return Reading(found[name].value, p=found[name].p, truth=0.0)
