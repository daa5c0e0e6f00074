"""What the figures say about one claim, in plain numbers: a verdict needs nothing else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from analysis.claims.claim import Claim
from analysis.claims.finding import Check, Finding, read_finding

__all__ = ["Evidence"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the figures say about one claim, before any verdict.

    Parameters
    ----------
    claim : Claim
        As declared.
    findings : tuple of Finding
        One per part; none where nothing is tested.
    checks : tuple of Check
        All that was asked besides.
    dropped : tuple of str
        Rows left out of the leading column, by reason, with counts.
    notes : tuple of str
        What a reader should know.
    describes : str
        For a descriptive claim: what is seen, in words.
    cannot : str
        Why the claim cannot be put to this panel, in a sentence; empty if it can.
    dataset : str
        The panel it was put to.

    Examples
    --------
    >>> from analysis.claims import read_study
    >>> study = read_study("patient_capital")
    >>> normative = next(claim for claim in study.ledger if not claim.declared)
    >>> Evidence(normative).findings
    ()
    """

    claim: Claim
    findings: tuple[Finding, ...] = ()
    checks: tuple[Check, ...] = ()
    dropped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    describes: str = ""
    cannot: str = ""
    dataset: str = ""

    def checks_of(self, part: int) -> tuple[Check, ...]:
        """Return the checks of one part."""
        return tuple(check for check in self.checks if check.part == part)

    def to_dict(self) -> dict[str, Any]:
        """Plain types for JSON; what does not exist is None."""
        return {
            "claim": self.claim.to_dict(),
            "findings": [_plain(asdict(finding)) for finding in self.findings],
            "checks": [asdict(check) for check in self.checks],
            **{name: list(getattr(self, name)) for name in ("dropped", "notes")},
            **{name: getattr(self, name) for name in ("describes", "cannot", "dataset")},
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Evidence:
        """Read back what `to_dict` wrote."""
        return cls(
            Claim.from_mapping(plain["claim"]),
            tuple(read_finding(entry) for entry in plain["findings"]),
            tuple(Check(**entry) for entry in plain["checks"]),
            tuple(plain["dropped"]),
            tuple(plain["notes"]),
            *(plain[name] for name in ("describes", "cannot", "dataset")),
        )


def _plain(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
