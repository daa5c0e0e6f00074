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
from analysis.inference.clusters.shared_rows import share_rows
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
    return arrange(question, part, within=True).spec.outcome in question.panel


def plant(question: Question, size: float) -> Question:
    """Add an effect of the first part, in the predicted direction, to the outcome.

    Parameters
    ----------
    question : Question
        A claim put to a placebo panel.
    size : float
        Within-SDs of the outcome, the effect among it, per within-SD of the focal term; below 1.

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
            frame[name] = frame[name] + _slope(regression, name, signed) * focal
    return replace(question, panel=replace(question.panel, frame=frame))


def _focal(regression: Regression) -> pd.Series:
    """Date the focal term as the outcome; nothing where it is not observed."""
    values = regression.panel[regression.focal].astype(float)
    return shifted(values, regression.spec.lag_of(regression.focal)).fillna(0.0)


def _slope(regression: Regression, outcome: str, size: float) -> float:
    """Slope with which an outcome has to move with the focal term to do so by `size`.

    The effect widens the outcome: b/√(1 + b² + 2rb) = size, with b in SDs of the outcome as it was
    and r its correlation with the term, is solved for b.
    """
    spec = replace(regression.spec, outcome=outcome)
    design = build_design(spec, regression.panel, estimation_rows(spec, regression.panel))
    columns = np.column_stack([design.y, design.x[:, spec.terms.index(regression.focal)]])
    y, x = share_rows(design, levels_only=True).clean(columns).T
    if not (x @ x > 0 and y @ y > 0):
        return 0.0
    r = x @ y / np.sqrt((x @ x) * (y @ y))
    b = (size**2 * r + size * np.sqrt(size**2 * r**2 + 1 - size**2)) / (1 - size**2)
    return float(b * np.sqrt((y @ y) / (x @ x)))
