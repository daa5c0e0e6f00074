"""M14 looked at closer: who carries the slope, and whether markets and banks differ."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.claims import Column, Evaluated, Exhibit, Page
from analysis.claims.designs import with_sample
from analysis.claims.explore.contrast import Contrast, contrasts
from analysis.claims.explore.margins import margin_row
from analysis.claims.numbers import flatten
from analysis.inference import Coefficient, Estimates, estimate_columns, influence
from analysis.inference.cells import Grid, signed, zero_words

__all__ = ["line_numbers", "systems"]

SHOWN = 5  # entities in the picture of weights


def systems(made: Evaluated, prefix: str) -> Page:
    """Look closer at a claim whose two parts stand in one regression.

    Without the heaviest entity all effects and within-SDs are computed anew; that is exploratory.

    Returns
    -------
    Page
        Exhibits ``heaviest`` (how much each entity weighs in the first slope) and ``difference``
        (both slopes and their difference across the margin, with and without the heaviest), and
        the grid ``difference_table``.
    """
    first, second = made.readings
    terms = {"markets": first.focal, "banks": second.focal}
    margin = made.study.rules.plausible
    pair = ((first.estimates, first.focal), (second.estimates, second.focal))
    declared = contrasts(*pair, margin)
    heaviest, name, code, numbers = _heaviest(made)
    changed = with_sample(first.regression, exclude_entities=(code,))
    fewer = estimate_columns(changed.spec, changed.panel)
    rest = contrasts((fewer, first.focal), (fewer, second.focal), margin)
    numbers |= {"difference": _contrast_numbers(declared), "rest": _fewer_numbers(fewer, terms)}
    numbers["rest_difference"] = _contrast_numbers(rest)
    numbers["bank_ten_points"] = 10 * second.lines["two_way"].estimate
    lines = {key: fewer["two_way"].coefficient(term) for key, term in terms.items()}
    difference = _difference(made, declared[0], lines, rest[0], name)
    groups = {"all economies": declared, f"without {name} (exploratory)": rest}
    return Page(
        flatten(numbers, prefix=prefix),
        {"heaviest": heaviest, "difference": difference},
        {"difference_table": _table(groups)},
    )


def line_numbers(line: Coefficient) -> dict[str, object]:
    """Name a slope in within-SDs, its CR3 interval and its smallest detectable effect."""
    low, high = line.low_cr3 * line.scale, line.high_cr3 * line.scale
    return {
        "estimate": line.estimate * line.scale,
        "low": low,
        "high": high,
        "mde": line.mde * line.scale,
        "zero": zero_words(low, high),
    }


def _heaviest(made: Evaluated) -> tuple[Exhibit, str, str, dict[str, object]]:
    reading = made.readings[0]
    line, names = reading.lines["two_way"], made.panel.entities["label_en"]
    found = influence(reading.estimates["two_way"]).of(reading.focal)
    rows = pd.DataFrame(
        {
            "label": names.reindex(found["cluster"]).to_numpy(),
            "without": found["estimate_without"] * line.scale,
            "share": found["partial_leverage"],
        }
    )
    top = rows.iloc[0]
    full = line.estimate * line.scale
    shown = {"rows": rows.head(SHOWN), "full": full, "unit": "within-SDs"}
    return Exhibit("carriers", shown), str(top["label"]), str(found["cluster"].iloc[0]), {
        "heaviest": top["label"],
        "heaviest_share": 100 * float(top["share"]),
        "next_share": 100 * float(rows["share"].iloc[1]),
        "without_old_scale": float(top["without"]),
    }  # fmt: skip


def _contrast_numbers(rows: tuple[Contrast, ...]) -> dict[str, object]:
    return {
        one.effects: {
            "estimate": one.estimate,
            "low": one.low,
            "high": one.high,
            "p_zero": one.p_zero,
            "smallest": one.smallest_margin,
            "zero": zero_words(one.low, one.high),
        }
        for one in rows
    }


def _fewer_numbers(fewer: Estimates, terms: Mapping[str, str]) -> dict[str, object]:
    leading = fewer["two_way"]
    carried = influence(leading)
    out: dict[str, object] = {"economies": leading.n_entities, "n": leading.n}
    for key, term in terms.items():
        effective = float(carried.effective[carried.terms.index(term)])
        out[key] = {**line_numbers(leading.coefficient(term)), "effective": effective}
    return out


def _difference(
    made: Evaluated, declared: Contrast, lines: Mapping[str, Coefficient], rest: Contrast, name: str
) -> Exhibit:
    """Set both slopes and their difference across the margin, with and without one entity."""
    labels, without = ("stock markets", "bank credit"), f"\nwithout {name.split(',')[0]}"
    leading = [finding.columns[0] for finding in made.evidence.findings]
    rows = {label: _row(column) for label, column in zip(labels, leading, strict=True)}
    rows["difference"] = _row(declared)
    for label, line in zip(labels, lines.values(), strict=True):
        found = line_numbers(line)
        ends = (found["estimate"], found["low"], found["high"])
        rows[label + without] = margin_row(*ends, rest.clusters)
    rows["difference" + without] = _row(rest)
    xlabel = "within-SDs of R&D per within-SD, two-way effects"
    shown = {"rows": pd.DataFrame(rows).T, "margin": declared.margin, "xlabel": xlabel}
    return Exhibit("within_margin", shown)


def _row(one: Column | Contrast) -> dict[str, float]:
    return margin_row(one.estimate, one.low, one.high, one.clusters)


def _table(groups: Mapping[str, tuple[Contrast, ...]]) -> Grid:
    rows = [
        {
            "Column": one.label,
            "Sample": group,
            "Difference": f"{signed(one.estimate)}\n[{signed(one.low)}, {signed(one.high)}]",
            "Smaller than the margin?": f"p = {one.p_zero:.3f}",
            "Smallest margin": f"±{one.smallest_margin:.2f}",
        }
        for group, found in groups.items()
        for one in found
    ]
    margin = next(iter(groups.values()))[0].margin
    return Grid.of_frame(
        pd.DataFrame(rows),
        "M14: effect of stock markets less that of bank credit, within-SDs, [95% CR3 interval]; "
        f"two one-sided tests with the margin ±{margin:.2f} of the rules, and the smallest margin "
        "that would pass at five per cent",
    )
