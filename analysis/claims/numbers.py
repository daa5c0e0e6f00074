"""The numbers and words that prose about a claim may use, by name."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real

import numpy as np

from analysis.claims.curve import Curve
from analysis.claims.curve_null import LEVEL
from analysis.claims.evaluated import Evaluated, Reading
from analysis.claims.finding import Column, Finding
from analysis.claims.verdicts import Verdict
from analysis.data import Panel
from analysis.inference import LocalProjections
from analysis.inference.cells import zero_words
from analysis.inference.marginal import MarginalEffects
from analysis.inference.result import Row

__all__ = ["claim_numbers", "entity_name", "flatten", "scaled", "slope_numbers", "span"]

Number = int | float | str


def flatten(values: Mapping[str, object], prefix: str = "") -> dict[str, Number]:
    """Turn nested mappings of scalars into one level, names joined by ``_``.

    Parameters
    ----------
    values
        Scalars, strings or mappings of these; anything else is an error, so that a table is
        never published as a number by mistake.
    prefix
        Put before every name.

    Returns
    -------
    dict
        Plain Python scalars: numpy's own would print their type into a page.
    """
    flat: dict[str, Number] = {}
    for name, value in values.items():
        key = f"{prefix}_{name}" if prefix else str(name)
        if isinstance(value, Mapping):
            flat.update(flatten(value, key))
        elif isinstance(value, str):
            flat[key] = value
        elif isinstance(value, Integral):
            flat[key] = int(value)
        elif isinstance(value, Real):
            flat[key] = float(value)
        else:
            raise TypeError(f"'{key}' is a {type(value).__name__}, not a number or a word")
    return flat


def span(estimate: float, low: float, high: float) -> dict[str, object]:
    """Name an estimate in within-SDs, the ends of its interval and whether these span zero."""
    return {"std": estimate, "low": low, "high": high, "zero": zero_words(low, high)}


def scaled(line: Row, unit: float) -> tuple[float, float, float]:
    """Return an estimate and the ends of its CR3 interval in another unit."""
    return line.estimate * unit, line.low_cr3 * unit, line.high_cr3 * unit


def claim_numbers(
    made: Evaluated, judged: Verdict, slopes: MarginalEffects | None, curve: Curve | None
) -> dict[str, Number]:
    """Name the numbers and words that prose about a claim may use.

    Parameters
    ----------
    made, judged
        The claim and its verdict.
    slopes
        How the slope of a product moves along its moderator.
    curve
        The estimate under many specifications, and placebo curves.

    Returns
    -------
    dict
        ``verdict``; per column (``two_way``, ``region_year``, ``entity_trends``) the standardised
        effect ``std``, its CR3 interval ``low``, ``high``, ``mde`` in the same unit, the leading
        p-values and the words ``direction`` and ``zero`` ("excludes zero" or "includes zero");
        for the claim ``p``, ``p_family``, rows, years and the leave-one-out range; the same per
        further part (``part2_...``) and per secondary reading; ``with_...`` per ingredient,
        ``curve_...`` of many specifications, ``after..._`` per horizon.
    """
    evidence = made.evidence
    numbers: dict[str, object] = {"verdict": judged.word}
    for i, finding in enumerate(evidence.findings):
        values = _finding_numbers(finding, made.panel)
        numbers |= values if i == 0 else {f"part{i + 1}": values}
    if not made.readings:
        return flatten(numbers)
    numbers["agreement"] = _agreement(evidence.findings[0])
    numbers |= slope_numbers(slopes)
    for reading in made.secondary:
        numbers[reading.name.split()[-1]] = _reading_numbers(reading)
    for check in evidence.checks:
        if check.passed is not None:
            part = f"part{check.part + 1}_" if check.part else ""
            name = check.name.replace(" ", "_").replace("-", "_")
            numbers[f"{part}{name}_passed"] = "yes" if check.passed else "no"
    if made.ingredients and not made.ingredients[0].empty:
        numbers["with"] = {
            row.name: span(row.estimate, row.low, row.high)
            for row in made.ingredients[0].itertuples(index=False)
        }
    if curve is not None:
        numbers["curve"] = _curve_numbers(curve, evidence.findings[0])
    if "responses" in made.result:
        numbers |= _horizon_numbers(made.result["responses"])
    return flatten(numbers)


def _curve_numbers(found: Curve, finding: Finding) -> dict[str, object]:
    """Say how many specifications agree with the declared one, and how rare that is by chance."""
    table = found.table
    same = np.sign(table["estimate"]) == np.sign(finding.estimate)
    predicted = {"+": 1.0, "-": -1.0}.get(finding.sign, np.sign(finding.estimate))
    as_predicted = np.sign(table["estimate"]) == predicted
    numbers = {
        "specifications": len(table),
        "same_sign": float(same.mean()),
        "as_predicted": float((as_predicted & (table["p"] < LEVEL)).mean()),
        "median": float(table["estimate"].median()),
    }
    if found.null is None:
        return numbers
    null = found.null
    return numbers | {
        "placebos": null.placebos,
        "z": null.observed["z"],
        **{f"share_{name}": share for name, share in null.shares.items()},
        "null": found.words,
    }


def entity_name(code: str, panel: Panel | None) -> str:
    """Return the English name of an entity; its code where there is none."""
    known = panel is not None and "label_en" in panel.entities and code in panel.entities.index
    return str(panel.entities.loc[code, "label_en"]) if known else code


def _finding_numbers(finding: Finding, panel: Panel | None) -> dict[str, object]:
    first = finding.columns[0]
    return {
        **{k: getattr(finding, k) for k in ("p", "tested", "p_family", "lowest", "highest")},
        "lowest_without": entity_name(finding.lowest_without, panel),
        "highest_without": entity_name(finding.highest_without, panel),
        **{k: getattr(first, k) for k in ("n", "entities", "first_year", "last_year")},
        "mde": finding.mde,
        "effective": finding.effective_clusters,
        "margin": finding.smallest_margin,
        "same_sign": "yes" if len(set(finding.signs)) == 1 else "no",
        **{column.effects: _column_numbers(column) for column in finding.columns},
    }


def _column_numbers(column: Column) -> dict[str, object]:
    return {
        **span(column.estimate, column.low, column.high),
        "mde": column.mde,
        "p": column.p,
        "p_cr3": column.p_cr3,
        "direction": "positive" if column.estimate > 0 else "negative",
    }


def _reading_numbers(reading: Reading) -> dict[str, object]:
    return {
        name: {
            **span(*scaled(line, line.scale)),
            "mde": line.mde * line.scale,
            "p_cr3": line.p_cr3,
        }
        for name, line in reading.lines.items()
    }


def _agreement(finding: Finding) -> str:
    matching = sum(sign == finding.sign for sign in finding.signs)
    words = ("none", "one", "two", "all three")[matching]
    return f"{words} of the columns" if matching < len(finding.signs) else "all three columns"


def slope_numbers(found: MarginalEffects | None) -> dict[str, str]:
    """Say whether the binned slopes follow the line and whether its band covers zero."""
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


def _horizon_numbers(found: LocalProjections) -> dict[str, object]:
    """Each response and their contrast in within-SDs of the outcome at horizon zero."""
    unit = found.responses[0].scale
    lines = dict(zip(found.horizons, found.responses, strict=True))
    after: dict[str, object] = {
        f"after{h}": {**span(*scaled(line, unit)), "mde": line.mde * unit}
        for h, line in lines.items()
    }
    means = {
        name: sum(lines[h].estimate * unit for h in group) / len(group)
        for name, group in (("early", found.early), ("late", found.late))
    }
    return {**after, "gap": {**span(*scaled(found.contrast, unit)), **means}}
