"""What a design adds to its panel regression: a leading test of its own, and its own checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from analysis import inference
from analysis.claims.designs.arrange import arrange, find_threshold
from analysis.claims.designs.derived import Regression, without_initial
from analysis.claims.designs.leads import Lead, leading_test
from analysis.claims.designs.paths import exposure_path
from analysis.claims.designs.spatial import spatial_models
from analysis.claims.finding import Check
from analysis.claims.question import Question
from analysis.inference import Estimate

__all__ = ["DesignTest", "design_test"]

DRAWS = 999

Extra = tuple[tuple[Check, ...], Mapping[str, Any]]
"""Checks of a design, and the results behind them."""


@dataclass(frozen=True, slots=True, eq=False)
class DesignTest:
    """The leading test of a design and what else it says.

    Parameters
    ----------
    lead : Lead or None
        Its leading test; None leaves the lead to the wild bootstrap.
    checks : tuple of Check
        The design's own.
    results : mapping of str to object
        Results behind them, for pictures and tables.
    """

    lead: Lead | None = None
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
    run = _EXTRAS.get("policy" if claim.policy else claim.design)
    checks, results = run(question, regression, leading) if run else ((), {})
    lead = leading_test(question, regression)
    return DesignTest(lead, checks, {**results, **(lead.results if lead else {})})


def _threshold(question: Question, regression: Regression, leading: Estimate) -> Extra:
    declared = replace(arrange(question), focal=question.claim.parts[0].focal)
    plain = tuple(n for n in declared.spec.regressors if n != f"{declared.focal} above")
    base = replace(declared, spec=replace(declared.spec, regressors=plain))
    found = find_threshold(base, question.claim.setup["by"], DRAWS)
    smooth = found.smooth_fits_better
    check = Check(
        "smooth",
        "Does a threshold fit better than a smooth bend?",
        "A quadratic or a spline has the lower BIC." if smooth else "It has the lowest BIC.",
        not smooth,
    )
    return (check,), {"threshold": found}


def _quadratic(question: Question, regression: Regression, leading: Estimate) -> Extra:
    declared = arrange(question)  # a turning point is a place on the scale of the series itself
    found = inference.u_test(declared.spec, declared.panel, question.claim.regressors[0])
    holds = bool(found.p_cr3 < question.rules.level and found.inside)
    where = "inside" if found.inside else "outside"
    check = Check(
        "turning point",
        "Does the outcome rise and then fall within the data?",
        f"Test of both slopes p = {found.p_cr3:.3f}; the turning point lies {where} the data.",
        holds,
    )
    return (check,), {"u": found}


def _local_projection(question: Question, regression: Regression, leading: Estimate) -> Extra:
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
    return (), {"responses": found}


def _memory(question: Question, regression: Regression, leading: Estimate) -> Extra:
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
    return (check,), {"dynamic": found, "loop": loop}


def _spatial(question: Question, regression: Regression, leading: Estimate) -> Extra:
    found = spatial_models(question.claim, regression)
    lines = {name: model.effect(regression.focal, "direct") for name, model in found.items()}
    signs = {np.sign(line.estimate) for line in lines.values()}
    words = ", ".join(
        f"{name.replace('_', ' ')} {line.estimate * line.scale:+.2f}"
        for name, line in lines.items()
    )
    check = Check(
        "maps", "Is the direct effect of one sign under every map?", f"{words}.", len(signs) == 1
    )
    return (check,), {"maps": found}


def _exposure(question: Question, regression: Regression, leading: Estimate) -> Extra:
    path = exposure_path(question.claim, question.panel, regression)
    check = Check(
        "pre-years",
        "Did more exposed entities move like the others before?",
        f"Joint test of {path.leads} earlier years: p = {path.p:.3f}.",
        path.p >= question.rules.level,
    )
    return (check,), {"path": path}


def _policy(question: Question, regression: Regression, leading: Estimate) -> Extra:
    design = question.study.policy(question.claim.policy)
    sample, level = regression.spec.sample, question.rules.level
    # The same controls as in the regression, or test and columns would answer two questions.
    panel, outcome = without_initial(question.panel, regression.spec)
    asks = "Does the effect stand out when entities are exchanged within regions only?"
    inside = Check("within regions", asks, "The entities have no regions.", None)
    within = None
    if "region" in panel.entities:
        within = inference.randomisation_test(
            design, outcome, panel, strata="region", sample=sample
        )
        inside = replace(inside, found=f"p = {within.p:.3f}.", passed=within.p < level)
    study = inference.event_study(design, outcome, panel, sample=sample)
    before = inference.pretrend_test(study)
    checks = (
        inside,
        Check(
            "pre-trends",
            "Did the treated move like the others before?",
            f"Joint test p = {before.p:.3f}, permuted {before.p_permutation:.3f}.",
            min(before.p, before.p_permutation) >= level,
        ),
    )
    results = {"within": within, "study": study, "before": before}
    return checks, results


_EXTRAS: Mapping[str, Callable[[Question, Regression, Estimate], Extra]] = {
    "threshold": _threshold,
    "quadratic": _quadratic,
    "local-projection": _local_projection,
    "panel-var": _memory,
    "spatial": _spatial,
    "event": _exposure,
    "policy": _policy,
}
