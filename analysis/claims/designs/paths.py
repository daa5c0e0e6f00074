"""An event that reaches everyone at once: the slope on a fixed exposure, year by year."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.claims.claim import Claim
from analysis.claims.designs import derived
from analysis.data import Panel
from analysis.inference import cr3, estimate
from analysis.inference.events.pretrends import joint_test

__all__ = ["ExposurePath", "exposure_path"]


@dataclass(frozen=True, slots=True, eq=False)
class ExposurePath:
    """Slopes on a fixed exposure by year, counted from a base year.

    Attributes
    ----------
    table : DataFrame
        Columns ``year, estimate, low, high, reference``, in within-SDs of the outcome per SD of
        the exposure over entities, with CR3 intervals.
    base : int
        Year against which the others are counted: the last before the event.
    leads : int
        Years before the base year.
    p : float
        Joint test that all of them are zero, with the CR3 covariance.
    """

    table: pd.DataFrame
    base: int
    leads: int
    p: float


def exposure_path(claim: Claim, panel: Panel, regression: derived.Regression) -> ExposurePath:
    """Estimate the path of an exposure declared under ``setup``.

    Parameters
    ----------
    claim : Claim
        With ``setup.exposure`` and ``setup.active``.
    panel : Panel
        With measures.
    regression : Regression
        As arranged for the claim; gives outcome, sample and controls.
    """
    (first, last), (start, _) = claim.setup["exposure"], claim.setup["active"]
    exposure = derived.fixed_exposure(panel, claim.focal, (first, last))
    years = panel.frame.index.get_level_values(1)
    used = _years(regression, exposure)
    base = max(year for year in used if year < start)
    named, wide = {}, panel
    for year in used:
        if year != base:
            named[year] = f"{claim.focal} x {year}"
            wide = derived.add_column(
                wide, named[year], exposure * (years == year), (claim.focal,), str(year)
            )
    spec = replace(regression.spec, regressors=tuple(named.values()))
    found = estimate(spec, wide)
    spread = float(exposure.groupby(level=0).first().std()) / found.fitted.within_sd[0]
    rows = [
        (year, *(v * spread for v in (line.estimate, line.low_cr3, line.high_cr3)), False)
        for year, line in zip(named, found.terms, strict=True)
    ]
    rows.append((base, 0.0, 0.0, 0.0, True))
    table = pd.DataFrame(rows, columns=["year", "estimate", "low", "high", "reference"])
    before = np.array([year < base for year in named])
    return ExposurePath(
        table.sort_values("year", ignore_index=True), base, int(before.sum()), _joint(found, before)
    )


def _years(regression: derived.Regression, exposure: pd.Series) -> list[int]:
    """Years in which the outcome is observed for entities with an exposure."""
    seen = regression.panel[regression.spec.outcome].notna() & exposure.notna()
    sample = regression.spec.sample
    years = sorted(set(map(int, seen.index[seen].get_level_values(1))))
    first, last = sample.first_year or years[0], sample.last_year or years[-1]
    return [year for year in years if first <= year <= last]


def _joint(found: object, before: np.ndarray) -> float:
    if not before.any():
        return float("nan")
    fitted = found.fitted
    jackknife = cr3(fitted.x_nested, fitted.y_nested, fitted.clusters, fitted.nuisance)
    covariance = jackknife.covariance[np.ix_(before, before)]
    return joint_test(fitted.coefficients[before], covariance, len(fitted.cluster_labels) - 1)[2]
