"""Who is exposed to an event, from which year, and to how much of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Self

import numpy as np
import pandas as pd

from analysis.data import Panel, Variable
from analysis.data.labels import entity_names, year_and_month
from analysis.errors import SpecificationError, UnknownNameError
from analysis.models.specification import Sample

__all__ = ["EventDesign", "Exposure", "with_treatment"]

_LATE = 7


@dataclass(frozen=True, slots=True)
class Exposure:
    """One entity that becomes exposed: from which year on and by how much.

    Attributes
    ----------
    entity : str
        Name of the entity; a number becomes text.
    year : int
        First year of exposure.
    dose : float
        Size of the exposure.

    Examples
    --------
    >>> Exposure(110000, 2018).entity
    '110000'
    """

    entity: str
    year: int
    dose: float = 1.0

    def __post_init__(self) -> None:
        # Codes and years read off a table are numbers of numpy; a panel holds codes as text.
        object.__setattr__(self, "entity", str(self.entity))
        if isinstance(self.year, Integral):
            object.__setattr__(self, "year", int(self.year))


@dataclass(frozen=True, slots=True)
class EventDesign:
    """An event that reaches entities in different years and, once there, stays.

    Attributes
    ----------
    name : str
        Short name; it becomes the name of the column added to a panel.
    exposures : tuple of Exposure
        One per row of the table. An entity may appear more than once: its first year counts for
        timing, and its doses add up from their own years on.
    excluded : tuple of str
        Entities that are neither treated nor controls, such as those of an earlier wave.
    dosed : bool
        Whether the doses were given; otherwise every exposed entity has a dose of one.
    rule : str
        How dates became years, in one sentence.
    notes : tuple of str
        What a reader should know about the table.

    Raises
    ------
    SpecificationError
        No exposure is left, or a year or dose is not a number.

    Examples
    --------
    >>> from analysis.models import Exposure
    >>> waves = (Exposure("B", 2018), Exposure("A", 2016), Exposure("A", 2019))
    >>> EventDesign("pilot", waves).starts
    {'A': 2016, 'B': 2018}
    """

    name: str
    exposures: tuple[Exposure, ...]
    excluded: tuple[str, ...] = ()
    dosed: bool = False
    rule: str = "Years are given as years of first exposure."
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        out = set(map(str, self.excluded))
        kept = tuple(sorted(
            (e for e in self.exposures if e.entity not in out), key=lambda e: (e.entity, e.year)
        ))  # fmt: skip
        if not kept:
            raise SpecificationError(
                f"Event '{self.name}' exposes no entity that is not excluded: name rows or "
                "exclude fewer entities."
            )
        for e in kept:
            if not isinstance(e.year, int) or not np.isfinite(e.dose):
                raise SpecificationError(
                    f"Event '{self.name}' has year {e.year!r} and dose {e.dose!r} for {e.entity}: "
                    "give a whole year and a finite dose."
                )
        object.__setattr__(self, "exposures", kept)
        object.__setattr__(self, "excluded", tuple(sorted(out)))

    @property
    def starts(self) -> dict[str, int]:
        """First year of exposure by entity."""
        latest_first = reversed(self.exposures)  # sorted by entity and year
        return dict(sorted({e.entity: e.year for e in latest_first}.items()))

    @property
    def treated(self) -> tuple[str, ...]:
        """Entities that are ever exposed."""
        return tuple(self.starts)

    def sample(self, base: Sample | None = None) -> Sample:
        """Return a sample that also leaves out the excluded entities."""
        base = base or Sample()
        names = dict.fromkeys((*base.exclude_entities, *self.excluded))
        return replace(base, exclude_entities=tuple(names))

    @classmethod
    def from_table(
        cls,
        table: pd.DataFrame,
        policy: str | Iterable[str] | None = None,
        *,
        name: str | None = None,
        entity: str = "entity",
        start: str = "start",
        dose: str | None = None,
        late_from: int = _LATE,
        exclude: Iterable[str] = (),
        exclude_policy: str | Iterable[str] = (),
    ) -> Self:
        """Read a design from a table with one row per entity and start.

        Dates become years by one rule: a start in month `late_from` or later counts from the next
        year, because the entity lived through less than half of that year with it. A start
        without a month counts from its own year; how many there are is noted.

        Parameters
        ----------
        table : DataFrame
            Columns `entity`, `start` (a year, a date, or either as text: "2016", "2016-04",
            "2016/4/21", "2016年4月"), a column ``policy`` where `policy` is given, and `dose`. A
            column ``confidence`` is summed up in the notes.
        policy : str or iterable of str, optional
            Rows to take; several policies become one event with several waves.
        name : str, optional
            By default the policies joined by "_".
        dose : str, optional
            Column with the size of each exposure.
        late_from : int
            Month from which a start counts for the next year; 13 switches the rule off.
        exclude, exclude_policy
            Entities, or policies whose entities, are neither treated nor controls.

        Raises
        ------
        UnknownNameError
            A column or a policy is not in the table.
        SpecificationError
            A start is not a date, or the month is out of range.
        """
        rows = _rows(table, policy, (entity, start, dose))
        if not 1 <= late_from <= 13:
            raise SpecificationError(
                f"late_from is {late_from}, not a month: give 1 to 12, or 13 for no rule."
            )
        dated = [_year(value, late_from) for value in rows[start]]
        doses = rows[dose].astype(float) if dose else [1.0] * len(rows)
        others = _rows(table, exclude_policy, (entity, start, None)) if exclude_policy else rows[:0]
        who, others = (
            entity_names(pd.Index(part[entity]), f"Column '{entity}' of the table of events")
            for part in (rows, others)
        )
        columns = zip(who, dated, doses, strict=True)
        unknown = sum(not known for _, known in dated)
        return cls(
            name=name or "_".join(_many(policy)) or "event",
            exposures=tuple(Exposure(code, year, float(much)) for code, (year, _), much in columns),
            excluded=(*map(str, exclude), *others),
            dosed=dose is not None,
            rule=_rule(late_from),
            notes=tuple(_remarks(rows, unknown)),
        )


def with_treatment(panel: Panel, design: EventDesign, column: str | None = None) -> Panel:
    """Add the dose in force in each year as a column: zero before, the sum of doses after.

    Without doses the column is zero before and one from the first year of exposure on. Its name is
    that of the design unless `column` gives another.

    Parameters
    ----------
    panel : Panel
        Any panel with the exposed entities.
    design : EventDesign
        Who is exposed and since when.
    column : str, optional
        Name of the new column; the name of the design if None.

    Returns
    -------
    Panel
        A new one with the column.

    Raises
    ------
    UnknownNameError
        The design names an entity that the panel does not have.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.data import load_policies
    >>> from analysis.models import EventDesign
    >>> panel = load("china")
    >>> design = EventDesign.from_table(load_policies(), "green_finance_pilot")
    >>> with_treatment(panel, design, "pilot")["pilot"].max().item()
    1.0
    """
    require_entities(design, panel)
    name = column or design.name
    index = panel.frame.index
    entity, year = index.get_level_values(0), index.get_level_values(1)
    values = np.zeros(len(index))
    for e in design.exposures:
        values += e.dose * ((entity == e.entity) & (year >= e.year))
    if not design.dosed:
        values = np.minimum(values, 1.0)
    what = "Sum of the doses in force" if design.dosed else "One from the first year of exposure on"
    described = Variable(
        name,
        f"Exposure to {design.name.replace('_', ' ')}",
        definition=f"{what}. {design.rule}",
        unit="dose" if design.dosed else "0 or 1",
        processing="derived",
        series=(name,),
    )
    return panel.with_columns(pd.DataFrame({name: values}, index=index), {name: described})


def require_entities(design: EventDesign, panel: Panel) -> None:
    """Refuse a design that names an entity the panel does not have."""
    known = set(panel.frame.index.unique(0))
    for name in (*design.treated, *design.excluded):
        if name not in known:
            raise UnknownNameError("entity", name, known, f"the panel, for event '{design.name}'")


def _rows(
    table: pd.DataFrame, policy: str | Iterable[str] | None, columns: Sequence[str | None]
) -> pd.DataFrame:
    names = _many(policy)
    for column in (*filter(None, columns), *(["policy"] if names else [])):
        if column not in table.columns:
            raise UnknownNameError("column", column, table.columns, "the table of events")
    for one in names:
        if one not in set(table["policy"]):
            raise UnknownNameError("policy", one, set(table["policy"]), "the table of events")
    return table[table["policy"].isin(names)] if names else table


def _many(value: str | Iterable[str] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def _year(value: object, late_from: int) -> tuple[int, bool]:
    """Return the first year of exposure and whether a month was known."""
    if (found := year_and_month(value)) is None:
        raise SpecificationError(
            f"Start '{value}' in the table of events is not a date: write 2016 or 2016-04, and "
            "give a spreadsheet's dates as text, not as its serial numbers."
        )
    year, month = found
    return year + (month is not None and month >= late_from), month is not None


def _rule(late_from: int) -> str:
    if late_from > 12:
        return "The year of the start is the first year of exposure, whatever its month."
    return (
        f"A start in month {late_from} or later counts from the next year; a start without a "
        "month from its own."
    )


def _remarks(rows: pd.DataFrame, unknown: int) -> Iterable[str]:
    if unknown > 0:
        yield f"{unknown} of {len(rows)} starts have no month, so their year is taken as it stands."
    if "confidence" in rows.columns:
        counts = rows["confidence"].value_counts()
        yield "Sources of the dates: " + "; ".join(f"{k} ({n})" for k, n in counts.items()) + "."
