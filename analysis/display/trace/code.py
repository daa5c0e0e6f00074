"""Ten to twenty lines of Python that rebuild what a claim rests on, from public names.

The lines take the steps of `analysis.claims.designs.arrange` one by one, so that a reader can
change sample, outcome or effects between them. They end with the number that the book prints.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.claims.designs import arrange
from analysis.claims.question import Question
from analysis.display.trace.code_lines import (
    DERIVED,
    ENDINGS,
    absorbed,
    difference,
    estimated,
    expected,
    imports,
    product,
    written,
)
from analysis.measures.coupling import LINEAR

if TYPE_CHECKING:
    from analysis.claims import Claim, Finding, Record
    from analysis.claims.claim import Part

__all__ = ["Code", "claim_code"]

OPENING = """study = read_study("{study}")
panel = build(load("{dataset}"), study.measures)  # published series, and what is made of them"""


@dataclass(frozen=True, slots=True)
class Code:
    """Lines that rebuild an estimate, or why there are none.

    Parameters
    ----------
    text : str
        A script; empty where there is none. It leaves the estimate in ``size`` and its p in ``p``.
    why_not : str
        In a sentence; empty where there is a script.
    """

    text: str = ""
    why_not: str = ""


def claim_code(question: Question, record: Record, part: int = 0) -> Code:
    """Write the script of one part of a claim on a data set.

    Parameters
    ----------
    question : Question
        Claim, panel and study, as they were evaluated.
    record : Record
        What was found.
    part : int
        Which part, from 0.

    Returns
    -------
    Code
        A script that starts from the published figures.
    """
    claim, evidence = question.claim, record.evidence
    if claim.design == "descriptive" and evidence.describes:
        return _script(question, [_described(claim)])
    if not evidence.findings:
        reason = evidence.cannot or claim.why_not or record.verdict.reason
        return Code(why_not=f"Nothing is estimated here: {reason}")
    finding = evidence.findings[part]
    if claim.design == "distributed-lag":
        return _script(question, [_mean_lag(claim)])
    judged = arrange(question, claim.parts[part], within=True)
    steps = _threshold if claim.design == "threshold" else _steps
    lines = [*steps(question, claim.parts[part]), estimated(finding, judged.in_sds)]
    return _script(question, [*lines, ENDINGS[finding.test](claim, finding), _said(finding)])


def _script(question: Question, lines: list[str]) -> Code:
    """Put imports and figures before the lines."""
    opening = OPENING.format(study=question.study.name, dataset=question.panel.name)
    body = "\n".join([opening, *filter(None, lines)])
    return Code(f"{imports(body)}\n\n{body}\n")


def _steps(question: Question, part: Part) -> Iterator[str]:
    """Yield the steps to `spec`, `panel` and `focal`, as `arrange` takes them."""
    claim = question.claim
    if claim.policy:
        yield f'\npolicy, figures = study.policy("{claim.policy}"), panel'
        yield "panel = with_treatment(panel, policy)"
        yield written(arrange(question, part, within=True).spec, policy=True)
        yield "focal = policy.name"
        return
    spec, composites = claim.build_specification(), question.measures.composites
    yield f"\n{written(spec)}"
    if part.less:
        yield difference(claim, part)
    yield product(part) if ":" in part.focal else f'focal = "{part.focal}"'
    yield absorbed(question, spec, part.focal)
    if claim.design in DERIVED:
        yield DERIVED[claim.design](question)
    if any(n in composites and composites[n].form not in LINEAR for n in spec.regressors):
        yield expected(part)


def _threshold(question: Question, part: Part) -> Iterator[str]:
    claim = question.claim
    found = f'study.ledger["{claim.id}"]'
    if claim.dataset:
        found = f'next(t for t in {found}.tests if t.dataset == "{claim.dataset}")'
    yield f"""
claim = {found}
question = Question(claim, panel, study)
judged = arrange(question, within=True)  # the best threshold, and the slope above it
panel, spec, focal = judged.panel, judged.spec, judged.focal"""


def _mean_lag(claim: Claim) -> str:
    periods = [tuple(years) for years in claim.setup["periods"]]
    return f"""
{written(claim.build_specification())}
pair = []
for first, last in {periods!r}:
    inside = replace(spec, sample=replace(spec.sample, first_year=first, last_year=last))
    lags = distributed_lags(inside, panel, "{claim.regressors[0]}", lags={claim.setup["lags"]!r})
    pair.append(lags)
change = mean_lag_change(*pair)
size, p = change.estimate, change.p_cr3
print(f"{{size:+.3f}} years, p = {{p:.3f}}")"""


def _described(claim: Claim) -> str:
    return f"""
wide = panel["{claim.outcome}"].unstack("entity").dropna(how="all")
ends = wide.iloc[[0, -1]].dropna(axis=1)  # the first year and the last
size = ends.mean(axis=1)
print(size.round(2).to_dict(), f"over {{ends.shape[1]}} of {{wide.shape[1]}}")"""


def _said(finding: Finding) -> str:
    printed = f"the book prints {finding.tested:+.3f}, {finding.p:.3f}"
    return f'print(f"{{size:+.3f}} within-SDs, p = {{p:.3f}}")  # {printed}'
