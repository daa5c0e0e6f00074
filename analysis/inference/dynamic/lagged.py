"""A specification with its own lagged outcome on the right, for models with memory."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analysis.data import Panel
from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.coefficients import label_of
from analysis.models import EFFECTS, Specification

__all__ = ["lagged_name", "require_effects", "shifted", "with_lagged_outcome"]


def lagged_name(name: str, years: int = 1) -> str:
    """Name of the column that holds `name` so many years before: "y(t-1)"."""
    return f"{name}(t-{years})"


def shifted(panel: Panel, names: dict[str, tuple[str, int]]) -> Panel:
    """Return the panel with lags as columns of their own: new name -> (variable, years)."""
    for variable, _ in names.values():
        if variable not in panel.frame.columns:
            raise UnknownNameError("variable", variable, panel.frame.columns, "the panel")
    columns, described = {}, {}
    for new, (variable, years) in names.items():
        columns[new] = panel.frame[variable].astype(float).groupby(level=0).shift(years)
        before = f", {years} year{'s' if years > 1 else ''} before" if years else ""
        label = label_of(panel, variable) + before
        described[new] = replace(panel.describe(variable), name=new, label_en=label)
    return panel.with_columns(pd.DataFrame(columns), described)


def with_lagged_outcome(
    spec: Specification, panel: Panel, order: int = 1
) -> tuple[Specification, Panel]:
    """Put lags 1 to `order` (a positive whole number) of the outcome first among the regressors.

    The specification names the new columns, see `lagged_name`, at lag zero; the panel holds them.
    All that reads a specification then treats them as regressors.
    """
    if not isinstance(order, int) or isinstance(order, bool) or order < 1:
        raise SpecificationError(
            f"{order!r} lags of '{spec.outcome}' make no dynamic panel: ask for one or more."
        )
    names = {lagged_name(spec.outcome, j): (spec.outcome, j) for j in range(1, order + 1)}
    lags = {**dict(spec.lags), **dict.fromkeys(names, 0)}
    return replace(spec, regressors=(*names, *spec.regressors), lags=lags), shifted(panel, names)


def require_effects(spec: Specification, allowed: tuple[str, ...], what: str) -> None:
    """Refuse effects a method is not made for."""
    if spec.effects not in allowed:
        raise SpecificationError(
            f"{what} of '{spec.outcome}' is not defined with {EFFECTS[spec.effects].words}: "
            f"choose {' or '.join(allowed)} as effects."
        )
