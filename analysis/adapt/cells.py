"""Cells as spreadsheets hold them: what is a number, what is a blank, what is neither."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from numbers import Real

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import DataError

__all__ = ["Numbers", "is_blank", "numbers", "plain"]

BLANKS = frozenset(
    ("", ".", "..", "...", "......", "-", "--", "---", "*", "/", "\\", "na", "n.a.", "n.a", "n/a",
     "#n/a", "nan", "null", "none", "缺失", "缺失值", "缺", "暂无", "无数据", "未公布")
)  # fmt: skip
"""Texts that say there is no figure, in small letters. 无 is not among them: it may mean zero."""

# Dashes of every length are the minus sign of some keyboard, and alone they are a blank.
_SIGNS = str.maketrans(dict.fromkeys("—–−‐‑‒―─", "-") | {"…": "...", "\u00a0": " "})
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(\.\d*)?|[+-]?\d{1,3}(?: \d{3})+(\.\d*)?", re.ASCII)
_TAIL = re.compile(r"(?P<number>[+-]?[\d., ]*\d\.?)\s*(?P<unit>[^\d\s.,+-].*)", re.ASCII)
_BLANK, _BAD = "blank", "bad"


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """A column read as numbers, and an account of what that took.

    Attributes
    ----------
    values : ndarray
        Floats, nan for a blank.
    unit : str
        Written behind every number of the column, such as "%" or "亿元"; empty if nothing is.
    blanks : int
        Cells without a figure.
    mended : mapping of str to int
        What was read through, and in how many cells: "thousands separators", "full-width digits".
    """

    values: NDArray[np.float64]
    unit: str
    blanks: int
    mended: dict[str, int] = field(default_factory=dict)

    @property
    def figures(self) -> NDArray[np.float64]:
        """Figures without the blanks."""
        return np.asarray(self.values)[~np.isnan(self.values)]

    @property
    def empty(self) -> bool:
        """Whether every cell is a blank."""
        return self.blanks == len(self.values)


def plain(text: str) -> str:
    """Put full-width letters, digits, brackets and dashes in their plain form; trim.

    Examples
    --------
    >>> plain("　１，２３４％ ")
    '1,234%'
    """
    return unicodedata.normalize("NFKC", text.translate(_SIGNS)).strip()


def is_blank(cell: object) -> bool:
    """Whether a cell says that there is no figure."""
    if cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, Real) and cell != cell):
        return True
    return isinstance(cell, str) and plain(cell).lower() in BLANKS


def numbers(
    cells: Sequence[object], rows: Sequence[int], heading: str, file: str, units: Collection[str]
) -> Numbers:
    """Read a column as numbers.

    Parameters
    ----------
    cells, rows
        The column, and the row of each cell in the file.
    heading, file
        For messages.
    units
        What may stand behind a number, such as "%" or "万元".

    Raises
    ------
    DataError
        A cell is neither a number nor a blank, is infinite, or has another unit than the rest; the
        first such cell is named by its row and column.
    """
    known: dict[object, tuple[float, str, tuple[str, ...]] | str] = {}
    values = np.full(len(cells), np.nan)
    counts: Counter[str] = Counter()
    tails: dict[str, int] = {}
    blanks = 0
    for i, cell in enumerate(cells):
        key = (type(cell), cell)
        if key not in known:
            known[key] = _read(cell, units)
        found = known[key]
        if found is _BLANK:
            blanks += 1
            continue
        if isinstance(found, str):
            raise DataError(
                f"{file} holds '{cell}' in column '{heading}', row {rows[i]}: write a plain number "
                "there, or leave the cell empty."
            )
        values[i], tail, how = found
        tails.setdefault(tail, i)
        if len(tails) > 1:
            first = next(iter(tails))
            raise DataError(
                f"Column '{heading}' of {file} has '{cells[i]}' in row {rows[i]} and "
                f"'{cells[tails[first]]}' in row {rows[tails[first]]}: give every number of the "
                "column the same unit."
            )
        counts.update(how)
    return Numbers(values, next(iter(tails), ""), blanks, dict(counts))


def _read(cell: object, units: Collection[str]) -> tuple[float, str, tuple[str, ...]] | str:
    """Return number, unit and what was read through; else why not."""
    if isinstance(cell, str) and _PLAIN.fullmatch(cell):  # nearly all cells: no more is asked
        return (float(cell), "", ()) if math.isfinite(float(cell)) else _BAD
    if is_blank(cell):
        return _BLANK
    if isinstance(cell, Real) and not isinstance(cell, bool | np.bool_):
        return (float(cell), "", ()) if math.isfinite(cell) else _BAD
    if not isinstance(cell, str):
        return _BAD
    text, how, tail = plain(cell), [], ""
    if any("\uff01" <= letter <= "\uff5e" for letter in cell):
        how.append("full-width characters")
    if not _is_number(text) and (found := _TAIL.fullmatch(text)) and found["unit"] in units:
        text, tail = found["number"].strip(), found["unit"]
        how.append("percent signs" if tail == "%" else "units in cells")
    if _GROUPED.fullmatch(text):
        text = re.sub("[, ]", "", text)
        how.append("thousands separators")
    if not _PLAIN.fullmatch(text) or not math.isfinite(float(text)):
        return _BAD
    return float(text), tail, tuple(how)


def _is_number(text: str) -> bool:
    return bool(_PLAIN.fullmatch(text) or _GROUPED.fullmatch(text))
