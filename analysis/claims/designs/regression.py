"""One regression of a claim, ready to be estimated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from analysis.data import Panel
from analysis.models import Specification

__all__ = ["Regression", "with_sample"]


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """One regression ready to be estimated.

    Parameters
    ----------
    panel : Panel
        With every derived column.
    spec : Specification
        The regression.
    focal : str
        Term whose slope is wanted.
    sign : str
        As predicted.
    outcome, term : str
        What is explained and by what, as the ledger names them.
    label : str
        Words for the focal term, where those of the column would not do.
    in_sds : bool
        Whether the outcome is already counted in within-SDs, as a contrast of two outcomes is.
    """

    panel: Panel
    spec: Specification
    focal: str
    sign: str
    outcome: str
    term: str
    label: str = ""
    in_sds: bool = False


def with_sample(regression: Regression, **changes: Any) -> Regression:  # noqa: ANN401
    """Return the regression on other rows; changes are fields of `Sample`."""
    sample = replace(regression.spec.sample, **changes)
    return replace(regression, spec=replace(regression.spec, sample=sample))
