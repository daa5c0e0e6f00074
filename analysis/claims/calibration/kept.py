"""The tables of a calibration: written beside the study, read by the book and by tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.claims.calibration.books import EVERYTHING
from analysis.claims.calibration.run import DRAWS, Simulated, Task, simulated
from analysis.claims.calibration.summary import (
    by_claim,
    by_dataset,
    by_family,
    joint_rows,
    word_rows,
)
from analysis.claims.rules import Rules
from analysis.claims.study import Study
from analysis.errors import DataError

__all__ = ["Calibration", "read_calibration", "write_books", "write_calibration"]

NAMES = {
    "families": "calibration",
    "claims": "calibration_claims",
    "joint": "calibration_joint",
    "frontier": "calibration_frontier",
    "books": "calibration_books",
}
LEVELS = (0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, EVERYTHING)
"""Values of the number `supported` for which the frontier is drawn."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """How often the rules of a study err.

    Parameters
    ----------
    families : DataFrame
        One row a placebo family, and a planted size with each kind of term: ``family, panels,
        any_supported, supported, suggestive, contradicted, no_sizeable_effect,
        cannot_be_tested_here, p05, coverage, commit``. ``any_supported`` is a share of panels, the
        words are shares of claims.
    claims : DataFrame
        The same by claim.
    joint : DataFrame
        The joint answer of every placebo panel: ``family, panel, group`` and the fields of `Joint`.
    frontier : DataFrame
        One row a value of `supported`: ``level``, ``worst`` and ``mean`` share of books with a
        "supported" over the families, and the share of planted effects found, by size, in claims
        with a plain term (``plain 0.4``) and in all others (``other 0.4``).
    books : DataFrame
        Placebo panels of all data sets together, one row a family and data set, as `by_dataset`
        gives them, with the ``commit`` of the code that ran: perhaps another than that of the
        other tables, which planted effects make dear.
    """

    families: pd.DataFrame
    claims: pd.DataFrame
    joint: pd.DataFrame
    frontier: pd.DataFrame
    books: pd.DataFrame


def write_calibration(
    study: Study, todo: Sequence[Task], runs: Path, folder: Path, commit: str
) -> Calibration:
    """Judge what `run` left behind by the rules of a study, and write the tables.

    Parameters
    ----------
    study : Study
        Its rules judge.
    todo, runs
        Tasks and the folder of their answers.
    folder : Path
        Where the tables go: that of the study.
    commit : str
        Of the code that ran.
    """
    panels = list(simulated(study, runs, todo))
    words = word_rows(panels, study.rules)
    tables = Calibration(
        by_family(words).assign(commit=commit),
        by_claim(words),
        pd.DataFrame(joint_rows(panels, DRAWS)),
        _frontier(panels, study.rules),
        by_dataset(panels, study.rules).assign(commit=commit),
    )
    for field in NAMES:
        _write(getattr(tables, field), field, folder)
    return tables


def write_books(
    study: Study, todo: Sequence[Task], runs: Path, folder: Path, commit: str
) -> pd.DataFrame:
    """Write the table of whole books alone, from placebo panels; parameters as above."""
    books = by_dataset(simulated(study, runs, todo), study.rules).assign(commit=commit)
    _write(books, "books", folder)
    return books


def _write(table: pd.DataFrame, field: str, folder: Path) -> None:
    path = folder / f"{NAMES[field]}.csv"
    path.write_text(table.round(4).to_csv(index=False, lineterminator="\n"), "utf-8")


def _frontier(panels: Sequence[Simulated], rules: Rules) -> pd.DataFrame:
    rows = []
    for level in LEVELS:
        numbers = replace(rules.numbers, supported=level)
        words = word_rows(panels, replace(rules, numbers=numbers))
        families = by_family(words[words["size"] == 0])["any_supported"]
        found = words[words["size"] > 0].assign(
            kind=lambda w: (
                np.where(w["kind"] == "plain", "plain ", "other ") + w["size"].map("{:g}".format)
            ),
            word=lambda w: w["word"] == "supported",
        )
        power = found.groupby("kind")["word"].mean()
        rows.append({"level": level, "worst": families.max(), "mean": families.mean(), **power})
    return pd.DataFrame(rows)


def read_calibration(study: Study) -> Calibration | None:
    """Read the tables of a study; None if it has never been calibrated.

    Raises
    ------
    DataError
        Some of the tables are there and others are not.
    """
    paths = {field: study.folder / f"{name}.csv" for field, name in NAMES.items()}
    missing = [path.name for path in paths.values() if not path.exists()]
    if len(missing) == len(paths):
        return None
    if missing:
        raise DataError(f"The calibration lacks {missing[0]}: run `make calibrate` again.")
    return Calibration(**{field: pd.read_csv(path) for field, path in paths.items()})
