"""One regression of a claim, and columns that a design computes: products, contrasts, regimes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.data import Panel, Variable
from analysis.models import Specification, estimation_rows
from analysis.models.design import build_design
from analysis.models.rows import shift, years_each

__all__ = [
    "Regression",
    "add_column",
    "centred_product",
    "fixed_exposure",
    "horizon_contrast",
    "lagged",
    "place",
    "scaled_difference",
    "shifted",
    "with_column",
    "with_sample",
    "without_entities",
    "without_initial",
]


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """One regression ready to be estimated.

    Parameters
    ----------
    panel : Panel
        With every derived column.
    spec : Specification
        The regression.
    focal : str
        Term whose slope is wanted.
    sign : str
        As predicted.
    outcome, term : str
        What is explained and by what, as the ledger names them.
    label : str
        Words for the focal term, where those of the column would not do.
    in_sds : bool
        Whether the outcome is already counted in within-SDs, as a contrast of two outcomes is.
    """

    panel: Panel
    spec: Specification
    focal: str
    sign: str
    outcome: str
    term: str
    label: str = ""
    in_sds: bool = False


def with_sample(regression: Regression, **changes: Any) -> Regression:  # noqa: ANN401
    """Return the regression on other rows; changes are fields of `Sample`."""
    sample = replace(regression.spec.sample, **changes)
    return replace(regression, spec=replace(regression.spec, sample=sample))


def without_entities(regression: Regression, names: Iterable[str]) -> Regression:
    """Return the regression without further entities."""
    gone = dict.fromkeys((*regression.spec.sample.exclude_entities, *names))
    return with_sample(regression, exclude_entities=tuple(gone))


def with_column(
    base: Regression,
    name: str,
    values: pd.Series,
    parents: Iterable[str],
    label: str,
    **spec: object,
) -> Regression:
    """Return the regression with a derived column; changes are fields of `Specification`."""
    panel = add_column(base.panel, name, values, parents, label)
    return replace(base, panel=panel, spec=replace(base.spec, **spec))


def place(terms: Iterable[str], focal: str) -> int:
    """Return where a term stands; a product may be named in either order."""
    return next(i for i, t in enumerate(terms) if sorted(t.split(":")) == sorted(focal.split(":")))


def add_column(
    panel: Panel, name: str, values: pd.Series, parents: Iterable[str], label: str
) -> Panel:
    """Return a panel with a derived column that knows the raw series behind it.

    A column that is already there under this name is kept: names say how a column is made.

    Parameters
    ----------
    panel : Panel
        Any panel.
    name, label : str
        Short name and words for readers.
    values : Series
        On the index of the panel.
    parents : iterable of str
        Columns it is made of; their series are its series, so the overlap guard sees them.
    """
    if name in panel:
        return panel
    described = [panel.describe(parent) for parent in parents]
    series = dict.fromkeys(s for v in described for s in (v.series or (v.name,)))
    content = {s for v in described for s in v.series if s not in v.scale}
    scale = dict.fromkeys(s for v in described for s in v.scale if s not in content)
    variable = Variable(
        name, label, definition=label, processing="derived", series=tuple(series),
        scale=tuple(scale), side=described[0].side,
    )  # fmt: skip
    return panel.with_columns(values.to_frame(name), {name: variable})


def lagged(panel: Panel, name: str, years: int) -> pd.Series:
    """Return a column so many years before, within the entity; after, where negative."""
    return shifted(panel[name].astype(float), years)


def shifted(values: pd.Series, years: int) -> pd.Series:
    """Return values so many years before, within the entity; the index is that of a panel."""
    width = years_each(values.index)
    return pd.Series(shift(values.to_numpy(dtype=float), years, width), values.index)


def centred_product(panel: Panel, lags: Iterable[tuple[str, int]]) -> pd.Series:
    """Multiply columns, each dated by its lag and measured from its mean over the panel.

    Beside all products of lower order, the slope of this one does not depend on the centring.
    """
    product = pd.Series(1.0, index=panel.frame.index)
    for name, years in lags:
        value = lagged(panel, name, years)
        product = product * (value - value.mean())
    return product


def horizon_contrast(
    panel: Panel, outcome: str, early: Iterable[int], late: Iterable[int], last: int
) -> pd.Series:
    """Sum of the outcome at late horizons less that at early ones, dated by the last horizon.

    In a regression on a right-hand side `last` years before, its slope is the sum of the late
    responses less that of the early ones, all on common rows.
    """
    ahead = sum(lagged(panel, outcome, last - h) for h in late)
    return ahead - sum(lagged(panel, outcome, last - h) for h in early)


def scaled_difference(panel: Panel, outcome: str, less: str, like: Specification) -> pd.Series:
    """Outcome less a second one, each in within-SDs of the rows on which both are observed."""
    pair = Specification(outcome, (less,), lag=0, sample=like.sample)
    sd = build_design(pair, panel, estimation_rows(pair, panel)).within_sd
    return panel[outcome] / sd[0] - panel[less] / sd[1]


def without_initial(panel: Panel, spec: Specification) -> tuple[Panel, str]:
    """Take the initial controls by year out of an outcome, with entity and year effects held.

    Methods that compare outcomes directly then answer to the same controls as the regression. The
    slopes on the controls are estimated without the treatment, as a permutation test under the
    sharp null asks.

    Returns
    -------
    tuple of Panel and str
        The panel with the new column and its name; both as they were without initial controls.
    """
    if not spec.initial:
        return panel, spec.outcome
    index = panel.frame.index
    years = index.get_level_values(1)
    outcome = panel[spec.outcome].astype(float)
    first = panel.frame[list(spec.initial)].astype(float).groupby(level=0).transform("first")
    seen = (outcome.notna() & first.notna().all(axis=1)).to_numpy()
    dummies = pd.get_dummies(pd.Series(years[seen]), dtype=float).to_numpy()
    centred = (first[seen] - first[seen].mean()).to_numpy()
    # One slope per year and control; the first year's is taken up by the entity effects.
    paths = np.hstack([dummies[:, 1:] * centred[:, [j]] for j in range(centred.shape[1])])
    entities = pd.get_dummies(pd.Series(index.get_level_values(0)[seen]), dtype=float).to_numpy()
    x = np.hstack([paths, entities, dummies[:, 1:]])
    slopes = np.linalg.lstsq(x, outcome[seen].to_numpy(), rcond=None)[0][: paths.shape[1]]
    left = pd.Series(np.nan, index=index)
    left[seen] = outcome[seen].to_numpy() - paths @ slopes
    name = f"{spec.outcome} beside initial"
    label = f"{panel.describe(spec.outcome).label_en}, initial controls taken out"
    return add_column(panel, name, left, (spec.outcome, *spec.initial), label), name


def fixed_exposure(panel: Panel, name: str, years: tuple[int, int]) -> pd.Series:
    """Mean of a column over some years, held fixed for each entity; missing if any year is."""
    index = panel.frame.index
    inside = index.get_level_values(1).to_series(index=index).between(*years)
    value = panel[name].where(inside).groupby(level=0)
    mean = value.transform("mean").where(value.transform("count") == years[1] - years[0] + 1)
    return mean - np.nanmean(mean)
