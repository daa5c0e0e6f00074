"""A claim traced: on every data set how it was put, what was found, and from which figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from inspect import signature
from typing import TYPE_CHECKING

import pandas as pd

from analysis.claims import evaluation
from analysis.claims.across import across
from analysis.claims.designs import arrange
from analysis.claims.question import Question
from analysis.display.formulas import formula_words
from analysis.display.html import Html, badge, folded, table
from analysis.display.trace.anchors import dataset_anchor
from analysis.display.trace.code import claim_code
from analysis.display.trace.places import called, declared, measure_place, place_link
from analysis.display.trace.shell import chinese, facts, link, preformatted
from analysis.display.trace.specification import dropped_words, formula_html, specification_words
from analysis.display.words import SIGNS, TESTS, estimate_cell
from analysis.inference.cells import signed

if TYPE_CHECKING:
    from analysis.claims import Claim, Finding, Record, Study
    from analysis.data import Panel

__all__ = ["Tracing", "claim_page"]

INSIDE = (
    "What moves inside entities; what the product or composite would be at entity means and "
    "national paths is held fixed."
)
CONVENTION = (
    "CR1 beside every slope; intervals of columns from CR3, the jackknife that leaves out one "
    "cluster at a time, with the quantiles of t(G−1)"
)
DRAWN = ("wild bootstrap", "permutation", "threshold bootstrap", "spatial bootstrap")


@dataclass(frozen=True)
class Tracing:
    """What trace pages are made with.

    Parameters
    ----------
    study : Study
        What is claimed.
    draws : int
        Of the wild bootstrap.
    repository : str
        Address of the files; empty where there is none.
    highlight : callable
        Turns a script into HTML.
    """

    study: Study
    draws: int
    repository: str = ""
    highlight: Callable[[str], str] = preformatted


def claim_page(records: Sequence[Record], tracing: Tracing) -> Html:
    """Trace a claim over every data set that it was put to.

    Parameters
    ----------
    records : sequence of Record
        With their numbers, the primary one first.
    tracing : Tracing
        The study and what is around it.

    Returns
    -------
    Html
        The body of the page; links are seen from ``trace/``.
    """
    study, claim = tracing.study, records[0].evidence.claim
    word = across(records, study.rules).word
    chapter = study.chapters[claim.family]["title"]
    head = facts(
        [
            ("The paper's words", f'<q lang="zh">{escape(claim.quote)}</q>'),
            ("Because", chinese(claim.logic)),
            ("Over all data sets", badge(word)),
            ("In the book", link(chapter, f"../{study.address(claim)}")),
            ("Declared in", _places(declared(study, claim), tracing)),
        ]
    )
    blocks = [_dataset(record, tracing) for record in records]
    return Html(f"<h1>{claim.id}: {escape(claim.sentence)}</h1>{head}{''.join(blocks)}")


def _dataset(record: Record, tracing: Tracing) -> str:
    """Say of one data set how the claim was put to it, with what, and what came out."""
    study, claim = tracing.study, record.evidence.claim
    anchor = dataset_anchor(record.dataset)
    if not record.dataset:
        why = record.evidence.cannot or claim.why_not or record.verdict.reason
        said = f"<p>{badge(record.verdict.word)} {chinese(why)}</p>"
        return f'<section id="{anchor}"><h2>Not put to figures</h2>{said}</section>'
    panel = study.panel(record.dataset)
    title = panel.roles.title_en
    question = Question(claim, panel, study)
    body = facts(
        [
            ("Verdict", f"{badge(record.verdict.word)} {chinese(record.verdict.reason)}"),
            ("Estimand", chinese(claim.estimand)),
            *_put(question, record),
            *_rows(question, record),
            *_tested(record, tracing),
            ("Policy", _policy(claim, study)),
            ("Declared in", _places(declared(study, claim), tracing)),
        ]
    )
    return (
        f'<section id="{anchor}"><h2>{link(title, f"../data/{record.dataset}/index.html")}</h2>'
        f"{body}{_series(question, tracing)}{_code(question, record, tracing)}"
        f"{_numbers(record)}</section>"
    )


def _put(question: Question, record: Record) -> Iterator[tuple[str, str]]:
    """Yield the regression in words and as a formula."""
    claim, panel = question.claim, question.panel
    if claim.declared and claim.design != "descriptive" and not question.lacks:
        yield "Specification", specification_words(claim, panel)
        yield "Formula", formula_html(claim, panel)
    departs = f": {chinese(claim.departures)}" if claim.departures else ""
    yield "Design", escape(claim.design) + departs
    if any(f.decomposition for f in record.evidence.findings):
        yield "Judged by", escape(INSIDE)


def _rows(question: Question, record: Record) -> Iterator[tuple[str, str]]:
    """Yield the panel, the sample, and the rows kept and dropped."""
    roles, evidence = question.panel.roles, record.evidence
    grid = len(question.panel.frame)
    yield "Panel", (f"{roles.count} {escape(roles.entities)}, {roles.first_year} to "
                    f"{roles.last_year}: {grid:,} rows")  # fmt: skip
    if evidence.findings:
        claim = question.claim
        spec = arrange(question).spec if claim.policy else claim.build_specification()
        yield "Sample", escape(str(spec.sample))
        first = evidence.findings[0].columns[0]
        kept = (f"{first.n:,} of {grid:,} rows, {first.entities} {escape(roles.entities)}, outcome "
                f"{first.first_year} to {first.last_year}")  # fmt: skip
        yield "Rows kept", kept
    reasons = (dropped_words(reason, question.panel) for reason in evidence.dropped)
    dropped = "".join(f"<li>{reason}</li>" for reason in reasons)
    yield "Rows dropped", f"<ul>{dropped}</ul>" if dropped else ""


def _tested(record: Record, tracing: Tracing) -> Iterator[tuple[str, str]]:
    """Yield estimate, test, errors and seed of every part."""
    several = len(record.evidence.findings) > 1
    for i, finding in enumerate(record.evidence.findings, 1):
        head = f"Part {i}: " if several else ""
        about = f"{finding.outcome_label} on {finding.term_label}; " if several else ""
        said = f"{escape(about)}{estimate_cell(finding, ' ')} {escape(finding.unit)}"
        yield f"{head}Estimate", f"{said}, predicted {SIGNS[finding.sign]}"
        yield f"{head}Test", f"{_test(finding, tracing)}; p = {finding.p:.4f}"
        columns = "; ".join(
            f"{c.label} {signed(c.estimate)} [{signed(c.low)}, {signed(c.high)}]"
            for c in finding.columns
        )
        yield f"{head}Columns, CR3", escape(columns)
        yield f"{head}In units", escape(finding.natural)
    if record.evidence.findings:
        clusters = record.evidence.findings[0].columns[0].clusters
        yield "Standard errors", f"clustered, G = {clusters}: {CONVENTION}"


def _test(finding: Finding, tracing: Tracing) -> str:
    words = TESTS[finding.test]
    if finding.test not in DRAWN:
        return words
    seed = signature(evaluation.wild).parameters["seed"].default
    draws = f"{tracing.draws:,} draws, " if finding.test == "wild bootstrap" else ""
    return f"{words}, {draws}seed {seed}"


def _policy(claim: Claim, study: Study) -> str:
    """Say since when who is exposed."""
    if not claim.policy:
        return ""
    rows = study.policies[study.policies["policy"] == claim.policy]
    starts = rows.groupby(rows["start"].astype(str))["entity"].apply(list)
    listed = "".join(f"<li>{escape(when)}: {escape(', '.join(map(str, who)))}</li>"
                     for when, who in starts.items())  # fmt: skip
    return f"{escape(claim.policy.replace('_', ' '))}<ul>{listed}</ul>"


def _series(question: Question, tracing: Tracing) -> str:
    """Say of every measure how it is made, and link the published series behind it."""
    panel = question.panel
    initial = (question.claim.specification or {}).get("initial", ())
    names = dict.fromkeys([*question.claim.names, *initial])
    rows = [_measure(name, panel, tracing) for name in names if name in panel]
    shown = table(pd.DataFrame(rows), "Measures, and the published series they are made of").text
    return f"<h3>Measures and series</h3>{shown}" if rows else ""


def _measure(name: str, panel: Panel, tracing: Tracing) -> dict[str, object]:
    variable, folder = panel.describe(name), f"../data/{panel.name}/"
    labels = {n: panel.describe(n).label_en for n in panel.variables}
    series = ", ".join(
        link(labels.get(one, one), f"{folder}{one}.html") for one in variable.series if one in panel
    )
    made = escape(formula_words(variable.formula, labels)) if variable.formula else "as published"
    place = measure_place(tracing.study, name) if variable.formula else None
    where = f"<br><small>{place_link(place, tracing.repository)}</small>" if place else ""
    head = link(variable.label_en, f"{folder}{name}.html")
    return {
        "Measure": Html(f"{head}<br><small><code>{escape(name)}</code></small>"),
        "How it is made": Html(made + where),
        "Published series": Html(series),
    }


def _code(question: Question, record: Record, tracing: Tracing) -> str:
    """Show a script for every part, and where the functions it calls stand."""
    anchor = f"code-{record.dataset}"
    blocks, scripts = [], []
    for i in range(max(len(record.evidence.findings), 1)):
        code = claim_code(question, record, i)
        if not code.text:
            return f'<h3 id="{anchor}">Code</h3><p>{chinese(code.why_not)}</p>'
        blocks.append(tracing.highlight(code.text))
        scripts.append(code.text)
    places = _places(called("\n".join(scripts)), tracing)
    said = "Runs where the package is installed; it starts from the published figures."
    return (
        f'<h3 id="{anchor}">Code that rebuilds the estimate</h3><p>{said}</p>{"".join(blocks)}'
        f"<details><summary>Lines of the functions it calls</summary>{places}</details>"
    )


def _places(places: Sequence[object], tracing: Tracing) -> str:
    return ", ".join(place_link(place, tracing.repository) for place in places)


def _numbers(record: Record) -> str:
    """List every number that prose may use, under the name by which it is glued."""
    prefix = record.id.lower()
    if record.evidence.claim.dataset:
        prefix += f"_{record.dataset}"
    rows = [
        {"Name": Html(f"<code>{prefix}_{escape(name)}</code>"), "Value": _value(value)}
        for name, value in record.shown.numbers.items()
    ]
    if not rows:
        return ""
    shown = table(pd.DataFrame(rows), f"Numbers that the book may print of {record.id}").text
    return folded(f"All {len(rows)} numbers by the name under which they are printed", shown).text


def _value(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
