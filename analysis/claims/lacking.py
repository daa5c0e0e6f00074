"""What a panel lacks for a claim, down to the series behind its measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.measures import missing_measures

if TYPE_CHECKING:
    from analysis.claims.claim import Claim
    from analysis.data import Panel
    from analysis.measures import Declarations

__all__ = ["missing_words"]


def missing_words(claim: Claim, panel: Panel, measures: Declarations) -> str:
    """Say which measures of a claim a panel lacks and which series they need; "" if none."""
    absent = [name for name in claim.names if name not in panel]
    if not absent:
        return ""
    needs = missing_measures(panel, measures).set_index("measure")["lacks"]
    words = [f"{name} (needs {needs[name]})" if name in needs.index else name for name in absent]
    return (
        f"The data set '{panel.name}' lacks {', '.join(words)}: add the series to ask {claim.id}."
    )
