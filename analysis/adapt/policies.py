"""Where and when policies began, as a reader knows it of the entities of a table."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.adapt.cells import is_blank
from analysis.adapt.keys import name_in
from analysis.adapt.map import yaml_text
from analysis.adapt.table import Table, read_table
from analysis.claims.vocabulary import is_word
from analysis.data.files import sha256
from analysis.data.labels import year_and_month
from analysis.errors import DataError

__all__ = ["FOLDER", "Policies", "read_policies"]

FOLDER = "policies"
NEEDED = ("policy", "entity", "start")
MORE = {"policy_zh": "", "where": "", "confidence": "the reader's own", "note": ""}
"""Columns that may be left out, and what then stands in them."""
MOST = 5  # names in a message


@dataclass(frozen=True, slots=True, eq=False)
class Policies:
    """A reader's table of policies.

    Attributes
    ----------
    file : str
        Folder and name, for messages.
    table : DataFrame
        Columns of the study's own table of policies; the index is the row in the file.
    """

    file: str
    table: pd.DataFrame

    @property
    def names(self) -> tuple[str, ...]:
        """The policies, in the order of the table."""
        return tuple(dict.fromkeys(self.table["policy"]))

    def require_entities(self, known: Collection[str], table: str) -> None:
        """Refuse entities that the reader's table of figures does not hold; DataError."""
        strange = self.table["entity"][~self.table["entity"].isin(list(known))].drop_duplicates()
        if strange.empty:
            return
        named = ", ".join(f"'{name}' in row {row}" for row, name in strange.head(MOST).items())
        more = f" and {len(strange) - MOST} more" if len(strange) > MOST else ""
        raise DataError(
            f"{self.file} names in column 'entity' {named}{more}, of which {table} has no row: "
            "write each name as it stands there, or delete the row."
        )

    def counted(self) -> tuple[tuple[str, int, str, str], ...]:
        """Return policy, number of entities, first and last start, for each policy."""
        return tuple(
            (str(name), len(rows), rows["start"].min(), rows["start"].max())
            for name, rows in self.table.groupby("policy", sort=False)
        )

    def files(self) -> dict[str, str]:
        """Return the content of the table and its sidecar, as a folder of data sets holds them."""
        body = self.table.to_csv(index=False)
        about = {
            "title": f"Policies of {self.file}",
            "table": FOLDER,
            "publisher": "the reader's own table",
            "sha256": sha256(body.encode()),
        }
        return {f"{FOLDER}.csv": body, f"{FOLDER}.yml": yaml_text(about)}


def read_policies(path: Path) -> Policies:
    """Read a table with one row per policy and entity.

    Parameters
    ----------
    path
        A file of any kind that figures may lie in. Columns ``policy``, ``entity``, ``start`` (a
        year, 2016, or a month, 2016-04), and perhaps ``policy_zh``, ``where``, ``confidence`` and
        ``note``; others are refused.

    Raises
    ------
    DataError
        A column is missing or unknown, a cell is empty or no date, or a row stands twice; the
        message names row and column.
    """
    table = read_table(path, NEEDED)
    _require_columns(table)
    frame, file = table.frame, table.file
    out = {}
    for name in NEEDED:
        if (blank := frame[name].map(is_blank)).any():
            raise DataError(
                f"{file} has no {name} in column '{name}', row {blank.idxmax()}: fill it in, or "
                "delete the row."
            )
        out[name] = [name_in(cell) for cell in frame[name]]
    for row, name in zip(frame.index, out["policy"], strict=True):
        if not is_word(name):
            raise DataError(
                f"{file} has '{name}' in column 'policy', row {row}: use letters, digits, - and _, "
                "as the claims call it."
            )
    out["start"] = [_start(cell, row, file) for row, cell in frame["start"].items()]
    for name, usual in MORE.items():
        cells = frame[name] if name in frame else [""] * len(frame)
        out[name] = [usual if is_blank(cell) else str(cell).strip() for cell in cells]
    made = pd.DataFrame(out, index=frame.index)
    if (twice := made.duplicated(["policy", "entity"])).any():
        one = made.loc[twice.idxmax()]
        rows = made.index[(made["policy"] == one["policy"]) & (made["entity"] == one["entity"])]
        raise DataError(
            f"{file} holds {one['entity']} under '{one['policy']}' in rows {rows[0]} and "
            f"{rows[1]}: keep one of them."
        )
    order = ["policy", "policy_zh", "entity", "start", "where", "confidence", "note"]
    return Policies(file, made[order])


def _require_columns(table: Table) -> None:
    heads = list(table.frame)
    if missing := [name for name in NEEDED if name not in heads]:
        raise DataError(
            f"{table.file} has no column '{missing[0]}': head three columns policy, entity, start."
        )
    if strange := [head for head in heads if head not in (*NEEDED, *MORE)]:
        raise DataError(
            f"{table.file} has the column '{strange[0]}', which no table of policies has: delete "
            f"it, or head it {', '.join(MORE)}."
        )


def _start(cell: object, row: int, file: str) -> str:
    found = year_and_month(name_in(cell) if isinstance(cell, str) else cell)
    if found is None:
        raise DataError(
            f"{file} holds '{cell}' in column 'start', row {row}, which is no date: write a year "
            "or a month, such as 2016 or 2016-04."
        )
    year, month = found
    return f"{year}" if month is None else f"{year}-{month:02d}"
