"""What the paper states, one by one, and which entries of the ledger cover it.

Reading the file imports no numerical library. The head of `statements.yml` says what every field
means.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.claims.vocabulary import QUOTE_LIMIT
from analysis.claims.yaml_file import read_yaml
from analysis.errors import LedgerError

__all__ = ["COVERED", "KINDS", "PaperStatement", "coverage", "read_statements"]

KINDS = ("causal", "descriptive", "fact", "definition", "norm")
"""What a statement can be."""

COVERED = ("fully", "partly", "no")
"""How far the ledger takes a statement up."""

_TEXTS = ("id", "section", "quote", "gist_en", "gist_zh", "kind", "covered")
_CHOICES = {"kind": KINDS, "covered": COVERED}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperStatement:
    """One statement of the paper and the entries of the ledger that cover it.

    Parameters
    ----------
    id, section, quote : str
        Where it stands, and a few words of the paper by which it can be found.
    gist_en, gist_zh : str
        What it says, in our words.
    kind : str
        One of `KINDS`.
    claims : tuple of str
        Ids of entries of the ledger: claims, norms and facts.
    covered : str
        One of `COVERED`.
    note : str
        What is left out; empty where it is covered fully.

    Raises
    ------
    LedgerError
        A field is not as declared; the message names statement and field.
    """

    id: str
    section: str
    quote: str
    gist_en: str
    gist_zh: str
    kind: str
    claims: tuple[str, ...]
    covered: str
    note: str = ""

    def __post_init__(self) -> None:
        for name, known in _CHOICES.items():
            if (value := getattr(self, name)) not in known:
                raise LedgerError(
                    f"{self.id} has the unknown {name} '{value}': use one of {', '.join(known)}."
                )
        if len(self.quote) > QUOTE_LIMIT:
            raise LedgerError(
                f"The quote of {self.id} has {len(self.quote)} characters: "
                f"shorten it to {QUOTE_LIMIT} at most."
            )
        if bool(self.claims) == (self.covered == "no"):
            raise LedgerError(
                f"{self.id} is covered '{self.covered}' by {len(self.claims)} entries: "
                "change one of the two."
            )
        if bool(self.note) == (self.covered == "fully"):
            raise LedgerError(
                f"{self.id} is covered '{self.covered}': a note says what is left out."
            )


def read_statements(path: Path, ids: Iterable[str]) -> tuple[PaperStatement, ...]:
    """Read the statements of the paper, in the order of the file.

    Parameters
    ----------
    path : Path
        The file; its head says what every field means.
    ids : iterable of str
        Entries of the ledger: claims, norms and facts.

    Raises
    ------
    LedgerError
        The file cannot be read, an entry is malformed or listed twice, or it names an entry that
        the ledger lacks; the message names statement and field.
    """
    known = set(ids)
    seen: dict[str, str] = {}
    found = []
    for entry in read_yaml(path, "The file", "statements")["statements"]:
        statement = _statement(entry)
        for claim in statement.claims:
            if claim not in known:
                raise LedgerError(
                    f"{statement.id} names '{claim}', which is no entry of the ledger: mend the id "
                    "or take it out."
                )
        if statement.id in seen.values():
            raise LedgerError(f"The id {statement.id} is used twice: give one entry another id.")
        if other := seen.get(statement.quote):
            raise LedgerError(f"{statement.id} quotes the words of {other}: choose other words.")
        seen[statement.quote] = statement.id
        found.append(statement)
    return tuple(found)


def coverage(
    statements: Iterable[PaperStatement], kinds: Iterable[str] = ("causal", "descriptive")
) -> dict[str, int]:
    """Count statements of some kinds by how far they are covered, in the order of `COVERED`."""
    wanted = set(kinds)
    words = [statement.covered for statement in statements if statement.kind in wanted]
    return {word: words.count(word) for word in COVERED}


def _statement(entry: object) -> PaperStatement:
    if not isinstance(entry, Mapping):
        raise LedgerError(f"A statement is {entry!r}: write fields with values.")
    name = entry.get("id") or "A statement"
    for field in _TEXTS:
        if entry.get(field) in (None, ""):
            raise LedgerError(f"{name} has no {field}: write it.")
    for field in entry:
        if field not in (*_TEXTS, "claims", "note"):
            raise LedgerError(f"{name} has the unknown field '{field}': take it out.")
    if not isinstance(entry.get("claims"), list):
        raise LedgerError(f"{name} has claims that are no list: list ids, or write [].")
    texts = {field: " ".join(str(entry[field]).split()) for field in _TEXTS}
    return PaperStatement(
        **texts,
        claims=tuple(str(claim) for claim in entry["claims"]),
        note=" ".join(str(entry.get("note") or "").split()),
    )
