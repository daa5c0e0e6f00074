"""From a declared claim and a panel to evidence: guard first, then columns, tests and checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.claims.designs import Own, Regression, arrange, own_test
from analysis.claims.details import Details, Reading
from analysis.claims.evidence import Check, Column, Evidence, Finding
from analysis.claims.family import DRAWS, adjust_chapter
from analysis.claims.ledger import ledger
from analysis.claims.natural import natural_words
from analysis.claims.reweighting import reweighting_check
from analysis.claims.robustness import (
    control_check,
    ingredient_table,
    lead_check,
    share_check,
)
from analysis.claims.special import SPECIAL
from analysis.claims.verdicts import rules
from analysis.errors import AnalysisError
from analysis.inference import wild
from analysis.inference.clusters.equivalence import tost
from analysis.inference.dynamic.lagged import lagged_name
from analysis.models import EFFECTS

if TYPE_CHECKING:
    import pandas as pd

    from analysis.claims.claim import Claim, Part
    from analysis.data import Panel
    from analysis.inference import Estimate, Estimates, WildTest
    from analysis.measures import Overlap
    from analysis.models import Specification

__all__ = ["COLUMNS", "evaluate", "evaluate_chapter"]

COLUMNS = ("two_way", "region_year", "entity_trends")
"""Effects of the three columns in which every declared claim is printed."""


def evaluate(claim: Claim, panel: Panel, *, draws: int = DRAWS) -> Evidence:
    """Put a claim to the figures.

    A claim of the book's ledger is evaluated with its chapter, because its adjusted p-value
    depends on what else the chapter asks; any other claim is a chapter of its own.

    Parameters
    ----------
    claim : Claim
        Any claim; one that is not declared gives evidence without findings.
    panel : Panel
        With measures, as `analysis.measures.build` returns it.
    draws : int
        Of the wild bootstrap.

    Returns
    -------
    Evidence

    Raises
    ------
    OverlapError
        Both sides of a regression contain the same raw series.
    SpecificationError, UnknownNameError, LedgerError
        A regression cannot be estimated, or a measure is not in the panel.
    """
    book = ledger()
    if claim.id in {one.id for one in book} and book[claim.id] == claim:
        chapter = [one for one in book.filter(family=claim.family) if one.unit == claim.unit]
        return evaluate_chapter(chapter, panel, draws=draws)[chapter.index(claim)]
    return evaluate_chapter([claim], panel, draws=draws)[0]


def evaluate_chapter(
    claims: Sequence[Claim], panel: Panel, *, draws: int = DRAWS
) -> tuple[Evidence, ...]:
    """Put the claims of a chapter to the figures, p-values adjusted over all of them.

    Parameters
    ----------
    claims : sequence of Claim
        One chapter.
    panel : Panel
        With measures.
    draws : int
        Of the wild bootstrap.
    """
    return adjust_chapter([_evidence(claim, panel, draws) for claim in claims], draws)


def _evidence(claim: Claim, panel: Panel, draws: int) -> Evidence:
    if not claim.declared:
        return Evidence(claim)
    if claim.design in SPECIAL:
        return SPECIAL[claim.design](claim, panel)
    readings = tuple(_readings(claim, panel))
    parts, also = readings[: len(claim.parts)], readings[len(claim.parts) :]
    judged = [
        _judge(claim, panel, i, part, reading, draws)
        for i, (part, reading) in enumerate(zip(claim.parts, parts, strict=True))
    ]
    return Evidence(
        claim,
        findings=tuple(one.finding for one in judged),
        checks=tuple(check for one in judged for check in one.checks),
        dropped=tuple(map(str, parts[0].estimates.columns[0].dropped)),
        notes=tuple(dict.fromkeys(note for r in parts for note in r.missing)),
        details=Details(
            readings=parts,
            also=also,
            own=tuple(one.own for one in judged),
            ingredients=tuple(one.ingredients for one in judged),
        ),
    )


def _readings(claim: Claim, panel: Panel) -> Iterator[Reading]:
    """Yield one reading per part, then the secondary ones; the guard looks at all of them first."""
    named = list(_regressions(claim, panel))
    guarded = [_guard(regression) for _, regression in named]
    done: dict[tuple[Specification, int], tuple[Estimates, tuple[str, ...]]] = {}
    for (name, regression), overlap in zip(named, guarded, strict=True):
        key = (regression.spec, id(regression.panel))  # parts often are terms of one regression
        if key not in done:
            done[key] = _columns(regression, (str(overlap),) if _worth(overlap) else ())
        yield Reading(name, regression, overlap, *done[key])


def _regressions(claim: Claim, panel: Panel) -> Iterator[tuple[str, Regression]]:
    for i, part in enumerate(claim.parts):
        yield ("primary" if i == 0 else f"part {i + 1}"), arrange(claim, panel, part)
    first = claim.parts[0]
    for outcome in claim.also.outcomes:
        yield f"outcome {outcome}", arrange(claim, panel, first, outcome=outcome)
    for name in claim.also.regressors:
        yield f"regressor {name}", arrange(claim, panel, first, swap={first.focal: name})


def _guard(regression: Regression) -> Overlap:
    from analysis.measures import require_disjoint
    from analysis.studies.patient_capital import declared

    spec = regression.spec
    # The outcome of the year before is no evidence but a control; it may repeat the outcome.
    right = [name for name in spec.regressors if name != lagged_name(spec.outcome)]
    return require_disjoint(regression.panel, declared(), spec.outcome, right)


def _worth(overlap: Overlap) -> bool:
    return bool(overlap.scale or overlap.parts or overlap.crossed)


def _columns(regression: Regression, notes: tuple[str, ...]) -> tuple[Estimates, tuple[str, ...]]:
    """Estimate all columns on shared rows; a column that cannot be estimated is named."""
    from analysis.inference import estimate_columns

    spec, panel = regression.spec, regression.panel
    try:
        return estimate_columns(spec, panel, COLUMNS, notes=notes), ()
    except AnalysisError as error:
        leading = estimate_columns(spec, panel, COLUMNS[:1], notes=notes)  # has to work
        kept, missing = [COLUMNS[0]], []
        for name in COLUMNS[1:]:
            try:
                estimate_columns(spec, panel, (*kept, name))
                kept.append(name)
            except AnalysisError as reason:
                missing.append(f"{EFFECTS[name].label} cannot be estimated: {reason}")
        if len(kept) == 1:
            return leading, tuple(missing) or (str(error),)
        return estimate_columns(spec, panel, kept, notes=notes), tuple(missing)


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    finding: Finding
    checks: tuple[Check, ...]
    own: Own
    ingredients: pd.DataFrame


def _judge(claim: Claim, panel: Panel, i: int, part: Part, reading: Reading, draws: int) -> _Judged:
    """Put everything to one part: columns, its own test, and what could speak against it."""
    regression = reading.regression
    own = own_test(claim, panel, regression, reading.estimates.columns[0])
    finding = _finding(reading, own, draws)
    ingredients = ingredient_table(claim, panel, part)
    controls = ledger().protocol.get("negative_controls", {}).get(claim.unit, ())
    checks = [
        *own.checks,
        control_check(claim, panel, part, controls),
        share_check(ingredients, finding.estimate),
        reweighting_check(regression, finding.estimate),
    ]
    if claim.design != "event":  # there the years before the event take the place of a lead
        checks.insert(0, lead_check(regression))
    numbered = tuple(replace(check, part=i) for check in checks)
    return _Judged(finding, numbered, own, ingredients)


def _finding(reading: Reading, own: Own, draws: int) -> Finding:
    regression, size = reading.regression, rules().plausible
    first = reading.estimates.columns[0]
    line, scale = first.coefficient(regression.focal), reading.scale()
    tests = {
        column.specification.effects: wild(column, regression.focal, draws=draws, interval=i == 0)
        for i, column in enumerate(reading.estimates)
    }
    boot = tests[first.specification.effects]
    p_low, p_high, smallest = tost(
        line.estimate * scale, line.se_cr3 * scale, first.clusters - 1, size
    )
    p, test, ends = boot.p, own.test, (boot.low, boot.high)
    if own.p is not None:
        p = own.p
        ends = (own.low, own.high) if np.isfinite(own.low) else (line.low_cr3, line.high_cr3)
    if regression.sign == "0":
        p, test, ends = max(p_low, p_high), "two one-sided tests", (line.low_cr3, line.high_cr3)
    return Finding(
        outcome=regression.outcome,
        outcome_label=first.outcome_label,
        term=regression.focal,
        term_label=reading.label,
        sign=regression.sign,
        columns=tuple(_column(c, reading, tests) for c in reading.estimates),
        p=float(p),
        test=test,
        tested=float((own.estimate if np.isfinite(own.estimate) else line.estimate) * scale),
        low=float(ends[0] * scale),
        high=float(ends[1] * scale),
        lowest=line.lowest * scale,
        lowest_without=line.lowest_without,
        highest=line.highest * scale,
        highest_without=line.highest_without,
        effective_clusters=_effective(first, regression.focal),
        plausible=size,
        p_zero=max(p_low, p_high),
        smallest_margin=smallest,
        natural=natural_words(regression, line),
    )


def _column(estimate: Estimate, reading: Reading, tests: Mapping[str, WildTest]) -> Column:
    effects = estimate.specification.effects
    line, scale = reading.lines[effects], reading.scale(effects)
    scaled = {
        name: getattr(line, key) * scale
        for name, key in (("estimate", "estimate"), ("se", "se"), ("low", "low_cr3"),
                          ("high", "high_cr3"), ("mde", "mde"))
    }  # fmt: skip
    return Column(
        effects=effects,
        label=EFFECTS[effects].label,
        p=tests[effects].p,
        p_cr3=line.p_cr3,
        n=estimate.n,
        entities=estimate.n_entities,
        clusters=estimate.clusters,
        first_year=estimate.first_year,
        last_year=estimate.last_year,
        **scaled,
    )


def _effective(estimate: Estimate, term: str) -> float:
    from analysis.inference import influence

    found = influence(estimate)
    swapped = ":".join(reversed(term.split(":")))
    at = next(i for i, name in enumerate(found.terms) if name in (term, swapped))
    return float(found.effective[at])
