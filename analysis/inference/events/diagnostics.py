"""What a two-way regression on a post dummy compares, and how much trend an effect survives."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from analysis.data import Panel
from analysis.errors import SpecificationError
from analysis.inference.cells import Grid, plain_number
from analysis.inference.events.data import NEVER, EventData, event_data
from analysis.inference.events.study import EventStudy
from analysis.inference.options import checked
from analysis.inference.result import Result
from analysis.models import Sample
from analysis.models.treatment import EventDesign

__all__ = ["Decomposition", "HonestBound", "TwoByTwo", "diagnose", "goodman_bacon", "honest_bounds"]


@dataclass(frozen=True, slots=True)
class TwoByTwo:
    """One comparison of two groups in two periods; `control` is `NEVER` for the never exposed."""

    kind: str
    treated: int
    control: int
    estimate: float
    weight: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Decomposition(Result):
    """Result of `goodman_bacon`.

    `estimate` is the coefficient of the post dummy in the two-way regression, the weighted sum of
    the `comparisons`; `shares` are (kind, weight, mean estimate), summed over the kinds of
    comparison. `label` names the outcome and the event.
    """

    estimate: float
    comparisons: tuple[TwoByTwo, ...]
    shares: tuple[tuple[str, float, float], ...]
    label: str
    listed: ClassVar[tuple[str, ...]] = ("forbidden", "notes")

    @property
    def forbidden(self) -> float:
        """Weight of comparisons that use entities already exposed as controls."""
        return sum(c.weight for c in self.comparisons if c.kind == "later_vs_earlier")

    @property
    def notes(self) -> tuple[str, ...]:
        """What to make of it."""
        return (
            f"{self.forbidden:.0%} of the two-way estimate comes from comparisons whose controls "
            "were exposed already; they mislead where effects grow or fade.",
        )

    def rows(self) -> tuple[TwoByTwo, ...]:
        """Return the comparisons."""
        return self.comparisons

    def grid(self) -> Grid:
        """Return the kinds of comparison."""
        unit = abs(self.estimate) / 4
        rows = [
            (kind.replace("_", " "), f"{weight:.2f}", plain_number(mean, unit))
            for kind, weight, mean in self.shares
        ]
        rows.append(("Two-way estimate", "1.00", plain_number(self.estimate, unit)))
        return Grid.of(self.label, ("Comparison", "Weight", "Mean"), rows, self.notes)


@dataclass(frozen=True, slots=True)
class HonestBound:
    """Robust interval of the mean over `horizons` event times if the trend bends by `bend` a year.

    `estimate` is that mean as it stands, with parallel paths taken for granted.
    """

    bend: float
    horizons: int
    estimate: float
    low: float
    high: float


@checked
def goodman_bacon(
    design: EventDesign, outcome: str, panel: Panel, *, sample: Sample | None = None
) -> Decomposition:
    """Take the two-way estimate apart into comparisons of two groups in two periods.

    With staggered starts the coefficient of the post dummy is a weighted average of all such
    comparisons, among them later against earlier exposed entities (Goodman-Bacon 2021, J.
    Econometrics 225(2), 254–277). A diagnostic: no error is attached to it. Arguments and errors
    are as in `event_study`.

    Parameters
    ----------
    design, outcome, panel, sample
        As in `event_study`.

    Returns
    -------
    Decomposition
        Comparisons with their weights; the weights sum to one.

    Examples
    --------
    >>> from analysis.data import load, load_policies
    >>> from analysis.models import EventDesign
    >>> design = EventDesign.from_table(load_policies(), "green_finance_pilot")
    >>> parts = goodman_bacon(design, "urbanisation_rate", load("china"))
    >>> round(float(parts.tidy()["weight"].sum()), 6)
    1.0
    """
    return _decompose(event_data(design, outcome, panel, sample))


def diagnose(study: EventStudy) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return honest bounds of a study and the parts of its two-way estimate, as plain tables.

    The first holds one row per bend (bend, horizons, estimate, low, high) and is empty where the
    study is not by Callaway and Sant'Anna with a universal base; the second one row per comparison
    (kind, treated, control, estimate, weight), on the same rows of the panel.

    Parameters
    ----------
    study : EventStudy
        From `event_study`.

    Returns
    -------
    tuple of DataFrame
        Bounds, and parts of the two-way estimate.

    Examples
    --------
    >>> from analysis.data import load, load_policies
    >>> from analysis.inference import event_study
    >>> from analysis.models import EventDesign
    >>> design = EventDesign.from_table(load_policies(), "green_finance_pilot")
    >>> study = event_study(design, "urbanisation_rate", load("china"))
    >>> bounds, parts = diagnose(study)
    >>> list(parts.columns)
    ['kind', 'treated', 'control', 'estimate', 'weight']
    """
    able = study.estimator == "callaway_santanna" and study.base == "universal"
    bounds = map(asdict, honest_bounds(study) if able else ())
    table = pd.DataFrame(bounds, columns=list(HonestBound.__slots__))
    return table, _decompose(study.data).tidy()


def _decompose(data: EventData) -> Decomposition:
    from diff_diff import BaconDecomposition  # takes a second to import

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its warnings repeat what `event_data` counts
        found = BaconDecomposition().fit(data.long(), "y", "unit", "year", "start")
    means = found.effect_by_type()
    return Decomposition(
        estimate=float(found.twfe_estimate),
        comparisons=tuple(
            TwoByTwo(
                c.comparison_type, int(c.treated_group) - data.origin,
                NEVER if c.control_group == "never_treated" else int(c.control_group) - data.origin,
                float(c.estimate), float(c.weight),
            )
            for c in found.comparisons
        ),
        shares=tuple(
            (kind, float(weight), float("nan") if means[kind] is None else float(means[kind]))
            for kind, weight in found.weight_by_type().items()
        ),
        label=f"{data.label}, post dummy of {data.design.name.replace('_', ' ')}",
    )  # fmt: skip


@checked
def honest_bounds(
    study: EventStudy, bends: Sequence[float] | None = None, *, leads: int = 4, horizons: int = 5,
) -> tuple[HonestBound, ...]:  # fmt: skip
    """Intervals that allow the paths to part, if not too abruptly.

    The difference in trends may change its slope by at most M from one year to the next; M = 0
    allows any straight line. The interval is the shortest of fixed length (Rambachan and Roth
    2023, Review of Economic Studies 90(5), 2555–2591) for the mean over the first event times,
    every one equally, with normal critical values. Their other restriction, relative magnitudes, is
    left out: the library has no interval for it that the paper would call valid.

    Parameters
    ----------
    study : EventStudy
        By Callaway and Sant'Anna with a universal base.
    bends : sequence of float, optional
        Values of M in outcome units per year squared; by default 0, ⅛, ¼ and ½ of the standard
        error of the average effect.
    leads, horizons : int
        Points before the reference year and from the first year of exposure on that enter. Far
        ones rest on few cohorts, and the search slows down with their number.

    Returns
    -------
    tuple of HonestBound
        One per bend.

    Raises
    ------
    SpecificationError
        Another estimator or base, a negative M, or no point before the reference year.

    Examples
    --------
    >>> from analysis.data import load, load_policies
    >>> from analysis.inference import event_study
    >>> from analysis.models import EventDesign
    >>> design = EventDesign.from_table(load_policies(), "green_finance_pilot")
    >>> study = event_study(design, "urbanisation_rate", load("china"))
    >>> straight, bent = honest_bounds(study, [0.0, 0.001], leads=2, horizons=2)
    >>> bent.high - bent.low > straight.high - straight.low
    True
    """
    from diff_diff import compute_honest_did  # takes a second to import

    if study.estimator != "callaway_santanna" or study.base != "universal":
        raise SpecificationError(
            "Honest bounds are computed from callaway_santanna with base 'universal': estimate "
            f"the study that way instead of {study.estimator} with base '{study.base}'."
        )
    grid = np.array([0, 0.125, 0.25, 0.5]) * study.overall.se if bends is None else bends
    if leads < 1 or horizons < 1:
        raise SpecificationError(
            f"Honest bounds from {leads} leads and {horizons} horizons do not exist: give at least "
            "one of each."
        )
    near = _trimmed(study.container, -1 - leads, horizons - 1)
    out = []
    for bend in map(float, grid):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = compute_honest_did(near, method="smoothness", M=bend, alpha=study.level)
        except ValueError as error:
            raise SpecificationError(
                f"Honest bounds with a bend of {bend:g} cannot be computed for "
                f"'{study.data.outcome}': {error}"
            ) from error
        numbers = map(float, (found.original_estimate, found.ci_lb, found.ci_ub))
        out.append(HonestBound(bend, len(found.post_periods_used), *numbers))
    return tuple(out)


def _trimmed(container: Any, first: int, last: int) -> Any:  # noqa: ANN401
    """Return diff-diff's path with the event times from first to last only."""
    kept = (container.event_time >= first) & (container.event_time <= last)
    rows = (container.vcov_index >= first) & (container.vcov_index <= last)
    values = {f.name: getattr(container, f.name) for f in fields(container)}
    columns = {name: v[kept] for name, v in values.items() if np.shape(v) == np.shape(kept)}
    vcov, index = container.vcov[np.ix_(rows, rows)], container.vcov_index[rows]
    return replace(container, **columns, vcov=vcov, vcov_index=index)
