"""A claim put to a panel under the rules of a study: what every step of an evaluation is given."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.claims.claim import Claim
from analysis.claims.rules import Rules
from analysis.claims.study import Study
from analysis.data import Panel
from analysis.measures import Declarations

__all__ = ["Question"]


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A claim and the panel that is to answer it.

    Parameters
    ----------
    claim : Claim
        As it is put to this panel.
    panel : Panel
        With measures.
    study : Study
        Gives rules, measures, policies and negative controls.
    """

    claim: Claim
    panel: Panel
    study: Study

    @property
    def rules(self) -> Rules:
        """Numbers that decide."""
        return self.study.rules

    @property
    def measures(self) -> Declarations:
        """How measures and indices of the study are made."""
        return self.study.measures
