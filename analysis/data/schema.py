"""Pandera schemas built from sidecars, and their failures put in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaError, SchemaErrorReason, SchemaErrors

from analysis.data.sidecar import Column, Sidecar
from analysis.errors import DataError

KEYS = ("entity", "year")


def key_schema(sidecar: Sidecar, entities: Sequence[str]) -> pa.DataFrameSchema:
    """Build the schema of a table as read: columns, keys, and that every entity is there."""
    figures = {name: pa.Column(nullable=True) for name in sidecar.columns}
    known = list(entities)
    keys = {
        "entity": pa.Column(str, pa.Check.isin(known, name="known_entity")),
        "year": pa.Column(int, pa.Check.isin(list(sidecar.years), name="known_year")),
    }
    complete = pa.Check(lambda df: df["entity"].nunique() == len(known), name="entity_count")
    return pa.DataFrameSchema({**keys, **figures}, checks=complete, unique=list(KEYS), strict=True)


def expected(column: Column, frame: pd.DataFrame) -> np.ndarray:
    """Mark cells of a column that must hold a number: inside its years and in no gap, (n,)."""
    year = frame["year"]
    inside = year.between(column.first_year, column.last_year).to_numpy()
    for gap in column.gaps:
        hole = year.isin(gap.years).to_numpy()
        if gap.entity is not None:
            hole = hole & (frame["entity"] == gap.entity).to_numpy()
        inside = inside & ~hole
    return inside


def cell_schema(sidecar: Sidecar, rectangle: pd.DataFrame) -> pa.DataFrameSchema:
    """Build the schema of a table filled up to its rectangle: ranges, and gaps as declared."""
    columns = {}
    for name, column in sidecar.columns.items():
        must = expected(column, rectangle)
        low, high = column.range
        checks = [pa.Check.in_range(low, high, name="range")]
        if column.sparse:
            year = rectangle["year"]
            may = year.between(column.first_year, column.last_year).to_numpy()
        else:
            may = must
            checks.append(_cells(lambda s, must=must: s.notna() | ~must, "undeclared_gap"))
        checks.append(_cells(lambda s, may=may: s.isna() | may, "filled_gap"))
        if column.observed is not None:
            n = column.observed
            checks.append(pa.Check(lambda s, n=n: s.notna().sum() == n, name="observed"))
        columns[name] = pa.Column(float, checks, nullable=True)
    return pa.DataFrameSchema(columns)


def _cells(rule: object, name: str) -> pa.Check:
    return pa.Check(rule, name=name, ignore_na=False)


def validate(
    frame: pd.DataFrame, sidecar: Sidecar, file: str, entities: Sequence[str]
) -> pd.DataFrame:
    """Check a table, as read, against its sidecar and return its rectangle in published units.

    Raises
    ------
    DataError
        At the first problem, in one sentence.
    """
    data = frame
    try:
        key_schema(sidecar, entities).validate(data)
        index = pd.MultiIndex.from_product([entities, sidecar.years], names=KEYS)
        # filled up to every entity and year; rows that are not there become empty cells
        # (a copy is in one piece: pandas warns where a hundred columns were put in one by one)
        data = frame.set_index(list(KEYS)).reindex(index).copy().reset_index()
        cell_schema(sidecar, data).validate(data)
    except (SchemaError, SchemaErrors) as error:
        first = error.schema_errors[0] if isinstance(error, SchemaErrors) else error
        raise DataError(_sentence(first, data, sidecar, file, entities)) from None
    return data


def _sentence(
    error: SchemaError, data: pd.DataFrame, sidecar: Sidecar, file: str, entities: Sequence[str]
) -> str:
    """Say what a failed schema means."""
    reason, cases = error.reason_code, error.failure_cases
    if reason is SchemaErrorReason.COLUMN_NOT_IN_DATAFRAME:
        return _missing_column(str(cases), data, sidecar, file)
    if reason is SchemaErrorReason.COLUMN_NOT_IN_SCHEMA:
        return _strange_column(str(cases), data, sidecar, file)
    if reason is SchemaErrorReason.DUPLICATES:
        row = data[data.duplicated(list(KEYS))].iloc[0]
        return (
            f"{file} holds {row['entity']} in {row['year']} more than once: keep one row per "
            "entity and year."
        )
    if reason is SchemaErrorReason.SERIES_CONTAINS_NULLS:
        return f"{file} has a row without {error.schema.name}: fill it in or delete the row."
    if reason is SchemaErrorReason.WRONG_DATATYPE:
        return f"{file} has a column '{error.schema.name}' of the wrong type: write plain values."
    return _failed_check(error, data, sidecar, file, entities)


def _missing_column(name: str, data: pd.DataFrame, sidecar: Sidecar, file: str) -> str:
    known = {*KEYS, *sidecar.columns}
    strange = [str(c) for c in data.columns if c not in known]
    if near := get_close_matches(name, strange, n=1, cutoff=0.5):
        return (
            f"{file} has no column '{name}' but one named '{near[0]}': rename it back, or map it "
            "under columns in dataset.yml."
        )
    return f"{file} has no column '{name}': restore it, or take it out of {sidecar.file}."


def _strange_column(name: str, data: pd.DataFrame, sidecar: Sidecar, file: str) -> str:
    absent = [c for c in (*KEYS, *sidecar.columns) if c not in data.columns]
    if near := get_close_matches(name, absent, n=1, cutoff=0.5) or absent[:1]:
        return _missing_column(near[0], data, sidecar, file)
    return f"{file} has a column '{name}' that {sidecar.file} does not describe: describe it there."


def _failed_check(
    error: SchemaError, data: pd.DataFrame, sidecar: Sidecar, file: str, entities: Sequence[str]
) -> str:
    """Sentence for a failed check of keys or cells; names the first cell and counts the rest."""
    check, column = str(error.check.name), str(error.schema.name)
    if check == "entity_count":
        have = set(data["entity"])
        absent = [e for e in entities if e not in have]
        return (
            f"{file} holds {len(have)} entities but {len(entities)} are expected "
            f"({absent[0]} is missing): add its rows, or mend the count in dataset.yml."
        )
    if check == "observed":
        n = int(data[column].notna().sum())
        return (
            f"{file} has {n} numbers in column '{column}' but {sidecar.file} counts "
            f"{sidecar.columns[column].observed}: restore the column or mend the count."
        )
    case = error.failure_cases.iloc[0]
    row = data.loc[case["index"]]
    if check in ("known_entity", "known_year"):
        key, value = check.removeprefix("known_"), str(case["failure_case"])
        near = get_close_matches(value, list(entities), n=1) if key == "entity" else []
        hint = f"did you mean {near[0]}?" if near else "mend or delete the row."
        return f"{file} has an unknown {key} '{value}' in row {case['index'] + 2}: {hint}"
    return _bad_cell(check, column, row, len(error.failure_cases) - 1, sidecar, file)


def _bad_cell(
    check: str, column: str, row: pd.Series, more: int, sidecar: Sidecar, file: str
) -> str:
    cell = f"'{column}' of {row['entity']} in {row['year']}"
    cell += f" (and {more} more)" if more else ""
    low, high = sidecar.columns[column].range
    said = {
        "range": f"{row[column]:g} in {cell}, outside [{low:g}, {high:g}]: mend the number, or "
        f"widen the range in {sidecar.file}.",
        "undeclared_gap": f"no number in {cell}: fill it in, or declare the gap in {sidecar.file}.",
        "filled_gap": f"a number in {cell} where {sidecar.file} declares none: take it out, or "
        "mend gaps and years there.",
    }
    return f"{file} has {said[check]}"
