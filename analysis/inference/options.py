"""What every estimator asks of its options, said before any work is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from importlib import import_module
from inspect import signature
from numbers import Integral
from typing import Any, ParamSpec, TypeVar

import numpy as np

from analysis.data import Panel
from analysis.errors import (
    SpecificationError,
    require_known,
    require_level,
    require_seed,
    require_type,
)  # fmt: skip
from analysis.models import EventDesign, Specification

__all__ = ["checked"]

P, R = ParamSpec("P"), TypeVar("R")

_WHOLE = {"draws", "maps", "order", "block", "history", "grid", "leads", "steps"}
_YEARS = {"lags", "horizons", "early", "late", "mediator_lag", "instrument_lag"}
_KINDS = {
    "spec": (
        Specification,
        "give the specification first and then the panel; formulas go to analysis.estimate",
    ),
    "panel": (Panel, "load one, or make one of a table with Panel.from_frame"),
    "design": (EventDesign, "give an event design, the name of the outcome and a panel"),
}
_MADE = {
    "Estimate": ("analysis.inference.estimate", "give what estimate(spec, panel) returns"),
    "EventStudy": ("analysis.inference.events.study", "give what event_study returns"),
}


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Refuse options of `function` without meaning in one sentence, before it starts to work.

    An option that the function does not take is named with those it takes. A level lies between 0
    and 1, a seed is a whole number of zero or more (or a generator), counts and years are whole
    numbers, numpy's among them; how many are enough says the function itself.
    """
    shape = signature(function)

    @wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            given = shape.bind(*args, **kwargs)
        except TypeError:
            for option in kwargs:
                require_known("option", option, shape.parameters, function.__name__)
            return function(*args, **kwargs)  # Python's own words name the argument
        for name, value in given.arguments.items():
            if value is None and shape.parameters[name].default is None:
                continue
            if (kind := shape.parameters[name].annotation) in _MADE:
                module, mend = _MADE[kind]
                require_type(value, getattr(import_module(module), kind), mend)
            if kind != "Iterable[str]":  # names, as the order of the rows of a table
                given.arguments[name] = _checked(name, value)
        return function(*given.args, **given.kwargs)

    return inner


def _checked(name: str, value: Any) -> Any:  # noqa: ANN401
    if name in _KINDS:
        require_type(value, *_KINDS[name])
    if name == "level" and value is not None:
        require_level(value)
    if name == "seed" and not isinstance(value, np.random.Generator):
        return require_seed(value)
    if name not in _WHOLE | _YEARS or value is None:
        return value
    if name in _YEARS and isinstance(value, Iterable) and not isinstance(value, str):
        return tuple(_whole(name, one) for one in value)
    return _whole(name, value)


def _whole(name: str, value: Any) -> int:  # noqa: ANN401
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise SpecificationError(
            f"Option '{name}' is {value!r}: give a whole number where one is counted."
        )
    return int(value)
