"""The ledger: all claims, how they were declared, and what is left untested on purpose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from analysis.claims.choices import Choices, read_choices
from analysis.claims.claim import Claim
from analysis.claims.replications import Replication, read_replications, with_tests
from analysis.claims.vocabulary import QUOTE_LIMIT, STATUSES, hint
from analysis.claims.yaml_file import read_yaml
from analysis.errors import LedgerError, UnknownNameError

__all__ = ["Ledger", "Statement", "read_ledger"]

KINDS = ("normative", "fact")


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
        Each with an id of its own.
    families : tuple of str
        Chapters in their order; p-values are adjusted within each.
    not_tested : tuple of Statement
        Normative statements, and facts to verify.
    source, protocol : mapping
        The paper, and how and when the claims were declared.
    replicated, replications : str, tuple of Replication
        What is asked of further data sets, and when that was declared.

    Raises
    ------
    LedgerError
        An id is used twice, a claim belongs to no family, or choices of a curve are malformed.
    """

    claims: tuple[Claim, ...]
    families: tuple[str, ...]
    not_tested: tuple[Statement, ...]
    source: Mapping[str, Any]
    protocol: Mapping[str, Any]
    replicated: str = ""
    replications: tuple[Replication, ...] = ()

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for claim in self.claims:
            if claim.id.upper() in seen:  # as look-ups and file names see it
                raise LedgerError(f"The id {claim.id} is used twice: give one entry another id.")
            if claim.family not in self.families:
                raise LedgerError(
                    f"{claim.id} has the unknown family '{claim.family}': "
                    f"{hint(claim.family, self.families)}"
                )
            seen.add(claim.id.upper())
            for run in claim.runs:
                self.choices(run)

    def __getitem__(self, claim: str) -> Claim:
        for one in self.claims:
            if one.id.upper() == claim.upper():
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
        for kind, value, known in (("family", family, self.families), ("status", status, STATUSES)):
            if value is not None and value not in known:
                raise UnknownNameError(kind, value, known, "the ledger")
        return tuple(
            claim
            for claim in self.claims
            if family in (None, claim.family) and status in (None, claim.status)
        )

    def choices(self, claim: Claim) -> Choices:
        """Return what the specification curve of a claim goes through: the protocol's, or its own.

        Raises
        ------
        LedgerError
            Protocol or claim declare a choice that does not exist.
        """
        common = read_choices(self.protocol.get("curve") or {}, "The curve of the protocol")
        return read_choices(claim.curve, f"The curve of {claim.id}", common)

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


def read_ledger(path: Path, families: Iterable[str]) -> Ledger:
    """Read a ledger.

    Parameters
    ----------
    path : Path
        A file in the form of `analysis/studies/patient_capital/ledger.yml`, whose head explains it.
    families : iterable of str
        The chapters that claims may belong to.

    Returns
    -------
    Ledger
        Claims by id.

    Raises
    ------
    LedgerError
        The file cannot be read or an entry is malformed; the message names entry and field.

    Examples
    --------
    >>> from analysis.claims import read_study
    >>> study = read_study("patient_capital")
    >>> len(read_ledger(study.folder / "ledger.yml", study.chapters)) == len(study.ledger)
    True
    """
    raw = read_yaml(path, "The ledger", "claims")
    entries = [_entry(entry) for entry in raw["claims"]]
    replicated, further = read_replications(path.parent / "replications.yml")
    ids = [str(entry.get("id")) for entry in entries]
    for one in further:
        if strange := [name for name in (*one.tests, *one.dropped) if name not in ids]:
            raise LedgerError(
                f"replications.yml names the claim '{strange[0]}' under '{one.dataset}', which "
                f"the ledger does not hold: {hint(strange[0], ids)}"
            )
    return Ledger(
        claims=tuple(Claim.from_mapping(with_tests(entry, further)) for entry in entries),
        families=tuple(families),
        not_tested=tuple(_statement(_entry(entry)) for entry in raw.get("not_tested") or []),
        source=raw.get("source") or {},
        protocol=raw.get("protocol") or {},
        replicated=replicated,
        replications=further,
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
    if statement.kind not in KINDS:
        raise LedgerError(
            f"{statement.id} has the unknown kind '{statement.kind}': use normative or fact."
        )
    if len(statement.quote) > QUOTE_LIMIT:
        raise LedgerError(
            f"The quote of {statement.id} has {len(statement.quote)} characters: "
            f"shorten it to {QUOTE_LIMIT} at most."
        )
    return statement
