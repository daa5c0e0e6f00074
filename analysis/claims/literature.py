"""What published studies found, beside each claim of the ledger.

Reading the file imports no numerical library. The head of `literature.yml` says what every field
means.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.claims.yaml_file import read_yaml
from analysis.errors import LedgerError

__all__ = ["AGAINST", "SEEN", "WORD_LIMIT", "PublishedResult", "read_literature"]

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
class PublishedResult:
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


def read_literature(path: Path, ids: Iterable[str]) -> Mapping[str, tuple[PublishedResult, ...]]:
    """Read what published studies found, by the claim it speaks to, in the order of the file.

    Parameters
    ----------
    path : Path
        The file; its head says what every field means.
    ids : iterable of str
        Claims of the ledger.

    Raises
    ------
    LedgerError
        The file cannot be read, an entry is malformed or names an unknown claim; the message
        names entry and field.
    """
    known, seen = set(ids), set()
    found: dict[str, list[PublishedResult]] = {}
    for entry in read_yaml(path, "The file", "studies")["studies"]:
        results = _results(entry)
        if results[0].key in seen:
            raise LedgerError(
                f"The study {results[0].key} is listed twice: put its findings together."
            )
        seen.add(results[0].key)
        for result in results:
            for claim in result.claims:
                if claim not in known:
                    raise LedgerError(
                        f"{result.key} names '{claim}', which is no claim of the ledger: mend the "
                        "id or take the finding out."
                    )
                found.setdefault(claim, []).append(result)
    return {claim: tuple(results) for claim, results in found.items()}


def _results(entry: object) -> list[PublishedResult]:
    """Return one `PublishedResult` per finding of an entry."""
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
            raise LedgerError(f"A finding of {name} has claims that are no list: list ids.")
        results.append(
            PublishedResult(
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
