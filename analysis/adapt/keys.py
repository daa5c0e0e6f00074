"""Who and when: the columns that name a row of a reader's table."""

from __future__ import annotations

import pandas as pd

from analysis.adapt.cells import is_blank, plain
from analysis.adapt.map import Map
from analysis.adapt.table import Table
from analysis.data.labels import year_and_month
from analysis.errors import DataError, require_known

__all__ = ["name_in", "read_keys"]


def read_keys(table: Table, found: Map) -> pd.DataFrame:
    """Return entity, year and perhaps region of every row, indexed by the row in the file.

    Raises
    ------
    DataError
        A row lacks one of them, the year is none, a pair stands twice, or a region changes.
    UnknownNameError
        The map names a column that does not exist.
    """
    file, frame = table.file, table.frame
    heads = {"entity": found.entity, "year": found.year, "region": found.region}
    out = {}
    for role, heading in heads.items():
        if not heading:
            continue
        require_known("column", heading, list(frame), f"the map of {file} ({role})")
        missing = frame[heading].map(is_blank)
        if missing.any():
            raise DataError(
                f"{file} has no {role} in column '{heading}', row {missing.idxmax()}: fill it in, "
                "or delete the row if it is a remark."
            )
        out[role] = [name_in(cell) for cell in frame[heading]]
    keys = pd.DataFrame(out, index=frame.index)
    keys["year"] = _years(frame[found.year], file)
    if (twice := keys.duplicated(["entity", "year"])).any():
        row = keys.loc[twice.idxmax()]
        same = keys.index[(keys["entity"] == row["entity"]) & (keys["year"] == row["year"])]
        raise DataError(
            f"{file} holds {row['entity']} in {row['year']} in rows {same[0]} and {same[1]}: keep "
            "one of them."
        )
    if "region" in keys:
        _require_one_region(keys, found.region, file)
    return keys


def name_in(cell: object) -> str:
    """Return the name a cell holds in plain letters; codes as spreadsheets hold them lose ".0"."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(plain(str(cell)).split())


def _years(cells: pd.Series, file: str) -> list[int]:
    read = [year_and_month(plain(c) if isinstance(c, str) else c) for c in cells]
    months: dict[int | None, int] = {}
    for row, cell, when in zip(cells.index, cells, read, strict=True):
        if when is None:
            raise DataError(
                f"{file} holds '{cell}' in column '{cells.name}', row {row}, which is no year: "
                "write one, such as 2015 or 2015年."
            )
        months.setdefault(when[1], row)
    if len(months) > 1:
        rows = list(months.values())
        raise DataError(
            f"{file} mixes months in column '{cells.name}', as in rows {rows[0]} and {rows[1]}: "
            "keep one row per year."
        )
    return [when[0] for when in read]


def _require_one_region(keys: pd.DataFrame, heading: str, file: str) -> None:
    first = keys.groupby("entity")["region"].transform("first")
    if (moved := keys["region"] != first).any():
        row = moved.idxmax()
        raise DataError(
            f"{file} puts {keys.loc[row, 'entity']} into '{keys.loc[row, 'region']}' in column "
            f"'{heading}', row {row}, and into '{first[row]}' above: keep one region per entity."
        )
