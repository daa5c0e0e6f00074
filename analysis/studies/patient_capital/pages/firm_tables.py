"""Tables of the page on equity and debt inside the firm."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.data.files import read_yaml
from analysis.data.firm_panel import firm_fields
from analysis.inference.cells import Grid
from analysis.measures.firms import FirmMeasures
from analysis.studies import patient_capital
from analysis.studies.patient_capital.ownership import Ownership


def replication_table(found: Ownership) -> Grid:
    """Show every regression on all owners, ours beside what was read in print."""
    rows = found.table
    shown = pd.DataFrame(
        {
            "Regression": rows["label"],
            "Ours": [_cell(r.estimate, r.se) for r in rows.itertuples()],
            "Published": [
                _cell(r.published, r.published_se) if r.published == r.published else None
                for r in rows.itertuples()
            ],
            "Detectable": [f"{r.mde:.4f}" for r in rows.itertuples()],
            "Rows": [f"{r.n:,}\nof {r.rows:,}\n{r.clusters:,} firms" for r in rows.itertuples()],
        }
    )
    return Grid.of_frame(
        shown,
        "Log of expected citations per point of institutional ownership, US firms 1991–99 (error "
        "clustered by firm); smallest coefficient found with 80% power. "
        f"Published: {found.source}.",
        style="estimates",
    )


def owners_table(found: Ownership) -> Grid:
    """Show kinds of owners across and within firms, and what became of the rows."""
    columns = {
        rows["column"].iloc[0]: [
            f"{r.estimate:+.4f}\n({r.se:.4f})\n[{r.low:+.4f}, {r.high:+.4f}]"
            for r in rows.itertuples()
        ]
        for _, rows in found.owners.groupby(level=0, sort=False)
    }
    labels = found.owners.loc["between", "label"].tolist()
    shown = pd.DataFrame({"Owner": labels} | columns)
    less = [
        f"{d.estimate:+.4f}\n({d.se:.4f})\n[{d.low:+.4f}, {d.high:+.4f}]"
        for d in found.differences.values()
    ]
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


def _cell(estimate: float, se: float) -> str:
    return f"{estimate:.4f}\n({se:.4f})"


def synthetic_table(beside: pd.DataFrame) -> Grid:
    """Show planted truth, estimate and the estimate without firm effects."""
    shown = pd.DataFrame(
        {
            "Coefficient": [
                f"{r.claim}: {r.label}\n{r.outcome_label}" for r in beside.itertuples()
            ],
            "Planted": beside["planted"],
            "Estimate": [
                f"{r.estimate:+.2f}\n[{r.low:+.2f}, {r.high:+.2f}]" for r in beside.itertuples()
            ],
            "No firm effects": beside["pooled"],
        }
    )
    number = "{:+.2f}".format
    return Grid.of_frame(
        shown,
        "Synthetic firms, no finding: the truth that was planted, and what the regressions with "
        "firm and year effects make of it [95% interval, clustered by firm]",
        {"Planted": number, "No firm effects": number}, style="estimates",
    )  # fmt: skip


def measures_table(frame: pd.DataFrame) -> Grid:
    """Show what the measures make of the first firm, year by year."""
    names = {
        "institutions": "Institutions, %",
        "stability": "Stability",
        "strategic_share": "Strategic equity share",
        "relational_share": "Relational debt share",
        "sa": "SA index",
    }
    firm = frame.index.get_level_values("firm")[0]
    one = frame.loc[firm, list(names)].rename(columns=names).head(8)
    shown = one.reset_index().rename(columns={"year": "Year"})
    digits = dict.fromkeys(names.values(), "{:.2f}".format)
    return Grid.of_frame(
        shown,
        f"Synthetic firm {firm}, its first years: what the measures make of its figures",
        digits, style="estimates",
    )  # fmt: skip


def undefined_table(measures: FirmMeasures) -> Grid:
    """Show how many cells of each measure do not exist, and why."""
    shown = measures.undefined.rename(
        columns={"measure": "Measure", "undefined": "Without a value", "rows": "Of", "why": "Why"}
    )
    number = "{:,}".format
    return Grid.of_frame(
        shown, "Synthetic firms: cells that a measure leaves empty, counted and explained",
        {"Without a value": number, "Of": number},
    )  # fmt: skip


def fields_table() -> Grid:
    """Show the columns a firm panel may hold and where they are found."""
    shown = pd.DataFrame(
        [
            {
                "Field": f"`{f.name}`\n{f.label_en} {f.label_zh}",
                "CSMAR": f"`{f.column}`\n{f.table}",
                "Name": "seen" if f.seen else "ours",
                "Needed": "always" if f.required else "by some claims",
            }
            for f in firm_fields().values()
        ]
    )
    return Grid.of_frame(
        shown,
        "Columns of a firm panel: our name, the name in CSMAR and its table. 'Seen' names were "
        "seen in public code that reads the table; 'ours' were not, so a reader maps her own.",
    )


def needs_table() -> Grid:
    """Show, by claim, the regression and the columns it takes."""
    fields = firm_fields()
    claims = read_yaml(Path(patient_capital.__file__).with_name("firm_claims.yml"))

    def names(wanted: list[str]) -> str:
        return ", ".join(f"`{fields[name].column}`" for name in wanted)

    shown = pd.DataFrame(
        [
            {
                "Claim": claim,
                "Regression": entry["regression"],
                "Needs": names(entry["needs"]),
                "Better with": names(entry["better"]),
            }
            for claim, entry in claims.items()
        ]
    )
    return Grid.of_frame(
        shown,
        "The six claims: what would be regressed on what, with firm and year effects, and the "
        "columns it takes besides firm and period",
    )
