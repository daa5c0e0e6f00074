"""Panels whose series have means, national paths and movements, and what a term of them says."""

import numpy as np
import pandas as pd
import statsmodels.api as sm

from analysis.claims.designs import derived
from analysis.claims.designs.derived import Regression
from analysis.inference.cells import reach
from analysis.inference.clusters.shared_rows import share_rows
from analysis.models import Specification, estimation_rows, fit
from analysis.models.design import build_design

NAMES, YEARS = [f"e{i:02d}" for i in range(15)], range(2001, 2013)
INDEX = pd.MultiIndex.from_product([NAMES, YEARS], names=["entity", "year"])


def moving(rng, count, entities=15, years=12):
    """Series with a mean, a national path and an own autoregressive movement each."""
    own = rng.normal(size=(count, entities, years))
    for year in range(1, years):
        own[..., year] += 0.7 * own[..., year - 1]
    path = rng.normal(size=(count, 1, years)).cumsum(axis=2)
    return 1.5 * rng.normal(size=(count, entities, 1)) + path + own


def product(panel, names, lags=None, sign="+"):
    """Regression of y on factors and the products of all pairs, as a ledger declares it."""
    factors = tuple(dict.fromkeys(names))
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    spec = Specification("y", factors, interactions=pairs, lag=1, lags=lags or {})
    return Regression(panel, spec, ":".join(names), sign, "y", ":".join(names))


def dated(regression, names):
    """Columns on the rows of the regression, each so many years before, by pandas alone."""
    panel, spec = regression.panel, regression.spec
    index = estimation_rows(spec, panel).frame.index
    columns = {
        n: panel.frame[n].groupby(level=0).shift(spec.lag_of(n)).reindex(index) for n in names
    }
    return pd.DataFrame({"y": panel.frame["y"].reindex(index), **columns})


def dummies_ols(table, columns):
    """Slopes of least squares with a dummy for every entity and year (statsmodels)."""
    effects = [
        pd.get_dummies(table.index.get_level_values(level), drop_first=level > 0, dtype=float)
        for level in (0, 1)
    ]
    x = np.column_stack([*columns, *effects])
    return sm.OLS(table["y"].to_numpy(), x).fit().params[: len(columns)]


def slope(regression, name=None):
    found = fit(regression.spec, regression.panel)
    return found.coefficients[found.terms.index(name or regression.focal)]


def split(values):
    """Means of entities, measured from the mean of these, and what is left."""
    mean = values.groupby(level=0).transform("mean")
    return mean - mean.groupby(level=0).first().mean(), values - mean


def by_path(rng, entities=20, years=12):
    """Outcome of means of x times a national path of z; all own movement is noise."""
    x, z = moving(rng, 2, entities, years)
    y = moving(rng, 1, entities, years)[0]
    path = z.mean(axis=0)
    drift = (x.mean(axis=1, keepdims=True) - x.mean()) * (path - path.mean())
    values = {"x": x, "z": z, "y": y + 2.0 * drift / drift.std()}
    index = pd.MultiIndex.from_product(
        [[f"e{i:02d}" for i in range(entities)], range(2001, 2001 + years)],
        names=["entity", "year"],
    )
    return pd.DataFrame({n: v.ravel() for n, v in values.items()}, index=index)


def rejections(regressions):
    """Share of regressions with a jackknife p below 0.05; all have the same rows."""
    first = regressions[0]
    rows = [estimation_rows(one.spec, one.panel).frame for one in regressions]
    at = derived.place(rows[0].columns[1:], first.focal)
    order = [1 + at, *(j for j in range(1, rows[0].shape[1]) if j != 1 + at)]
    y, x = (np.stack([r.to_numpy()[:, j] for r in rows]) for j in (0, order))
    design = build_design(first.spec, first.panel, estimation_rows(first.spec, first.panel))
    found = share_rows(design).slopes(y, x)
    return (np.abs(found.estimate / found.se_cr3) > reach(len(design.cluster_labels) - 1)).mean()


def theirs_of(regression, name, index):
    """Mean over the rows, plus what all entities that are observed in a year do on average."""
    values, lag = regression.panel.frame[name], regression.spec.lag_of(name)
    used = values.groupby(level=0).shift(lag).reindex(index)
    mean = used.groupby(level=0).mean().reindex(values.index, level=0)
    path = (values - mean).groupby(level=1).mean().reindex(values.index, level=1)
    return (mean + path).groupby(level=0).shift(lag).reindex(index)
