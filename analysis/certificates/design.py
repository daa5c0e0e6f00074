"""Panels with a known truth, as small and as dependent as the real one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data import Panel, Roles, Variable

__all__ = ["Design", "draw_panel", "lagged", "levels", "panel_from", "simulate"]


@dataclass(frozen=True, slots=True)
class Design:
    """How a panel is drawn.

    y(i,t) = effect · x(i,t−1) + a(i) + d(t) + u(i,t). x and u are first-order autoregressive. Part
    of their innovations is a common shock that entities follow to different degrees, so that year
    effects do not remove it. Defaults are those of the provincial panel after entity and year
    effects: persistence of 0.6 to 0.9, some cross-section dependence.

    Attributes
    ----------
    entities, years, regions, burn_in : int
        Size of the panel, whose entities are spread over regions in turn, and years drawn and
        thrown away before the first.
    persistence : float
        First-order autocorrelation of x and u.
    common : float
        Share of the variance of u's and x's innovations that comes through the common factors.
    effect : float
        True coefficient of x, in SD of u per SD of x.
    """

    entities: int = 30
    years: int = 12
    regions: int = 4
    persistence: float = 0.8
    common: float = 0.2
    effect: float = 0.0
    burn_in: int = 30


def simulate(design: Design, rng: np.random.Generator) -> Panel:
    """Draw a panel with ``y``, ``x`` (which leads y by a year) and ``z``, unrelated to both."""
    x, z, u = (draw_panel(design, rng) for _ in range(3))
    y = design.effect * lagged(x) + levels(design, rng) + u
    return panel_from({"y": y, "x": x, "z": z}, design.regions)


def levels(design: Design, rng: np.random.Generator) -> np.ndarray:
    """Draw entity and year effects, shape (entities, years)."""
    return 3.0 * rng.normal(size=(design.entities, 1)) + rng.normal(size=(1, design.years))


def lagged(x: np.ndarray, years: int = 1) -> np.ndarray:
    """Put the figures of some years before in each year, zero where there are none."""
    return np.column_stack([np.zeros((len(x), years)), x[:, :-years]])


def draw_panel(design: Design, rng: np.random.Generator) -> np.ndarray:
    """Draw an autoregressive panel with a common factor; variance one, shape (entities, years)."""
    n, t = design.entities, design.years + design.burn_in
    rho, share = design.persistence, design.common
    loading = rng.normal(size=(n, 1))
    shocks = np.sqrt(1 - share) * rng.normal(size=(n, t))
    shocks += np.sqrt(share) * loading * rng.normal(size=(1, t))
    out = np.empty((n, t))
    out[:, 0] = shocks[:, 0]
    for year in range(1, t):
        out[:, year] = rho * out[:, year - 1] + np.sqrt(1 - rho**2) * shocks[:, year]
    return out[:, design.burn_in :]


def panel_from(
    columns: dict[str, np.ndarray | float], regions: int = 4, first_year: int = 2011
) -> Panel:
    """Wrap arrays of shape (entities, years), and constants, as a panel of synthetic entities."""
    n, t = np.broadcast_shapes(*map(np.shape, columns.values()))
    names = [f"e{i:03d}" for i in range(n)]
    years = range(first_year, first_year + t)
    index = pd.MultiIndex.from_product([names, years], names=["entity", "year"])
    full = {name: np.broadcast_to(values, (n, t)).ravel() for name, values in columns.items()}
    frame = pd.DataFrame(full, index=index)
    described = {"label_en": names, "region": [f"r{i % regions}" for i in range(n)]}
    table = pd.DataFrame(described, pd.Index(names, name="entity"))
    roles = Roles("entity", "entities", "个体", "synthetic", "模拟", years[0], years[-1], n)
    described = {name: Variable(name, f"{name} (synthetic)") for name in frame}
    return Panel("synthetic", frame, described, table, roles)
