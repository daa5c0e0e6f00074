"""The picture of a claim: each design is drawn as what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from analysis.display.charts import (
    event_path,
    lag_profiles,
    marginal_effect,
    quartile_path,
    residual_scatter,
    responses,
    spatial_effects,
    threshold_likelihood,
)
from analysis.inference.marginal import MarginalEffects, marginal_effects
from analysis.models.added_variable import added_variable

if TYPE_CHECKING:
    from analysis.claims import Evidence, Reading
    from analysis.data import Panel
    from analysis.display.picture import Picture

__all__ = ["marginal_numbers", "moderated", "picture", "scatter"]


def picture(evidence: Evidence, panel: Panel) -> Picture:
    """Draw the design of a claim; a plain regression shows what is left of both variables."""
    claim = evidence.claim
    kind = "policy" if claim.policy else claim.design
    return _DRAW.get(kind, _regression)(evidence, panel)


def _regression(evidence: Evidence, panel: Panel) -> Picture:
    reading = evidence.details.readings[0]
    found = moderated(reading)
    return _marginal(found, reading.regression.panel) if found else scatter(reading)


def scatter(reading: Reading) -> Picture:
    """Frisch-Waugh-Lovell: both axes with effects and the other regressors taken out."""
    estimate = reading.estimates["two_way"]
    partial = added_variable(estimate.fitted, reading.focal)
    return residual_scatter(
        partial.x / partial.x_sd, partial.y / partial.y_sd,
        partial.slope * partial.x_sd / partial.y_sd,
        f"{_short(reading.label)}, what is left (SD)",
        f"{_short(estimate.outcome_label)}, what is left (SD)",
    )  # fmt: skip


def _short(label: str, most: int = 46) -> str:
    """Break a long label so that a phone shows it all."""
    if len(label) <= most:
        return label
    cut = label.rfind(" ", 0, most)
    return f"{label[:cut]}\n{label[cut + 1 :]}"


def _lower(label: str) -> str:
    """Start a label in lower case, unless it starts with an abbreviation such as R&D."""
    return label if label[:2].isupper() or label[1:2] == "&" else label[:1].lower() + label[1:]


def moderated(reading: Reading) -> MarginalEffects | None:
    """Work out how a slope changes with the moderator; None without a product of two."""
    regression = reading.regression
    pairs = [":".join(pair) for pair in regression.spec.interactions]
    parts = regression.focal.split(":")
    if regression.focal not in pairs or parts[0] == parts[1]:
        return None
    return marginal_effects(reading.estimates["two_way"], regression.panel, *parts)


def marginal_numbers(found: MarginalEffects | None) -> dict[str, str]:
    """Say whether the binned slopes follow the line and whether its band covers zero."""
    import numpy as np

    if found is None:
        return {}
    line, bins = found.curve, found.bins
    low, high = (np.interp(bins["at"], line["at"], line[side]) for side in ("low", "high"))
    inside = bins["effect"].between(low, high).all()
    covers = ((line["low"] < 0) & (line["high"] > 0)).all()
    return {
        "bins_within_band": "yes" if inside else "no",
        "band_covers_zero": "yes" if covers else "no",
    }


def _marginal(found: MarginalEffects, panel: Panel) -> Picture:
    of, by = panel.describe(found.of), panel.describe(found.by)
    return marginal_effect(
        found.curve, found.support, f"{by.label_en} ({by.label_zh})",
        f"effect of {_lower(of.label_en)[:44]},\nwithin-SDs of the outcome", found.bins,
    )  # fmt: skip


def _responses(evidence: Evidence, panel: Panel) -> Picture:
    found = evidence.details.own[0].results["responses"]
    scale = found.columns[0].coefficient(found.of).scale
    rows = found.tidy()
    ends = [c for c in ("estimate", "low", "high", "low_cr3", "high_cr3") if c in rows]
    rows[ends] *= scale
    return responses(
        rows, "years after the funding", f"{_short(found.outcome_label, 44)},\nwithin-SDs",
        found.early, found.late,
    )  # fmt: skip


def _exposure(evidence: Evidence, panel: Panel) -> Picture:
    path = evidence.details.own[0].results["path"]
    finding, claim = evidence.findings[0], evidence.claim
    start = claim.setup["active"][0]
    exposure = panel.describe(claim.focal).label_en
    return event_path(
        path.table, "year", f"{_short(finding.outcome_label, 30)}, within-SDs\nper SD of "
        f"{_lower(_short(exposure, 26))}", start, f"{path.base} is the base year",
    )  # fmt: skip


def _policy(evidence: Evidence, panel: Panel) -> Picture:
    study = evidence.details.own[0].results["study"]
    label = evidence.findings[0].outcome_label
    return event_path(
        study.tidy(), "years since the pilot began", f"{_short(label, 30)}\ntreated less others"
    )


def _threshold(evidence: Evidence, panel: Panel) -> Picture:
    from analysis.inference.form.threshold_numerics import critical_distance

    found = evidence.details.own[0].results["threshold"]
    support = evidence.details.readings[0].regression.panel[found.by].dropna().to_numpy()
    by = panel.describe(found.by)
    return threshold_likelihood(
        found.path, found.gamma, found.gamma_low, found.gamma_high, critical_distance(0.05),
        f"threshold in {by.label_en} ({by.label_zh})", support,
    )  # fmt: skip


def _spatial(evidence: Evidence, panel: Panel) -> Picture:
    maps = evidence.details.own[0].results["maps"]
    term = evidence.details.readings[0].focal
    tables = []
    for name, model in maps.items():
        rows = model.tidy()
        rows = rows[rows["term"] == term]
        scale = model.effect(term, "direct").scale
        ends = ["estimate", "low", "high"]
        tables.append(
            rows.assign(weights=name.replace("_", " "), **{e: rows[e] * scale for e in ends})
        )
    outcome, regressor = evidence.findings[0].outcome_label, panel.describe(term).label_en
    return spatial_effects(
        pd.concat(tables),
        f"within-SDs of {_short(outcome, 34)}\nper within-SD of {_short(regressor, 34)}",
    )


def _trend(evidence: Evidence, panel: Panel) -> Picture:
    path = evidence.details.results["path"]
    return quartile_path(path, _short(panel.describe(evidence.claim.outcome).label_en))


def _lags(evidence: Evidence, panel: Panel) -> Picture:
    results = evidence.details.results
    (a, b), (c, d) = evidence.claim.setup["periods"]
    names = {f"{a} to {b}": results["earlier"], f"{c} to {d}": results["later"]}
    tables = {}
    for name, found in names.items():
        rows = found.tidy()
        for end in ("estimate", "low_cr3", "high_cr3"):
            rows[end] *= rows["scale"]
        tables[name] = rows
    return lag_profiles(
        tables, "years between research and outcome",
        f"{_short(evidence.findings[0].outcome_label, 30)},\nwithin-SDs",
    )  # fmt: skip


_DRAW: Mapping[str, Callable[[Evidence, Panel], Picture]] = {
    "local-projection": _responses,
    "event": _exposure,
    "policy": _policy,
    "threshold": _threshold,
    "spatial": _spatial,
    "descriptive": _trend,
    "distributed-lag": _lags,
}
