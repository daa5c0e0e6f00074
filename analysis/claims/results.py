"""The whole ledger: evidence and verdict for every claim, as tables and files."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.claims.evidence import Evidence
from analysis.claims.family import DRAWS, discoveries
from analysis.claims.ledger import ledger
from analysis.claims.validation import FAMILIES
from analysis.claims.verdicts import Verdict, verdict
from analysis.errors import DataError

if TYPE_CHECKING:
    from analysis.data import Panel

__all__ = ["DATASETS", "Result", "evaluate_ledger", "result_rows", "write_results"]

DATASETS = {"country-year": "world"}
"""Data sets of claims that are tested elsewhere than on the data set that is asked for."""

COLUMNS = (
    "claim", "part", "verdict", "status", "chapter", "outcome", "term", "predicted", "unit",
    "estimate", "low", "high", "region_year", "entity_trends", "test", "tested", "p", "p_chapter",
    "q_book", "mde", "lowest", "lowest_without", "highest", "highest_without", "effective_clusters",
    "rows", "entities", "first_year", "last_year", "not_met", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """One claim with its evidence, its verdict and its q over the book.

    Parameters
    ----------
    evidence : Evidence
        Plain numbers; details are left behind in the process that made them.
    verdict : Verdict
        As `verdict(evidence)` gives it.
    q : float or None
        False-discovery rate over all tested claims (Benjamini-Hochberg); None if not tested.
    """

    evidence: Evidence
    verdict: Verdict
    q: float | None

    def to_dict(self) -> dict[str, Any]:
        """Plain types for JSON."""
        return {**self.evidence.to_dict(), "verdict": self.verdict.to_dict(), "q": self.q}


def evaluate_ledger(
    root: Path | None = None, dataset: str = "china", *, draws: int = DRAWS, jobs: int = 2
) -> tuple[Result, ...]:
    """Evaluate every claim of the ledger, chapter by chapter.

    Parameters
    ----------
    root : Path, optional
        Folder of data sets; the project's own by default.
    dataset : str
        Data set of the claims without a unit of their own.
    draws : int
        Of the wild bootstrap.
    jobs : int
        Processes; the answer does not depend on it.

    Returns
    -------
    tuple of Result
        In the order of the ledger.
    """
    from joblib import Parallel, delayed

    work = [delayed(_chapter)(family, root, dataset, draws) for family in _longest_first()]
    found = {e.claim.id: e for part in Parallel(n_jobs=jobs)(work) for e in part}
    ordered = [found[claim.id] for claim in ledger()]
    q = discoveries(ordered)
    return tuple(Result(e, verdict(e), q.get(e.claim.id)) for e in ordered)


def _longest_first() -> list[str]:
    return sorted(FAMILIES, key=lambda family: -len(ledger().filter(family=family)))


def _chapter(family: str, root: Path | None, dataset: str, draws: int) -> list[Evidence]:
    from analysis.claims.evaluation import evaluate_chapter

    out = []
    claims = ledger().filter(family=family)
    for name in dict.fromkeys(DATASETS.get(claim.unit, dataset) for claim in claims):
        inside = [claim for claim in claims if DATASETS.get(claim.unit, dataset) == name]
        panel = _panel(name, root) if any(claim.declared for claim in inside) else None
        out += [replace(e, details=None) for e in evaluate_chapter(inside, panel, draws=draws)]
    return out


@cache
def _panel(dataset: str, root: Path | None) -> Panel:
    from analysis.data import load
    from analysis.measures import build
    from analysis.studies.patient_capital import declared

    return build(load(dataset, root), declared())


def result_rows(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Return one row per claim and part, columns as in `COLUMNS`; empty where nothing exists."""
    return [row for result in results for row in _rows(result)]


def _rows(result: Result) -> list[dict[str, Any]]:
    claim, evidence, judged = result.evidence.claim, result.evidence, result.verdict
    head = {
        "claim": claim.id, "part": 1, "verdict": judged.word, "status": claim.status,
        "chapter": claim.family, "outcome": claim.outcome, "q_book": result.q,
        "not_met": "; ".join(judged.failed), "reason": judged.reason,
    }  # fmt: skip
    rows = []
    for i, finding in enumerate(evidence.findings, start=1):
        lead = finding.columns[0]
        others = {c.effects: c.estimate for c in finding.columns}
        rows.append(head | {
            "part": i, "outcome": finding.outcome, "term": finding.term,
            "predicted": finding.sign, "unit": finding.unit, "estimate": finding.estimate,
            "low": finding.low, "high": finding.high,
            "region_year": others.get("region_year"), "entity_trends": others.get("entity_trends"),
            "test": finding.test, "tested": finding.tested, "p": finding.p,
            "p_chapter": finding.p_family,
            "mde": finding.mde, "lowest": finding.lowest, "lowest_without": finding.lowest_without,
            "highest": finding.highest, "highest_without": finding.highest_without,
            "effective_clusters": finding.effective_clusters, "rows": lead.n,
            "entities": lead.entities, "first_year": lead.first_year, "last_year": lead.last_year,
        })  # fmt: skip
    return [{name: _clean(row.get(name)) for name in COLUMNS} for row in rows or [head]]


def _clean(value: object) -> object:
    return None if isinstance(value, float) and value != value else value


def write_results(results: Sequence[Result], folder: Path) -> tuple[Path, Path]:
    """Write evidence and verdicts as ``claims.json`` and ``claims.csv``.

    Parameters
    ----------
    results : sequence of Result
        From `evaluate_ledger`.
    folder : Path
        Made if it does not exist.

    Raises
    ------
    DataError
        The folder cannot be written.
    """
    plain = [result.to_dict() for result in results]
    text = json.dumps(plain, ensure_ascii=False, indent=1, allow_nan=False, default=str)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        as_json, as_csv = folder / "claims.json", folder / "claims.csv"
        as_json.write_text(text + "\n", encoding="utf-8")
        with as_csv.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(result_rows(results))
    except OSError as error:
        raise DataError(
            f"The results cannot be written to {folder}: {error.strerror}, choose another folder."
        ) from error
    return as_json, as_csv
