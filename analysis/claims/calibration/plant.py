"""Effects of known size, planted where there is nothing else to find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.claims.claim import Claim
from analysis.claims.designs import Regression, arrange
from analysis.claims.designs.derived import shifted
from analysis.claims.question import Question
from analysis.measures import Declarations
from analysis.models import estimation_rows
from analysis.models.design import build_design

__all__ = ["KINDS", "kind_of", "plant", "plantable"]

KINDS: Mapping[str, str] = {
    "event": "event",
    "threshold": "threshold",
    "spatial": "spatial",
    "interaction": "product",
    "quadratic": "product",
}


def kind_of(claim: Claim, measures: Declarations) -> str:
    """Say what stands in the focal term: "plain", "product", "event", "threshold", "spatial"."""
    if any(name in measures.composites for name in (claim.focal or "").split(":")):
        return "product"
    return "product" if ":" in (claim.focal or "") else KINDS.get(claim.design, "plain")


def plantable(question: Question) -> bool:
    """Whether the outcome of a claim is a column to which an effect can be added."""
    part = question.claim.parts[0]
    if part.sign not in "+-" or part.less:
        return False
    return arrange(question, part, within=True).outcome in question.panel


def plant(question: Question, size: float) -> Question:
    """Add an effect of the first part, in the predicted direction, to the outcome.

    Parameters
    ----------
    question : Question
        A claim put to a placebo panel.
    size : float
        Within-SDs of the outcome per within-SD of the focal term.

    Returns
    -------
    Question
        The same on a panel whose outcome moves with the focal term; so do the ingredients of the
        outcome where it is an index, each by the same share of its own within-SD.
    """
    regression = arrange(question, question.claim.parts[0], within=True)
    focal = _focal(regression)
    signed = size if regression.sign == "+" else -size
    outcome = question.claim.outcome
    index = question.measures.indices.get(outcome)
    frame = question.panel.frame.copy()
    for name in (outcome, *(index.ingredients if index else ())):
        if name in frame:
            frame[name] = frame[name] + signed * _ratio(regression, name) * focal
    return replace(question, panel=replace(question.panel, frame=frame))


def _focal(regression: Regression) -> pd.Series:
    """Date the focal term as the outcome; nothing where it is not observed."""
    values = regression.panel[regression.focal].astype(float)
    return shifted(values, regression.spec.lag_of(regression.focal)).fillna(0.0)


def _ratio(regression: Regression, outcome: str) -> float:
    """Within-SD of an outcome over that of the focal term."""
    spec = replace(regression.spec, outcome=outcome)
    sd = build_design(spec, regression.panel, estimation_rows(spec, regression.panel)).within_sd
    at = 1 + spec.terms.index(regression.focal)
    return float(sd[0] / sd[at]) if np.isfinite(sd[at]) and sd[at] > 0 else 0.0
