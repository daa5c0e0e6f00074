"""The committed table of certificates: made here, read by `analysis.certified`."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.certificates.runner import COLUMNS, certify, registry
from analysis.certified import TABLE, read_rows
from analysis.errors import SpecificationError, UnknownNameError

__all__ = ["certify_methods", "read_rows", "write_rows"]

Row = dict[str, Any]


def certify_methods(
    methods: Sequence[str] = (), replications: int | None = None, jobs: int = 1
) -> list[Row]:
    """Simulate methods of the registry, all of them if none is named.

    `replications` stand instead of those of the registry; the rows do not depend on the processes
    (`jobs`). There is one row per method and effect; None where a method says nothing of the kind.

    Raises
    ------
    UnknownNameError
        A method is not registered.
    SpecificationError
        Fewer than two replications are asked for.
    """
    if replications is not None and replications < 2:
        raise SpecificationError(f"{replications} replications say nothing: ask for two or more.")
    known = registry()
    for name in methods:
        if name not in known:
            raise UnknownNameError("method", name, known, "the registry of certificates")
    rows: list[Row] = []
    for name in methods or known:
        found = certify(known[name], replications=replications, jobs=jobs)
        rows += found.astype(object).where(found.notna(), None).to_dict("records")
    return rows


def write_rows(rows: Sequence[Row], path: Path = TABLE) -> None:
    """Put rows into the table in place of those of the same methods, in registry order."""
    fresh = {row["method"] for row in rows}
    kept: list[Row] = [row for row in read_rows(path) if row["method"] not in fresh]
    order = {name: i for i, name in enumerate(registry())}
    merged = sorted([*kept, *rows], key=lambda r: (order.get(r["method"], 999), float(r["effect"])))
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _text(row[name]) for name in COLUMNS} for row in merged)


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)
