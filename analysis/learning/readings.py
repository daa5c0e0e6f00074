"""The regressions of the tutorial on many balanced panels at once.

A balanced panel needs no dummies: entity and year effects go out by means, and so do the other
effects. Slopes and CR1 are those of `analysis.inference.estimate`, which takes a panel at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

__all__ = ["Slopes", "slopes"]


@dataclass(frozen=True, slots=True, eq=False)
class Slopes:
    """The first regressor's slope on each panel: estimate, standard error and p, each (panels,)."""

    estimate: np.ndarray
    se: np.ndarray
    p: np.ndarray


def slopes(
    y: np.ndarray, x: np.ndarray, effects: str = "two_way", regions: int = 1,
    clustered: bool = True,
) -> Slopes:  # fmt: skip
    """Estimate one regression on each panel.

    Parameters
    ----------
    y, x : ndarray
        Outcome (panels, entities, years) and regressors (regressors, panels, entities, years).
    effects : {"two_way", "region_year", "entity_trends"}
        What is absorbed.
    regions : int
        Regions over which entities are spread in turn.
    clustered : bool
        CR1 by entity with t(G−1), factor G/(G−1)·(n−1)/(n−K) where K leaves out what is nested in
        entities; otherwise the error of independent rows with all that is absorbed counted.
    """
    _, entities, years = y.shape
    groups = np.arange(entities) % (regions if effects == "region_year" else 1)
    y, x = (_clean(v, groups, effects == "entity_trends") for v in (y, x))
    gram = np.einsum("kpit,lpit->pkl", x, x)
    b = np.linalg.solve(gram, np.einsum("kpit,pit->pk", x, y)[..., None])[..., 0]
    residual = y - np.einsum("pk,kpit->pit", b, x)
    inverse, rows = np.linalg.inv(gram), entities * years
    absorbed = years * len(set(groups))
    if clustered:
        scores = np.einsum("kpit,pit->pik", x, residual)
        meat = np.einsum("pik,pil->pkl", scores, scores)
        variance = (inverse @ meat @ inverse)[:, 0, 0]
        free = len(x) + absorbed
        variance *= entities / (entities - 1) * (rows - 1) / (rows - free)
        dof = entities - 1
    else:
        lines = entities * (2 if effects == "entity_trends" else 1)
        dof = rows - len(x) - absorbed - lines + len(set(groups))
        variance = (residual**2).sum(axis=(1, 2)) / dof * inverse[:, 0, 0]
    se = np.sqrt(variance)
    return Slopes(b[:, 0], se, 2 * student.sf(np.abs(b[:, 0]) / se, dof))


def _clean(values: np.ndarray, groups: np.ndarray, lines: bool) -> np.ndarray:
    """Take out entity means or lines, and the mean of each year in each group."""
    time = np.arange(values.shape[-1])
    basis = np.linalg.qr(np.column_stack([time**0, time] if lines else [time**0]) * 1.0)[0]
    out = values - values @ basis @ basis.T
    for group in set(groups):
        inside = groups == group
        out[..., inside, :] -= out[..., inside, :].mean(axis=-2, keepdims=True)
    return out
