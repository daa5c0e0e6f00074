"""From a panel and a design to a rectangle of outcomes with a start for every entity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data import Panel
from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.coefficients import label_of
from analysis.models import Dropped, Sample
from analysis.models.rows import require_grid
from analysis.models.treatment import EventDesign, require_entities

__all__ = ["CONTROLS", "FEW", "NEVER", "EventData", "event_data"]

NEVER = int(np.iinfo(np.int32).min)  # no year of any calendar, 0 among them
"""Start of an entity that is not exposed inside the sample."""
FEW = 10
"""Fewer treated entities than this, and the permutation test is the headline."""
CONTROLS = ("not_yet_treated", "never_treated")


@dataclass(frozen=True, slots=True, eq=False)
class EventData:
    """Balanced outcomes around an event.

    Attributes
    ----------
    design, outcome, label : EventDesign, str, str
        Who is exposed and when; name and label of the outcome.
    y : ndarray, shape (N, T)
        Outcome, no cell missing.
    starts : ndarray of int, shape (N,)
        First year of exposure, `NEVER` where it lies outside the sample or does not exist.
    entities, regions : tuple of str, length N
        Names of the rows of `y`, and region of each, "" where the panel has none.
    years : ndarray of int, shape (T,)
        Consecutive years.
    nouns, dropped, grid_rows, notes
        As in every result.
    """

    design: EventDesign
    outcome: str
    label: str
    nouns: tuple[str, str]
    y: np.ndarray
    starts: np.ndarray
    entities: tuple[str, ...]
    years: np.ndarray
    regions: tuple[str, ...]
    dropped: tuple[Dropped, ...]
    grid_rows: int
    notes: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Entities and years."""
        return self.y.shape

    @property
    def event(self) -> str:
        """Outcome and event, for captions."""
        return f"{self.label} around {self.design.name.replace('_', ' ')}"

    @property
    def rows_note(self) -> str:
        """How many entities stand on each side and what was left out."""
        lost = sum(d.rows for d in self.dropped)
        text = (
            f"{self.n_treated} exposed and {self.n_control} unexposed {self.nouns[1]}, "
            f"{self.years[0]}–{self.years[-1]}. Left out {lost:,} of {self.grid_rows:,} rows"
        )
        return text + (f" ({'; '.join(map(str, self.dropped))})." if self.dropped else ".")

    @property
    def n_treated(self) -> int:
        """Entities exposed inside the sample."""
        return int((self.starts != NEVER).sum())

    @property
    def n_control(self) -> int:
        """Entities that are not exposed inside the sample."""
        return len(self.starts) - self.n_treated

    @property
    def cohorts(self) -> dict[int, int]:
        """Number of entities by first year of exposure."""
        years, counts = np.unique(self.starts[self.starts != NEVER], return_counts=True)
        return dict(zip(map(int, years), map(int, counts), strict=True))

    @property
    def few(self) -> bool:
        """Whether so few are treated that asymptotic errors cannot be trusted."""
        return self.n_treated < FEW

    @property
    def origin(self) -> int:
        """Years added in `long`, so that all are above zero, where diff-diff reads "never"."""
        return max(0, 1 - int(self.years[0]))

    def long(self) -> pd.DataFrame:
        """One row per entity and year: unit, year, start (0 for never), y; years from `origin`."""
        n, t = self.y.shape
        starts = np.where(self.starts == NEVER, 0, self.starts + self.origin)
        unit, year = np.repeat(np.arange(n), t), np.tile(self.years + self.origin, n)
        start = np.repeat(starts, t)
        return pd.DataFrame({"unit": unit, "year": year, "start": start, "y": self.y.ravel()})


def event_data(
    design: EventDesign, outcome: str, panel: Panel, sample: Sample | None = None
) -> EventData:
    """Select the rows of an event study and count what is left out.

    Cohort comparisons need every entity in every year. Years at either end in which no entity has a
    figure are left out; then entities with a hole are. Entities exposed in or before the first year
    have no year to be compared with and are left out as well. `sample` gives first and last year
    and excluded entities; the design's own exclusions are added.

    Raises
    ------
    UnknownNameError
        The outcome or an entity is not in the panel.
    SpecificationError
        No treated entity or no control is left, the outcome is infinite, does not vary or has no
        figure at all in a year inside the sample, or single years are to be excluded.
    """
    require_grid(panel.frame)
    require_entities(design, panel)
    sample = design.sample(sample)
    _check_sample(sample, panel)
    index = panel.frame.index  # a full grid, so that reshaping is safe
    entities, calendar = index.unique(0), index.unique(1)
    values = panel[outcome].to_numpy(dtype=float).reshape(len(entities), len(calendar))
    wide = pd.DataFrame(values, index=entities, columns=calendar)
    starts = pd.Series(design.starts).reindex(wide.index).fillna(NEVER).astype(int)
    dropped, notes = [], []
    kept = _years(wide, outcome, sample, dropped)
    left = np.ones(len(kept), dtype=bool)
    for reason, bad in _reasons(kept, starts, sample, design, outcome).items():
        if (now := left & bad).any():
            names = ", ".join(map(str, kept.index[now]))
            dropped.append(Dropped(f"{reason} ({names})", int(now.sum()) * kept.shape[1]))
            left &= ~bad
    kept, starts = kept[left], starts[left]
    late = starts > kept.columns[-1]
    if late.any():
        names = ", ".join(map(str, starts.index[late]))
        notes.append(f"Exposed after {kept.columns[-1]} and so controls here: {names}.")
    starts = starts.where(~late, NEVER)
    _require(design, outcome, kept, starts, dropped)
    return EventData(
        design=design, outcome=outcome, label=label_of(panel, outcome),
        nouns=(panel.roles.entity, panel.roles.entities), y=kept.to_numpy(),
        starts=starts.to_numpy(), entities=tuple(map(str, kept.index)),
        years=kept.columns.to_numpy(dtype=int), regions=_regions(panel, kept.index),
        dropped=tuple(dropped), grid_rows=wide.size, notes=(design.rule, *design.notes, *notes),
    )  # fmt: skip


def _check_sample(sample: Sample, panel: Panel) -> None:
    if sample.exclude_years:
        raise SpecificationError(
            f"Year {sample.exclude_years[0]} cannot be left out of an event study, which compares "
            "consecutive years: choose a first or last year instead."
        )
    known = [str(e) for e in panel.frame.index.unique(0)]
    for name in sample.exclude_entities:
        if name not in known:
            raise UnknownNameError("entity", name, known, "the panel")


def _years(
    wide: pd.DataFrame, outcome: str, sample: Sample, dropped: list[Dropped]
) -> pd.DataFrame:
    """Keep the sample's years, less those at either end without any figure."""
    first = wide.columns[0] if sample.first_year is None else sample.first_year
    last = wide.columns[-1] if sample.last_year is None else sample.last_year
    inside = wide.loc[:, (wide.columns >= first) & (wide.columns <= last)]
    if outside := wide.size - inside.size:
        dropped.append(Dropped(f"outside {first} to {last}", outside))
    filled = inside.notna().any()
    if not filled.any():
        raise SpecificationError(
            f"Outcome '{outcome}' has no figure from {first} to {last}: choose other years."
        )
    years = filled.index[filled]
    kept = inside.loc[:, years[0] : years[-1]]
    if (holes := filled.loc[years[0] : years[-1]]).all():
        if edge := inside.size - kept.size:
            empty = ", ".join(str(y) for y in filled.index if not years[0] <= y <= years[-1])
            dropped.append(Dropped(f"{outcome} missing for every entity ({empty})", edge))
        return kept
    hole = int(holes.index[~holes][0])
    raise SpecificationError(
        f"Outcome '{outcome}' has no figure in {hole} for any entity, and an event study needs "
        f"consecutive years: end the sample in {hole - 1} or start it in {hole + 1}."
    )


def _reasons(
    kept: pd.DataFrame, starts: pd.Series, sample: Sample, design: EventDesign, outcome: str
) -> dict[str, np.ndarray]:
    """Reasons with the entities they fall on; an entity counts at the first of them."""
    first, start = int(kept.columns[0]), starts.to_numpy()
    return {
        f"excluded by event {design.name}": kept.index.isin(design.excluded),
        "excluded by the sample": kept.index.isin(sample.exclude_entities),
        f"exposed in or before {first}, the first year": (start != NEVER) & (start <= first),
        f"{outcome} missing in some year": kept.isna().any(axis=1).to_numpy(),
    }


def _require(
    design: EventDesign, outcome: str, kept: pd.DataFrame, starts: pd.Series, dropped: list[Dropped]
) -> None:
    treated = int((starts != NEVER).sum())
    lost = "; ".join(map(str, dropped)) or "nothing was left out"
    if treated == 0:
        raise SpecificationError(
            f"No entity is exposed to '{design.name}' from {kept.columns[0]} to {kept.columns[-1]} "
            f"with a year before it ({lost}): choose other years or another event."
        )
    if treated == len(starts) and len(set(starts)) == 1:
        raise SpecificationError(
            f"Every entity left is exposed to '{design.name}' in {starts.iloc[0]} ({lost}), so "
            "nothing can serve as control: add entities or choose another event."
        )
    values = kept.to_numpy()
    if not np.isfinite(values).all():
        row, column = np.argwhere(~np.isfinite(values))[0]
        raise SpecificationError(
            f"'{outcome}' is infinite for {kept.index[row]} in {kept.columns[column]}: a division "
            "by zero or the log of zero must become a missing value."
        )
    moves = values - values.mean(axis=1, keepdims=True)
    if np.ptp(moves - moves.mean(axis=0)) <= 1e-12 * max(1.0, np.abs(values).max()):
        raise SpecificationError(
            f"Outcome '{outcome}' does not vary beyond entity and year effects: choose another."
        )


def _regions(panel: Panel, entities: pd.Index) -> tuple[str, ...]:
    if "region" not in panel.entities.columns:
        return ("",) * len(entities)
    return tuple(map(str, panel.entities["region"].reindex(entities)))
