"""What panels of thousands of entities are asked, and estimates where no verdict can be had.

Leaving out every entity in turn, the bootstrap and histories dealt out anew cost little more than
one regression each, whatever the number of entities. What searches or simulates a design of its own
costs a thousand times as much, and so does everything where entities are tens of thousands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from analysis.claims.claim import Claim
from analysis.claims.designs import arrange
from analysis.claims.question import Question
from analysis.claims.study import Study
from analysis.data import Panel
from analysis.errors import AnalysisError
from analysis.inference import estimate

__all__ = ["LargeEstimate", "estimates", "is_large", "is_vast", "unaffordable"]

LARGE = 6e6  # rows times entities above which designs that search take too long
VAST = 4e8  # the same, above which no verdict is to be had in minutes
OWN = {
    "threshold": "searches its threshold anew in every draw of the bootstrap",
    "spatial": "estimates its map anew in every draw of the bootstrap",
    "panel-var": "estimates its equations anew in every draw of the bootstrap",
}
"""Designs that a large panel is not asked, and what their own test does."""


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
    """Whether a panel is too large for designs with a test of their own."""
    return len(panel.frame) * len(panel.entities) > LARGE


def is_vast(panel: Panel) -> bool:
    """Whether a panel is too large for every test that a verdict rests on."""
    return len(panel.frame) * len(panel.entities) > VAST


def unaffordable(claim: Claim, panel: Panel) -> str:
    """Say why a large panel is not asked a claim; "" if it is."""
    if claim.design not in OWN or not is_large(panel):
        return ""
    return (
        f"Its design, {claim.design}, {OWN[claim.design]}: on {len(panel.entities):,} "
        f"{panel.roles.entities} that takes too long, and the p of its slope alone says too much."
    )


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
        if why := unaffordable(claim, panel):
            failed[claim.id] = why
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
