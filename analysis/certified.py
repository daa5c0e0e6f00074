"""What the certificates say about a method, for whoever prints its results.

The table is made by simulation (see `analysis.certificates`) and committed. This module only
reads it, so that any layer can put a method's warning under its numbers.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "certificates" / "certificates.csv"
ACCEPTED = (0.03, 0.08)
"""Share of false rejections at nominal 5% that passes without a warning."""


@cache
def _sizes() -> dict[str, tuple[float, int]]:
    return read_sizes(TABLE)


def read_sizes(table: Path) -> dict[str, tuple[float, int]]:
    """Read size and replications at a true effect of zero, by method; empty without a table."""
    if not table.exists():
        return {}
    with table.open(encoding="utf-8", newline="") as lines:
        rows = [
            row for row in csv.DictReader(lines) if float(row["effect"]) == 0 and row["rejects"]
        ]
    return {row["method"]: (float(row["rejects"]), int(row["replications"])) for row in rows}


def size_of(method: str) -> float | None:
    """Return the share of rejections where nothing is to be found, None if never simulated."""
    found = _sizes().get(method)
    return None if found is None else found[0]


def warning_for(method: str) -> str:
    """Return one sentence if the method's size is outside the accepted range, else "".

    A method without a certificate gets a sentence as well: silence would read as approval.
    """
    found = _sizes().get(method)
    if found is None:
        return f"No certificate exists for '{method}' at this panel's size."
    size, replications = found
    low, high = ACCEPTED
    if low <= size <= high:
        return ""
    kind = "too often" if size > high else "too seldom"
    return (
        f"Warning: simulated at this panel's size, '{method}' rejects {kind}: {size:.1%} of "
        f"{replications:,} true nulls at nominal 5%."
    )
