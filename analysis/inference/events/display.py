"""Tables of event studies and of what stands beside them, as text in, text out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.inference.events.engines import ENGINES
from analysis.inference.report import html_grid, plain_number

if TYPE_CHECKING:
    from analysis.inference.events.data import EventData
    from analysis.inference.events.diagnostics import Decomposition
    from analysis.inference.events.pretrends import Pretrend
    from analysis.inference.events.randomisation import Randomisation
    from analysis.inference.events.study import EventStudy

__all__ = [
    "decomposition_table",
    "event_table",
    "interval",
    "pretrend_table",
    "randomisation_table",
    "rows_note",
]


def event_table(study: EventStudy) -> str:
    """Render the path of an event study: estimate, pointwise interval and simultaneous band."""
    unit = min((p.se for p in study.path if p.se > 0), default=None)
    rows = [
        (
            f"{point.event_time:+d}".replace("-", "−") if point.event_time else "0",
            plain_number(point.estimate, unit),
            "reference" if point.reference else interval(point.low, point.high, unit),
            "" if point.reference else interval(point.band_low, point.band_high, unit),
        )
        for point in study.path
    ]
    total = study.overall
    rows.append(
        (
            "Average effect",
            plain_number(total.estimate, unit),
            interval(total.low, total.high, unit),
            f"detectable {plain_number(total.mde, unit)}",
        )
    )
    words = f"{ENGINES[study.estimator].words}, {study.control.replace('_', '-')} controls."
    caption = f"{study.data.label} around {study.data.design.name.replace('_', ' ')}"
    share = f"{100 * (1 - study.level):g}%"
    heads = ("Years since exposure", "Effect", f"{share} interval", "Band over all years")
    notes = (words, study.convention, rows_note(study.data), *study.notes)
    return html_grid(caption, heads, rows, notes)


def randomisation_table(test: Randomisation) -> str:
    """Render a permutation test: effect, p, interval and how the p came about."""
    unit = (test.high - test.low) / 4
    how = "all" if test.exact else "draws, seeded"
    rows = [
        ("Average effect on the exposed", plain_number(test.estimate, unit)),
        ("p, two-sided", f"{test.p:.3f}"),
        ("Assignments", f"{test.assignments:,} ({how})"),
        ("Exchanged within", test.strata),
    ]
    if test.statistic == "att":
        share = f"{100 * (1 - test.level):g}% interval"
        rows.insert(2, (share, interval(test.low, test.high, unit)))
    data = test.data
    caption = f"{data.label} around {data.design.name.replace('_', ' ')}, starts permuted"
    return html_grid(caption, ("", "Value"), rows, (rows_note(data), *test.notes))


def interval(low: float, high: float, unit: float | None) -> str:
    """Write an interval with the decimals of its unit."""
    return f"[{plain_number(low, unit)}, {plain_number(high, unit)}]"


def rows_note(data: EventData) -> str:
    """Say how many entities stand on each side and what was left out."""
    many = data.nouns[1]
    lost = sum(d.rows for d in data.dropped)
    text = (
        f"{data.n_treated} exposed and {data.n_control} unexposed {many}, "
        f"{data.years[0]}–{data.years[-1]}. Left out {lost:,} of {data.grid_rows:,} rows"
    )
    return text + (f" ({'; '.join(map(str, data.dropped))})." if data.dropped else ".")


def pretrend_table(test: Pretrend) -> str:
    """Render slopes the test would have noticed and the bias each would bring."""
    unit = abs(test.powers[0].bias) / 4 if test.powers else None
    rows = [
        (
            f"Slope noticed with {line.power:.0%} power",
            plain_number(line.slope, abs(line.slope) / 4),
            plain_number(line.bias, unit),
            plain_number(line.bias_if_passed, unit),
        )
        for line in test.powers
    ]
    head = (
        f"Joint test of {len(test.times)} points: F = {test.f:.2f}, p = {test.p:.3f}; with starts "
        f"permuted p = {test.p_permutation:.3f}. Average effect "
        f"{plain_number(test.effect, unit)}."
    )
    heads = ("Straight departure", "Per year", "Bias of the average", "Bias if the test passed")
    return html_grid(test.label, heads, rows, (head, *test.notes))


def decomposition_table(found: Decomposition) -> str:
    """Render the kinds of comparison behind a two-way estimate."""
    unit = abs(found.estimate) / 4
    rows = [
        (kind.replace("_", " "), f"{weight:.2f}", plain_number(mean, unit))
        for kind, weight, mean in found.shares
    ]
    rows.append(("Two-way estimate", "1.00", plain_number(found.estimate, unit)))
    return html_grid(found.label, ("Comparison", "Weight", "Mean"), rows, found.notes)
