"""What a panel lacks for a claim, down to the series behind its measures."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.claims.claim import Claim
from analysis.data import Panel
from analysis.measures import Declarations, missing_measures

__all__ = ["missing_words"]


def missing_words(claim: Claim, panel: Panel, measures: Declarations) -> str:
    """Say which measures of a claim a panel lacks and which series they need; "" if none."""
    absent = [name for name in claim.names if name not in panel]
    if not absent:
        return ""
    needs = dict(missing_measures(panel, measures).itertuples(index=False, name=None))
    words = [f"{name} (needs {_series(name, needs)})" if name in needs else name for name in absent]
    lacks = "; ".join(words)
    return f"The data set '{panel.name}' lacks {lacks}: add the series to ask {claim.id}."


def _series(name: str, needs: Mapping[str, str]) -> str:
    """Name the series behind a measure, through the ingredients of an index."""
    parts = needs[name].split(", ")
    found = (_series(part, needs).split(", ") if part in needs else [part] for part in parts)
    return ", ".join(dict.fromkeys(one for group in found for one in group))
