"""Omitted-variable bias in partial R²: closed forms of Cinelli and Hazlett, numbers only."""

from __future__ import annotations

import numpy as np

from analysis.errors import SpecificationError
from analysis.inference.cells import reach

__all__ = ["adjust", "bound", "partial_r2", "robustness_value"]


def partial_r2(t: float, dof: float) -> float:
    """Partial R² of a coefficient, t² / (t² + dof)."""
    return float(t**2 / (t**2 + dof))


def robustness_value(t: float, dof: float, q: float = 1.0, level: float | None = None) -> float:
    """RV_q, or RV_{q,α} where a level is given (Cinelli and Hazlett 2020, section 4.3).

    ½(√(f⁴ + 4f²) − f²) with f = q|t|/√dof, less |t*_{α,dof−1}|/√(dof−1) for RV_{q,α}. Where the
    confounder that lowers t most does not sit on the diagonal, because explaining the outcome
    also shrinks the error, RV_{q,α} = (f_q² − f*²)/(1 + f_q²).
    """
    full = q * abs(t) / np.sqrt(dof)
    critical = 0.0 if level is None else reach(dof - 1, level) / np.sqrt(dof - 1)
    f = full - critical
    if f <= 0:
        return 0.0
    if critical > 0 and full > 1 / critical:
        return float((full**2 - critical**2) / (1 + full**2))
    return float(0.5 * (np.sqrt(f**4 + 4 * f**2) - f**2))


def adjust(
    estimate: float, se: float, dof: float, r2_yz: float, r2_dz: float
) -> tuple[float, float, float]:
    """Estimate, SE and t after a confounder that works against the estimate.

    bias = se √dof √(R²_yz R²_dz / (1 − R²_dz)),
    se' = se √((1 − R²_yz)/(1 − R²_dz)) √(dof/(dof − 1)).
    """
    if not (0 <= r2_yz <= 1 and 0 <= r2_dz < 1):
        raise SpecificationError(
            f"Partial R² {r2_yz} with the outcome and {r2_dz} with the treatment must lie between "
            "0 and 1, the latter below 1."
        )
    bias = se * np.sqrt(dof) * np.sqrt(r2_yz * r2_dz / (1 - r2_dz))
    new = float(np.sign(estimate) * (abs(estimate) - bias))
    error = float(se * np.sqrt((1 - r2_yz) / (1 - r2_dz)) * np.sqrt(dof / (dof - 1)))
    return new, error, new / error if error > 0 else float("nan")


def bound(r2_dx: float, r2_yx: float, k_d: float = 1.0, k_y: float = 1.0) -> tuple[float, float]:
    """Partial R² of a confounder `k_d` and `k_y` times as strong as an observed covariate.

    `r2_dx` and `r2_yx` are the partial R² of the covariate with the treatment, and with the outcome
    given the treatment. Returns R²_dz and R²_yz, the latter capped at one.
    """
    r2_dz = k_d * r2_dx / (1 - r2_dx)
    if r2_dz >= 1 or k_d * r2_dx >= 1:
        raise SpecificationError(
            f"A confounder {k_d:g} times as strong as this covariate would explain all of the "
            "treatment: choose a smaller strength or another yardstick."
        )
    # Correlation of the covariate with the confounder once the treatment is held fixed.
    shared = k_d * r2_dx**2 / ((1 - k_d * r2_dx) * (1 - r2_dx))
    if shared >= 1:
        raise SpecificationError(f"Strength {k_d:g} is impossible for this covariate: lower it.")
    factor = (np.sqrt(k_y) + np.sqrt(shared)) / np.sqrt(1 - shared)
    return float(r2_dz), float(min(1.0, factor**2 * r2_yx / (1 - r2_yx)))
