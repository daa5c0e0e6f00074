"""The answers a reader's figures give, beside those of the study's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis.adapt.asking import Asked, ask
from analysis.adapt.large import LargeEstimate, estimates, is_large, is_vast, unaffordable
from analysis.adapt.policies import Policies
from analysis.claims.archive import open_archive
from analysis.claims.claim import Claim
from analysis.claims.evidence import Evidence
from analysis.claims.record import Record
from analysis.claims.study import Study
from analysis.claims.study_results import evaluate_study
from analysis.claims.tables import write_claims
from analysis.claims.verdicts import verdict
from analysis.data import Panel, load
from analysis.errors import AnalysisError
from analysis.measures import build

__all__ = ["Answers", "answer"]

TOO_LARGE = (
    "It is estimated without a verdict: in a panel of this size the tests that one rests on would "
    "take hours and more memory than there is."
)


@dataclass(frozen=True, eq=False)
class Answers:
    """What was asked of a reader's figures and what they say.

    Attributes
    ----------
    asked : Asked
        The claims that can be asked, and why the others cannot.
    records : tuple of Record
        Every claim of the ledger in its order.
    book : mapping of str to str
        The study's own verdict of a claim, where its archive is at hand and the claim is the same.
    panel : Panel
        The figures, with measures.
    large : tuple of LargeEstimate
        Estimates without a verdict, where a panel is too large for the tests behind one.
    policies : tuple of tuple
        Of each policy the reader dates: name, entities, first and last start, claims that ask it.
    """

    asked: Asked
    records: tuple[Record, ...]
    book: Mapping[str, str]
    panel: Panel
    large: tuple[LargeEstimate, ...] = ()
    policies: tuple[tuple[str, int, str, str, tuple[str, ...]], ...] = ()

    @property
    def answered(self) -> tuple[Record, ...]:
        """Claims that were estimated."""
        return tuple(record for record in self.records if record.evidence.findings)

    @property
    def unanswered(self) -> tuple[Record, ...]:
        """Claims that were asked but have neither a verdict nor an estimate."""
        ids = set(self.asked.study.ids) - {one.id for one in self.large}
        return tuple(r for r in self.records if r.id in ids and r.evidence.cannot)


def answer(
    study: Study, root: Path, name: str, *, draws: int, jobs: int, said: Callable[[str], None],
    policies: Policies | None = None,
) -> Answers:  # fmt: skip
    """Put every claim that can be asked to a data set on disk; write the answers beside it.

    Parameters
    ----------
    study
        What is claimed.
    root, name
        Folder of data sets and name of this one.
    draws, jobs, said
        Of the wild bootstrap; processes; is told of every step.
    policies
        The reader's own; their table lies under `root`.
    """
    panel = build(load(name, root), study.measures)
    found = ask(study, panel, root, policies.names if policies else ())
    said(f"{len(found.study.ledger)} of {len(study.ledger)} claims can be asked")
    large: tuple[LargeEstimate, ...] = ()
    if is_vast(panel):
        large, failed = estimates(found.study, panel, said)
        done = {
            claim.id: _without(study, claim, failed.get(claim.id, TOO_LARGE), name)
            for claim in found.study.ledger
        }
    else:
        why = {claim.id: unaffordable(claim, panel) for claim in found.study.ledger}
        results = evaluate_study(
            found.of({name for name, words in why.items() if not words}),
            draws=draws, jobs=jobs, explore=True, lengthy=not is_large(panel), said=said,
        )  # fmt: skip
        done = {record.id: record for record in results.records}
        for claim in found.study.ledger:
            if why[claim.id]:
                done[claim.id] = _without(study, claim, why[claim.id], name)
    for claim, why in found.cannot:
        done[claim.id] = _without(study, claim, why, name)
    records = tuple(replace(done[claim.id], earlier={}) for claim in study.ledger)
    write_claims(records, root / "answers")
    return Answers(found, records, _book(study), panel, large, _dated(found, policies))


def _dated(found: Asked, policies: Policies | None) -> tuple[Any, ...]:
    """Say which claims ask each policy that the reader dates."""
    if policies is None:
        return ()
    return tuple(
        (*one, tuple(c.id for c in found.study.ledger if c.policy == one[0]))
        for one in policies.counted()
    )


def _without(study: Study, claim: Claim, why: str, name: str) -> Record:
    """Return a claim without findings, and why it has none."""
    evidence = Evidence(claim, cannot=why if claim.declared else "", dataset=name)
    return Record(evidence, verdict(evidence, study.rules))


def _book(study: Study) -> dict[str, str]:
    """Return the study's own verdicts, as its archive has them."""
    from analysis.claims.archive import ROOT

    try:
        kept = open_archive(ROOT / study.name).primary
    except AnalysisError:
        return {}
    same = {claim.id: claim.sentence for claim in study.ledger}
    return {r.id: r.verdict.word for r in kept if same.get(r.id) == r.evidence.claim.sentence}
