"""A table and a map made into a data set: figures, sidecars and an account of every row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.adapt.cells import numbers
from analysis.adapt.keys import read_keys
from analysis.adapt.map import Chosen, Map
from analysis.adapt.sidecars import data_files, entities_of, extent, sidecar
from analysis.adapt.table import Table
from analysis.adapt.vocabulary import Vocabulary, split_unit
from analysis.claims.vocabulary import is_word
from analysis.errors import DataError, require_known

__all__ = ["Account", "Converted", "convert"]


@dataclass(frozen=True, slots=True)
class Account:
    """Where rows and cells of a table went.

    Attributes
    ----------
    rows, entities : int
        Rows of the table, all of them in the data set, and entities in them.
    first_year, last_year : int
        Years they cover.
    absent : int
        Entity-years of the rectangle without a row.
    columns : tuple of tuple
        For each column used: heading, series, unit, figures, blanks, and what was read through.
    unused : tuple of tuple
        Heading and why it is not used.
    derived : tuple of tuple
        Series worked out of others, and the formula.
    notes : tuple of str
        How the file was read.
    """

    rows: int
    entities: int
    first_year: int
    last_year: int
    absent: int
    columns: tuple[tuple[str, str, str, int, int, str], ...]
    unused: tuple[tuple[str, str], ...]
    derived: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Converted:
    """A data set as it will stand on disk.

    Attributes
    ----------
    name : str
        Of the data set and its folder.
    files : mapping of str to str
        Content by name of the file.
    account : Account
        What became of the table.
    entities : frozenset of str
        Names of the entities.
    """

    name: str
    files: Mapping[str, str]
    account: Account
    entities: frozenset[str]


def convert(table: Table, found: Map, vocabulary: Vocabulary, name: str) -> Converted:
    """Make a data set of a table by its map.

    Parameters
    ----------
    table, found, vocabulary
        The table, what its columns are, and the names and units of the study.
    name
        Of the data set: letters, digits, - and _.

    Raises
    ------
    DataError
        A row has no entity or year or stands twice, a cell is no number, a unit does not fit its
        series, or no column is used. Cells are named by the row of the file and their column.
    UnknownNameError
        The map names a column, series or unit that does not exist.
    """
    if not is_word(name):
        raise DataError(f"'{name}' is no name of a data set: use letters, digits, - and _.")
    keys = read_keys(table, found)
    columns: dict[str, pd.Series] = {}
    described: dict[str, dict[str, object]] = {}
    told = []
    for one in found.columns:
        require_known("column", one.column, list(table.frame), f"the map of {table.file}")
        if not one.series:
            continue
        values, unit, how = _figures(table, one, found, vocabulary)
        columns[one.series], described[one.series] = (
            values,
            sidecar(table, one, unit, values, keys["year"], how, found, vocabulary),
        )
        told.append((one.column, one.series, unit, int(values.notna().sum()),
                     int(values.isna().sum()), how))  # fmt: skip
    if not columns:
        raise DataError(
            f"No column of {table.file} is known as a series of the study: name one in the map."
        )
    frame = pd.DataFrame(columns)
    derived = _derive(frame, described, keys["year"], vocabulary, found.like)
    body = pd.concat([keys[["entity", "year"]], frame], axis=1)
    body = body.sort_values(["entity", "year"], kind="stable")
    files = data_files(name, body, entities_of(keys), described, table, found, vocabulary)
    account = _account(table, found, keys, told, derived)
    return Converted(name, files, account, frozenset(keys["entity"]))


def _figures(
    table: Table, one: Chosen, found: Map, vocabulary: Vocabulary
) -> tuple[pd.Series, str, str]:
    """Return the figures of a column, the unit to write and what was read through."""
    cells = table.frame[one.column]
    read = numbers(cells.tolist(), cells.index, one.column, table.file, vocabulary.tails)
    unit = _unit(table, one, read.unit, vocabulary)
    values = pd.Series(read.values, cells.index)
    if not read.mended:
        return values, unit, ""
    return values, unit, ", ".join(f"{what} {n}" for what, n in read.mended.items())


def _unit(table: Table, one: Chosen, tail: str, vocabulary: Vocabulary) -> str:
    at = f"Column '{one.column}' of {table.file}"
    if not is_word(one.series):
        raise DataError(f"The map calls '{one.column}' {one.series!r}: use letters, digits and _.")
    if one.own:
        if not one.unit:
            raise DataError(f"{at} has no unit in the map: write one for '{one.series}', or index.")
        target = None
    else:
        require_known("series", one.series, vocabulary.targets, "the map (own: true for your own)")
        target = vocabulary.targets[one.series]
    if not one.unit:
        ways = "'%' or unit: share (0 to 1)" if "percent" in one.why else "such as 亿元 or '%'"
        doubt = one.why.split("; ")[-1].removeprefix("ask: ") or "its unit is open"
        raise DataError(f"{at} cannot be used yet ({doubt}): write unit: {ways} in the map.")
    given = one.unit if one.unit in vocabulary.units else vocabulary.unit_named(one.unit)
    require_known("unit", given or one.unit, vocabulary.units, f"the map for '{one.column}'")
    unit = vocabulary.written(given, target.base) if target else given
    if target and not unit:
        raise DataError(
            f"{at} is in {given} by the map, but {one.series} is counted in {target.base}: mend "
            "the unit or the series."
        )
    said = vocabulary.unit_named(tail) or split_unit(one.column, vocabulary)[1]
    if (
        said
        and vocabulary.units[said] != vocabulary.units[unit]
        and (not target or vocabulary.written(said, target.base) not in ("", unit))
    ):
        raise DataError(f"{at} says {said} itself and {one.unit} in the map: mend one of the two.")
    return unit


def _derive(
    frame: pd.DataFrame, described: dict[str, dict[str, object]], years: pd.Series,
    vocabulary: Vocabulary, like: str,
) -> list[tuple[str, str]]:  # fmt: skip
    """Add the series that follow from others, in base units, and say how."""
    done = []
    for series, ways in vocabulary.derive.items():
        way = next((w for w in ways if all(name in frame for name in w)), None)
        if series in frame or way is None:
            continue
        factors = [vocabulary.units[str(described[name]["unit"])].factor for name in way]
        target = vocabulary.targets[series]
        values = frame[way[0]] * factors[0]
        if len(way) == 2:
            below = frame[way[1]] * factors[1]
            values = values / below.where(below > 0)
        formula = " / ".join(way)
        label, zh = target.label(like)
        frame[series] = values / vocabulary.units[target.unit].factor
        described[series] = {
            "label_en": label, "label_zh": zh, "definition": f"Worked out as {formula}.",
            "unit": target.unit, "processing": "derived", **extent(frame[series], years),
        }  # fmt: skip
        done.append((series, formula))
    return done


def _account(
    table: Table, found: Map, keys: pd.DataFrame, told: list[tuple[str, str, str, int, int, str]],
    derived: list[tuple[str, str]],
) -> Account:  # fmt: skip
    unused = tuple((one.column, one.why or "left empty in the map")
                   for one in found.columns if not one.series)  # fmt: skip
    named = {one.column for one in found.columns} | {found.entity, found.year, found.region}
    unused += tuple((str(h), "not in the map") for h in table.frame if h not in named)
    entities, first, last = keys["entity"].nunique(), keys["year"].min(), keys["year"].max()
    return Account(
        len(keys), int(entities), int(first), int(last),
        int(entities * (last - first + 1) - len(keys)), tuple(told), unused, tuple(derived),
        table.notes,
    )  # fmt: skip
