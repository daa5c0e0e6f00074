"""Tests of claims on further data sets, declared in one file before the first of them is estimated.

``replications.yml`` beside the ledger holds ``declared`` (a date) and, for each data set, ``unit``,
``why`` (what it is good for), ``defaults`` (fields of every test), ``tests`` (fields by claim) and
``dropped`` (why a claim is not put to it). A test takes sentence, sign and family from the ledger
and everything that makes a regression from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.claims.vocabulary import hint
from analysis.claims.yaml_file import read_yaml
from analysis.errors import LedgerError

__all__ = ["Replication", "read_replications", "with_tests"]

KEYS = ("unit", "why", "defaults", "tests", "dropped")
# What belongs to the regression of the primary test and means nothing on other figures.
_OWN: Mapping[str, Any] = {
    "focal": None, "policy": None, "parts": [], "secondary": {}, "setup": {}, "curve": {},
    "needs": "", "departures": "", "status": "proxy",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Replication:
    """What is asked of one further data set.

    Parameters
    ----------
    dataset, unit : str
        The data set and what one of its rows is.
    why : str
        What it can show that the main data set cannot.
    tests : mapping of str to mapping
        Fields of a test by claim.
    dropped : mapping of str to str
        Why a claim that one might expect is not put to it.
    """

    dataset: str
    unit: str
    why: str
    tests: Mapping[str, Mapping[str, Any]]
    dropped: Mapping[str, str]


def read_replications(path: Path) -> tuple[str, tuple[Replication, ...]]:
    """Read the date of the declaration and what is asked of each data set; nothing without a file.

    Raises
    ------
    LedgerError
        The file is malformed; the message names data set and key.
    """
    if not path.is_file():
        return "", ()
    raw = read_yaml(path, "The file")
    if not isinstance(raw, Mapping) or not isinstance(raw.get("datasets"), Mapping):
        raise LedgerError(f"{path.name} has no mapping 'datasets': write one entry a data set.")
    return str(raw.get("declared", "")), tuple(
        _read(str(name), entry) for name, entry in raw["datasets"].items()
    )


def _read(dataset: str, entry: object) -> Replication:
    where = f"The data set '{dataset}' of replications.yml"
    if not isinstance(entry, Mapping) or not entry.get("unit"):
        raise LedgerError(f"{where} has no unit: write what one of its rows is, such as city-year.")
    if unknown := [key for key in entry if key not in KEYS]:
        raise LedgerError(f"{where} has the unknown key '{unknown[0]}': {hint(unknown[0], KEYS)}")
    defaults, tests = entry.get("defaults") or {}, entry.get("tests") or {}
    for claim, test in tests.items():
        if not isinstance(test, Mapping):
            raise LedgerError(f"{where} has a test of {claim} without fields: write its outcome.")
    return Replication(
        dataset, str(entry["unit"]), " ".join(str(entry.get("why", "")).split()),
        {str(claim): {**defaults, **test} for claim, test in tests.items()},
        {str(claim): " ".join(str(why).split())
         for claim, why in (entry.get("dropped") or {}).items()},
    )  # fmt: skip


def with_tests(
    entry: Mapping[str, Any], replications: tuple[Replication, ...]
) -> Mapping[str, Any]:
    """Return an entry of the ledger with its tests on further data sets."""
    found = [
        {**_OWN, "dataset": one.dataset, "unit": one.unit, **one.tests[str(entry.get("id"))]}
        for one in replications
        if str(entry.get("id")) in one.tests
    ]
    return {**entry, "tests": [*(entry.get("tests") or []), *found]} if found else entry
