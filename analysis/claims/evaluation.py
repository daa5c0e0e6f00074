"""From a declared claim and a panel to evidence: guard first, then columns, tests and checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from analysis.claims.checks import control_check, ingredient_table, lead_check, share_check
from analysis.claims.claim import Part
from analysis.claims.dealt import with_dealt
from analysis.claims.designs import DesignTest, Regression, arrange, design_test
from analysis.claims.evaluated import Evaluated, Reading
from analysis.claims.evidence import Evidence
from analysis.claims.family import DRAWS, adjust_family
from analysis.claims.finding import Check, Column, Finding
from analysis.claims.natural import natural_words
from analysis.claims.question import Question
from analysis.claims.reweighting import reweighting_check
from analysis.claims.special import SPECIAL
from analysis.claims.standing import (
    decomposition,
    held_check,
    persistence,
    rising_check,
    secondary_check,
)
from analysis.errors import AnalysisError
from analysis.inference import Estimate, Estimates, WildTest, estimate_columns, influence, wild
from analysis.inference.clusters.deletions import deletions
from analysis.inference.clusters.equivalence import tost
from analysis.inference.dynamic.lagged import lagged_name
from analysis.measures import Declarations, Overlap, require_disjoint
from analysis.models import EFFECTS, Specification

__all__ = ["COLUMNS", "evaluate", "evaluate_family"]

COLUMNS = ("two_way", "region_year", "entity_trends")
"""Effects of the three columns in which every declared claim is printed."""


def evaluate(question: Question, *, draws: int = DRAWS) -> Evaluated:
    """Put a claim to the figures.

    A claim of the study is evaluated with its family on the same data set, because its adjusted
    p-value depends on what else is asked of these figures; any other claim stands alone.

    Parameters
    ----------
    question : Question
        Claim, panel with measures, and study. A claim that is not declared, or whose series the
        panel lacks, gives evidence without findings that says so.
    draws : int
        Of the wild bootstrap.

    Returns
    -------
    Evaluated

    Raises
    ------
    OverlapError
        Both sides of a regression contain the same raw series.
    SpecificationError, LedgerError
        A regression cannot be estimated.

    Examples
    --------
    >>> from analysis.claims import Question, read_study
    >>> study = read_study("patient_capital")
    >>> claim = study.ledger["M05"]
    >>> evaluate(Question(claim, study.panel("china"), study), draws=99).claim.id
    'M05'
    """
    study, claim = question.study, question.claim
    asked = [question]
    if any(one == claim for one in study.runs()):
        family = study.runs(family=claim.family, dataset=study.dataset_of(claim))
        asked = [question if one == claim else replace(question, claim=one) for one in family]
    found = [_evaluate(q, draws) if q is question else answer(q, draws) for q in asked]
    return with_dealt(adjust_family(found, draws)[asked.index(question)])


def evaluate_family(questions: Sequence[Question], *, draws: int = DRAWS) -> tuple[Evaluated, ...]:
    """Return the evidence on claims of a family on one data set, p-values adjusted over all.

    A claim that cannot be put to the panel says why; the others are not touched.

    Parameters
    ----------
    questions : sequence of Question
        Claims of one family and their panel.
    draws : int
        Of the wild bootstrap.

    Returns
    -------
    tuple of Evaluated
        In the order of the questions.

    Examples
    --------
    >>> from analysis.claims import Question, read_study
    >>> study = read_study("patient_capital")
    >>> asked = [Question(study.ledger[one], study.panel("china"), study) for one in ("M05", "M06")]
    >>> [made.evidence.claim.id for made in evaluate_family(asked, draws=99)]
    ['M05', 'M06']
    """
    found = adjust_family([answer(question, draws) for question in questions], draws)
    return tuple(map(with_dealt, found))


def answer(question: Question, draws: int) -> Evaluated:
    try:
        return _evaluate(question, draws)
    except AnalysisError as error:
        return _bare(question, str(error))


def _bare(question: Question, cannot: str = "") -> Evaluated:
    put = question.panel is not None and question.claim.declared
    name = question.panel.name if put else ""
    return Evaluated(question, Evidence(question.claim, dataset=name, cannot=cannot))


def _evaluate(question: Question, draws: int) -> Evaluated:
    """Evaluate one claim, not yet adjusted."""
    claim, panel = question.claim, question.panel
    if not claim.declared:
        return _bare(question)
    if question.lacks:
        return _bare(question, question.lacks)
    special = SPECIAL.get(claim.design)
    found = special(question) if special else _regress(question, draws)
    evidence = found.evidence
    notes = tuple(dict.fromkeys((*question.elsewhere, *evidence.notes)))
    return replace(found, evidence=replace(evidence, notes=notes, dataset=panel.name))


def _regress(question: Question, draws: int) -> Evaluated:
    claim = question.claim
    parts, within, secondary = _readings(question)
    judged = [
        _judge(question, i, part, reading, declared, draws)
        for i, (part, reading, declared) in enumerate(zip(claim.parts, within, parts, strict=True))
    ]
    evidence = Evidence(
        claim,
        findings=tuple(one.finding for one in judged),
        checks=tuple(check for one in judged for check in one.checks),
        dropped=tuple(map(str, parts[0].estimates.columns[0].dropped)),
        notes=tuple(note for r in parts for note in r.missing),
    )
    return Evaluated(
        question,
        evidence,
        readings=tuple(parts),
        judged=tuple(within),
        secondary=tuple(secondary),
        tests=tuple(one.test for one in judged),
        ingredients=tuple(one.ingredients for one in judged),
    )


def _readings(question: Question) -> tuple[list[Reading], list[Reading], list[Reading]]:
    """Read every part as declared and as judged, and what is secondary; the guard comes first."""
    named, judged = list(_declared(question)), list(_judged(question))
    guarded = [_guard(regression, question.measures) for _, regression in (*named, *judged)]
    done: dict[tuple[Specification, int], tuple[Estimates, tuple[str, ...]]] = {}
    read = []
    for (name, regression), overlap in zip((*named, *judged), guarded, strict=True):
        key = (regression.spec, id(regression.panel))  # parts often are terms of one regression
        if key not in done:
            worth = overlap.scale or overlap.parts or overlap.crossed
            done[key] = _columns(regression, (str(overlap),) if worth else ())
        read.append(Reading(name, regression, overlap, *done[key]))
    count = len(question.claim.parts)
    parts, secondary, within = read[:count], read[count : len(named)], read[len(named) :]
    same = [r if r.regression.spec == j.regression.spec else j
            for r, j in zip(parts, within, strict=True)]  # fmt: skip
    return parts, same, secondary


def _declared(question: Question) -> Iterator[tuple[str, Regression]]:
    claim = question.claim
    for i, part in enumerate(claim.parts):
        yield _name(i), arrange(question, part)
    first = claim.parts[0]
    for outcome in claim.secondary.outcomes:
        yield f"outcome {outcome}", arrange(question, first, outcome=outcome)
    for name in claim.secondary.regressors:
        yield f"regressor {name}", arrange(question, first, swap={first.focal: name})


def _judged(question: Question) -> Iterator[tuple[str, Regression]]:
    for i, part in enumerate(question.claim.parts):
        yield f"{_name(i)}, within", arrange(question, part, within=True)


def _name(i: int) -> str:
    return f"part {i + 1}" if i else "primary"


def _guard(regression: Regression, measures: Declarations) -> Overlap:
    spec = regression.spec
    # The outcome of the year before is no evidence but a control; it may repeat the outcome.
    right = [name for name in spec.regressors if name != lagged_name(spec.outcome)]
    return require_disjoint(regression.panel, measures, spec.outcome, right)


def _columns(regression: Regression, notes: tuple[str, ...]) -> tuple[Estimates, tuple[str, ...]]:
    """Estimate all columns on shared rows; a column that cannot be estimated is named."""
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
    test: DesignTest
    ingredients: pd.DataFrame


def _judge(
    question: Question, i: int, part: Part, reading: Reading, declared: Reading, draws: int
) -> _Judged:
    """Put everything to one part: columns, its own test, and what could speak against it."""
    regression = reading.regression
    rules = question.rules
    test = design_test(question, regression, reading.estimates.columns[0])
    finding = _finding(question, reading, test, draws)
    finding = replace(finding, persistence=persistence(question, regression))
    if declared is not reading:
        finding = replace(finding, decomposition=decomposition(reading, declared))
    ingredients = ingredient_table(question, part)
    checks = [
        *test.checks,
        control_check(question, part),
        share_check(ingredients, finding.estimate, rules.ingredients),
        reweighting_check(question, regression, finding.estimate),
        secondary_check(question, part, finding.estimate),
        held_check(question, regression),
        rising_check(question, regression),
    ]
    if question.claim.design != "event":  # there the years before it take the place of a lead
        checks.insert(0, lead_check(regression, rules.asked))
    numbered = tuple(replace(check, part=i) for check in checks)
    return _Judged(finding, numbered, test, ingredients)


def _finding(question: Question, reading: Reading, test: DesignTest, draws: int) -> Finding:
    regression, size = reading.regression, question.rules.plausible
    first = reading.estimates.columns[0]
    line, scale = first.coefficient(regression.focal), reading.scale()
    tests = {
        column.specification.effects: wild(column, regression.focal, draws=draws, interval=i == 0)
        for i, column in enumerate(reading.estimates)
    }
    boot, weights = tests[first.specification.effects], influence(first)
    p_low, p_high, smallest = tost(
        line.estimate * scale, line.se_cr3 * scale, first.clusters - 1, size
    )
    p, by, tested, ends = boot.p, "wild bootstrap", line.estimate, (boot.low, boot.high)
    if lead := test.lead:
        p, by, tested, ends = lead.p, lead.test, lead.estimate, (lead.low, lead.high)
    if regression.sign == "0":
        p, by, ends = max(p_low, p_high), "two one-sided tests", (line.low_cr3, line.high_cr3)
    apart = deletions(regression.spec, regression.panel, line.term, reading.estimates.names)
    unit = scale / line.scale
    without, worst = apart.set_index("cluster")["estimate"] * unit, apart["p"].idxmax()
    return Finding(
        outcome=regression.outcome,
        outcome_label=first.outcome_label,
        term=regression.focal,
        term_label=reading.label,
        sign=regression.sign,
        columns=tuple(_column(c, reading, tests) for c in reading.estimates),
        p=float(p),
        test=by,
        tested=float(tested * scale),
        low=float(ends[0] * scale),
        high=float(ends[1] * scale),
        lowest=float(without.min()),
        lowest_without=str(without.idxmin()),
        highest=float(without.max()),
        highest_without=str(without.idxmax()),
        p_without=float(apart["p"][worst]) if not test.lead else float("nan"),
        p_without_entity=str(apart["cluster"][worst]) if not test.lead else "",
        effective_clusters=float(weights.effective[weights.terms.index(line.term)]),
        plausible=size,
        p_zero=max(p_low, p_high),
        smallest_margin=smallest,
        natural=natural_words(regression, line, question.measures),
    )


def _column(estimate: Estimate, reading: Reading, tests: Mapping[str, WildTest]) -> Column:
    effects = estimate.specification.effects
    line, scale = reading.lines[effects], reading.scale(effects)
    return Column(
        effects=effects,
        label=EFFECTS[effects].label,
        estimate=line.estimate * scale,
        se=line.se * scale,
        low=line.low_cr3 * scale,
        high=line.high_cr3 * scale,
        mde=line.mde * scale,
        p=tests[effects].p,
        p_cr3=line.p_cr3,
        n=estimate.n,
        entities=estimate.n_entities,
        clusters=estimate.clusters,
        first_year=estimate.first_year,
        last_year=estimate.last_year,
    )
