"""The numbers that decide a verdict, what fixed each of them, and what each verdict means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from analysis.claims.vocabulary import VERDICTS, hint
from analysis.claims.yaml_file import read_yaml
from analysis.errors import LedgerError

__all__ = ["Numbers", "Rules", "read_rules"]

TEXTS = ("parts", "downgrade", "zero", "products", "datasets")


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers that decide; rules.yml says what fixed each.

    Parameters
    ----------
    level : float
        Level of every single test.
    supported : float
        Largest leading p of "supported".
    asked : float
        Level at which a lead or a negative control counts against a claim.
    deleted : float
        Largest p that leaving out one entity may bring about.
    trends : float
        Share of the leading estimate that must be left beside trends of the entities.
    clusters : float
        Fewest effective clusters with which a claim can be tested.
    plausible, plausible_lag : float
        Smallest effect worth calling one, in within-SDs and in years.
    reweighted, ingredients : float
        Shares of re-weighted indices and of single ingredients that must keep the sign.
    """

    level: float
    supported: float
    asked: float
    deleted: float
    trends: float
    clusters: float
    plausible: float
    plausible_lag: float
    reweighted: float
    ingredients: float


@dataclass(frozen=True, slots=True)
class Rules:
    """How evidence becomes a verdict.

    Parameters
    ----------
    edition : int
        Counts how often the rules were declared anew.
    declared : str
        When.
    numbers : Numbers
        What decides.
    meaning, simulation : mapping of str to str
        What each number is, and the simulation that fixed it.
    words : mapping of str to str
        What each verdict means, and how parts, downgrades, products and zeros work.
    """

    edition: int
    declared: str
    numbers: Numbers
    meaning: Mapping[str, str]
    simulation: Mapping[str, str]
    words: Mapping[str, str]

    def __getattr__(self, name: str) -> float:
        """Give a number by its name."""
        if name.startswith("_") or name not in Numbers.__slots__:
            raise AttributeError(name)
        return getattr(self.numbers, name)


def read_rules(path: Path) -> Rules:
    """Read the rules of a study.

    Parameters
    ----------
    path : Path
        A file in the form of the study's ``rules.yml``.

    Returns
    -------
    Rules
        Numbers with what fixed them.

    Raises
    ------
    LedgerError
        A verdict has no explanation, a number is missing, unknown, no number or outside its range,
        or no simulation is named for it.

    Examples
    --------
    >>> from analysis.claims import read_study
    >>> study = read_study("patient_capital")
    >>> type(read_rules(study.folder / "rules.yml")).__name__
    'Rules'
    """
    raw = dict(read_yaml(path, "The file"))
    missing = [k for k in ("edition", "numbers", "verdicts", *TEXTS) if k not in raw]
    if missing:
        raise LedgerError(f"{path.name} lacks '{missing[0]}': add it.")
    words = {**_texts(path, raw["verdicts"]), **{k: str(raw[k]) for k in TEXTS}}
    if missing := [word for word in VERDICTS if word not in words]:
        raise LedgerError(f"{path.name} does not explain '{missing[0]}': add it to verdicts.")
    given = raw["numbers"] if isinstance(raw["numbers"], Mapping) else {}
    known = [field.name for field in fields(Numbers)]
    if unknown := [name for name in given if name not in known]:
        said = hint(unknown[0], known)
        raise LedgerError(f"{path.name} has the unknown number '{unknown[0]}': {said}")
    if missing := [name for name in known if name not in given]:
        raise LedgerError(f"{path.name} lacks the number '{missing[0]}': add it to numbers.")
    return Rules(
        edition=int(raw["edition"]),
        declared=str(raw.get("declared", "")),
        numbers=Numbers(**{name: _number(path, name, given[name]) for name in known}),
        meaning={name: _joined(given[name].get("meaning", "")) for name in known},
        simulation={name: _joined(given[name]["simulation"]) for name in known},
        words={key: _joined(text) for key, text in words.items()},
    )


def _texts(path: Path, verdicts: Any) -> dict[str, str]:  # noqa: ANN401
    if not isinstance(verdicts, Mapping):
        raise LedgerError(f"{path.name} must map each verdict to its meaning under 'verdicts'.")
    return {str(key): str(text) for key, text in verdicts.items()}


def _number(path: Path, name: str, entry: Any) -> float:  # noqa: ANN401
    where = f"{path.name}: number '{name}'"
    if not isinstance(entry, Mapping) or "value" not in entry:
        raise LedgerError(f"{where} has no value: write value, range, meaning and simulation.")
    if not _joined(entry.get("simulation") or ""):
        raise LedgerError(f"{where} names no simulation that fixed it: add 'simulation'.")
    try:
        value, (low, high) = float(entry["value"]), map(float, entry["range"])
    except (KeyError, TypeError, ValueError):
        raise LedgerError(
            f"{where} needs a number as value and two numbers as range: write them."
        ) from None
    if not low <= value <= high:
        raise LedgerError(
            f"{where} is {value:g}, outside its range {low:g} to {high:g}: mend one of them."
        )
    return value


def _joined(text: object) -> str:
    return " ".join(str(text).split())
