"""From any DataFrame to the parts of a panel: full rectangle, numbers, factors, attributes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.labels import KEYS, entity_names, year_numbers
from analysis.data.variable import Roles, Variable
from analysis.errors import DataError, require_known, require_type

__all__ = ["FrameParts", "frame_parts"]

_LONG = 100  # years; a longer span with few years in it is a mistyped year
_THIN = 20


@dataclass(frozen=True, slots=True, eq=False)
class FrameParts:
    """What a panel is made of: the fields of the same names in `Panel`."""

    frame: pd.DataFrame
    variables: Mapping[str, Variable]
    entities: pd.DataFrame
    roles: Roles
    notes: tuple[str, ...]


def frame_parts(
    df: pd.DataFrame, entity: str, year: str, region: str | None = None,
    labels: Mapping[str, str] | None = None, units: Mapping[str, str] | None = None,
    name: str = "panel",
) -> FrameParts:  # fmt: skip
    """Read a DataFrame as `Panel.from_frame` says; nothing of it is changed or dropped."""
    require_type(df, pd.DataFrame, "make one with pandas.DataFrame(...) or pandas.read_csv(...)")
    where = f"Panel '{name}'"
    table = _flat(df, (entity, year), where)
    for column in filter(None, (entity, year, region)):
        require_known("column", column, table.columns, "the table")
    if table.empty:
        raise DataError(f"{where} has no row: give it one row per {entity} and {year}.")
    rows = _rows(table, entity, year, where)
    values = table.drop(columns=[entity, year])
    for given in (labels or {}, units or {}):
        for column in given:
            require_known("column", column, values.columns, "the table")
    read = {c: _column(values[c], rows) for c in values if c != region}
    if region is not None:  # under its own name too, which is the one that formulas will use
        read[region] = read["region"] = _text(values[region])
    fixed = {c for c, v in read.items() if _is_text(v) and _constant(v, rows)}
    if region is not None and "region" not in fixed:
        raise DataError(_moves(read["region"], rows, region))
    years = range(min(rows.levels[1]), max(rows.levels[1]) + 1)
    grid = pd.MultiIndex.from_product([sorted(set(rows.get_level_values(0))), years], names=KEYS)
    entities = _entities({c: read[c] for c in read if c in fixed}, rows, grid.levels[0])
    moving = {c: v.array for c, v in read.items() if c not in fixed}
    frame = pd.DataFrame(moving, index=rows).reindex(grid)
    return FrameParts(
        frame, _variables(frame, labels or {}, units or {}), entities,
        Roles(entity, _plural(entity), "" if entity.isascii() else entity, name, "",
              years[0], years[-1], len(entities)),
        _notes(frame, len(rows), fixed),
    )  # fmt: skip


def _flat(df: pd.DataFrame, keys: tuple[str, str], where: str) -> pd.DataFrame:
    """Columns only, each under its own text; entity and year may stand in the index."""
    if df.columns.nlevels > 1:
        raise DataError(f"{where} has columns of {df.columns.nlevels} levels: flatten them first.")
    held = [n for n in df.index.names if n in keys and n not in df.columns]
    table = df.reset_index(level=held).reset_index(drop=True) if held else df.reset_index(drop=True)
    table.columns = table.columns.map(str)
    if (twice := table.columns.duplicated()).any():
        raise DataError(f"{where} holds column '{table.columns[twice][0]}' twice: keep one.")
    if taken := [c for c in KEYS if c in table.columns and c not in keys]:
        raise DataError(
            f"{where} has a column '{taken[0]}' beside '{keys[KEYS.index(taken[0])]}', which is to "
            f"be its {taken[0]}: rename the column."
        )
    return table


def _rows(table: pd.DataFrame, entity: str, year: str, where: str) -> pd.MultiIndex:
    """Label every row; refuse the same label twice and a year far from all others."""
    who = entity_names(pd.Index(table[entity]), f"{where}, column '{entity}',")
    when = year_numbers(pd.Index(table[year]), f"{where}, column '{year}',")
    rows = pd.MultiIndex.from_arrays([who, when], names=KEYS)
    if (twice := rows.duplicated()).any():
        second = int(twice.argmax())
        first = int((rows == rows[second]).argmax())
        raise DataError(
            f"{where} holds {rows[second][0]} in {rows[second][1]} in rows {first + 1} and "
            f"{second + 1}: keep one row per {entity} and {year}."
        )
    known = sorted(set(when))
    if (span := known[-1] - known[0] + 1) > max(_LONG, _THIN * len(known)):
        raise DataError(
            f"{where} has years from {known[0]} to {known[-1]}, but rows in {len(known)} of these "
            f"{span} only: mend the year that is mistyped in column '{year}'."
        )
    return rows


def _column(column: pd.Series, rows: pd.MultiIndex) -> pd.Series:
    """Return floats for numbers and text for factors; refuse what is neither."""
    if pd.api.types.is_complex_dtype(column.dtype):
        raise DataError(f"Column '{column.name}' holds complex numbers: keep their real part.")
    if pd.api.types.is_numeric_dtype(column.dtype):
        values = column.to_numpy(dtype=float, na_value=np.nan)
    elif column.dtype.kind == "O" and not isinstance(column.dtype, pd.CategoricalDtype):
        if (values := _numbers_in(column, rows)) is None:
            return _text(column)
    else:
        return _text(column)
    if (bad := np.isinf(values)).any():
        at = int(bad.argmax())
        raise DataError(
            f"Column '{column.name}' is infinite in row {at + 1} ({_cell(rows, at)}): a division "
            "by zero or the log of zero must become a missing value."
        )
    return pd.Series(values, name=column.name)


def _numbers_in(column: pd.Series, rows: pd.MultiIndex) -> np.ndarray | None:
    """Numbers of a column of objects; None if it holds words; a DataError if it is half of each."""
    filled = _text(column)
    present = filled.notna().to_numpy()
    numbers = pd.to_numeric(filled, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    good, written = present & ~np.isnan(numbers), column.map(lambda v: isinstance(v, str))
    if not good.any() or 2 * good.sum() < present.sum():
        return None
    if (bad := present & ~good).any():
        at = int(bad.argmax())
        raise DataError(
            f"Column '{column.name}' holds '{column.iloc[at]}' in row {at + 1} "
            f"({_cell(rows, at)}), which is not a number like the others: write a plain number or "
            "leave the cell empty; for codes, use astype('category')."
        )
    if not (texts := good & written.to_numpy()).any():
        return numbers
    if filled.str.fullmatch(r"0\d+").any():  # 000001 is a code
        return None
    at = int(texts.argmax())
    raise DataError(
        f"Column '{column.name}' holds the number '{column.iloc[at]}' as text in row {at + 1} "
        f"({_cell(rows, at)}): convert it with pd.to_numeric, or, if it is a code, with "
        "astype('category')."
    )


def _text(column: pd.Series) -> pd.Series:
    """Text of every cell, whole numbers without a point; blanks are missing."""
    whole = pd.api.types.is_float_dtype(column.dtype)
    text = [
        None if pd.isna(v) else str(int(v)) if whole and float(v).is_integer() else str(v).strip()
        for v in column
    ]
    return pd.Series([v or None for v in text], name=column.name, dtype="str")


def _is_text(column: pd.Series) -> bool:
    return not pd.api.types.is_numeric_dtype(column.dtype)


def _constant(column: pd.Series, rows: pd.MultiIndex) -> bool:
    return int(column.groupby(rows.get_level_values(0)).nunique().max()) < 2


def _moves(region: pd.Series, rows: pd.MultiIndex, name: str) -> str:
    who = rows.get_level_values(0)
    moved = region.groupby(who).nunique()
    one = moved[moved > 1].index[0]
    seen = region[who == one].dropna().unique()
    return (
        f"Column '{name}' puts {one} in {seen[0]} and in {seen[1]}: give each its one region, or "
        "use the column as a factor."
    )


def _entities(fixed: Mapping[str, pd.Series], rows: pd.MultiIndex, names: pd.Index) -> pd.DataFrame:
    who, index = rows.get_level_values(0), pd.Index(names, name="entity")
    table = {c: v.groupby(who).first().reindex(index) for c, v in fixed.items()}
    first = {} if "label_en" in table else {"label_en": pd.Series(index, index, dtype="str")}
    return pd.DataFrame({**first, **table}, index=index)


def _variables(
    frame: pd.DataFrame, labels: Mapping[str, str], units: Mapping[str, str]
) -> dict[str, Variable]:
    years = frame.index.get_level_values("year")
    out = {}
    for name, column in frame.items():
        seen = years[column.notna()]
        out[name] = Variable(
            name, str(labels.get(name, name)), unit=units.get(name, ""), series=(name,),
            processing="factor" if _is_text(column) else "published",
            first_year=int(seen.min()) if len(seen) else None,
            last_year=int(seen.max()) if len(seen) else None,
        )  # fmt: skip
    return out


def _plural(noun: str) -> str:
    if not noun.isascii():
        return noun
    if noun[-1:].lower() == "y" and noun[-2:-1].lower() not in "aeiou":
        return f"{noun[:-1]}ies"
    return noun if noun.endswith("s") else f"{noun}s"


def _cell(rows: pd.MultiIndex, at: int) -> str:
    return f"{rows[at][0]} in {rows[at][1]}"


def _notes(frame: pd.DataFrame, given: int, fixed: set[str]) -> tuple[str, ...]:
    out: list[Any] = []
    if added := len(frame) - given:
        out.append(
            f"{added:,} of {len(frame):,} rows of the rectangle were not in the table; their "
            "figures are missing."
        )
    if factors := [c for c, v in frame.items() if _is_text(v)]:
        out.append(f"Factors, not numbers: {', '.join(factors)}.")
    if own := sorted(fixed):
        out.append(f"Attributes of the entities: {', '.join(own)}.")
    return tuple(out)
