"""Accounting identities: what the figures must add up to, and by how much they miss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.data.dataset import Identity
from analysis.data.panel import Panel
from analysis.errors import DataError

COLUMNS = (
    "name", "what", "cells", "statistic", "deviation", "worst", "where", "unit", "tolerance",
    "holds",
)  # fmt: skip


def identities(panel: Panel) -> pd.DataFrame:
    """Work out every identity declared for a panel.

    Parameters
    ----------
    panel
        Figures in base units, with ``totals`` for identities of kind ``totals``.

    Returns
    -------
    pandas.DataFrame
        One row per identity: ``name``; ``what``; ``cells`` compared; ``statistic``, largest or
        median; ``deviation``, that statistic of the absolute deviations; ``worst``, the largest
        one, and ``where`` it is; ``unit`` of the deviations; ``tolerance``; ``holds``.

    Raises
    ------
    UnknownNameError
        If an identity names a series the panel has not.

    Examples
    --------
    >>> from analysis.data import load
    >>> panel = load("china")
    >>> bool(identities(panel)["holds"].all())
    True
    """
    return pd.DataFrame([_row(panel, rule) for rule in panel.identities], columns=list(COLUMNS))


def _row(panel: Panel, rule: Identity) -> dict[str, Any]:
    compute = {"parts": _parts, "ratio": _ratio, "totals": _totals}[rule.kind]
    gap = compute(panel, rule.terms).dropna().abs()
    if gap.empty:
        raise DataError(f"Identity '{rule.name}' compares no cell: take it out or mend its series.")
    worst = float(gap.max())
    deviation = float(gap.median()) if rule.statistic == "median" else worst
    unit = panel.describe(rule.terms["published"]).unit if rule.kind == "ratio" else "share"
    unit = "percentage points" if unit == "percent" else unit
    return {
        "name": rule.name,
        "what": rule.what,
        "cells": len(gap),
        "statistic": rule.statistic,
        "deviation": deviation,
        "worst": worst,
        "where": " ".join(map(str, gap.idxmax())),
        "unit": unit,
        "tolerance": rule.tolerance,
        "holds": deviation <= rule.tolerance,
    }


def _parts(panel: Panel, terms: Mapping[str, Any]) -> pd.Series:
    """(sum of the parts - total) / total, cell by cell."""
    total = panel[terms["total"]]
    parts = pd.concat([panel[name] for name in terms["parts"]], axis=1)
    zero = terms.get("empty_as_zero", [])
    parts[zero] = parts[zero].fillna(0.0)
    return (parts.sum(axis=1, skipna=False) - total) / total


def _ratio(panel: Panel, terms: Mapping[str, Any]) -> pd.Series:
    """Numerator / denominator * scale - published ratio, cell by cell."""
    ratio = panel[terms["numerator"]] / panel[terms["denominator"]]
    return ratio * terms.get("scale", 1) - panel[terms["published"]]


def _totals(panel: Panel, terms: Mapping[str, Any]) -> pd.Series:
    """(sum over entities - published total) / published total, by series and year."""
    shortfalls = {}
    for name in terms["series"]:
        if name not in panel.totals.columns:
            raise DataError(f"Panel '{panel.name}' has no published total of '{name}': add it.")
        total = panel.totals[name]
        summed = panel[name].groupby(level="year").sum(min_count=1)
        shortfalls[name] = (summed.reindex(total.index) - total) / total
    return pd.concat(shortfalls)
