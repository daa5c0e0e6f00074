"""A slope that jumps where another variable passes a level, beside curves that merely bend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd

from analysis.certified import warnings_for
from analysis.data import Panel
from analysis.inference.cells import Grid, bracketed
from analysis.inference.coefficients import Coefficient, label_of
from analysis.inference.estimate import Estimate, estimate
from analysis.inference.form.joint import Combination, combine, joint
from analysis.inference.form.threshold_numerics import SCHEMES
from analysis.inference.form.threshold_search import Options, Search, search, threshold_rows
from analysis.inference.options import checked
from analysis.inference.result import Result
from analysis.models import Dropped, Rows, Specification

__all__ = ["Threshold", "threshold"]

SEED = 20261123


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Threshold(Result):
    """One threshold, the test for it and its smooth rivals.

    Attributes
    ----------
    by, by_label : str
        Threshold variable and its label.
    of : tuple of str
        Regressors whose slopes differ by regime.
    gamma : float
        Estimate, in units of `by`; q ≤ γ is the lower regime.
    gamma_low, gamma_high, gamma_connected : float, float, bool
        Ends of the likelihood-ratio set at 1 − level, among the values searched; whether that set
        has no hole.
    f, p : float
        F₁ and its bootstrap p-value, (1 + draws at or above F₁) / (1 + draws).
    critical : tuple of float
        Bootstrap critical values at 10%, 5% and 1%.
    ssr, ssr_linear : float
        Sum of squared residuals with and without the threshold.
    dof : int
        Divisor of σ̂²: rows less all effects.
    regimes : Estimate
        Slopes of both regimes with clustered errors, as if γ were known.
    differences : tuple of Combination
        Slope above less slope below, one per name in `of`.
    rows_low, rows_high : int
        Rows of each regime.
    models : DataFrame
        Columns ``model, words, ssr, parameters, bic``: no threshold, threshold, quadratic, spline.
    path : DataFrame
        Columns ``gamma, ssr, lr`` along the grid.
    scheme : str
        "resample" or "wild".
    """

    by: str
    by_label: str
    outcome_label: str
    of: tuple[str, ...]
    gamma: float
    gamma_low: float
    gamma_high: float
    gamma_connected: bool
    f: float
    p: float
    critical: tuple[float, float, float]
    ssr: float
    ssr_linear: float
    dof: int
    regimes: Estimate
    differences: tuple[Combination, ...]
    rows_low: int
    rows_high: int
    models: pd.DataFrame
    path: pd.DataFrame
    draws: int
    scheme: str
    level: float
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...]
    listed: ClassVar[tuple[str, ...]] = ("smooth_fits_better",)

    @property
    def smooth_fits_better(self) -> bool:
        """Whether a quadratic or a spline has a lower BIC than the threshold."""
        bic = self.models.set_index("model")["bic"]
        return bool(bic.drop(["threshold", "linear"]).min() < bic["threshold"])

    def rows(self) -> tuple[Coefficient, ...]:
        """Return the slopes by regime."""
        return self.regimes.terms

    def grid(self) -> Grid:
        """Return the table."""
        lines = (*self.regimes.terms, *self.differences)
        slopes = [(t.label, bracketed(t.estimate, t.low_cr3, t.high_cr3, t.se)) for t in lines]
        gamma = f"{self.gamma:.4g} [{self.gamma_low:.4g}, {self.gamma_high:.4g}]"
        test = f"{self.f:.2f}, p = {self.p:.3f}"
        first = [("threshold", gamma.replace("-", "−")), ("F₁ and bootstrap p", test)]
        fits = [
            (m.words, f"SSR {m.ssr:.5g}, BIC {m.bic:,.1f}".replace("-", "−"))
            for m in self.models.itertuples()
        ]
        caption = f"{self.outcome_label}: a threshold in {self.by_label}?"
        heads = ("", "Estimate [interval]")
        return Grid.of(caption, heads, (*first, *slopes, *fits), self.notes)


@checked
def threshold(
    spec: Specification, panel: Panel, by: str, *, of: Sequence[str] = (), shift: bool = False,
    trim: float = 0.1, grid: int = 400, draws: int = 999, scheme: str = "resample",
    seed: int | np.random.Generator = SEED, level: float = 0.05,
) -> Threshold:  # fmt: skip
    """Search one threshold in the slopes of `of` and test it against its absence.

    y(i,t) = β₁'x·1(q ≤ γ) + β₂'x·1(q > γ) + other terms + effects + e, with γ where the sum of
    squares S₁(γ) is smallest; F₁ = (S₀ − S₁)/σ̂², σ̂² = S₁/(n − effects). Its distribution is not
    tabulated: residual vectors of whole entities are redrawn. The set of γ is where LR(γ) = (S₁(γ)
    − S₁)/σ̂² ≤ 7.35 at 95% (Hansen 1999, Journal of Econometrics 93(2), 345–368).

    Three things differ from that paper. All effects of `spec` are partialled out exactly, so
    two-way effects and unbalanced panels are allowed, and σ̂² loses one degree of freedom for each
    (for a balanced panel with entity effects that is his n(T−1)). On an unbalanced panel an entity
    borrows residuals only from entities observed in all of its years. Slopes carry clustered
    errors. His set for γ assumes equal variances and no serial correlation, ours inherits that.

    Not for a relation that may simply bend: a smooth quadratic passes this test often. The result
    therefore always holds a quadratic and a spline on the same rows; where one of them has the
    lower BIC, there is no ground for speaking of a threshold.

    Parameters
    ----------
    spec, panel, level
        As in `estimate`: the regression without a threshold.
    by : str
        Threshold variable q, dated by the specification's lag; a regressor or any other variable.
    of : sequence of str
        Regressors or controls whose slopes switch; the first regressor by default.
    shift : bool
        Let the level of the outcome switch too.
    trim : float
        Smallest share of rows in a regime.
    grid : int
        Values of q tried: all distinct ones, or so many quantiles.
    draws, scheme : int, str
        Bootstrap samples, by "resample" (Hansen) or "wild" (random signs per entity).
    seed : int or Generator
        Source of draws.

    Returns
    -------
    Threshold
        γ with its set, F₁ with its p, slopes on both sides, smooth rivals.

    Raises
    ------
    SpecificationError, UnknownNameError
        As in `estimate`, or a name in `of` is no slope or stands in a product, q varies too little,
        a regime carries no slope of its own, or residuals of an entity cannot be exchanged.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"], controls=["papers_sci"])
    >>> found = threshold(spec, panel, "gdp", grid=50, draws=99)
    >>> 0 < found.p <= 1, bool(found.gamma_low <= found.gamma <= found.gamma_high)
    (True, True)
    """
    names = (of,) if isinstance(of, str) else tuple(of) or spec.regressors[:1]
    options = Options(by, names, shift, trim, grid, draws, scheme)
    rows, q = threshold_rows(spec, panel, options)
    found = search(spec, panel, rows, q, options, np.random.default_rng(seed), level)
    regimes, gaps = _regime_slopes(spec, panel, rows, q, options, found.gamma, level)
    values, inside = found.path["gamma"], found.path["lr"].to_numpy() <= found.distance
    first, last = np.flatnonzero(inside)[[0, -1]]
    return Threshold(
        by=by, by_label=label_of(panel, by), outcome_label=label_of(panel, spec.outcome), of=names,
        gamma=found.gamma, gamma_low=float(values[first]), gamma_high=float(values[last]),
        gamma_connected=bool(inside[first : last + 1].all()), f=found.f, p=found.p,
        critical=found.critical, ssr=float(found.path["ssr"].min()), ssr_linear=found.ssr_linear,
        dof=found.dof, regimes=regimes, differences=gaps, rows_low=int((q <= found.gamma).sum()),
        rows_high=int((q > found.gamma).sum()), models=found.models,
        path=found.path, draws=draws, scheme=scheme, level=level, dropped=regimes.dropped,
        notes=(*regimes.notes, *_notes(spec, found, options, inside, first, last),
               regimes.convention, *warnings_for(["threshold"], regimes.fitted.shape)),
    )  # fmt: skip


def _regime_slopes(
    spec: Specification, panel: Panel, rows: Rows, q: np.ndarray, options: Options,
    gamma: float, level: float,
) -> tuple[Estimate, tuple[Combination, ...]]:  # fmt: skip
    """Estimate the slopes of both regimes at γ, and their differences, upper less lower.

    γ is taken as known: its own uncertainty is of smaller order (Hansen 1999, section 5).
    """
    low, frame, words, lags = q <= gamma, rows.frame[[""]].copy(), {}, {}
    for name in options.of:
        for sign, regime in (("≤", low), (">", ~low)):
            where = f"where {options.by} {sign} {gamma:.4g}"
            words[term := f"{name} {where}"] = f"{label_of(panel, name)} {where}"
            frame[term], lags[term] = rows.frame[name] * regime, spec.lag_of(name)
    others = [name for name in rows.frame.columns[1:] if name not in options.of]
    frame[others] = rows.frame[others]
    lags |= {name: spec.lag_of(name) for name in others if ":" not in name}
    if options.shift:
        frame[name := f"level where {options.by} ≤ {gamma:.4g}"] = low.astype(float)
        lags[name] = spec.lag
    terms = tuple(frame.columns[1:])
    two = replace(spec, regressors=terms, interactions=(), controls=(), lags=lags)
    regimes = estimate(two, panel, level=level, rows=replace(rows, frame=frame))
    terms = tuple(replace(t, label=words.get(t.term, t.label)) for t in regimes.terms)
    found = joint([regimes.fitted], [tuple(words)])
    weights = np.kron(np.eye(len(options.of)), [-1.0, 1.0])
    labels = [f"{label_of(panel, name)}: above less below" for name in options.of]
    gaps = [combine(x, w, found, level=level) for x, w in zip(labels, weights, strict=True)]
    return replace(regimes, terms=terms), tuple(gaps)


def _notes(
    spec: Specification, found: Search, options: Options, inside: np.ndarray, first: int, last: int
) -> list[str]:
    bic = found.models.set_index("model")["bic"]
    smooth = bic.drop(["threshold", "linear"]).idxmin()
    better = bic[smooth] < bic["threshold"]
    out = [
        f"Hansen's threshold over {len(found.path)} values of {options.by}, at least "
        f"{options.trim:.0%} of rows in each regime; F₁ against {options.draws:,} bootstrap "
        f"samples ({SCHEMES[options.scheme]}). Slopes with CR3 intervals, γ taken as known.",
        f"By BIC the {smooth} fits {'better than' if better else 'no better than'} the threshold"
        + (", so these data do not tell a threshold from a smooth bend." if better else "."),
    ]
    if first == 0 or last == len(inside) - 1:
        out.append("The set for γ reaches the end of the values searched: it has no bound there.")
    if not inside[first : last + 1].all():
        out.append("The set for γ has holes; its outer ends are shown.")
    if options.scheme == "resample" and found.smallest_pool < found.entities:
        out.append(
            "The panel is unbalanced: an entity borrows residuals only from entities observed in "
            f"all of its years, {found.smallest_pool} at the fewest, itself included."
        )
    if spec.cluster != "entity":
        out.append(f"Errors cluster by {spec.cluster}, the bootstrap redraws single entities.")
    if found.unidentified:
        out.append(f"{found.unidentified} values left a regime without variation: passed over.")
    return out
