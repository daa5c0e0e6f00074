"""The map a reader edits: which column is which series, in which unit, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from analysis.data.files import read_yaml, short
from analysis.errors import DataError, require_known

__all__ = ["Chosen", "Map", "map_text", "read_map", "yaml_text"]

HEAD = """\
# Which column of {file} is which series. Edit it and run the command again with --map: what stands
# here is then used as it stands.
#   series      name of a series or measure of the study; leave it empty and the column is not used.
#               A name of your own is possible with `own: true`, for a ledger of your own.
#   unit        what the figures are counted in: 亿元, 万元, 元, 万人, 件, '%', share (0 to 1).
#   sure, why   what the proposal rests on; not read again.
#   candidates  other series that the name would fit; not read again.
"""
KEYS = ("file", "entity", "year", "region", "rows", "like", "columns")
_NOUN = ("one", "many", "zh")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What one column is taken to be.

    Attributes
    ----------
    column : str
        Its heading.
    series, unit : str
        Series and unit; without a series the column is not used.
    sure : bool
        Whether name, unit and size agree.
    why : str
        What it rests on, or what is doubtful.
    candidates : tuple of str
        Other series that would do.
    own : bool
        Whether the series is the reader's own and unknown to the study.
    """

    column: str
    series: str = ""
    unit: str = ""
    sure: bool = False
    why: str = ""
    candidates: tuple[str, ...] = ()
    own: bool = False


@dataclass(frozen=True, slots=True)
class Map:
    """What the columns of a table are.

    Attributes
    ----------
    file : str
        Of the table.
    entity, year, region : str
        Columns that name a row; `region` may be empty.
    one, many, zh : str
        What a row is about: "city", "cities", "城市".
    like : str
        Data set of the study whose series it resembles.
    columns : tuple of Chosen
        All other columns.
    """

    file: str
    entity: str
    year: str
    region: str
    one: str
    many: str
    zh: str
    like: str
    columns: tuple[Chosen, ...]

    @property
    def used(self) -> tuple[Chosen, ...]:
        """Columns that hold a series."""
        return tuple(one for one in self.columns if one.series)


def map_text(found: Map) -> str:
    """Return a map as YAML with an explanation above it."""
    plain: dict[str, Any] = {
        "file": found.file, "entity": found.entity, "year": found.year, "region": found.region,
        "rows": {key: getattr(found, key) for key in _NOUN}, "like": found.like,
    }  # fmt: skip
    plain["columns"] = [
        {f.name: _plain(getattr(one, f.name)) for f in fields(Chosen) if _shown(one, f.name)}
        for one in found.columns
    ]
    return HEAD.format(file=found.file) + yaml_text(plain)


def yaml_text(plain: Mapping[str, Any]) -> str:
    """Return plain values as YAML in their order, Chinese as it is."""
    # The C emitter is several times faster; it is absent from some builds.
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return yaml.dump(dict(plain), Dumper=dumper, allow_unicode=True, sort_keys=False, width=100)


def _shown(one: Chosen, name: str) -> bool:
    return name in ("column", "series", "unit", "sure", "why") or bool(getattr(one, name))


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def read_map(path: Path) -> Map:
    """Read an edited map.

    Raises
    ------
    DataError
        The file is missing, no YAML, or an entry is not of the form that `map_text` writes.
    UnknownNameError
        A key does not exist.
    """
    raw, where = read_yaml(path, "run the command without --map to have one proposed"), short(path)
    if not isinstance(raw, Mapping):
        raise DataError(f"{where} is no map: start from the one that the command proposes.")
    for key in raw:
        require_known("key", key, KEYS, where)
    columns = raw.get("columns")
    if not isinstance(columns, list) or not columns:
        raise DataError(f"{where} has no list 'columns': write one entry per column.")
    rows = raw.get("rows") or {}
    words = {key: _word(raw.get(key), key, where) for key in ("file", "entity", "year", "region",
                                                             "like")}  # fmt: skip
    if not isinstance(rows, Mapping) or not rows.get("one"):
        raise DataError(f"{where} has no 'rows': write {{one: city, many: cities, zh: 城市}}.")
    for key in rows:
        require_known("key", key, _NOUN, f"'rows' of {where}")
    nouns = {key: _word(rows.get(key), key, where) for key in _NOUN}
    found = Map(**words, **nouns, columns=tuple(_chosen(one, where) for one in columns))
    _require_single(found, where)
    return found


def _chosen(entry: object, where: str) -> Chosen:
    if not isinstance(entry, Mapping) or not entry.get("column"):
        raise DataError(f"{where} has the entry {entry!r} without a column: write 'column: ...'.")
    at = f"'{entry['column']}' of {where}"
    for key in entry:
        require_known("key", key, [f.name for f in fields(Chosen)], at)
    words = {key: _word(entry.get(key), key, at) for key in ("column", "series", "unit", "why")}
    for key in ("sure", "own"):
        if not isinstance(entry.get(key) or False, bool):
            raise DataError(f"{at} has {key} '{entry[key]}': write true or false.")
    candidates = entry.get("candidates") or []
    if not isinstance(candidates, list):
        raise DataError(f"{at} has candidates that are no list: take them out.")
    return Chosen(**words, sure=bool(entry.get("sure")), own=bool(entry.get("own")),
                  candidates=tuple(map(str, candidates)))  # fmt: skip


def _word(value: object, key: str, where: str) -> str:
    if isinstance(value, list | dict):
        raise DataError(f"{where} has a {key} that is no single word: write one.")
    return "" if value is None else str(value)


def _require_single(found: Map, where: str) -> None:
    for kind in ("column", "series"):
        names = [getattr(one, kind) for one in found.columns if getattr(one, kind)]
        if twice := [name for name in names if names.count(name) > 1]:
            raise DataError(f"{where} names the {kind} '{twice[0]}' twice: keep one of them.")
