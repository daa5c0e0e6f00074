"""Three estimators of cohort effects, all from diff-diff, brought into one form."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import SpecificationError
from analysis.inference.events.data import EventData

__all__ = ["ENGINES", "Engine", "RawStudy"]


@dataclass(frozen=True, slots=True, eq=False)
class RawStudy:
    """What an estimator says before intervals are put around it.

    `table` has columns event_time, estimate, se, reference (bool), ascending event time; `groups`
    columns cohort, estimate, se, and may be empty. `overall` and `overall_se` are the average
    effect on the exposed. `covariance`, shape (q, q), is of the estimates that are not references,
    if known, and `covariance_times` are event times of its rows. `container` is diff-diff's own
    result, for `honest_bounds`; `notes` what diff-diff warned about.
    """

    table: pd.DataFrame
    overall: float
    overall_se: float
    groups: pd.DataFrame
    covariance: np.ndarray | None
    covariance_times: tuple[int, ...]
    container: Any
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Engine:
    """One estimator: its words, the controls it can use (its default first) and how to run it."""

    words: str
    controls: tuple[str, ...]
    run: Callable[[EventData, str, str], RawStudy]


def _sun_abraham(data: EventData, control: str, _: str) -> RawStudy:
    result, said = _fit(data, "SunAbraham", control_group=control)
    effects = {int(e): line for e, line in result.event_study_effects.items()}
    effects[-1] = {"effect": 0.0, "se": np.nan}
    lines = [(e, effects[e]["effect"], effects[e]["se"], e == -1) for e in sorted(effects)]
    return RawStudy(
        pd.DataFrame(lines, columns=["event_time", "estimate", "se", "reference"]),
        float(result.overall_att), float(result.overall_se),
        pd.DataFrame({"cohort": pd.Series(dtype=int), "estimate": [], "se": []}),
        np.asarray(result.event_study_vcov), tuple(map(int, result.event_study_vcov_index)),
        None, said,
    )  # fmt: skip


def _fit(data: EventData, name: str, **options: Any) -> tuple[Any, tuple[str, ...]]:  # noqa: ANN401
    """Run diff-diff; its warnings become notes and its refusals errors that say what failed."""
    import diff_diff  # takes a second to import

    model = getattr(diff_diff, name)(**options)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = model.fit(data.long(), "y", "unit", "year", "start")
        except (ValueError, np.linalg.LinAlgError) as error:
            raise SpecificationError(
                f"{name} cannot estimate '{data.outcome}' around event '{data.design.name}': "
                f"{_first_sentence(str(error))}"
            ) from error
    return result, _said(caught)


def _aggregated(data: EventData, name: str, **options: Any) -> RawStudy:  # noqa: ANN401
    result, said = _fit(data, name, **options)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        container = result.aggregate("event_study")
        groups = result.aggregate("group").to_dataframe()
    names = {"att": "estimate", "is_reference": "reference"}
    table = container.to_dataframe().rename(columns=names)
    table = table[["event_time", "estimate", "se", "reference"]]
    table = table.astype({"event_time": int, "reference": bool}).sort_values("event_time")
    covariance = None if container.vcov is None else np.asarray(container.vcov)
    times = () if covariance is None else tuple(map(int, container.vcov_index))
    groups = groups.rename(columns={"label": "cohort", "att": "estimate"}).astype({"cohort": int})
    groups["cohort"] -= data.origin
    return RawStudy(
        table, float(result.overall_att), float(result.overall_se),
        groups[["cohort", "estimate", "se"]], covariance, times, container,
        tuple(dict.fromkeys((*said, *_said(caught)))),
    )  # fmt: skip


def _said(caught: Iterable[warnings.WarningMessage]) -> tuple[str, ...]:
    said = (str(w.message) for w in caught if issubclass(w.category, UserWarning))
    return tuple(dict.fromkeys(f"diff-diff: {_first_sentence(text)}" for text in said))


def _first_sentence(text: str) -> str:
    head = " ".join(text.split()).split(". ")[0]
    return head if head.endswith(".") else head + "."


ENGINES = MappingProxyType({
    "callaway_santanna": Engine(
        "Callaway and Sant'Anna", ("not_yet_treated", "never_treated"),
        lambda data, control, base: _aggregated(
            data, "CallawaySantAnna", control_group=control, base_period=base)),
    "sun_abraham": Engine("Sun and Abraham", ("never_treated",), _sun_abraham),
    "imputation": Engine(
        "imputation of Borusyak, Jaravel and Spiess", ("not_yet_treated",),
        lambda data, *_: _aggregated(data, "ImputationDiD", pretrends=True)),
})  # fmt: skip
"""Name of an estimator -> how to run it."""
