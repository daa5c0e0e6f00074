"""Tables and sidecars in, one validated panel in base units out.

>>> from analysis.data import load
>>> panel = load("china")              # Chinese provinces
>>> panel.describe("loans").unit       # and what it is, where it is from, what is wrong with it
'yuan'
"""

from __future__ import annotations

from analysis.data.geography import Geography
from analysis.data.identities import identities
from analysis.data.load import load, load_policies
from analysis.data.panel import Panel
from analysis.data.provenance import coverage, provenance
from analysis.data.samples import DeclaredSample
from analysis.data.variable import Roles, Variable

__all__ = [
    "DeclaredSample", "Geography", "Panel", "Roles", "Variable", "coverage", "identities", "load",
    "load_policies", "provenance",
]  # fmt: skip
