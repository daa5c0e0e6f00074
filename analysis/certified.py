"""What the certificates say about a method, for whoever prints its results.

The table is made by simulation (see `analysis.certificates`) and committed. This module only
reads it, so that any layer can put a method's warning under its numbers.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "certificates" / "certificates.csv"
ACCEPTED = (0.03, 0.08)
"""Share of false rejections at nominal 5% that passes without a warning."""
CLOSE = 1.5
"""A panel is like the simulated one if it has no more than half as many entities and years again,
and no fewer than two thirds: within this band sizes of clustered methods hardly move."""


@dataclass(frozen=True, slots=True)
class Size:
    """What was simulated at a true effect of zero: share of rejections, and on what panels."""

    rejects: float
    replications: int
    shape: tuple[int, int]


@cache
def _sizes() -> dict[str, Size]:
    return read_sizes(TABLE)


def read_rows(path: Path = TABLE) -> list[dict[str, str]]:
    """Read the committed rows as text; empty if there is no table yet."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def read_sizes(table: Path) -> dict[str, Size]:
    """Read what was simulated at a true effect of zero, by method; empty without a table."""
    return {
        row["method"]: Size(float(row["rejects"]), int(row["replications"]),
                            (int(float(row["entities"])), int(float(row["years"]))))
        for row in read_rows(table) if float(row["effect"]) == 0 and row["rejects"]
    }  # fmt: skip


def size_of(method: str) -> float | None:
    """Return the share of rejections where nothing is to be found, None if never simulated."""
    found = _sizes().get(method)
    return None if found is None else found.rejects


def warning_for(method: str, shape: tuple[int, int]) -> str:
    """Return what `warnings_for` says of one method, "" if nothing."""
    return " ".join(warnings_for([method], shape))


def warnings_for(methods: Iterable[str], shape: tuple[int, int]) -> tuple[str, ...]:
    """Return a sentence where a certificate does not speak well of a method on this panel.

    It does not if the method has none, if its size is outside the accepted range, or if it was
    simulated on panels unlike this one: silence would read as approval. `methods` are short names
    in the registry of certificates, `shape` the entities and years of the panel at hand.
    """
    out, unlike = [], {}
    for method in methods:
        found = _sizes().get(method)
        if found is None:
            out.append(f"No certificate exists for '{method}'.")
        elif not ACCEPTED[0] <= found.rejects <= ACCEPTED[1]:
            kind = "too often" if found.rejects > ACCEPTED[1] else "too seldom"
            out.append(
                f"Warning: on {_panels(found.shape)}, '{method}' rejects {kind}: "
                f"{found.rejects:.1%} of {found.replications:,} true nulls at nominal 5%."
            )
        elif not _close(shape, found.shape):
            unlike.setdefault(found.shape, []).append(f"'{method}'")
    for simulated, names in unlike.items():
        verb = "is" if len(names) == 1 else "are"
        out.append(
            f"{' and '.join(names)} {verb} certified on {_panels(simulated)} only, not of "
            f"{shape[0]:,} × {shape[1]}."
        )
    return tuple(out)


def _close(here: tuple[int, int], there: tuple[int, int]) -> bool:
    return all(a <= CLOSE * b and b <= CLOSE * a for a, b in zip(here, there, strict=True))


def _panels(shape: tuple[int, int]) -> str:
    return f"synthetic panels of {shape[0]} × {shape[1]}"
