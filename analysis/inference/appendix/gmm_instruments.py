"""Equations and instruments of difference and system GMM, from a rectangle with holes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import block_diag

from analysis.errors import SpecificationError
from analysis.inference.appendix.gmm_estimation import GmmData
from analysis.models import Specification

__all__ = ["Equations", "LagInstruments", "lag_columns", "require_identified", "stack"]


@dataclass(frozen=True, slots=True)
class LagInstruments:
    """Lags of one variable as instruments.

    Attributes
    ----------
    variable : str
        A column of the panel, dated by the year of the outcome.
    first, last : int, int or None
        Lags that enter; None means as deep as the panel goes. Lag 2 is the first that is valid
        for the outcome, and for a variable that reacts to this year's error.
    collapse : bool
        One column per lag instead of one per lag and year (Roodman 2009).

    Examples
    --------
    >>> deep = LagInstruments("rd_fte", first=2, last=4)
    >>> deep.last, deep.collapse
    (4, True)
    """

    variable: str
    first: int = 2
    last: int | None = None
    collapse: bool = True

    def __post_init__(self) -> None:
        if self.first < 1 or (self.last is not None and self.last < self.first):
            raise SpecificationError(
                f"Instruments from lags {self.first} to {self.last} of '{self.variable}' are "
                "empty or not predetermined: start at lag 1 or deeper and end no earlier."
            )


@dataclass(frozen=True, slots=True, eq=False)
class Equations:
    """Rows in levels, or in differences, on the full rectangle, before anything is stacked.

    `y`, shape (N, T), and the terms `x`, shape (N, T, k), are NaN where the row is not used;
    `years`, shape (T,), are consecutive.
    """

    y: np.ndarray
    x: np.ndarray
    years: np.ndarray
    level: bool = True

    @property
    def used(self) -> np.ndarray:
        """Mask of the rows in use, shape (N, T)."""
        return np.isfinite(self.y)


def stack(
    levels: Equations, lagged: Sequence[tuple[LagInstruments, np.ndarray]], standard: Sequence[int],
    *, system: bool, year_effects: bool,
) -> GmmData:  # fmt: skip
    """Difference, add the level equations of system GMM and attach the instruments.

    A difference is formed where two years running are usable. `lagged` are what to lag, and its
    figures on the same rectangle (NaN where not observed); a missing lag is a zero, as in
    Holtz-Eakin, Newey and Rosen (1988). `standard` are positions of terms that stand as their own
    instruments (strictly exogenous): differenced for differences, in levels for levels. `system`
    adds levels, with lagged differences as their instruments (Blundell and Bond 1998),
    `year_effects` a dummy per year, as regressor and instrument; in a system instruments of levels
    only. Columns of instruments that are zero throughout are left out.
    """
    changes = Equations(_change(levels.y), _change(levels.x), levels.years, level=False)
    kinds = [changes, levels] if system else [changes]
    seen = np.flatnonzero(kinds[-1].used.any(axis=0))
    dummies = (np.arange(len(levels.years))[:, None] == seen).astype(float)
    if not year_effects:  # a system has level equations, and these need a constant
        dummies = dummies.sum(axis=1, keepdims=True)[:, : int(system)]
    shown = [_shown(kind, dummies, system) for kind in kinds]
    own = np.vstack([kind.x[kind.used][:, list(standard)] for kind in kinds])
    lags = [lag_columns(lagged, kind.used, level=kind.level) for kind in kinds]
    sizes = [len(block) for block in shown]
    fixed = np.vstack(shown)
    if system:  # year dummies are instruments of the levels alone
        fixed[: sizes[0]] = 0.0
    # Each kind of equation has lag instruments of its own.
    z = np.column_stack([own, block_diag(*lags), fixed])
    entity, year = (np.concatenate([np.nonzero(k.used)[i] for k in kinds]) for i in (0, 1))
    order = np.lexsort((year, np.repeat(range(len(kinds)), sizes), entity))
    x = np.vstack([np.column_stack([k.x[k.used], d]) for k, d in zip(kinds, shown, strict=True)])
    return GmmData(
        y=np.concatenate([k.y[k.used] for k in kinds])[order], x=x[order],
        z=z[order][:, (z != 0).any(axis=0)],
        entity=np.unique(entity[order], return_inverse=True)[1],
        year=levels.years[year[order]],
        level=np.repeat([k.level for k in kinds], sizes)[order],
    )  # fmt: skip


def require_identified(spec: Specification, data: GmmData, steps: int) -> None:
    """Refuse what leaves a coefficient without a difference, an instrument or enough entities."""
    if not (~data.level).any():
        raise SpecificationError(
            f"No first difference of '{spec.outcome}' can be used: no entity has rows in two "
            "consecutive years, so widen the sample."
        )
    k, wide = data.x.shape[1], data.z.shape[1]
    unit = data.z / np.linalg.norm(data.z, axis=0)
    rank = int(np.linalg.matrix_rank(unit))
    if rank < k:
        raise SpecificationError(
            f"{rank} independent of {wide} instruments cannot identify {k} coefficients of "
            f"'{spec.outcome}': let deeper lags in or use fewer regressors."
        )
    size = np.linalg.norm(data.x, axis=0)
    flat = size == 0
    if not flat.any():
        values, turns = np.linalg.svd(np.linalg.qr(unit)[0].T @ (data.x / size))[1:]
        if values[-1] <= 1e-9 * values[0]:
            flat = np.abs(turns[-1]) == np.abs(turns[-1]).max()
    if flat.any():
        name = [*spec.terms, *["a year dummy"] * k][int(flat.argmax())]
        raise SpecificationError(
            f"The coefficient of '{name}' is not identified: it does not vary over the years, is "
            "collinear, or no instrument moves it, so leave it out or add instruments."
        )
    _require_entities(spec, data, steps)


def _require_entities(spec: Specification, data: GmmData, steps: int) -> None:
    """Refuse what makes the robust covariance, or the second step's weights, singular."""
    entities = int(data.entity.max()) + 1
    k = data.x.shape[1] if steps == 2 else len(spec.terms)
    if entities <= k:
        raise SpecificationError(
            f"{entities} entities cannot carry {k} coefficients of '{spec.outcome}' in {steps} "
            f"step{'s' if steps > 1 else ''}, year dummies "
            f"{'included' if steps == 2 else 'aside'}: use fewer regressors, fewer years or more "
            "entities."
        )


def lag_columns(
    lagged: Sequence[tuple[LagInstruments, np.ndarray]], used: np.ndarray, *, level: bool
) -> np.ndarray:
    """Lagged levels for differences, or lagged differences for levels: shape (equations, columns).

    For levels only the most recent admissible difference enters: the moments of deeper ones are
    linear combinations of those already used. Equations are in the order of `numpy.nonzero(used)`.
    """
    entity, year = np.nonzero(used)
    columns = [np.empty((len(year), 0))]
    for what, figures in lagged:
        source = _change(figures) if level else figures
        deepest = figures.shape[1] - 1 if what.last is None else what.last
        for lag in (what.first - 1,) if level else range(what.first, deepest + 1):
            back = year - lag
            value = np.where(back >= 0, source[entity, np.maximum(back, 0)], 0.0)
            value = np.nan_to_num(value)[:, None]
            columns.append(value if what.collapse else value * (year[:, None] == np.unique(year)))
    return np.column_stack(columns)


def _shown(kind: Equations, dummies: np.ndarray, system: bool) -> np.ndarray:
    """Year dummies of each equation; in a system those of a difference are differenced."""
    year = np.nonzero(kind.used)[1]
    return dummies[year] if kind.level == system else dummies[year] - dummies[year - 1]


def _change(values: np.ndarray) -> np.ndarray:
    """Change on the year before along the second axis; NaN in the first year."""
    return np.diff(values, axis=1, prepend=np.nan)
