"""Effects by years since an event, with bands that hold for the whole path."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analysis.certified import warnings_for
from analysis.data import Panel
from analysis.errors import SpecificationError, UnknownNameError, require_seed
from analysis.inference.cells import reach
from analysis.inference.events.cells import cell_effects, cells, summary_error, weights
from analysis.inference.events.data import EventData, event_data
from analysis.inference.events.engines import ENGINES, RawStudy
from analysis.inference.events.study import Cohort, EventStudy, EventTime
from analysis.inference.options import checked
from analysis.inference.power import minimum_detectable_effect
from analysis.inference.result import row
from analysis.models import Sample
from analysis.models.treatment import EventDesign

__all__ = ["bonferroni", "event_study", "sup_t"]

DRAWS = 20_000
SEED = 20261123
_AGGREGATIONS = ("simple", "dynamic", "group")
_BASES = ("universal", "varying")


@checked
def event_study(
    design: EventDesign, outcome: str, panel: Panel, *, estimator: str = "callaway_santanna",
    control: str | None = None, aggregation: str = "simple", base: str = "universal",
    sample: Sample | None = None, level: float = 0.05,
) -> EventStudy:  # fmt: skip
    """Estimate the effects of a staggered event by years since exposure.

    ATT(g, t) = E[Y_t − Y_{g−1} | first exposed in g] − E[Y_t − Y_{g−1} | not exposed by t],
    averaged over cohorts g with their sizes as weights. No exposed entity ever serves as a control,
    which a two-way regression on a post dummy does not guarantee.

    Parameters
    ----------
    design : EventDesign
        Who is exposed and when.
    outcome, panel, level
        Variable of the panel; as in `estimate`.
    estimator : str
        "callaway_santanna" (2021, J. Econometrics 225(2)), "sun_abraham" (2021, same issue) or
        "imputation" (Borusyak, Jaravel and Spiess 2024, Review of Economic Studies 91(6)).
    control : str, optional
        "not_yet_treated" or "never_treated"; by default what the estimator is made for.
    aggregation : str
        "simple" (every exposed cohort-year by cohort size), "dynamic" (every event time equally) or
        "group" (every exposed entity equally). The latter two for Callaway and Sant'Anna only.
    base : str
        "universal" compares every year with the one before exposure; "varying" compares years
        before exposure with the year before each of them, as R's did does unless told otherwise.
    sample : Sample, optional
        Years and excluded entities.

    Returns
    -------
    EventStudy
        Effects by years since exposure and their average.

    Raises
    ------
    SpecificationError
        No treated entity or no control is left, options contradict each other, the outcome is
        constant, infinite or empty in a year.
    UnknownNameError
        The outcome, an entity, the estimator or another option is not known.

    Notes
    -----
    Not for events with one or two exposed entities: their errors are far too small; use
    `randomisation_test`. Not for exposure that ends again.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.data import load_policies
    >>> from analysis.models import EventDesign
    >>> panel = load("china")
    >>> design = EventDesign.from_table(load_policies(), "green_finance_pilot")
    >>> study = event_study(design, "urbanisation_rate", panel)
    >>> len(design.treated), len(study.tidy()) > 3
    (7, True)
    """
    control = _check(estimator, control, aggregation, base)
    data = event_data(design, outcome, panel, sample)
    if control == "never_treated" and data.n_control == 0:
        raise SpecificationError(
            f"No entity stays unexposed to '{design.name}' until {data.years[-1]}: use "
            "not-yet-treated controls, or end the sample earlier."
        )
    raw = ENGINES[estimator].run(data, control, base)
    dof = len(data.starts) - 1
    critical = reach(dof, level)
    if raw.covariance is None:
        joint = bonferroni(int((~raw.table["reference"]).sum()), dof, level)
    else:
        joint = sup_t(raw.covariance, dof, level)
    value, se = raw.overall, raw.overall_se
    if aggregation != "simple":
        found = cells(data.starts, data.years, control)
        value = float(weights(found, aggregation) @ cell_effects(found, data.y, data.starts))
        se = summary_error(found, data.y, data.starts, aggregation)
    mde = minimum_detectable_effect(se, dof, level=level) if np.isfinite(se) else float("nan")
    return EventStudy(
        estimator=estimator, control=control, base=base, aggregation=aggregation, level=level,
        path=tuple(_path(raw, data, critical, joint)),
        overall=row("average", "Average effect", value, se, dof, level, mde=mde),
        cohorts=tuple(_cohorts(raw, data)), critical=critical, simultaneous=joint,
        covariance=raw.covariance, covariance_times=raw.covariance_times, data=data,
        container=raw.container, notes=(*data.notes, *raw.notes, *_warnings(data, estimator)),
    )  # fmt: skip


def _check(estimator: str, control: str | None, aggregation: str, base: str) -> str:
    """Refuse what does not exist or does not fit together; return the kind of control."""
    given = {"estimator": (estimator, ENGINES), "aggregation": (aggregation, _AGGREGATIONS)}
    for kind, (name, known) in {**given, "base": (base, _BASES)}.items():
        if name not in known:
            raise UnknownNameError(kind, str(name), known, "event_study")
    able = ENGINES[estimator].controls
    if control is not None and control not in able:
        raise SpecificationError(
            f"Estimator '{estimator}' has no '{control}' controls: use {' or '.join(able)}."
        )
    if estimator != "callaway_santanna" and (aggregation != "simple" or base != "universal"):
        raise SpecificationError(
            f"Estimator '{estimator}' has one average and one base: leave aggregation and base at "
            "their defaults or use callaway_santanna."
        )
    return control or able[0]


def _path(raw: RawStudy, data: EventData, critical: float, joint: float) -> Iterator[EventTime]:
    first, last = int(data.years[0]), int(data.years[-1])
    for e, value, se, reference in raw.table.itertuples(index=False):
        e, b, se = int(e), float(value), 0.0 if reference else float(se)
        yield EventTime(
            e, b, se, b - critical * se, b + critical * se, b - joint * se, b + joint * se,
            sum(first <= g + e <= last for g in data.cohorts), bool(reference),
        )  # fmt: skip


def _cohorts(raw: RawStudy, data: EventData) -> Iterator[Cohort]:
    table = raw.groups.set_index("cohort")
    names = np.array(data.entities)
    for start in data.cohorts:
        line = table.loc[start] if start in table.index else {"estimate": np.nan, "se": np.nan}
        members = tuple(map(str, names[data.starts == start]))
        yield Cohort(start, members, float(line["estimate"]), float(line["se"]))


def _warnings(data: EventData, estimator: str) -> Iterator[str]:
    many, alone = data.nouns[1], [str(g) for g, n in data.cohorts.items() if n == 1]
    if data.few:
        yield (
            f"Only {data.n_treated} {many} are exposed: these errors rest on them alone, so the "
            "permutation test is the headline."
        )
    if alone:
        yield (
            f"One {data.nouns[0]} alone was first exposed in {', '.join(alone)}: a cohort of one "
            "shows no spread, so its error counts the controls only and is too small."
        )
    small = data.few and estimator == "callaway_santanna"
    yield from warnings_for([estimator + "_few" if small else estimator], data.shape)


def sup_t(covariance: np.ndarray, dof: int, level: float = 0.05, seed: int = SEED) -> float:
    """Quantile of the largest |t| over correlated estimates; at least the pointwise critical value.

    Draws Z ~ N(0, R) / √(χ²_dof/dof), with R the correlation of the estimates, and returns the 1 −
    level quantile of max |Z| over 20,000 draws. With this multiplier the band holds every
    coefficient at once with the stated probability (Montiel Olea and Plagborg-Møller 2019, J.
    Applied Econometrics 34(1), 1–17); the t tail is ours, for few clusters. Estimates with a
    variance of zero in `covariance`, shape (q, q), are left out; `dof` is clusters less one.
    """
    scale = np.sqrt(np.diag(covariance))
    kept = scale > 0
    pointwise = reach(dof, level)
    if kept.sum() < 2:
        return pointwise
    correlation = covariance[np.ix_(kept, kept)] / np.outer(scale[kept], scale[kept])
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.clip(values, 0, None))
    rng = np.random.default_rng(require_seed(seed))
    draws = rng.standard_normal((DRAWS, len(root))) @ root.T
    draws /= np.sqrt(rng.chisquare(dof, (DRAWS, 1)) / dof)
    return max(pointwise, float(np.quantile(np.abs(draws).max(axis=1), 1 - level)))


def bonferroni(estimates: int, dof: int, level: float = 0.05) -> float:
    """Critical value for so many estimates whose covariance is unknown: valid, but wide."""
    return reach(dof, level / max(estimates, 1))
