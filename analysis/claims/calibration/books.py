"""The whole ledger put to many simulated panels: what a book would have said by chance.

One regression of a claim differs between panels in its columns alone, so rows and effects are
prepared once and the slopes, jackknives and bootstraps of all panels come from products of arrays
(`analysis.inference.clusters.shared_rows`). What decides between "suggestive" and "supported" is
asked only where a leading test speaks at all: there the claim is evaluated as any other is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import stdtr

from analysis.claims.calibration.placebo import Placebo, Replaced
from analysis.claims.checks import control_check, lead_check
from analysis.claims.claim import Claim
from analysis.claims.designs import Lead, Regression, arrange, leading_test
from analysis.claims.designs.derived import place
from analysis.claims.evaluation import COLUMNS, answer
from analysis.claims.evidence import Evidence
from analysis.claims.finding import Check, Column, Finding
from analysis.claims.question import Question
from analysis.claims.special import SPECIAL
from analysis.data import Panel
from analysis.errors import AnalysisError
from analysis.inference.cells import reach
from analysis.inference.clusters.equivalence import tost
from analysis.inference.clusters.shared_rows import SharedRows, Slopes, share_rows
from analysis.inference.clusters.wild import SEED
from analysis.inference.clusters.wild_scores import (
    Weights,
    at_null,
    choose_weights,
    invert,
    p_values,
)
from analysis.inference.power import minimum_detectable_effect
from analysis.models import EFFECTS, Rows, Specification, estimation_rows
from analysis.models.design import Design, build_design
from analysis.models.rows import numbers, shift, usable, years_each

__all__ = ["book", "claims_of"]

DRAWS = 999
EVERYTHING = 0.02
"""Leading p up to which a claim is asked everything, so that a stricter or milder rule can be tried
on the same panels."""

Ask = Callable[[Claim, int], Question]
"""The question of a claim on panel number so and so."""


def claims_of(placebo: Placebo) -> tuple[Claim, ...]:
    """Return the claims that a data set can be asked and that predict something."""
    runs = placebo.study.runs(dataset=placebo.panel.name)
    return tuple(
        claim
        for claim in runs
        if claim.declared and claim.parts and claim.design != "descriptive"
        and all(name in placebo.panel for name in claim.names)
    )  # fmt: skip


def book(
    placebo: Placebo, panels: Sequence[int], *, draws: int = DRAWS, full: bool = True,
    deep: bool = True,
) -> list[tuple[Evidence, ...]]:  # fmt: skip
    """Put every claim of a data set to placebo panels.

    Parameters
    ----------
    placebo : Placebo
        Data set and family.
    panels : sequence of int
        Numbers of the panels.
    draws : int
        Of the bootstrap.
    full : bool
        Ask everything of a claim whose leading test speaks; otherwise leave it at the columns.
    deep : bool
        Let the leading test speak up to `EVERYTHING`, so that other rules can be tried, and put
        claims that predict no effect as well; otherwise up to the p that the rules call supported.

    Returns
    -------
    list of tuple of Evidence
        One tuple a panel, in the order of `claims_of`.
    """
    drawn = [placebo.replaced(number) for number in panels]
    claims = [c for c in claims_of(placebo) if deep or any(p.sign in "+-" for p in c.parts)]
    found = [list(_asked(placebo, claim, drawn, draws, full, deep)) for claim in claims]
    return [tuple(one) for one in zip(*found, strict=True)]


def _asked(
    placebo: Placebo, claim: Claim, drawn: Sequence[Replaced], draws: int, full: bool, deep: bool
) -> Iterator[Evidence]:
    questions = [placebo.question(claim, one) for one in drawn]
    if claim.design in SPECIAL:
        yield from (answer(question, draws).evidence for question in questions)
        return
    by_part = [_findings(questions, i, draws) for i in range(len(claim.parts))]
    for i, question in enumerate(questions):
        findings = tuple(part[i] for part in by_part if i in part)
        least = min((f.p for f in findings), default=0.0)
        most = max(question.rules.supported, EVERYTHING if deep else 0.0)
        if len(findings) < len(by_part) or (full and least <= most):
            yield answer(question, draws).evidence
        else:
            asked = tuple(_stepping(question, findings)) if full else ()
            yield Evidence(claim, findings, asked, dataset=question.panel.name)


def _stepping(question: Question, findings: Sequence[Finding]) -> Iterator[Check]:
    """Ask what takes a step off "suggestive"; the rest decides between it and "supported" alone."""
    for i, (finding, part) in enumerate(zip(findings, question.claim.parts, strict=True)):
        if finding.p < question.rules.level:
            regression = arrange(question, part, within=True)
            if question.claim.design != "event":
                yield replace(lead_check(regression, question.rules.asked), part=i)
            yield replace(control_check(question, part), part=i)


@dataclass(frozen=True, eq=False)
class _Rows:
    """Rows of one regression under each set of effects, and entity and year effects alone."""

    index: np.ndarray
    shared: dict[str, SharedRows]
    plain: SharedRows
    years: tuple[int, int]
    entities: int


def _rows(regression: Regression) -> _Rows:
    spec, panel = regression.spec, regression.panel
    rows, designs = _designs(spec, panel)
    index = rows.frame.index
    years = index.get_level_values(1)
    return _Rows(
        index=panel.frame.index.get_indexer(index),
        shared={e: share_rows(d) for e, d in designs.items()},
        plain=share_rows(designs["two_way"], levels_only=True),
        years=(int(years.min()), int(years.max())),
        entities=len(index.unique(0)),
    )


def _designs(spec: Specification, panel: Panel) -> tuple[Rows, dict[str, Design]]:
    """Rows shared by all effects under which there is a design, and these."""
    asked: list[str] = list(COLUMNS)
    while True:
        rows = estimation_rows(spec, panel, asked)
        try:
            return rows, {e: build_design(spec.with_effects(e), panel, rows) for e in asked}
        except AnalysisError:
            if len(asked) == 1:
                raise
            asked.pop()


def _columns(regression: Regression, at: np.ndarray) -> np.ndarray:
    """Return the focal term, other terms and the outcome on the rows, shape (n, k + 1)."""
    spec, frame = regression.spec, regression.panel.frame
    width = years_each(frame.index)
    values = {n: shift(numbers(frame, n), spec.lag_of(n), width)[at] for n in spec.slopes}
    for a, b in spec.interactions:
        one, two = (values[n] - values[n].mean() for n in (a, b))
        values[f"{a}:{b}"] = one * two
    focal = tuple(values)[place(values, regression.focal)]
    order = [focal, *(n for n in values if n != focal)]
    return np.column_stack([*(values[n] for n in order), numbers(frame, spec.outcome)[at]])


def _findings(questions: Sequence[Question], part: int, draws: int) -> dict[int, Finding]:
    """Return findings of one part by panel; panels with the same rows are solved as one.

    Panels that cannot be solved so are left out: asked by themselves, they say why.
    """
    regressions: dict[int, Regression] = {}
    groups: dict[tuple[bytes, tuple[str, ...]], list[int]] = {}
    for i, question in enumerate(questions):
        with suppress(AnalysisError):
            one = regressions[i] = arrange(question, question.claim.parts[part], within=True)
            key = usable(one.spec, one.panel).tobytes(), one.spec.terms
            groups.setdefault(key, []).append(i)
    found: dict[int, Finding] = {}
    for members in groups.values():
        with suppress(AnalysisError):
            rows = _rows(regressions[members[0]])
            columns = np.stack([_columns(regressions[i], rows.index) for i in members])
            found |= _solve(members, columns, rows, questions, regressions, draws)
    return found


def _solve(
    which: Sequence[int], columns: np.ndarray, rows: _Rows, questions: Sequence[Question],
    regressions: Mapping[int, Regression], draws: int,
) -> dict[int, Finding]:  # fmt: skip
    y, x = columns[..., -1], columns[..., :-1]
    sd = rows.plain.within_sd(columns[..., [0, -1]])
    slopes = {effects: shared.slopes(y, x) for effects, shared in rows.shared.items()}
    whole = [(s.rank == x.shape[-1]) & np.isfinite(s.se_cr3) for s in slopes.values()]
    with np.errstate(divide="ignore"):
        scale = sd[:, 0] / sd[:, 1]
    if regressions[which[0]].in_sds:
        scale = sd[:, 0] * np.sqrt(y.shape[1] / (y.shape[1] - 1))
    chosen = choose_weights("auto", len(rows.plain.labels), draws, SEED)
    out = {}
    for j, i in enumerate(which):
        if not all(one[j] for one in whole):
            continue
        with suppress(AnalysisError):
            lead = leading_test(questions[i], regressions[i])
            tables = {e: _column(e, s, j, scale[j], rows, len(y[j])) for e, s in slopes.items()}
            out[i] = _finding(questions[i], regressions[i], tables, slopes["two_way"], j, scale[j],
                              lead, chosen)  # fmt: skip
    return out


def _column(effects: str, found: Slopes, j: int, scale: float, rows: _Rows, n: int) -> Column:
    groups = len(rows.plain.labels)
    b, error = found.estimate[j] * scale, found.se_cr3[j] * scale
    half = reach(groups - 1, 0.05) * error
    p = float(2 * stdtr(groups - 1, -abs(b / error)))
    return Column(
        effects=effects, label=EFFECTS[effects].label, estimate=float(b),
        se=float(found.se[j] * scale), low=float(b - half), high=float(b + half), p=p, p_cr3=p,
        mde=float(minimum_detectable_effect(float(error), groups - 1)), n=n,
        entities=rows.entities, clusters=groups, first_year=rows.years[0],
        last_year=rows.years[1],
    )  # fmt: skip


def _finding(
    question: Question, regression: Regression, columns: dict[str, Column], found: Slopes, j: int,
    scale: float, lead: Lead | None, weights: Weights,
) -> Finding:  # fmt: skip
    first = columns["two_way"]
    size = question.rules.plausible
    p_low, p_high, smallest = tost(
        first.estimate, found.se_cr3[j] * scale, first.clusters - 1, size
    )
    if regression.sign == "0":
        p, test, tested = max(p_low, p_high), "two one-sided tests", first.estimate
        ends = first.low, first.high
    elif lead:
        p, test, tested = lead.p, lead.test, lead.estimate * scale
        ends = lead.low * scale, lead.high * scale
    else:
        scores = found.scores[j]
        moments = np.concatenate([scores.moments(w) for w in weights.chunks()], axis=1)
        p = p_values(scores, *at_null(moments, 0.0), 0.0, weights)[0]
        low, high = invert(scores, moments, weights, question.rules.level)
        test, tested, ends = "wild bootstrap", first.estimate, (low * scale, high * scale)
    without = found.without[j] * scale
    return Finding(
        outcome=regression.outcome, outcome_label=regression.outcome, term=regression.focal,
        term_label=regression.label or regression.focal, sign=regression.sign,
        columns=tuple(columns.values()), p=float(p), test=test, tested=float(tested),
        low=float(ends[0]), high=float(ends[1]), lowest=float(without.min()), lowest_without="",
        highest=float(without.max()), highest_without="",
        effective_clusters=float(found.effective[j]), plausible=size, p_zero=max(p_low, p_high),
        smallest_margin=smallest,
    )  # fmt: skip
