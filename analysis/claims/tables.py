"""Evidence and verdicts of many claims as rows, and as files for other programs."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.claims.record import Record
from analysis.errors import DataError

__all__ = ["COLUMNS", "claim_rows", "write_claims"]

COLUMNS = (
    "claim", "part", "verdict", "status", "chapter", "dataset", "outcome", "term", "predicted",
    "unit", "estimate", "low", "high", "region_year", "entity_trends", "test", "tested", "p",
    "p_chapter", "q_book", "mde", "lowest", "lowest_without", "highest", "highest_without",
    "effective_clusters", "rows", "entities", "first_year", "last_year", "not_met", "reason",
)  # fmt: skip


def claim_rows(records: Sequence[Record]) -> list[dict[str, Any]]:
    """Return one row per claim and part, columns as in `COLUMNS`; empty where nothing exists."""
    return [row for record in records for row in _rows(record)]


def _rows(record: Record) -> list[dict[str, Any]]:
    claim, evidence, judged = record.evidence.claim, record.evidence, record.verdict
    head = {
        "claim": claim.id, "part": 1, "verdict": judged.word, "status": claim.status,
        "chapter": claim.family, "dataset": evidence.dataset, "outcome": claim.outcome,
        "q_book": record.q, "not_met": "; ".join(judged.failed), "reason": judged.reason,
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


def write_claims(records: Sequence[Record], folder: Path) -> tuple[Path, Path]:
    """Write evidence and verdicts as ``claims.json`` and ``claims.csv``.

    Parameters
    ----------
    records : sequence of Record
        In the order of the ledger.
    folder : Path
        Made if it does not exist.

    Raises
    ------
    DataError
        The folder cannot be written.
    """
    plain = [record.plain() for record in records]
    text = json.dumps(plain, ensure_ascii=False, indent=1, allow_nan=False, default=str)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        as_json, as_csv = folder / "claims.json", folder / "claims.csv"
        as_json.write_text(text + "\n", encoding="utf-8")
        with as_csv.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(claim_rows(records))
    except OSError as error:
        raise DataError(
            f"The results cannot be written to {folder}: {error.strerror}, choose another folder."
        ) from error
    return as_json, as_csv
