"""Dynamic panels of known persistence, and the methods that estimate or test them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from scipy.special import ndtr, stdtr

from analysis.certificates.design import Design, draw_panel, panel_from
from analysis.certificates.runner import Reading
from analysis.data import Panel
from analysis.inference.appendix.gmm import gmm
from analysis.inference.appendix.granger import dumitrescu_hurlin
from analysis.inference.dynamic.lagged_outcome import dynamic_panel
from analysis.inference.dynamic.panel_var import panel_var
from analysis.models import Specification

SPEC = Specification("y", ("x",))
PERSISTENCE = 0.8
DRAWS = 99


def simulate_dynamic(design: Design, rng: np.random.Generator) -> Panel:
    """y(i,t) = 0.8·y(i,t−1) + effect·x(i,t−1) + a(i) + d(t) + e(i,t), the variance of e one.

    e is white over time, and `common` of its variance comes through a factor that entities follow
    to different degrees; x is drawn as elsewhere. The first years are thrown away.
    """
    long = replace(design, years=design.years + design.burn_in)
    x, e = draw_panel(long, rng), draw_panel(replace(long, persistence=0.0), rng)
    own, year = rng.normal(size=design.entities), rng.normal(size=long.years)
    y = np.zeros_like(x)
    y[:, 0] = own / (1 - PERSISTENCE)
    for t in range(1, long.years):
        y[:, t] = PERSISTENCE * y[:, t - 1] + design.effect * x[:, t - 1] + own + year[t] + e[:, t]
    keep = slice(design.burn_in, None)
    return panel_from({"y": y[:, keep], "x": x[:, keep]}, design.regions)


def _persistence(panel: Panel, rng: np.random.Generator, estimator: str) -> Reading:
    """Test that the persistence is the true one, with an entity bootstrap."""
    result = dynamic_panel(SPEC, panel, draws=DRAWS, seed=_seed(rng))
    line = result.persistence(estimator)
    t = abs(line.estimate - PERSISTENCE) / line.se
    p = float(2 * stdtr(result.clusters - 1, -t))
    return Reading(line.estimate, line.low, line.high, p, PERSISTENCE)


def _effect(panel: Panel, rng: np.random.Generator, estimator: str) -> Reading:
    """Test that the regressor has no effect."""
    return Reading.of(dynamic_panel(SPEC, panel, draws=DRAWS, seed=_seed(rng)).line("x", estimator))


within_persistence = partial(_persistence, estimator="within")
half_panel_persistence = partial(_persistence, estimator="half_panel_jackknife")
corrected_persistence = partial(_persistence, estimator="bias_corrected")  # the adjusted score
half_panel_effect = partial(_effect, estimator="half_panel_jackknife")
corrected_effect = partial(_effect, estimator="bias_corrected")


def gmm_persistence(panel: Panel, _rng: np.random.Generator) -> Reading:
    """Two-step difference GMM with collapsed instruments; the null is the true persistence."""
    line = gmm(SPEC, panel).terms[0]
    p = float(2 * ndtr(-abs(line.estimate - PERSISTENCE) / line.se))
    return Reading(line.estimate, line.low, line.high, p, PERSISTENCE)


def _granger(panel: Panel, rng: np.random.Generator, p: str) -> Reading:
    """Dumitrescu and Hurlin's mean Wald statistic against one of its distributions."""
    found = dumitrescu_hurlin(SPEC, panel, draws=DRAWS, seed=_seed(rng)).of("x")
    return Reading(p=getattr(found, p))


granger_bootstrap = partial(_granger, p="p_bootstrap")
granger_normal = partial(_granger, p="p_tilde")  # standardised for few years


def var_effect(panel: Panel, rng: np.random.Generator) -> Reading:
    """Half-panel jackknife of a panel VAR(1): last year's x in the equation of y."""
    return Reading.of(panel_var(SPEC, panel, draws=DRAWS, seed=_seed(rng)).line("x", "y"))


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**31))
