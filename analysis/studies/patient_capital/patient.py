"""Patient capital inside the firm: the regressions a reader's own panel would answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.data.files import read_yaml
from analysis.errors import SpecificationError
from analysis.inference.sensitivity.counts import count_regression
from analysis.measures.firms import FirmMeasures, earlier
from analysis.models.large import estimate_large

__all__ = ["PatientCapital", "patient_capital"]

SPECIFICATIONS = Path(__file__).with_name("patient.yml")


@dataclass(frozen=True, slots=True, eq=False)
class PatientCapital:
    """What a firm panel answers about equity and debt.

    Attributes
    ----------
    lines : DataFrame
        One row per claim and outcome: ``claim``, ``outcome``, ``term``, ``label``, ``estimate``,
        ``se``, ``low``, ``high``, ``n``, ``firms``, ``left_out``; the index is ``outcome.term``.
    skipped : tuple of str
        Regressions the panel cannot answer, and which columns it lacks.
    effects : str
        "two_way" or "pooled".
    """

    lines: pd.DataFrame
    skipped: tuple[str, ...]
    effects: str


@cache
def _specifications() -> dict[str, Any]:
    return read_yaml(SPECIFICATIONS)


def patient_capital(measures: FirmMeasures, effects: str = "two_way") -> PatientCapital:
    """Run every regression the panel has columns for; errors are clustered by firm.

    Parameters
    ----------
    measures
        Of a reader's panel or of the synthetic one.
    effects
        "two_way" absorbs firms and years; "pooled" industries and years, for comparison only.

    Raises
    ------
    SpecificationError
        The effects are not known, or the panel answers none of the regressions.
    """
    said = _specifications()
    if effects not in said["effects"]:
        raise SpecificationError(f"Effects '{effects}' are not known: use two_way or pooled.")
    lines, skipped = [], []
    for name, spec in said["regressions"].items():
        parts = {part for term in spec["terms"] for part in term.split(":")}
        lacking = sorted({*parts, spec["outcome"]} - set(measures.frame.columns))
        if lacking:
            skipped.append(f"{name}: the panel has no {', '.join(lacking)}")
            continue
        lines += _answers(spec, _design(spec, measures.frame), said, effects)
    if not lines:
        raise SpecificationError(
            f"The panel answers no claim ({'; '.join(skipped)}): add the columns of one of them."
        )
    frame = pd.DataFrame(lines)
    frame.index = pd.Index(frame["outcome"] + "." + frame["term"])
    return PatientCapital(frame, tuple(skipped), effects)


def _design(spec: dict[str, Any], frame: pd.DataFrame) -> pd.DataFrame:
    """Outcome, terms of the year before, products centred on complete rows, and the groups."""
    parts = list(dict.fromkeys(part for term in spec["terms"] for part in term.split(":")))
    table = pd.DataFrame({part: earlier(frame[part], 1) for part in parts})
    table.insert(0, "outcome", frame[spec["outcome"]])
    centred = table[parts] - table.dropna()[parts].mean()
    for term in spec["terms"]:
        if ":" in term:
            first, second = term.split(":")
            table[term] = centred[first] * centred[second]
    return table.assign(industry=frame["industry"]).reset_index()


def _answers(
    spec: dict[str, Any], table: pd.DataFrame, said: dict[str, Any], effects: str
) -> list[dict[str, object]]:
    shared = {"effects": said["effects"][effects], "cluster": "firm"}
    if spec["model"] == "poisson":
        fit = count_regression("outcome", spec["terms"], table, **shared)
        found = {line.term: line for line in fit.terms}
    else:
        fit = estimate_large("outcome", spec["terms"], table, **shared)
        found = {line.term: line for line in fit.table.itertuples()}
    return [
        {
            "claim": claim,
            "outcome": spec["outcome"],
            "outcome_label": said["labels"][spec["outcome"]],
            "term": term,
            "label": " × ".join(said["labels"][part] for part in term.split(":")),
            "estimate": found[term].estimate,
            "se": found[term].se,
            "low": found[term].low,
            "high": found[term].high,
            "n": fit.n,
            "rows": fit.grid_rows,
            "firms": fit.clusters,
            "left_out": "; ".join(map(str, fit.dropped)),
        }
        for claim, term in spec["claims"].items()
    ]
