"""Measures: ratios, transforms, indices and the overlap guard.

``build(panel, declared)`` adds everything that ``read_declarations(path)`` found in a file to a
panel of raw series. Weights, scores, coupling degrees and their sensitivity can be asked for one by
one, and ``require_disjoint`` refuses a regression whose two sides are made of the same raw series.
"""

from __future__ import annotations

from analysis.measures.build import build, missing_measures
from analysis.measures.closeness import topsis
from analysis.measures.coupling import Coupling, Grade, coupling, grade, grades
from analysis.measures.declarations import Composite, Declarations, Index, Measure, Unit
from analysis.measures.indices import Weights, score, weights
from analysis.measures.overlap import Overlap, overlap, require_disjoint
from analysis.measures.reading import read_declarations
from analysis.measures.sensitivity import grade_sensitivity, rank_sensitivity
from analysis.measures.weights import (
    ConstantColumnWarning,
    critic_weights,
    entropy_weights,
    equal_weights,
    pca_loadings,
    pca_weights,
)

__all__ = [
    "Composite", "ConstantColumnWarning", "Coupling", "Declarations", "Grade", "Index", "Measure",
    "Overlap", "Unit", "Weights", "build", "coupling", "critic_weights", "entropy_weights",
    "equal_weights", "grade", "grade_sensitivity", "grades", "missing_measures", "overlap",
    "pca_loadings", "pca_weights", "rank_sensitivity", "read_declarations", "require_disjoint",
    "score", "topsis", "weights",
]  # fmt: skip
