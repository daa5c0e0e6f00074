"""A claim under every specification that the ledger declares admissible, beside what chance gives.

Chance is that of Simonsohn, Simmons and Nelson (2020, Nature Human Behaviour 4, 1208-1214), at the
level of clusters: the whole histories of everything on the right are dealt out anew among the
entities, one permutation for all columns, and the whole curve is estimated again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from analysis.claims.choices import Choices
from analysis.claims.curve_grid import Estimates, Grid
from analysis.claims.curve_null import Null, null_of
from analysis.claims.designs import Regression, arrange, with_sample
from analysis.claims.question import Question
from analysis.data import Panel
from analysis.errors import AnalysisError
from analysis.inference.cells import reach
from analysis.measures import score
from analysis.measures.build import composed
from analysis.models import Specification

__all__ = ["CHOICES", "Curve", "curve", "curve_table", "declared_samples", "specifications"]

CHOICES = ("outcome", "weights", "effects", "lag", "sample", "controls")
"""Columns of a curve that say what a specification chose."""

_SEARCHED = {
    "threshold": "No placebo curves: the level of the threshold is sought in the figures, so that "
    "every one of them would need a search of its own."
}


@dataclass(frozen=True, eq=False)
class Curve:
    """The focal term of a claim under every admissible specification.

    Attributes
    ----------
    table : DataFrame
        A row per specification: `CHOICES`, ``declared`` (whether it is the primary one),
        ``estimate, se, p, low, high`` (CR1), ``se_cr3, p_cr3, low_cr3, high_cr3``, in within-SDs,
        ``n, clusters``.
    null : Null or None
        Placebo curves; None where none are asked for, or a level is searched in the figures.
    words : str
        A sentence on the placebo curves; empty where none are asked for.
    """

    table: pd.DataFrame
    null: Null | None = None
    words: str = ""


def curve(question: Question, choices: Choices | None = None) -> Curve:
    """Estimate a claim's first part under all combinations of admissible choices.

    Products, composites and regimes speak by what moves inside entities. Errors are clustered by
    entity. What cannot be estimated has no row.

    Parameters
    ----------
    question : Question
        The claim has a panel regression.
    choices : Choices, optional
        By default those of the ledger.
    """
    choices = choices or question.study.ledger.choices(question.claim)
    words = _SEARCHED.get(question.claim.design, "") if choices.placebos else ""
    placebos = 0 if words else choices.placebos
    rows, estimates, slope = [], [], Estimates(placebos)
    for chosen, regression in specifications(question, choices):
        grid = Grid.of(regression)
        for other, spec in _effects_and_controls(question, regression.spec, choices):
            found = slope(grid, spec)
            if found is None or not np.isfinite(found.estimate[0]):
                continue
            row = {**chosen, **other}
            row["declared"] = row["declared"] and spec == regression.spec
            rows.append(row | _numbers(found))
            estimates.append(found)
    table = pd.DataFrame(rows, columns=[*CHOICES, "declared", *_NUMBERS])
    if not placebos or not estimates:
        return Curve(table, words=words)
    found, p = (np.array([getattr(e, k) for e in estimates]) for k in ("estimate", "p"))
    null = null_of(found, p, question.claim.parts[0].sign)
    return Curve(table, null, null.words)


def curve_table(question: Question) -> pd.DataFrame:
    """Return the table of a claim's curve without placebo curves."""
    choices = question.study.ledger.choices(question.claim)
    return curve(question, replace(choices, placebos=0)).table


def specifications(
    question: Question, choices: Choices
) -> Iterator[tuple[dict[str, Any], Regression]]:
    """Yield the regressions that differ in outcome, weights, lag or sample, with what they chose.

    The choices hold ``declared`` as well: whether all of them are those of the primary one.
    """
    claim, part = question.claim, question.claim.parts[0]
    primary = arrange(question, part, within=True)
    lag = primary.spec.lag if claim.policy else dict(claim.specification).get("lag", 1)
    moves = lag in choices.lags and not claim.specification.get("lags")
    for name in _outcomes(question, choices):
        outcome = name or claim.outcome
        panels = [(words, scheme, _reweighted(question, outcome, scheme))
                  for words, scheme in _schemes(question, outcome, choices)]  # fmt: skip
        for years, (label, changes), (words, scheme, panel) in product(
            choices.lags if moves else (lag,), _samples(primary, choices), panels
        ):
            try:
                asked = _changed(question, panel, years, changes)
                found = arrange(asked, part, outcome=name, within=True)
            except AnalysisError:
                continue
            own = name is None and scheme is None and years == lag and not changes
            yield {"outcome": outcome, "weights": words, "lag": years, "sample": label,
                   "declared": own}, found  # fmt: skip


def declared_samples(regression: Regression, use: str) -> Iterator[tuple[str, Regression]]:
    """Yield label and regression for each sample of the data set that serves a use."""
    for label, changes in _changes(regression, use):
        yield label, with_sample(regression, **changes)


def _changes(regression: Regression, use: str) -> Iterator[tuple[str, dict[str, Any]]]:
    panel, sample = regression.panel, regression.spec.sample
    for one in panel.samples.values():
        changes = one.changes(
            panel.roles, panel.entities, sample.exclude_entities, sample.last_year
        )
        if use in one.use and changes:
            yield one.label, changes


def _samples(primary: Regression, choices: Choices) -> list[tuple[str, dict[str, Any]]]:
    declared = [("all", {})] if "declared" in choices.samples else []
    return declared + (list(_changes(primary, "curve")) if "marked" in choices.samples else [])


def _outcomes(question: Question, choices: Choices) -> list[str | None]:
    """None stands for the primary outcome, which may be a contrast of two."""
    claim = question.claim
    primary = [None] if "primary" in choices.outcomes else []
    other = [n for n in claim.secondary.outcomes if n in question.panel and n != claim.outcome]
    return primary + (other if "secondary" in choices.outcomes else [])


def _indices(question: Question, outcome: str) -> tuple[list[str], list[str]]:
    """Return indices and composites in a regression of a claim."""
    claim, measures = question.claim, question.measures
    names = dict.fromkeys((outcome, *claim.regressors, claim.setup.get("by", "")))
    composites = [n for n in names if n in measures.composites]
    names |= dict.fromkeys(s for n in composites for s in measures.composites[n].systems)
    return [n for n in names if n in measures.indices], composites


def _schemes(
    question: Question, outcome: str, choices: Choices
) -> Iterator[tuple[str, str | None]]:
    """Yield words and scheme of each admissible weighting; None stands for the declared ones."""
    own = {question.measures.index(name).scheme for name in _indices(question, outcome)[0]}
    word = next(iter(own)) if len(own) == 1 else "declared" if own else "no index"
    if "declared" in choices.weightings or not own:
        yield word, None
    if own:
        yield from ((s, s) for s in choices.weightings if s not in ("declared", word))


def _reweighted(question: Question, outcome: str, scheme: str | None) -> Panel:
    """Return the panel with indices under another scheme, and composites made of them."""
    panel, measures = question.panel, question.measures
    if scheme is None:
        return panel
    indices, composites = _indices(question, outcome)
    columns = {name: score(panel, measures, name, scheme) for name in indices}
    panel = replace(panel, frame=panel.frame.assign(**columns))
    made = {name: composed(panel, measures.composites[name]) for name in composites}
    return replace(panel, frame=panel.frame.assign(**made))


def _changed(question: Question, panel: Panel, lag: int, changes: Mapping[str, Any]) -> Question:
    declared = question.claim.specification
    specification = {**declared, "lag": lag}
    if changes:
        specification["sample"] = {**declared.get("sample", {}), **changes}
    return replace(question, claim=replace(question.claim, specification=specification),
                   panel=panel)  # fmt: skip


def _effects_and_controls(
    question: Question, spec: Specification, choices: Choices
) -> Iterator[tuple[dict[str, str], Specification]]:
    controls = []
    if "declared" in choices.controls or not spec.initial:
        controls.append(("initial" if spec.initial else "none", spec))
    if "none" in choices.controls and spec.initial:
        controls.append(("none", replace(spec, initial=())))
    if "held" in choices.controls:
        for name in question.claim.secondary.held:
            if name in question.panel and name not in spec.variables:
                controls.append((f"beside {name}", replace(spec, controls=(*spec.controls, name))))
    for (words, one), effects in product(controls, choices.effects):
        yield {"controls": words, "effects": effects}, one.with_effects(effects)


_NUMBERS = ("estimate", "se", "p", "low", "high", "se_cr3", "p_cr3", "low_cr3", "high_cr3", "n",
            "clusters")  # fmt: skip


def _numbers(found: Any) -> dict[str, float]:  # noqa: ANN401
    """Return the numbers of the real figures, which are those of the first panel."""
    from scipy.special import stdtr

    b, se, clusters = float(found.estimate[0]), float(found.se[0]), int(found.clusters[0])
    half, cr3 = reach(clusters - 1), float(found.se_cr3)
    p_cr3 = float(2 * stdtr(clusters - 1, -abs(b / cr3))) if cr3 > 0 else np.nan
    values = (b, se, float(found.p[0]), b - half * se, b + half * se, cr3, p_cr3, b - half * cr3,
              b + half * cr3, int(found.rows[0]), clusters)  # fmt: skip
    return dict(zip(_NUMBERS, values, strict=True))
