"""A claim put to a panel under the rules of a study: what every step of an evaluation is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.claims.claim import Claim
from analysis.claims.rules import Rules
from analysis.claims.study import Study
from analysis.data import Panel
from analysis.measures import Declarations, missing_measures

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

    @property
    def lacks(self) -> str:
        """Which measures of the claim the panel lacks and the series they need; "" if none."""
        absent = [name for name in self.claim.names if name not in self.panel]
        if not absent:
            return ""
        needs = dict(missing_measures(self.panel, self.measures).itertuples(index=False, name=None))
        lacks = "; ".join(
            f"{name} (needs {_series(name, needs)})" if name in needs else name for name in absent
        )
        return (
            f"The data set '{self.panel.name}' lacks {lacks}: add the series to ask "
            f"{self.claim.id}."
        )

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """Say so where a claim about one kind of unit is put to a panel of another."""
        roles = self.panel.roles
        if self.claim.unit == roles.unit:
            return ()
        return (
            f"The claim is declared for rows of one {self.claim.unit}; here a row is one "
            f"{roles.unit}, so the answer is about {roles.entities}.",
        )


def _series(name: str, needs: Mapping[str, str]) -> str:
    """Name the series behind a measure, through the ingredients of an index."""
    parts = needs[name].split(", ")
    found = (_series(part, needs).split(", ") if part in needs else [part] for part in parts)
    return ", ".join(dict.fromkeys(one for group in found for one in group))
