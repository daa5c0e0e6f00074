"""The estimates behind the plain numbers of `Evidence`, for tables and pictures."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from analysis.claims.evidence import sign_of

if TYPE_CHECKING:
    import pandas as pd

    from analysis.claims.designs import Own, Regression
    from analysis.inference import Coefficient, Estimates
    from analysis.measures import Overlap

__all__ = ["Details", "Reading"]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One declared regression of a claim, in all columns.

    Parameters
    ----------
    name : str
        "primary", "part 2", "outcome vip" or "regressor loan": how it differs from the primary one.
    regression : Regression
        What was estimated, with its panel.
    overlap : Overlap
        What the two sides share; the guard has refused any shared content.
    estimates : Estimates
        One estimate per column, on the same rows.
    missing : tuple of str
        Columns that could not be estimated, each with its reason.
    """

    name: str
    regression: Regression
    overlap: Overlap
    estimates: Estimates
    missing: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        """The measure on the left, as the ledger names it."""
        return self.regression.outcome

    @property
    def focal(self) -> str:
        """The term whose sign is predicted."""
        return self.regression.focal

    @property
    def lines(self) -> dict[str, Coefficient]:
        """The focal coefficient of every column."""
        return {name: self.estimates[name].coefficient(self.focal) for name in self.estimates.names}

    def scale(self, effects: str = "two_way") -> float:
        """Return what turns the focal coefficient of a column into within-SDs."""
        column = self.estimates[effects]
        factor = column.fitted.within_sd[0] if self.regression.in_sds else 1.0
        return float(self.lines[effects].scale * factor)

    @property
    def signs(self) -> dict[str, str]:
        """Sign of the focal coefficient in every column; "0" means exactly zero."""
        return {name: sign_of(line.estimate) for name, line in self.lines.items()}

    @property
    def one_sign(self) -> bool:
        """Whether all columns have the same sign."""
        return len(set(self.signs.values())) == 1

    @property
    def label(self) -> str:
        """The focal term in words."""
        return self.regression.label or next(iter(self.lines.values())).label

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
            "missing": list(self.missing),
        }


@dataclass(frozen=True, slots=True, eq=False)
class Details:
    """Everything behind an `Evidence`.

    Parameters
    ----------
    readings : tuple of Reading
        One per part, the primary one first.
    also : tuple of Reading
        Secondary readings, in the order of the ledger.
    own : tuple of Own
        Tests of the design, one per part.
    ingredients : tuple of DataFrame
        Slopes of single ingredients, one table per part.
    results : mapping of str to object
        For designs without a panel regression: what was computed instead.
    """

    readings: tuple[Reading, ...] = ()
    also: tuple[Reading, ...] = ()
    own: tuple[Own, ...] = ()
    ingredients: tuple[pd.DataFrame, ...] = ()
    results: dict[str, Any] | None = None

    def to_dict(self) -> list[dict[str, Any]]:
        """Return the readings as plain types for JSON."""
        return [reading.to_dict() for reading in (*self.readings, *self.also)]


def _lists(mapping: dict[str, Any]) -> dict[str, Any]:
    return {key: [_list(item) for item in value] for key, value in mapping.items()}


def _list(item: object) -> object:
    return list(item) if isinstance(item, tuple) else item
