"""Difference and system GMM for a specification with a lagged outcome. An appendix method."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from analysis.certified import warnings_for
from analysis.data import Panel
from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.appendix import gmm_estimation, gmm_instruments
from analysis.inference.appendix.gmm_estimation import GmmData, autocorrelation, estimate_gmm
from analysis.inference.appendix.gmm_instruments import LagInstruments
from analysis.inference.cells import Grid, interval, plain_number
from analysis.inference.coefficients import label_of, term_label
from analysis.inference.dynamic.lagged import require_effects, with_lagged_outcome
from analysis.inference.options import checked
from analysis.inference.result import Regression, Row, row, share
from analysis.models import Dropped, Rows, Specification, estimation_rows

__all__ = ["GmmLine", "GmmResult", "LagInstruments", "gmm"]


@dataclass(frozen=True, slots=True)
class GmmLine(Row):
    """One coefficient with its robust error; t, p and interval are from the normal.

    `se_plain` is the error if errors in levels were white (one step), or without Windmeijer's
    correction (two steps).
    """

    se_plain: float = float("nan")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GmmResult(Regression):
    """A linear GMM of a dynamic panel.

    Attributes
    ----------
    specification : Specification
        With the lagged outcome among its regressors.
    kind, steps : str, int
        "difference" or "system"; 1 or 2.
    terms : tuple of GmmLine
        Lagged outcome first; year dummies are not listed.
    equations, levels : int
        Differenced and level equations.
    instruments, rank : int
        Columns of instruments, year dummies included, and how many of them are independent.
    sargan, hansen : gmm_estimation.Overidentification
        Sargan's test assumes homoskedastic errors; Hansen's J does not.
    ar1, ar2 : tuple of float
        Arellano and Bond's statistics for the differenced residuals, each with its p-value.
    """

    specification: Specification
    kind: str
    steps: int
    outcome_label: str
    terms: tuple[GmmLine, ...]
    equations: int
    levels: int
    n_entities: int
    first_year: int
    last_year: int
    instruments: int
    rank: int
    sargan: gmm_estimation.Overidentification
    hansen: gmm_estimation.Overidentification
    ar1: tuple[float, float]
    ar2: tuple[float, float]
    level: float
    dropped: tuple[Dropped, ...]
    grid_rows: int
    notes: tuple[str, ...]

    dof: ClassVar[float] = float("inf")

    def grid(self) -> Grid:
        """Return coefficients and tests of the instruments."""
        rows = [
            (x.label, plain_number(x.estimate, x.se), plain_number(x.se),
             interval(x.low, x.high, x.se))
            for x in self.terms
        ]  # fmt: skip
        for name, test in (("Hansen J", self.hansen), ("Sargan", self.sargan)):
            rows.append((name, f"{test.statistic:.1f}", f"df {test.df}", f"p = {test.p:.3f}"))
        for name, (z, p) in (("AR(1)", self.ar1), ("AR(2)", self.ar2)):
            rows.append((name, plain_number(z, 0.1), "", f"p = {p:.3f}"))
        sizes = (("Instruments", self.instruments), ("Entities", self.n_entities))
        rows += [(name, f"{size}", "", "") for name, size in sizes]
        heads = ("Term", "Estimate", "SE", f"{share(self.level)} interval")
        return Grid.of(f"{self.outcome_label}: {self.kind} GMM", heads, rows, self.notes)


@checked
def gmm(
    spec: Specification, panel: Panel, *, kind: str = "difference", steps: int = 2, order: int = 1,
    instruments: Sequence[LagInstruments] | None = None, standard: Sequence[str] | None = None,
    level: float = 0.05,
) -> GmmResult:  # fmt: skip
    """Estimate a dynamic panel by difference or system GMM.

    The model is y(i,t) = Σ ρ_j y(i,t−j) + x(i,t)'β + a(i) + d(t) + u(i,t). Differences remove a(i),
    and lags of the levels are their instruments: E[y(i,t−s)·Δu(i,t)] = 0 for s ≥ 2 (Arellano and
    Bond 1991, Review of Economic Studies 58(2)). System GMM adds the equations in levels with
    lagged differences, E[Δy(i,t−1)·(a(i) + u(i,t))] = 0, which needs a start in the stationary mean
    (Blundell and Bond 1998, Journal of Econometrics 87(1)). Instruments are collapsed by default
    and their number is reported (Roodman 2009, Oxford Bulletin of Economics and Statistics 71(1)).
    Conventions are those of xtabond2; see `estimate_gmm`.

    Made for many entities and few years. With some thirty entities the weighting matrix of the
    second step is poorly estimated, so this stands in an appendix beside the bias-corrected
    estimators of `dynamic_panel`.

    Parameters
    ----------
    spec, panel, level
        As in `estimate`, without the lagged outcome; effects "two_way" or "entity", no `initial`.
    kind, steps, order : str, int, int
        "difference" or "system"; 1 (robust) or 2 (Windmeijer's correction); lags of the outcome on
        the right.
    instruments : sequence of LagInstruments, optional
        Default: all lags of the outcome from 2, collapsed.
    standard : sequence of str, optional
        Terms that are strictly exogenous and stand as their own instruments. Default: all but the
        lagged outcome. A regressor that reacts to the outcome belongs among `instruments` instead.

    Returns
    -------
    GmmResult
        Slopes, tests of serial correlation and of instruments.

    Raises
    ------
    SpecificationError
        Unknown kind, steps or effects, no two consecutive years, fewer independent instruments or
        entities than coefficients, or a coefficient the instruments do not identify.
    UnknownNameError
        A name is not in the panel or not among the terms.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"])
    >>> found = gmm(spec, panel, steps=1)
    >>> found.instruments == found.rank, 0 <= found.ar2[1] <= 1
    (True, True)
    """
    _require(spec, kind, steps)
    dynamic, wide = with_lagged_outcome(spec, panel, order)
    # No row is a singleton here: a lone row still has an equation in levels.
    rows = estimation_rows(dynamic, wide, ("first_difference",))
    own = dynamic.terms[:order]
    standard = tuple(t for t in dynamic.terms if t not in own) if standard is None else standard
    for name in standard:
        if name not in dynamic.terms:
            raise UnknownNameError("standard instrument", name, dynamic.terms, "the terms")
    chosen = (LagInstruments(spec.outcome),) if instruments is None else tuple(instruments)
    data = gmm_instruments.stack(
        _equations(rows, wide),
        [(lag, _figures(wide, lag.variable)) for lag in chosen],
        [dynamic.terms.index(name) for name in standard],
        system=kind == "system", year_effects=spec.effects == "two_way",
    )  # fmt: skip
    gmm_instruments.require_identified(dynamic, data, steps)
    fitted = estimate_gmm(data, steps)
    return _result(dynamic, wide, rows, data, fitted, (kind, steps, chosen), level)


def _require(spec: Specification, kind: str, steps: int) -> None:
    require_effects(spec, ("two_way", "entity"), "GMM")
    if kind not in ("difference", "system") or steps not in (1, 2):
        raise SpecificationError(
            f"GMM of kind '{kind}' in {steps} steps is unknown: use difference or system, 1 or 2."
        )
    if spec.initial:
        raise SpecificationError(
            f"GMM takes no initial-by-year controls such as '{spec.initial[0]}': each would cost "
            "an instrument a year, so leave them out."
        )


def _equations(rows: Rows, panel: Panel) -> gmm_instruments.Equations:
    years = panel.frame.index.unique(1).to_numpy(dtype=int)
    table = rows.frame.reindex(panel.frame.index).to_numpy()
    cube = table.reshape(-1, len(years), table.shape[1])
    return gmm_instruments.Equations(y=cube[..., 0], x=cube[..., 1:], years=years)


def _figures(panel: Panel, name: str) -> np.ndarray:
    values = panel[name].to_numpy(dtype=float)
    if np.isinf(values).any():
        entity, year = panel.frame.index[np.isinf(values)][0]
        raise SpecificationError(
            f"Instrument '{name}' is infinite for {entity} in {year}: a division by zero or the "
            "log of zero must become a missing value."
        )
    return values.reshape(len(panel.frame.index.unique(0)), -1)


def _result(
    spec: Specification, panel: Panel, rows: Rows, data: GmmData, fitted: gmm_estimation.Gmm,
    how: tuple[str, int, tuple[LagInstruments, ...]], level: float,
) -> GmmResult:  # fmt: skip
    kind, steps, _ = how
    entities, ar2 = int(data.entity.max()) + 1, autocorrelation(data, fitted, 2)
    notes = _notes(how, data, entities, fitted.hansen.p, ar2[1])
    errors, plain = (np.sqrt(np.diag(v)) for v in (fitted.covariance, fitted.plain))
    numbers = zip(fitted.coefficients, errors, map(float, plain), strict=True)  # dummies last
    lines = [
        row(term, term_label(panel, term), b, se, GmmResult.dof, level, kind=GmmLine, se_plain=one)
        for term, (b, se, one) in zip(spec.terms, numbers, strict=False)
    ]
    return GmmResult(
        specification=spec, kind=kind, steps=steps, outcome_label=label_of(panel, spec.outcome),
        terms=tuple(lines), equations=int((~data.level).sum()),
        levels=int(data.level.sum()), n_entities=entities, first_year=int(data.year.min()),
        last_year=int(data.year.max()), instruments=data.z.shape[1], rank=fitted.rank,
        sargan=fitted.sargan, hansen=fitted.hansen, ar1=autocorrelation(data, fitted, 1), ar2=ar2,
        level=level, dropped=rows.dropped, grid_rows=rows.grid_rows, notes=(*rows.notes, *notes),
    )  # fmt: skip


def _notes(
    how: tuple[str, int, tuple[LagInstruments, ...]], data: GmmData, entities: int, hansen: float,
    second: float,
) -> Iterator[str]:  # fmt: skip
    (kind, steps, chosen), instruments = how, data.z.shape[1]
    error = "robust one-step" if steps == 1 else "two-step with Windmeijer's correction"
    yield (
        "An appendix method: GMM was made for many entities and few years. Errors are "
        f"{error}; p-values and intervals from the normal."
    )
    if instruments > entities:
        yield (
            f"Warning: {instruments} instruments for {entities} entities; too many weaken the "
            "Hansen test and pull the estimate towards that of least squares."
        )
    if hansen > 0.9:
        yield f"Warning: a Hansen p-value of {hansen:.2f} is a sign of too many instruments."
    if second < 0.05:
        yield (
            f"Warning: second-order autocorrelation (p = {second:.3f}); lag 2 is then not a valid "
            "instrument."
        )
    collapsed = "_collapsed" if all(lag.collapse for lag in chosen) else ""
    yield from warnings_for([f"gmm_{kind}{collapsed}"], (entities, int(np.ptp(data.year)) + 1))
