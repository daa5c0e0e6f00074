"""Labels of rows: names of entities as text, years as whole numbers, dates as year and month."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pandas as pd

from analysis.errors import DataError

__all__ = ["entity_names", "grid_index", "year_and_month", "year_numbers"]

KEYS = ("entity", "year")

# 2016, 2016-10, 2016/10/5, 2016.10, 2016年10月5日, 201610, 20161005
_DATE = re.compile(
    r"(?P<year>[12]\d{3})(?:年|\.0+)?"
    r"|(?P<y>[12]\d{3})\s*[-/.年—–]\s*(?P<m>\d{1,2})月?(?:(?:(?<=月)|[-/.—–])(?P<d>\d{1,2})日?)?"
    r"|(?P<y2>[12]\d{3})(?P<m2>\d{2})(?P<d2>\d{2})?"
)


def year_and_month(value: object) -> tuple[int, int | None] | None:
    """Read a date as a spreadsheet holds it; None for what is no year, month or day.

    Parameters
    ----------
    value
        A date or period, a year as a number, or text: ``2016``, ``2016-10``, ``2016/10/5``,
        ``2016年10月``, ``20161005``. The month is None where it is not given.
    """
    if isinstance(value, (np.datetime64, date)):
        value = pd.Timestamp(value)
    if isinstance(value, (pd.Timestamp, pd.Period)):
        yearly = isinstance(value, pd.Period) and value.freqstr.startswith(("Y", "A"))
        return None if value is pd.NaT else (value.year, None if yearly else value.month)
    if isinstance(value, (float, np.floating)):
        if not float(value).is_integer():  # 2016.1 may be January or October
            return None
        value = int(value)
    text = re.sub(r"[ T]00:00(:00)?(\.0+)?$", "", str(value).strip())
    if (found := _DATE.fullmatch(text)) is None:
        return None
    year, month, day = (
        next((found[name] for name in names if found[name]), None)
        for names in (("year", "y", "y2"), ("m", "m2"), ("d", "d2"))
    )
    inside = 1 <= int(month or 1) <= 12 and 1 <= int(day or 1) <= 31
    return (int(year), int(month) if month else None) if inside else None


def entity_names(labels: pd.Index, where: str) -> pd.Index:
    """Return names as text, codes given as numbers too; DataError if a name is missing."""
    _require_present(labels, "entity", where)
    numbers = pd.api.types.is_float_dtype(labels.dtype)
    named = [str(int(x)) if numbers and float(x).is_integer() else str(x) for x in labels]
    return pd.Index(named, name=labels.name)


def year_numbers(labels: pd.Index, where: str) -> pd.Index:
    """Return years as whole numbers, from numbers, text, dates or periods, or a DataError."""
    _require_present(labels, "year", where)
    if pd.api.types.is_integer_dtype(labels.dtype):
        return labels.astype("int64")
    known = {label: year_and_month(label) for label in labels.unique()}
    if bad := [label for label, found in known.items() if found is None]:
        raise DataError(f"{where} has the year '{bad[0]}': write a whole number, such as 2015.")
    return pd.Index([known[label][0] for label in labels], dtype="int64", name=labels.name)


def grid_index(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """Return a frame indexed by (entity, year): text and whole numbers, each pair once.

    Raises
    ------
    DataError
        The index has other than two levels, a label is missing or doubled, a year is none, or a
        column stands twice.
    """
    if not isinstance(frame, pd.DataFrame):
        raise DataError(f"{where} has a {type(frame).__name__} as its frame: give a DataFrame.")
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise DataError(f"{where} holds column '{twice}' twice: keep one of them.")
    index = frame.index
    if index.nlevels != 2:
        raise DataError(
            f"{where} has an index of {index.nlevels} levels, not two: set entity and year as its "
            "index first, as in frame.set_index(['entity', 'year'])."
        )
    if not _ready(index):
        years_first = index.names[0] == "year" or index.names[1] == "entity"
        if years_first or (set(index.names) != set(KEYS) and _yearly(index, 0) > _yearly(index, 1)):
            index = index.swaplevel()
        who, when = (index.get_level_values(level) for level in (0, 1))
        arrays = [entity_names(who, where), year_numbers(when, where)]
        frame = frame.set_axis(pd.MultiIndex.from_arrays(arrays, names=KEYS))
        frame = frame.sort_index() if years_first or index is not frame.index else frame
    if (twice := frame.index.duplicated()).any():
        entity, year = frame.index[int(twice.argmax())]
        raise DataError(f"{where} holds {entity} in {year} more than once: keep one row.")
    return frame


def _ready(index: pd.MultiIndex) -> bool:
    """Whether nothing is to be done, which is so for every panel made from another."""
    names, years = index.levels
    return (
        tuple(index.names) == KEYS
        and names.inferred_type == "string"
        and years.dtype == "int64"
        and all(bool((codes >= 0).all()) for codes in index.codes)
    )


def _yearly(index: pd.MultiIndex, level: int) -> bool:
    return all(year_and_month(label) is not None for label in index.levels[level])


def _require_present(labels: pd.Index, what: str, where: str) -> None:
    if (missing := labels.isna()).any():
        raise DataError(
            f"{where} has no {what} in {int(missing.sum())} rows, the first in row "
            f"{int(missing.argmax()) + 1}: fill the name in, as a merged cell of a spreadsheet "
            "needs, or leave the rows out."
        )
