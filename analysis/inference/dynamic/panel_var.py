"""Two variables that may drive each other: a panel VAR(1) with the half-panel jackknife."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from analysis.certified import warnings_for
from analysis.data import Panel
from analysis.errors import SpecificationError
from analysis.inference.cells import Grid, bracketed
from analysis.inference.coefficients import label_of
from analysis.inference.dynamic.bias import half_panel, within
from analysis.inference.dynamic.design import Draws, bootstrap, percentiles, prepared
from analysis.inference.dynamic.lagged import lagged_name, require_effects, shifted
from analysis.inference.dynamic.lagged_outcome import ESTIMATORS as WORDS
from analysis.inference.options import checked
from analysis.inference.result import PanelResult, Row, named, row
from analysis.models import Specification

__all__ = ["PanelVar", "VarLine", "panel_var", "require_pair"]

ESTIMATORS = ("within", "half_panel_jackknife")


@dataclass(frozen=True, slots=True)
class VarLine(Row):
    """Effect of last year's `term` on this year's `outcome`, by one estimator.

    Bootstrap standard error; t, p and interval from t(G−1). `scale` is within-SD(term) over
    within-SD(outcome).
    """

    estimator: str = ""
    outcome: str = ""
    outcome_label: str = ""
    scale: float = float("nan")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PanelVar(PanelResult):
    """A bivariate panel VAR(1), as given: the pair, sample, effects and cluster.

    Attributes
    ----------
    variables : tuple of str
        Outcome and regressor of the specification.
    terms : tuple of VarLine
        Four coefficients each, by estimator, outcome and term.
    roots : dict of str to tuple of float
        By estimator the largest modulus of the eigenvalues of the coefficient matrix with its
        percentile interval; below one the loop dies out.
    """

    variables: tuple[str, str]
    terms: tuple[VarLine, ...]
    roots: dict[str, tuple[float, float, float]]
    clusters: int
    draws: int
    seed: int
    keys: ClassVar[tuple[str, ...]] = ("estimator", "outcome", "term")

    def line(self, term: str, outcome: str, estimator: str = "half_panel_jackknife") -> VarLine:
        """Effect of last year's `term` on `outcome`."""
        lines = {f"{x.term}, {x.outcome}, {x.estimator}": x for x in self.terms}
        return named(lines, "line", f"{term}, {outcome}, {estimator}")

    coefficient = line

    def grid(self) -> Grid:
        """One row per arrow of the loop, one column per estimator."""
        rows = []
        for outcome in self.variables:
            for term in self.variables:
                lines = [self.line(term, outcome, name) for name in self.roots]
                arrow = f"{lines[0].label} → {lines[0].outcome_label}"
                unit = min(x.se for x in lines)
                cells = (bracketed(x.estimate, x.low, x.high, unit, x.se) for x in lines)
                rows.append((arrow, *cells))
        rows.append(("Largest root", *(f"{root[0]:.2f}" for root in self.roots.values())))
        rows.append(("Rows", *[f"{self.n:,}"] * len(self.roots)))
        heads = ("Last year → this year", *(WORDS[name] for name in self.roots))
        return Grid.of("Panel VAR(1)", heads, rows, self.notes)


@checked
def panel_var(
    spec: Specification, panel: Panel, *, draws: int = 999, seed: int = 20261123,
    level: float = 0.05,
) -> PanelVar:  # fmt: skip
    """Estimate [y, x](t) = A·[y, x](t−1) + effects + u(t), the same rows in both equations.

    Both equations have the Nickell bias and neither variable is strictly exogenous, so that the
    half-panel jackknife is used, which needs neither (Dhaene and Jochmans 2015, Review of Economic
    Studies 82(3), 991–1030); the within estimates stand beside it. An entity bootstrap with common
    resamples gives the intervals. The model is that of Holtz-Eakin, Newey and Rosen (1988,
    Econometrica 56(6), 1371–1395) at one lag.

    A coefficient says that last year's x helps to predict this year's y given last year's y. It
    does not say that changing x would change y.

    Parameters
    ----------
    spec : Specification
        Outcome and exactly one regressor; its `lag` is ignored, both are lagged one year. No
        controls, interactions or `initial`. Effects as in `dynamic_panel`.
    panel, draws, seed, level
        As in `dynamic_panel`.

    Returns
    -------
    PanelVar
        Both equations with bootstrap intervals.

    Raises
    ------
    SpecificationError, UnknownNameError
        As in `dynamic_panel`; also when the specification is not a pair.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"])
    >>> found = panel_var(spec, panel, draws=49)
    >>> len(found.terms), list(found.roots)
    (8, ['within', 'half_panel_jackknife'])
    """
    require_effects(spec, ("two_way", "region_year", "entity_trends", "entity"), "A panel VAR")
    y, x = require_pair(spec, "A panel VAR")
    own, other, now = lagged_name(y), lagged_name(x), f"{x}(t)"
    wide = shifted(panel, {own: (y, 1), other: (x, 1), now: (x, 0)})
    # This year's x stands among the controls only so that both equations share their rows.
    pair = Specification(
        y, (own, other), lag=0, controls=(now,),
        effects=spec.effects, sample=spec.sample, cluster=spec.cluster,
    )  # fmt: skip
    fitted, blocks = prepared(pair, wide, outcomes=2)

    def estimator(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        b, fine = zip(within(blocks.whole, weights), half_panel(blocks, weights), strict=True)
        return np.stack(b, axis=1), fine[0] & fine[1]

    drawn = bootstrap(estimator, blocks, draws, seed, y)
    labels = label_of(panel, y), label_of(panel, x)
    sd = dict(zip((y, own, other, x), fitted.within_sd, strict=True))
    years = fitted.years
    return PanelVar(
        specification=spec, variables=(y, x),
        terms=tuple(_lines((y, x), labels, sd, drawn, len(fitted.cluster_labels) - 1, level)),
        roots={name: _root(drawn, e, level) for e, name in enumerate(ESTIMATORS)}, n=fitted.n,
        n_entities=len(blocks.sizes), clusters=len(fitted.cluster_labels), first_year=years[0],
        last_year=years[-1], draws=draws, seed=seed, level=level, dropped=fitted.dropped,
        grid_rows=fitted.grid_rows,
        notes=(*fitted.notes, *_notes(drawn, draws), *warnings_for(["panel_var"], fitted.shape)),
    )  # fmt: skip


def require_pair(spec: Specification, what: str) -> tuple[str, str]:
    """Outcome and the only regressor; more regressors, products or controls are refused."""
    more = (*spec.regressors[1:], *map(":".join, spec.interactions), *spec.controls, *spec.initial)
    if more:
        raise SpecificationError(
            f"{what} takes the outcome and one regressor, and '{more[0]}' is one more: leave it "
            "out or remove it from both variables beforehand."
        )
    return spec.outcome, spec.regressors[0]


def _lines(
    names: tuple[str, str], labels: tuple[str, str], sd: dict[str, float], drawn: Draws, dof: int,
    level: float,
) -> Iterator[VarLine]:  # fmt: skip
    for e, estimator in enumerate(ESTIMATORS):
        for j, outcome in enumerate(names):
            for i, term in enumerate(names):
                se, spread = drawn.draws[:, e, i, j].std(ddof=1), sd[outcome]
                yield row(
                    term, labels[i], drawn.point[e, i, j], se, dof, level,
                    kind=VarLine, estimator=estimator, outcome=outcome, outcome_label=labels[j],
                    scale=float(sd[lagged_name(term)] / spread) if spread > 0 else float("nan"),
                )  # fmt: skip


def _root(drawn: Draws, e: int, level: float) -> tuple[float, float, float]:
    """Largest modulus of the eigenvalues, with its percentile interval."""
    point = float(np.abs(np.linalg.eigvals(drawn.point[e])).max())
    return point, *percentiles(np.abs(np.linalg.eigvals(drawn.draws[:, e])).max(axis=1), level)


def _notes(drawn: Draws, draws: int) -> Iterator[str]:
    yield (
        f"Each variable is regressed on last year's values of both; standard errors from {draws:,} "
        "resamples of whole clusters."
    )
    if drawn.lost:
        yield f"{drawn.lost:,} resamples that do not identify every coefficient are left out."
