"""Regressions on a panel: what to estimate, on which rows, and the estimates themselves.

>>> spec = Specification("outcome", ["regressor"], lag=1, effects="two_way")
>>> fitted = fit(spec, panel)            # doctest: +SKIP

Standard errors are not here: `analysis.inference` turns a `Fit` into an `Estimate`.
"""

from __future__ import annotations

from analysis.models.effects import EFFECTS, Absorbed, EffectSet
from analysis.models.fit import Fit, fit
from analysis.models.rows import Dropped, Rows, estimation_rows
from analysis.models.specification import Sample, Specification

__all__ = [
    "EFFECTS",
    "Absorbed",
    "Dropped",
    "EffectSet",
    "Fit",
    "Rows",
    "Sample",
    "Specification",
    "estimation_rows",
    "fit",
]
