"""Kinds of files a table may lie in: text, workbook, Stata and parquet."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pandas as pd

from analysis.adapt.cells import is_blank, plain
from analysis.data.files import read_bytes, short
from analysis.errors import DataError, UnknownNameError, require_extra

__all__ = ["Rows", "delimited", "filled", "heading", "parquet", "spelled", "stata", "workbook"]

MARKS = {",": "commas", ";": "semicolons", "\t": "tabs"}
TITLES = 12  # so many lines may stand above the headings
_MEND = "name the file as it is called"

Rows = list[tuple[int, list[Any]]]
"""Rows of a file with their numbers there, from 1."""


def heading(cell: object) -> str:
    """Return a heading without surplus spaces; "" for a blank."""
    return "" if is_blank(cell) else " ".join(str(cell).split()).strip("\ufeff")


def spelled(cell: object) -> str:
    """Return a heading in plain letters, to be compared."""
    return plain(heading(cell))


def filled(cells: list[Any]) -> bool:
    """Whether a row holds anything at all."""
    return any(cell is not None and str(cell).strip() for cell in cells)


def delimited(path: Path, wanted: set[str]) -> tuple[Rows, list[str]]:
    """Read text whose columns are parted by a mark; say how it was read."""
    text, encoding = _decoded(path)
    lines = [line for line in text.splitlines()[:TITLES] if line.strip()]
    try:
        mark = _mark(lines, wanted)
        rows = list(enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=mark), 1))
    except csv.Error as error:
        raise DataError(f"{short(path)} is no table ({error}): save it again as CSV.") from None
    if max((len(cells) for _, cells in rows), default=0) < 2:
        raise DataError(
            f"{short(path)} has one column: part its columns by commas, semicolons or tabs."
        )
    return rows, [f"as {encoding}, parted by {MARKS[mark]}"]


def _mark(lines: list[str], wanted: set[str]) -> str:
    """Tell what parts the columns: the mark that yields the headings, else the most frequent."""
    for mark in MARKS if wanted else ():
        if any(wanted <= set(map(spelled, row)) for row in csv.reader(lines, delimiter=mark)):
            return mark
    return max(MARKS, key=lambda mark: max((line.count(mark) for line in lines), default=0))


def _decoded(path: Path) -> tuple[str, str]:
    raw = read_bytes(path, _MEND)
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        tried = [("utf-16", "UTF-16")]
    elif b"\0" in raw[:400]:
        big = raw[:400:2].count(0) > raw[1:400:2].count(0)
        tried = [("utf-16-be" if big else "utf-16-le", "UTF-16")]
    else:
        tried = [("utf-8-sig", "UTF-8"), ("gb18030", "GB18030")]
    for codec, name in tried:
        try:
            text = raw.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, name
    raise DataError(f"{short(path)} is neither UTF-8, UTF-16 nor GB18030: save it again as UTF-8.")


def workbook(path: Path, sheet: str | None) -> tuple[Rows, list[str]]:
    """Read the one sheet of a workbook that holds something, or the one that is named."""
    require_extra("openpyxl", "excel", "Reading a workbook")
    from openpyxl import load_workbook

    content = io.BytesIO(read_bytes(path, _MEND))
    try:
        book = load_workbook(content, read_only=True, data_only=True)
        sheets = {
            one.title: [(i, list(row)) for i, row in enumerate(one.iter_rows(values_only=True), 1)]
            for one in book.worksheets
        }
        formulas = load_workbook(content, read_only=True) if _has_formulas(content) else None
    except Exception as error:  # whatever a foreign reader raises, the file is none of its kind
        raise _no(path, "workbook", error) from None
    if sheet is not None and sheet not in sheets:
        raise UnknownNameError("sheet", sheet, sheets, short(path))
    full = [name for name, rows in sheets.items() if any(filled(cells) for _, cells in rows)]
    if sheet is None and len(full) > 1:
        raise DataError(
            f"{short(path)} has {len(full)} sheets with something in them "
            f"({', '.join(full[:5])}): name one with --sheet."
        )
    chosen = sheet or next(iter(full or sheets))
    if formulas is not None:
        _require_worked_out(formulas[chosen], sheets[chosen], short(path))
    return sheets[chosen], [f"from sheet '{chosen}'"]


def _has_formulas(content: io.BytesIO) -> bool:
    with ZipFile(content) as packed:
        names = [name for name in packed.namelist() if name.startswith("xl/worksheets/")]
        return any(b"<f>" in text or b"<f " in text for text in map(packed.read, names))


def _require_worked_out(sheet: Any, rows: Rows, file: str) -> None:  # noqa: ANN401
    """Refuse a formula whose result was never saved: its cell would pass for a blank."""
    for (i, values), row in zip(rows, sheet.iter_rows(values_only=True), strict=False):
        for value, formula in zip(values, row, strict=False):
            if value is None and isinstance(formula, str) and formula.startswith("="):
                raise DataError(
                    f"{file} holds the formula '{formula}' in row {i} without its result: open the "
                    "file in a spreadsheet program and save it."
                )


def stata(path: Path) -> tuple[pd.DataFrame, dict[str, str]]:
    """Read a Stata file and the labels of its columns."""
    content = io.BytesIO(read_bytes(path, _MEND))
    try:
        with pd.read_stata(content, iterator=True) as reader:
            labels = {_mended(k): _mended(text) for k, text in reader.variable_labels().items()}
            frame = reader.read()
    except Exception as error:  # as above
        raise _no(path, "Stata file", error) from None
    frame = frame.rename(columns=_mended)
    for name in [c for c in frame if not pd.api.types.is_numeric_dtype(frame[c])]:
        frame[name] = [_mended(v) if isinstance(v, str) else v for v in frame[name]]
    return frame, {name: text for name, text in labels.items() if text}


def _mended(text: str) -> str:
    """Undo the reading of Chinese bytes as Latin letters, which old Stata files are given."""
    try:
        return text.encode("latin-1").decode("gb18030")
    except UnicodeError:
        return text


def parquet(path: Path) -> tuple[pd.DataFrame, dict[str, str]]:
    """Read a parquet file; a named index becomes columns."""
    require_extra("pyarrow", "parquet", "Reading a parquet file")
    content = io.BytesIO(read_bytes(path, _MEND))
    try:
        frame = pd.read_parquet(content, engine="pyarrow")
    except Exception as error:  # as above
        raise _no(path, "parquet file", error) from None
    return (frame.reset_index() if any(frame.index.names) else frame), {}


def _no(path: Path, kind: str, error: Exception) -> DataError:
    said = next(iter(str(error).splitlines()), "").rstrip(". ") or type(error).__name__
    return DataError(f"{short(path)} is no {kind} ({said}): save the table again.")
