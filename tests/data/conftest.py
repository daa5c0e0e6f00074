from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from analysis.data import Panel, load
from analysis.data.dataset import DATA, read_dataset


@pytest.fixture(scope="session")
def china() -> Panel:
    return load("china")


@pytest.fixture(scope="session")
def world() -> Panel:
    return load("world")


@pytest.fixture(scope="session")
def on_disk() -> Callable[[str], pd.DataFrame]:
    """The tables of a data set as they are on disk, doubtful cells with them, by its name."""

    @cache
    def read(name: str) -> pd.DataFrame:
        ds = read_dataset(name)
        parts = [
            pd.read_csv(ds.path(table, ".csv"), index_col=["entity", "year"],
                        dtype={"entity": str}, keep_default_na=False, na_values=[""])
            for table in ds.tables
        ]  # fmt: skip
        return pd.concat(parts, axis=1)

    return read


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the project's data that a test may spoil."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


@pytest.fixture
def spoil(root: Path) -> Callable[..., Path]:
    """Edit rows of a table in the copy: spoil("fiscal", lambda rows: ...); row 0 is the header."""

    def edit(
        table: str, change: Callable[[list[list[str]]], object], folder: str = "china"
    ) -> Path:
        path = root / folder / f"{table}.csv"
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
        change(rows)
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        path.write_text(out.getvalue(), encoding="utf-8")
        return root

    return edit


def _put(key: tuple[str, str], column: str, value: str) -> Callable[[list[list[str]]], None]:
    """Set one cell of a table, found by entity and year."""

    def change(rows: list[list[str]]) -> None:
        where = rows[0].index(column)
        row = next(r for r in rows[1:] if tuple(r[:2]) == key)
        row[where] = value

    return change


@pytest.fixture(scope="session")
def put() -> Callable[..., Callable[[list[list[str]]], None]]:
    """The edit that sets one cell, for ``spoil``."""
    return _put


TOY = {
    "dataset.yml": """
name: toy
title: {en: "Two countries", zh: 两国}
entity: {one: country, many: countries, zh: 国家, count: 2}
years: [2000, 2002]
columns: {entity: nation, year: t, region: bloc, research: R_and_D}
tables: [money]
units: {mark: {base: yuan, factor: 8}}
""",
    "entities.csv": "nation,label_en,bloc\nAA,Aland,north\nBB,Beland,south\n",
    "entities.yml": "title: Countries\n",
    "money.csv": "nation,t,R_and_D\nBB,2000,4\nBB,2002,6\nAA,2000,1\nAA,2001,2\nAA,2002,3\n",
    "money.yml": """
title: Money
columns:
  research:
    label_en: Research
    unit: mark
    years: [2000, 2002]
    gaps:
      - {entity: BB, years: 2001, why: lost in a fire}
""",
}


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """Root of a data set of someone else's: two countries, own column names, own unit, a gap."""
    folder = tmp_path / "toy"
    folder.mkdir()
    for name, text in TOY.items():
        (folder / name).write_text(text, encoding="utf-8")
    return tmp_path
