"""What a reader asks for, and the words of the command line that say it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Wishes", "add_options"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a reader asks for.

    Attributes
    ----------
    file, out : Path
        The table, and the folder to fill.
    entity, year, region : str
        Columns that name a row; found by their headings if empty.
    map, ledger, policies : Path or None
        An edited map; a ledger of claims in place of the study's; where and when policies began.
    name, noun, like, sheet : str
        Of the data set; what a row is about; the data set of the study it resembles; of a workbook.
    draws, jobs : int
        Of the bootstrap; processes.
    book : bool
        Whether chapters are built as well, with Jupyter Book.
    """

    file: Path
    out: Path
    entity: str = ""
    year: str = ""
    region: str = ""
    map: Path | None = None
    ledger: Path | None = None
    policies: Path | None = None
    name: str = ""
    noun: str = ""
    like: str = ""
    sheet: str | None = None
    draws: int = 999
    jobs: int = 2
    book: bool = False


def add_options(add: Callable[..., argparse.Action]) -> None:
    """Add one argument to a command for every wish, and the study."""
    add("file", type=Path, help="csv, xlsx, dta or parquet, one row per entity and year")
    add("--out", type=Path, required=True, metavar="DIR", help="folder to fill")
    for name in ("entity", "year", "region"):
        add(f"--{name}", default="", metavar="COL", help=f"column of the {name}")
    add("--map", type=Path, metavar="FILE", help="which column is which series; made if missing")
    add("--ledger", type=Path, metavar="FILE", help="claims of your own, in place of the study's")
    add("--policies", type=Path, metavar="FILE",
        help="where and when policies began: columns policy, entity, start")  # fmt: skip
    add("--name", default="", help="of the data set, that of the file by default")
    add("--noun", default="", help="what a row is about, such as city")
    add("--like", default="", metavar="NAME", help="data set of the study that yours resembles")
    add("--sheet", help="of a workbook with several")
    add("--draws", type=_draws, default=999, help="of the wild bootstrap")
    add("--jobs", type=_jobs, default=2, help="processes; the answer is the same")
    add("--book", action="store_true", help="build chapters too, which needs the extra 'book'")
    add("--study", default="patient_capital", help="name or folder of a study")


def _draws(text: str) -> int:
    return _whole(text, 99)


def _jobs(text: str) -> int:
    return _whole(text, 1)


def _whole(text: str, least: int) -> int:
    if (given := int(text)) < least:
        raise argparse.ArgumentTypeError(f"{given} is too few: ask for {least} or more")
    return given
