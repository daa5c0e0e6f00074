"""Inference for panels with few clusters: one call, one convention, printed with every table.

>>> columns = estimate_columns(spec, panel)       # doctest: +SKIP
>>> columns["two_way"].coefficient("x").low_cr3   # doctest: +SKIP

How the area is laid out
------------------------
`clustered` holds variances as pure functions of arrays. A `Fit` carries all they need: the
partialled-out design, residuals, cluster codes and, for methods that refit without a cluster, the
effects not nested in clusters as columns. `estimate` puts the pieces together, once or in several
columns on shared rows, `power` says what could have been seen and `report` writes the table.

Every other method lives in a folder by the question it answers. It takes a `Specification` and a
panel, or an estimate already made, and returns a frozen result that sits beside `Estimate`:

- `formula`: a regression written as a formula, for figures of one's own;
- `clusters`: CR2, leverage, the wild bootstrap, many tests at once, equivalence;
- `form`: turning points, thresholds, local projections, distributed lags, long differences;
- `dynamic`: lagged outcomes, feedback; `dependence`: CD, common correlated effects;
- `spatial`: the spatial Durbin panel; `events`: cohorts, pre-trends, randomisation;
- `sensitivity`: channels, omitted variables, counts;
- `tables`: models side by side and descriptions of a panel, written for journals;
- `appendix`: GMM, Granger, unit roots, random effects, instruments: no verdict rests on them.

`result` says once what a result is: `rows()`, and from it `tidy()`, `to_dict()`, a table (`grid()`)
and, for coefficients, `params`, `std_errors`, `pvalues` and `conf_int()`; `cells` writes numbers.

Methods are imported when first asked for: a chapter that needs one does not wait for all.
"""

from __future__ import annotations

import lazy_loader

# Eager, because the module of the same name would otherwise hide the function.
from analysis.inference.estimate import estimate as estimate

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "appendix.dose": ["dose_estimate"],
        "appendix.driscoll_kraay": ["DriscollKraay", "driscoll_kraay"],
        "appendix.gmm": ["GmmResult", "LagInstruments", "gmm"],
        "appendix.granger": ["DumitrescuHurlin", "dumitrescu_hurlin"],
        "appendix.instruments": ["Instrumented", "instrumented"],
        "appendix.random_effects": ["RandomEffects", "random_effects"],
        "appendix.unit_roots": ["UnitRoot", "UnitRoots", "cips", "ips", "unit_roots"],
        "cells": ["Grid", "signed", "zero_words"],
        "clustered": ["Jackknife", "cr0", "cr1", "cr3"],
        "clusters.equivalence": ["tost"],
        "clusters.leverage": ["Influence", "influence"],
        "clusters.multiplicity": ["false_discovery", "romano_wolf"],
        "clusters.satterthwaite": ["Satterthwaite", "satterthwaite"],
        "clusters.wild": ["WildFamily", "WildTest", "wild", "wild_draws"],
        "coefficients": ["Coefficient"],
        "dependence.common_effects": ["CommonEffects", "common_effects"],
        "dependence.cross_section": ["CrossSection", "cross_section"],
        "dynamic.lagged_outcome": ["DynamicPanel", "dynamic_panel"],
        "dynamic.panel_var": ["PanelVar", "panel_var"],
        "estimate": ["Estimate", "Estimates", "estimate", "estimate_columns"],
        "events.att": ["event_study"],
        "events.data": ["EventData"],
        "events.diagnostics": ["diagnose", "goodman_bacon", "honest_bounds"],
        "events.pretrends": ["Pretrend", "pretrend_test"],
        "events.randomisation": ["Randomisation", "randomisation_test"],
        "events.study": ["EventStudy"],
        "form.distributed_lags": ["DistributedLags", "distributed_lags", "mean_lag_change"],
        "form.local_projections": ["LocalProjections", "local_projections"],
        "form.long_difference": ["LongDifference", "long_difference"],
        "form.quadratic": ["UTest", "u_test"],
        "form.threshold": ["Threshold", "threshold"],
        "parallel": ["replicate"],
        "power": ["minimum_detectable_effect"],
        "report": ["html_table", "regression_grid"],
        "result": ["Result", "Row"],
        "sensitivity.cinelli_hazlett": ["CinelliHazlett", "cinelli_hazlett"],
        "sensitivity.mediation": ["Mediation", "mediation"],
        "sensitivity.oster": ["Oster", "oster"],
        "sensitivity.poisson": ["Poisson", "poisson"],
        "spatial.durbin": ["spatial_panel"],
        "spatial.placebo": ["SpatialPlacebo", "spatial_placebo"],
        "spatial.result": ["SpatialEstimate"],
        "tables.coverage": ["Balance", "balance"],
        "tables.models": ["ModelsTable", "models_table"],
        "tables.printed": ["Printed", "save_grid"],
        "tables.summary": ["Correlations", "Description", "correlations", "describe"],
    },
)
