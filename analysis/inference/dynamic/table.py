"""Tables of a dynamic panel and of a panel VAR."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from analysis.inference.dynamic.result import ESTIMATORS
from analysis.inference.report import html_grid, plain_number

if TYPE_CHECKING:
    from analysis.inference.dynamic.panel_var import PanelVar
    from analysis.inference.dynamic.result import DynamicPanel

__all__ = ["dynamic_table", "interval", "var_table"]


def interval(low: float, high: float, unit: float) -> str:
    """Write an interval; an end the draws do not bound is said to be unbounded."""
    ends = [plain_number(x, unit) if math.isfinite(x) else "unbounded" for x in (low, high)]
    return f"[{ends[0]}, {ends[1]}]"


def dynamic_table(result: DynamicPanel) -> str:
    """One column per estimator; below each slope the effect of a lasting change."""
    rows = []
    for term in result.specification.terms:
        lines = [result.line(term, name) for name in ESTIMATORS]
        unit = min(line.se for line in lines)
        cells = [
            f"{plain_number(x.estimate, unit)} ({plain_number(x.se, unit)}) "
            f"{interval(x.low, x.high, unit)}"
            for x in lines
        ]
        rows.append([lines[0].label, *cells])
        if term != result.specification.terms[0]:
            cells = [
                f"{plain_number(x.long_run, unit)} "
                f"{interval(x.long_run_low, x.long_run_high, unit)}"
                for x in lines
            ]
            rows.append([f"{lines[0].label}, in the long run", *cells])
    rows.append(["Rows", *[f"{result.n:,}"] * len(ESTIMATORS)])
    rows.append([result.nouns[1].capitalize(), *[f"{result.n_entities:,}"] * len(ESTIMATORS)])
    bias = (
        f"Nickell's formula puts the bias of the within persistence at "
        f"{plain_number(result.nickell, 0.1)} for {result.rows_per_entity:.1f} rows per "
        f"{result.nouns[0]} at the bias-corrected persistence."
    )
    return html_grid(
        result.outcome_label,
        ["Estimate (SE) [interval]", *ESTIMATORS.values()],
        rows,
        [bias, *result.notes],
    )


def var_table(result: PanelVar) -> str:
    """One row per arrow of the loop, one column per estimator."""
    estimators = tuple(result.roots)
    rows = []
    for outcome in result.variables:
        for term in result.variables:
            lines = [result.line(term, outcome, name) for name in estimators]
            unit = min(line.se for line in lines)
            cells = [
                f"{plain_number(x.estimate, unit)} ({plain_number(x.se, unit)}) "
                f"{interval(x.low, x.high, unit)}"
                for x in lines
            ]
            rows.append([f"{lines[0].label} → {lines[0].outcome_label}", *cells])
    rows.append(["Largest root", *[f"{result.roots[name][0]:.2f}" for name in estimators]])
    rows.append(["Rows", *[f"{result.n:,}"] * len(estimators)])
    return html_grid(
        "Panel VAR(1)",
        ["Last year → this year", *(ESTIMATORS[name] for name in estimators)],
        rows,
        result.notes,
    )
