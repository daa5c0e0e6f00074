"""Institutional owners and citations of US firms: a published table again, and kinds of owners."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.data.files import read_yaml
from analysis.inference.cells import reach
from analysis.inference.power import minimum_detectable_effect
from analysis.inference.result import Row
from analysis.inference.sensitivity.counts import CountFit, count_regression
from analysis.measures.firms import us_regressors
from analysis.models.large import estimate_large

__all__ = ["KINDS", "Ownership", "ownership"]

SPECIFICATIONS = Path(__file__).with_name("ownership.yml")
KINDS = ("dedicated", "transient", "quasiindexed")


@dataclass(frozen=True, slots=True, eq=False)
class Ownership:
    """What the US firms say about institutional owners.

    Attributes
    ----------
    table : DataFrame
        One row per regression: ``label``, ``estimate``, ``se``, ``low``, ``high``, ``mde`` with
        errors clustered by firm; ``low_industry``, ``high_industry`` clustered by industry;
        ``published``, ``published_se`` where a figure was read; ``rows`` offered to the regression,
        ``n`` used, ``dropped`` and why, ``clusters``.
    owners : DataFrame
        Index (column, kind of owner); the same figures.
    differences : dict of str to Row
        Dedicated less transient owners, by column.
    source : str
        Where the published figures were read.
    later : dict of str to float
        What a later report says of its own checks of the same article; see ownership.yml.
    """

    table: pd.DataFrame
    owners: pd.DataFrame
    differences: dict[str, Row]
    source: str
    later: dict[str, float]


@cache
def _specifications() -> dict[str, Any]:
    return read_yaml(SPECIFICATIONS)


def ownership(frame: pd.DataFrame) -> Ownership:
    """Run the published regressions and the ones on kinds of owners.

    Parameters
    ----------
    frame
        The firms of Aghion, Van Reenen and Zingales (2013), one row per firm and year.

    Notes
    -----
    Errors are clustered by firm, as in the replication the published figures come from; the factor
    is G/(G−1) for counts, as there, and the project's for the linear column.
    """
    said, data = _specifications(), us_regressors(frame)
    rows, owners, differences = {}, {}, {}
    for name, spec in said["table"].items():
        rows[name] = _linear(spec, data) if spec.get("model") == "linear" else _count(spec, data)
    for name, spec in said["owners"].items():
        by_firm, by_industry = _fits(spec, data)
        for kind in KINDS:
            owners[name, kind] = _row(spec, by_firm, by_industry, kind)
        differences[name] = by_firm.difference("dedicated", "transient")
    return Ownership(
        table=pd.DataFrame(rows).T.infer_objects(), owners=pd.DataFrame(owners).T.infer_objects(),
        differences=differences, source=said["source"], later=dict(said["later"]),
    )  # fmt: skip


def _fits(spec: dict[str, Any], data: pd.DataFrame) -> tuple[CountFit, CountFit]:
    data = data.dropna(subset=spec.get("known", []))  # their number stands in the row's ``rows``
    firm, industry = (
        count_regression(
            spec["outcome"], spec["terms"], data, effects=spec["effects"], cluster=cluster,
            labels=_specifications()["labels"], charge=False,
        )
        for cluster in ("company", "industry")
    )  # fmt: skip
    return firm, industry


def _count(spec: dict[str, Any], data: pd.DataFrame) -> dict[str, object]:
    return _row(spec, *_fits(spec, data), "institutions")


def _row(
    spec: dict[str, Any], by_firm: CountFit, by_industry: CountFit, term: str
) -> dict[str, object]:
    line, other = by_firm.coefficient(term), by_industry.coefficient(term)
    return _published(spec) | {
        "label": spec["label"] if term == "institutions" else line.label,
        "column": spec["label"],
        "estimate": line.estimate, "se": line.se, "low": line.low, "high": line.high,
        "low_industry": other.low, "high_industry": other.high,
        "mde": minimum_detectable_effect(line.se, by_firm.clusters - 1),
        "n": by_firm.n, "clusters": by_firm.clusters, "rows": by_firm.grid_rows,
        "dropped": "; ".join(map(str, by_firm.dropped)),
    }  # fmt: skip


def _linear(spec: dict[str, Any], data: pd.DataFrame) -> dict[str, object]:
    firm, industry = (
        estimate_large(spec["outcome"], spec["terms"], data, effects=spec["effects"], cluster=c)
        for c in ("company", "industry")
    )
    own, other = (fit.table.set_index("term").loc["institutions"] for fit in (firm, industry))
    half = reach(industry.clusters - 1) * other["se"]
    return _published(spec) | {
        "label": spec["label"], "column": spec["label"],
        "estimate": own["estimate"], "se": own["se"], "low": own["low"], "high": own["high"],
        "low_industry": other["estimate"] - half, "high_industry": other["estimate"] + half,
        "mde": minimum_detectable_effect(own["se"], firm.clusters - 1),
        "n": firm.n, "clusters": firm.clusters, "rows": firm.grid_rows,
        "dropped": "; ".join(map(str, firm.dropped)),
    }  # fmt: skip


def _published(spec: dict[str, Any]) -> dict[str, object]:
    read = spec.get("published", {})
    return {
        "published": read.get("estimate", float("nan")),
        "published_se": read.get("se", float("nan")),
    }
