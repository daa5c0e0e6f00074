"""Regressions written as formulas, for figures of one's own.

>>> from analysis.inference.formula import estimate
>>> estimate("y ~ x + lag(z, 1) | entity + year", panel)       # doctest: +SKIP

`parse` splits the text, `terms` has formulaic make columns of it, `design` chooses rows, `solve`
has pyfixest estimate and puts the convention of every other table on it, `groups` compares groups.
"""

from __future__ import annotations

from analysis.inference.formula.front import estimate
from analysis.inference.formula.result import Asked, Difference, FormulaEstimate, GroupedEstimate

__all__ = ["Asked", "Difference", "FormulaEstimate", "GroupedEstimate", "estimate"]
