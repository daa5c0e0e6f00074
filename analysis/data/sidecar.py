"""Sidecars: the YAML file beside each table, read and typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from analysis.data.files import read_yaml, short
from analysis.errors import DataError

PROCESSING = ("published", "derived", "proxy", "counted", "index", "ratio")
COLUMN_KEYS = (
    "label_en", "label_zh", "definition", "notes", "unit", "processing", "publisher",
    "compiled_via", "years", "range", "observed", "gaps",
)  # fmt: skip
_WORDS = ("label_en", "label_zh", "definition", "notes", "unit", "publisher", "compiled_via")
REQUIRED_KEYS = ("label_en", "unit", "years")


@dataclass(frozen=True, slots=True)
class Gap:
    """Cells declared empty: one entity or all (``entity=None``), some years, and why.

    ``sparse`` declares that any cell of the column may be empty; ``years`` is then empty.
    """

    entity: str | None
    years: tuple[int, ...]
    why: str
    sparse: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table as its sidecar declares it, in published units."""

    name: str
    label_en: str
    label_zh: str
    definition: str
    notes: str
    unit: str
    processing: str
    publisher: str
    compiled_via: str
    first_year: int
    last_year: int
    range: tuple[float, float]
    observed: int | None
    gaps: tuple[Gap, ...]

    @property
    def sparse(self) -> bool:
        """Whether any cell may be empty."""
        return any(gap.sparse for gap in self.gaps)


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A table as its sidecar declares it."""

    file: str
    table: str
    title: str
    title_zh: str
    publisher: str
    licence: str
    retrieved: str
    checks: str
    sha256: str | None
    columns: Mapping[str, Column]

    @property
    def years(self) -> range:
        """From the first year of any column to the last."""
        first = min(c.first_year for c in self.columns.values())
        return range(first, max(c.last_year for c in self.columns.values()) + 1)


def parse_years(value: object, where: str) -> tuple[int, ...]:
    """Years of a gap: ``2011``, ``[2011, 2013]`` or ``"2010-2018"``; DataError otherwise."""
    if isinstance(value, int):
        return (value,)
    if isinstance(value, list) and value and all(isinstance(y, int) for y in value):
        return tuple(value)
    if isinstance(value, str) and value.count("-") == 1:
        first, last = value.split("-")
        if first.strip().isdigit() and last.strip().isdigit() and int(first) <= int(last):
            return tuple(range(int(first), int(last) + 1))
    raise DataError(f"{where} has years '{value}': write 2011, [2011, 2013] or 2010-2018.")


def _pair(value: object, where: str, key: str) -> tuple[float, float]:
    numbers = isinstance(value, list) and len(value) == 2
    if not numbers or not all(isinstance(x, (int, float)) for x in value) or value[0] > value[1]:
        raise DataError(f"{where} has {key} '{value}': write [lowest, highest].")
    return value[0], value[1]


def _gap(entry: object, where: str) -> Gap:
    known = {"entity", "years", "why", "sparse"}
    if not isinstance(entry, dict) or not {"why"} <= entry.keys() <= known:
        raise DataError(
            f"{where} has a gap '{entry}': write {{entity: ..., years: ..., why: ...}}."
        )
    sparse = bool(entry.get("sparse", False))
    years = () if sparse else parse_years(entry.get("years"), where)
    entity = None if entry.get("entity") is None else str(entry["entity"])
    return Gap(entity, years, str(entry["why"]), sparse)


def _column(name: str, raw: object, head: Mapping[str, Any], file: str) -> Column:
    where = f"Column '{name}' of {file}"
    if not isinstance(raw, dict):
        raise DataError(f"{where} is not a mapping: give it label_en, unit and years.")
    for key in raw:
        if key not in COLUMN_KEYS:
            near = get_close_matches(str(key), COLUMN_KEYS, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(COLUMN_KEYS)}."
            raise DataError(f"{where} has an unknown key '{key}': {hint}")
    for key in REQUIRED_KEYS:
        if key not in raw:
            raise DataError(f"{where} has no {key}: add it.")
    processing = raw.get("processing", "published")
    if processing not in PROCESSING:
        raise DataError(f"{where} has processing '{processing}': use {', '.join(PROCESSING)}.")
    first, last = _pair(raw["years"], where, "years")
    inherited = {key: head[key] for key in ("publisher", "compiled_via") if key in head}
    words = {key: str({**inherited, **raw}.get(key, "")) for key in _WORDS}
    return Column(
        name=name,
        **words,
        processing=processing,
        first_year=int(first),
        last_year=int(last),
        range=_pair(raw.get("range", [float("-inf"), float("inf")]), where, "range"),
        observed=raw.get("observed"),
        gaps=tuple(_gap(entry, where) for entry in raw.get("gaps") or ()),
    )


def read_sidecar(path: Path) -> Sidecar:
    """Read and type the sidecar of a table of figures.

    Raises
    ------
    DataError
        If it is missing, lacks a needed key or holds one that is not known.
    """
    mend = f"describe {path.stem}.csv there: title, and per column label_en, unit and years"
    raw = read_yaml(path, mend)
    file = short(path)
    if not isinstance(raw, dict) or not isinstance(raw.get("columns"), dict):
        raise DataError(f"{file} has no columns: describe every column of {path.stem}.csv there.")
    head = {k: v for k, v in raw.items() if k != "columns"}
    words = {
        key: str(head.get(key, ""))
        for key in ("title", "title_zh", "publisher", "licence", "retrieved", "checks")
    }
    return Sidecar(
        **words | {"title": words["title"] or path.stem},
        file=file,
        table=path.stem,
        sha256=None if head.get("sha256") is None else str(head["sha256"]),
        columns={str(n): _column(str(n), c, head, file) for n, c in raw["columns"].items()},
    )
