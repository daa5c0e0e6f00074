"""An effect in the units of the figures, in words."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.claims.designs import Regression
from analysis.errors import UnknownNameError
from analysis.inference import Coefficient
from analysis.inference.cells import plain_number
from analysis.measures import Declarations

__all__ = ["natural_words"]


@dataclass(frozen=True, slots=True)
class _Scale:
    """How a stored number is shown, and the step by which a regressor is moved."""

    multiply: float
    outcome: str
    step: float
    regressor: str


_STEPS = {
    "share": _Scale(100, "percentage points", 0.01, "one percentage point more"),
    "percent": _Scale(1, "percentage points", 1.0, "one percentage point more"),
    "percentage points": _Scale(1, "percentage points", 1.0, "one percentage point more"),
    "index": _Scale(1, "index points", 10.0, "ten index points more"),
    "ratio": _Scale(1, "points of a ratio", 0.1, "a tenth more of the ratio"),
    "natural log": _Scale(100, "per cent, roughly,", 0.1, "ten per cent more"),
    "log difference": _Scale(100, "log points", 0.01, "one log point more"),
    "items per person-year": _Scale(100, "items per 100 person-years", 0.01, "one item more"),
    "score": _Scale(1, "points", 0.1, "a tenth of a point more"),
    "0 or 1": _Scale(1, "", 1.0, "exposure"),
}
_OTHER = _Scale(1, "units", 1.0, "one unit more")


def natural_words(regression: Regression, line: Coefficient, measures: Declarations) -> str:
    """Say what a step of the regressor goes with, and the CR3 interval.

    Parameters
    ----------
    regression : Regression
        Names outcome and focal term.
    line : Coefficient
        The focal coefficient, in stored units.
    measures : Declarations
        Say in which unit a measure is stored.

    Returns
    -------
    str
        For example "one percentage point more of loans goes with +0.12 [−0.3, +0.5] percentage
        points of new-product sales".
    """
    parts = _parts(regression)
    if regression.in_sds or len(set(parts)) < len(parts):
        return ""  # two outcomes share no unit, and a square has no step of its own
    outcome = _scale(regression, regression.outcome, measures)
    steps = [_scale(regression, name, measures) for name in _parts(regression)]
    size = outcome.multiply
    for step in steps:
        size *= step.step
    unit = line.se * abs(size)
    value, low, high = (
        plain_number(v * size, unit) for v in (line.estimate, line.low_cr3, line.high_cr3)
    )
    signed = value if value.startswith("−") else f"+{value}"
    what = " and ".join(
        f"{step.regressor} of {_label(regression, name)}" if step.regressor != "exposure"
        else "exposure"
        for step, name in zip(steps, _parts(regression), strict=True)
    )  # fmt: skip
    to = f"{outcome.outcome} of {_label(regression, regression.outcome)}".strip()
    return f"{what}: {signed} [{low}, {high}] {to}"


def _parts(regression: Regression) -> list[str]:
    """Measures behind the focal term, one for each factor of a product."""
    return regression.term.split(":")


def _label(regression: Regression, name: str) -> str:
    label = regression.panel.describe(name).label_en
    return label if label[:2].isupper() or label[1:2] == "&" else label[:1].lower() + label[1:]


def _scale(regression: Regression, name: str, measures: Declarations) -> _Scale:
    try:
        variable = regression.panel.describe(name)
    except UnknownNameError:
        return _OTHER
    # A raw series of one data set may bear the name of another's measure, in another unit.
    measure = None if variable.series == (name,) else measures.measures.get(name)
    if measure is not None:
        stored = measure.unit.stored
    else:
        stored = "percent" if variable.unit.startswith("%") else variable.unit or "units"
    return _STEPS.get(stored, _OTHER)
