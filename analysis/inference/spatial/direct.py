"""A bootstrap of the direct effect of a spatial Durbin panel that keeps its level."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.data import Panel, Variable
from analysis.inference.clusters.wild import WildTest, wild
from analysis.inference.spatial.design import balanced_rows
from analysis.models import Specification, fit
from analysis.models.spatial_weights import SpatialWeights

__all__ = ["direct_effect"]


def direct_effect(
    spec: Specification, panel: Panel, weights: SpatialWeights, term: str, rho: float,
    *, draws: int = 9_999, interval: bool = True,
) -> WildTest:  # fmt: skip
    """Test the direct effect of a term with the restricted wild cluster bootstrap, given ρ.

    With S = (I − ρW)⁻¹, c = tr S / n and d = tr SW / n, the direct effect of x is cβ + dθ. So in

        (I − ρW) y = (direct) · x/c + θ · (Wx − x d/c) + other terms + effects + u

    it is a coefficient, and the bootstrap of one coefficient applies. The sandwich of the
    likelihood rejects too often with thirty entities; this does not. That ρ is estimated is left
    out of account, as in the conditional tests of Anselin (1988, Spatial Econometrics, ch. 6).

    Parameters
    ----------
    spec, panel : Specification, Panel
        As for `spatial_panel`; rows are balanced by leaving out as few as possible.
    weights : SpatialWeights
        Of at least the entities that remain.
    term : str
        A regressor; the other terms enter with their spatial lags.
    rho : float
        The spatial lag of the outcome, as estimated.
    draws, interval
        As in `wild`.

    Returns
    -------
    WildTest
        `estimate, low, high` in units of the outcome per unit of the term.
    """
    rows = balanced_rows(spec, panel, "largest")[0]
    index = rows.frame.index
    names, years = index.unique(0), index.unique(1)
    w = weights.among(names).matrix
    cube = rows.frame.to_numpy().reshape(len(names), len(years), -1)
    near = np.einsum("ij,jtk->itk", w, cube)
    inverse = np.linalg.inv(np.eye(len(w)) - rho * w)
    own, through = np.trace(inverse) / len(w), np.trace(inverse @ w) / len(w)
    at = list(rows.frame.columns).index(term)
    columns = {spec.outcome: cube[..., 0] - rho * near[..., 0], term: cube[..., at] / own}
    columns[f"W {term}"] = near[..., at] - cube[..., at] * through / own
    for j, name in enumerate(rows.frame.columns):
        if name not in ("", term):
            columns |= {name: cube[..., j], f"W {name}": near[..., j]}
    table = pd.DataFrame({name: values.ravel() for name, values in columns.items()}, index)
    kept = panel.frame.drop(columns=table.columns, errors="ignore")
    frame = kept.join(table)
    described = {name: Variable(name, name) for name in table if name not in panel.variables}
    space = replace(panel, frame=frame, variables={**panel.variables, **described})
    plain = replace(
        spec, regressors=tuple(table.columns[1:]), controls=(), interactions=(), lag=0, lags={}
    )
    return wild(fit(plain, space), term, draws=draws, interval=interval)
