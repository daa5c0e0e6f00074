"""Forms in which several indices are seen together."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from analysis.measures.coupling import coupling

Floats = NDArray[np.float64]

FORMS: Mapping[str, Callable[[Floats], Floats]] = {
    "classic": lambda u: coupling(u, "classic").D,
    "wang2021": lambda u: coupling(u, "wang2021").D,
    "mean": lambda u: u.mean(axis=1),
    "minimum": lambda u: u.min(axis=1),
}
"""Each takes levels of shape (rows, n) in (0, 1] and gives shape (rows,)."""

LINEAR = frozenset({"mean"})
"""Forms that add up what goes in, so that they say nothing on interplay."""
