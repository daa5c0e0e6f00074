"""CR2 standard errors, each coefficient with its own degrees of freedom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.certified import warnings_for
from analysis.errors import SpecificationError, require_level
from analysis.inference.cells import Grid, interval
from analysis.inference.clustered import orthonormal
from analysis.inference.estimate import Estimate
from analysis.inference.options import checked
from analysis.inference.result import Regression, Row, estimate_rows, row

__all__ = ["BiasReduced", "Satterthwaite", "SmallSampleLine", "cr2", "lines_of", "satterthwaite"]

_LEVERAGE_ONE = 1e-9  # what 1 − leverage must exceed for a direction to have a residual


@dataclass(frozen=True, slots=True, eq=False)
class BiasReduced:
    """CR2 covariance, shape (k, k), and Satterthwaite degrees of freedom, shape (k,)."""

    covariance: np.ndarray
    dof: np.ndarray


@dataclass(frozen=True, slots=True)
class SmallSampleLine(Row):
    """One coefficient and the degrees of freedom of its `t`, `p` and interval."""

    dof: float = float("nan")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Satterthwaite(Regression):
    """CR2 beside an estimate, with the degrees of freedom of each coefficient.

    Attributes
    ----------
    terms : tuple of SmallSampleLine
        In the order of the specification.
    """

    outcome_label: str
    terms: tuple[SmallSampleLine, ...]
    clusters: int
    level: float
    notes: tuple[str, ...]

    def grid(self) -> Grid:
        """Return the table."""
        return small_sample_table(f"{self.outcome_label}: CR2", self.terms, self.notes)


def cr2(
    x: np.ndarray, residuals: np.ndarray, clusters: np.ndarray, design: np.ndarray,
    labels: Sequence[str] | None = None, names: Sequence[str] | None = None,
) -> BiasReduced:  # fmt: skip
    """Bias-reduced linearisation with a working model of independent, equal errors.

    V = M Σ_g X_g'A_g u_g u_g'A_g X_g M with M = (X'X)⁻¹ and A_g = (I − H_gg)^(−1/2), the symmetric
    root of the pseudo-inverse. Under the working model V is unbiased. With p_g = A_g X_g M e_j and
    P_gh = p_g'(I − H)_gh p_h, the degrees of freedom are (Σ_g P_gg)² / Σ_gh P_gh² (Bell and
    McCaffrey 2002, Survey Methodology 28(2), 169–181).

    H is the hat matrix of everything that is *not* nested in clusters: slopes and, for clusters by
    entity, the year effects. Effects nested in clusters may be taken out beforehand, because they
    leave A_g X_g as it is; the others may not, because they tie clusters together (Pustejovsky and
    Tipton 2018, Journal of Business & Economic Statistics 36(4), 672–683). So this equals
    clubSandwich on the regression with all dummies.

    `x`, `residuals`, `clusters`, `labels` and `names` are as in `cr1` and `cr3`; `design`, shape
    (n, q), holds regressors and effects not nested in clusters, less the nested effects, and may be
    collinear.

    Raises
    ------
    SpecificationError
        One cluster only, or a coefficient that rests on one cluster alone.
    """
    groups, k = int(clusters.max()) + 1, x.shape[1]
    if groups < 2:
        raise SpecificationError("CR2 needs at least two clusters, not 1: use a finer cluster.")
    basis = orthonormal(design)
    bread = np.linalg.inv(x.T @ x)
    scores, own = np.empty((2, groups, k))  # own: p_g'p_g per coefficient
    through = np.empty((k, groups, basis.shape[1]))  # basis_g'p_g
    order = np.argsort(clusters, kind="stable")
    by_cluster = np.split(order, np.searchsorted(clusters[order], np.arange(1, groups)))
    for g, rows in enumerate(by_cluster):
        adjusted, unseen = _adjust(basis[rows], x[rows])
        _require_residual(unseen, x, g, labels, names)
        p = adjusted @ bread
        scores[g] = residuals[rows] @ p
        own[g] = (p**2).sum(axis=0)
        through[:, g] = (basis[rows].T @ p).T
    products = -through @ through.transpose(0, 2, 1)
    products[:, np.arange(groups), np.arange(groups)] += own.T
    traces = np.trace(products, axis1=1, axis2=2)
    return BiasReduced(scores.T @ scores, traces**2 / (products**2).sum(axis=(1, 2)))


@checked
def satterthwaite(estimate: Estimate, *, level: float | None = None) -> Satterthwaite:
    """Put CR2 with Satterthwaite degrees of freedom beside an estimate.

    Not for clusters by which a regressor hardly varies within the rest of the design: with two or
    three degrees of freedom the t tail rests on the working model. The wild cluster bootstrap and
    CR3 do not use one. `level` is that of the estimate by default; errors as in `cr2`.

    Parameters
    ----------
    estimate : Estimate
        From `estimate`.
    level : float, optional
        1 − coverage; that of the estimate if None.

    Returns
    -------
    Satterthwaite
        CR2 errors, degrees of freedom, intervals.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.inference import estimate
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"], controls=["papers_sci"])
    >>> fitted = estimate(spec, panel)
    >>> bool((satterthwaite(fitted).tidy()["se"] > 0).all())
    True
    """
    fitted = estimate.fitted
    level = estimate.level if level is None else level
    design, labels = np.column_stack([fitted.x_nested, fitted.nuisance]), fitted.cluster_labels
    found = cr2(fitted.x, fitted.residuals, fitted.clusters, design, labels, fitted.terms)
    terms = [(line.term, line.label, line.estimate) for line in estimate.terms]
    lines = tuple(lines_of(terms, np.sqrt(np.diag(found.covariance)), found.dof, level))
    convention = (
        f"CR2 with Satterthwaite degrees of freedom, G = {estimate.clusters}; working model of "
        "independent errors; effects not nested in clusters are part of the hat matrix."
    )
    notes = (convention, *warnings_for(["cr2"], estimate.fitted.shape))
    return Satterthwaite(estimate.outcome_label, lines, estimate.clusters, level, notes)


def lines_of(
    terms: Iterable[tuple[str, str, float]], errors: np.ndarray, dof: np.ndarray, level: float
) -> Iterator[SmallSampleLine]:
    """Lines from (term, label, coefficient), standard errors and degrees of freedom."""
    require_level(level)
    for (term, label, b), se, df in zip(terms, errors, map(float, dof), strict=True):
        yield replace(row(term, label, b, se, df, level, kind=SmallSampleLine), dof=df)


def small_sample_table(
    caption: str, lines: Sequence[SmallSampleLine], notes: Sequence[str]
) -> Grid:
    """Render lines as term, estimate, degrees of freedom and interval."""
    rows = [
        (label, cell, f"{x.dof:.1f}", interval(x.low, x.high, x.se))
        for (label, cell, _), x in zip(estimate_rows(lines), lines, strict=True)
    ]
    return Grid.of(caption, ("Per unit of", "Estimate (SE)", "df", "Interval"), rows, notes)


def _adjust(basis: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(I − QQ')^(−1/2) x, and the part of x on directions without a residual."""
    u, s, _ = np.linalg.svd(basis, full_matrices=False)
    left = 1 - s**2
    seen = left > _LEVERAGE_ONE
    factor = np.where(seen, 1 / np.sqrt(np.where(seen, left, 1.0)), 0.0) - 1
    along = u.T @ x
    return x + u @ (factor[:, None] * along), np.where(seen[:, None], 0.0, along)


def _require_residual(
    unseen: np.ndarray, x: np.ndarray, g: int,
    labels: Sequence[str] | None, names: Sequence[str] | None,
) -> None:  # fmt: skip
    """Refuse a coefficient whose variation in one cluster is fitted perfectly."""
    share = (unseen**2).sum(axis=0) / (x**2).sum(axis=0)
    if share.max() > _LEVERAGE_ONE:
        name = (names or range(len(share)))[int(share.argmax())]
        raise SpecificationError(
            f"{(labels or range(g + 1))[g]} alone carries the coefficient of '{name}' and is "
            "fitted perfectly, so CR2 does not exist: leave the regressor out or use "
            "randomisation inference."
        )
