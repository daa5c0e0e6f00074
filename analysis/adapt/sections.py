"""A claim on a reader's figures as the book's own pages show one, with two tables more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files

import yaml

from analysis.adapt.answers import Answers
from analysis.claims.claim import Claim
from analysis.claims.designs import arrange
from analysis.claims.finding import Finding
from analysis.claims.question import Question
from analysis.claims.record import Page, Record
from analysis.claims.special import SPECIAL
from analysis.data import Panel
from analysis.data.codebook import Codebook
from analysis.display.sections import Section
from analysis.inference import estimate_columns
from analysis.inference.cells import Grid, signed
from analysis.inference.tables.models import ModelsTable, models_table

__all__ = ["alt_text", "caption", "claim_models", "sections", "words"]


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """Return the words of report and pages that go with a chart or a sign."""
    text = files("analysis.adapt").joinpath("templates/words.yml").read_text("utf-8")
    return yaml.safe_load(text)


def sections(answers: Answers) -> dict[str, Section]:
    """Return a section for every claim that was estimated.

    Parameters
    ----------
    answers
        What a reader's figures say.

    Returns
    -------
    dict of str to Section
        By claim. Besides what every section has, ``models`` sets the regressions side by side where
        the design has any, and ``measures`` says what each measure is made of.
    """
    book, study = Codebook.of(answers.panel), answers.asked.study
    return {
        record.id: Section(_with_tables(record, answers), book, study)
        for record in answers.answered
    }


def _with_tables(record: Record, answers: Answers) -> Record:
    claim = record.evidence.claim
    grids = {"measures": _measures(claim, answers.panel)}
    if claim.design not in SPECIAL:
        grids["models"] = claim_models(record, answers).grid()
    return replace(record, shown=record.shown | Page(grids=grids))


def claim_models(record: Record, answers: Answers) -> ModelsTable:
    """Set the regressions of a claim side by side: its parts, each under every set of effects.

    Parameters
    ----------
    record
        An answered claim whose design ends in regressions.
    answers
        Gives panel and study.

    Returns
    -------
    ModelsTable
        In units of the figures, with CR1 errors.
    """
    question = Question(record.evidence.claim, answers.panel, answers.asked.study)
    parts = zip(question.claim.parts, record.evidence.findings, strict=True)
    done = {}
    for part, finding in parts:
        regression = arrange(question, part, within=True)
        done[regression.spec] = (regression.panel, [c.effects for c in finding.columns])
    columns = [estimate_columns(spec, panel, names) for spec, (panel, names) in done.items()]
    labels = {name: label for spec, (panel, _) in done.items() for name, label in
              _labels(spec.regressors, panel).items()}  # fmt: skip
    return models_table(
        *columns, panel=answers.panel, labels=labels, notes=(words()["models"]["units"],),
        caption=f"{record.id}: {question.claim.sentence}",
    )  # fmt: skip


def _labels(regressors: Sequence[str], panel: Panel) -> dict[str, str]:
    """Name derived columns, which are called after their measures, by the labels of these."""

    def label(name: str) -> str:
        return panel.describe(name).label_en if name in panel else name

    named = {part for term in regressors for part in term.split(":")}
    return {
        part: " ".join(map(label, part.split())) if label(part) == part else label(part)
        for part in named
    }


def _measures(claim: Claim, panel: Panel) -> Grid:
    controls = (claim.specification or {}).get("controls", ())
    named = dict.fromkeys((*claim.names, *controls))
    known = [panel.describe(name) for name in named if name in panel]
    rows = [
        (v.name, " ".join(filter(None, (v.label_en, v.label_zh))), v.unit or "–",
         v.formula or v.definition or "–")
        for v in known
    ]  # fmt: skip
    heads = ("Measure", "In words", "Unit", "How it is made")
    return Grid(f"What {claim.id} measures", heads, tuple(rows), style="book")


def caption(record: Record, book: Codebook) -> str:
    """Say what the picture of a claim shows."""
    known = words()["charts"]
    said = known.get(record.shown.exhibits["picture"].chart, known["other"])
    return said.format(id=record.id, entity=book.roles.entity)


def alt_text(record: Record, book: Codebook, kind: bool = True) -> str:
    """Say what is to be seen in the picture of a claim, and of which `kind` it is unless shown."""
    seen = "; ".join(map(_seen, record.evidence.findings))
    what = caption(record, book) if kind else f"{record.id}:"
    return f"{what} {seen}. Verdict: {record.verdict.word}."


def _seen(finding: Finding) -> str:
    said = f"{finding.outcome_label} on {finding.term_label}: {signed(finding.tested)} "
    said += finding.unit
    if finding.has_interval:
        said += f", 95% interval {signed(finding.low)} to {signed(finding.high)}"
    return said
