"""Places with their names and measures year by year, as data for a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.display.interactive.claims import rounded

__all__ = ["places_data"]


def places_data(kind: str, shown: Mapping[str, Any]) -> dict[str, object]:
    """Return what a map and its lines show.

    Parameters
    ----------
    kind : str
        Plural of the entity.
    shown : mapping
        Keywords of `analysis.display.charts.yearly_map`.

    Returns
    -------
    dict
        ``places``: id, English and Chinese name, region in both, x and y (of a tile, or degrees
        east and north); ``tiled``; ``measures`` with names, ``years`` and ``values``, a list of
        years for each place in order.
    """
    rows: pd.DataFrame = shown["rows"]
    tiled = "tile_row" in rows
    x, y = ("tile_col", "tile_row") if tiled else ("longitude", "latitude")
    names = ["label_en", "label_zh", "region", "region_zh"]
    places = [
        [str(code), *map(str, row[names]), rounded(float(row[x]), 6), rounded(float(row[y]), 6)]
        for code, row in rows.iterrows()
    ]
    measures = [_measure(name, one) for name, one in shown["measures"].items()]
    return {"kind": kind, "tiled": tiled, "places": places, "measures": measures}


def _measure(name: str, one: Mapping[str, Any]) -> dict[str, object]:
    table: pd.DataFrame = one["values"]
    labels = {key: one[key] for key in ("label_en", "label_zh", "unit")}
    values = [[rounded(value) for value in row] for row in table.to_numpy(dtype=float).tolist()]
    return {"name": name, **labels, "years": [int(year) for year in table], "values": values}
