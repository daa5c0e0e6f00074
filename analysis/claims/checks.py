"""Questions put to a finding besides its leading test: leads, controls, ingredients, choices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.claims.claim import Part
from analysis.claims.designs import Regression, arrange, derived
from analysis.claims.finding import Check
from analysis.claims.question import Question
from analysis.errors import AnalysisError
from analysis.inference import wild
from analysis.inference.cells import reach
from analysis.models import fit, fit_many

__all__ = ["control_check", "ingredient_table", "lead_check", "share_check", "term_row"]


def lead_check(regression: Regression, level: float) -> Check:
    """Add what comes after the outcome: its slope should be zero.

    The focal term is moved ahead until the latest of its parts stands one year after the outcome;
    the parts of a product are moved along, so that the product does not speak for them.
    """
    asks = "Does next year's value already show in this year's outcome?"
    try:
        p = wild(*_with_lead(regression), interval=False).p
    except AnalysisError as error:
        return Check("lead", asks, f"Could not be asked: {error}", None, steps_down=True)
    found = f"Lead of the regressor: p = {p:.3f}."
    return Check("lead", asks, found, p >= level, steps_down=True, p=p)


def _with_lead(regression: Regression) -> tuple[object, str]:
    spec, panel, focal = regression.spec, regression.panel, regression.focal
    parts = [n for n in regression.term.split(":") if n in spec.regressors]
    ahead = min(map(spec.lag_of, [focal, *parts])) + 1
    columns = []
    for name in dict.fromkeys([*(parts if focal not in parts else ()), focal]):
        column = f"{name} ahead"
        values = derived.lagged(panel, name, spec.lag_of(name) - ahead)
        panel = derived.add_column(panel, column, values, (name,), column)
        columns.append(column)
    wider = replace(
        spec,
        regressors=(*spec.regressors, *columns),
        lags={**dict(spec.lags), **dict.fromkeys(columns, 0)},
    )
    return fit(wider, panel), columns[-1]


def control_check(question: Question, part: Part) -> Check:
    """Put outcomes in that neither funding nor finance should move; Bonferroni over them."""
    from analysis.measures import overlap

    claim, panel = question.claim, question.panel
    asks = "Does an outcome move that should not?"
    found, p = [], []
    for name in question.study.negative_controls(claim.unit):
        if name not in panel:
            continue
        if not overlap(panel, question.measures, claim.outcome, name).disjoint:
            found.append(f"{panel.describe(name).label_en}: shares figures with the outcome")
            continue
        try:
            regression = arrange(question, part, outcome=name, within=True)
            test = wild(fit(regression.spec, regression.panel), regression.focal, interval=False)
        except AnalysisError as error:
            found.append(f"{panel.describe(name).label_en}: could not be asked ({error})")
            continue
        p.append(test.p)
        found.append(f"{panel.describe(name).label_en}: p = {test.p:.3f}")
    text = "; ".join(found) + "." if found else "No such outcome is declared for this panel."
    least = min(1.0, min(p) * len(p)) if p else None
    passed = None if least is None else least >= question.rules.asked
    return Check("control", asks, text, passed, steps_down=True, p=least)


def ingredient_table(question: Question, part: Part) -> pd.DataFrame:
    """Return the two-way slope of every single ingredient of the indices in a claim.

    Returns
    -------
    DataFrame
        Columns ``side`` ("outcome" or the index replaced), ``name``, ``label``, ``estimate``,
        ``low``, ``high`` (within-SDs, CR3), ``n``; empty without an index.
    """
    rows = []
    for side, name in _ingredients(question, part):
        changes = {"outcome": name} if side == "outcome" else {"swap": {side: name}}
        try:
            regression = arrange(question, part, within=True, **changes)
            table = fit_many([regression.spec], regression.panel, cr3=True).table
            if regression.in_sds:
                table["scale"] *= fit(regression.spec, regression.panel).within_sd[0]
        except AnalysisError:
            continue  # counted below: what is missing from the table has no regression
        label = question.panel.describe(name).label_en
        rows.append((side, name, label, *_line(table, regression.focal)))
    return pd.DataFrame(
        rows, columns=["side", "name", "label", "estimate", "low", "high", "n", "p"]
    )


def _ingredients(question: Question, part: Part) -> Iterator[tuple[str, str]]:
    """Yield ("outcome" or index, ingredient) for the outcome and the focal term."""
    indices = {index.name: index.ingredients for index in question.measures.indices.values()}
    focal = ((name, name) for name in part.focal.split(":"))
    for side, name in (("outcome", question.claim.outcome), *focal):
        for ingredient in indices.get(name, ()):
            yield side, ingredient


def _line(table: pd.DataFrame, focal: str) -> tuple[float, float, float, int, float]:
    row = term_row(table, focal)
    half = reach(row["clusters"] - 1) * row["se_cr3"]
    middle, low, high = (v * row["scale"] for v in (row["estimate"], -half, half))
    return middle, middle + low, middle + high, int(row["n"]), float(row["p_cr3"])


def term_row(table: pd.DataFrame, focal: str) -> pd.Series:
    """Return the row of a term; a product may be named in either order."""
    return table.iloc[derived.place(table["term"], focal)]


def share_check(table: pd.DataFrame, estimate: float, least: float) -> Check:
    """Ask whether an index's slope is carried by most of its ingredients."""
    asks = "Do most single ingredients point the same way?"
    if table.empty:
        return Check("ingredients", asks, "No index stands in this regression.", None)
    same = float((np.sign(table["estimate"]) == np.sign(estimate)).mean())
    found = f"{same:.0%} of {len(table)} ingredients share the sign."
    return Check("ingredients", asks, found, same >= least, share=same)
