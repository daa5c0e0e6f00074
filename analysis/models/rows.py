"""Which rows of a panel enter a regression, and how many were left out for which reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data import Panel
from analysis.errors import DataError, SpecificationError, UnknownNameError, require_type
from analysis.models.effects import EFFECTS
from analysis.models.singletons import few as few
from analysis.models.singletons import singletons
from analysis.models.specification import Specification

__all__ = ["Dropped", "Rows", "estimation_rows", "usable"]


@dataclass(frozen=True, slots=True)
class Dropped:
    """Rows left out for one reason; a row counts at the first reason that applies to it.

    Attributes
    ----------
    reason : str
        Why, in words.
    rows : int
        How many.
    """

    reason: str
    rows: int

    def __str__(self) -> str:
        return f"{self.reason}: {self.rows}"


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The estimation sample in levels, before effects are absorbed.

    Attributes
    ----------
    frame : DataFrame
        Index (entity, year), sorted. Column "" is the outcome, then one column per term of the
        specification: lagged, and products centred on exactly these rows.
    initial : DataFrame
        Same index; the first observed value per entity of each `initial` variable.
    region : Series
        Region of each row; may be missing where no effect or cluster needs it.
    grid_rows : int
        Rows of the panel: `len(frame)` plus all dropped rows.
    dropped : tuple of Dropped
        In the order in which rows were tested.
    notes : tuple of str
        What a reader should know about these rows.
    """

    frame: pd.DataFrame
    initial: pd.DataFrame
    region: pd.Series
    grid_rows: int
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...]


def estimation_rows(
    spec: Specification, panel: Panel, effects: Iterable[str] | None = None
) -> Rows:
    """Return the rows that count: selected, lagged and centred.

    Parameters
    ----------
    spec : Specification
        What to estimate.
    panel : Panel
        The full rectangular grid of entities and years, missing cells as NaN.
    effects : iterable of str, optional
        Columns that are to share these rows; a row that is a singleton in any of them is left
        out of all. By default only the specification's own effects.

    Raises
    ------
    UnknownNameError
        A variable, an excluded entity or an excluded year is not in the panel.
    DataError
        The panel is not a sorted rectangular grid without gaps in its years.
    SpecificationError
        No row is left, or a value is infinite.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification
    >>> spec = Specification("patents_granted_invention", ["rd_fte"], lag=2)
    >>> rows = estimation_rows(spec, load("china"))
    >>> len(rows.frame) + sum(one.rows for one in rows.dropped) == rows.grid_rows
    True
    """
    require_type(spec, Specification, "write Specification('outcome', ['regressor'])")
    require_type(panel, Panel, "load one, or make a Panel of the DataFrame")
    require_grid(panel.frame)
    _require_names(spec, panel)
    values = _lagged(spec, panel.frame)
    initial = _initial(spec, panel.frame)
    alive = np.ones(len(values), dtype=bool)
    dropped = []
    for reason, bad in _reasons(spec, panel.frame.index, values, initial):
        if count := int((alive & bad).sum()):
            dropped.append(Dropped(reason, count))
            alive &= ~bad
    _require_entities(spec, values.index, alive, dropped)
    _require_finite(spec, values[alive], initial[alive])
    effects = tuple(effects or (spec.effects,))
    region = _regions(spec, panel, effects, alive)
    for reason, bad in singletons(effects, region, alive):
        dropped.append(Dropped(reason, int(bad.sum())))
        alive &= ~bad
    _require_entities(spec, values.index, alive, dropped)
    frame = _with_products(spec, values[alive])
    notes = tuple(_late_initials(spec, panel.frame, alive))
    return Rows(frame, initial[alive], region[alive], len(values), tuple(dropped), notes)


def usable(spec: Specification, panel: Panel) -> np.ndarray:
    """Mark the cells of the grid, (n,), that `estimation_rows` may use, without saying why.

    Rows that are alone in an effect are marked all the same.
    """
    frame, sample = panel.frame, spec.sample
    width = years_each(frame.index)
    lags = {spec.outcome: 0, **{name: spec.lag_of(name) for name in spec.slopes}}
    seen = [shift(numbers(frame, name), lag, width) for name, lag in lags.items()]
    kept = np.isfinite(seen).all(axis=0)
    for name in spec.initial:
        observed = np.isfinite(numbers(frame, name)).reshape(-1, width).any(axis=1)
        kept &= np.repeat(observed, width)
    codes, levels = frame.index.codes, frame.index.levels
    years = levels[1].to_numpy(dtype=int)[codes[1]]
    kept &= (years >= (sample.first_year or years.min())) & (
        years <= (sample.last_year or years.max())
    )
    out = levels[0].isin(sample.exclude_entities)[codes[0]]
    return kept & ~out & ~np.isin(years, sample.exclude_years)


def require_grid(frame: pd.DataFrame) -> None:
    """Refuse a panel on which a shift by one row would not be a lag by one year."""
    index = frame.index
    ok = isinstance(index, pd.MultiIndex) and index.nlevels == 2 and len(index) > 0
    if ok:
        width = years_each(index)
        ok = len(index) % width == 0
    if ok:  # by codes: building the full grid to compare takes longer than a regression
        entity = np.reshape(index.codes[0], (-1, width))
        years = index.levels[1].to_numpy(dtype=int)[index.codes[1]].reshape(-1, width)
        ok = bool((entity == entity[:, :1]).all() and len(set(entity[:, 0])) == len(entity))
        ok = ok and bool((np.diff(years) == 1).all() and (years == years[0]).all())
    if not ok:
        raise DataError(
            "The panel must hold every entity in every year, sorted and without a gap in the "
            "years, or lags would not be lags: reindex it on the full grid."
        )


def years_each(index: pd.MultiIndex) -> int:
    """Rows of the first entity: on a grid, the years of every entity."""
    entity = index.codes[0]
    return int((entity == entity[0]).argmin()) or len(entity)


def shift(values: np.ndarray, years: int, width: int) -> np.ndarray:
    """Values of a grid so many years before (after, where negative), inside each entity, (n,)."""
    table, years = values.reshape(-1, width), max(-width, min(width, years))
    out, start, end = np.full_like(table, np.nan), max(years, 0), width + min(years, 0)
    out[:, start:end] = table[:, start - years : end - years]
    return out.ravel()


def _require_names(spec: Specification, panel: Panel) -> None:
    def check(kind: str, names: Sequence[object], known: Iterable[object]) -> None:
        known = [str(k) for k in known] if names else []
        for name in names:
            if str(name) not in known:
                raise UnknownNameError(kind, str(name), known, "the panel")

    check("variable", spec.variables, panel.frame.columns)
    check("entity", spec.sample.exclude_entities, panel.frame.index.unique(0))
    check("year", spec.sample.exclude_years, panel.frame.index.unique(1))


def _lagged(spec: Specification, frame: pd.DataFrame) -> pd.DataFrame:
    """Outcome in column "", then slopes, each shifted inside its own entity."""
    columns, width = {"": numbers(frame, spec.outcome)}, years_each(frame.index)
    for name in spec.slopes:
        columns[name] = shift(numbers(frame, name), spec.lag_of(name), width)
    return pd.DataFrame(columns, frame.index)


def numbers(frame: pd.DataFrame, name: str) -> np.ndarray:
    """Return a column as floats, (n,); refuse text, naming the first cell that is no number."""
    try:
        if frame[name].dtype.kind in "Mmc":  # NumPy would count nanoseconds, or cut a part off
            raise TypeError
        return frame[name].to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError):
        known = pd.to_numeric(frame[name], errors="coerce")
        row = int((frame[name].notna() & known.isna()).to_numpy().argmax())
        at = frame.index[row]
        where = f"for {at[0]} in {at[1]}" if isinstance(at, tuple) else f"in row {row}"
        raise DataError(
            f"'{name}' holds '{frame[name].iloc[row]}' {where}, which is not a number: write a "
            "plain number there, or make it a missing value."
        ) from None


def _initial(spec: Specification, frame: pd.DataFrame) -> pd.DataFrame:
    columns, width = {}, years_each(frame.index)
    for name in spec.initial:
        table = numbers(frame, name).reshape(-1, width)
        first = table[np.arange(len(table)), (~np.isnan(table)).argmax(axis=1)]
        columns[name] = np.repeat(first, width)
    return pd.DataFrame(columns, frame.index)


def _reasons(
    spec: Specification, index: pd.MultiIndex, values: pd.DataFrame, initial: pd.DataFrame
) -> Iterator[tuple[str, np.ndarray]]:
    years, sample = index.get_level_values(1).to_numpy(dtype=int), spec.sample
    first = years.min() if sample.first_year is None else sample.first_year
    last = years.max() if sample.last_year is None else sample.last_year
    yield f"outside {first} to {last}", (years < first) | (years > last)
    for year in sample.exclude_years:
        yield f"excluded year {year}", years == year
    for entity in sample.exclude_entities:
        yield f"excluded entity {entity}", index.get_level_values(0) == entity
    yield f"outcome {spec.outcome} missing", values[""].isna().to_numpy()
    for name in spec.slopes:
        role = "regressor" if name in spec.regressors else "control"
        yield f"{role} {name} missing{_when(spec.lag_of(name))}", values[name].isna().to_numpy()
    for name in spec.initial:
        yield f"no first value of {name}", initial[name].isna().to_numpy()


def _when(lag: int) -> str:
    years = f"{abs(lag)} year{'s' if abs(lag) > 1 else ''}"
    return f" {years} {'before' if lag > 0 else 'after'}" if lag else ""


def _require_entities(
    spec: Specification, index: pd.MultiIndex, alive: np.ndarray, dropped: list[Dropped]
) -> None:
    left = index[alive].unique(0)
    if len(left) > 1:
        return
    found = f"Only {left[0]} has" if len(left) else "No entity has"
    worst = max(dropped, key=lambda d: d.rows, default=Dropped("one entity in the panel", 0))
    raise SpecificationError(
        f"{found} rows to explain '{spec.outcome}', and a panel regression needs two entities: "
        f'{worst.rows} of {len(index)} rows fell to "{worst.reason}", so widen the sample or '
        "leave that variable out."
    )


def _require_finite(spec: Specification, values: pd.DataFrame, initial: pd.DataFrame) -> None:
    for block in (values, initial):
        for name, column in block.items():
            if (bad := np.isinf(column.to_numpy())).any():
                entity, year = column.index[bad][0]
                year -= 0 if name == "" or block is initial else spec.lag_of(name)
                raise SpecificationError(
                    f"'{name or spec.outcome}' is infinite for {entity} in {year}: a division "
                    "by zero or the log of zero must become a missing value."
                )


def _regions(
    spec: Specification, panel: Panel, effects: tuple[str, ...], alive: np.ndarray
) -> pd.Series:
    """Region of each row where something needs it; a panel of countries may have none."""
    if spec.cluster != "region" and not any("region_year" in EFFECTS[e].absorbs for e in effects):
        return pd.Series(None, index=panel.frame.index, dtype=object)
    region = panel.region
    if (missing := region[alive].isna()).any():
        entity = missing.index[missing][0][0]
        raise SpecificationError(
            f"{entity} has no region, which this specification needs: give it one or add it to "
            "the sample's exclude_entities."
        )
    return region


def _with_products(spec: Specification, values: pd.DataFrame) -> pd.DataFrame:
    columns = dict(zip(values.columns, values.to_numpy().T, strict=True))
    for a, b in spec.interactions:
        one, two = columns[a], columns[b]
        columns[f"{a}:{b}"] = (one - one.mean()) * (two - two.mean())
    return pd.DataFrame({name: columns[name] for name in ("", *spec.terms)}, values.index)


def _late_initials(spec: Specification, frame: pd.DataFrame, alive: np.ndarray) -> Iterator[str]:
    """Say where an initial value is not older than the rows it is to explain."""
    used = alive.reshape(-1, years_each(frame.index))
    for name in spec.initial:
        seen = ~np.isnan(numbers(frame, name).reshape(used.shape))
        if late := int((used.any(axis=1) & (seen.argmax(axis=1) > used.argmax(axis=1))).sum()):
            yield (
                f"The first observed {name} is later than the first row used for {late} "
                f"{'entity' if late == 1 else 'entities'}, so it is not predetermined there."
            )
