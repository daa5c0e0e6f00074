"""Adding every declared measure, index and composite to a panel."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from analysis.data import Panel, Variable
from analysis.measures.composites import FORMS
from analysis.measures.declarations import Composite, Declarations, Index, Measure
from analysis.measures.describe import variable
from analysis.measures.indices import Weights, apply_weights, directions, ingredient_frame, weights
from analysis.measures.ratios import compute, lacking
from analysis.measures.weights import EPS


def build(panel: Panel, declared: Declarations) -> Panel:
    """Return the panel with all declared measures, indices and composites it has series for.

    Columns the panel already holds under a declared name are left as they are. What could not be
    built is told by ``missing_measures``; cells that could not be computed are counted in the notes
    of each variable.
    """
    panel = _with_measures(panel, declared)
    panel = _with_indices(panel, declared)
    return _with_composites(panel, declared)


def missing_measures(panel: Panel, declared: Declarations) -> pd.DataFrame:
    """Return what ``build`` cannot add to a panel and why: columns measure, lacks.

    ``lacks`` names raw series for a measure and the missing ingredients for an index or composite.
    Works on a raw and on a built panel. Blocks declared for another dataset only are left out.
    """
    absent = {
        item.name: lacking(item, panel)
        for item in declared.measures.values()
        if _concerns(item, panel) and item.name not in panel.frame.columns
    }
    absent = {name: series for name, series in absent.items() if series}
    reasons = {name: ", ".join(series) for name, series in absent.items()}
    for item in (*declared.indices.values(), *declared.composites.values()):
        if item.name in panel.frame.columns:
            continue
        below = item.ingredients if isinstance(item, Index) else item.systems
        short = [name for name in below if name in reasons]
        if isinstance(item, Index) and not short and not _estimable(panel, item, declared):
            short = ["complete rows in which an ingredient varies"]
        if short:
            reasons[item.name] = ", ".join(short)
    return pd.DataFrame(list(reasons.items()), columns=["measure", "lacks"])


def _concerns(item: Measure, panel: Panel) -> bool:
    return item.only in ("", panel.name)


def _estimable(panel: Panel, item: Index, declared: Declarations) -> bool:
    complete = ingredient_frame(panel, declared, item).dropna()
    return bool((complete.max() > complete.min()).any())


def _with_measures(panel: Panel, declared: Declarations) -> Panel:
    columns: dict[str, pd.Series] = {}
    described: dict[str, Variable] = {}
    for item in declared.measures.values():
        if item.name in panel.frame.columns or not _concerns(item, panel) or lacking(item, panel):
            continue
        values, count = compute(item, panel)
        columns[item.name] = values
        described[item.name] = variable(item, declared, panel, values, notes=str(count))
    return _added(panel, columns, described)


def _with_indices(panel: Panel, declared: Declarations) -> Panel:
    columns: dict[str, pd.Series] = {}
    described: dict[str, Variable] = {}
    for item in declared.indices.values():
        have = all(name in panel.frame.columns for name in item.ingredients)
        if item.name in panel.frame.columns or not have or not _estimable(panel, item, declared):
            continue
        found = weights(panel, declared, item.name)
        frame = ingredient_frame(panel, declared, item)
        values = apply_weights(frame, found, directions(item, declared))
        columns[item.name] = values
        described[item.name] = variable(item, declared, panel, values, notes=_weights_note(found))
    return _added(panel, columns, described)


def _weights_note(found: Weights) -> str:
    shares = ", ".join(f"{name} {value:.3f}" for name, value in found.by_ingredient.items())
    lost = "; ".join(f"{reason} {n}" for reason, n in found.dropped.items())
    dropped = f" Rows dropped: {found.rows_dropped} ({lost})." if found.rows_dropped else ""
    against = f" Against the first component: {', '.join(found.against)}." if found.against else ""
    return f"Weights ({found.scheme}): {shares}. Complete rows: {found.rows}.{dropped}{against}"


def _with_composites(panel: Panel, declared: Declarations) -> Panel:
    columns: dict[str, pd.Series] = {}
    described: dict[str, Variable] = {}
    for item in declared.composites.values():
        have = all(name in panel.frame.columns for name in item.systems)
        if item.name in panel.frame.columns or not have:
            continue
        columns[item.name] = values = composite(panel, item)
        described[item.name] = variable(item, declared, panel, values, notes=_LEVEL_NOTE)
    return _added(panel, columns, described)


_LEVEL_NOTE = (
    "Scores are divided by one plus the shift of the scaling, so that levels lie in (0, 1]."
)


def composite(panel: Panel, item: Composite) -> pd.Series:
    """Return a composite on the index of the panel, missing where a system is missing."""
    levels = levels_of(panel, item.systems).dropna()
    values = FORMS[item.form](levels.to_numpy())
    return pd.Series(values, index=levels.index).reindex(panel.frame.index).rename(item.name)


def levels_of(panel: Panel, systems: Iterable[str]) -> pd.DataFrame:
    """Return index scores as levels in (0, 1]: the score over one plus the shift of the scaling."""
    return panel.frame[list(systems)] / (1.0 + EPS)


def _added(panel: Panel, columns: dict[str, pd.Series], described: dict[str, Variable]) -> Panel:
    if not columns:
        return panel
    return panel.with_columns(pd.DataFrame(columns, index=panel.frame.index), described)
