"""Where entities lie: who borders on whom, and one point for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import pandas as pd

from analysis.data.dataset import Dataset
from analysis.data.files import read_small, require_numbers, short
from analysis.data.labels import entity_names
from analysis.errors import DataError

__all__ = ["Geography", "read_geography"]


@dataclass(frozen=True, slots=True, eq=False)
class Geography:
    """Space as a data set declares it; either part may be missing.

    Attributes
    ----------
    neighbours : DataFrame or None
        One row per unordered pair: ``entity``, ``neighbour`` and, where the table has it, ``kind``.
    coordinates : DataFrame or None
        Index entity; ``latitude`` and ``longitude`` in degrees, north and east positive.

    Examples
    --------
    >>> import pandas as pd
    >>> borders = Geography(pd.DataFrame({"entity": [1, 2], "neighbour": [2, 3]}))
    >>> borders.neighbours["neighbour"].tolist()
    ['2', '3']
    """

    neighbours: pd.DataFrame | None = None
    coordinates: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        # A panel holds names as text, codes given as numbers too.
        if (pairs := self.neighbours) is not None:
            named = {c: entity_names(pd.Index(pairs[c]), "A pair") for c in ("entity", "neighbour")}
            object.__setattr__(self, "neighbours", pairs.assign(**named))
        if (points := self.coordinates) is not None:
            points = points.set_axis(entity_names(points.index, "The table of coordinates"))
            object.__setattr__(self, "coordinates", points)


def read_geography(ds: Dataset, entities: Sequence[str]) -> Geography | None:
    """Read what ``dataset.yml`` names under ``neighbours`` and ``coordinates``; None if neither.

    Raises
    ------
    DataError
        A pair is named twice, names a stranger or an entity as its own neighbour; an entity has no
        coordinates, or they are not on the globe.
    """
    if ds.neighbours is None and ds.coordinates is None:
        return None
    known = [str(e) for e in entities]
    return Geography(
        None if ds.neighbours is None else _neighbours(ds, ds.neighbours, known),
        None if ds.coordinates is None else _coordinates(ds, ds.coordinates, known),
    )


def _neighbours(ds: Dataset, table: str, known: Sequence[str]) -> pd.DataFrame:
    path = ds.path(table, ".csv")

    def check(frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.rename(columns=ds.renames)
        pairs: set[frozenset[str]] = set()
        for row, (a, b) in enumerate(zip(frame["entity"], frame["neighbour"], strict=True), 2):
            for name in (a, b):
                _require_known(name, known, f"{short(path)}, row {row}")
            if a == b:
                raise DataError(
                    f"{short(path)} makes {a} its own neighbour in row {row}: delete the row."
                )
            if frozenset((a, b)) in pairs:
                raise DataError(
                    f"{short(path)} holds the pair {a} and {b} again in row {row}: a border counts "
                    "in both directions, so keep one row."
                )
            pairs.add(frozenset((a, b)))
        return frame

    return read_small(path, [ds.columns.get("entity", "entity"), "neighbour"], check)


def _coordinates(ds: Dataset, table: str, known: Sequence[str]) -> pd.DataFrame:
    path = ds.path(table, ".csv")
    degrees = {"latitude": 90.0, "longitude": 180.0}

    def check(frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.rename(columns=ds.renames)
        for row, name in enumerate(frame["entity"], 2):
            _require_known(name, known, f"{short(path)}, row {row}")
        if (twice := frame["entity"][frame["entity"].duplicated()]).size:
            raise DataError(f"{short(path)} holds {twice.iloc[0]} twice: keep one row.")
        if absent := [c for c in degrees if c not in frame.columns]:
            raise DataError(f"{short(path)} has no column '{absent[0]}': add it in degrees.")
        frame = require_numbers(path, frame, degrees).set_index("entity").sort_index()
        for name in known:
            if name not in frame.index or frame.loc[name, list(degrees)].isna().any():
                raise DataError(f"{short(path)} has no coordinates of {name}: add its row.")
        for column, most in degrees.items():
            if (off := frame[column].abs() > most).any():
                raise DataError(
                    f"{short(path)} puts {frame.index[off][0]} at {column} "
                    f"{frame.loc[off, column].iloc[0]:g}: write degrees between -{most:g} and "
                    f"{most:g}."
                )
        return frame

    return read_small(path, [ds.columns.get("entity", "entity")], check)


def _require_known(name: object, known: Sequence[str], where: str) -> None:
    if name not in known:
        near = get_close_matches(str(name), known, n=1)
        hint = f"did you mean {near[0]}?" if near else "mend or delete the row."
        raise DataError(f"{where}, names an unknown entity '{name}': {hint}")
