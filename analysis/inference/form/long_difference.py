"""Change over many years on change over many years: one row per entity."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pandas as pd

from analysis.certified import warnings_for
from analysis.data import Panel
from analysis.errors import SpecificationError
from analysis.inference.cells import Grid, interval
from analysis.inference.coefficients import label_of
from analysis.inference.form import long_windows as windows
from analysis.inference.form.long_windows import BEYOND
from analysis.inference.options import checked
from analysis.inference.power import minimum_detectable_effect
from analysis.inference.result import Regression, Row, estimate_rows, row
from analysis.models import Dropped, Specification
from analysis.models.rows import require_grid
from analysis.models.scaling import units

__all__ = ["LongDifference", "long_difference"]

_FULL = 1 - 1e-8  # leverage from which a row explains itself


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LongDifference(Regression):
    """Least squares on long changes.

    Attributes
    ----------
    terms : tuple of Row
        Regressors, controls and initial values, in this order.
    first, last : tuple of int
        Windows of outcome years, both ends included.
    effects : str
        "a constant" or "region effects".
    n, dof : int
        Entities used; less all columns.
    r2 : float
        Share of the variance of the change explained, around the constant or region means.
    changes : DataFrame
        Index entity; the change of the outcome in column "", then one column per term.
    leverage : Series
        Hat value of each entity: near one means that it alone decides a coefficient.
    """

    specification: Specification
    outcome_label: str
    terms: tuple[Row, ...]
    first: tuple[int, int]
    last: tuple[int, int]
    effects: str
    n: int
    dof: int
    r2: float
    changes: pd.DataFrame = field(repr=False)
    leverage: pd.Series = field(repr=False)
    dropped: tuple[Dropped, ...]
    level: float
    notes: tuple[str, ...]
    listed: ClassVar[tuple[str, ...]] = ("highest_leverage",)

    @property
    def highest_leverage(self) -> dict[str, float]:
        """The entity with the largest hat value."""
        return {str(self.leverage.idxmax()): float(self.leverage.max())}

    def grid(self) -> Grid:
        """Return the table."""
        rows = [
            (label, estimate, interval(s.low, s.high, s.se))
            for (label, estimate, _), s in zip(estimate_rows(self.terms), self.terms, strict=True)
        ]
        heads, last = ["Change in", "Estimate (HC3 error)", "Interval"], ("Rows", f"{self.n}", "")
        return Grid.of(f"Change in {self.outcome_label}", heads, (*rows, last), self.notes)


@checked
def long_difference(
    spec: Specification, panel: Panel, *, first: tuple[int, int], last: tuple[int, int],
    complete: bool = True, level: float = 0.05,
) -> LongDifference:  # fmt: skip
    """Regress the change between two windows of years on the changes of the regressors.

    Δy_i = mean of y_i over `last` − mean over `first`, Δx_i likewise over the windows moved back by
    the lag of x; Δy_i = a + b'Δx_i + c'x_i0 + e_i by least squares, a by region where the effects
    are "region_year", x_i0 the first values of `spec.initial`. Standard errors are HC3 (MacKinnon
    and White 1985, Journal of Econometrics 29(3), 305–325) with t(n − columns). Long differences
    keep the slow movement that yearly changes drown in noise (Griliches and Hausman 1986, Journal
    of Econometrics 31(1), 93–118).

    Not for many regressors: there is one row per entity. And not against omitted trends: what
    drifts in both variables by entity stays in, unlike under entity trends.

    Parameters
    ----------
    spec, panel, level
        As in `estimate`, with effects "two_way" or "region_year" and no products. The sample's
        years are not used beyond `exclude_years`; the windows declare the years.
    first, last : tuple of int
        Windows (from, to) of outcome years, both included.
    complete : bool
        Use only entities observed in every year of both windows. Without it a mean may rest on
        fewer years, and entities are then compared over different years.

    Returns
    -------
    LongDifference
        Slopes with HC3 errors, one row per entity.

    Raises
    ------
    SpecificationError, UnknownNameError
        As in `estimate`, or windows, effects or products do not fit, entities are too few, or a
        change is collinear.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"], controls=["papers_sci"])
    >>> long_difference(spec, panel, first=(2012, 2014), last=(2018, 2020)).n
    31
    """
    require_grid(panel.frame)
    windows.require_windows(spec, panel, first, last)
    means = [windows.window_means(spec, panel.frame, years, complete) for years in (first, last)]
    initial = panel.frame[list(spec.initial)].astype(float).groupby(level=0).first()
    region = windows.entity_regions(spec, panel)
    kept, dropped = windows.select_entities(spec, means, initial, region)
    table = (means[1] - means[0]).join(initial.add_prefix("initial "))[kept]
    groups = pd.get_dummies(region[kept]).to_numpy(dtype=float)
    slopes, r2, leverage = _estimate(spec, table, groups, panel, level)
    return LongDifference(
        specification=spec, outcome_label=label_of(panel, spec.outcome), terms=slopes, first=first,
        last=last, effects=BEYOND[spec.effects], n=len(table),
        dof=len(table) - groups.shape[1] - len(slopes), r2=r2, changes=table, leverage=leverage,
        dropped=dropped, level=level, notes=_notes(spec, panel, first, last, complete, leverage),
    )  # fmt: skip


def _estimate(
    spec: Specification, table: pd.DataFrame, groups: np.ndarray, panel: Panel, level: float
) -> tuple[tuple[Row, ...], float, pd.Series]:
    import statsmodels.api as sm  # takes more than a second, which reading figures should not cost

    y, x = table[""].to_numpy(), table.iloc[:, 1:].to_numpy()
    names = list(table.columns[1:])
    _require_estimable(spec, y, x, groups, names)
    unit = units(x)
    fitted = sm.OLS(y, np.column_stack([x / unit, groups])).fit(cov_type="HC3", use_t=True)
    leverage = pd.Series(fitted.get_influence().hat_matrix_diag, table.index)
    if leverage.max() > _FULL:
        raise SpecificationError(
            f"{leverage.idxmax()} alone decides a coefficient of '{spec.outcome}', so HC3 does not "
            "exist: leave that regressor or that entity out."
        )
    dof, errors = int(fitted.df_resid), fitted.bse[: len(unit)] / unit
    slopes = [
        row(
            name, label_of(panel, name), b, se, dof, level,
            mde=minimum_detectable_effect(float(se), dof, level=level),
        )
        for name, b, se in zip(names, fitted.params[: len(unit)] / unit, errors, strict=True)
    ]  # fmt: skip
    around = y - groups @ np.linalg.lstsq(groups, y, rcond=None)[0]
    return tuple(slopes), float(1 - fitted.ssr / (around @ around)), leverage


def _require_estimable(
    spec: Specification, y: np.ndarray, x: np.ndarray, groups: np.ndarray, names: list[str]
) -> None:
    n, k = len(y), x.shape[1] + groups.shape[1]
    if n < k + 2:
        raise SpecificationError(
            f"{n} entities are observed in both windows, too few for {k} columns of "
            f"'{spec.outcome}': widen the windows, set complete=False or use fewer regressors."
        )
    z = np.column_stack([y, x])
    if not np.isfinite(z).all():
        bad = ([spec.outcome, *names])[int((~np.isfinite(z)).any(axis=0).argmax())]
        raise SpecificationError(f"'{bad}' is infinite in a window: make it a missing value.")
    within = z - groups @ np.linalg.lstsq(groups, z, rcond=None)[0]
    left, whole = (within**2).sum(axis=0), np.maximum((z**2).sum(axis=0), np.finfo(float).tiny)
    for name, part in zip([spec.outcome, *names], left / whole, strict=True):
        if part < 1e-12:
            raise SpecificationError(
                f"The long change of '{name}' does not vary beyond {BEYOND[spec.effects]}: leave "
                "it out or choose other windows."
            )
    unit = within[:, 1:] / np.sqrt(left[1:])
    if np.linalg.svd(unit, compute_uv=False)[-1] < 1e-6:
        raise SpecificationError(
            f"The long changes of {', '.join(names)} are collinear: leave one of them out."
        )


def _notes(
    spec: Specification, panel: Panel, first: tuple[int, int], last: tuple[int, int],
    complete: bool, leverage: pd.Series,
) -> tuple[str, ...]:  # fmt: skip
    out = [
        f"Change from the mean of {first[0]}–{first[1]} to the mean of {last[0]}–{last[1]} (years "
        f"of the outcome; right-hand side earlier by its lag), one row per "
        f"{panel.roles.entity}, with {BEYOND[spec.effects]}. HC3 errors, t(n − columns).",
        f"Highest leverage: {leverage.idxmax()}, {leverage.max():.2f}.",
    ]
    if not complete:
        out.append("Means may rest on different years in different entities.")
    shape = len(leverage), last[1] - first[0] + 1
    return (*out, *warnings_for(["long_difference"], shape))
