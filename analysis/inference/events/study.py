"""What an event study is once estimated: a path, an average, cohorts and the rows behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from analysis.inference.cells import Grid, interval, plain_number
from analysis.inference.events.data import EventData
from analysis.inference.events.engines import ENGINES
from analysis.inference.result import Result, Row, plain, share
from analysis.models import Dropped

__all__ = ["Cohort", "EventStudy", "EventTime", "about"]


@dataclass(frozen=True, slots=True)
class EventTime:
    """One point of the path; `event_time` 0 is the first year of exposure.

    `low` and `high` hold for this point alone, `band_low` and `band_high` for all points at once.
    A reference point is zero by construction.
    """

    event_time: int
    estimate: float
    se: float
    low: float
    high: float
    band_low: float
    band_high: float
    cohorts: int
    reference: bool


@dataclass(frozen=True, slots=True)
class Cohort:
    """Entities first exposed in the same year, and their average effect (NaN if not estimated)."""

    start: int
    entities: tuple[str, ...]
    estimate: float
    se: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EventStudy(Result):
    """Result of `event_study`, complete enough to be printed alone.

    Attributes
    ----------
    estimator, control, base, aggregation : str
        What was asked for.
    path, cohorts : tuple of EventTime, tuple of Cohort
        Ascending event time, and ascending start.
    overall : Row
        Average effect on the exposed under `aggregation`.
    critical, simultaneous : float
        Multipliers of the SE, pointwise and for all points at once.
    covariance : ndarray or None
        Of the points named in `covariance_times`; the imputation estimator gives none.
    data : EventData
        The rectangle behind the numbers, for permutation tests and pictures.
    covariance_times, container : tuple of int, object
        Event times of `covariance`, and what the library behind the numbers returned.
    """

    estimator: str
    control: str
    base: str
    aggregation: str
    level: float
    path: tuple[EventTime, ...]
    overall: Row
    cohorts: tuple[Cohort, ...]
    critical: float
    simultaneous: float
    covariance: np.ndarray | None = field(repr=False)
    covariance_times: tuple[int, ...]
    data: EventData = field(repr=False)
    container: Any = field(repr=False)
    notes: tuple[str, ...]
    listed: ClassVar[tuple[str, ...]] = ("convention",)

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        """Rows of the panel that are not used, by reason."""
        return self.data.dropped

    @property
    def n_treated(self) -> int:
        """Entities exposed inside the sample."""
        return self.data.n_treated

    @property
    def n_control(self) -> int:
        """Entities that are not exposed inside the sample."""
        return self.data.n_control

    @property
    def dof(self) -> int:
        """Entities less one."""
        return len(self.data.starts) - 1

    @property
    def convention(self) -> str:
        """How errors were computed, for the foot of a table."""
        kind = "sup-t" if self.covariance is not None else "Bonferroni, for want of a covariance"
        return (
            f"Errors clustered by {self.data.nouns[0]}, G = {self.dof + 1}; p and "
            f"{share(self.level)} intervals from t(G−1); simultaneous band: {kind}, multiplier "
            f"{self.simultaneous:.2f} instead of {self.critical:.2f}."
        )

    def rows(self) -> tuple[EventTime, ...]:
        """Return the path."""
        return self.path

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; what does not exist is None."""
        return {**Result.to_dict(self), **about(self.data)}

    def grid(self) -> Grid:
        """Return the path: estimate, pointwise interval and simultaneous band."""
        unit = min((p.se for p in self.path if p.se > 0), default=None)
        rows = [
            (
                f"{point.event_time:+d}".replace("-", "−") if point.event_time else "0",
                plain_number(point.estimate, unit),
                "reference" if point.reference else interval(point.low, point.high, unit),
                "" if point.reference else interval(point.band_low, point.band_high, unit),
            )
            for point in self.path
        ]
        total = self.overall
        mean, ends = plain_number(total.estimate, unit), interval(total.low, total.high, unit)
        rows.append(("Average effect", mean, ends, f"detectable {plain_number(total.mde, unit)}"))
        words = f"{ENGINES[self.estimator].words}, {self.control.replace('_', '-')} controls."
        within = f"{share(self.level)} interval"
        heads = ("Years since exposure", "Effect", within, "Band over all years")
        notes = (words, self.convention, self.data.rows_note, *self.notes)
        return Grid.of(self.data.event, heads, rows, notes)


def about(data: EventData) -> dict[str, Any]:
    """Plain values on the rectangle behind a result."""
    return {
        "event": data.design.name, "outcome": data.outcome, "n_treated": data.n_treated,
        "n_control": data.n_control, "first_year": int(data.years[0]),
        "last_year": int(data.years[-1]), "dropped": plain(data.dropped),
        "grid_rows": data.grid_rows,
    }  # fmt: skip
