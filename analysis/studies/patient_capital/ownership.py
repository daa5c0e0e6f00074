"""Institutional owners and citations of US firms: a published table again, and kinds of owners."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.data.files import read_yaml
from analysis.inference.power import minimum_detectable_effect
from analysis.inference.result import Row
from analysis.inference.sensitivity.counts import CountFit, count_regression
from analysis.measures.firms import us_regressors
from analysis.models.large import LargeFit, estimate_large
from analysis.studies.patient_capital.patient import lines_of

__all__ = ["KINDS", "Ownership", "ownership"]

SPECIFICATIONS = Path(__file__).with_name("ownership.yml")
KINDS = ("dedicated", "transient", "quasiindexed")
Fit = CountFit | LargeFit


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
    said, data = read_yaml(SPECIFICATIONS), us_regressors(frame)
    rows, owners, differences = {}, {}, {}
    for name, spec in said["table"].items():
        rows[name] = _row(spec, _fits(spec, data, said["labels"]), "institutions")
    for name, spec in said["owners"].items():
        fits = _fits(spec, data, said["labels"])
        owners |= {(name, kind): _row(spec, fits, kind) for kind in KINDS}
        differences[name] = fits[0].difference("dedicated", "transient")
    return Ownership(
        table=pd.DataFrame(rows).T.infer_objects(), owners=pd.DataFrame(owners).T.infer_objects(),
        differences=differences, source=said["source"], later=dict(said["later"]),
    )  # fmt: skip


def _fits(spec: dict[str, Any], data: pd.DataFrame, labels: dict[str, str]) -> tuple[Fit, Fit]:
    """Estimate with errors clustered by firm, and by industry."""
    if "known" in spec:
        data = data.dropna(subset=spec["known"])  # their number stands in the row's ``rows``
    estimate: Callable[..., Fit] = partial(count_regression, labels=labels, charge=False)
    if spec.get("model") == "linear":
        estimate = estimate_large
    firm, industry = (
        estimate(spec["outcome"], spec["terms"], data, effects=spec["effects"], cluster=cluster)
        for cluster in ("company", "industry")
    )
    return firm, industry


def _row(spec: dict[str, Any], fits: tuple[Fit, Fit], term: str) -> dict[str, object]:
    by_firm, published = fits[0], spec.get("published", {})
    line, other = (next(line for line in lines_of(fit) if line.term == term) for fit in fits)
    return {
        "published": published.get("estimate", float("nan")),
        "published_se": published.get("se", float("nan")),
        "label": spec["label"] if term == "institutions" else line.label,
        "column": spec["label"],
        "estimate": line.estimate, "se": line.se, "low": line.low, "high": line.high,
        "low_industry": other.low, "high_industry": other.high,
        "mde": minimum_detectable_effect(line.se, by_firm.clusters - 1),
        "n": by_firm.n, "clusters": by_firm.clusters, "rows": by_firm.grid_rows,
        "dropped": "; ".join(map(str, by_firm.dropped)),
    }  # fmt: skip
