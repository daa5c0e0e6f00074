"""Errors the user can mend: one sentence each, saying what, where and how."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class AnalysisError(Exception):
    """Base of every error that the command line reports in one sentence with exit code 2."""


class DataError(AnalysisError):
    """A table, a sidecar or a panel is not what it says it is."""


class SpecificationError(AnalysisError):
    """A regression cannot be run as it is specified."""


class OverlapError(SpecificationError):
    """The two sides of a regression are built from the same raw series."""


class LedgerError(AnalysisError):
    """The ledger of claims is malformed or lacks what was asked for."""


class UnknownNameError(AnalysisError, KeyError):
    """A name is not known; the message suggests the nearest ones."""

    def __init__(self, kind: str, name: str, known: Iterable[str], where: str) -> None:
        names = sorted(known)
        near = get_close_matches(name, names, n=3, cutoff=0.4)
        hint = (
            f"did you mean {' or '.join(near)}?" if near else "list the known names and pick one."
        )
        self.message = f"Unknown {kind} '{name}' in {where}: {hint}"
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message
