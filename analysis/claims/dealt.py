"""The permutation p of a part: how often histories dealt out anew give as large a t."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from analysis.claims.curve_grid import Estimates, Grid
from analysis.claims.designs import Regression
from analysis.claims.evaluated import Evaluated

__all__ = ["EXCHANGES", "dealt_p", "with_dealt"]

EXCHANGES = 499
"""Times that whole histories change hands among the entities."""


def dealt_p(regression: Regression, exchanges: int = EXCHANGES) -> float:
    """Return the share of exchanges whose t (CR1) is as far from 0 as that of the real panel.

    Every exchange deals the whole histories of all that is on the right out anew among the
    entities, the same for each column, and leaves the outcome where it is; the real panel counts
    as one of them. Studentised, such a test is exact where histories are exchangeable and right in
    large samples where they are not (DiCiccio and Romano 2017, JASA 112, 1211-1220).

    Parameters
    ----------
    regression : Regression
        As it is judged.
    exchanges : int
        How many.

    Returns
    -------
    float
        Between 1 / (1 + exchanges) and 1; NaN where the regression has no error.

    Examples
    --------
    >>> from analysis.claims import Question, read_study
    >>> from analysis.claims.designs import arrange
    >>> study = read_study("patient_capital")
    >>> claim = study.ledger["M30"]
    >>> question = Question(claim, study.panel("china"), study)
    >>> 0 < dealt_p(arrange(question, claim.parts[0], within=True), exchanges=99) < 0.05
    True
    """
    found = Estimates(exchanges)(Grid.of(regression), regression.spec)
    if found is None:
        return math.nan
    t = np.abs(found.estimate / found.se)
    return float(np.mean(t >= t[0] - 1e-9)) if np.isfinite(t[0]) else math.nan


def with_dealt(made: Evaluated) -> Evaluated:
    """Fill in `Finding.p_dealt` where the bootstrap leads."""
    found = (
        replace(finding, p_dealt=dealt_p(reading.regression))
        if finding.test == "wild bootstrap" else finding
        for finding, reading in zip(made.evidence.findings, made.judged, strict=True)
    )  # fmt: skip
    findings = tuple(found) if made.judged else made.evidence.findings
    return replace(made, evidence=replace(made.evidence, findings=findings))
