"""How strong selection on unobservables must be to undo a result: Oster's delta and beta*."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from analysis.data import Panel
from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.cells import Grid, plain_number
from analysis.inference.coefficients import label_of
from analysis.inference.options import checked
from analysis.inference.result import Result
from analysis.models import EFFECTS, Specification, fit
from analysis.models.scaling import least_squares

__all__ = ["Moments", "Oster", "adjusted", "moments", "oster", "selection_ratio"]


@dataclass(frozen=True, slots=True)
class Moments:
    """What Oster's formulas need, all of it after the effects are absorbed.

    `short` and `short_r2` are coefficient of the treatment and R² without controls, `controlled`
    and `controlled_r2` the same with controls; `var_y, var_x, var_rest` are the variances of the
    outcome, of the treatment, and of the treatment given the controls.
    """

    short: float
    short_r2: float
    controlled: float
    controlled_r2: float
    var_y: float
    var_x: float
    var_rest: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Oster(Result):
    """Coefficient stability of one treatment; every other term counts as an observed control.

    Attributes
    ----------
    treatment, label : str
        The regressor whose coefficient is examined.
    moments : Moments
        What the formulas were fed.
    r_max : float
        R² that observed and unobserved controls would reach together.
    target, delta : float
        A value of the true coefficient, and the selection on unobservables, relative to that on
        observables, that makes the true coefficient equal it; infinite where nothing does.
    assumed_delta, beta : float
        Relative selection assumed, and the bias-adjusted coefficient under it; NaN where no
        admissible root exists.
    roots, refused : tuple of float
        Real solutions for the coefficient that were admissible, and those that were not.
    """

    specification: Specification
    treatment: str
    label: str
    moments: Moments
    r_max: float
    target: float
    delta: float
    assumed_delta: float
    beta: float
    roots: tuple[float, ...]
    refused: tuple[float, ...]
    n: int
    notes: tuple[str, ...]
    listed: ClassVar[tuple[str, ...]] = ("identified_set",)

    @property
    def identified_set(self) -> tuple[float, float]:
        """From the controlled to the bias-adjusted coefficient, in ascending order."""
        ends = (self.moments.controlled, self.beta)
        return (float(min(ends)), float(max(ends)))

    def rows(self) -> list[dict[str, float]]:
        """Return one line per R_max: the chosen one, twice the controlled R², and one."""
        ceilings = {self.r_max, min(1.0, 2 * self.moments.controlled_r2), 1.0}
        return [
            {"r_max": ceiling, "delta": selection_ratio(self.moments, ceiling, self.target),
             "beta": adjusted(self.moments, ceiling, self.assumed_delta)[0]}
            for ceiling in sorted(ceilings)
        ]  # fmt: skip

    def grid(self) -> Grid:
        """Return the table."""
        m = self.moments
        rows = [
            ("Without controls", plain_number(m.short), f"{m.short_r2:.3f}"),
            ("With controls", plain_number(m.controlled), f"{m.controlled_r2:.3f}"),
            (f"β* at δ = {self.assumed_delta:g}", plain_number(self.beta), f"{self.r_max:.3f}"),
            (f"δ for β = {self.target:g}", plain_number(self.delta), f"{self.r_max:.3f}"),
        ]
        return Grid.of(self.label, ("", "Value", "Within R²"), rows, self.notes)


@checked
def oster(
    spec: Specification, panel: Panel, treatment: str | None = None, *, r_max: float | None = None,
    multiple: float = 1.3, delta: float = 1.0, target: float = 0.0,
) -> Oster:  # fmt: skip
    """Ask how coefficient and R² move when controls enter, and extrapolate to the unseen.

    Oster (2019, Journal of Business & Economic Statistics 37(2), 187–204), exact formulas, not the
    approximation. All R² are WITHIN R²: effects explain nearly all variance of a panel in levels,
    and an R² with them would leave the unobserved nothing to explain. The default R_max = min(1,
    1.3 R̃) is hers, calibrated on cross-sections; with a small within R² it allows the unobserved
    little, so `tidy` repeats the answer for larger values.

    Not to be used where the controls are themselves outcomes of the treatment, or where there is no
    reason to think that the unobserved resemble the observed. Not a test.

    Parameters
    ----------
    spec, panel
        As in `estimate`; every term but the treatment is an observed control.
    treatment : str, optional
        One of the terms; the first regressor by default.
    r_max, multiple : float
        R_max itself, or the factor on the controlled within R².
    delta, target : float
        Relative selection assumed for the bias-adjusted coefficient; true coefficient for which
        `Oster.delta` is solved.

    Returns
    -------
    Oster
        β* and δ.

    Raises
    ------
    SpecificationError
        No control besides the treatment, an R_max outside (R̃, 1], or a fit that fails.
    UnknownNameError
        The treatment is not a term.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"], controls=["papers_sci"])
    >>> round(oster(spec, panel).beta, 2)
    0.04
    """
    fitted = fit(spec, panel)
    treatment = treatment or spec.regressors[0]
    if treatment not in fitted.terms:
        raise UnknownNameError("treatment", treatment, fitted.terms, "the specification")
    if len(fitted.terms) == 1:
        raise SpecificationError(
            f"'{treatment}' is the only term of '{spec.outcome}': add controls, for without them "
            "nothing shows how the coefficient moves."
        )
    found = moments(fitted.y, fitted.x, fitted.terms.index(treatment))
    ceiling = min(1.0, multiple * found.controlled_r2) if r_max is None else r_max
    ratio = selection_ratio(found, ceiling, target)
    beta, roots, refused = adjusted(found, ceiling, delta)
    return Oster(
        specification=spec, treatment=treatment, label=label_of(panel, treatment), moments=found,
        r_max=float(ceiling), target=target, delta=ratio, assumed_delta=delta, beta=beta,
        roots=roots, refused=refused, n=fitted.n,
        notes=(*fitted.notes, *_notes(spec, found, ceiling, ratio, beta)),
    )  # fmt: skip


def _notes(
    spec: Specification, m: Moments, r_max: float, ratio: float, beta: float
) -> tuple[str, ...]:
    room = r_max - m.controlled_r2
    notes = [
        f"R² are {EFFECTS[spec.effects].r2}; R_max lets the unobserved explain {room:.3f} more.",
        "δ and β* are arithmetic on two fits, not a test: they have no p-value.",
    ]
    if ratio < 0:
        notes.append("δ < 0: only unobservables selected against the observed reach the target.")
    if not np.isfinite(ratio):
        notes.append("No δ exists: the controls are unrelated to the treatment.")
    if np.isnan(beta):
        notes.append("No solution keeps the sign of selection on observables, so β* is not given.")
    return tuple(notes)


def moments(y: np.ndarray, x: np.ndarray, j: int) -> Moments:
    """Short and controlled regression of y (n,) on the treatment x[:, j], x of shape (n, k).

    Columns have mean zero and are cleaned of effects; the R² are shares of y'y.
    """
    d, w = x[:, j], np.delete(x, j, axis=1)
    rest, short, full = d - w @ least_squares(w, d), d @ y / (d @ d), least_squares(x, y)
    e_short, e_full = y - short * d, y - x @ full
    total, n = y @ y, len(y)
    return Moments(
        short=float(short), short_r2=float(1 - e_short @ e_short / total),
        controlled=float(full[j]), controlled_r2=float(1 - e_full @ e_full / total),
        var_y=float(total / n), var_x=float(d @ d / n), var_rest=float(rest @ rest / n),
    )  # fmt: skip


def selection_ratio(m: Moments, r_max: float, target: float = 0.0) -> float:
    """δ for which the true coefficient is `target` (Oster 2019, Proposition 3).

    It solves `_cubic` for δ, in which the equation is linear, at ν = β̃ − target.
    """
    by_delta, by_one = _cubic(m, r_max)
    powers = ((m.controlled - target) * np.sqrt(m.var_x / m.var_y)) ** np.arange(3, -1, -1)
    numerator, denominator = -(by_one @ powers), by_delta @ powers
    lost = abs(denominator) <= 1e-12 * (np.abs(by_delta) @ np.abs(powers))
    return float("inf") if lost else float(numerator / denominator)


def adjusted(
    m: Moments, r_max: float, delta: float = 1.0
) -> tuple[float, tuple[float, ...], tuple[float, ...]]:
    """Solve for β* = β̃ − ν: the chosen root, all admissible ones and the refused.

    ν solves a cubic, which at δ = 1 is a quadratic (Oster 2019, Corollary 1). A root is refused
    where it breaks her Assumption 3, that the observed index keeps the sign of its covariance with
    the treatment when the bias is taken out of it: that covariance has the sign of β̇ − β* at the
    root and of β̇ − β̃ as estimated. Of the roots left, the one nearest to β̃ is chosen.
    """
    by_delta, by_one = _cubic(m, r_max)
    coefficients = delta * by_delta + by_one
    largest = np.abs(coefficients).max()
    # A leading coefficient of rounding size would add a root at infinity.
    coefficients[np.abs(coefficients) < 1e-12 * largest] = 0.0
    found = np.roots(coefficients)
    real = found[np.abs(found.imag) < 1e-9 * np.maximum(1.0, np.abs(found))].real
    betas = [float(m.controlled - nu * np.sqrt(m.var_y / m.var_x)) for nu in real]
    move = m.short - m.controlled
    kept = [b for b in betas if (m.short - b) * move * np.sign(delta) >= 0]
    refused = tuple(sorted(set(betas) - set(kept)))
    kept.sort(key=lambda b: abs(b - m.controlled))
    return (kept[0] if kept else float("nan")), tuple(kept), refused


def _cubic(m: Moments, r_max: float) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients of ν³, ν², ν, 1 that multiply δ, and those that do not.

    0 = δ (R_max−R̃) σy² (β̇−β̃) σx²
      + ν [δ (R_max−R̃) σy² (σx²−τ) − (R̃−Ṙ) σy² τ − σx² τ (β̇−β̃)²]
      + ν² [τ (β̇−β̃) σx² (δ−2)] + ν³ [(δ−1)(τ σx² − τ²)],
    with outcome and treatment scaled to variance one, so that every coefficient is of order one.
    """
    if not m.controlled_r2 < r_max <= 1:
        raise SpecificationError(
            f"R_max {r_max:.4g} must lie above the controlled within R² {m.controlled_r2:.4g} and "
            "not above 1: choose another R_max."
        )
    tau = m.var_rest / m.var_x
    move = (m.short - m.controlled) * np.sqrt(m.var_x / m.var_y)
    room, gain = r_max - m.controlled_r2, m.controlled_r2 - m.short_r2
    by_delta = np.array([tau - tau**2, tau * move, room * (1 - tau), room * move])
    by_one = np.array([tau**2 - tau, -2 * tau * move, -gain * tau - tau * move**2, 0.0])
    return by_delta, by_one
