"""A reader's own firms: one table in the layout of CSMAR in, one checked panel out.

>>> from analysis.data.firm_panel import read_firm_panel
>>> panel = read_firm_panel(table)                      # doctest: +SKIP
>>> panel = read_firm_panel(table, Path("map.yml"))     # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from analysis.data.files import read_yaml, short
from analysis.data.labels import year_and_month
from analysis.errors import DataError, require_known

__all__ = ["Field", "FirmPanel", "firm_fields", "read_firm_panel"]

FIELDS = Path(__file__).with_name("firm_fields.yml")
NUMBERS = ("amount", "percent", "count", "number")


@dataclass(frozen=True, slots=True)
class Field:
    """One column a firm panel may hold, and where it is found.

    Attributes
    ----------
    name : str
        Our name.
    column, table : str
        Its name in CSMAR and the table it stands in; ours where ``seen`` is false.
    kind : str
        key, period, text, date, amount, percent, count or number.
    seen : bool
        Whether the column name was seen in public code that reads the table.
    label_en, label_zh : str
        What it is.
    required : bool
        Whether a panel without it is refused.
    """

    name: str
    column: str
    table: str
    kind: str
    seen: bool
    label_en: str
    label_zh: str
    required: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class FirmPanel:
    """Firms over years, under our names.

    Attributes
    ----------
    frame : DataFrame
        Index (firm, year), sorted and unique; unbalanced.
    source : mapping of str to str
        Our name and the column it was read from.
    absent : tuple of str
        Fields the table does not hold.
    """

    frame: pd.DataFrame
    source: Mapping[str, str]
    absent: tuple[str, ...]


@cache
def firm_fields() -> Mapping[str, Field]:
    """Return every field by our name, in the order of the declaration."""
    raw = read_yaml(FIELDS)["fields"]
    return MappingProxyType({name: Field(name=name, **entry) for name, entry in raw.items()})


def read_firm_panel(
    table: pd.DataFrame, columns: Mapping[str, str] | Path | None = None
) -> FirmPanel:
    """Check a table of firms and years and put it under our names.

    Nothing is dropped: the tables of CSMAR are merged, and parent statements and interim periods
    left out, before they come here.

    Parameters
    ----------
    table
        One row per firm and year.
    columns
        Her column -> our name, or a YAML file that says so; what it does not name is looked for
        under the name in CSMAR. "institutions in shares" reads holdings of 0 to 1, which are
        percentages otherwise.

    Returns
    -------
    FirmPanel

    Raises
    ------
    DataError
        A column is missing or named twice, a firm has two rows in a year, a period is not the end
        of a year, a cell is not a number or not possible.
    UnknownNameError
        The map names a field that does not exist.
    """
    named, units = _column_map(columns)
    source = _source(table, named)
    frame = pd.DataFrame({ours: table[hers].to_numpy() for ours, hers in source.items()})
    frame["firm"] = _codes(frame["firm"], source["firm"])
    frame["year"] = _years(frame.pop("period"), frame["firm"], source["period"])
    if (twice := frame.duplicated(["firm", "year"])).any():
        row = frame.loc[twice.idxmax()]
        raise DataError(
            f"Firm {row['firm']} has more than one row for {row['year']}: keep its consolidated "
            "statement (Typrep A) of 31 December."
        )
    for ours, hers in source.items():
        if firm_fields()[ours].kind in NUMBERS:
            frame[ours] = _numbers(frame, ours, hers, units.get(ours, ""))
        elif firm_fields()[ours].kind == "date":
            frame[ours] = _dates(frame, ours, hers)
    absent = tuple(name for name in firm_fields() if name not in source)
    return FirmPanel(
        frame=frame.set_index(["firm", "year"]).sort_index(),
        source=MappingProxyType(source),
        absent=absent,
    )


def _column_map(columns: Mapping[str, str] | Path | None) -> tuple[dict[str, str], dict[str, str]]:
    """Her column by our name, and whether she counts in percent or in shares of one."""
    where = "the column map"
    if isinstance(columns, Path):
        where = short(columns)
        columns = read_yaml(columns, "write it: one line per column, 'her column: our name'")
    if not isinstance(columns, Mapping | None):
        raise DataError(f"{where} is not a mapping: write one line per column, 'hers: ours'.")
    out: dict[str, str] = {}
    units: dict[str, str] = {}
    for hers, meant in (columns or {}).items():
        ours, _, unit = str(meant).partition(" in ")
        if unit:
            require_known("unit", unit, ("percent", "shares"), where)
        units[ours] = unit
        require_known("field", ours, firm_fields(), where)
        if ours in out:
            raise DataError(
                f"{where} reads '{ours}' from both '{out[ours]}' and '{hers}': keep one of them."
            )
        out[ours] = str(hers)
    return out, units


def _source(table: pd.DataFrame, named: dict[str, str]) -> dict[str, str]:
    """Our name -> the column to read, for every field the table holds."""
    source = {}
    for name, field in firm_fields().items():
        column = named.get(name, field.column)
        if column in table.columns:
            source[name] = column
        elif name in named:
            raise DataError(
                f"The column map reads '{name}' from '{column}', which the table does not hold: "
                "mend the name there."
            )
        elif field.required:
            raise DataError(
                f"The firm table has no column '{column}' ({field.label_en}): add it from "
                f"{field.table}, or name yours in the column map as '{name}'."
            )
    doubled = table.columns[table.columns.duplicated()]
    if doubled.isin(list(source.values())).any():
        raise DataError(f"The firm table holds column '{doubled[0]}' twice: keep one of them.")
    if table.empty:
        raise DataError("The firm table has no row: give it one row per firm and year.")
    return source


def _codes(codes: pd.Series, column: str) -> pd.Series:
    if codes.isna().any():
        row = int(codes.isna().to_numpy().argmax())
        raise DataError(f"Column '{column}' has no code in row {row + 1}: fill it in.")
    if pd.api.types.is_numeric_dtype(codes):  # a spreadsheet has eaten the leading zeros
        return codes.astype(int).astype(str).str.zfill(6)
    return codes.astype(str).str.strip()


def _years(period: pd.Series, firm: pd.Series, column: str) -> pd.Series:
    found = [year_and_month(value) for value in period]
    for row, date in enumerate(found):
        if date is None:
            raise DataError(
                f"Column '{column}' holds '{period.iloc[row]}' for firm {firm.iloc[row]}: write a "
                "year or the last day of one, 2015 or 2015-12-31."
            )
        if date[1] not in (None, 12):
            raise DataError(
                f"Column '{column}' holds the period {period.iloc[row]} for firm "
                f"{firm.iloc[row]}: keep annual statements, which end in December."
            )
    return pd.Series([year for year, _ in found], period.index)


def _numbers(frame: pd.DataFrame, ours: str, hers: str, unit: str) -> pd.Series:
    values = frame[ours]
    numbers = pd.to_numeric(values, errors="coerce").astype(float)
    kind = firm_fields()[ours].kind
    if kind == "percent" and not unit and 0 < numbers.max() <= 1:
        raise DataError(
            f"Column '{hers}' counts in percent, but no cell is above {numbers.max():g}: say in "
            f"the column map what is meant, '{hers}: {ours} in shares' or '{ours} in percent'."
        )
    numbers = numbers * 100 if unit == "shares" else numbers
    wrong = {
        "is not a number": values.notna() & numbers.isna(),
        "is infinite": numbers.abs() == float("inf"),
        "is negative": (numbers < 0) & (kind != "number"),
        "is above 100 percent": (numbers > 100) & (kind == "percent"),
    }
    for what, bad in wrong.items():
        _refuse(frame, ours, hers, bad, f"{what}: mend the cell or leave it empty")
    return numbers


def _dates(frame: pd.DataFrame, ours: str, hers: str) -> pd.Series:
    known = frame[ours].map(lambda value: year_and_month(value) is not None)
    text = frame[ours].astype(str).str.replace(r"[年月/.—]", "-", regex=True).str.strip("-日 ")
    dates = pd.to_datetime(text, errors="coerce", format="mixed")
    bad = frame[ours].notna() & (dates.isna() | ~known)
    _refuse(frame, ours, hers, bad, "is no date: write 1999-12-31")
    return dates


def _refuse(frame: pd.DataFrame, ours: str, hers: str, bad: pd.Series, what: str) -> None:
    if bad.any():
        row = frame.loc[bad.idxmax()]
        raise DataError(
            f"Column '{hers}' holds '{row[ours]}' for firm {row['firm']} in {row['year']}, which "
            f"{what}."
        )
