"""What an entity's own movement says where two moving series meet in one regressor.

With entity and year effects the product of two series x and z is not what moves inside an entity.
Write x = x̄ᵢ + x̃ for the entity's mean and its movement; then

    x z = x̄ᵢ z̄ᵢ + x̄ᵢ z̃ + x̃ z̄ᵢ + x̃ z̃,

and entity effects take out the first part alone. x̄ᵢ z̃ holds (mean of the entity) × (national path):
fixed numbers times a trend, which correlate with any outcome that drifts apart, whatever the
entities did. The slope that a claim on interplay is about is that of x̃ z̃ (Giesselmann and
Schmidt-Catran 2022, Sociological Methods & Research 51(3), 1100-1127; Balli and Sorensen 2013,
Empirical Economics 45(1), 583-603). x̄ᵢ z̃ and x̃ z̄ᵢ stand beside it with slopes of their own, so that
it is right as well where the whole product is at work.

Minima, coordination degrees and regimes are products in disguise: a function f(x, z) that bends.
There the value that f would have had, had every entity kept its mean and followed the national
path, is held fixed. It plays the part of the expected regressor of Borusyak and Hull (2023,
Econometrica 91(6), 2155-2185): what is left of f is due to the entity's own movement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.claims.designs import derived
from analysis.claims.designs.derived import Regression
from analysis.data import Panel
from analysis.measures import Declarations
from analysis.measures.coupling import COMPOSITES, LINEAR
from analysis.measures.weights import EPS
from analysis.models import estimation_rows
from analysis.models.design import build_design
from analysis.models.rows import numbers, shift, usable, years_each

__all__ = [
    "at_mean_and_path", "is_common", "mean_and_path", "recipe", "with_expected",
    "with_expected_regime", "within_product",
]  # fmt: skip


def within_product(base: Regression) -> Regression:
    """Replace the product in the focal term by that of movements inside the entity.

    A product of two gets beside it the products of one mean and one movement; the declared pair
    leaves the interactions. A product of three gets the products of two movements instead of the
    declared pairs. A regressor that is the same for all entities has no mean of its own.

    Parameters
    ----------
    base : Regression
        Its focal term "a:b" stands among the interactions of its specification, or "a:b:c" has
        all pairs there.

    Returns
    -------
    Regression
        Its focal term is a column; means are over the rows of `base`.

    """
    spec, names = base.spec, base.focal.split(":")
    lags = {name: spec.lag_of(name) for name in names}
    date = min(lags.values())
    seen = usable(spec, base.panel)
    common = [name for name in lags if is_common(base.panel, name)]
    parts = {
        name: _mean_and_movement(base.panel, name, lags[name], date, seen, name in common)
        for name in lags
    }
    columns = {
        name: reduce(np.multiply, [parts[n][0] for n in means] + [parts[n][1] for n in moving])
        for name, (means, moving) in recipe(names, common).items()
    }
    gone = {frozenset(pair) for pair in combinations(names, 2)}
    panel = base.panel
    for name, values in columns.items():
        series = pd.Series(values.ravel(), panel.frame.index)
        panel = derived.add_column(panel, name, series, names, name)
    return replace(
        base,
        panel=panel,
        spec=replace(
            spec,
            regressors=(*spec.regressors, *columns),
            interactions=tuple(pair for pair in spec.interactions if frozenset(pair) not in gone),
            lags={**dict(spec.lags), **dict.fromkeys(columns, date)},
        ),
        focal=next(iter(columns)),
        label=" × ".join(panel.describe(name).label_en for name in names),
    )


def _table(panel: Panel, name: str, lag: int = 0) -> np.ndarray:
    """Return a column as entities by years, so many years before."""
    width = years_each(panel.frame.index)
    return shift(numbers(panel.frame, name), lag, width).reshape(-1, width)


def _means(panel: Panel, name: str, lag: int, seen: np.ndarray) -> np.ndarray:
    """Mean of each entity over the cells that rows use, shape (N, 1); NaN without a row."""
    values = _table(panel, name, lag)
    used = seen.reshape(values.shape)
    rows = used.sum(axis=1, keepdims=True)
    total = np.where(used, values, 0.0).sum(axis=1, keepdims=True)
    return np.divide(total, rows, out=np.full(rows.shape, np.nan), where=rows > 0)


def _mean_and_movement(
    panel: Panel, name: str, lag: int, date: int, seen: np.ndarray, common: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Entity means, from the mean of these, and what is left, `date` years early."""
    mean = _means(panel, name, lag, seen)
    if common:  # its years differ between entities only where rows are missing
        mean[:] = np.nanmean(mean)
    return mean - np.nanmean(mean), _table(panel, name, lag - date) - mean


def is_common(panel: Panel, name: str) -> bool:
    """Whether a column is the same for all entities, so that year effects hold it."""
    values = _table(panel, name)
    seen = np.isfinite(values)
    high = np.where(seen, values, -np.inf).max(axis=0)
    low = np.where(seen, values, np.inf).min(axis=0)
    return bool((high <= low).all())


def recipe(
    names: Sequence[str], common: Sequence[str] = ()
) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Say of which means and which movements the columns of a product are made; the first leads.

    Parameters
    ----------
    names : sequence of str
        Factors; two of the same name make a square.
    common : sequence of str
        Those that are the same for all entities and have no mean of their own.

    Examples
    --------
    >>> recipe(["x", "z"])["mean x × z"]
    (('x',), ('z',))
    >>> list(recipe(["x", "x"]))
    ['x × x within', 'mean x × x']
    """
    columns = {" × ".join(names) + " within": ((), tuple(names))}
    if len(names) > 2:
        return columns | {f"{a} × {b} within": ((), (a, b)) for a, b in combinations(names, 2)}
    pairs = dict.fromkeys([tuple(names), tuple(names[::-1])])
    return columns | {f"mean {a} × {b}": ((a,), (b,)) for a, b in pairs if a not in common}


def with_expected(base: Regression, measures: Declarations) -> Regression:
    """Hold fixed what composites would be, had entities kept their mean and the national path.

    Parameters
    ----------
    base : Regression
        With or without composites (`analysis.measures.coupling.COMPOSITES`) among its regressors.
    measures : Declarations
        Say of which systems a composite is made, and in which form.

    Returns
    -------
    Regression
        With one control more for every composite that bends at means and paths; a mean does not,
        nor does a minimum that is always of the same system: entity and year effects hold them.
    """
    spec, found = base.spec, base
    bent = [n for n in spec.regressors if n in measures.composites]
    bent = [n for n in bent if measures.composites[n].form not in LINEAR]
    seen = usable(spec, base.panel) if bent else np.empty(0)
    for name in bent:
        declared, lag = measures.composites[name], spec.lag_of(name)
        levels = [mean_and_path(base.panel, s, lag, seen) for s in declared.systems]
        found = _beside(found, name, _composed(declared.form, levels), (name,), lag)
    return found


def _beside(
    base: Regression, name: str, values: pd.Series, parents: Sequence[str], lag: int
) -> Regression:
    """Hold a term's value at means and paths fixed, unless entity and year effects hold it."""
    column = f"{name} at mean and path"
    panel = derived.add_column(base.panel, column, values, parents, column)
    spec = base.spec
    lags = spec.lags if lag == spec.lag else {**dict(spec.lags), column: lag}
    spec = replace(spec, regressors=(*spec.regressors, column), lags=lags)
    rows = estimation_rows(spec, panel)
    left = build_design(spec, panel, rows).within_sd[1 + spec.terms.index(column)]
    return replace(base, panel=panel, spec=spec) if left > 0 else base


def mean_and_path(panel: Panel, name: str, lag: int, seen: np.ndarray) -> pd.Series:
    """Return entity mean plus national path of a series: what it would be without own movement.

    Parameters
    ----------
    panel, name
        Panel and column.
    lag : int
        Years by which the column precedes the rows; means are over the cells that they use.
    seen : ndarray of bool
        Cells of the grid that are rows (`analysis.models.rows.usable`).

    Returns
    -------
    Series
        On the index of the panel, in units of the column; missing where no entity is observed.
    """
    mean = _means(panel, name, lag, seen)
    moved = _table(panel, name) - mean
    known = np.isfinite(moved)
    entities = known.sum(axis=0)
    path = np.where(known, moved, 0.0).sum(axis=0)
    path = np.divide(path, entities, out=np.full(len(path), np.nan), where=entities > 0)
    return pd.Series((mean + path).ravel(), panel.frame.index)


def with_expected_regime(base: Regression, of: str, by: str, gamma: float) -> Regression:
    """Hold fixed a slope above a threshold, at the mean and the national path of both series.

    Parameters
    ----------
    base : Regression
        With the regime's own column among its regressors.
    of, by : str
        Regressor, and series whose level decides, both dated by the specification.
    gamma : float
        The threshold, in units of `by`.
    """
    spec = base.spec
    seen = usable(spec, base.panel)
    values = mean_and_path(base.panel, of, spec.lag_of(of), seen)
    level = mean_and_path(base.panel, by, spec.lag_of(by), seen)
    return _beside(base, base.focal, values * (level > gamma), (of, by), spec.lag)


def at_mean_and_path(declared: Regression, judged: Regression) -> Regression:
    """Split the declared focal term: what it is at means and paths, which leads, and the rest.

    Parameters
    ----------
    declared, judged : Regression
        One part of a claim as the ledger has it, and by what moves inside entities.
    """
    spec, focal = declared.spec, declared.focal
    rows = estimation_rows(spec, declared.panel).frame
    name = f"{focal} at mean and path"
    if name in judged.panel:
        expected = derived.lagged(judged.panel, name, judged.spec.lag_of(name))
    else:
        expected = pd.Series(1.0, index=declared.panel.frame.index)
        seen = usable(spec, declared.panel)
        for part in focal.split(":"):
            level = mean_and_path(declared.panel, part, spec.lag_of(part), seen)
            level = derived.shifted(level, spec.lag_of(part))
            expected = expected * (level - level.loc[rows.index].mean())
    term = rows.columns[derived.place(rows.columns, focal)]
    rest = rows[term].reindex(expected.index) - expected
    panel = derived.add_column(declared.panel, name, expected, focal.split(":"), name)
    panel = derived.add_column(panel, f"{focal}, rest", rest, focal.split(":"), "rest")
    others = tuple(n for n in spec.regressors if n != focal)
    lags = {**dict(spec.lags), name: 0, f"{focal}, rest": 0}
    spec = replace(
        spec,
        regressors=(*others, name, f"{focal}, rest"),
        interactions=tuple(p for p in spec.interactions if ":".join(p) != term),
        lags={n: lag for n, lag in lags.items() if n != focal},
    )
    return replace(declared, panel=panel, spec=spec, focal=name, label="")


def _composed(form: str, scores: Sequence[pd.Series]) -> pd.Series:
    table = pd.concat(scores, axis=1)
    whole = table.notna().all(axis=1)
    out = pd.Series(np.nan, index=table.index)
    levels = table[whole].clip(EPS, 1.0 + EPS) / (1.0 + EPS)  # as `analysis.measures.build`
    out[whole] = COMPOSITES[form](levels.to_numpy())
    return out
