"""Is an effect small enough to count as none? Two one-sided tests against a margin."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtr, stdtrit

from analysis.errors import SpecificationError

__all__ = ["tost"]


def tost(
    estimate: float, se: float, dof: float, margin: float, level: float = 0.05
) -> tuple[float, float, float]:
    """Return p against −margin, p against margin, and the smallest margin accepted at `level`.

    p_low = P(t_dof > (b + margin)/se), p_high = P(t_dof < (b − margin)/se); the smallest symmetric
    margin with both below `level` is |b| + t_{1−level, dof} · se (Schuirmann 1987, Journal of
    Pharmacokinetics and Biopharmaceutics 15(6), 657–680).

    Parameters
    ----------
    estimate, se, dof : float
        Slope, its error and degrees of freedom.
    margin : float
        Effects smaller than this do not matter.
    level : float
        Of each one-sided test.

    Returns
    -------
    tuple of float
        p_low, p_high, smallest margin.

    Raises
    ------
    SpecificationError
        The margin is not positive, or the level not below one half.

    Examples
    --------
    >>> [round(v, 3) for v in tost(0.02, 0.05, 30, 0.2)]
    [0.0, 0.001, 0.105]
    """
    if not (0 < margin < float("inf") and 0 < level < 0.5):
        raise SpecificationError(
            f"Margin {margin} must be a positive number and level {level} lie between 0 and 0.5."
        )
    with np.errstate(divide="ignore"):  # a term less itself has no error at all
        p_low, p_high = stdtr(dof, np.divide((-(estimate + margin), estimate - margin), se))
    return float(p_low), float(p_high), float(abs(estimate) + stdtrit(dof, 1 - level) * se)
