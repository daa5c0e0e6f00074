"""What size of effect a design could have seen."""

from __future__ import annotations

from scipy.special import stdtrit  # quantile of t; scipy.stats would take half a second to import

from analysis.errors import SpecificationError

__all__ = ["minimum_detectable_effect"]


def minimum_detectable_effect(
    se: float, dof: float, power: float = 0.8, level: float = 0.05
) -> float:
    """Smallest true effect that a two-sided test of size `level` finds with the given power.

    (t_{1−level/2, dof} + t_{power, dof}) · se: the multiplier is 2.80 for a normal statistic and
    2.90 for 30 degrees of freedom (Bloom 1995, "Minimum detectable effects: a simple way to report
    the statistical power of experimental designs", Evaluation Review 19(5), 547–556). `se` and the
    answer are in units of the coefficient, `dof` is that of the t distribution the test uses.

    Parameters
    ----------
    se, dof : float
        Error of the estimate and its degrees of freedom.
    power, level : float
        Chance of finding it, and size of the test.

    Returns
    -------
    float
        In the unit of the estimate.

    Raises
    ------
    SpecificationError
        A probability is not between 0 and 1, the SE is negative or there is no degree of freedom.

    Examples
    --------
    >>> round(minimum_detectable_effect(0.1, 30), 3)
    0.29
    """
    if not (0 < power < 1 and 0 < level < 1):
        raise SpecificationError(f"Power {power} and level {level} must lie between 0 and 1.")
    if se < 0 or dof <= 0:
        raise SpecificationError(
            f"A standard error of {se} with {dof} degrees of freedom has no detectable effect: "
            "give a non-negative error and at least one degree of freedom."
        )
    return float((stdtrit(dof, 1 - level / 2) + stdtrit(dof, power)) * se)
