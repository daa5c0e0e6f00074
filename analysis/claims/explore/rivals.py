"""One term beside rival forms of the same relation: what is left of it. Exploratory throughout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.claims.designs import Regression
from analysis.claims.evaluation import COLUMNS
from analysis.claims.exhibit import Exhibit
from analysis.claims.grids import slope_cell
from analysis.claims.numbers import span
from analysis.inference import Estimate, estimate_columns
from analysis.inference.cells import Grid, signed
from analysis.models import EFFECTS, Sample

__all__ = ["Form", "bic_table", "rival_effects", "rival_forms", "rival_numbers", "rivals_table"]


@dataclass(frozen=True, slots=True)
class Form:
    """A right-hand side that competes with the declared one.

    Attributes
    ----------
    key, label : str
        Name for numbers and words for readers.
    regressors : tuple of str
        All regressors, the focal one among them or not.
    interactions : tuple of (str, str)
        Products and squares.
    sample : Sample, optional
        Other rows; those of the declared regression if None.
    """

    key: str
    label: str
    regressors: tuple[str, ...]
    interactions: tuple[tuple[str, str], ...] = ()
    sample: Sample | None = None


def rival_forms(regression: Regression, forms: Sequence[Form], focal: str) -> pd.DataFrame:
    """Estimate a term under every form and every column.

    Parameters
    ----------
    regression : Regression
        Gives the panel, the outcome, lags and what is absorbed.
    forms : sequence of Form
        The first one is what the others are compared with.
    focal : str
        The term whose slope is followed; a form without it gets no slope.

    Returns
    -------
    DataFrame
        Columns ``key, label, effects, estimate, low, high, low_cr3, high_cr3, mde`` (within-SDs),
        ``lowest, highest`` (one entity left out), ``n``, and ``bic`` under two-way effects less
        that of the first form; NaN on other rows, where it cannot be compared.
    """
    rows, first = [], None
    for form in forms:
        spec = replace(
            regression.spec, regressors=form.regressors, interactions=form.interactions,
            sample=form.sample or regression.spec.sample,
        )  # fmt: skip
        found = estimate_columns(spec, regression.panel, COLUMNS)
        first = first or found.columns[0]
        bic = _bic(found.columns[0]) - _bic(first) if found.columns[0].n == first.n else np.nan
        for one in found:
            head = {"key": form.key, "label": form.label, "effects": one.specification.effects}
            rows.append({**head, **_slope(one, focal), "n": one.n, "bic": bic})
    return pd.DataFrame(rows)


def _slope(found: Estimate, focal: str) -> dict[str, float]:
    names = ("estimate", "low", "high", "low_cr3", "high_cr3", "mde", "lowest", "highest")
    if focal not in found.specification.terms:
        return dict.fromkeys(names, np.nan)
    line = found.coefficient(focal)
    return {name: getattr(line, name) * line.scale for name in names}


def _bic(found: Estimate) -> float:
    """BIC, n ln(SSR/n) + k ln n; effects are the same in every form and cancel in differences."""
    ssr = float(found.fitted.residuals @ found.fitted.residuals)
    return found.n * np.log(ssr / found.n) + len(found.terms) * np.log(found.n)


def rival_numbers(rows: pd.DataFrame) -> dict[str, object]:
    """Numbers for prose: per form and column the slope, its CR3 interval and the words on zero."""
    out: dict[str, dict[str, object]] = {}
    for row in rows.itertuples():
        entry = out.setdefault(row.key, {"n": int(row.n)})
        if np.isfinite(row.bic):
            entry["bic"] = float(row.bic)
        if np.isfinite(row.estimate):
            entry[row.effects] = {
                **span(row.estimate, row.low_cr3, row.high_cr3),
                "mde": row.mde, "lowest": row.lowest, "highest": row.highest,
            }  # fmt: skip
    return out


def rival_effects(rows: pd.DataFrame, xlabel: str) -> Exhibit:
    """Draw the slope under two-way effects, one row a form that has it."""
    shown = rows[(rows["effects"] == COLUMNS[0]) & rows["estimate"].notna()]
    return Exhibit.of("interval_rows", rows=shown, xlabel=xlabel)


def rivals_table(rows: pd.DataFrame, caption: str) -> Grid:
    """Show the slope in every column, and how well each form fits."""
    shown = []
    for _, form in rows.groupby("key", sort=False):
        cells = {EFFECTS[r.effects].label: _cell(r) for r in form.itertuples()}
        one = form.iloc[0]
        shown.append({"Beside": one["label"], **cells, "Rows": int(one["n"]), "BIC": one["bic"]})
    return Grid.of_frame(
        pd.DataFrame(shown), caption, {"BIC": lambda v: signed(v, 1)}, style="estimates"
    )  # fmt: skip


def _cell(row: Any) -> str | None:  # noqa: ANN401
    if not np.isfinite(row.estimate):
        return None
    return slope_cell(row.estimate, row.low_cr3, row.high_cr3)


def bic_table(models: pd.DataFrame, caption: str) -> Grid:
    """Show forms of a relation by BIC, the best first.

    Parameters
    ----------
    models
        Columns ``words, parameters, bic`` as `Threshold.models`.
    caption
        One sentence.
    """
    best = models.sort_values("bic")
    shown = pd.DataFrame(
        {
            "Form": best["words"],
            "Parameters": best["parameters"],
            "BIC above the best": best["bic"] - best["bic"].min(),
        }
    )
    return Grid.of_frame(shown, caption, {"BIC above the best": "{:.1f}".format}, style="estimates")
