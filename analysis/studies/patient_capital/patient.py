"""Patient capital inside the firm: the regressions a reader's own panel would answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.data.files import read_yaml
from analysis.errors import SpecificationError
from analysis.inference.sensitivity.counts import CountFit, count_regression
from analysis.measures.firms import FirmMeasures, earlier
from analysis.models.large import LargeFit, estimate_large

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
    said = read_yaml(SPECIFICATIONS)
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
    estimate = count_regression if spec["model"] == "poisson" else estimate_large
    effects = said["effects"][effects]
    fit = estimate("outcome", spec["terms"], table, effects=effects, cluster="firm")
    found = {line.term: line for line in lines_of(fit)}
    return [
        {
            "claim": claim,
            "outcome": spec["outcome"],
            "outcome_label": said["labels"][spec["outcome"]],
            "term": term,
            "label": " × ".join(said["labels"][part] for part in term.split(":")),
            **{name: getattr(found[term], name) for name in ("estimate", "se", "low", "high")},
            "n": fit.n,
            "rows": fit.grid_rows,
            "firms": fit.clusters,
            "left_out": "; ".join(map(str, fit.dropped)),
        }
        for claim, term in spec["claims"].items()
    ]


def lines_of(fit: CountFit | LargeFit) -> Iterable[Any]:
    """One line per term, whichever way the regression was estimated."""
    return fit.terms if isinstance(fit, CountFit) else fit.table.itertuples()
