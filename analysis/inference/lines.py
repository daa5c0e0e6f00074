"""One line of a result and one small table: what methods outside the main column share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from analysis.errors import require_level
from analysis.inference.report import plain_number

__all__ = ["Line", "estimate_cells", "finite", "line", "require_level"]


@dataclass(frozen=True, slots=True)
class Line:
    """A coefficient with its clustered errors, in units of the outcome per unit of the term.

    Attributes
    ----------
    term, label : str
        Name in the specification and label for readers.
    estimate : float
        The coefficient.
    se, t, p, low, high : float
        CR1 standard error; its t statistic, p-value and interval from t(G−1).
    se_cr3, low_cr3, high_cr3 : float
        The same for CR3 where the method has a jackknife, else NaN.
    """

    term: str
    label: str
    estimate: float
    se: float
    t: float
    p: float
    low: float
    high: float
    se_cr3: float = float("nan")
    low_cr3: float = float("nan")
    high_cr3: float = float("nan")


def line(
    term: str, label: str, estimate: float, se: float, dof: float, level: float,
    se_cr3: float = float("nan"),
) -> Line:  # fmt: skip
    """Put statistic, p-value and intervals from t(`dof`) beside an estimate."""
    reach = float(stdtrit(dof, 1 - level / 2))
    t = estimate / se if se > 0 else float("nan")
    return Line(
        term=term,
        label=label,
        estimate=float(estimate),
        se=float(se),
        t=float(t),
        p=float(2 * stdtr(dof, -abs(t))),
        low=float(estimate - reach * se),
        high=float(estimate + reach * se),
        se_cr3=float(se_cr3),
        low_cr3=float(estimate - reach * se_cr3),
        high_cr3=float(estimate + reach * se_cr3),
    )


def estimate_cells(found: Line) -> tuple[str, str]:
    """Write estimate with CR1 error, and interval, with two digits of the error."""
    value, se, low, high = (
        plain_number(x, found.se) for x in (found.estimate, found.se, found.low, found.high)
    )
    return f"{value} ({se})", f"{low} to {high}"


def finite(value: float) -> float | None:
    """Give None for what JSON has no word for."""
    return float(value) if np.isfinite(value) else None
