"""Evidence and verdicts of many claims as rows, and as files for other programs."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from analysis.claims.finding import Column, Slope
from analysis.claims.record import Record
from analysis.errors import DataError

__all__ = ["COLUMNS", "claim_rows", "write_claims", "write_json"]

EFFECTS = ("two_way", "region_year", "entity_trends")
SLOPES = {"within": "within", "declared": "declared", "mean and path": "mean_and_path"}
COLUMNS = (
    "claim", "part", "verdict", "first_edition", "status", "chapter", "dataset", "outcome", "term",
    "predicted", "unit",
    "test", "p", "p_dealt", "p_chapter", "q_book", "tested", "tested_low", "tested_high",
    *(f"{name}{end}" for name in EFFECTS for end in ("", "_low_cr3", "_high_cr3", "_p_cr3")),
    *(f"{name}{end}" for name in SLOPES.values() for end in ("_slope", "_low_cr3", "_high_cr3")),
    "two_way_mde", "mde", "lowest", "lowest_without", "highest", "highest_without", "p_without",
    "p_without_entity", "persistence", "effective_clusters", "rows", "entities", "first_year",
    "last_year", "not_met", "reason",
)  # fmt: skip
"""``tested`` and its ends are the leading test's own, of which ``p`` is the p; the ends are empty
where it has no interval. Ends that come from the jackknife say so. All are in `unit`."""


def claim_rows(records: Sequence[Record]) -> list[dict[str, Any]]:
    """Return one row per claim and part, columns as in `COLUMNS`; empty where nothing exists."""
    return [row for record in records for row in _rows(record)]


def _rows(record: Record) -> list[dict[str, Any]]:
    claim, evidence, judged = record.evidence.claim, record.evidence, record.verdict
    head = {
        "claim": claim.id, "part": 1, "verdict": judged.word,
        "first_edition": record.earlier.get("1"), "status": claim.status,
        "chapter": claim.family, "dataset": evidence.dataset, "outcome": claim.outcome,
        "q_book": record.q, "not_met": "; ".join(judged.failed), "reason": judged.reason,
    }  # fmt: skip
    rows = []
    for i, finding in enumerate(evidence.findings, start=1):
        lead = finding.columns[0]
        rows.append(head | {
            "part": i, "predicted": finding.sign, "p_chapter": finding.p_family, "rows": lead.n,
            **{name: getattr(finding, name) for name in COLUMNS if hasattr(finding, name)},
            **{name: getattr(lead, name) for name in ("entities", "first_year", "last_year")},
            "tested_low": finding.low, "tested_high": finding.high, "two_way_mde": lead.mde,
            **{k: v for c in finding.columns for k, v in _ends(c.effects, c, "")},
            **{k: v for s in finding.decomposition for k, v in _ends(SLOPES[s.name], s, "_slope")},
        })  # fmt: skip
    return [{name: _clean(row.get(name)) for name in COLUMNS} for row in rows or [head]]


def _ends(name: str, found: Column | Slope, estimate: str) -> Iterator[tuple[str, float]]:
    yield f"{name}{estimate}", found.estimate
    yield f"{name}_low_cr3", found.low
    yield f"{name}_high_cr3", found.high
    if isinstance(found, Column):
        yield f"{name}_p_cr3", found.p_cr3


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
    try:
        folder.mkdir(parents=True, exist_ok=True)
        as_json, as_csv = folder / "claims.json", folder / "claims.csv"
        write_json(as_json, [record.plain() for record in records])
        with as_csv.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(claim_rows(records))
    except OSError as error:
        raise DataError(
            f"The results cannot be written to {folder}: {error.strerror}, choose another folder."
        ) from error
    return as_json, as_csv


def write_json(path: Path, plain: object) -> None:
    """Write plain values to a file."""
    # NaN is no JSON: whoever puts one in gets an error here instead of a broken file there.
    text = json.dumps(plain, ensure_ascii=False, indent=1, allow_nan=False, default=str)
    path.write_text(text + "\n", encoding="utf-8")
