"""Estimates on panels so large that the tests behind a verdict would take hours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from analysis.claims.claim import Claim
from analysis.claims.designs import arrange
from analysis.claims.question import Question
from analysis.claims.study import Study
from analysis.claims.vocabulary import SETUPS
from analysis.data import Panel
from analysis.errors import AnalysisError
from analysis.inference import estimate

__all__ = ["LargeEstimate", "estimates", "is_large"]

LARGE = 6e6  # rows times entities: what leaving out every entity in turn costs, in memory and time
OWN_TEST = (
    "Its design has a test of its own, by search or simulation, which would take hours in a panel "
    "of this size, and the p of its slope alone says too much."
)


@dataclass(frozen=True, slots=True)
class LargeEstimate:
    """One part of a claim under two-way effects, without a verdict.

    Attributes
    ----------
    id, term, outcome, sign : str
        Claim, focal term, outcome and the predicted sign.
    estimate, low, high, p : float
        Slope in within-SDs with its 95% interval and p, both by the jackknife (CR3).
    n, entities : int
        Rows and entities.
    """

    id: str
    term: str
    outcome: str
    sign: str
    estimate: float
    low: float
    high: float
    p: float
    n: int
    entities: int


def is_large(panel: Panel) -> bool:
    """Whether a panel is too large for the tests that a verdict rests on."""
    return len(panel.frame) * len(panel.entities) > LARGE


def estimates(
    study: Study, panel: Panel, said: Callable[[str], None]
) -> tuple[tuple[LargeEstimate, ...], dict[str, str]]:
    """Estimate every part of every claim of a study under two-way effects.

    Parameters
    ----------
    study, panel
        Claims that can be asked, and the figures.
    said
        Told of every claim.

    Returns
    -------
    tuple of LargeEstimate
        In the order of the ledger.
    dict of str to str
        Why a claim could not be estimated.
    """
    out: list[LargeEstimate] = []
    failed: dict[str, str] = {}
    for i, claim in enumerate(study.ledger, 1):
        if claim.design in SETUPS:
            failed[claim.id] = OWN_TEST
            continue
        try:
            out += _parts(claim, panel, study)
        except AnalysisError as error:
            failed[claim.id] = str(error)
        said(f"{i} of {len(study.ledger)} claims are estimated")
    return tuple(out), failed


def _parts(claim: Claim, panel: Panel, study: Study) -> Iterator[LargeEstimate]:
    question = Question(claim, panel, study)
    for part in claim.parts:
        regression = arrange(question, part, within=True)
        found = estimate(regression.spec.with_effects("two_way"), regression.panel)
        line = found.coefficient(regression.focal)
        scale = line.scale * (found.fitted.within_sd[0] if regression.in_sds else 1.0)
        yield LargeEstimate(
            claim.id, line.label, found.outcome_label, part.sign, line.estimate * scale,
            line.low_cr3 * scale, line.high_cr3 * scale, line.p_cr3, found.n, found.n_entities,
        )  # fmt: skip
