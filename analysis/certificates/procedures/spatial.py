"""Direct and indirect effects of a spatial Durbin panel on maps drawn at random."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from analysis.certificates.design import Design, draw_panel, lagged, levels, panel_from
from analysis.certificates.runner import Reading
from analysis.data import Geography, Panel
from analysis.inference.spatial.design import spatial_design
from analysis.inference.spatial.direct import direct_effect
from analysis.inference.spatial.durbin import spatial_panel
from analysis.inference.spatial.lines import fit_design
from analysis.models import Specification
from analysis.models.spatial_weights import contiguity

SPEC = Specification("y", ("x",))
RHO = 0.3
THETA = 0.5
"""Slope of the neighbours' x as a share of that of the own x."""
NEAREST = 4
DRAWS, BOOTSTRAP = 500, 499


def simulate(design: Design, rng: np.random.Generator) -> Panel:
    """Draw (I − ρW)y = effect · (x + θWx)(t−1) + a(i) + d(t) + u(i,t) on a map of random points.

    Each point borders on its four nearest, in both directions. The true average effects stand in
    the constant columns ``direct`` and ``indirect``.
    """
    n = design.entities
    pairs = _pairs(rng.random((n, 2)))
    w = np.zeros((n, n))
    w[pairs[:, 0], pairs[:, 1]] = w[pairs[:, 1], pairs[:, 0]] = 1.0
    w /= w.sum(axis=1, keepdims=True)
    x, u = draw_panel(design, rng), draw_panel(design, rng)
    level = levels(design, rng)
    spread = np.linalg.inv(np.eye(n) - RHO * w)
    effects = design.effect * spread @ (np.eye(n) + THETA * w)
    own, y = np.trace(effects) / n, effects @ lagged(x) + spread @ (level + u)
    truth = {"direct": own, "indirect": effects.sum() / n - own}
    panel = panel_from({"y": y, "x": x, **truth}, design.regions)
    names = np.array(panel.entities.index)
    table = pd.DataFrame(names[pairs], columns=["entity", "neighbour"])
    return replace(panel, geography=Geography(neighbours=table))


def _reading(panel: Panel, rng: np.random.Generator, kind: str, covariance: str) -> Reading:
    how = {"covariance": covariance, "draws": DRAWS, "seed": int(rng.integers(2**31))}
    found = spatial_panel(SPEC, panel, contiguity(panel), **how)
    return Reading.of(found.effect("x", kind), float(panel[kind].iloc[0]))


sdm_direct = partial(_reading, kind="direct", covariance="sandwich")
sdm_indirect = partial(_reading, kind="indirect", covariance="sandwich")
# Most published tables have the information matrix.
sdm_information = partial(_reading, kind="direct", covariance="information")


def sdm_bootstrap(panel: Panel, _rng: np.random.Generator) -> Reading:
    """Restricted bootstrap of the direct effect at the estimated spatial lag."""
    near = contiguity(panel)
    rho = fit_design(spatial_design(SPEC, panel, near, transform=True, balance="error"), "sdm").rho
    found = direct_effect(SPEC, panel, near, "x", rho, draws=BOOTSTRAP)
    return Reading.of(found, float(panel["direct"].iloc[0]))


def _pairs(points: np.ndarray) -> np.ndarray:
    """Unordered pairs of points of which one is among the nearest of the other."""
    distance = np.linalg.norm(points[:, None] - points, axis=2)
    nearest = np.argsort(distance, axis=1)[:, 1 : NEAREST + 1]
    pairs = np.column_stack([np.repeat(np.arange(len(points)), NEAREST), nearest.ravel()])
    return np.unique(np.sort(pairs, axis=1), axis=0)
