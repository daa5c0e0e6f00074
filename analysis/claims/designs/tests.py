"""What a design adds to its panel regression: a leading test of its own, and its own checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from analysis import inference
from analysis.claims.claim import Claim
from analysis.claims.designs.arrange import find_threshold
from analysis.claims.designs.derived import Regression, without_entities, without_initial
from analysis.claims.designs.paths import exposure_path
from analysis.claims.finding import Check
from analysis.claims.question import Question
from analysis.data import Panel
from analysis.inference import Estimate
from analysis.models.spatial_weights import SpatialWeights

__all__ = ["DesignTest", "design_test", "spatial_models"]

DRAWS = 999


@dataclass(frozen=True, slots=True, eq=False)
class DesignTest:
    """The leading test of a design and what else it says.

    Parameters
    ----------
    p : float or None
        Leading p-value; None leaves the lead to the wild bootstrap.
    test : str
        Its name.
    estimate, low, high : float
        What it is about and its 95% interval, in units of the term; NaN keeps those of the
        regression.
    checks : tuple of Check
        The design's own.
    results : mapping of str to object
        Results behind them, for pictures and tables.
    """

    p: float | None = None
    test: str = "wild bootstrap"
    estimate: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    checks: tuple[Check, ...] = ()
    results: Mapping[str, Any] | None = None


def design_test(question: Question, regression: Regression, leading: Estimate) -> DesignTest:
    """Run what the design of a claim needs besides its panel regression.

    Parameters
    ----------
    question : Question
        Claim, panel and study.
    regression : Regression
        Of the part.
    leading : Estimate
        Its first column.
    """
    claim = question.claim
    run = _TESTS.get("policy" if claim.policy else claim.design)
    return run(question, regression, leading) if run else DesignTest()


def _threshold(question: Question, regression: Regression, leading: Estimate) -> DesignTest:
    base = replace(
        regression,
        spec=replace(regression.spec, regressors=regression.spec.regressors[:-1]),
        focal=regression.focal.removesuffix(" above"),
    )
    found = find_threshold(base, question.claim.setup["by"], DRAWS)
    smooth = found.smooth_fits_better
    check = Check(
        "smooth",
        "Does a threshold fit better than a smooth bend?",
        "A quadratic or a spline has the lower BIC." if smooth else "It has the lowest BIC.",
        not smooth,
    )
    return DesignTest(found.p, "threshold bootstrap", checks=(check,), results={"threshold": found})


def _quadratic(question: Question, regression: Regression, leading: Estimate) -> DesignTest:
    name = regression.focal.split(":")[0]
    found = inference.u_test(regression.spec, regression.panel, name)
    holds = bool(found.p_cr3 < question.rules.level and found.inside)
    where = "inside" if found.inside else "outside"
    check = Check(
        "turning point",
        "Does the outcome rise and then fall within the data?",
        f"Test of both slopes p = {found.p_cr3:.3f}; the turning point lies {where} the data.",
        holds,
    )
    return DesignTest(checks=(check,), results={"u": found})


def _local_projection(question: Question, regression: Regression, leading: Estimate) -> DesignTest:
    setup = question.claim.setup
    spec = replace(
        regression.spec,
        outcome=regression.outcome,
        lag=regression.spec.lag - max(setup["horizons"]),
    )
    found = inference.local_projections(
        spec, regression.panel, regression.focal, horizons=setup["horizons"],
        early=setup["early"], late=setup["late"],
    )  # fmt: skip
    return DesignTest(results={"responses": found})


def _memory(question: Question, regression: Regression, leading: Estimate) -> DesignTest:
    plain = replace(regression.spec, regressors=(regression.focal,), lags={})
    found = inference.dynamic_panel(plain, question.panel, draws=DRAWS)
    line = found.line(regression.focal, "half_panel_jackknife")
    same = np.sign(line.estimate) == np.sign(leading.coefficient(regression.focal).estimate)
    persistence = found.persistence("half_panel_jackknife").estimate
    check = Check(
        "dynamic bias",
        "Does the sign survive a correction for dynamic bias that holds?",
        f"Half-panel jackknife {line.estimate * line.scale:+.2f} within-SDs, p = {line.p:.2f}; "
        f"persistence {persistence:.2f}, and the correction holds below one only.",
        bool(same and persistence < 1),
    )
    loop = inference.panel_var(replace(plain, initial=()), question.panel, draws=DRAWS)
    return DesignTest(checks=(check,), results={"dynamic": found, "loop": loop})


def _spatial(question: Question, regression: Regression, leading: Estimate) -> DesignTest:
    found = spatial_models(question.claim, regression)
    first = next(iter(found.values())).effect(regression.focal, "direct")
    lines = {name: model.effect(regression.focal, "direct") for name, model in found.items()}
    signs = {np.sign(line.estimate) for line in lines.values()}
    words = ", ".join(
        f"{name.replace('_', ' ')} {line.estimate * line.scale:+.2f}"
        for name, line in lines.items()
    )
    check = Check(
        "maps", "Is the direct effect of one sign under every map?", f"{words}.", len(signs) == 1
    )
    return DesignTest(
        first.p, "spatial model", first.estimate, first.low, first.high, (check,), {"maps": found}
    )


def spatial_models(claim: Claim, regression: Regression) -> dict[str, inference.SpatialEstimate]:
    """Estimate the spatial Durbin model under every declared map, contiguity first.

    All maps share the rows: those on which the panel is balanced, without entities that would be
    left without a neighbour on the first map.
    """
    maps = {name.split()[0]: weights_of(regression.panel, name) for name in claim.setup["maps"]}
    regression = _connected(regression, next(iter(maps.values())))
    return {
        name: inference.spatial_panel(regression.spec, regression.panel, near, balance="largest")
        for name, near in maps.items()
    }


def weights_of(panel: Panel, words: str) -> SpatialWeights:
    """Return the weights of a map as the ledger names it: a kind and perhaps a measure."""
    from analysis.models import spatial_weights

    name, *given = words.split()
    return getattr(spatial_weights, name)(panel, *given)


def _connected(regression: Regression, near: SpatialWeights) -> Regression:
    """Leave out entities without a neighbour among those that a balanced panel keeps."""
    from analysis.inference.spatial.design import balanced_rows

    while True:
        rows = balanced_rows(regression.spec, regression.panel, "largest")[0]
        kept = near.among(tuple(map(str, rows.frame.index.unique(0))))
        alone = np.array(kept.entities)[kept.raw.sum(axis=1) == 0]
        if not alone.size:
            return regression
        regression = without_entities(regression, map(str, alone))


def _exposure(question: Question, regression: Regression, leading: Estimate) -> DesignTest:
    path = exposure_path(question.claim, question.panel, regression)
    check = Check(
        "pre-years",
        "Did more exposed entities move like the others before?",
        f"Joint test of {path.leads} earlier years: p = {path.p:.3f}.",
        path.p >= question.rules.level,
    )
    return DesignTest(checks=(check,), results={"path": path})


def _policy(question: Question, regression: Regression, leading: Estimate) -> DesignTest:
    design = question.study.policy(question.claim.policy)
    sample = regression.spec.sample
    # The same controls as in the regression, or test and columns would answer two questions.
    panel, outcome = without_initial(question.panel, regression.spec)
    free = inference.randomisation_test(design, outcome, panel, sample=sample)
    within = inference.randomisation_test(design, outcome, panel, strata="region", sample=sample)
    study = inference.event_study(design, outcome, panel, sample=sample)
    before = inference.pretrend_test(study)
    level = question.rules.level
    checks = (
        Check(
            "within regions",
            "Does the effect stand out when entities are exchanged within regions only?",
            f"p = {within.p:.3f}.",
            within.p < level,
        ),
        Check(
            "pre-trends",
            "Did the treated move like the others before?",
            f"Joint test p = {before.p:.3f}, permuted {before.p_permutation:.3f}.",
            min(before.p, before.p_permutation) >= level,
        ),
    )
    results = {"free": free, "within": within, "study": study, "before": before}
    return DesignTest(free.p, "permutation", free.estimate, free.low, free.high, checks, results)


_TESTS: Mapping[str, Callable[[Question, Regression, Estimate], DesignTest]] = {
    "threshold": _threshold,
    "quadratic": _quadratic,
    "local-projection": _local_projection,
    "panel-var": _memory,
    "spatial": _spatial,
    "event": _exposure,
    "policy": _policy,
}
