"""The page on the figures: what is there, whether it adds up, where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from textwrap import shorten
from typing import TYPE_CHECKING

import pandas as pd

from analysis.data import Panel, coverage, identities, load, provenance
from analysis.display.charts import coverage_map
from analysis.display.html import Html, table
from analysis.display.numbers import publish

if TYPE_CHECKING:
    from analysis.display.picture import Picture


@dataclass(frozen=True)
class FiguresPage:
    """What figures there are, whether they add up and where they come from."""

    coverage: Picture
    identities: Html
    provenance: Html
    flags: Html


def figures_page(dataset: str = "china") -> FiguresPage:
    """Lay out coverage, identities, provenance and cell flags of a data set."""
    panel = load(dataset)
    checks, share = identities(panel), coverage(panel)
    labels = pd.Series(
        {n: shorten(v.label_en, 48, placeholder=" …") for n, v in panel.variables.items()}
    )
    publish(
        {
            "identities": len(checks),
            "identities_hold": int(checks["holds"].sum()),
            "cells": int(panel.frame.size),
            "cells_present": int(panel.frame.notna().sum().sum()),
            "share_present": float(panel.frame.notna().mean().mean()),
            "flagged": len(panel.flags),
            "suspicious": int((panel.flags["flag"] == "suspicious").sum()),
        },
        prefix="figures",
    )
    return FiguresPage(
        coverage=coverage_map(share, labels, panel.roles.entities),
        identities=_identities(checks),
        provenance=_provenance(provenance()),
        flags=_flags(panel),
    )


def _identities(checks: pd.DataFrame) -> Html:
    what = [
        Html(f"{escape(row.what)} <small>({row.statistic} deviation, {row.unit})</small>")
        for row in checks.itertuples()
    ]
    shown = pd.DataFrame(
        {
            "Identity": what,
            "Cells": checks["cells"],
            "Off by": checks["deviation"],
            "Allowed": checks["tolerance"],
            "Holds": checks["holds"].map({True: "yes", False: "NO"}),
        }
    )
    number = "{:.4f}".format
    return table(
        shown, "Accounting identities, recomputed at every build",
        {"Off by": number, "Allowed": number, "Cells": "{:,}".format},
    )  # fmt: skip


def _provenance(tables: pd.DataFrame) -> Html:
    rows = []
    for t in tables.itertuples():
        years = f"{t.years.replace('-', '–')}, " if t.years else ""
        source = [f"Published by {t.publisher}."] if t.publisher else []
        copies = ", ".join(dict.fromkeys(t.compiled_via.split("; ")))
        source += [f"Compiled via {copies}."] if copies else []
        rows.append(
            {
                "Table": Html(
                    f"{escape(t.title)}<br><small>{years}{t.variables} columns<br>"
                    f"SHA-256 {t.sha256[:10]}</small>"
                ),
                "Source and terms": Html(escape(" ".join([*source, f"Licence: {t.licence}."]))),
            }
        )
    return table(pd.DataFrame(rows), "Tables of the project: publisher, public copy, terms, hash")


def _flags(panel: Panel) -> Html:
    counted = (
        panel.flags.groupby(["variable", "flag", "note"], sort=True)
        .agg(cells=("entity", "size"), years=("year", lambda y: f"{y.min()}–{y.max()}"))
        .reset_index()
    )
    counted["years"] = counted["years"].str.replace(r"^(\d+)–\1$", r"\1", regex=True)
    counted["flag"] = counted["flag"].str.replace("_", " ")
    counted["variable"] = [panel.describe(name).label_en for name in counted["variable"]]
    counted = counted[["variable", "years", "cells", "flag", "note"]].rename(columns=str.capitalize)
    return table(counted, "Cells that carry a remark of their own")
