"""The claims of the paper, what the figures say about them, and the verdict on each.

>>> from analysis.claims import ledger
>>> ledger()["M16"].sign
'+'

`evaluate(claim, panel)` gives `Evidence`, `verdict(evidence)` one word and its reason. Reading the
ledger imports no numerical library, so listing it is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from analysis.claims.claim import Also, Claim, Part
from analysis.claims.evidence import Check, Column, Evidence, Finding
from analysis.claims.ledger import Ledger, Statement, ledger
from analysis.claims.validation import DESIGNS, FAMILIES, QUOTE_LIMIT, SIGNS, STATUSES
from analysis.claims.verdicts import VERDICTS, Rules, Verdict, rules, verdict

if TYPE_CHECKING:
    from collections.abc import Callable

_HOME = {
    "Details": "details",
    "Reading": "details",
    "discoveries": "family",
    "evaluate": "evaluation",
    "evaluate_chapter": "evaluation",
}

__all__ = [
    "DESIGNS",
    "FAMILIES",
    "QUOTE_LIMIT",
    "SIGNS",
    "STATUSES",
    "VERDICTS",
    "Also",
    "Check",
    "Claim",
    "Column",
    "Details",
    "Evidence",
    "Finding",
    "Ledger",
    "Part",
    "Reading",
    "Rules",
    "Statement",
    "Verdict",
    "discoveries",
    "evaluate",
    "evaluate_chapter",
    "ledger",
    "rules",
    "verdict",
]


def __getattr__(name: str) -> Callable[..., object]:
    if name not in _HOME:
        raise AttributeError(f"module 'analysis.claims' has no attribute '{name}'")
    return getattr(import_module(f"analysis.claims.{_HOME[name]}"), name)
