"""The difference of two effects, and whether it is small enough to count as none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from analysis.errors import SpecificationError
from analysis.inference import Estimates
from analysis.inference.clusters.equivalence import tost
from analysis.inference.form.joint import combine, joint
from analysis.models import EFFECTS

__all__ = ["Contrast", "contrasts"]


@dataclass(frozen=True, slots=True)
class Contrast:
    """One standardised slope less another, in within-SDs, errors CR3.

    Attributes
    ----------
    effects, label : str
        Key of `analysis.models.EFFECTS` and its head in tables.
    estimate, se, low, high, p : float
        The difference; its error, 95% interval and two-sided p, t(G−1).
    low_90, high_90 : float
        Interval of coverage 90%: it lies inside the margin exactly when p_zero is below 5%.
    margin : float
        Size from which a difference counts as one.
    p_zero : float
        Of the two one-sided tests against ±margin.
    smallest_margin : float
        The smallest margin that would be accepted at 5%.
    clusters : int
        G.
    """

    effects: str
    label: str
    estimate: float
    se: float
    low: float
    high: float
    p: float
    low_90: float
    high_90: float
    margin: float
    p_zero: float
    smallest_margin: float
    clusters: int


def contrasts(
    first: tuple[Estimates, str], second: tuple[Estimates, str], margin: float
) -> tuple[Contrast, ...]:
    """Take one effect off another, column by column.

    The two may stand in one regression or in two that share clusters; their errors are allowed to
    depend on each other inside a cluster. Each slope is scaled by its own within-SDs, which are
    taken as known.

    Parameters
    ----------
    first, second
        Estimates and the term whose slope is meant.
    margin
        In within-SDs, such as the plausible effect of the rules.

    Returns
    -------
    tuple of Contrast
        One per column that both have.

    Raises
    ------
    SpecificationError
        No column is in both.
    UnknownNameError
        A term is not in its estimates.
    """
    shared = [name for name in first[0].names if name in second[0].names]
    if not shared:
        raise SpecificationError(
            "The two estimates share no column: estimate both with the same sets of effects."
        )
    return tuple(_contrast(name, first, second, margin) for name in shared)


def _contrast(
    effects: str, first: tuple[Estimates, str], second: tuple[Estimates, str], margin: float
) -> Contrast:
    pair = [(found[effects], term) for found, term in (first, second)]
    lines = [one.coefficient(term) for one, term in pair]
    both = joint([one.fitted for one, _ in pair], [[line.term] for line in lines])
    weights = np.array([lines[0].scale, -lines[1].scale])
    label = f"{lines[0].label} less {lines[1].label[:1].lower()}{lines[1].label[1:]}"
    found = combine(label, weights, both)
    _, _, smallest = ends = tost(found.estimate, found.se_cr3, both.dof, margin)
    reach = float(stdtrit(both.dof, 0.95)) * found.se_cr3
    return Contrast(
        effects=effects, label=EFFECTS[effects].label, estimate=found.estimate,
        se=found.se_cr3, low=found.low_cr3, high=found.high_cr3, p=found.p_cr3,
        low_90=found.estimate - reach, high_90=found.estimate + reach, margin=margin,
        p_zero=max(ends[:2]), smallest_margin=smallest, clusters=both.dof + 1,
    )  # fmt: skip
