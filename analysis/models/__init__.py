"""Regressions on a panel: what to estimate, on which rows, and the estimates themselves.

>>> spec = Specification("outcome", ["regressor"], lag=1, effects="two_way")
>>> fitted = fit(spec, panel)            # doctest: +SKIP

Standard errors are not here: `analysis.inference` turns a `Fit` into an `Estimate`.
"""

from __future__ import annotations

from analysis.models.effects import EFFECTS, Absorbed, EffectSet
from analysis.models.fit import Fit, fit
from analysis.models.large import LargeFit, estimate_large
from analysis.models.many import ManyFits, fit_many
from analysis.models.rows import Dropped, Rows, estimation_rows
from analysis.models.spatial_weights import (
    SpatialWeights,
    contiguity,
    economic_proximity,
    inverse_distance,
    permuted,
)
from analysis.models.specification import Sample, Specification
from analysis.models.treatment import EventDesign, Exposure, with_treatment

__all__ = [
    "EFFECTS", "Absorbed", "Dropped", "EffectSet", "EventDesign", "Exposure", "Fit", "LargeFit",
    "ManyFits", "Rows", "Sample", "SpatialWeights", "Specification", "contiguity",
    "economic_proximity", "estimate_large", "estimation_rows", "fit", "fit_many",
    "inverse_distance", "permuted", "with_treatment",
]  # fmt: skip
