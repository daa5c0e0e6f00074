"""From a claim to regressions: every design ends as an outcome, regressors and a focal term.

A local projection, an event, a threshold or a contrast of outcomes is a panel regression with a
derived column. What follows (columns, bootstrap, leave-one-out, leads, controls) then treats all
designs alike; what a design needs besides is in `tests`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from analysis.claims.claim import Claim, Part
from analysis.claims.designs import derived
from analysis.claims.designs.derived import Regression, with_column
from analysis.claims.designs.within import (
    is_common,
    with_expected,
    with_expected_regime,
    within_product,
)
from analysis.claims.question import Question
from analysis.inference import Threshold
from analysis.inference.dynamic.lagged import lagged_name
from analysis.models import Specification
from analysis.models.treatment import with_treatment

__all__ = ["arrange", "find_threshold", "regime"]


def arrange(
    question: Question,
    part: Part | None = None,
    *,
    outcome: str | None = None,
    swap: Mapping[str, str] | None = None,
    within: bool = False,
) -> Regression:
    """Build the regression of one part of a claim.

    Parameters
    ----------
    question : Question
        Its claim is declared, and not descriptive.
    part : Part, optional
        The first one by default.
    outcome : str, optional
        Another outcome: a secondary reading, an ingredient or a negative control.
    swap : mapping of str to str, optional
        Regressors to be replaced.
    within : bool
        Let products, composites and regimes speak by what moves inside entities (see `within`);
        otherwise the regression is as the ledger declares it.

    Raises
    ------
    SpecificationError, UnknownNameError
        The regression cannot be built.
    """
    claim, swap = question.claim, dict(swap or {})
    part = part or claim.parts[0]
    base = _plain(question, part, outcome, swap)
    if part.less and outcome is None:
        base = _less(base, part.less)
    if within and not claim.policy and ":" in base.focal:
        base = within_product(base)
    base = _absorbed(_triple(base))
    if claim.design == "threshold":
        by = claim.setup["by"]
        return regime(base, by, find_threshold(base, by).gamma, within=within)
    if apply := _BY_DESIGN.get(claim.design):
        base = apply(base, claim)
    return with_expected(base, question.measures) if within else base


def _plain(question: Question, part: Part, outcome: str | None, swap: dict[str, str]) -> Regression:
    claim, panel = question.claim, question.panel

    def renamed(value: Any) -> Any:  # noqa: ANN401
        if isinstance(value, str):
            return swap.get(value, value)
        return [renamed(item) for item in value]

    outcome = outcome or claim.outcome
    mapping = dict(claim.specification or {})
    mapping["interactions"] = renamed(mapping.get("interactions", []))
    mapping["lags"] = {renamed(name): lag for name, lag in mapping.get("lags", {}).items()}
    focal = ":".join(renamed(name) for name in part.focal.split(":"))
    if claim.policy:
        design = question.study.policy(claim.policy)
        panel = panel if design.name in panel else with_treatment(panel, design)
        regressors, focal = (design.name,), design.name
    else:
        regressors = tuple(renamed(name) for name in claim.regressors)
    spec = Specification.from_mapping({**mapping, "outcome": outcome, "regressors": regressors})
    return Regression(panel, spec, focal, part.sign, outcome, focal)


def _less(base: Regression, less: str) -> Regression:
    """Take a second outcome off the first, both in within-SDs."""
    name = f"{base.outcome} less {less}"
    one, two = (base.panel.describe(n).label_en for n in (base.outcome, less))
    values = derived.scaled_difference(base.panel, base.outcome, less, base.spec)
    label = f"{one} less {two[:1].lower()}{two[1:]}"
    made = with_column(base, name, values, (base.outcome, less), label, outcome=name)
    return replace(made, outcome=name, in_sds=True)


def _triple(base: Regression) -> Regression:
    """Put the product of three regressors in as a column; its pairs are in the specification."""
    names = base.focal.split(":")
    if len(names) < 3:  # a product inside entities is one name
        return base
    values = derived.centred_product(base.panel, ((name, 0) for name in names))
    label = " × ".join(base.panel.describe(name).label_en for name in names)
    wider = (*base.spec.regressors, base.focal)
    return with_column(base, base.focal, values, names, label, regressors=wider)


def _absorbed(base: Regression) -> Regression:
    """Let a regressor that is the same for all entities enter through its products alone."""
    spec, panel = base.spec, base.panel
    common = [n for n in spec.regressors if ":" not in n and is_common(panel, n)]
    if not common:
        return base
    products, kept = [], []
    for pair in spec.interactions:
        if not set(pair) & set(common):
            kept.append(pair)
            continue
        name = ":".join(pair)
        values = derived.centred_product(panel, ((n, spec.lag_of(n)) for n in pair))
        label = " × ".join(panel.describe(n).label_en for n in pair)
        panel = derived.add_column(panel, name, values, pair, label)
        products.append(name)
    regressors = (*(n for n in spec.regressors if n not in common), *products)
    lags = {n: lag for n, lag in spec.lags if n not in common} | dict.fromkeys(products, 0)
    spec = replace(spec, regressors=regressors, interactions=tuple(kept), lags=lags)
    return replace(base, panel=panel, spec=spec)


def _horizons(base: Regression, claim: Claim) -> Regression:
    """Explain the late responses less the early ones."""
    early, late = claim.setup["early"], claim.setup["late"]
    last = max(claim.setup["horizons"])
    name = f"{base.outcome}, late less early"
    values = derived.horizon_contrast(base.panel, base.outcome, early, late, last)
    label = f"{base.panel.describe(base.outcome).label_en}, late less early"
    lag = base.spec.lag + last
    return with_column(base, name, values, (base.outcome,), label, outcome=name, lag=lag)


def _event(base: Regression, claim: Claim) -> Regression:
    """Multiply a fixed exposure by the years in which it counts."""
    if claim.policy:
        return base
    (first, last), (start, end) = claim.setup["exposure"], claim.setup["active"]
    end = end or base.panel.roles.last_year
    variable = base.focal
    exposure = derived.fixed_exposure(base.panel, variable, (first, last))
    years = base.panel.frame.index.get_level_values(1)
    values = exposure * ((years >= start) & (years <= end))
    name = f"{variable} of {first}-{last} from {start}"
    when = f"in {start}" if start == end else f"from {start}"
    label = f"{base.panel.describe(variable).label_en} before, {when}"
    made = with_column(base, name, values, (variable,), label, regressors=(name,))
    return replace(made, focal=name, label=label)


def find_threshold(base: Regression, by: str, draws: int = 99) -> Threshold:
    """Search the threshold of a regression; few draws where only its place is wanted."""
    from analysis.inference import threshold

    return threshold(base.spec, base.panel, by, of=(base.focal,), draws=draws)


def regime(base: Regression, by: str, gamma: float, *, within: bool = False) -> Regression:
    """Let the slope of the focal regressor differ where a series lies above a threshold."""
    name, words = f"{base.focal} above", base.panel.describe(by).label_en
    label = f"{base.panel.describe(base.focal).label_en} above a level of {words[:1].lower()}"
    values = base.panel[base.focal] * (base.panel[by] > gamma)
    panel = derived.add_column(base.panel, name, values, (base.focal, by), label + words[1:])
    spec = replace(base.spec, regressors=(*base.spec.regressors, name))
    found = replace(base, panel=panel, spec=spec, focal=name, label=label + words[1:])
    return with_expected_regime(found, base.focal, by, gamma) if within else found


def _memory(base: Regression, claim: Claim) -> Regression:
    """Hold the outcome of the year before fixed."""
    name = lagged_name(base.outcome)
    before = derived.lagged(base.panel, base.outcome, 1)
    label = f"{base.panel.describe(base.outcome).label_en}, year before"
    wider, lags = (*base.spec.regressors, name), {**dict(base.spec.lags), name: 0}
    return with_column(base, name, before, (base.outcome,), label, regressors=wider, lags=lags)


_BY_DESIGN: Mapping[str, Callable[[Regression, Claim], Regression]] = {
    "local-projection": _horizons,
    "event": _event,
    "panel-var": _memory,
}
