"""What an event study is once estimated: a path, an average, cohorts and the rows behind them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from analysis.inference.coefficients import jsonable
from analysis.inference.events.data import EventData
from analysis.models import Dropped

__all__ = ["Cohort", "Effect", "EventStudy", "EventTime"]


@dataclass(frozen=True, slots=True)
class Effect:
    """An average effect: estimate, SE, and t, p and interval from t(G−1); `mde` at 80% power."""

    estimate: float
    se: float
    t: float
    p: float
    low: float
    high: float
    mde: float


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


@dataclass(frozen=True, slots=True, eq=False)
class EventStudy:
    """Result of `event_study`, complete enough to be printed alone.

    Attributes
    ----------
    estimator, control, base, aggregation : str
        What was asked for.
    level : float
        1 − coverage of intervals and bands.
    path : tuple of EventTime
        Ascending event time.
    overall : Effect
        Average effect on the exposed under `aggregation`.
    cohorts : tuple of Cohort
        Ascending start.
    critical, simultaneous : float
        Multipliers of the SE, pointwise and for all points at once.
    covariance : ndarray or None
        Of the points named in `covariance_times`; the imputation estimator gives none.
    data : EventData
        The rectangle behind the numbers, for permutation tests and pictures.
    notes : tuple of str
        Sentences that belong under the table.
    """

    estimator: str
    control: str
    base: str
    aggregation: str
    level: float
    path: tuple[EventTime, ...]
    overall: Effect
    cohorts: tuple[Cohort, ...]
    critical: float
    simultaneous: float
    covariance: np.ndarray | None = field(repr=False)
    covariance_times: tuple[int, ...]
    data: EventData = field(repr=False)
    container: Any = field(repr=False)
    notes: tuple[str, ...]

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
        share = f"{100 * (1 - self.level):g}%"
        kind = "sup-t" if self.covariance is not None else "Bonferroni, for want of a covariance"
        return (
            f"Errors clustered by {self.data.nouns[0]}, G = {self.dof + 1}; p and {share} "
            f"intervals from t(G−1); simultaneous band: {kind}, multiplier {self.simultaneous:.2f} "
            f"instead of {self.critical:.2f}."
        )

    def tidy(self) -> pd.DataFrame:
        """One row per event time, columns as in `EventTime`."""
        return pd.DataFrame([asdict(point) for point in self.path])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; what does not exist is None."""
        data = self.data
        return {
            "event": data.design.name,
            "outcome": data.outcome,
            **{k: getattr(self, k) for k in ("estimator", "control", "base", "aggregation")},
            "level": self.level,
            "overall": jsonable(asdict(self.overall)),
            "path": [jsonable(asdict(point)) for point in self.path],
            "cohorts": [
                jsonable({**asdict(c), "entities": list(c.entities)}) for c in self.cohorts
            ],
            "n_treated": data.n_treated,
            "n_control": data.n_control,
            "first_year": int(data.years[0]),
            "last_year": int(data.years[-1]),
            "simultaneous": self.simultaneous,
            "dropped": [asdict(d) for d in self.dropped],
            "grid_rows": data.grid_rows,
            "convention": self.convention,
            "notes": list(self.notes),
        }

    def _repr_html_(self) -> str:
        from analysis.inference.events.display import event_table  # it needs this class

        return event_table(self)
