"""The page on the figures: what is there, whether it adds up, where it comes from."""

from __future__ import annotations

from textwrap import shorten

import pandas as pd

from analysis.claims import Exhibit, Page, Study
from analysis.claims.exhibit import tiles
from analysis.claims.numbers import flatten
from analysis.data import Panel, coverage, identities, provenance
from analysis.inference.cells import Grid

CITIES, FINANCE = "cities", "dfi"
NAMED = ("110000", "330100", "440300", "510100", "530100", "540100", "650100", "230100")
"""Cities written beside their points, so that a map without borders can be found one's way on."""


def explore(study: Study) -> Page:
    """Show coverage, identities, provenance and flags of the main data set; cities on a map."""
    panel = study.raw(study.main)
    checks, share = identities(panel), coverage(panel)
    labels = pd.Series(
        {n: shorten(v.label_en, 48, placeholder=" …") for n, v in panel.variables.items()}
    )
    numbers = {
        "identities": len(checks),
        "identities_hold": int(checks["holds"].sum()),
        "cells": int(panel.frame.size),
        "cells_present": int(panel.frame.notna().sum().sum()),
        "share_present": float(panel.frame.notna().mean().mean()),
        "flagged": len(panel.flags),
        "suspicious": int((panel.flags["flag"] == "suspicious").sum()),
    }
    shown = {"coverage": share, "labels": labels, "noun": panel.roles.entities}
    mapped, seen = _cities(study)
    return Page(
        flatten({**numbers, "cities": seen}, prefix="figures"),
        {"coverage": Exhibit("coverage_map", shown), "cities": mapped},
        {
            "identities": _identities(checks),
            "provenance": _provenance(provenance(study.data)),
            "flags": _flags(panel),
        },
    )


def _cities(study: Study) -> tuple[Exhibit, dict[str, object]]:
    """Place digital finance of the last year where the cities lie, and say who leads and lags."""
    panel = study.panel(CITIES)
    values = panel[FINANCE].dropna()
    year = int(values.index.get_level_values(1).max())
    latest = values.xs(year, level=1)
    rows = tiles(panel, latest).join(panel.geography.coordinates[["latitude", "longitude"]])
    variable = panel.describe(FINANCE)
    numbers = {
        "year": year, "seen": len(latest), "unseen": int(rows["value"].isna().sum()),
        "lowest": float(latest.min()), "highest": float(latest.max()),
        "lowest_name": rows.loc[latest.idxmin(), "label_en"],
        "highest_name": rows.loc[latest.idxmax(), "label_en"],
        "west_east": float(rows["value"].corr(rows["longitude"])),
    }  # fmt: skip
    title = f"{variable.label_en} ({variable.label_zh}), {year}"
    return Exhibit("point_map", {"rows": rows, "title": title, "named": NAMED}), numbers


def _identities(checks: pd.DataFrame) -> Grid:
    rows = [
        {
            "Identity": f"{row.what}\n{row.statistic} deviation, {row.unit}",
            "Cells": row.cells,
            "Off by": row.deviation,
            "Allowed": row.tolerance,
            "Holds": "yes" if row.holds else "NO",
        }
        for row in checks.itertuples()
    ]
    caption = "Accounting identities, recomputed at every build"
    formats = dict.fromkeys(["Off by", "Allowed"], "{:.4f}".format) | {"Cells": "{:,}".format}
    return Grid.of_frame(pd.DataFrame(rows), caption, formats)


def _provenance(tables: pd.DataFrame) -> Grid:
    rows = []
    for t in tables.itertuples():
        years = f"{t.years.replace('-', '–')}, " if t.years else ""
        source = [f"Published by {t.publisher}."] if t.publisher else []
        copies = ", ".join(dict.fromkeys(t.compiled_via.split("; ")))
        source += [f"Compiled via {copies}."] if copies else []
        title = f"{t.title}\n{years}{t.variables} columns\nSHA-256 {t.sha256[:10]}"
        rows.append((title, " ".join([*source, f"Licence: {t.licence}."])))
    caption = "Tables of the project: publisher, public copy, terms, hash"
    return Grid.of_frame(pd.DataFrame(rows, columns=["Table", "Source and terms"]), caption)


def _flags(panel: Panel) -> Grid:
    counted = (
        panel.flags.groupby(["variable", "flag", "note"], sort=True)
        .agg(cells=("entity", "size"), years=("year", lambda y: f"{y.min()}–{y.max()}"))
        .reset_index()
    )
    counted["years"] = counted["years"].str.replace(r"^(\d+)–\1$", r"\1", regex=True)
    counted["flag"] = counted["flag"].str.replace("_", " ")
    counted["variable"] = [panel.describe(name).label_en for name in counted["variable"]]
    counted = counted[["variable", "years", "cells", "flag", "note"]].rename(columns=str.capitalize)
    return Grid.of_frame(counted, "Cells that carry a remark of their own")
