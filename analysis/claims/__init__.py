"""The claims of the paper, and what the figures say about those that are declared.

>>> from analysis.claims import ledger
>>> ledger()["M16"].sign
'+'

`evaluate(claim, panel)` runs the declared regression. Reading the ledger imports no numerical
library, so listing it is quick.
"""

from __future__ import annotations

from analysis.claims.claim import Also, Claim
from analysis.claims.evaluate import Evidence, Reading, evaluate
from analysis.claims.ledger import Ledger, Statement, ledger
from analysis.claims.validation import DESIGNS, FAMILIES, QUOTE_LIMIT, SIGNS, STATUSES

__all__ = [
    "DESIGNS",
    "FAMILIES",
    "QUOTE_LIMIT",
    "SIGNS",
    "STATUSES",
    "Also",
    "Claim",
    "Evidence",
    "Ledger",
    "Reading",
    "Statement",
    "evaluate",
    "ledger",
]
