"""Seven published measures of patient capital inside the firm, by name.

Halves are shares of one; where a measure has two, it is their sum. What each is made of, who uses
it and the trap in it stand in ``patience.yml``. Before results depend on one, look at its largest
values: where a holding hardly moved, holding over SD has no upper end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.files import read_yaml
from analysis.measures.firms import earlier, stability, strategic_share
from analysis.measures.weights import entropy_weights, minmax

__all__ = ["PublishedPatience", "patience_fields", "published_patience"]

FILE = Path(__file__).with_suffix(".yml")
DIRECTIONS = (1, -1, 1, 1, -1, 1, -1)


@dataclass(frozen=True, slots=True, eq=False)
class PublishedPatience:
    """The measures a panel of firms has columns for.

    Attributes
    ----------
    frame : DataFrame
        Index (firm, year), one column per measure.
    table : DataFrame
        One row per measure of the seven: ``measure``, ``made_of``, ``rows`` with a value,
        ``median`` and ``largest`` (missing where it cannot be made), ``lacks`` and ``trap``.
    """

    frame: pd.DataFrame
    table: pd.DataFrame


@cache
def _declared() -> Mapping[str, Any]:
    return read_yaml(FILE)


def patience_fields() -> Mapping[str, Mapping[str, str]]:
    """Return kind and labels of the columns that only these measures need, by name."""
    return _declared()["fields"]


def published_patience(frame: pd.DataFrame) -> PublishedPatience:
    """Compute the measures a panel of firms has columns for.

    Parameters
    ----------
    frame
        Index (firm, year); columns under the names of ``data/firm_fields.yml`` and
        ``patience.yml``: amounts in yuan, holdings in percent, ``industry`` as text.

    Examples
    --------
    >>> import pandas as pd
    >>> index = pd.MultiIndex.from_product([["600000"], [2020]], names=["firm", "year"])
    >>> firms = pd.DataFrame({"low_turnover_half": 30.0, "non_current_liabilities": 20.0,
    ...                       "total_liabilities": 80.0}, index)
    >>> float(published_patience(firms).frame["A4"].iloc[0])
    0.55
    """
    made: dict[str, pd.Series] = {}
    rows = []
    for name, said in _declared()["measures"].items():
        lacks = [column for column in said["needs"] if column not in frame]
        if not lacks:
            made[name] = MAKERS[name](frame).astype(float)
        values = made.get(name, pd.Series(dtype=float)).dropna()
        size = (values.median(), values.max()) if len(values) else (np.nan, np.nan)
        rows.append((name, said["made_of"], len(values), *size, ", ".join(lacks), said["trap"]))
    heads = ["measure", "made_of", "rows", "median", "largest", "lacks", "trap"]
    return PublishedPatience(
        pd.DataFrame(made, index=frame.index), pd.DataFrame(rows, columns=heads)
    )


def _over(top: pd.Series, bottom: pd.Series) -> pd.Series:
    return top / bottom.where(bottom > 0)


def _long_debt(f: pd.DataFrame) -> pd.Series:
    return _over(f["non_current_liabilities"], f["total_liabilities"])


def _held(name: str, f: pd.DataFrame) -> pd.Series:
    return f[name] / 100 + _long_debt(f)


def _a2(f: pd.DataFrame) -> pd.Series:
    debt = f["short_loans"] + f["long_loans"] + f["bonds"] + f["notes_payable"]
    return stability(f["institutions"]) + _over(f["long_loans"], debt)


def _a3(f: pd.DataFrame) -> pd.Series:
    long = f["long_loans"] + f["bonds"] + f["long_payables"] + f["other_non_current"]
    return stability(f["institutions"]) + _over(long, f["total_liabilities"])


def _b2(f: pd.DataFrame) -> pd.Series:
    ratio = stability(f["institutions"])
    return strategic_share(f["institutions"], ratio, f["industry"]) + _long_debt(f)


def _c(f: pd.DataFrame) -> pd.Series:
    equity, long = f["owners_equity"], f["non_current_liabilities"]
    parts = pd.concat(
        [
            f["long_horizon"], f["short_horizon"], stability(f["institutions"]),
            _over(long, equity + long), _over(f["short_loans"], equity),
            _over(equity, earlier(equity, 1)) - 1, f["myopia"],
        ], axis=1,
    ).dropna()  # fmt: skip
    if parts.empty:
        return pd.Series(np.nan, f.index)
    weights = entropy_weights(parts.to_numpy(), DIRECTIONS)
    score = minmax(parts.to_numpy(), DIRECTIONS) @ weights
    return pd.Series(score, parts.index).reindex(f.index)


MAKERS = {
    "A1": lambda f: _held("low_turnover_third", f),
    "A2": _a2,
    "A3": _a3,
    "A4": lambda f: _held("low_turnover_half", f),
    "B1": lambda f: _held("long_stay", f),
    "B2": _b2,
    "C": _c,
}
"""How each measure is made of a frame that has its columns."""
