"""How long an effect takes: lags side by side, their sum and their mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.certified import warnings_for
from analysis.data import Panel, Variable
from analysis.errors import SpecificationError
from analysis.inference.cells import Grid, bracketed, reach
from analysis.inference.coefficients import Coefficient, label_of
from analysis.inference.estimate import Estimate, estimate
from analysis.inference.form.joint import Combination, Joint, Ratio, combine, fieller, joint
from analysis.inference.options import checked
from analysis.inference.result import Result
from analysis.models import Dropped, Specification

__all__ = ["DistributedLags", "distributed_lags", "mean_lag_change"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DistributedLags(Result):
    """Coefficients by lag, the long-run sum and the mean lag.

    Attributes
    ----------
    of, of_label : str
        The regressor and its label.
    lags : tuple of int
        Years by which each copy precedes the outcome.
    estimate : Estimate
        The regression; its first terms are the lags in order.
    total, mean_lag : Combination
        Σ b_k, and Σ k·b_k / Σ b_k in years, delta-method errors.
    mean_lag_fieller : Ratio
        The values of the mean lag that Fieller's test (CR3) does not refuse at `level`.
    weak : bool
        Whether the sum cannot be told from zero (CR3), so that a mean lag has no meaning.
    """

    of: str
    of_label: str
    outcome_label: str
    lags: tuple[int, ...]
    estimate: Estimate
    total: Combination
    mean_lag: Combination
    mean_lag_fieller: Ratio
    weak: bool
    level: float
    notes: tuple[str, ...]

    @property
    def coefficients(self) -> tuple[Coefficient, ...]:
        """One per lag."""
        return self.estimate.terms[: len(self.lags)]

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        """Rows left out, by reason."""
        return self.estimate.dropped

    def rows(self) -> list[dict[str, Any]]:
        """Return ``lag`` and the fields of `Coefficient` for each lag."""
        pairs = zip(self.lags, self.coefficients, strict=True)
        return [{"lag": k, **asdict(line)} for k, line in pairs]

    def grid(self) -> Grid:
        """Return the table."""
        lines = (*self.coefficients, self.total, self.mean_lag)
        names = (*(f"{k} years before" for k in self.lags), self.total.label, self.mean_lag.label)
        cells = (bracketed(x.estimate, x.low_cr3, x.high_cr3, x.se) for x in lines)
        rows = zip(names, cells, strict=True)
        caption = f"{self.outcome_label} on {self.of_label} by lag"
        return Grid.of(caption, ("Lag", "Estimate [CR3 interval]"), rows, self.notes)


@checked
def distributed_lags(
    spec: Specification, panel: Panel, of: str, *, lags: Sequence[int] = (0, 1, 2, 3, 4),
    level: float = 0.05,
) -> DistributedLags:  # fmt: skip
    """Regress the outcome on several lags of one regressor at once.

    y(i,t) = Σ_k b_k·x(i,t−k) + terms + effects + u(i,t). The long-run sum is S = Σ b_k, the mean
    lag M = Σ k·b_k / S, with ∂M/∂b_k = (k − M)/S for the delta method (Griliches 1967, Econometrica
    35(1), 16–49, on mean lags).

    Not for weights of mixed sign or a sum near zero: M is then no average of anything, may lie
    outside the lags and its delta-method interval is far too short. `weak` says so and Fieller's
    set shows what is left. Effects beyond the last lag are taken for zero, so M is too small where
    they are not.

    Parameters
    ----------
    spec, panel, level
        As in `estimate`; the lag the specification gives to `of` is replaced, all else stays.
    of : str
        A regressor that stands in no product.
    lags : sequence of int
        Years, at least two.

    Returns
    -------
    DistributedLags
        One slope per lag, their sum and the mean lag.

    Raises
    ------
    SpecificationError
        As in `estimate`, or `of` or `lags` do not fit.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"], controls=["papers_sci"])
    >>> distributed_lags(spec, panel, "rd_fte", lags=(0, 1, 2)).tidy().shape[0]
    3
    """
    lags = tuple(lags)
    _check(spec, of, lags)
    names = tuple(f"{of} {k} years before" for k in lags)
    copies = pd.DataFrame(dict.fromkeys(names, panel[of]))
    described = {name: Variable(name, f"{label_of(panel, of)}, {name[len(of) + 1 :]}")
                 for name in names}  # fmt: skip
    others = tuple(name for name in spec.regressors if name != of)
    kept = {name: lag for name, lag in spec.lags if name != of}
    dated = kept | dict(zip(names, lags, strict=True))
    wide = replace(spec, regressors=(*names, *others), lags=dated)
    found = estimate(wide, panel.with_columns(copies, described), level=level)
    both = joint([found.fitted], [names])
    total = combine("sum of lags", np.ones(len(lags)), both, level=level)
    weak = total.low_cr3 <= 0 <= total.high_cr3
    mean_lag, ratio = _mean_lag(both, np.array(lags, dtype=float), level)
    return DistributedLags(
        of=of, of_label=label_of(panel, of), outcome_label=label_of(panel, spec.outcome), lags=lags,
        estimate=found, total=total, mean_lag=mean_lag, mean_lag_fieller=ratio, weak=weak,
        level=level, notes=_notes(found, both, weak, ratio),
    )  # fmt: skip


@checked
def mean_lag_change(
    earlier: DistributedLags, later: DistributedLags, *, level: float = 0.05
) -> Combination:
    """Return the mean lag of `later` less that of `earlier`, errors dependent inside clusters.

    The two are estimated on different years of the same entities, so clusters are shared: the
    covariance of the two comes from stacking them (see `joint`), then the delta method.

    Parameters
    ----------
    earlier, later : DistributedLags
        Of the same clusters.
    level : float
        1 − coverage of the interval.

    Returns
    -------
    Combination
        Difference with its error and interval.

    Raises
    ------
    SpecificationError
        The two are clustered by different variables.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from analysis.data import load
    >>> from analysis.inference import distributed_lags
    >>> from analysis.models import Sample, Specification
    >>> spec = Specification("patents_granted_invention", ["rd_fte"])
    >>> early, late = (
    ...     distributed_lags(replace(spec, sample=years), load("china"), "rd_fte", lags=(1, 2))
    ...     for years in (Sample(last_year=2016), Sample(first_year=2017))
    ... )
    >>> change = mean_lag_change(early, late)
    >>> round(change.estimate - (late.mean_lag.estimate - early.mean_lag.estimate), 9)
    0.0
    """
    pair = (earlier, later)
    if earlier.estimate.specification.cluster != later.estimate.specification.cluster:
        raise SpecificationError(
            "The two sets of lags are clustered by different variables: use the same in both."
        )
    names = [d.estimate.specification.regressors[: len(d.lags)] for d in pair]
    found = joint([d.estimate.fitted for d in pair], names)
    before, after = ((np.array(d.lags) - d.mean_lag.estimate) / d.total.estimate for d in pair)
    gap = later.mean_lag.estimate - earlier.mean_lag.estimate
    parts, label = np.concatenate([-before, after]), "mean lag, later less earlier"
    return combine(label, parts, found, level=level, estimate=gap)


def _mean_lag(found: Joint, lags: np.ndarray, level: float) -> tuple[Combination, Ratio]:
    total, weighted = float(found.estimates.sum()), float(lags @ found.estimates)
    mean = weighted / total
    forms = np.vstack([lags, np.ones(len(lags))])
    ratio = fieller(weighted, total, forms @ found.cr3 @ forms.T, reach(found.dof, level))
    gradient = (lags - mean) / total
    return combine("mean lag, years", gradient, found, level=level, estimate=mean), ratio


def _notes(found: Estimate, both: Joint, weak: bool, ratio: Ratio) -> tuple[str, ...]:
    out = [
        "Mean lag Σk·b(k)/Σb(k) with delta-method errors; Fieller's CR3 set: "
        f"{ratio.shape if ratio.shape == 'line' else f'{ratio.low:.2f} to {ratio.high:.2f}'}"
        f"{', outside these two' if ratio.shape == 'rays' else ''}."
    ]
    if weak:
        out.append(
            "The sum of the lags cannot be told from zero, so the mean lag has no meaning here."
        )
    if (both.estimates > 0).any() and (both.estimates < 0).any():
        out.append("Lags have different signs, so the mean lag is no average of waiting times.")
    warnings = warnings_for(["distributed_lags"], found.fitted.shape)
    return (*found.notes, found.convention, *out, *warnings)


def _check(spec: Specification, of: str, lags: tuple[int, ...]) -> None:
    if of not in spec.regressors or any(of in pair for pair in spec.interactions):
        raise SpecificationError(
            f"'{of}' must be a regressor of '{spec.outcome}' that stands in no product, or its "
            "lags have no single effect."
        )
    if len(lags) < 2 or len(set(lags)) < len(lags):
        raise SpecificationError(f"Lags {list(lags)} must be two or more years, each once.")
