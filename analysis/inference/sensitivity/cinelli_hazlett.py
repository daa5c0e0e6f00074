"""How strong one omitted confounder must be to undo a result, in partial R²."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import product

import numpy as np
import pandas as pd

from analysis.data import Panel
from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.cells import Grid, plain_number, reach
from analysis.inference.clustered import cr1
from analysis.inference.coefficients import label_of
from analysis.inference.form.threshold_numerics import effect_rank
from analysis.inference.options import checked
from analysis.inference.result import Result
from analysis.inference.sensitivity.partial_r2 import adjust, bound, partial_r2, robustness_value
from analysis.models import Fit, Specification, estimation_rows, fit
from analysis.models.design import build_design
from analysis.models.scaling import least_squares

__all__ = ["Benchmark", "CinelliHazlett", "cinelli_hazlett"]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The estimate under a confounder some times as strong as an observed covariate.

    `strength` is how many times as strong, for treatment and outcome alike; `r2_dz, r2_yz` bound
    the confounder's partial R² with treatment and outcome. The estimate is adjusted in the
    direction that shrinks it, with classical errors.
    """

    covariate: str
    strength: float
    r2_dz: float
    r2_yz: float
    estimate: float
    se: float
    t: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CinelliHazlett(Result):
    """Sensitivity of one coefficient to an unobserved confounder.

    Attributes
    ----------
    treatment, label : str
        The regressor whose coefficient is examined.
    estimate, se, t : float
        Coefficient with its classical error: the algebra of partial R² is that of least squares.
    se_cr1 : float
        Its clustered error, for comparison.
    dof : int
        Rows less slopes, constant and every effect, nested in clusters or not.
    q, level : float
        Share of the estimate to be explained away; α.
    partial_r2 : float
        Partial R² of treatment with outcome: how much of the treatment a confounder that explains
        all that is left of the outcome must explain to bring the estimate to zero.
    rv : float
        Robustness value RV_q: the partial R² that suffices with both.
    rv_level : float
        RV_{q,α}: the same for the estimate to lose significance, with classical errors.
    rv_clustered : float
        The same with the CR1 error and t(G−1), holding that error fixed.
    benchmarks : tuple of Benchmark
        Bounds from observed covariates.
    """

    specification: Specification
    treatment: str
    label: str
    estimate: float
    se: float
    t: float
    se_cr1: float
    dof: int
    clusters: int
    q: float
    level: float
    partial_r2: float
    rv: float
    rv_level: float
    rv_clustered: float
    benchmarks: tuple[Benchmark, ...]
    notes: tuple[str, ...]

    def rows(self) -> tuple[Benchmark, ...]:
        """Return the bounds from observed covariates."""
        return self.benchmarks

    def tidy(self) -> pd.DataFrame:
        """One row per benchmark, columns as in `Benchmark` even where there is none."""
        return pd.DataFrame(map(asdict, self.benchmarks), columns=list(Benchmark.__slots__))

    def at(self, r2_yz: float, r2_dz: float) -> tuple[float, float, float]:
        """Give estimate, SE and t under a confounder of this strength."""
        return adjust(self.estimate, self.se, self.dof, r2_yz, r2_dz)

    def grid(self) -> Grid:
        """Return the table."""
        rows = [
            ("As estimated", plain_number(self.estimate, self.se), f"{self.t:.2f}", "–"),
            *((f"{b.strength:g} × {b.covariate}", plain_number(b.estimate, b.se), f"{b.t:.2f}",
               f"{b.r2_dz:.3f}, {b.r2_yz:.3f}") for b in self.benchmarks),
        ]  # fmt: skip
        heads = ("Confounder", "Estimate", "t", "R² with treatment, outcome")
        return Grid.of(self.label, heads, rows, self.notes)


@checked
def cinelli_hazlett(
    spec: Specification, panel: Panel, treatment: str | None = None, *,
    benchmarks: Sequence[str] | None = None, strengths: Sequence[float] = (1, 2, 3), q: float = 1.0,
    level: float = 0.05,
) -> CinelliHazlett:  # fmt: skip
    """Express omitted-variable bias in partial R², with observed covariates as yardsticks.

    Cinelli and Hazlett (2020, Journal of the Royal Statistical Society B 82(1), 39–67). The effects
    are absorbed first, so a confounder is one that varies within entities and years.

    Degrees of freedom: partial R², RV_q, RV_{q,α} and benchmarks are identities of least squares
    and use n less ALL parameters, clustering or not, as R sensemakr does. Rows within a cluster are
    no independent news, so RV_{q,α} flatters; `rv_clustered` replaces the classical error by CR1
    and t(dof) by t(G−1), and does not credit a confounder with making the estimate more precise.

    Not to be used to prove that no confounder exists, nor with a covariate as yardstick that is
    itself an outcome of the treatment.

    Parameters
    ----------
    spec, panel, level
        As in `estimate`; the level is also α of RV_{q,α}.
    treatment : str, optional
        One of the terms; the first regressor by default.
    benchmarks, strengths
        Terms used as yardsticks, all other terms by default, and multiples of their strength.
    q : float
        Share of the estimate to be explained away.

    Returns
    -------
    CinelliHazlett
        Robustness value and bounds by yardstick.

    Raises
    ------
    SpecificationError
        q or a strength is not positive, a level not in (0, 1), or a yardstick so strong that its
        multiple leaves nothing of treatment or outcome.
    UnknownNameError
        The treatment or a yardstick is not a term.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"], controls=["papers_sci"])
    >>> 0 < cinelli_hazlett(spec, panel, strengths=(1,)).rv < 1
    True
    """
    if q <= 0 or any(k <= 0 for k in strengths):
        raise SpecificationError(f"q {q} and strengths {tuple(strengths)} must be positive.")
    rows = estimation_rows(spec, panel)
    fitted = fit(spec, panel, rows)
    treatment = treatment or spec.regressors[0]
    names = [t for t in fitted.terms if t != treatment] if benchmarks is None else list(benchmarks)
    for name in (treatment, *names):
        if name not in fitted.terms:
            raise UnknownNameError("term", name, fitted.terms, "the specification")
    j = fitted.terms.index(treatment)
    absorbed = build_design(spec, panel, rows).absorbed
    dof = fitted.n - len(fitted.terms) - effect_rank(absorbed, fitted.clusters, fitted.nuisance)
    spread = np.diag(np.linalg.inv(fitted.x.T @ fitted.x)) / dof
    b, se = fitted.coefficients, np.sqrt(spread * (fitted.residuals @ fitted.residuals))
    clustered = cr1(fitted.x, fitted.residuals, fitted.clusters, fitted.parameters)
    se_cr1, groups = float(np.sqrt(clustered[j, j])), len(fitted.cluster_labels)
    t = float(b[j] / se[j])
    found = _benchmarks(fitted, j, names, strengths, se, dof, level)
    rest = max(0.0, q * abs(b[j]) - reach(groups - 1, level) * se_cr1)
    rv, rv_level = robustness_value(t, dof, q), robustness_value(t, dof, q, level)
    rv_clustered = robustness_value(float(rest / se[j]), dof)
    return CinelliHazlett(
        specification=spec, treatment=treatment, label=label_of(panel, treatment),
        estimate=float(b[j]), se=float(se[j]), t=t, se_cr1=se_cr1, dof=dof, clusters=groups, q=q,
        level=level, partial_r2=partial_r2(t, dof), rv=rv, rv_level=rv_level,
        rv_clustered=rv_clustered, benchmarks=tuple(found),
        notes=(*fitted.notes, *_notes(q, level, partial_r2(t, dof), rv, rv_level, rv_clustered)),
    )  # fmt: skip


def _benchmarks(
    fitted: Fit, j: int, names: Sequence[str], strengths: Sequence[float], se: np.ndarray, dof: int,
    level: float,
) -> Iterator[Benchmark]:  # fmt: skip
    b, half = fitted.coefficients, reach(dof - 1, level)
    for name, k in product(names, strengths):
        i = fitted.terms.index(name)
        # Partial R² of the covariate with the treatment, given all other columns.
        others, pair = np.delete(fitted.x, [i, j], axis=1), fitted.x[:, [i, j]]
        pair = pair - others @ least_squares(others, pair)
        r2_d = float((pair[:, 0] @ pair[:, 1]) ** 2 / ((pair**2).sum(axis=0).prod()))
        r2_dz, r2_yz = bound(r2_d, partial_r2(b[i] / se[i], dof), k, k)
        new, error, t = adjust(float(b[j]), float(se[j]), dof, r2_yz, r2_dz)
        ends = new - half * error, new + half * error
        yield Benchmark(name, float(k), r2_dz, r2_yz, new, error, t, *ends)


def _notes(
    q: float, level: float, r2: float, rv: float, rv_level: float, rv_clustered: float
) -> tuple[str, ...]:
    lost = (
        f"{100 * rv_level:.1f}% undo significance at {100 * level:g}% with classical errors, "
        f"{100 * rv_clustered:.1f}% with clustered ones."
        if rv_level > 0
        else f"at {100 * level:g}% it is not significant to begin with."
    )
    return (
        f"To take away {100 * q:g}% of the estimate, a confounder must explain {100 * rv:.1f}% of "
        f"what is left of both treatment and outcome; {lost}",
        f"One that explains all that is left of the outcome needs {100 * r2:.1f}% of the treatment "
        "to bring the estimate to zero.",
        "Algebra of one fit, not a test: it has no p-value.",
    )
