"""Pulling the outermost values of variables in, and saying how many were moved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from numbers import Real

import numpy as np
import pandas as pd

from analysis.data import Panel, Variable
from analysis.errors import DataError, SpecificationError, require_type

__all__ = ["winsorise"]


def winsorise(
    panel: Panel, names: Iterable[str] | str, share: float = 0.01, by_year: bool = False
) -> Panel:
    """Pull values beyond two quantiles in to these (缩尾处理).

    Parameters
    ----------
    panel : Panel
        Where the variables are; it stays as it is.
    names : str or iterable of str
        Variables to change. One that was computed from a changed one is not computed anew.
    share : float
        Share of the observed values at each end, so that quantiles are `share` and 1 − `share`
        (linear between values, as in NumPy).
    by_year : bool
        Take the quantiles of each year from that year alone.

    Returns
    -------
    Panel
        The variables under their own names; the notes of each say how many cells were moved at
        either end, and its processing is "derived".

    Raises
    ------
    SpecificationError
        No name, or a share that does not lie between 0 and 0.5.
    DataError
        A variable holds infinite values, which no quantile survives.
    UnknownNameError
        A variable is not in the panel.

    Examples
    --------
    >>> from analysis.data import load
    >>> pulled = winsorise(load("china"), "rd_intensity", share=0.01)
    >>> pulled.describe("rd_intensity").notes
    'Winsorised at 1% and 99%: 9 of 403 values moved, 4 up and 5 down.'
    """
    require_type(panel, Panel, "load one, or make a Panel of the DataFrame")
    if not isinstance(share, Real) or not 0 < share < 0.5:
        raise SpecificationError(f"Share {share} must lie between 0 and 0.5: 0.01 moves 1% a side.")
    listed = [names] if isinstance(names, str) else list(dict.fromkeys(names))
    if not listed:
        raise SpecificationError("No variable is named: say which ones to winsorise.")
    made = {name: _pulled(panel, name, float(share), by_year) for name in listed}
    columns = {name: column for name, (column, _) in made.items()}
    described = {name: variable for name, (_, variable) in made.items()}
    return replace(
        panel, frame=panel.frame.assign(**columns), variables={**panel.variables, **described}
    )


def _pulled(panel: Panel, name: str, share: float, by_year: bool) -> tuple[pd.Series, Variable]:
    values = panel[name].astype(float)
    if infinite := int(np.isinf(values).sum()):
        raise DataError(
            f"'{name}' holds {infinite} infinite values: make them missing before its quantiles "
            "are taken."
        )
    if by_year:
        years = values.groupby(level="year")
        low, high = (years.transform("quantile", q) for q in (share, 1 - share))
    else:
        low, high = values.quantile(share), values.quantile(1 - share)
    up, down = int((values < low).sum()), int((values > high).sum())
    said = (
        f"Winsorised at {100 * share:g}% and {100 * (1 - share):g}%{' of each year' * by_year}: "
        f"{up + down:,} of {values.count():,} values moved, {up:,} up and {down:,} down."
    )
    variable = panel.describe(name)
    notes = f"{variable.notes} {said}".strip()
    return values.clip(low, high), replace(variable, notes=notes, processing="derived")
