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


def _callaway_santanna(data: EventData, control: str, base: str) -> RawStudy:
    from diff_diff import CallawaySantAnna  # takes a second to import

    model = CallawaySantAnna(control_group=control, base_period=base)
    return _unified(*_fit(model, data), data.origin)


def _sun_abraham(data: EventData, control: str, base: str) -> RawStudy:
    from diff_diff import SunAbraham  # takes a second to import

    result, said = _fit(SunAbraham(control_group=control), data)
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


def _imputation(data: EventData, control: str, base: str) -> RawStudy:
    from diff_diff import ImputationDiD  # takes a second to import

    return _unified(*_fit(ImputationDiD(pretrends=True), data), data.origin)


def _fit(model: Any, data: EventData) -> tuple[Any, tuple[str, ...]]:  # noqa: ANN401
    """Run diff-diff; its warnings become notes and its refusals errors that say what failed."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = model.fit(data.long(), "y", "unit", "year", "start")
        except (ValueError, np.linalg.LinAlgError) as error:
            raise SpecificationError(
                f"{type(model).__name__} cannot estimate '{data.outcome}' around event "
                f"'{data.design.name}': {_first_sentence(str(error))}"
            ) from error
    return result, _said(w for w in caught if issubclass(w.category, UserWarning))


def _unified(result: Any, said: tuple[str, ...], origin: int) -> RawStudy:  # noqa: ANN401
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        container = result.aggregate("event_study")
        groups = result.aggregate("group").to_dataframe()
    told = _said(w for w in caught if issubclass(w.category, UserWarning))
    frame = container.to_dataframe().rename(
        columns={"att": "estimate", "is_reference": "reference"}
    )
    table = frame[["event_time", "estimate", "se", "reference"]]
    table = table.astype({"event_time": int, "reference": bool})
    table = table.sort_values("event_time", ignore_index=True)
    covariance = None if container.vcov is None else np.asarray(container.vcov)
    times = () if covariance is None else tuple(map(int, container.vcov_index))
    groups = groups.rename(columns={"label": "cohort", "att": "estimate"}).astype({"cohort": int})
    groups["cohort"] -= origin
    return RawStudy(
        table, float(result.overall_att), float(result.overall_se),
        groups[["cohort", "estimate", "se"]], covariance, times, container,
        tuple(dict.fromkeys((*said, *told))),
    )  # fmt: skip


def _said(caught: Iterable[warnings.WarningMessage]) -> tuple[str, ...]:
    texts = (f"diff-diff: {_first_sentence(str(w.message))}" for w in caught)
    return tuple(dict.fromkeys(texts))


def _first_sentence(text: str) -> str:
    head = " ".join(text.split()).split(". ")[0]
    return head if head.endswith(".") else head + "."


ENGINES = MappingProxyType({
    "callaway_santanna": Engine(
        "Callaway and Sant'Anna", ("not_yet_treated", "never_treated"), _callaway_santanna),
    "sun_abraham": Engine("Sun and Abraham", ("never_treated",), _sun_abraham),
    "imputation": Engine(
        "imputation of Borusyak, Jaravel and Spiess", ("not_yet_treated",), _imputation),
})  # fmt: skip
"""Name of an estimator -> how to run it."""
