"""A first study: one claim on two data sets of the book, to be changed by whoever reads it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

from analysis.claims.record import Record
from analysis.claims.study import read_study
from analysis.claims.study_results import evaluate_study
from analysis.errors import DataError

__all__ = ["answers", "start"]

TEMPLATE = Path(__file__).parent / "first_study"


def start(folder: str | Path, rules: str = "patient_capital") -> Path:
    """Write a study of one claim into a new folder.

    Parameters
    ----------
    folder
        Does not exist yet; its name becomes that of the study.
    rules
        A study whose rules for verdicts are copied.

    Returns
    -------
    Path
        The folder, with ``study.yml``, ``ledger.yml``, ``measures.yml`` and ``rules.yml``.

    Raises
    ------
    UnknownNameError
        There is no study of that name.
    DataError
        The folder exists or cannot be written.

    Examples
    --------
    >>> start("my_study")           # doctest: +SKIP
    """
    folder, book = Path(folder), read_study(rules)
    if folder.exists():
        raise DataError(f"{folder} exists already: choose a new name, nothing was written.")
    try:
        shutil.copytree(TEMPLATE, folder)
        shutil.copyfile(book.folder / "rules.yml", folder / "rules.yml")
    except OSError as error:
        raise DataError(
            f"The study cannot be written to {folder}: {error.strerror}, choose another folder."
        ) from error
    return folder


def answers(folder: str | Path, draws: int = 999) -> pd.DataFrame:
    """Put every claim of a study to its figures.

    Parameters
    ----------
    folder
        Of a study, such as `start` writes.
    draws
        Of the wild bootstrap; a book takes 9,999.

    Returns
    -------
    DataFrame
        One row per claim and data set: ``claim``, ``data set``, ``estimate``, ``low``, ``high``
        and ``smallest`` (the minimum detectable effect) in within-SDs, ``p`` of the leading test,
        ``verdict`` and its ``reason``. A claim that cannot be asked has no numbers.

    Raises
    ------
    LedgerError, UnknownNameError, SpecificationError, OverlapError
        The study is malformed, names what does not exist, or has a series on both sides.
    """
    found = evaluate_study(read_study(folder), draws=draws, jobs=1).records
    return pd.DataFrame([_answer(one) for one in found])


def _answer(record: Record) -> dict[str, object]:
    first = next(iter(record.evidence.findings), None)
    names = {"estimate": "tested", "low": "low", "high": "high", "smallest": "mde", "p": "p"}
    numbers = {name: float(getattr(first, of)) if first else None for name, of in names.items()}
    said = {"verdict": record.verdict.word, "reason": record.verdict.reason}
    return {"claim": record.id, "data set": record.dataset, **numbers, **said}
