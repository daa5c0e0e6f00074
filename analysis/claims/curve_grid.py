"""Regressions of a curve on the real panel and on panels with histories dealt out anew, together.

What is dealt are the columns as they enter the regression, which are made of one entity's history
each; the outcome, its own past, controls and regions stay where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.claims.designs.derived import Regression, place
from analysis.claims.families.families import seed_of
from analysis.inference.clusters.on_grid import (
    GridEffects,
    Slope,
    absorb,
    slopes,
    without_singletons,
)
from analysis.inference.dynamic.lagged import lagged_name
from analysis.models import EFFECTS, Specification
from analysis.models.rows import numbers, shift, usable, years_each

__all__ = ["Estimates", "Grid"]

_CELLS = 3e6  # of T × T blocks of entities held at once
_KEPT = 24  # prepared effects: those of one set of rows, which weightings share


@dataclass(frozen=True, eq=False)
class Grid:
    """The columns of one regression as entities by years.

    Attributes
    ----------
    regression : Regression
        As arranged on the real panel.
    region : ndarray (N,) of int, or None
        Code of each entity's region, −1 where it has none; None where the panel has no regions.
    """

    regression: Regression
    region: np.ndarray | None
    _found: dict[Hashable, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, regression: Regression) -> Grid:
        """Read the regions of a panel."""
        panel, region = regression.panel, None
        if "region" in panel.entities.columns:
            of = panel.entities["region"].reindex(panel.frame.index.unique(0))
            region = of.astype("category").cat.codes.to_numpy()
        return cls(regression, region)

    def allows(self, effects: str) -> bool:
        """Whether the entities have the regions that a set of effects needs."""
        known = self.region is not None and (self.region >= 0).all()
        return known or "region_year" not in EFFECTS[effects].absorbs

    def table(self, name: str, lag: int = 0) -> np.ndarray:
        """Return a column so many years before, (N, T)."""
        frame = self.regression.panel.frame
        width = years_each(frame.index)
        values = self.once(name, lambda: numbers(frame, name))
        return shift(values, lag, width).reshape(-1, width)

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:  # noqa: ANN401
        """Return what was made under a key before, or make it."""
        if key not in self._found:
            self._found[key] = make()
        return self._found[key]

    def dealt(self, spec: Specification) -> tuple[str, ...]:
        """Slopes whose histories are dealt out: all but the outcome's own past and controls."""
        stay = lagged_name(self.regression.outcome)
        return tuple(name for name in spec.regressors if name != stay)

    def masks(self, spec: Specification) -> tuple[np.ndarray, np.ndarray]:
        """Cells that are rows by what stays, and by what is dealt out, (N, T) each."""
        dealt, panel = self.dealt(spec), self.regression.panel
        seen = np.isfinite([self.table(n, spec.lag_of(n)) for n in dealt]).all(axis=0)
        # What is dealt out is taken as observed: a number everywhere, without a lag.
        stays = {n: self.table(n).ravel() for n in spec.variables if n not in dealt}
        lean = pd.DataFrame({**stays, **dict.fromkeys(dealt, 0.0)}, panel.frame.index)
        plain = replace(spec, lags={**dict(spec.lags), **dict.fromkeys(dealt, 0)})
        return usable(plain, replace(panel, frame=lean)).reshape(seen.shape), seen

    def initial(self, spec: Specification) -> np.ndarray:
        """First observed value of each initial control, (N, J); 0 where there is none."""
        columns = [self.table(name) for name in spec.initial]
        first = [c[np.arange(len(c)), np.isfinite(c).argmax(axis=1)] for c in columns]
        entities = len(self.table(spec.outcome))
        return np.nan_to_num(np.reshape(first, (-1, entities)).T)


class Estimates:
    """Slopes of specifications on the real panel and so many others.

    Effects, columns and spreads are prepared once for all specifications that share them.

    Parameters
    ----------
    placebos : int
        Panels with histories dealt out anew, the first ones of the family "dealt".
    """

    def __init__(self, placebos: int) -> None:
        self.placebos = placebos
        self._prepared: dict[Hashable, GridEffects] = {}
        self._deals = np.empty((0, 0), dtype=int)

    def __call__(self, grid: Grid, spec: Specification) -> Slope | None:
        """Return slope, errors and p, (1 + placebos,), in within-SDs; None without any row."""
        here, there = grid.once(("masks", spec.controls, spec.initial), lambda: grid.masks(spec))
        years = np.flatnonzero(here.any(axis=0) & there.any(axis=0))
        if not len(years) or not grid.allows(spec.effects):
            return None
        years = slice(years[0], years[-1] + 1)
        deals, size = self._dealt(len(here)), here[:, years].size * (years.stop - years.start)
        step = max(1, int(_CELLS // size))
        parts = [
            self._solve(
                grid, spec, years, (here[:, years], there[:, years]), a, deals[a : a + step]
            )
            for a in range(0, len(deals), step)
        ]
        names = ("estimate", "se", "p", "rows", "clusters")
        whole = {n: np.concatenate([getattr(p, n) for p in parts]) for n in names}
        return replace(parts[0], **whole)

    def _dealt(self, entities: int) -> np.ndarray:
        """Who has whose history, (1 + placebos, N); the first row is the real panel."""
        if self._deals.shape[1] != entities:
            drawn = (seed_of("dealt", i).permutation(entities) for i in range(self.placebos))
            self._deals = np.stack([np.arange(entities), *drawn])
        return self._deals

    def _effects(
        self, mask: np.ndarray, effects: str, region: np.ndarray | None, initial: np.ndarray
    ) -> GridEffects:
        key = (mask.tobytes(), mask.shape, effects, initial.tobytes())
        if key not in self._prepared:
            if len(self._prepared) >= _KEPT:
                del self._prepared[next(iter(self._prepared))]
            self._prepared[key] = absorb(mask, effects, region, initial)
        return self._prepared[key]

    def _solve(
        self, grid: Grid, spec: Specification, years: slice, seen: tuple[np.ndarray, np.ndarray],
        start: int, deals: np.ndarray,
    ) -> Slope:  # fmt: skip
        y, region = np.nan_to_num(grid.table(spec.outcome))[:, years], grid.region
        shared, differenced = (start, spec.controls), EFFECTS[spec.effects].differenced
        mask, at = grid.once(("rows", *shared, seen[0].tobytes()), lambda: _patterns(*seen, deals))
        levels = mask if differenced else without_singletons(mask, spec.effects, region)
        x = grid.once(
            ("terms", *shared, levels.tobytes()),
            lambda: _terms(grid, spec, years).on(deals, levels.astype(float), at),
        )
        values, rows = (y, x), levels
        if differenced:
            values, rows = (np.diff(y), np.diff(x)), mask[..., 1:] & mask[..., :-1]
        effects = self._effects(rows, spec.effects, region, grid.initial(spec))
        found = slopes(effects, *values, at, cr3=not start)

        def scale() -> np.ndarray:
            plain = self._effects(levels, "two_way", None, np.empty((len(y), 0)))
            return _scale(plain, y, x, at, in_sds=grid.regression.in_sds)

        unit = grid.once(("scale", start, levels.tobytes()), scale)
        return replace(found, estimate=found.estimate * unit, se=found.se * unit,
                       se_cr3=found.se_cr3 * unit[0])  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Terms:
    """Terms of a specification on the real panel, the focal one first."""

    values: dict[str, np.ndarray]
    stay: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    order: tuple[str, ...]

    def on(self, deals: np.ndarray, mask: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Return the terms with histories dealt out, (P, k, N, T); products centred on the rows."""
        columns = {
            name: np.broadcast_to(v, (len(deals), *v.shape)) if name in self.stay else v[deals]
            for name, v in self.values.items()
        }
        rows = mask[at] if len(mask) > 1 else mask
        for a, b in self.pairs:
            columns[f"{a}:{b}"] = np.multiply(*(_centred(columns[n], rows) for n in (a, b)))
        return np.nan_to_num(np.stack([columns[name] for name in self.order], axis=1), copy=False)


def _terms(grid: Grid, spec: Specification, years: slice) -> _Terms:
    values = {n: grid.table(n, spec.lag_of(n))[:, years] for n in spec.slopes}
    terms = list(spec.terms)
    focal = terms[place(terms, grid.regression.focal)]
    dealt = grid.dealt(spec)
    return _Terms(values, tuple(n for n in spec.slopes if n not in dealt), spec.interactions,
                  (focal, *(t for t in terms if t != focal)))  # fmt: skip


def _centred(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    known = np.where(rows > 0, values, 0.0)
    mean = known.sum(axis=(1, 2)) / np.broadcast_to(rows, values.shape).sum(axis=(1, 2))
    return values - mean[:, None, None]


def _patterns(
    here: np.ndarray, there: np.ndarray, deals: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct masks of rows (U, N, T) and which of them each panel has."""
    masks = here & there[deals]
    # By their bytes: rows of tens of thousands of cells take long to sort as arrays.
    packed = [row.tobytes() for row in np.packbits(masks.reshape(len(masks), -1), axis=1)]
    known = {pattern: i for i, pattern in enumerate(sorted(set(packed)))}
    at = np.array([known[pattern] for pattern in packed])
    first = np.unique(at, return_index=True)[1]
    return masks[first], at


def _scale(
    plain: GridEffects, y: np.ndarray, x: np.ndarray, at: np.ndarray, *, in_sds: bool
) -> np.ndarray:
    """Return what turns slopes into within-SDs, around entity and year effects, (P,)."""
    squares = (plain.clean(x[:, :1], at) ** 2).sum(axis=(1, 2, 3))
    if in_sds:
        return np.sqrt(squares / (plain.mask.sum(axis=(1, 2))[at] - 1))
    every = np.arange(len(plain.mask))
    outcome = plain.clean(np.broadcast_to(y, (len(every), 1, *y.shape)), every)
    with np.errstate(divide="ignore", invalid="ignore"):  # a pattern may hold no row
        return np.sqrt(squares / (outcome**2).sum(axis=(1, 2, 3))[at])
