"""Clustered errors of every kind, bootstrap, equivalence and step-down p-values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.certificates.design import Design, draw_panel, lagged, panel_from
from analysis.certificates.design import simulate as simulate_effect
from analysis.certificates.runner import Reading
from analysis.data import Panel
from analysis.inference import estimate, wild
from analysis.inference.appendix.driscoll_kraay import driscoll_kraay
from analysis.inference.clusters.equivalence import tost
from analysis.inference.clusters.multiplicity import romano_wolf
from analysis.inference.clusters.satterthwaite import satterthwaite
from analysis.models import Specification, fit

SPEC = Specification("y", ("x",))
MARGIN = 0.5
HYPOTHESES = 6
DRAWS = 399


def cr1_reading(panel: Panel, _rng: np.random.Generator) -> Reading:
    """CR1 with t(G−1)."""
    return Reading.of(estimate(SPEC, panel).coefficient("x"))


def cr3_reading(panel: Panel, _rng: np.random.Generator) -> Reading:
    """CR3 with t(G−1)."""
    return Reading.of_cr3(estimate(SPEC, panel).coefficient("x"))


def wild_reading(panel: Panel, rng: np.random.Generator) -> Reading:
    """p-value and inverted interval from 999 draws, seeded by the replication."""
    return Reading.of(wild(fit(SPEC, panel), "x", draws=999, seed=int(rng.integers(2**32))))


def cr2_reading(panel: Panel, _rng: np.random.Generator) -> Reading:
    """CR2 with Satterthwaite degrees of freedom."""
    return Reading.of(satterthwaite(estimate(SPEC, panel)).coefficient("x"))


def driscoll_kraay_reading(panel: Panel, _rng: np.random.Generator) -> Reading:
    """Driscoll-Kraay with the default lags and t(T−1)."""
    return Reading.of(driscoll_kraay(SPEC, panel).terms[0])


def simulate_inside_margin(design: Design, rng: np.random.Generator) -> Panel:
    """Draw a true effect that lies `design.effect` inside the margin: zero is the edge."""
    return simulate_effect(replace(design, effect=MARGIN - design.effect), rng)


def tost_reading(panel: Panel, _rng: np.random.Generator) -> Reading:
    """Equivalence with CR3; the estimate is the distance to the margin, so its truth is known."""
    found = estimate(SPEC, panel)
    line = found.coefficient("x")
    ends = tost(line.estimate, line.se_cr3, found.clusters - 1, MARGIN)[:2]
    return Reading(MARGIN - line.estimate, p=max(ends))


def simulate_family(design: Design, rng: np.random.Generator) -> Panel:
    """Draw a panel with related regressors x0, x1, ... of which x0 has the effect."""
    common = draw_panel(design, rng)
    x = [np.sqrt(0.5) * (common + draw_panel(design, rng)) for _ in range(HYPOTHESES)]
    y = design.effect * lagged(x[0]) + draw_panel(design, rng)
    return panel_from({"y": y, **{f"x{j}": z for j, z in enumerate(x)}}, design.regions)


def romano_wolf_reading(panel: Panel, rng: np.random.Generator) -> Reading:
    """Smallest step-down p of six regressions: at zero effect its share below 5% is the FWER.

    The draws are a restricted wild cluster bootstrap with signs, one set for all regressions. A
    simulated panel is balanced, so effects are taken out by means, and every draw is a product
    of its signs with a matrix of entities by entities.
    """
    shape = (-1, len(panel.years))
    y = _two_way(panel["y"].to_numpy().reshape(shape)[:, 1:])
    signs = rng.choice([-1.0, 1.0], size=(DRAWS, len(y)))
    observed, drawn = [], []
    for j in range(HYPOTHESES):
        x = _two_way(panel[f"x{j}"].to_numpy().reshape(shape)[:, :-1])
        t = _statistics(x, y, np.vstack([np.ones(len(y)), signs]))
        observed.append(t[0])
        drawn.append(t[1:])
    return Reading(p=float(romano_wolf(np.array(observed), np.stack(drawn, axis=1)).min()))


def _two_way(z: np.ndarray) -> np.ndarray:
    return z - z.mean(axis=1, keepdims=True) - z.mean(axis=0) + z.mean()


def _statistics(x: np.ndarray, y: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """Clustered t of each signed sample; y is the residual under the null, effects taken out."""
    own = (x * y).sum(axis=1)
    # Signs disturb the year means: their new estimates take x_g'(mean over h of s_h y_h) away.
    through = x @ y.T / len(y)
    weight = (x**2).sum(axis=1)
    slope = signs @ own / weight.sum()
    scores = signs * own - signs @ through.T - slope[:, None] * weight
    groups = len(y)
    return slope * weight.sum() / np.sqrt(groups / (groups - 1) * (scores**2).sum(axis=1))
