"""What a design adds to its panel regression: a leading test of its own, and its own checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.claims.designs.arrange import Regression, policy_design, with_sample
from analysis.claims.designs.derived import without_initial
from analysis.claims.evidence import Check
from analysis.claims.verdicts import rules

if TYPE_CHECKING:
    from analysis.claims.claim import Claim
    from analysis.data import Panel
    from analysis.inference import Estimate, SpatialEstimate, Threshold
    from analysis.models.spatial_weights import SpatialWeights

__all__ = ["Own", "own_test"]

DRAWS = 999


@dataclass(frozen=True, slots=True, eq=False)
class Own:
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


def own_test(claim: Claim, panel: Panel, regression: Regression, leading: Estimate) -> Own:
    """Run what the design of a claim needs besides its panel regression.

    Parameters
    ----------
    claim, panel
        As in `analysis.claims.evaluate`.
    regression : Regression
        Of the part.
    leading : Estimate
        Its first column.
    """
    run = _OWN.get("policy" if claim.policy else claim.design)
    return run(claim, panel, regression, leading) if run else Own()


def find_threshold(base: Regression, by: str, draws: int = 99) -> Threshold:
    """Search the threshold of a regression; few draws where only its place is wanted."""
    from analysis.inference import threshold

    return threshold(base.spec, base.panel, by, of=(base.focal,), draws=draws)


def _threshold(claim: Claim, panel: Panel, regression: Regression, leading: Estimate) -> Own:
    base = replace(
        regression,
        spec=replace(regression.spec, regressors=regression.spec.regressors[:-1]),
        focal=regression.focal.removesuffix(" above"),
    )
    found = find_threshold(base, claim.setup["by"], DRAWS)
    smooth = found.smooth_fits_better
    check = Check(
        "smooth",
        "Does a threshold fit better than a smooth bend?",
        "A quadratic or a spline has the lower BIC." if smooth else "It has the lowest BIC.",
        not smooth,
    )
    return Own(found.p, "threshold bootstrap", checks=(check,), results={"threshold": found})


def _quadratic(claim: Claim, panel: Panel, regression: Regression, leading: Estimate) -> Own:
    from analysis.inference import u_test

    name = regression.focal.split(":")[0]
    found = u_test(regression.spec, regression.panel, name)
    holds = bool(found.p_cr3 < rules().level and found.inside)
    where = "inside" if found.inside else "outside"
    check = Check(
        "turning point",
        "Does the outcome rise and then fall within the data?",
        f"Test of both slopes p = {found.p_cr3:.3f}; the turning point lies {where} the data.",
        holds,
    )
    return Own(checks=(check,), results={"u": found})


def _local_projection(claim: Claim, panel: Panel, regression: Regression, leading: Estimate) -> Own:
    from analysis.inference import local_projections

    setup = claim.setup
    spec = replace(
        regression.spec,
        outcome=regression.outcome,
        lag=regression.spec.lag - max(setup["horizons"]),
    )
    found = local_projections(
        spec, regression.panel, regression.focal, horizons=setup["horizons"],
        early=setup["early"], late=setup["late"],
    )  # fmt: skip
    return Own(results={"responses": found})


def _memory(claim: Claim, panel: Panel, regression: Regression, leading: Estimate) -> Own:
    from analysis.inference import dynamic_panel, panel_var

    plain = replace(regression.spec, regressors=(regression.focal,), lags={})
    found = dynamic_panel(plain, panel, draws=DRAWS)
    line = found.line(regression.focal, "half_panel_jackknife")
    same = np.sign(line.estimate) == np.sign(leading.coefficient(regression.focal).estimate)
    own = found.persistence("half_panel_jackknife").estimate
    check = Check(
        "dynamic bias",
        "Does the sign survive a correction for dynamic bias that holds?",
        f"Half-panel jackknife {line.estimate * line.scale:+.2f} within-SDs, p = {line.p:.2f}; "
        f"persistence {own:.2f}, and the correction holds below one only.",
        bool(same and own < 1),
    )
    loop = panel_var(replace(plain, initial=()), panel, draws=DRAWS)
    return Own(checks=(check,), results={"dynamic": found, "loop": loop})


def _spatial(claim: Claim, panel: Panel, regression: Regression, leading: Estimate) -> Own:
    found = spatial_models(claim, regression)
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
    return Own(
        first.p, "spatial model", first.estimate, first.low, first.high, (check,), {"maps": found}
    )


def spatial_models(claim: Claim, regression: Regression) -> dict[str, SpatialEstimate]:
    """Estimate the spatial Durbin model under every declared map, contiguity first.

    All maps share the rows: those on which the panel is balanced, without entities that would be
    left without a neighbour on the first map.
    """
    from analysis.inference import spatial_panel

    maps = {name: weights_of(regression.panel, name) for name in claim.setup["maps"]}
    regression = _connected(regression, next(iter(maps.values())))
    return {
        name: spatial_panel(regression.spec, regression.panel, near, balance="largest")
        for name, near in maps.items()
    }


def weights_of(panel: Panel, name: str) -> SpatialWeights:
    """Return the weights of a map by its name in the ledger."""
    from analysis.models import spatial_weights

    given = {"economic_proximity": ("gdp_per_head",)}
    return getattr(spatial_weights, name)(panel, *given.get(name, ()))


def _connected(regression: Regression, near: SpatialWeights) -> Regression:
    """Leave out entities without a neighbour among those that a balanced panel keeps."""
    from analysis.inference.spatial.design import balanced_rows

    while True:
        rows = balanced_rows(regression.spec, regression.panel, "largest")[0]
        kept = near.among(tuple(map(str, rows.frame.index.unique(0))))
        alone = np.array(kept.entities)[kept.raw.sum(axis=1) == 0]
        if not alone.size:
            return regression
        excluded = (*regression.spec.sample.exclude_entities, *map(str, alone))
        regression = with_sample(regression, exclude_entities=tuple(dict.fromkeys(excluded)))


def _exposure(claim: Claim, panel: Panel, regression: Regression, leading: Estimate) -> Own:
    from analysis.claims.designs.paths import exposure_path

    path = exposure_path(claim, panel, regression)
    check = Check(
        "pre-years",
        "Did more exposed entities move like the others before?",
        f"Joint test of {path.leads} earlier years: p = {path.p:.3f}.",
        path.p >= rules().level,
    )
    return Own(checks=(check,), results={"path": path})


def _policy(claim: Claim, panel: Panel, regression: Regression, leading: Estimate) -> Own:
    from analysis.inference import event_study, pretrend_test, randomisation_test

    design = policy_design(claim.policy)
    sample = regression.spec.sample
    # The same controls as in the regression, or test and columns would answer two questions.
    panel, outcome = without_initial(panel, regression.spec)
    free = randomisation_test(design, outcome, panel, sample=sample)
    within = randomisation_test(design, outcome, panel, strata="region", sample=sample)
    study = event_study(design, outcome, panel, sample=sample)
    before = pretrend_test(study)
    level = rules().level
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
    return Own(free.p, "permutation", free.estimate, free.low, free.high, checks, results)


_OWN: Mapping[str, Callable[[Claim, Panel, Regression, Estimate], Own]] = {
    "threshold": _threshold,
    "quadratic": _quadratic,
    "local-projection": _local_projection,
    "panel-var": _memory,
    "spatial": _spatial,
    "event": _exposure,
    "policy": _policy,
}
