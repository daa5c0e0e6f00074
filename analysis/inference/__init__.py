"""Inference for panels with few clusters: one call, one convention, printed with every table.

>>> columns = estimate_columns(spec, panel)       # doctest: +SKIP
>>> columns["two_way"].coefficient("x").low_cr3   # doctest: +SKIP

How the area is laid out
------------------------
`clustered` holds variances as pure functions of arrays. A `Fit` carries all they need: the
partialled-out design, residuals, cluster codes and, for methods that refit without a cluster, the
effects not nested in clusters as columns. `estimate` puts the pieces together, `columns` repeats
it on shared rows, `power` says what could have been seen and `report` writes the table.

A further method is a module of its own that reads a `Fit` and is called from `estimate`:

- `wild`: the restricted wild cluster bootstrap, from scores per cluster; draws in chunks.
- `satterthwaite`: CR2 with its own degrees of freedom, as a method of `clustered`'s family.
- `randomisation`: permuted assignment for events with fewer than ten treated entities.
- `multiplicity`: step-down and false-discovery adjustments over a family of claims; it reads
  finished estimates, never data.

None of them changes `Coefficient`: each adds a frozen result that sits beside it.
"""

from __future__ import annotations

from analysis.inference.clustered import Jackknife, cr0, cr1, cr3
from analysis.inference.coefficients import Coefficient
from analysis.inference.columns import Estimates, estimate_columns
from analysis.inference.estimate import Estimate, estimate
from analysis.inference.power import minimum_detectable_effect
from analysis.inference.report import html_table

__all__ = [
    "Coefficient",
    "Estimate",
    "Estimates",
    "Jackknife",
    "cr0",
    "cr1",
    "cr3",
    "estimate",
    "estimate_columns",
    "html_table",
    "minimum_detectable_effect",
]
