"""Combinations of raw series and transforms of one series, as small pure functions.

Combinations take frames whose columns are raw series; transforms take one series. All are indexed
(entity, year) on the full rectangular grid of a panel, so that a shift within an entity is a true
lag. A cell that cannot be computed is missing, never infinite.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

Shares = Callable[[pd.DataFrame, pd.DataFrame, pd.DataFrame], pd.Series]


def ratio(top: pd.DataFrame, minus: pd.DataFrame, bottom: pd.DataFrame) -> pd.Series:
    """Sum of ``top`` less sum of ``minus``, over the sum of ``bottom`` if it has columns.

    A missing part makes the cell missing; so does a denominator of zero or less.
    """
    value = _total(top) - _total(minus) if minus.shape[1] else _total(top)
    if bottom.shape[1] == 0:
        return value
    size = _total(bottom)
    return value / size.where(size > 0)


def share_diversity(top: pd.DataFrame, minus: pd.DataFrame, bottom: pd.DataFrame) -> pd.Series:
    """One minus the sum of squared shares of the columns of ``top`` (Simpson; one less Herfindahl).

    Zero if all comes from one source, ``1 - 1/k`` if k sources give the same.
    """
    total = _total(top)
    shares = top.div(total.where(total > 0), axis=0)
    return 1.0 - (shares**2).sum(axis=1, skipna=False)


def location_quotient(top: pd.DataFrame, minus: pd.DataFrame, bottom: pd.DataFrame) -> pd.Series:
    """Share of the entity in the year's total of ``top`` over its share in that of ``bottom``.

    Totals run over the entities for which both are observed in the year.
    """
    value, size = _total(top), _total(bottom)
    both = value.notna() & (size > 0)
    value, size = value.where(both), size.where(both)
    by_year = value.index.get_level_values("year")
    national = value.groupby(by_year).transform("sum") / size.groupby(by_year).transform("sum")
    return (value / size) / national.where(national > 0)


def _total(frame: pd.DataFrame) -> pd.Series:
    return pd.Series(frame.to_numpy(dtype=float).sum(axis=1), index=frame.index)


COMBINATIONS: Mapping[str, Shares] = {
    "ratio": ratio,
    "share_diversity": share_diversity,
    "location_quotient": location_quotient,
}


def log(x: pd.Series) -> pd.Series:
    """Natural logarithm; missing where ``x`` is not above zero."""
    return np.log(x.where(x > 0))


def log1p(x: pd.Series) -> pd.Series:
    """Natural logarithm of one plus ``x``; missing where ``x`` is negative."""
    return np.log1p(x.where(x >= 0))


def growth(x: pd.Series) -> pd.Series:
    """Log difference to the year before, within the entity."""
    return log(x).groupby(level="entity").diff()


def growth_of_total(x: pd.Series) -> pd.Series:
    """Log difference of the total over entities, the same for every entity of a year.

    Each difference runs over the entities observed in both years, so that one that enters or
    leaves is no growth.
    """
    before = x.groupby(level="entity").shift()
    both = x.notna() & before.notna()
    years = x.index.get_level_values("year")
    now, then = (v.where(both).groupby(years).transform("sum", min_count=1) for v in (x, before))
    return log(now) - log(then)


def calendar(x: pd.Series) -> pd.Series:
    """Calendar year of every observed cell, the same for every entity of a year."""
    years = pd.Series(x.index.get_level_values("year").to_numpy(dtype=float), index=x.index)
    return years.where(x.notna())


def rolling_sd(x: pd.Series, years: float) -> pd.Series:
    """Sample standard deviation of the last ``years`` values; missing unless all are observed."""
    size = int(years)
    windows = x.groupby(level="entity").rolling(size, min_periods=size)
    return windows.std(ddof=1).droplevel(0).reindex(x.index)


@dataclass(frozen=True, slots=True)
class Transform:
    """A transform of one series: how it is computed, written and where it is defined.

    ``apply`` takes the series, and a number if ``numbered``; ``text`` takes the formula of the
    series and the number; a cell outside ``domain`` becomes missing and is counted.
    """

    apply: Callable[..., pd.Series]
    text: str
    domain: Callable[[pd.Series], pd.Series] | None = None
    numbered: bool = False


TRANSFORMS: Mapping[str, Transform] = {
    "log": Transform(log, "log({0})", lambda x: x > 0),
    "log1p": Transform(log1p, "log(1 + {0})", lambda x: x >= 0),
    "growth": Transform(growth, "dlog({0})", lambda x: x > 0),
    "growth_of_total": Transform(growth_of_total, "dlog(total of {0})"),
    "calendar": Transform(calendar, "year of {0}"),
    "rolling_sd": Transform(rolling_sd, "sd{1:g}({0})", numbered=True),
    "negative": Transform(lambda x: -x, "-{0}"),
    "complement": Transform(lambda x: 1.0 - x, "1 - {0}"),
    "absolute": Transform(lambda x: x.abs(), "|{0}|"),
    "subtract": Transform(lambda x, number: x - number, "{0} - {1:g}", numbered=True),
}
