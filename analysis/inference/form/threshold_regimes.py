"""Slopes on either side of a threshold, estimated like any other regression."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.data import Panel
from analysis.inference.coefficients import label_of
from analysis.inference.estimate import Estimate, estimate
from analysis.inference.form.joint import Combination, combine, joint
from analysis.inference.form.threshold_search import Options
from analysis.models import Rows, Specification

__all__ = ["regime_slopes"]


def regime_slopes(
    spec: Specification, panel: Panel, rows: Rows, q: np.ndarray, options: Options,
    gamma: float, level: float,
) -> tuple[Estimate, tuple[Combination, ...]]:  # fmt: skip
    """Estimate the slopes of both regimes at γ, and their differences, upper less lower.

    γ is taken as known: its own uncertainty is of smaller order (Hansen 1999, section 5).
    """
    low, frame = q <= gamma, rows.frame[[""]].copy()
    below = {name: f"{name} where {options.by} ≤ {gamma:.4g}" for name in options.of}
    above = {name: f"{name} where {options.by} > {gamma:.4g}" for name in options.of}
    for name in options.of:
        frame[below[name]] = rows.frame[name] * low
        frame[above[name]] = rows.frame[name] * ~low
    others = [name for name in rows.frame.columns[1:] if name not in options.of]
    frame[others] = rows.frame[others]
    lags = {part[name]: spec.lag_of(name) for name in options.of for part in (below, above)}
    lags |= {name: spec.lag_of(name) for name in others if ":" not in name}
    if options.shift:
        frame[name := f"level where {options.by} ≤ {gamma:.4g}"] = low.astype(float)
        lags[name] = spec.lag
    two = replace(
        spec, regressors=tuple(frame.columns[1:]), interactions=(), controls=(), lags=lags
    )
    regimes = estimate(two, panel, level=level, rows=replace(rows, frame=frame))
    words = {
        part[name]: part[name].replace(name, label_of(panel, name), 1)
        for name in options.of
        for part in (below, above)
    }
    terms = tuple(replace(t, label=words.get(t.term, t.label)) for t in regimes.terms)
    pairs = [(below[name], above[name]) for name in options.of]
    found = joint([regimes.fitted], [[name for pair in pairs for name in pair]])
    weights = np.kron(np.eye(len(pairs)), [-1.0, 1.0])
    labels = [f"{label_of(panel, name)}: above less below" for name in options.of]
    gaps = [combine(x, w, found, level=level) for x, w in zip(labels, weights, strict=True)]
    return replace(regimes, terms=terms), tuple(gaps)
