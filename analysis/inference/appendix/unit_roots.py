"""Panel unit roots (IPS and CIPS), each beside the power it has in a panel of this very size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from analysis.certified import warnings_for
from analysis.data import Panel
from analysis.errors import SpecificationError
from analysis.inference.appendix import dickey_fuller
from analysis.inference.cells import Grid, plain_number
from analysis.inference.coefficients import label_of
from analysis.inference.options import checked
from analysis.inference.result import Result
from analysis.models import Sample, Specification

__all__ = ["ALTERNATIVE", "UnitRoot", "UnitRoots", "cips", "ips", "unit_roots"]

ALTERNATIVE = 0.9
"""Autoregression at which power is reported: half of a deviation is left after seven years."""
DRAWS, SEED = 1999, 20261123


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class UnitRoot(Result):
    """One panel unit root test. The null is a unit root in every entity.

    Attributes
    ----------
    variable, label, test : str
        Name and label of the series, tested in levels; "ips" or "cips".
    statistic, p, critical : float
        Mean of the entities' t statistics; share of simulated panels with a unit root whose
        statistic is at least as low; simulated 5% critical value, below which a statistic rejects.
    power : float
        Share of simulated panels with autoregression 0.9 that this test rejects at 5%.
    w : float
        IPS only: W of Im, Pesaran and Shin with tabulated moments; NaN where the table ends.
    lags, trend, demeaned : int, bool, bool
        Lagged changes in each regression; whether a trend was fitted; whether the mean of each year
        was taken out first.
    left_out : tuple of str
        Entities with a gap inside these years.
    entities, first_year, last_year : int
        Entities tested, and the years all of them have.
    """

    variable: str
    label: str
    test: str
    statistic: float
    p: float
    critical: float
    power: float
    w: float
    lags: int
    trend: bool
    demeaned: bool
    entities: int
    first_year: int
    last_year: int
    left_out: tuple[str, ...]
    notes: tuple[str, ...]

    def tidy(self) -> pd.DataFrame:
        """One row, columns as the attributes."""
        return UnitRoots((self,)).tidy()

    def grid(self) -> Grid:
        """Return the table of this test alone."""
        return UnitRoots((self,)).grid()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class UnitRoots(Result):
    """Several tests side by side.

    Attributes
    ----------
    tests : tuple of UnitRoot
        One per variable and test.
    """

    tests: tuple[UnitRoot, ...]
    listed: ClassVar[tuple[str, ...]] = ("notes",)

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes of all tests, once each."""
        return tuple(dict.fromkeys(note for test in self.tests for note in test.notes))

    def rows(self) -> tuple[UnitRoot, ...]:
        """Return the tests."""
        return self.tests

    def tidy(self) -> pd.DataFrame:
        """One row per test."""
        return Result.tidy(self).drop(columns="notes")

    def grid(self) -> Grid:
        """Return the table."""
        rows = [
            [f"{t.label}, {t.test.upper()}",
             *(plain_number(x, 0.1) for x in (t.statistic, t.critical, t.p)), f"{t.power:.0%}",
             f"{t.entities} × {t.last_year - t.first_year + 1}"]
            for t in self.tests
        ]  # fmt: skip
        heads = ["Series and test", "Mean t", "5% value", "p", "Power", "N × T"]
        return Grid.of("Panel unit root tests", heads, rows, self.notes)


@checked
def ips(
    panel: Panel, name: str, *, lags: int = 1, trend: bool = False, demean: bool = True,
    sample: Sample | None = None, draws: int = DRAWS, seed: int = SEED,
) -> UnitRoot:  # fmt: skip
    """Test of Im, Pesaran and Shin (2003, Journal of Econometrics 115(1), 53–74).

    t̄ = (1/N) Σ_i t_i, where t_i is the t statistic of b_i in Δy_it = a_i (+ c_i t) + b_i y_i,t−1 +
    Σ_j d_ij Δy_i,t−j + e_it. Low values speak against a unit root in all entities, which is not to
    say that no entity has one. Critical values are simulated at this N and T, since the tabulated
    ones begin at ten usable years.

    When not to use it: as a licence for a regression in levels or for cointegration when T is a
    dozen, where it hardly tells 0.9 from 1; and where entities share shocks that hit them
    unequally, which a year mean does not take out: then `cips`.

    Parameters
    ----------
    panel, name, sample
        The full grid, a variable of it, in levels, and the years and entities that may enter.
    lags, trend : int, bool
        Lagged changes, the same for every entity; fit a linear trend to every entity.
    demean : bool
        Take out the mean of each year first, as year effects do.
    draws, seed : int
        Simulated panels behind the p-value, the critical value and the power.

    Returns
    -------
    UnitRoot
        Statistic and simulated p.

    Raises
    ------
    UnknownNameError
        The panel has no such variable, entity or year.
    SpecificationError
        Too few gap-free years for the regression, or a series that does not move.

    Examples
    --------
    >>> from analysis.data import load
    >>> panel = load("china")
    >>> 0 < ips(panel, "urbanisation_rate", draws=99).p <= 1
    True
    """
    return _test("ips", panel, name, lags, trend, demean, True, sample, draws, seed)


@checked
def cips(
    panel: Panel, name: str, *, lags: int = 1, trend: bool = False, truncated: bool = True,
    sample: Sample | None = None, draws: int = DRAWS, seed: int = SEED,
) -> UnitRoot:  # fmt: skip
    """Test of Pesaran (2007, Journal of Applied Econometrics 22(2), 265–312).

    As `ips`, with ȳ_{t−1}, Δȳ_t and its lags in every entity's regression, which takes out one
    common factor however unequally it hits. By default each t_i is cut off at Pesaran's bounds
    (`truncated`: CIPS*). With T of a dozen that leaves half of the years to estimate with: hardly
    any power.

    When not to use it: with more than one common factor, or with fewer than ten years.

    Parameters
    ----------
    panel, name, lags, trend, sample, draws, seed
        As in `ips`.
    truncated : bool
        Cut extreme statistics of single entities, as Pesaran proposes.

    Returns
    -------
    UnitRoot
        Statistic and simulated p.

    Examples
    --------
    >>> from analysis.data import load
    >>> panel = load("china")
    >>> 0 < cips(panel, "urbanisation_rate", draws=99).p <= 1
    True
    """
    return _test("cips", panel, name, lags, trend, False, truncated, sample, draws, seed)


@checked
def unit_roots(
    spec: Specification, panel: Panel, *, lags: int = 1, trend: bool = False, draws: int = DRAWS
) -> UnitRoots:
    """Both tests on the outcome and on every regressor and control of a specification.

    Each in levels, over the years and entities of the specification's sample.

    Parameters
    ----------
    spec, panel
        As in `estimate`.
    lags, trend, draws
        As in `ips`.

    Returns
    -------
    UnitRoots
        One row per variable and test.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"])
    >>> [one.test for one in unit_roots(spec, panel, draws=99).tests]
    ['ips', 'cips', 'ips', 'cips']
    """
    names = dict.fromkeys((spec.outcome, *spec.slopes))
    how = {"lags": lags, "trend": trend, "sample": spec.sample, "draws": draws}
    return UnitRoots(tuple(t(panel, name, **how) for name in names for t in (ips, cips)))


def _test(
    test: str, panel: Panel, name: str, lags: int, trend: bool, demean: bool,
    truncated: bool, sample: Sample | None, draws: int, seed: int,
) -> UnitRoot:  # fmt: skip
    if lags < 0 or draws < 99:
        raise SpecificationError(
            f"{lags} lags and {draws} draws cannot be: give zero lags or more and 99 draws or more."
        )
    needed = dickey_fuller.columns_needed(lags, trend, test == "cips") + lags + 2
    block, left_out = dickey_fuller.rectangle(panel, name, sample or Sample(), needed)
    y = block.to_numpy()
    if demean:
        y = y - y.mean(axis=0)
    dickey_fuller.require_movement(block, y)
    how = {"test": test, "lags": lags, "trend": trend, "truncated": truncated}
    statistic = float(dickey_fuller.panel_statistic(y, **how))
    if not np.isfinite(statistic):
        raise SpecificationError(
            f"The Dickey-Fuller regression of '{name}' fits some entity without remainder: use "
            "fewer lags or a longer span of years."
        )
    key = (test, *y.shape, lags, trend, demean, truncated)
    null = dickey_fuller.simulated_statistics(*key, 1.0, draws, seed)
    critical = float(np.quantile(null, 0.05))
    alternative = dickey_fuller.simulated_statistics(*key, ALTERNATIVE, draws, seed + 1)
    power = float((alternative < critical).mean())
    years = block.columns
    return UnitRoot(
        variable=name, label=label_of(panel, name), test=test, statistic=statistic,
        p=float((1 + np.searchsorted(null, statistic, side="right")) / (1 + draws)),
        critical=critical, power=power,
        w=float("nan") if test == "cips" else dickey_fuller.ips_w(statistic, *y.shape, lags, trend),
        lags=lags, trend=trend, demeaned=demean, entities=len(y), first_year=int(years[0]),
        last_year=int(years[-1]), left_out=left_out,
        notes=_notes(test, y.shape, power, left_out, draws),
    )  # fmt: skip


def _notes(
    test: str, shape: tuple[int, int], power: float, left_out: tuple[str, ...], draws: int
) -> tuple[str, ...]:
    entities, years = shape
    out = [
        f"Null: a unit root in every entity. At an autoregression of {ALTERNATIVE} {test.upper()} "
        f"rejects in {power:.0%} of panels of {entities} entities and {years} years, so not "
        "rejecting says little: first differences and long differences carry the argument.",
        f"p, critical value and power from {draws:,} simulated panels of this size.",
    ]
    if left_out:
        out.append(f"Left out for gaps: {', '.join(left_out)}.")
    return (*out, *warnings_for([test], shape))
