"""The ledger: all claims, how they were declared, and what is left untested on purpose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from analysis.claims.claim import Claim
from analysis.claims.validation import FAMILIES, QUOTE_LIMIT, STATUSES
from analysis.errors import LedgerError, UnknownNameError

__all__ = ["Ledger", "Statement", "ledger"]

_FILE = Path(__file__).with_name("ledger.yml")
_KINDS = ("normative", "fact")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of the paper that no regression should pretend to test.

    Parameters
    ----------
    id, section, quote, sentence : str
        As in `Claim`.
    kind : str
        "normative" (what ought to be) or "fact" (to be looked up).
    """

    id: str
    kind: str
    section: str
    quote: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """All claims in order; `ledger["M16"]` gives one.

    Parameters
    ----------
    claims : tuple of Claim
        With the ids M01, M02 and so on without a gap.
    not_tested : tuple of Statement
        Normative statements, and facts to verify.
    source, protocol : mapping
        The paper, and how and when the claims were declared.

    Raises
    ------
    LedgerError
        An id is out of order, missing or used twice.
    """

    claims: tuple[Claim, ...]
    not_tested: tuple[Statement, ...]
    source: Mapping[str, Any]
    protocol: Mapping[str, Any]

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for number, claim in enumerate(self.claims, start=1):
            if claim.id in seen:
                raise LedgerError(f"The id {claim.id} is used twice: give one entry another id.")
            if claim.id != f"M{number:02d}":
                raise LedgerError(
                    f"Entry {number} of the ledger has the id {claim.id}: it must be M{number:02d}."
                )
            seen.add(claim.id)

    def __getitem__(self, claim: str) -> Claim:
        for one in self.claims:
            if one.id == claim.upper():
                return one
        raise UnknownNameError("claim", claim, (one.id for one in self.claims), "the ledger")

    def __iter__(self) -> Iterator[Claim]:
        return iter(self.claims)

    def __len__(self) -> int:
        return len(self.claims)

    def filter(self, family: str | None = None, status: str | None = None) -> tuple[Claim, ...]:
        """Return the claims of a family, of a status, or of both.

        Raises
        ------
        UnknownNameError
            The family or the status does not exist.
        """
        for kind, value, known in (("family", family, FAMILIES), ("status", status, STATUSES)):
            if value is not None and value not in known:
                raise UnknownNameError(kind, value, known, "the ledger")
        return tuple(
            claim
            for claim in self.claims
            if family in (None, claim.family) and status in (None, claim.status)
        )

    def counts(self) -> dict[str, int]:
        """Return the number of claims of each status, in the order of `STATUSES`."""
        return {status: len(self.filter(status=status)) for status in STATUSES}

    def to_dict(self) -> dict[str, Any]:
        """Return plain types for JSON."""
        return {
            "source": dict(self.source),
            "protocol": {**self.protocol, "declared": str(self.protocol.get("declared", ""))},
            "counts": self.counts(),
            "claims": [claim.to_dict() for claim in self.claims],
            "not_tested": [asdict(statement) for statement in self.not_tested],
        }


def ledger(path: Path | None = None) -> Ledger:
    """Read the ledger.

    Parameters
    ----------
    path : Path, optional
        Another ledger in the same form; by default the one of the book.

    Raises
    ------
    LedgerError
        The file cannot be read or an entry is malformed; the message names entry and field.
    """
    file = Path(path) if path else _FILE
    # Chapters ask for the ledger often; a file that was edited has another time stamp.
    return _read(file, file.stat().st_mtime_ns if file.exists() else 0)


@cache
def _read(path: Path, _stamp: int) -> Ledger:
    # The C parser reads the file about eight times faster; it is absent from some builds.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        with path.open(encoding="utf-8") as stream:
            raw = yaml.load(stream, Loader=loader)
    except OSError as error:
        raise LedgerError(f"The ledger {path.name} cannot be opened: {error.strerror}.") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" near line {mark.line + 1}" if mark else ""
        raise LedgerError(f"The ledger {path.name} is not valid YAML{line}: mend it.") from error
    if not isinstance(raw, Mapping) or not isinstance(raw.get("claims"), list):
        raise LedgerError(f"The ledger {path.name} has no list of claims: add the key 'claims'.")
    return Ledger(
        claims=tuple(Claim.from_mapping(_entry(entry)) for entry in raw["claims"]),
        not_tested=tuple(_statement(_entry(entry)) for entry in raw.get("not_tested") or []),
        source=raw.get("source") or {},
        protocol=raw.get("protocol") or {},
    )


def _entry(entry: object) -> Mapping[str, Any]:
    if not isinstance(entry, Mapping):
        raise LedgerError(f"An entry of the ledger is {entry!r}: write fields with values.")
    return entry


def _statement(entry: Mapping[str, Any]) -> Statement:
    try:
        statement = Statement(**entry)
    except TypeError:
        raise LedgerError(
            f"{entry.get('id', 'An untested statement')} must have id, kind, section, quote and "
            "sentence, and nothing else."
        ) from None
    if statement.kind not in _KINDS:
        raise LedgerError(
            f"{statement.id} has the unknown kind '{statement.kind}': use normative or fact."
        )
    if len(statement.quote) > QUOTE_LIMIT:
        raise LedgerError(
            f"The quote of {statement.id} has {len(statement.quote)} characters: "
            f"shorten it to {QUOTE_LIMIT} at most."
        )
    return statement
