"""Questions put to a finding besides its leading test: leads, controls, ingredients, choices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.claims.designs import Regression, arrange, derived, with_sample
from analysis.claims.evidence import Check
from analysis.claims.verdicts import rules
from analysis.errors import AnalysisError
from analysis.inference import wild
from analysis.models import Specification, fit, fit_many

if TYPE_CHECKING:
    from analysis.claims.claim import Claim, Part
    from analysis.data import Panel

__all__ = ["control_check", "curve_table", "ingredient_table", "lead_check", "share_check"]

CURVE_EFFECTS = ("two_way", "region_year", "entity_trends", "first_difference")


def lead_check(regression: Regression) -> Check:
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
    return Check("lead", asks, found, p >= rules().level, steps_down=True)


def _with_lead(regression: Regression) -> tuple[object, str]:
    spec, panel = regression.spec, regression.panel
    parts = regression.focal.split(":") if regression.focal not in panel else [regression.focal]
    ahead = min(spec.lag_of(name) for name in parts) + 1
    lags = {name: spec.lag_of(name) - ahead for name in dict.fromkeys(parts)}
    columns = []
    for name in lags if len(parts) > 1 else ():
        values = derived.lagged(panel, name, lags[name])
        column = f"{name} ahead"
        panel = derived.add_column(panel, column, values, (name,), column)
        columns.append(column)
    values = _product(panel, parts, lags)
    lead = f"{regression.focal} ahead".replace(":", " by ")
    panel = derived.add_column(panel, lead, values, parts, lead)
    columns.append(lead)
    wider = replace(
        spec,
        regressors=(*spec.regressors, *columns),
        lags={**dict(spec.lags), **dict.fromkeys(columns, 0)},
    )
    return fit(wider, panel), lead


def _product(panel: Panel, parts: Sequence[str], lags: dict[str, int]) -> pd.Series:
    if len(parts) == 1:
        return derived.lagged(panel, parts[0], lags[parts[0]])
    values = pd.Series(1.0, index=panel.frame.index)
    for name in parts:
        one = derived.lagged(panel, name, lags[name])
        values = values * (one - one.mean())
    return values


def control_check(claim: Claim, panel: Panel, part: Part, outcomes: Sequence[str]) -> Check:
    """Put outcomes in that neither funding nor finance should move; Bonferroni over them."""
    from analysis.measures import overlap
    from analysis.studies.patient_capital import declared

    asks = "Does an outcome move that should not?"
    found, p = [], []
    for name in outcomes:
        if name not in panel:
            continue
        if not overlap(panel, declared(), claim.outcome, name).disjoint:
            found.append(f"{panel.describe(name).label_en}: shares figures with the outcome")
            continue
        try:
            regression = arrange(claim, panel, part, outcome=name)
            test = wild(fit(regression.spec, regression.panel), regression.focal, interval=False)
        except AnalysisError as error:
            found.append(f"{panel.describe(name).label_en}: could not be asked ({error})")
            continue
        p.append(test.p)
        found.append(f"{panel.describe(name).label_en}: p = {test.p:.3f}")
    text = "; ".join(found) + "." if found else "No such outcome is declared for this panel."
    passed = min(p) * len(p) >= rules().level if p else None
    return Check("control", asks, text, passed, steps_down=True)


def ingredient_table(claim: Claim, panel: Panel, part: Part) -> pd.DataFrame:
    """Return the two-way slope of every single ingredient of the indices in a claim.

    Returns
    -------
    DataFrame
        Columns ``side`` ("outcome" or the index replaced), ``name``, ``label``, ``estimate``,
        ``low``, ``high`` (within-SDs, CR3), ``n``; empty without an index.
    """
    rows = []
    for side, name in _ingredients(claim, part):
        changes = {"outcome": name} if side == "outcome" else {"swap": {side: name}}
        try:
            regression = arrange(claim, panel, part, **changes)
            table = fit_many([regression.spec], regression.panel, cr3=True).table
            if regression.in_sds:
                table["scale"] *= fit(regression.spec, regression.panel).within_sd[0]
        except AnalysisError:
            continue  # counted below: what is missing from the table has no regression
        rows.append((side, name, panel.describe(name).label_en, *_line(table, regression.focal)))
    return pd.DataFrame(
        rows, columns=["side", "name", "label", "estimate", "low", "high", "n", "p"]
    )


def _ingredients(claim: Claim, part: Part) -> Iterator[tuple[str, str]]:
    """Yield ("outcome" or index, ingredient) for the outcome and the focal term."""
    from analysis.studies.patient_capital import declared

    indices = {index.name: index.ingredients for index in declared().indices.values()}
    for side, name in (("outcome", claim.outcome), *((n, n) for n in part.focal.split(":"))):
        for ingredient in indices.get(name, ()):
            yield side, ingredient


def _line(table: pd.DataFrame, focal: str) -> tuple[float, float, float, int, float]:
    from scipy.special import stdtrit

    row = _row(table, focal)
    reach = float(stdtrit(row["clusters"] - 1, 0.975)) * row["se_cr3"]
    scaled = (v * row["scale"] for v in (row["estimate"], -reach, reach))
    middle, low, high = scaled
    return middle, middle + low, middle + high, int(row["n"]), float(row["p_cr3"])


def _row(table: pd.DataFrame, focal: str) -> pd.Series:
    swapped = ":".join(reversed(focal.split(":")))
    return table[table["term"].isin([focal, swapped])].iloc[0]


def share_check(table: pd.DataFrame, estimate: float) -> Check:
    """Ask whether an index's slope is carried by most of its ingredients."""
    asks = "Do most single ingredients point the same way?"
    if table.empty:
        return Check("ingredients", asks, "No index stands in this regression.", None)
    same = float((np.sign(table["estimate"]) == np.sign(estimate)).mean())
    found = f"{same:.0%} of {len(table)} ingredients share the sign."
    return Check("ingredients", asks, found, same >= rules().ingredients)


def curve_table(regression: Regression) -> pd.DataFrame:
    """Estimate the focal term under other effects, lags, samples and without controls.

    Every combination of effects, lag and sample is tried; controls are dropped from the declared
    lag and sample alone.

    Returns
    -------
    DataFrame
        Columns ``effects, lag, sample, controls, estimate`` (within-SDs), ``p`` (CR1, because a
        jackknife of every one would take longer than all the rest of a chapter), ``n``.
    """
    chosen, specs = [], []
    samples = [("all", regression), *declared_samples(regression, "curve")]
    for (words, sampled), lag in product(samples, _lags(regression.spec)):
        declared = sampled is regression and lag == regression.spec.lag
        for initial, effects in product((True, False) if declared else (True,), CURVE_EFFECTS):
            spec = replace(sampled.spec, effects=effects, lag=lag)
            specs.append(spec if initial else replace(spec, initial=()))
            chosen.append((effects, lag, words, "initial output" if initial else "no controls"))
    table = _fit_each(specs, regression.panel, regression.focal)
    head = pd.DataFrame(chosen, columns=["effects", "lag", "sample", "controls"])
    return pd.concat([head, table], axis=1).dropna(subset=["estimate"], ignore_index=True)


def _lags(spec: Specification) -> tuple[int, ...]:
    # A derived column carries its own date; only a plain lag of one can become two or three.
    return (1, 2, 3) if spec.lag == 1 and not spec.lags else (spec.lag,)


def declared_samples(regression: Regression, use: str) -> Iterator[tuple[str, Regression]]:
    """Yield label and regression for each sample of the data set that serves a use."""
    panel, sample = regression.panel, regression.spec.sample
    for one in panel.samples.values():
        changes = one.changes(
            panel.roles, panel.entities, sample.exclude_entities, sample.last_year
        )
        if use in one.use and changes:
            yield one.label, with_sample(regression, **changes)


def _fit_each(specs: list[Specification], panel: Panel, focal: str) -> pd.DataFrame:
    """Fit all at once; a specification that cannot be estimated leaves its row empty."""
    try:
        found = dict(list(fit_many(specs, panel).table.groupby("specification")))
    except AnalysisError:
        found = {}
        for i, spec in enumerate(specs):
            try:
                found[i] = fit_many([spec], panel).table
            except AnalysisError:
                continue
    rows = []
    for i in range(len(specs)):
        row = _row(found[i], focal) if i in found else None
        if row is None or row["refused"]:
            rows.append((np.nan, np.nan, 0))
        else:
            rows.append((row["estimate"] * row["scale"], row["p"], int(row["n"])))
    return pd.DataFrame(rows, columns=["estimate", "p", "n"])
