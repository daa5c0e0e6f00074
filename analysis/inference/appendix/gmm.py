"""Difference and system GMM for a specification with a lagged outcome. An appendix method."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from analysis.certified import warnings_for
from analysis.data import Panel
from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.appendix.gmm_estimation import Gmm, GmmData, autocorrelation, estimate_gmm
from analysis.inference.appendix.gmm_instruments import Equations, LagInstruments, stack
from analysis.inference.appendix.gmm_result import GmmLine, GmmResult
from analysis.inference.coefficients import label_of, term_label
from analysis.inference.dynamic.lagged import require_effects, with_lagged_outcome
from analysis.inference.options import checked
from analysis.inference.result import row
from analysis.models import Rows, Specification, estimation_rows

__all__ = ["GmmLine", "GmmResult", "LagInstruments", "gmm"]


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

    Raises
    ------
    SpecificationError
        Unknown kind, steps or effects, no two consecutive years, fewer independent instruments or
        entities than coefficients, or a coefficient the instruments do not identify.
    UnknownNameError
        A name is not in the panel or not among the terms.
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
    data = stack(
        _equations(rows, wide),
        [(lag, _figures(wide, lag.variable)) for lag in chosen],
        [dynamic.terms.index(name) for name in standard],
        system=kind == "system", year_effects=spec.effects == "two_way",
    )  # fmt: skip
    _require_identified(dynamic, data)
    _require_entities(dynamic, data, steps)
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


def _equations(rows: Rows, panel: Panel) -> Equations:
    table = rows.frame.reindex(panel.frame.index).to_numpy()
    n = len(panel.frame.index.unique(0))
    years = panel.frame.index.unique(1).to_numpy(dtype=int)
    cube = table.reshape(n, len(years), -1)
    return Equations(y=cube[..., 0], x=cube[..., 1:], years=years)


def _figures(panel: Panel, name: str) -> np.ndarray:
    values = panel[name].to_numpy(dtype=float)
    if np.isinf(values).any():
        entity, year = panel.frame.index[np.isinf(values)][0]
        raise SpecificationError(
            f"Instrument '{name}' is infinite for {entity} in {year}: a division by zero or the "
            "log of zero must become a missing value."
        )
    return values.reshape(len(panel.frame.index.unique(0)), -1)


def _require_identified(spec: Specification, data: GmmData) -> None:
    if not (~data.level).any():
        raise SpecificationError(
            f"No first difference of '{spec.outcome}' can be used: no entity has rows in two "
            "consecutive years, so widen the sample."
        )
    k, wide = data.x.shape[1], data.z.shape[1]
    rank = int(np.linalg.matrix_rank(data.z / np.linalg.norm(data.z, axis=0)))
    if rank < k:
        raise SpecificationError(
            f"{rank} independent of {wide} instruments cannot identify {k} coefficients of "
            f"'{spec.outcome}': let deeper lags in or use fewer regressors."
        )
    size = np.linalg.norm(data.x, axis=0)
    flat = size == 0
    if not flat.any():
        basis = np.linalg.qr(data.z / np.linalg.norm(data.z, axis=0))[0]
        values, turns = np.linalg.svd(basis.T @ (data.x / size))[1:]
        flat = np.abs(turns[-1]) == np.abs(turns[-1]).max()
        if values[-1] > 1e-9 * values[0]:
            return
    place = int(np.flatnonzero(flat)[0])
    name = spec.terms[place] if place < len(spec.terms) else "a year dummy"
    raise SpecificationError(
        f"The coefficient of '{name}' is not identified: it does not vary over the years, is "
        "collinear, or no instrument moves it, so leave it out or add instruments."
    )


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


def _result(
    spec: Specification, panel: Panel, rows: Rows, data: GmmData, fitted: Gmm,
    how: tuple[str, int, tuple[LagInstruments, ...]], level: float,
) -> GmmResult:  # fmt: skip
    kind, steps, _ = how
    entities, ar2 = int(data.entity.max()) + 1, autocorrelation(data, fitted, 2)
    notes = _notes(how, data, entities, fitted.hansen.p, ar2[1])
    return GmmResult(
        specification=spec, kind=kind, steps=steps, outcome_label=label_of(panel, spec.outcome),
        terms=_lines(spec, panel, fitted, level), equations=int((~data.level).sum()),
        levels=int(data.level.sum()), n_entities=entities, first_year=int(data.year.min()),
        last_year=int(data.year.max()), instruments=data.z.shape[1], rank=fitted.rank,
        sargan=fitted.sargan, hansen=fitted.hansen, ar1=autocorrelation(data, fitted, 1), ar2=ar2,
        level=level, dropped=rows.dropped, grid_rows=rows.grid_rows, notes=(*rows.notes, *notes),
    )  # fmt: skip


def _lines(spec: Specification, panel: Panel, fitted: Gmm, level: float) -> tuple[GmmLine, ...]:
    errors, plain = (np.sqrt(np.diag(v)) for v in (fitted.covariance, fitted.plain))
    return tuple(
        row(term, term_label(panel, term), fitted.coefficients[i], errors[i], float("inf"), level,
            kind=GmmLine, se_plain=float(plain[i]))
        for i, term in enumerate(spec.terms)
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
