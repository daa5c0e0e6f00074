"""The page to look for oneself: the degree and its systems by place and year, as figures."""

from __future__ import annotations

import pandas as pd

from analysis.claims import Exhibit, Page, Study
from analysis.data import Panel

UNITS = {
    "province-year": ("d_wang", "pcp", "ifin", "nqp"),
    "city-year": ("d_city", "pcp_city", "ifin", "dfi"),
}
"""By unit, what a map can show; the first is drawn where nothing can be chosen."""

PLACES = ("tile_row", "tile_col", "latitude", "longitude")


def explore(study: Study) -> Page:
    """Keep every value of some measures by entity and year, with names and places."""
    regions = study.panel(study.main).entities[["region", "region_zh"]]
    shown = {}
    for unit, names in UNITS.items():
        panel = study.panel(study.units[unit])
        rows = _rows(panel, regions)
        measures = {name: _measure(panel, name) for name in names}
        shown[panel.roles.entities] = Exhibit("yearly_map", {"rows": rows, "measures": measures})
        if study.units[unit] == study.main:
            drawn = {"rows": rows, "measures": {names[0]: measures[names[0]]}}
            shown["paths"] = Exhibit("entity_paths", drawn)
    return Page({}, shown, {})


def _rows(panel: Panel, regions: pd.DataFrame) -> pd.DataFrame:
    """Names, region and place; what lies in a province takes the region of it."""
    rows = panel.entities
    if "tile_row" not in rows and panel.geography is not None:
        rows = rows.join(panel.geography.coordinates[["latitude", "longitude"]])
    for name in ("region", "region_zh"):
        rows = rows.assign(**{name: panel.entities["region"].map(regions[name]).fillna(rows[name])})
    kept = ["label_en", "label_zh", "region", "region_zh", *PLACES]
    return rows[[name for name in kept if name in rows]]


def _measure(panel: Panel, name: str) -> dict[str, object]:
    variable = panel.describe(name)
    table = panel[name].astype(float).unstack("year").dropna(axis=1, how="all")  # noqa: PD010
    table = table.reindex(panel.entities.index).round(4)
    table.columns = [int(year) for year in table]
    return {
        "label_en": variable.label_en, "label_zh": variable.label_zh, "unit": variable.unit or "",
        "values": table.rename_axis(index=None),
    }  # fmt: skip
