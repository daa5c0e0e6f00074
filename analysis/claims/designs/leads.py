"""Leading tests of the designs that have one of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from analysis.claims.designs import derived
from analysis.claims.designs.derived import Regression, without_initial
from analysis.claims.designs.spatial import connected, maps_of
from analysis.claims.designs.within import mean_and_path
from analysis.claims.question import Question
from analysis.inference.clusters.shared_rows import share_rows
from analysis.inference.clusters.wild import search_test
from analysis.inference.spatial.design import spatial_design
from analysis.inference.spatial.direct import direct_effect
from analysis.inference.spatial.lines import fit_design
from analysis.models import estimation_rows
from analysis.models.design import build_design
from analysis.models.rows import usable

__all__ = ["Lead", "leading_test"]

DRAWS = 999
CANDIDATES = np.linspace(0.1, 0.9, 20)
"""Quantiles of the threshold variable that are tried as thresholds."""


@dataclass(frozen=True, slots=True, eq=False)
class Lead:
    """The leading test of a design.

    Parameters
    ----------
    p : float
        Its p-value.
    test : str
        Its name.
    estimate, low, high : float
        What it is about and its 95% interval, in units of the term; NaN where it has none.
    results : mapping of str to object
        What is behind it, for pictures and tables.
    """

    p: float
    test: str
    estimate: float
    low: float = float("nan")
    high: float = float("nan")
    results: Mapping[str, Any] = field(default_factory=dict)


def leading_test(question: Question, regression: Regression) -> Lead | None:
    """Run the leading test of a design; None leaves the lead to the wild bootstrap.

    Parameters
    ----------
    question : Question
        Claim, panel and study.
    regression : Regression
        Of the part, as it is judged.
    """
    claim = question.claim
    run = _LEADS.get("policy" if claim.policy else claim.design)
    return run(question, regression) if run else None


def _threshold(question: Question, regression: Regression) -> Lead:
    """Test all thresholds at once: the search for the best one is part of the test."""
    focal, by = regression.focal.removesuffix(" above"), question.claim.setup["by"]
    plain = tuple(n for n in regression.spec.regressors if not n.startswith(f"{focal} above"))
    spec, panel = replace(regression.spec, regressors=plain), question.panel
    rows = estimation_rows(spec, panel)
    design, index = build_design(spec, panel, rows), rows.frame.index
    of, level = (
        np.stack([
            derived.lagged(panel, name, spec.lag_of(name)).loc[index],
            derived.shifted(mean_and_path(panel, name, spec.lag_of(name), usable(spec, panel)),
                            spec.lag_of(name)).loc[index],
        ])
        for name in (focal, by)
    )  # fmt: skip
    gammas = np.unique(np.nanquantile(level[0], CANDIDATES))
    above = of * (level > gammas[:, None, None])  # (candidates, declared and expected, rows)
    others = np.broadcast_to(design.x, (len(gammas), *design.x.shape))
    x = np.concatenate([above.transpose(0, 2, 1), others], axis=2)
    found = share_rows(design).slopes(np.broadcast_to(design.y, x.shape[:2]), x)
    p, best = search_test(found.scores, draws=DRAWS)
    return Lead(p, "threshold bootstrap", float(found.estimate[best]))


def _spatial(question: Question, regression: Regression) -> Lead:
    """Bootstrap the direct effect on the first map, the spatial lag as estimated."""
    near = next(iter(maps_of(question.claim, regression).values()))
    found = connected(regression, near)
    design = spatial_design(found.spec, found.panel, near, transform=True, balance="largest")
    rho = fit_design(design, "sdm").rho
    test = direct_effect(found.spec, found.panel, near, found.focal, rho, draws=DRAWS)
    return Lead(test.p, "spatial bootstrap", test.estimate, test.low, test.high)


def _policy(question: Question, regression: Regression) -> Lead:
    """Deal the exposures out anew, with the same controls as in the regression."""
    from analysis.inference import randomisation_test

    design = question.study.policy(question.claim.policy)
    panel, outcome = without_initial(question.panel, regression.spec)
    free = randomisation_test(design, outcome, panel, sample=regression.spec.sample)
    return Lead(free.p, "permutation", free.estimate, free.low, free.high, {"free": free})


_LEADS: Mapping[str, Callable[[Question, Regression], Lead]] = {
    "threshold": _threshold,
    "spatial": _spatial,
    "policy": _policy,
}
