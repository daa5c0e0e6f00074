"""Inference for panels with few clusters: one call, one convention, printed with every table.

>>> columns = estimate_columns(spec, panel)       # doctest: +SKIP
>>> columns["two_way"].coefficient("x").low_cr3   # doctest: +SKIP

How the area is laid out
------------------------
`clustered` holds variances as pure functions of arrays. A `Fit` carries all they need: the
partialled-out design, residuals, cluster codes and, for methods that refit without a cluster, the
effects not nested in clusters as columns. `estimate` puts the pieces together, `columns` repeats
it on shared rows, `power` says what could have been seen and `report` writes the table.

Every other method lives in a folder by the question it answers. It takes a `Specification` and a
panel, or an estimate already made, and returns a frozen result that sits beside `Estimate`:

- `clusters`: CR2, leverage, the wild bootstrap, Driscoll-Kraay, many tests at once, equivalence;
- `batch`: specification curves and replications on any number of processes;
- `form`: turning points, thresholds, local projections, distributed lags, long differences;
- `dynamic`: lagged outcomes, GMM, feedback; `dependence`: CD, unit roots, CCE, random effects;
- `spatial`: the spatial Durbin panel; `events`: cohorts, pre-trends, randomisation;
- `sensitivity`: channels, instruments, omitted variables, counts.

Methods are imported when first asked for: a chapter that needs one does not wait for all.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from analysis.inference.clustered import Jackknife, cr0, cr1, cr3
from analysis.inference.coefficients import Coefficient
from analysis.inference.columns import Estimates, estimate_columns
from analysis.inference.estimate import Estimate, estimate
from analysis.inference.power import minimum_detectable_effect
from analysis.inference.report import html_table

if TYPE_CHECKING:
    from collections.abc import Callable

_HOME = {
    "batch.curve": (
        "Curve",
        "specification_curve",
    ),
    "batch.grid": ("Grid",),
    "batch.parallel": ("replicate",),
    "clusters.driscoll_kraay": (
        "DriscollKraay",
        "driscoll_kraay",
    ),
    "clusters.equivalence": (
        "Equivalence",
        "equivalence",
    ),
    "clusters.leverage": (
        "Influence",
        "influence",
    ),
    "clusters.multiplicity": (
        "Family",
        "adjust_family",
        "false_discovery",
        "romano_wolf",
    ),
    "clusters.satterthwaite": (
        "Satterthwaite",
        "satterthwaite",
    ),
    "clusters.wild": (
        "WildFamily",
        "WildTest",
        "wild",
        "wild_draws",
    ),
    "dependence.common_effects": (
        "CommonEffects",
        "common_effects",
    ),
    "dependence.cross_section": (
        "CrossSection",
        "cross_section",
    ),
    "dependence.random_effects": (
        "RandomEffects",
        "random_effects",
    ),
    "dependence.unit_roots": (
        "UnitRoot",
        "UnitRoots",
        "cips",
        "ips",
        "unit_roots",
    ),
    "dynamic.lagged_outcome": ("dynamic_panel",),
    "dynamic.result": ("DynamicPanel",),
    "events.att": ("event_study",),
    "events.data": ("EventData",),
    "events.diagnostics": (
        "goodman_bacon",
        "honest_bounds",
    ),
    "events.dose": ("dose_estimate",),
    "events.placebo": ("placebo_dates",),
    "events.pretrends": (
        "Pretrend",
        "pretrend_test",
    ),
    "events.randomisation": (
        "Randomisation",
        "randomisation_test",
    ),
    "events.study": ("EventStudy",),
    "form.distributed_lags": (
        "DistributedLags",
        "distributed_lags",
        "mean_lag_change",
    ),
    "form.local_projections": (
        "LocalProjections",
        "local_projections",
    ),
    "form.long_difference": (
        "LongDifference",
        "long_difference",
    ),
    "form.quadratic": (
        "UTest",
        "u_test",
    ),
    "form.threshold": (
        "Threshold",
        "threshold",
    ),
    "dynamic.gmm": (
        "LagInstruments",
        "gmm",
    ),
    "dynamic.gmm_result": ("GmmResult",),
    "dynamic.granger": ("dumitrescu_hurlin",),
    "dynamic.granger_result": ("DumitrescuHurlin",),
    "dynamic.panel_var": (
        "PanelVar",
        "panel_var",
    ),
    "sensitivity.cinelli_hazlett": (
        "CinelliHazlett",
        "cinelli_hazlett",
    ),
    "sensitivity.instruments": ("instrumented",),
    "sensitivity.mediation": (
        "Mediation",
        "mediation",
    ),
    "sensitivity.oster": (
        "Oster",
        "oster",
    ),
    "sensitivity.poisson": (
        "Poisson",
        "poisson",
    ),
    "sensitivity.two_stage": ("Instrumented",),
    "spatial.durbin": ("spatial_panel",),
    "spatial.placebo": (
        "SpatialPlacebo",
        "spatial_placebo",
    ),
    "spatial.result": ("SpatialEstimate",),
}

_WHERE = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "CinelliHazlett",
    "Coefficient",
    "CommonEffects",
    "CrossSection",
    "Curve",
    "DistributedLags",
    "DriscollKraay",
    "DumitrescuHurlin",
    "DynamicPanel",
    "Equivalence",
    "Estimate",
    "Estimates",
    "EventData",
    "EventStudy",
    "Family",
    "GmmResult",
    "Grid",
    "Influence",
    "Instrumented",
    "Jackknife",
    "LagInstruments",
    "LocalProjections",
    "LongDifference",
    "Mediation",
    "Oster",
    "PanelVar",
    "Poisson",
    "Pretrend",
    "RandomEffects",
    "Randomisation",
    "Satterthwaite",
    "SpatialEstimate",
    "SpatialPlacebo",
    "Threshold",
    "UTest",
    "UnitRoot",
    "UnitRoots",
    "WildFamily",
    "WildTest",
    "adjust_family",
    "cinelli_hazlett",
    "cips",
    "common_effects",
    "cr0",
    "cr1",
    "cr3",
    "cross_section",
    "distributed_lags",
    "dose_estimate",
    "driscoll_kraay",
    "dumitrescu_hurlin",
    "dynamic_panel",
    "equivalence",
    "estimate",
    "estimate_columns",
    "event_study",
    "false_discovery",
    "gmm",
    "goodman_bacon",
    "honest_bounds",
    "html_table",
    "influence",
    "instrumented",
    "ips",
    "local_projections",
    "long_difference",
    "mean_lag_change",
    "mediation",
    "minimum_detectable_effect",
    "oster",
    "panel_var",
    "placebo_dates",
    "poisson",
    "pretrend_test",
    "random_effects",
    "randomisation_test",
    "replicate",
    "romano_wolf",
    "satterthwaite",
    "spatial_panel",
    "spatial_placebo",
    "specification_curve",
    "threshold",
    "u_test",
    "unit_roots",
    "wild",
    "wild_draws",
]


def __getattr__(name: str) -> Callable[..., object]:
    if name not in _WHERE:
        raise AttributeError(f"module 'analysis.inference' has no attribute '{name}'")
    return getattr(import_module(f"analysis.inference.{_WHERE[name]}"), name)
