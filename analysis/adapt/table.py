"""A spreadsheet as it is on disk: headings, cells, and the row each cell stands in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.adapt.cells import plain
from analysis.adapt.formats import (
    TITLES,
    Rows,
    delimited,
    filled,
    heading,
    parquet,
    spelled,
    stata,
    workbook,
)
from analysis.data.files import short
from analysis.errors import DataError, UnknownNameError

__all__ = ["Table", "read_table"]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table as a reader keeps it.

    Attributes
    ----------
    file : str
        Folder and name, for messages.
    frame : DataFrame
        Cells as they are, columns by heading; the index is the row in the file, from 1.
    labels : mapping of str to str
        What a column says of itself besides its heading.
    notes : tuple of str
        How it was read: encoding, delimiter, rows left out because they are empty.
    """

    file: str
    frame: pd.DataFrame
    labels: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def column(self, name: str, option: str) -> str:
        """Return the heading meant by a name, full-width or not; UnknownNameError if none is."""
        same = [heading for heading in self.frame if plain(heading) == plain(name)]
        if not same:
            raise UnknownNameError("column", name, self.frame.columns, f"{self.file} ({option})")
        return same[0]


def read_table(path: Path, wanted: Iterable[str] = (), sheet: str | None = None) -> Table:
    """Read a table of one row per entity and year.

    Parameters
    ----------
    path
        A ``.csv``, ``.txt`` or ``.tsv`` in UTF-8, UTF-16 or GB18030 (which GBK and GB2312 are part
        of), parted by commas, semicolons or tabs; an ``.xlsx``; a Stata ``.dta``; a ``.parquet``.
    wanted
        Headings that should be there. Lines above the one that holds them are titles.
    sheet
        Of a workbook; needed if several sheets hold something.

    Raises
    ------
    DataError
        The file cannot be read, is of another kind, or its rows and headings do not match.
    UnknownNameError
        The sheet does not exist.
    """
    path, file = Path(path), short(Path(path))
    names = [plain(name) for name in wanted]
    kind = path.suffix.lower()
    if kind in (".csv", ".txt", ".tsv"):
        return _checked(_table(file, *delimited(path, set(names)), names))
    if kind in (".xlsx", ".xlsm"):
        return _checked(_table(file, *workbook(path, sheet), names))
    if kind in (".dta", ".parquet"):
        frame, labels = (stata if kind == ".dta" else parquet)(path)
        frame = frame.rename(columns=str).astype(object).set_axis(range(1, len(frame) + 1))
        return _checked(Table(file, frame, labels))
    raise DataError(f"{file} is none of csv, xlsx, dta and parquet: save it as one of these.")


def _table(file: str, rows: Rows, notes: list[str], wanted: Sequence[str]) -> Table:
    """Find the headings and put the rows below them into a frame."""
    full = [row for row in rows if filled(row[1])]
    if not full:
        raise DataError(f"{file} is empty: give a table with headings and rows.")
    at = next((k for k, (_, cells) in enumerate(full[:TITLES])
               if set(wanted) <= set(map(spelled, cells))), 0)  # fmt: skip
    line, heads = full[at]
    names = list(map(heading, heads))
    while names and not names[-1]:
        names.pop()
    if at:
        notes = [*notes, f"with headings in row {line} and {at} lines of titles above"]
    if empty := len(rows) - len(full):
        notes = [*notes, f"without {empty} empty rows"]
    body = [_row(file, number, cells, len(names)) for number, cells in full[at + 1 :]]
    index = pd.Index([number for number, _ in full[at + 1 :]], dtype=int)
    names = [name or f"column {i} without heading" for i, name in enumerate(names, 1)]
    frame = pd.DataFrame(body, index=index, columns=range(len(names)), dtype=object)
    return Table(file, frame.set_axis(names, axis=1), notes=tuple(notes))


def _row(file: str, number: int, cells: list[Any], width: int) -> list[Any]:
    """Return the cells under the headings; a row of another length has slipped."""
    short_by = width - len(cells)
    if filled(cells[width:]) or short_by > 0:
        raise DataError(
            f"{file} has {len(cells)} cells in row {number} under {width} headings: fill the row "
            "up, head every column, and quote text with a comma in it."
        )
    return cells[:width]


def _checked(table: Table) -> Table:
    columns = table.frame.columns
    if (twice := columns[columns.duplicated()]).size:
        raise DataError(
            f"{table.file} has two columns headed '{twice[0]}': rename or delete one of them."
        )
    if table.frame.empty:
        raise DataError(f"{table.file} has headings but no row: add one per entity and year.")
    return table
