"""From a spatial design to the lines of its table: coefficients, effects and tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, fdtrc

from analysis.data import Panel
from analysis.errors import SpecificationError, require_seed
from analysis.inference.coefficients import term_label
from analysis.inference.result import Row, row
from analysis.inference.spatial.design import SpatialDesign
from analysis.inference.spatial.numerics import SpatialFit, fit_error, fit_lag, fit_slx
from analysis.inference.spatial.result import SpatialEffect, SpatialTest
from analysis.inference.spatial.spectrum import impacts
from analysis.models import Specification
from analysis.models.scaling import units

__all__ = [
    "KINDS", "Parameters", "coefficient_lines", "effect_lines", "fit_design", "nested_tests",
    "parameters",
]  # fmt: skip

KINDS = ("direct", "indirect", "total")
_DURBIN = ("sdm", "slx")


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """Coefficients of one model, without the variance.

    `names` are "rho" (not in an SLX), the k terms, and "W·term" for each in a Durbin model;
    `estimates` and `covariance` follow them. `dof` are degrees of freedom of t, infinite for the
    normal, and `k` is the number of terms.
    """

    model: str
    names: tuple[str, ...]
    estimates: np.ndarray
    covariance: np.ndarray
    dof: float
    k: int

    def split(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Split rows of coefficients, shape (b, p), into the ρ, β and θ of effects.

        The mean of an SEM has neither ρ nor θ.
        """
        first = int(self.model != "slx")
        rho = np.zeros(len(rows)) if self.model in ("slx", "sem") else rows[:, 0]
        beta = rows[:, first : first + self.k]
        theta = rows[:, first + self.k :] if self.model in _DURBIN else np.zeros_like(beta)
        return rho, beta, theta


def fit_design(d: SpatialDesign, model: str) -> SpatialFit:
    """Estimate one of the four models on the same arrays."""
    z = np.concatenate([d.x, d.wx], axis=2) if model in _DURBIN else d.x
    # The variance and every slope are parameters of one information matrix: one scale for all.
    of_z, of_y = units(z), float(units(d.y[..., None])[0])
    z, y, wy = z / of_z, d.y / of_y, d.wy / of_y
    if model in ("slx", "sem"):
        found = (fit_slx if model == "slx" else fit_error)(y, z, d.spectrum, d.periods)
    else:
        found = fit_lag(y, wy, z, d.spectrum, d.periods)
    return found.in_units(of_y, of_z, d.spectrum.units * d.periods)


def parameters(
    spec: Specification, d: SpatialDesign, fitted: SpatialFit, model: str, *, robust: bool
) -> Parameters:
    """Name the estimates of a fit and take one of its covariances, without the variance.

    Raises
    ------
    SpecificationError
        A sandwich would have no more entities than coefficients.
    """
    names = ["rho", *spec.terms, *(f"W·{t}" for t in spec.terms if model in _DURBIN)]
    first = int(model == "slx")
    if robust and len(d.entities) <= len(names):
        raise SpecificationError(
            f"{len(d.entities)} entities cannot carry {len(names)} spatial coefficients: use "
            "fewer regressors or covariance='information'."
        )
    full = fitted.sandwich if robust else fitted.information
    values = np.concatenate([[fitted.rho], fitted.delta])[first:]
    dof = len(d.entities) - 1.0 if robust else float("inf")
    kept = slice(first, -1)
    return Parameters(model, tuple(names[first:]), values, full[kept, kept], dof, len(spec.terms))


def coefficient_lines(panel: Panel, found: Parameters, level: float) -> tuple[Row, ...]:
    """Coefficients with intervals from t or the normal."""
    errors = np.sqrt(np.diag(found.covariance))
    lines = []
    for name, b, se in zip(found.names, found.estimates, errors, strict=True):
        label = "ρ" if name == "rho" else term_label(panel, name.removeprefix("W·"))
        label = f"neighbours' {label}" if name.startswith("W·") else label
        lines.append(row(name, label, b, se, found.dof, level))
    return tuple(lines)


def effect_lines(
    spec: Specification, panel: Panel, d: SpatialDesign, found: Parameters, level: float,
    draws: int, seed: int,
) -> tuple[tuple[SpatialEffect, ...], int]:  # fmt: skip
    """Effects at the estimates, with intervals from draws; also how many draws were not stable."""
    w, size = d.spectrum, len(found.estimates)
    point = impacts(*found.split(found.estimates[None]), w)[0]
    rng = np.random.default_rng(require_seed(seed))
    noise = rng.standard_normal((draws, size)) @ np.linalg.cholesky(found.covariance).T
    if np.isfinite(found.dof):
        noise *= np.sqrt(found.dof / rng.chisquare(found.dof, size=(draws, 1)))
    parts = found.split(found.estimates + noise)
    good = (parts[0] > w.low) & (parts[0] < w.high)
    if good.sum() < draws / 2:
        raise SpecificationError(
            f"{draws - int(good.sum())} of {draws} draws have an unstable ρ, so effects have no "
            "interval: use other weights or a larger panel."
        )
    drawn = impacts(*(part[good] for part in parts), w)
    low, high = np.quantile(drawn, [level / 2, 1 - level / 2], axis=0)
    tail = np.minimum((drawn <= 0).sum(axis=0), (drawn >= 0).sum(axis=0))
    p = np.minimum(2 * (tail + 1) / (len(drawn) + 1), 1.0)
    sd = drawn.std(axis=0, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        table = np.stack([point, sd, point / sd, p, low, high])
        scale = d.within_sd[1:] / d.within_sd[0]
    lines = [
        SpatialEffect(term, term_label(panel, term), *map(float, table[:, i, j]), kind=kind,
                      scale=float(scale[i]))
        for i, term in enumerate(spec.terms) for j, kind in enumerate(KINDS)
    ]  # fmt: skip
    return tuple(lines), int((~good).sum())


def nested_tests(
    d: SpatialDesign, fitted: SpatialFit, found: Parameters
) -> tuple[SpatialTest, ...]:
    """Wald and LR tests of θ = 0 (SAR), ρ = 0 (SLX) and θ + ρβ = 0 (SEM) in a Durbin model."""
    k, dof, values = found.k, found.dof, found.estimates
    rho, beta, theta = values[0], values[1 : k + 1], values[k + 1 :]
    none, one = np.zeros((k, 1)), np.eye(k)
    restrictions = {
        "sar": (theta, np.hstack([none, 0 * one, one])),
        "slx": (values[:1], np.eye(1, 2 * k + 1)),
        "sem": (theta + rho * beta, np.hstack([beta[:, None], rho * one, one])),
    }
    lines = []
    for against, (gap, slope) in restrictions.items():
        q = len(gap)
        wald = float(gap @ np.linalg.solve(slope @ found.covariance @ slope.T, gap))
        if np.isfinite(dof):
            wald, p = wald / q, float(fdtrc(q, dof, wald / q))
        else:
            p = float(chdtrc(q, wald))
        lines.append(SpatialTest(against, "Wald", wald, q, dof, p))
        ratio = _likelihood_ratio(d, fitted, against)
        if np.isfinite(ratio):
            p = float(chdtrc(q, ratio))
            lines.append(SpatialTest(against, "LR", ratio, q, float("inf"), p))
    return tuple(lines)


def _likelihood_ratio(d: SpatialDesign, fitted: SpatialFit, against: str) -> float:
    """Twice the gain in log-likelihood; NaN where the smaller model cannot be fitted."""
    if against == "sem" and d.partialled:
        return float("nan")
    try:
        return max(2 * (fitted.log_likelihood - fit_design(d, against).log_likelihood), 0.0)
    except SpecificationError:
        return float("nan")
