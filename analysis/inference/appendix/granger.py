"""Dumitrescu and Hurlin's panel Granger test, both ways, with a bootstrap for common shocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr

from analysis.certified import warnings_for
from analysis.data import Panel
from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.appendix import granger_wald
from analysis.inference.appendix.granger_wald import History, wald
from analysis.inference.cells import Grid, plain_number
from analysis.inference.coefficients import label_of
from analysis.inference.dynamic.lagged import lagged_name, shifted
from analysis.inference.dynamic.panel_var import require_pair
from analysis.inference.options import checked
from analysis.inference.result import Result
from analysis.models import Dropped, Specification, estimation_rows

__all__ = ["Causality", "DumitrescuHurlin", "dumitrescu_hurlin"]


@dataclass(frozen=True, slots=True, eq=False)
class Causality:
    """The test of one arrow: whether the cause helps to predict the effect in some entity.

    Attributes
    ----------
    wald_mean : float
        W̄, the mean over entities of K times the F statistic.
    z_bar, p_bar, z_tilde, p_tilde : float
        Standardised for many and for few years, each with its two-sided p from the normal, which
        takes entities as independent.
    p_bootstrap : float
        Share of simulated W̄ at least as large, entities dependent as in the data; one-sided,
        because only a large W̄ speaks for causality.
    shortest, longest : int
        Fewest and most rows of an entity.
    individual : DataFrame
        By entity: ``wald`` and ``rows``.
    """

    cause: str
    effect: str
    cause_label: str
    effect_label: str
    wald_mean: float
    z_bar: float
    p_bar: float
    z_tilde: float
    p_tilde: float
    p_bootstrap: float
    n: int
    n_entities: int
    shortest: int
    longest: int
    individual: pd.DataFrame
    dropped: tuple[Dropped, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DumitrescuHurlin(Result):
    """Two tests of no Granger causality, one for each direction.

    Attributes
    ----------
    directions : tuple of Causality
        Regressor to outcome first, then back.
    order, demeaned : int, bool
        K, lags of both; whether the mean over entities of each year was taken out.
    """

    specification: Specification
    directions: tuple[Causality, Causality]
    order: int
    demeaned: bool
    draws: int
    seed: int
    grid_rows: int
    notes: tuple[str, ...]

    def of(self, cause: str) -> Causality:
        """Return the test in which `cause` is the cause."""
        for direction in self.directions:
            if direction.cause == cause:
                return direction
        raise UnknownNameError("cause", cause, [d.cause for d in self.directions], "this test")

    def rows(self) -> list[dict[str, Any]]:
        """Return one line per direction."""
        names = [name for name in Causality.__slots__ if name not in ("individual", "dropped")]
        return [{name: getattr(d, name) for name in names} for d in self.directions]

    def grid(self) -> Grid:
        """Return the table."""
        rows = [
            [f"{d.cause_label} → {d.effect_label}", plain_number(d.wald_mean, 0.1),
             f"{plain_number(d.z_tilde, 0.1)} (p = {d.p_tilde:.3f})", f"{d.p_bootstrap:.3f}",
             f"{d.n_entities:,} × {d.shortest}–{d.longest}"]
            for d in self.directions
        ]  # fmt: skip
        heads = ["Cause → effect", "Mean Wald", "Z-tilde", "Bootstrap p", "Entities × years"]
        return Grid.of("Panel Granger test", heads, rows, self.notes)


@checked
def dumitrescu_hurlin(
    spec: Specification, panel: Panel, *, order: int = 1, demean: bool = True, draws: int = 999,
    block: int = 1, seed: int = 20261123,
) -> DumitrescuHurlin:  # fmt: skip
    """Test whether the regressor Granger-causes the outcome in some entity, and the reverse.

    Every entity has its own regression of the effect on K lags of both; W̄ is the mean of its Wald
    statistics (Dumitrescu and Hurlin 2012, Economic Modelling 29(4), 1450–1460). See `wald`,
    `z_tilde` (with the convention for T) and `resample_null`.

    Not for fewer than 2K + 6 rows per entity. A rejection says that some entity's history of the
    cause helps to predict its effect: neither how many entities, nor which sign, nor what a change
    of the cause would do. With about ten rows the test has little power.

    Parameters
    ----------
    spec, panel
        As in `estimate`: outcome and exactly one regressor; its sample is used, its lag, effects
        and cluster are not. No controls, interactions or `initial`.
    order, demean : int, bool
        K; take the mean over entities of each year out of both variables first, also within the
        bootstrap. False is the test as published.
    draws, block, seed : int
        Bootstrap draws, consecutive years drawn together, and the seed.

    Returns
    -------
    DumitrescuHurlin
        Both directions, bootstrap p.

    Raises
    ------
    SpecificationError
        Not a pair, too few years, fewer than two testable entities, or draws below one.
    UnknownNameError
        A name is not in the panel.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"])
    >>> both = dumitrescu_hurlin(spec, panel, draws=99)
    >>> [0 < one.p_bootstrap <= 1 for one in both.directions]
    [True, True]
    """
    outcome, regressor = require_pair(spec, "A panel Granger test")
    for what, value in (("order", order), ("draws", draws), ("block", block)):
        if value < 1:
            raise SpecificationError(
                f"'{what}' of a Granger test is {value!r}: it must be 1 or more."
            )
    options = (order, demean, draws, block)
    streams = np.random.SeedSequence(seed).spawn(2)
    ways = zip((regressor, outcome), (outcome, regressor), streams, strict=True)
    directions = tuple(
        _direction(replace(spec, outcome=effect, regressors=(cause,), lags=()), panel, options, s)
        for cause, effect, s in ways
    )
    return DumitrescuHurlin(
        specification=spec, directions=directions, order=order, demeaned=demean, draws=draws,
        seed=seed, grid_rows=len(panel.frame), notes=tuple(_notes(directions, options, panel)),
    )  # fmt: skip


def _direction(
    spec: Specification, panel: Panel, options: tuple[int, bool, int, int],
    stream: np.random.SeedSequence,
) -> Causality:  # fmt: skip
    order, demean, draws, block = options
    data, names, dropped = _history(spec, panel, order, demean)
    if block > (longest := int(data.used.any(axis=0).sum())):
        raise SpecificationError(
            f"Blocks of {block} years cannot be drawn from the {longest} years of "
            f"'{spec.outcome}': use shorter blocks."
        )
    statistics = wald(data.y, data)
    rng = np.random.default_rng(stream)
    simulated = granger_wald.resample_null(data, draws, rng, block=block, demean=demean)
    null = wald(simulated, data).mean(axis=-1)
    mean, bar = float(statistics.mean()), float(granger_wald.z_bar(statistics, order))
    tilde = float(granger_wald.z_tilde(statistics, data.periods, order))
    by_entity = {"wald": statistics, "rows": data.periods}
    return Causality(
        cause=spec.regressors[0], effect=spec.outcome,
        cause_label=label_of(panel, spec.regressors[0]), effect_label=label_of(panel, spec.outcome),
        wald_mean=mean, z_bar=bar, p_bar=float(2 * ndtr(-abs(bar))), z_tilde=tilde,
        p_tilde=float(2 * ndtr(-abs(tilde))),
        p_bootstrap=float((1 + (null >= mean).sum()) / (1 + draws)), n=int(data.used.sum()),
        n_entities=len(names), shortest=int(data.periods.min()), longest=int(data.periods.max()),
        individual=pd.DataFrame(by_entity, pd.Index(names, name="entity")), dropped=dropped,
    )  # fmt: skip


def _history(
    spec: Specification, panel: Panel, order: int, demean: bool
) -> tuple[History, list[str], tuple[Dropped, ...]]:
    """Rows with every lag, then entities long and varied enough for a regression of their own."""
    y, x = spec.outcome, spec.regressors[0]
    lags = {lagged_name(v, j): (v, j) for v in (y, x) for j in range(1, order + 1)}
    wide = shifted(panel, lags)
    full = Specification(y, tuple(lags), lag=0, effects="first_difference", sample=spec.sample)
    rows = estimation_rows(full, wide)
    grid = panel.frame.index
    entities, shape = grid.unique(0), (-1, len(grid.unique(1)))
    used = np.asarray(grid.isin(rows.frame.index)).reshape(shape)
    out = entities.isin(spec.sample.exclude_entities)[:, None]
    values = (panel.frame[v].to_numpy(dtype=float).reshape(shape) for v in (y, x))
    figures = (np.where(out, np.nan, v) for v in values)
    data = History(*(granger_wald.centred(v, 0) if demean else v for v in figures), used, order)
    long = data.periods > 2 * order + 5
    testable = long & np.isfinite(wald(data.y, data))
    dropped = list(rows.dropped)
    for reason, lost in (
        (f"entity with fewer than {2 * order + 6} rows", ~long),
        ("entity in which a variable is constant or explained exactly", long & ~testable),
    ):
        if count := int(used[lost].sum()):
            dropped.append(Dropped(reason, count))
    if testable.sum() < 2:
        raise SpecificationError(
            f"Only {int(testable.sum())} entities can test '{x}' against '{y}': each needs "
            f"{2 * order + 6} years with {order} lag{'s' if order > 1 else ''} of both and "
            "variation in both, so take a longer sample or a lower order."
        )
    kept = History(*(v[testable] for v in (data.y, data.x, data.used)), order)
    return kept, [str(e) for e in entities[testable]], tuple(dropped)


def _notes(
    directions: tuple[Causality, ...], options: tuple[int, bool, int, int], panel: Panel
) -> Iterator[str]:
    order, demean, draws, block = options
    taken = "less the mean of each year, " if demean else ""
    many, nouns = "s" if order > 1 else "", panel.roles.entities
    unit = "whole years" if block == 1 else f"blocks of {block} years"
    yield (
        f"{order} lag{many} of both, {taken}one regression per {panel.roles.entity}. Bootstrap p "
        f"from {draws:,} draws of {unit}, all {nouns} at once, under the null."
    )
    yield (
        "Rejection means that in some entity the past of one variable helps to predict the other; "
        "it does not give a sign."
    )
    if not demean:
        yield "Common shocks were left in: two variables with one trend then predict each other."
    for d in directions:
        for lost in d.dropped:
            if lost.reason.startswith("entity"):
                yield f"{d.cause_label} → {d.effect_label}, left out: {lost}."
    shape = directions[0].n_entities, directions[0].longest + order
    yield from warnings_for(("dumitrescu_hurlin", "dumitrescu_hurlin_normal"), shape)
