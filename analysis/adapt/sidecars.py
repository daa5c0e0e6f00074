"""The files of a data set: its description, the sidecars, and the tables they describe."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.adapt.map import Chosen, Map, yaml_text
from analysis.adapt.table import Table
from analysis.adapt.vocabulary import Vocabulary
from analysis.data.files import sha256

__all__ = ["data_files", "entities_of", "extent", "sidecar"]

FIGURES = "figures"


def sidecar(
    table: Table, one: Chosen, unit: str, values: pd.Series, years: pd.Series, how: str,
    found: Map, vocabulary: Vocabulary,
) -> dict[str, object]:  # fmt: skip
    """Describe a column for the sidecar: label, unit, years, and what reading it took."""
    label, zh = one.column, ""
    if not one.own:
        label, zh = vocabulary.targets[one.series].label(found.like)
    doubt = "" if one.sure else f" Unsure: {one.why}." if one.why else ""
    mended = f" Read through: {how}." if how else ""
    return {
        "label_en": label, "label_zh": zh,
        "definition": f"Column '{one.column}' of {found.file}.",
        "notes": f"As the reader's table has it.{mended}{doubt}",
        "unit": unit, "processing": "published", **extent(values, years),
    }  # fmt: skip


def extent(values: pd.Series, years: pd.Series) -> dict[str, object]:
    """Say in which years a column has figures; any cell inside them may be empty."""
    seen = years[values.notna()]
    if seen.empty:
        seen = years
    return {
        "years": [int(seen.min()), int(seen.max())], "observed": int(values.notna().sum()),
        "gaps": [{"sparse": True, "why": "blank, or no row, in the table"}],
    }  # fmt: skip


def entities_of(keys: pd.DataFrame) -> pd.DataFrame:
    """Return one row per entity: its name, and its region where there is one."""
    kept = ["entity", *(["region"] if "region" in keys else [])]
    out = keys[kept].drop_duplicates("entity").sort_values("entity")
    return out.assign(label_en=out["entity"], label_zh=out["entity"])


def data_files(
    name: str, body: pd.DataFrame, entities: pd.DataFrame,
    described: Mapping[str, Mapping[str, object]], table: Table, found: Map, vocabulary: Vocabulary,
) -> dict[str, str]:  # fmt: skip
    """Return the content of every file of the data set, hashes included."""
    first, last = int(body["year"].min()), int(body["year"].max())
    figures, people = body.to_csv(index=False), entities.to_csv(index=False)
    units = {
        str(one["unit"]): {"base": u.base, "factor": u.factor}
        for one in described.values()
        if (u := vocabulary.units[str(one["unit"])])
    }
    about = {
        "name": name,
        "title": {"en": f"{found.many.capitalize()} of {found.file}, {first}-{last}",
                  "zh": f"{found.zh}({first}-{last})"},
        "entity": {"one": found.one, "many": found.many, "zh": found.zh, "count": len(entities)},
        "unit": f"{found.one}-year", "like": found.like, "years": [first, last],
        "columns": {"entity": "entity", "year": "year", "region": "region"},
        "tables": [FIGURES], "entities": "entities", "units": units,
    }  # fmt: skip
    sidecar = {
        "title": found.file, "table": FIGURES, "publisher": "the reader's own table",
        "checks": "; ".join(table.notes), "sha256": sha256(figures.encode()),
        "columns": {key: dict(value) for key, value in described.items()},
    }  # fmt: skip
    rows = {"title": f"{found.many} of {found.file}", "table": "entities",
            "sha256": sha256(people.encode())}  # fmt: skip
    return {
        "dataset.yml": yaml_text(about),
        f"{FIGURES}.csv": figures, f"{FIGURES}.yml": yaml_text(sidecar),
        "entities.csv": people, "entities.yml": yaml_text(rows),
    }  # fmt: skip
