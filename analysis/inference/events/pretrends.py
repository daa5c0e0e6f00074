"""Whether paths were parallel before, and whether the test would have noticed if not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import fdtrc, fdtri, ncfdtr

from analysis.certified import warnings_for
from analysis.errors import SpecificationError, require_seed
from analysis.inference.cells import Grid, plain_number
from analysis.inference.events.cells import Cells, cells, loadings, weights
from analysis.inference.events.data import EventData
from analysis.inference.events.permutation import assignments, summaries
from analysis.inference.events.study import EventStudy
from analysis.inference.options import checked
from analysis.inference.result import Result

__all__ = ["Pretrend", "SlopePower", "joint_test", "pretrend_test", "slope_for_power"]

SEED = 20261123
_DRAWS = 20_000


@dataclass(frozen=True, slots=True)
class SlopePower:
    """A straight departure from parallel paths and what it would do.

    `power` is the probability that the joint test notices it, `slope` is in outcome units per year,
    `bias` what it would add to the average effect on the exposed and `bias_if_passed` the same, on
    average over samples in which the test notices nothing.
    """

    power: float
    slope: float
    bias: float
    bias_if_passed: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Pretrend(Result):
    """Result of `pretrend_test`.

    Attributes
    ----------
    times : tuple of int
        Event times tested.
    f, dof, p : float, tuple of int, float
        The joint statistic with its degrees of freedom, and its p from F(q, ν−q+1), ν = G − 1.
    p_permutation : float
        Answers the same question with starts dealt out anew; preferred for few exposed entities.
    powers : tuple of SlopePower
        One line per power asked for.
    effect, label : float, str
        The average effect that the biases are to be held against, and the outcome for readers.
    """

    times: tuple[int, ...]
    f: float
    dof: tuple[int, int]
    p: float
    p_permutation: float
    powers: tuple[SlopePower, ...]
    effect: float
    label: str
    notes: tuple[str, ...]

    def rows(self) -> tuple[SlopePower, ...]:
        """Return what the test would have noticed with each power."""
        return self.powers

    def tidy(self) -> pd.DataFrame:
        """One row per power."""
        found = {"p": self.p, "p_permutation": self.p_permutation, "effect": self.effect}
        return Result.tidy(self).assign(**found)

    def grid(self) -> Grid:
        """Return slopes the test would have noticed and the bias each would bring."""
        unit = abs(self.powers[0].bias) / 4 if self.powers else None
        rows = [
            (f"Slope noticed with {x.power:.0%} power", plain_number(x.slope, abs(x.slope) / 4),
             plain_number(x.bias, unit), plain_number(x.bias_if_passed, unit))
            for x in self.powers
        ]  # fmt: skip
        head = (
            f"Joint test of {len(self.times)} points: F = {self.f:.2f}, p = {self.p:.3f}; with "
            f"starts permuted p = {self.p_permutation:.3f}. Average effect "
            f"{plain_number(self.effect, unit)}."
        )
        heads = ("Straight departure", "Per year", "Bias of the average", "Bias if the test passed")
        return Grid.of(self.label, heads, rows, (head, *self.notes))


@checked
def pretrend_test(
    study: EventStudy, *, leads: int | None = None, powers: tuple[float, ...] = (0.5, 0.8),
    level: float = 0.05, draws: int = 4999, seed: int = SEED,
) -> Pretrend:  # fmt: skip
    """Test all points before exposure at once and say what slope the test could have seen.

    The statistic is b'V⁻¹b·(ν − q + 1)/(ν q) over the q points before the reference year, referred
    to F(q, ν − q + 1) with ν = G − 1 (Hotelling). Against a straight violation δ_e = γ(e + 1) its
    power is that of a noncentral F with λ = γ²·d'V⁻¹d, d_e = e + 1. The slope that is noticed with
    50% or 80% probability would also run on after exposure: the bias is γ times the mean of e + 1
    over the exposed cohort-years (Roth 2022, AER: Insights 4(3), 305–322).

    Parameters
    ----------
    study : EventStudy
        With a universal base and a covariance.
    leads : int, optional
        Test only so many points before the reference; early ones rest on few cohorts.
    powers, level : tuple of float, float
        Powers for which a slope is wanted, and size of the test.
    draws, seed : int
        For the permutation test and for the bias given a passed test.

    Returns
    -------
    Pretrend
        Joint p, and the slopes seen with each power.

    Raises
    ------
    SpecificationError
        The study has no covariance, a varying base, no point before the reference, or more points
        than its entities can test.

    Notes
    -----
    A high p is no evidence of parallel paths where the detectable slope would explain the effect.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.data import load_policies
    >>> from analysis.inference import event_study
    >>> from analysis.models import EventDesign
    >>> panel = load("china")
    >>> design = EventDesign.from_table(load_policies(), "green_finance_pilot")
    >>> study = event_study(design, "urbanisation_rate", panel)
    >>> 0 <= pretrend_test(study, draws=199).p <= 1
    True
    """
    times, v, b = _before(study, leads)
    f, dof, p = joint_test(b, v, study.dof)
    d = np.array(times) + 1.0
    data = study.data
    found = cells(data.starts, data.years, study.control)
    share = weights(found, study.aggregation)
    reach = float(share @ (found.event_time + 1.0))
    order, lines = study.covariance_times, []
    # Covariance of the points before exposure with the average effect over event times.
    total = [share[found.event_time == e].sum() for e in order]
    together = study.covariance[[order.index(e) for e in times]] @ total
    for power in powers:
        slope = slope_for_power(v, d, study.dof, power, level)
        shift = _selected_shift(together, v, slope * d, study.dof, level, seed)
        lines.append(SlopePower(power, slope, slope * reach, slope * reach + shift))
    notes = (
        f"The bias runs the slope on over {reach:.1f} years, the mean distance of the exposed "
        f"{data.nouns[0]}-years from the reference year.",
        "A test that notices nothing shows parallel paths only as far as its power goes.",
        *warnings_for(("pretrend", "pretrend_permutation"), data.shape),
    )
    return Pretrend(
        times=times, f=f, dof=dof, p=p,
        p_permutation=_permutation_p(data, found, times, draws, seed), powers=tuple(lines),
        effect=study.overall.estimate,
        label=f"{data.label} before {data.design.name.replace('_', ' ')}", notes=notes,
    )  # fmt: skip


def joint_test(b: np.ndarray, v: np.ndarray, nu: int) -> tuple[float, tuple[int, int], float]:
    """Hotelling's test that all of b is zero: F, its degrees of freedom and p.

    `v`, shape (q, q), is the covariance of the estimates b, shape (q,), estimated with `nu` degrees
    of freedom, clusters less one. Refused where q exceeds `nu` or the covariance is singular.
    """
    q = len(b)
    scale = np.sqrt(np.diag(v))
    if q > nu or scale.min() <= 0 or np.linalg.cond(v / np.outer(scale, scale)) > 1e10:
        raise SpecificationError(
            f"The {q} points before exposure cannot be tested jointly with {nu + 1} entities, "
            "because their covariance is singular: ask for fewer leads."
        )
    f = float(b @ np.linalg.solve(v, b) * (nu - q + 1) / (nu * q))
    return f, (q, nu - q + 1), float(fdtrc(q, nu - q + 1, f))


def slope_for_power(
    v: np.ndarray, d: np.ndarray, nu: int, power: float = 0.8, level: float = 0.05
) -> float:
    """Slope γ of a violation γ·d that the joint test notices with a probability above the level.

    `v`, shape (q, q), is the covariance of the points before exposure, `d`, shape (q,), the
    distance of each from the reference year, `nu` clusters less one.
    """
    from scipy.optimize import brentq  # takes a while to import, and only powers need it

    if not 0 < level < power < 1:
        raise SpecificationError(
            f"Power {power} must lie between the level {level} and 1: no slope gives less."
        )
    q, rest = len(d), nu - len(d) + 1
    edge = fdtri(q, rest, 1 - level)

    def short(noncentrality: float) -> float:
        return 1 - float(ncfdtr(q, rest, noncentrality, edge)) - power

    top = 1.0
    while short(top) < 0:
        top *= 2
    return float(np.sqrt(brentq(short, 0.0, top) / (d @ np.linalg.solve(v, d))))


def _before(study: EventStudy, leads: int | None) -> tuple[tuple[int, ...], np.ndarray, np.ndarray]:
    """Return times, covariance and estimates of the points before the reference year."""
    if study.covariance is None or study.base != "universal":
        raise SpecificationError(
            f"Estimator '{study.estimator}' with a {study.base} base has no covariance over one "
            "reference year: use callaway_santanna or sun_abraham with base 'universal'."
        )
    chosen = [i for i, e in enumerate(study.covariance_times) if e < -1]
    chosen = chosen if leads is None else chosen[-leads:] if leads > 0 else []
    if not chosen:
        raise SpecificationError(
            f"No year before the reference year is left for '{study.data.outcome}': start the "
            "sample earlier or ask for more leads."
        )
    times = tuple(study.covariance_times[i] for i in chosen)
    value = {point.event_time: point.estimate for point in study.path}
    return times, study.covariance[np.ix_(chosen, chosen)], np.array([value[e] for e in times])


def _selected_shift(
    together: np.ndarray, v: np.ndarray, violation: np.ndarray, nu: int, level: float, seed: int
) -> float:
    """Extra bias of the average effect in samples that pass: c'V⁻¹(E[b | passed] − δ)."""
    q = len(v)
    edge = fdtri(q, nu - q + 1, 1 - level) * nu * q / (nu - q + 1)
    rng = np.random.default_rng(require_seed(seed))
    drawn = violation + rng.standard_normal((_DRAWS, q)) @ np.linalg.cholesky(v).T
    passed = (drawn * np.linalg.solve(v, drawn.T).T).sum(axis=1) <= edge
    mean = drawn[passed].mean(axis=0) - violation
    return float(together @ np.linalg.solve(v, mean))


def _permutation_p(
    data: EventData, found: Cells, times: tuple[int, ...], draws: int, seed: int
) -> float:
    """Deal the starts out anew; the statistic weighs the points by their permutation spread."""
    code = np.searchsorted(found.levels, data.starts)
    free = np.zeros(len(code), dtype=int)
    dealt, exact = assignments(code, free, draws, np.random.default_rng(require_seed(seed)))
    # The observed assignment is one among the others, in the spread as well: else the test would
    # reject too often. A complete list holds it already.
    dealt = dealt if exact else np.concatenate([code[None], dealt])
    by_time = (loadings(found, weights(found, "event_time", e)) for e in times)
    points = np.column_stack([summaries(data.y @ table.T, dealt) for table in by_time])
    spread = np.linalg.pinv(np.cov(points.T).reshape(len(times), -1))
    sizes = np.einsum("bi,ij,bj->b", points, spread, points)
    mine = sizes[np.flatnonzero((dealt == code).all(axis=1))[0]]
    return float((sizes >= mine * (1 - 1e-9)).mean())
