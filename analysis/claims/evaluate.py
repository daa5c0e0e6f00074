"""From a declared claim and a panel to evidence: guard first, then the three columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from analysis.errors import LedgerError

if TYPE_CHECKING:
    from analysis.claims.claim import Claim
    from analysis.data import Panel
    from analysis.inference import Coefficient, Estimates
    from analysis.measures import Overlap
    from analysis.models import Specification

__all__ = ["COLUMNS", "Evidence", "Reading", "evaluate"]

COLUMNS = ("two_way", "region_year", "entity_trends")
"""Effects of the three columns in which every declared claim is printed."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One declared regression of a claim, in all columns.

    Parameters
    ----------
    name : str
        "primary", "outcome vip" or "regressor loan": how it differs from the primary reading.
    outcome, focal : str
        The measure on the left and the term whose sign is predicted.
    overlap : Overlap
        What the two sides share; the guard has refused any shared content.
    estimates : Estimates
        One estimate per column, on the same rows.
    """

    name: str
    outcome: str
    focal: str
    overlap: Overlap
    estimates: Estimates

    @property
    def lines(self) -> dict[str, Coefficient]:
        """The focal coefficient of every column."""
        return {name: self.estimates[name].coefficient(self.focal) for name in self.estimates.names}

    @property
    def signs(self) -> dict[str, str]:
        """Sign of the focal coefficient in every column; "0" means exactly zero."""
        return {name: sign_of(line.estimate) for name, line in self.lines.items()}

    @property
    def one_sign(self) -> bool:
        """Whether all columns have the same sign."""
        return len(set(self.signs.values())) == 1

    def to_dict(self) -> dict[str, Any]:
        """Return plain types for JSON."""
        return {
            "name": self.name,
            "outcome": self.outcome,
            "focal": self.focal,
            "signs": self.signs,
            "one_sign": self.one_sign,
            "overlap": {**_lists(asdict(self.overlap)), "text": str(self.overlap)},
            "columns": self.estimates.to_dict(),
        }


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the figures say about one claim, before any verdict.

    Parameters
    ----------
    claim : Claim
        As declared.
    primary : Reading
        The primary regression.
    also : tuple of Reading
        The secondary readings declared with it, in the order of the ledger.
    """

    claim: Claim
    primary: Reading
    also: tuple[Reading, ...]

    @property
    def focal(self) -> str:
        """Term whose sign is predicted."""
        return self.primary.focal

    @property
    def estimates(self) -> Estimates:
        """The columns of the primary regression."""
        return self.primary.estimates

    @property
    def overlap(self) -> Overlap:
        """What the two sides of the primary regression share."""
        return self.primary.overlap

    @property
    def agrees(self) -> bool | None:
        """Whether every column has the predicted sign.

        None where the claim predicts no sign: "±" leaves it open, and "0" asks for an equivalence
        test.
        """
        if self.claim.sign not in "+-":
            return None
        return set(self.primary.signs.values()) == {self.claim.sign}

    def to_dict(self) -> dict[str, Any]:
        """Return plain types for JSON."""
        return {
            "claim": self.claim.to_dict(),
            "focal": self.focal,
            "predicted": self.claim.sign,
            "agrees": self.agrees,
            "primary": self.primary.to_dict(),
            "also": [reading.to_dict() for reading in self.also],
        }


def evaluate(claim: Claim, panel: Panel, columns: Iterable[str] = COLUMNS) -> Evidence:
    """Run the declared regressions of a claim.

    The overlap guard looks at the outcome and the regressors of every reading before anything is
    estimated.

    Parameters
    ----------
    claim : Claim
        With a declared specification.
    panel : Panel
        With measures, as `analysis.measures.build` returns it.
    columns : iterable of str
        Keys of `analysis.models.EFFECTS`.

    Returns
    -------
    Evidence

    Raises
    ------
    LedgerError
        No regression is declared for the claim; the message says why.
    OverlapError
        Both sides of a reading contain the same raw series.
    SpecificationError, UnknownNameError
        A reading cannot be estimated, or a measure is not in the panel.
    """
    from analysis.measures import require_disjoint

    readings = list(_specifications(claim))
    overlaps = [require_disjoint(panel, spec.outcome, spec.regressors) for _, spec, _ in readings]
    primary, *also = (
        _read(name, spec, focal, overlap, panel, tuple(columns))
        for (name, spec, focal), overlap in zip(readings, overlaps, strict=True)
    )
    return Evidence(claim, primary, tuple(also))


def sign_of(value: float) -> str:
    """Return "+", "-" or "0" for an exact zero."""
    return "+" if value > 0 else "-" if value < 0 else "0"


def _specifications(claim: Claim) -> Iterable[tuple[str, Specification, str]]:
    """Yield name, specification and focal term of the primary reading, then of the others."""
    primary = claim.build_specification()
    if claim.focal is None:
        raise LedgerError(f"{claim.id} names no focal term: say under 'focal' which sign matters.")
    yield "primary", primary, claim.focal
    for outcome in claim.also.outcomes:
        yield f"outcome {outcome}", replace(primary, outcome=outcome), claim.focal
    for name in claim.also.regressors:
        regressors = tuple(name if r == claim.focal else r for r in primary.regressors)
        yield f"regressor {name}", replace(primary, regressors=regressors), name


def _read(
    name: str,
    spec: Specification,
    focal: str,
    overlap: Overlap,
    panel: Panel,
    columns: tuple[str, ...],
) -> Reading:
    from analysis.inference import estimate_columns

    common = bool(overlap.scale or overlap.parts)
    notes = (str(overlap),) if common else ()
    estimates = estimate_columns(spec, panel, columns, notes=notes)
    return Reading(name, spec.outcome, focal, overlap, estimates)


def _lists(mapping: dict[str, Any]) -> dict[str, Any]:
    return {key: [_list(item) for item in value] for key, value in mapping.items()}


def _list(item: object) -> object:
    return list(item) if isinstance(item, tuple) else item
