"""From a fit to lines of a table: two standard errors, intervals and detectable effects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import stdtr, stdtrit

from analysis.inference.clustered import Jackknife, cr1, cr3
from analysis.inference.power import minimum_detectable_effect
from analysis.models import Fit

if TYPE_CHECKING:
    from analysis.data import Panel

__all__ = ["Coefficient", "coefficients", "jsonable", "label_of"]


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One line of a regression table, in units of the outcome per unit of the term.

    Attributes
    ----------
    term, label : str
        Name in the specification ("a:b" for a product) and label for readers.
    estimate : float
        The coefficient.
    se, t, p, low, high : float
        CR1 standard error; its t statistic, p-value and interval from t(G−1).
    se_cr3, p_cr3, low_cr3, high_cr3 : float
        The same for CR3, the leave-one-cluster-out jackknife.
    mde : float
        Minimum detectable effect at 80% power with the CR3 standard error: CR1 is too small
        where few clusters carry the estimate.
    lowest, highest : float
        Range of the estimate when each cluster is left out in turn.
    lowest_without, highest_without : str
        The clusters whose absence gives these two.
    scale : float
        within-SD(term) / within-SD(outcome); times `estimate` gives the standardised effect.
    """

    term: str
    label: str
    estimate: float
    se: float
    t: float
    p: float
    low: float
    high: float
    se_cr3: float
    p_cr3: float
    low_cr3: float
    high_cr3: float
    mde: float
    lowest: float
    lowest_without: str
    highest: float
    highest_without: str
    scale: float


def label_of(panel: Panel, name: str) -> str:
    """English label of a variable, or its name where the panel describes none."""
    try:
        return panel.describe(name).label_en or name
    except KeyError:
        return name


def coefficients(fitted: Fit, panel: Panel, level: float) -> tuple[Coefficient, ...]:
    """Put both kinds of standard error beside each coefficient of a fit."""
    dof = len(fitted.cluster_labels) - 1
    first = cr1(fitted.x, fitted.residuals, fitted.clusters, fitted.parameters)
    jackknife = cr3(
        fitted.x_nested, fitted.y_nested, fitted.clusters, fitted.nuisance,
        fitted.cluster_labels, fitted.terms,
    )  # fmt: skip
    errors = np.sqrt(np.diag(first)), np.sqrt(np.diag(jackknife.covariance))
    critical = float(stdtrit(dof, 1 - level / 2))
    lines = []
    for i, (term, b) in enumerate(zip(fitted.terms, map(float, fitted.coefficients), strict=True)):
        se, se_cr3 = float(errors[0][i]), float(errors[1][i])
        lines.append(
            Coefficient(
                term=term,
                label=" × ".join(label_of(panel, part) for part in term.split(":")),
                estimate=b,
                se=se,
                t=_ratio(b, se),
                p=_p(b, se, dof),
                low=b - critical * se,
                high=b + critical * se,
                se_cr3=se_cr3,
                p_cr3=_p(b, se_cr3, dof),
                low_cr3=b - critical * se_cr3,
                high_cr3=b + critical * se_cr3,
                mde=minimum_detectable_effect(se_cr3, dof, level=level),
                **_range(jackknife, fitted.cluster_labels, i),
                scale=_scale(fitted.within_sd, i),
            )
        )
    return tuple(lines)


def _range(jackknife: Jackknife, labels: tuple[str, ...], i: int) -> dict[str, Any]:
    column = jackknife.without[:, i]
    low, high = int(column.argmin()), int(column.argmax())
    return {
        "lowest": float(column[low]),
        "lowest_without": labels[low],
        "highest": float(column[high]),
        "highest_without": labels[high],
    }


def _scale(within_sd: np.ndarray, i: int) -> float:
    """NaN where entity and year effects leave nothing of either variable."""
    outcome, term = within_sd[0], within_sd[1 + i]
    return float(term / outcome) if outcome > 0 and term > 0 else float("nan")


def _ratio(b: float, se: float) -> float:
    return b / se if se > 0 else float("nan")


def _p(b: float, se: float, dof: int) -> float:
    return float(2 * stdtr(dof, -abs(b / se))) if se > 0 else float("nan")


def jsonable(line: dict[str, Any]) -> dict[str, Any]:
    """Replace what JSON has no word for, NaN and infinity, by None."""
    return {k: None if isinstance(v, float) and not np.isfinite(v) else v for k, v in line.items()}
