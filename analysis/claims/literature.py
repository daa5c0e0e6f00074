"""What published studies found, beside each claim of the ledger.

>>> from analysis.claims.literature import literature
>>> literature("M20")[0].against
'disagrees'

Reading the file imports no numerical library. The head of `literature.yml` says what every field
means.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from analysis.claims.ledger import ledger
from analysis.errors import LedgerError, UnknownNameError

__all__ = ["AGAINST", "SEEN", "WORD_LIMIT", "Study", "literature"]

_FILE = Path(__file__).with_name("literature.yml")

WORD_LIMIT = 29
"""Most words that a finding may have."""

AGAINST = {"+": "agrees", "-": "disagrees", "±": "mixed", "?": "not comparable"}
"""What a sign says about a result relative to the claim."""

SEEN = {
    "abstract": "abstract",
    "table": "table",
    "full text": "full text",
    "memory": "from memory: check",
}
"""How a result was seen, as a table prints it."""

_OF_STUDY = ("key", "label", "place", "years", "unit", "method", "seen")
_OF_FINDING = ("claims", "sign", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """One result of a published study that speaks to one or more claims.

    Parameters
    ----------
    key : str
        Key of the study in the bibliography.
    label : str
        Authors and year, as a table names it.
    place, years, unit, method : str
        Where, on which years of data, on what and how; "not read" where the abstract is silent.
    seen : str
        One of `SEEN`: how its result is known to us.
    claims : tuple of str
        Ids of the claims this result speaks to.
    sign : str
        One of `AGAINST`, relative to those claims.
    finding : str
        The result in one sentence.
    note : str
        What to know before leaning on it; may be empty.

    Raises
    ------
    LedgerError
        A field is not as declared; the message names study and field.
    """

    key: str
    label: str
    place: str
    years: str
    unit: str
    method: str
    seen: str
    claims: tuple[str, ...]
    sign: str
    finding: str
    note: str = ""

    def __post_init__(self) -> None:
        for name, known in (("seen", SEEN), ("sign", AGAINST)):
            if (value := getattr(self, name)) not in known:
                raise LedgerError(
                    f"{self.key} has the unknown {name} '{value}': use one of {', '.join(known)}."
                )
        for claim in self.claims:
            if not re.fullmatch(r"M\d\d", claim):
                raise LedgerError(f"{self.key} names '{claim}': write a claim id such as M16.")
        if not self.claims:
            raise LedgerError(f"A finding of {self.key} names no claim: add its id.")
        words = len(self.finding.split())
        if words > WORD_LIMIT:
            raise LedgerError(
                f"A finding of {self.key} has {words} words: shorten it to {WORD_LIMIT} at most."
            )

    @property
    def against(self) -> str:
        """What the result says about the claims, in a word or two."""
        return AGAINST[self.sign]

    @property
    def read(self) -> str:
        """How the result was seen; one that was not read says that it must be checked."""
        return SEEN[self.seen]


def literature(claim_id: str, path: Path | None = None) -> tuple[Study, ...]:
    """Return what published studies found that speaks to a claim, in the order of the file.

    Parameters
    ----------
    claim_id : str
        Id of a claim, in capitals or not.
    path : Path, optional
        Another file in the same form; by default the one of the book.

    Returns
    -------
    tuple of Study
        Empty when no study of the file speaks to the claim.

    Raises
    ------
    UnknownNameError
        The claim is not in the ledger.
    LedgerError
        The file cannot be read or an entry is malformed; the message names entry and field.
    """
    name = claim_id.upper()
    if name not in _ids():
        raise UnknownNameError("claim", claim_id, _ids(), "the ledger")
    return _by_claim(Path(path) if path else _FILE).get(name, ())


@cache
def _ids() -> frozenset[str]:
    return frozenset(claim.id for claim in ledger())


@cache
def _by_claim(path: Path) -> Mapping[str, tuple[Study, ...]]:
    found: dict[str, list[Study]] = {}
    for study in _read(path):
        for claim in study.claims:
            found.setdefault(claim, []).append(study)
    return {claim: tuple(studies) for claim, studies in found.items()}


def _read(path: Path) -> tuple[Study, ...]:
    # The C parser reads the file about eight times faster; it is absent from some builds.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        with path.open(encoding="utf-8") as stream:
            raw = yaml.load(stream, Loader=loader)
    except OSError as error:
        raise LedgerError(f"The file {path.name} cannot be opened: {error.strerror}.") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" near line {mark.line + 1}" if mark else ""
        raise LedgerError(f"The file {path.name} is not valid YAML{line}: mend it.") from error
    if not isinstance(raw, Mapping) or not isinstance(raw.get("studies"), list):
        raise LedgerError(f"The file {path.name} has no list of studies: add the key 'studies'.")
    seen: set[str] = set()
    results: list[Study] = []
    for entry in raw["studies"]:
        results += _results(entry)
        if results[-1].key in seen:
            raise LedgerError(
                f"The study {results[-1].key} is listed twice: put its findings together."
            )
        seen.add(results[-1].key)
    return tuple(results)


def _results(entry: object) -> list[Study]:
    """Return one `Study` per finding of an entry."""
    name = entry.get("key", "A study") if isinstance(entry, Mapping) else "A study"
    _require(entry, _OF_STUDY, ("note", "findings"), str(name))
    findings = entry.get("findings")
    if not isinstance(findings, list) or not findings:
        raise LedgerError(f"{name} has no findings: add what it found and about which claims.")
    shared = {field: _text(entry[field]) for field in _OF_STUDY}
    results = []
    for finding in findings:
        _require(finding, _OF_FINDING, (), f"A finding of {name}")
        if not isinstance(finding["claims"], list):
            raise LedgerError(f"A finding of {name} has claims that are no list: write [M16].")
        results.append(
            Study(
                **shared,
                claims=tuple(str(claim) for claim in finding["claims"]),
                sign=str(finding["sign"]),
                finding=_text(finding["text"]),
                note=_text(entry.get("note") or ""),
            )
        )
    return results


def _require(entry: object, needed: tuple[str, ...], allowed: tuple[str, ...], name: str) -> None:
    if not isinstance(entry, Mapping):
        raise LedgerError(f"{name} of the literature is {entry!r}: write fields with values.")
    for field in needed:
        if entry.get(field) in (None, ""):
            raise LedgerError(f"{name} has no {field}: write it, or 'not read'.")
    for field in entry:
        if field not in (*needed, *allowed):
            raise LedgerError(f"{name} has the unknown field '{field}': take it out.")


def _text(value: object) -> str:
    return " ".join(str(value).split())
