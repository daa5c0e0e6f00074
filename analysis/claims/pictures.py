"""What the picture of a claim shows, as plain data: each design as what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from analysis.claims.curve import Curve, curve
from analysis.claims.evaluated import Evaluated, Reading
from analysis.claims.exhibit import Exhibit
from analysis.claims.finding import Finding
from analysis.data import Panel
from analysis.inference.cells import reach
from analysis.inference.form.threshold_numerics import critical_distance
from analysis.inference.marginal import MarginalEffects, marginal_effects
from analysis.models.fit import added_variable

__all__ = [
    "claim_pictures", "design_picture", "ingredient_rows", "marginal_picture", "moderated",
    "scatter",
]  # fmt: skip

_INSTEAD = (
    "two-way effect in within-SDs, one ingredient in place of its index;\n"
    "bars: 95% CR3; exploratory"
)


def claim_pictures(
    made: Evaluated, found: Curve | None = None, *, lengthy: bool = True
) -> dict[str, Exhibit]:
    """Return the pictures of a claim by name.

    Parameters
    ----------
    made
        The claim.
    found
        Its specification curve, if it is there already.
    lengthy
        Whether the curve is wanted.

    Returns
    -------
    dict of str to Exhibit
        ``picture`` shows the design; a regression also has ``scatter``, ``effects``, ``curve`` and,
        where an index stands in it, ``ingredients``.
    """
    out = {}
    if made.readings or made.results:
        out["picture"] = design_picture(made)
    if made.evidence.findings:
        out["effects"] = _effects(made.evidence.findings[0])
    if made.readings:
        out["scatter"] = scatter(made.readings[0])
        if lengthy:
            out["curve"] = _curve(made, curve(made.question) if found is None else found)
        if made.ingredients and not made.ingredients[0].empty:
            out["ingredients"] = Exhibit.of(
                "interval_rows", rows=ingredient_rows(made), xlabel=_INSTEAD
            )
    return out


def design_picture(made: Evaluated) -> Exhibit:
    """Show the design of a claim, which was estimated, as what it is."""
    kind = "policy" if made.claim.policy else made.claim.design
    return _DRAW.get(kind, _regression)(made)


def _curve(made: Evaluated, found: Curve) -> Exhibit:
    """Sorted estimates with what they chose, and the band of placebo curves."""
    held = {f"beside {n}": f"beside {_label(made.panel, n)}" for n in made.claim.secondary.held}
    words = {n: _label(made.panel, n) for n in found.table["outcome"].unique()} | held
    band = None if found.null is None else found.null.band
    return Exhibit.of("specification_curve", table=found.table, band=band, null=found.words,
                      words=words)  # fmt: skip


def _label(panel: Panel, name: str) -> str:
    return panel.describe(name).label_en if name in panel else name


def ingredient_rows(made: Evaluated) -> pd.DataFrame:
    """Set the slopes with one ingredient in place of its index below the declared one."""
    first = made.evidence.findings[0].columns[0]
    rows = [{"label": "as declared", "estimate": first.estimate, "low": first.low,
             "high": first.high, "side": ""}]  # fmt: skip
    rows += [
        {"label": row.label, "estimate": row.estimate, "low": row.low, "high": row.high,
         "side": made.panel.describe(row.name).side}
        for row in made.ingredients[0].itertuples(index=False)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _effects(finding: Finding) -> Exhibit:
    rows = {}
    for c in finding.columns:
        half = reach(c.clusters - 1) * c.se
        rows[c.label] = {
            "estimate": c.estimate, "low": c.estimate - half, "high": c.estimate + half,
            "low_cr3": c.low, "high_cr3": c.high,
        }  # fmt: skip
    what = f"within-SDs of {finding.outcome_label}\nper within-SD of {finding.term_label}"
    return Exhibit.of("interval_rows", rows=pd.DataFrame(rows).T, xlabel=what)


def _regression(made: Evaluated) -> Exhibit:
    reading = made.readings[0]
    if (found := moderated(reading)) is None:
        return scatter(reading)
    panel = reading.regression.panel
    return marginal_picture(found, panel, _lower(panel.describe(found.of).label_en)[:44])


def scatter(reading: Reading) -> Exhibit:
    """Frisch-Waugh-Lovell: both axes with effects and the other regressors taken out."""
    estimate = reading.estimates["two_way"]
    partial = added_variable(estimate.fitted, reading.focal)
    return Exhibit.of(
        "residual_scatter",
        x=partial.x / partial.x_sd,
        y=partial.y / partial.y_sd,
        slope=partial.slope * partial.x_sd / partial.y_sd,
        xlabel=f"{_short(reading.label)}, what is left (SD)",
        ylabel=f"{_short(estimate.outcome_label)}, what is left (SD)",
    )


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


def marginal_picture(found: MarginalEffects, panel: Panel, of: str) -> Exhibit:
    """Show the slope of `of`, in words, along its moderator."""
    by = panel.describe(found.by)
    return Exhibit.of(
        "marginal_effect",
        curve=found.curve,
        support=found.support,
        bins=found.bins,
        xlabel=f"{by.label_en} ({by.label_zh})",
        ylabel=f"effect of {of},\nwithin-SDs of the outcome",
    )


def _responses(made: Evaluated) -> Exhibit:
    found = made.result["responses"]
    scale = found.columns[0].coefficient(found.of).scale
    rows = found.tidy()
    ends = [c for c in ("estimate", "low", "high", "low_cr3", "high_cr3") if c in rows]
    rows[ends] *= scale
    return Exhibit.of(
        "responses",
        rows=rows,
        xlabel=f"years after {_lower(_short(made.readings[0].label, 30))}",
        ylabel=f"{_short(found.outcome_label, 44)},\nwithin-SDs",
        early=found.early,
        late=found.late,
    )


def _exposure(made: Evaluated) -> Exhibit:
    path = made.result["path"]
    finding, claim = made.evidence.findings[0], made.claim
    exposure = made.panel.describe(claim.focal).label_en
    return Exhibit.of(
        "event_path",
        path=path.table,
        xlabel="year",
        ylabel=f"{_short(finding.outcome_label, 30)}, within-SDs\nper SD of "
        f"{_lower(_short(exposure, 26))}",
        start=claim.setup["active"][0],
        since=f"{path.base} is the base year",
    )


def _policy(made: Evaluated) -> Exhibit:
    label = made.evidence.findings[0].outcome_label
    return Exhibit.of(
        "event_path",
        path=made.result["study"].tidy(),
        xlabel="years since the pilot began",
        ylabel=f"{_short(label, 30)}\ntreated less others",
    )


def _threshold(made: Evaluated) -> Exhibit:
    found = made.result["threshold"]
    by = made.panel.describe(found.by)
    return Exhibit.of(
        "threshold_likelihood",
        path=found.path,
        gamma=found.gamma,
        low=found.gamma_low,
        high=found.gamma_high,
        critical=critical_distance(0.05),
        xlabel=f"threshold in {by.label_en} ({by.label_zh})",
        support=made.readings[0].regression.panel[found.by].dropna().to_numpy(),
    )


def _spatial(made: Evaluated) -> Exhibit:
    term = made.readings[0].focal
    tables = []
    for name, model in made.result["maps"].items():
        rows = model.tidy()
        rows = rows[rows["term"] == term]
        scale = model.effect(term, "direct").scale
        ends = ["estimate", "low", "high"]
        tables.append(
            rows.assign(weights=name.replace("_", " "), **{e: rows[e] * scale for e in ends})
        )
    outcome = made.evidence.findings[0].outcome_label
    regressor = made.panel.describe(term).label_en
    return Exhibit.of(
        "spatial_effects",
        rows=pd.concat(tables),
        xlabel=f"within-SDs of {_short(outcome, 34)}\nper within-SD of {_short(regressor, 34)}",
    )


def _trend(made: Evaluated) -> Exhibit:
    label = _short(made.panel.describe(made.claim.outcome).label_en)
    return Exhibit.of("quartile_path", path=made.results["path"], ylabel=label)


def _lags(made: Evaluated) -> Exhibit:
    results, names = made.results, ("earlier", "later")
    tables = {}
    for (first, last), name in zip(made.claim.setup["periods"], names, strict=True):
        rows = results[name].tidy()
        for end in ("estimate", "low_cr3", "high_cr3"):
            rows[end] *= rows["scale"]
        tables[f"{first} to {last}"] = rows
    outcome = _short(made.evidence.findings[0].outcome_label, 30)
    regressor = _lower(_short(made.panel.describe(made.claim.regressors[0]).label_en, 30))
    return Exhibit.of(
        "lag_profiles",
        tables=tables,
        xlabel=f"years between {regressor} and outcome",
        ylabel=f"{outcome},\nwithin-SDs",
    )


_DRAW: Mapping[str, Callable[[Evaluated], Exhibit]] = {
    "local-projection": _responses,
    "event": _exposure,
    "policy": _policy,
    "threshold": _threshold,
    "spatial": _spatial,
    "descriptive": _trend,
    "distributed-lag": _lags,
}
