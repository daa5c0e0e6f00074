"""The focal term under other effects, lags, samples and without controls: exploratory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd

from analysis.claims.checks import term_row
from analysis.claims.designs import Regression, with_sample
from analysis.data import Panel
from analysis.errors import AnalysisError
from analysis.models import Specification, fit_many

__all__ = ["curve_table", "declared_samples"]

CURVE_EFFECTS = ("two_way", "region_year", "entity_trends", "first_difference")


def curve_table(regression: Regression) -> pd.DataFrame:
    """Estimate the focal term under other effects, lags, samples and without controls.

    Every combination of effects, lag and sample is tried; controls are dropped from the declared
    lag and sample alone.

    Returns
    -------
    DataFrame
        Columns ``effects, lag, sample, controls, estimate`` (within-SDs), ``p`` (CR1, because a
        jackknife of every one would take longer than all the rest of a chapter), ``n``.
    """
    chosen, specs = [], []
    samples = [("all", regression), *declared_samples(regression, "curve")]
    for (words, sampled), lag in product(samples, _lags(regression.spec)):
        declared = sampled is regression and lag == regression.spec.lag
        for initial, effects in product((True, False) if declared else (True,), CURVE_EFFECTS):
            spec = replace(sampled.spec, effects=effects, lag=lag)
            specs.append(spec if initial else replace(spec, initial=()))
            chosen.append((effects, lag, words, "initial output" if initial else "no controls"))
    table = _fit_each(specs, regression.panel, regression.focal)
    head = pd.DataFrame(chosen, columns=["effects", "lag", "sample", "controls"])
    return pd.concat([head, table], axis=1).dropna(subset=["estimate"], ignore_index=True)


def _lags(spec: Specification) -> tuple[int, ...]:
    # A derived column carries its own date; only a plain lag of one can become two or three.
    return (1, 2, 3) if spec.lag == 1 and not spec.lags else (spec.lag,)


def declared_samples(regression: Regression, use: str) -> Iterator[tuple[str, Regression]]:
    """Yield label and regression for each sample of the data set that serves a use."""
    panel, sample = regression.panel, regression.spec.sample
    for one in panel.samples.values():
        changes = one.changes(
            panel.roles, panel.entities, sample.exclude_entities, sample.last_year
        )
        if use in one.use and changes:
            yield one.label, with_sample(regression, **changes)


def _fit_each(specs: list[Specification], panel: Panel, focal: str) -> pd.DataFrame:
    """Fit all at once; a specification that cannot be estimated leaves its row empty."""
    try:
        found = dict(list(fit_many(specs, panel).table.groupby("specification")))
    except AnalysisError:
        found = {}
        for i, spec in enumerate(specs):
            try:
                found[i] = fit_many([spec], panel).table
            except AnalysisError:
                continue
    rows = []
    for i in range(len(specs)):
        row = term_row(found[i], focal) if i in found else None
        if row is None or row["refused"]:
            rows.append((np.nan, np.nan, 0))
        else:
            rows.append((row["estimate"] * row["scale"], row["p"], int(row["n"])))
    return pd.DataFrame(rows, columns=["estimate", "p", "n"])
