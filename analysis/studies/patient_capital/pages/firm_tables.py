"""Tables of the page on equity and debt inside the firm."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.data.files import read_yaml
from analysis.data.firm_panel import firm_fields
from analysis.inference.cells import Grid
from analysis.measures.firms import FirmMeasures
from analysis.studies import patient_capital
from analysis.studies.patient_capital.ownership import Ownership


def replication_table(found: Ownership) -> Grid:
    """Show every regression on all owners, ours beside what was read in print."""
    rows = [
        {
            "Regression": r.label,
            "Ours": f"{r.estimate:.4f}\n({r.se:.4f})",
            "Published": None
            if isnan(r.published)
            else f"{r.published:.4f}\n({r.published_se:.4f})",
            "Detectable": f"{r.mde:.4f}",
            "Rows": f"{r.n:,}\nof {r.rows:,}\n{r.clusters:,} firms",
        }
        for r in found.table.itertuples()
    ]
    return Grid.of_frame(
        pd.DataFrame(rows),
        "Log of expected citations per point of institutional ownership, US firms 1991–99 (error "
        "clustered by firm); smallest coefficient found with 80% power. "
        f"Published: {found.source}.",
        style="estimates",
    )


def owners_table(found: Ownership) -> Grid:
    """Show kinds of owners across and within firms, and what became of the rows."""
    columns = {
        rows["column"].iloc[0]: [_cell(line) for line in rows.itertuples()]
        for _, rows in found.owners.groupby(level=0, sort=False)
    }
    labels = found.owners.loc["between", "label"].tolist()
    shown = pd.DataFrame({"Owner": labels} | columns)
    less = map(_cell, found.differences.values())
    shown.loc[len(shown)] = ["Dedicated less transient", *less]
    used = found.owners.groupby(level=0, sort=False)[["n", "rows", "dropped"]].first()
    shown.loc[len(shown)] = ["Rows", *[f"{r.n:,} of {r.rows:,}" for r in used.itertuples()]]
    lost = [r.dropped.replace("; ", "\n") for r in used.itertuples()]
    shown.loc[len(shown)] = ["Left out", *lost]
    return Grid.of_frame(
        shown,
        "Our own regressions on the same firms: log of expected citations per point held by each "
        "kind of owner (error clustered by firm) [95% interval]. No published figure was at hand.",
        style="estimates",
    )


def _cell(line: Any) -> str:  # noqa: ANN401
    return f"{line.estimate:+.4f}\n({line.se:.4f})\n[{line.low:+.4f}, {line.high:+.4f}]"


def synthetic_table(beside: pd.DataFrame) -> Grid:
    """Show planted truth, estimate and the estimate without firm effects."""
    rows = [
        {
            "Coefficient": f"{r.claim}: {r.label}\n{r.outcome_label}",
            "Planted": r.planted,
            "Estimate": f"{r.estimate:+.2f}\n[{r.low:+.2f}, {r.high:+.2f}]",
            "No firm effects": r.pooled,
        }
        for r in beside.itertuples()
    ]
    return Grid.of_frame(
        pd.DataFrame(rows),
        "Synthetic firms, no finding: the truth that was planted, and what the regressions with "
        "firm and year effects make of it [95% interval, clustered by firm]",
        dict.fromkeys(["Planted", "No firm effects"], "{:+.2f}".format),
        style="estimates",
    )


def measures_table(frame: pd.DataFrame) -> Grid:
    """Show what the measures make of the first firm, year by year."""
    names = {
        "year": "Year",
        "institutions": "Institutions, %",
        "stability": "Stability",
        "strategic_share": "Strategic equity share",
        "relational_share": "Relational debt share",
        "sa": "SA index",
    }
    firm = frame.index.get_level_values("firm")[0]
    shown = frame.loc[firm].reset_index()[[*names]].rename(columns=names).head(8)
    caption = f"Synthetic firm {firm}, its first years: what the measures make of its figures"
    digits = dict.fromkeys(shown.columns[1:], "{:.2f}".format)
    return Grid.of_frame(shown, caption, digits, style="estimates")


def undefined_table(measures: FirmMeasures) -> Grid:
    """Show how many cells of each measure do not exist, and why."""
    shown = measures.undefined.rename(
        columns={"measure": "Measure", "undefined": "Without a value", "rows": "Of", "why": "Why"}
    )
    caption = "Synthetic firms: cells that a measure leaves empty, counted and explained"
    return Grid.of_frame(shown, caption, dict.fromkeys(["Without a value", "Of"], "{:,}".format))


def fields_table() -> Grid:
    """Show the columns a firm panel may hold and where they are found."""
    rows = [
        {
            "Field": f"`{f.name}`\n{f.label_en} {f.label_zh}",
            "CSMAR": f"`{f.column}`\n{f.table}",
            "Name": "seen" if f.seen else "ours",
            "Needed": "always" if f.required else "by some claims",
        }
        for f in firm_fields().values()
    ]
    return Grid.of_frame(
        pd.DataFrame(rows),
        "Columns of a firm panel: our name, the name in CSMAR and its table. 'Seen' names were "
        "seen in public code that reads the table; 'ours' were not, so a reader maps her own.",
    )


def needs_table() -> Grid:
    """Show, by claim, the regression and the columns it takes."""
    fields = firm_fields()
    claims = read_yaml(Path(patient_capital.__file__).with_name("firm_claims.yml"))

    def names(wanted: list[str]) -> str:
        return ", ".join(f"`{fields[name].column}`" for name in wanted)

    rows = [
        (claim, entry["regression"], names(entry["needs"]), names(entry["better"]))
        for claim, entry in claims.items()
    ]
    return Grid.of_frame(
        pd.DataFrame(rows, columns=["Claim", "Regression", "Needs", "Better with"]),
        "The six claims: what would be regressed on what, with firm and year effects, and the "
        "columns it takes besides firm and period",
    )
