"""From a fit to lines of a table: two standard errors, intervals and detectable effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.data import Panel
from analysis.inference.clustered import Jackknife, cr1, cr3
from analysis.inference.power import minimum_detectable_effect
from analysis.inference.result import Row, row
from analysis.models import Fit

__all__ = ["Coefficient", "coefficients", "jackknife_of", "label_of", "scale_of", "term_label"]


@dataclass(frozen=True, slots=True)
class Coefficient(Row):
    """One line of a regression table, in units of the outcome per unit of the term.

    Attributes
    ----------
    mde : float
        From the CR3 standard error: CR1 is too small where few clusters carry the estimate.
    lowest, highest : float
        Range of the estimate when each cluster is left out in turn.
    lowest_without, highest_without : str
        The clusters whose absence gives these two.
    scale : float
        Within-SD(term) / within-SD(outcome); times `estimate` it gives the standardised effect.
    """

    lowest: float = float("nan")
    lowest_without: str = ""
    highest: float = float("nan")
    highest_without: str = ""
    scale: float = float("nan")


def label_of(panel: Panel, name: str) -> str:
    """English label of a variable, or its name where the panel describes none."""
    try:
        return panel.describe(name).label_en or name
    except KeyError:
        return name


def term_label(panel: Panel, term: str) -> str:
    """Label of a term; a product names both."""
    return " × ".join(label_of(panel, part) for part in term.split(":"))


def jackknife_of(fitted: Fit) -> Jackknife:
    """Re-estimate a fit without each of its clusters."""
    return cr3(
        fitted.x_nested, fitted.y_nested, fitted.clusters, fitted.nuisance,
        fitted.cluster_labels, fitted.terms,
    )  # fmt: skip


def coefficients(fitted: Fit, panel: Panel, level: float) -> tuple[Coefficient, ...]:
    """Put both kinds of standard error beside each coefficient of a fit."""
    dof, labels = len(fitted.cluster_labels) - 1, fitted.cluster_labels
    first = cr1(fitted.x, fitted.residuals, fitted.clusters, fitted.parameters)
    jackknife = jackknife_of(fitted)
    errors = np.sqrt(np.diag(first)), np.sqrt(np.diag(jackknife.covariance))
    columns = zip(fitted.terms, fitted.coefficients, *errors, jackknife.without.T, strict=True)
    return tuple(
        row(
            term, term_label(panel, term), b, se, dof, level, se_cr3, Coefficient,
            mde=minimum_detectable_effect(float(se_cr3), dof, level=level),
            lowest=float(without.min()), lowest_without=labels[int(without.argmin())],
            highest=float(without.max()), highest_without=labels[int(without.argmax())],
            scale=scale_of(fitted.within_sd, i),
        )
        for i, (term, b, se, se_cr3, without) in enumerate(columns)
    )  # fmt: skip


def scale_of(within_sd: np.ndarray, i: int) -> float:
    """NaN where entity and year effects leave nothing of either variable."""
    outcome, term = within_sd[0], within_sd[1 + i]
    return float(term / outcome) if outcome > 0 and term > 0 else float("nan")
