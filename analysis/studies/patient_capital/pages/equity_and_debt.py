"""The page on equity and debt inside the firm: a published panel, an invented one, six claims."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.claims import Exhibit, Family, Page
from analysis.claims.numbers import flatten
from analysis.inference.cells import zero_words
from analysis.measures.firms import mount_firms
from analysis.studies.patient_capital.ownership import Ownership, ownership
from analysis.studies.patient_capital.pages import firm_tables as tables
from analysis.studies.patient_capital.patient import PatientCapital, patient_capital
from analysis.studies.patient_capital.synthetic_firms import SyntheticFirms, synthetic_firms
from analysis.studies.patient_capital.us_firms import us_firms

POINTS = 10.0  # points of ownership a percentage is stated for
SCALED = ("estimate", "low", "high", "low_industry", "high_industry", "published", "mde")
PER_TEN = (
    "percent more citations per ten points of ownership\n"
    "thick: 95%, clustered by firm; thin: 95%, by industry"
)
KIND_COLOURS = {"dedicated": "blue", "transient": "orange", "quasiindexed": "grey"}


def explore(_family: Family) -> Page:
    """Repeat a published regression on US firms, and put the measures to invented firms."""
    us = us_firms()
    found = ownership(us.frame)
    invented = synthetic_firms()
    measures = mount_firms(invented.table)
    answers, pooled = patient_capital(measures), patient_capital(measures, "pooled")
    beside = _beside(answers, pooled, invented)
    rows, kinds = _percent(found.table), _percent(found.owners)
    kinds["group"] = kinds.groupby(level=0)["column"].transform("first")
    colours = {r.label: KIND_COLOURS[r.Index[1]] for r in kinds.itertuples()}
    counts = beside[beside["outcome"] == "inventions"]
    numbers = _us_numbers(us.frame, found) | found.later | _synthetic_numbers(beside, invented)
    replication = {"rows": _wide(rows[rows.index != "ols"]), "xlabel": PER_TEN}
    planted = {
        "rows": counts.assign(label=counts["claim"] + ": " + counts["short"]),
        "xlabel": "log of expected inventions per unit of the share",
    }
    owners = {"rows": _wide(kinds), "xlabel": PER_TEN, "colours": colours}
    return Page(
        flatten(numbers, "firms"),
        {
            "replication": Exhibit("grouped_effects", replication),
            "owners": Exhibit("grouped_effects", owners),
            "synthetic": Exhibit("planted", planted),
        },
        {
            "replication_table": tables.replication_table(found),
            "owners_table": tables.owners_table(found),
            "synthetic_table": tables.synthetic_table(beside),
            "measures": tables.measures_table(measures.frame),
            "undefined": tables.undefined_table(measures),
            "fields": tables.fields_table(),
            "needs": tables.needs_table(),
        },
    )


def _wide(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.rename(columns={"low_industry": "low_wide", "high_industry": "high_wide"})


def _percent(rows: pd.DataFrame) -> pd.DataFrame:
    """Percent more expected citations per ten points of ownership."""
    names = [name for name in SCALED if name in rows]
    return rows.assign(**{n: 100 * np.expm1(POINTS * rows[n].astype(float)) for n in names})


def _us_numbers(frame: pd.DataFrame, found: Ownership) -> dict[str, object]:
    rows, kinds = found.table, found.owners
    gaps = [rows["estimate"] - rows["published"], rows["se"] - rows["published_se"]]
    numbers: dict[str, object] = {
        "us_rows": len(frame),
        "us_firms": frame["company"].nunique(),
        "us_industries": frame["industry"].nunique(),
        "us_first": int(frame["year"].min()),
        "us_last": int(frame["year"].max()),
        "us_zero_share": 100 * float((frame["cites"] == 0).mean()),
        "us_mean_institutions": float(frame["institutions"].mean()),
        "us_kinds_rows": int(frame["dedicated"].notna().sum()),
        "points": int(POINTS),
        "columns_read": int(rows["published"].notna().sum()),
        "largest_gap": float(pd.concat(gaps).abs().max()),
    }
    for name, row in _percent(rows).iterrows():
        numbers[str(name)] = _figures(row) | {"mde": row["mde"]}
    for (column, kind), row in _percent(kinds).iterrows():
        numbers[f"{column}_{kind}"] = _figures(row)
    for column, line in found.differences.items():
        numbers[f"{column}_less"] = zero_words(line.low, line.high)
    return numbers


def _figures(row: pd.Series) -> dict[str, object]:
    plain = {name: float(row[name]) for name in ("estimate", "low", "high")}
    widest = (min(row["low"], row["low_industry"]), max(row["high"], row["high_industry"]))
    return plain | {
        "n": int(row["n"]),
        "zero": zero_words(row["low"], row["high"]),
        "zero_widest": zero_words(*widest),
    }


def _beside(
    answers: PatientCapital, pooled: PatientCapital, invented: SyntheticFirms
) -> pd.DataFrame:
    """Estimates beside the planted truth, with and without firm effects."""
    lines = answers.lines.assign(
        planted=pd.Series(invented.planted), pooled=pooled.lines["estimate"]
    )
    inside = (lines["low"] <= lines["planted"]) & (lines["planted"] <= lines["high"])
    short = lines["label"].str.replace(" share", "").str.replace("Strategic equity", "equity")
    return lines.assign(inside=inside, short=short.str.replace("Relational debt", "debt"))


def _synthetic_numbers(beside: pd.DataFrame, invented: SyntheticFirms) -> dict[str, object]:
    counts = beside[beside["outcome"] == "inventions"]
    return {
        "synthetic_firms": invented.firms,
        "synthetic_rows": len(invented.table),
        "synthetic_first": invented.first_year,
        "synthetic_last": invented.last_year,
        "synthetic_seed": str(invented.seed),
        "synthetic_lines": len(beside),
        "synthetic_inside": int(beside["inside"].sum()),
        "synthetic_pooled_debt": float(beside["pooled"]["inventions.relational_share"]),
        "synthetic_debt": float(beside["estimate"]["inventions.relational_share"]),
        "synthetic_planted_debt": float(beside["planted"]["inventions.relational_share"]),
        "synthetic_used": int(counts["n"].iloc[0]),
    }
