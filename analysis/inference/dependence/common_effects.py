"""Common correlated effects: slopes held against shocks that hit every entity to its own degree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.certified import warnings_for
from analysis.data import Panel
from analysis.errors import SpecificationError
from analysis.inference.cells import Grid, bracketed
from analysis.inference.clustered import cr3, sums
from analysis.inference.coefficients import label_of, term_label
from analysis.inference.options import checked
from analysis.inference.result import Regression, Row, row
from analysis.models import Dropped, Rows, Specification, estimation_rows
from analysis.models.design import ABSORBED
from analysis.models.scaling import units

__all__ = ["CommonEffects", "CommonTerm", "common_effects"]


@dataclass(frozen=True, slots=True)
class CommonTerm(Row):
    """One slope, in units of the outcome per unit of the term.

    CCE pooled, with Pesaran's (2006) standard error, which allows slopes to differ between
    entities, and t(N−1). `se_cr3` leaves out one entity at a time, averages taken as given.
    `mean_group` and the fields named after it are the mean of the entities' own slopes, and
    inference from their spread, t(N−1).
    """

    mean_group: float = float("nan")
    se_mean_group: float = float("nan")
    p_mean_group: float = float("nan")
    low_mean_group: float = float("nan")
    high_mean_group: float = float("nan")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CommonEffects(Regression):
    """CCE estimates of a specification; its effects and initial controls gave way to averages.

    Attributes
    ----------
    terms : tuple of CommonTerm
        In the order of the specification.
    entities, shortest : int
        Entities used, and years of the one with fewest.
    averages : int
        Averages taken out of each entity with slopes of its own, besides its constant.
    """

    specification: Specification
    outcome_label: str
    terms: tuple[CommonTerm, ...]
    n: int
    entities: int
    first_year: int
    last_year: int
    shortest: int
    averages: int
    level: float
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...]

    def grid(self) -> Grid:
        """Return the table."""
        rows = [
            (t.label, bracketed(t.estimate, t.low, t.high, t.se, t.se),
             bracketed(t.mean_group, t.low_mean_group, t.high_mean_group, *[t.se_mean_group] * 2))
            for t in self.terms
        ]  # fmt: skip
        heads = ("Per unit of", "CCE pooled", "CCE mean group")
        return Grid.of(self.outcome_label, heads, rows, self.notes)

    @property
    def dof(self) -> int:
        """Entities less one."""
        return self.entities - 1


@checked
def common_effects(
    spec: Specification, panel: Panel, *, rows: Rows | None = None, level: float = 0.05
) -> CommonEffects:
    """Estimate slopes with common correlated effects, pooled and as a mean group.

    y_it = a_i + b'x_it + c_i'(ȳ_t, x̄_t) + e_it: the averages over entities stand in for unseen
    common shocks, and c_i lets each entity follow them to its own degree, where a year effect
    makes all follow alike (Pesaran 2006, Econometrica 74(4), 967–1012). Everything in the
    specification but its effects, initial controls and cluster is kept.

    When not to use it: as the main column with a dozen years, since every entity spends two
    coefficients and one more per regressor on averages; with a lagged outcome on the right (then
    lags of the averages are needed too, Chudik and Pesaran 2015); or with few entities, whose
    average is no stand-in for a shock.

    Parameters
    ----------
    spec, panel, rows, level
        As in `estimate`; the effects of the specification give way to cross-section averages.

    Returns
    -------
    CommonEffects
        Pooled slopes and their mean over entities.

    Raises
    ------
    SpecificationError, UnknownNameError
        As in `estimate`; an entity has too few years for the averages, or a term is the same for
        all entities.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> found = common_effects(Specification("urbanisation_rate", ["rd_intensity"]), panel)
    >>> len(found.params)
    1
    """
    rows = estimation_rows(spec, panel) if rows is None else rows
    index, table = rows.frame.index, rows.frame.to_numpy()
    codes = pd.factorize(index.get_level_values(0))[0]
    years = index.get_level_values(1).to_numpy(dtype=int)
    _require_years(spec, index, codes)
    x, y = defactor(table[:, 1:], table[:, 0], codes, years - years.min())
    _require_variation(spec, table, x)
    b, covariance, own = pooled(x, y, codes)
    jackknife = cr3(x, y, codes, labels=tuple(index.unique(0)), names=spec.terms)
    return CommonEffects(
        specification=spec, outcome_label=label_of(panel, spec.outcome),
        terms=_lines(spec, panel, b, (covariance, jackknife.covariance), own, level), n=len(table),
        entities=len(own), first_year=int(years.min()), last_year=int(years.max()),
        shortest=int(np.bincount(codes).min()), averages=table.shape[1], level=level,
        dropped=rows.dropped,
        notes=(*_notes(spec, rows, table.shape[1]),
               *warnings_for(["cce_pooled"], (len(own), len(np.unique(years))))),
    )  # fmt: skip


def _require_years(spec: Specification, index: pd.MultiIndex, codes: np.ndarray) -> None:
    years, k = np.bincount(codes), len(spec.terms)
    needed = 1 + (1 + k) + k + 1
    if years.min() < needed:
        raise SpecificationError(
            f"{index.unique(0)[int(years.argmin())]} has {years.min()} years, and common "
            f"correlated effects need {needed}: a constant, {1 + k} averages and {k} slopes for "
            "each entity and one year to spare; use fewer regressors or exclude the entity."
        )


def _require_variation(spec: Specification, table: np.ndarray, clean: np.ndarray) -> None:
    before = ((table[:, 1:] - table[:, 1:].mean(axis=0)) ** 2).sum(axis=0)
    flat = (clean**2).sum(axis=0) <= ABSORBED * before
    if flat.any():
        raise SpecificationError(
            f"Regressor '{spec.terms[int(flat.argmax())]}' follows its average over entities or "
            "does not change over years, so common correlated effects absorb it: leave it out."
        )


def _lines(
    spec: Specification, panel: Panel, b: np.ndarray, covariances: tuple[np.ndarray, np.ndarray],
    own: np.ndarray, level: float,
) -> tuple[CommonTerm, ...]:  # fmt: skip
    pesaran, jackknife = (np.sqrt(np.diag(c)) for c in covariances)
    dof = len(own) - 1
    spread = own.std(axis=0, ddof=1) / np.sqrt(len(own))
    lines = []
    for i, term in enumerate(spec.terms):
        mean = row(term, term, own[:, i].mean(), spread[i], dof, level)
        lines.append(row(
            term, term_label(panel, term), b[i], pesaran[i], dof, level, jackknife[i],
            CommonTerm, mean_group=mean.estimate, se_mean_group=mean.se, p_mean_group=mean.p,
            low_mean_group=mean.low, high_mean_group=mean.high,
        ))  # fmt: skip
    return tuple(lines)


def _notes(spec: Specification, rows: Rows, averages: int) -> tuple[str, ...]:
    out = [
        *rows.notes,
        f"Out of every entity: its constant and {averages} averages over entities (outcome and "
        "terms) with slopes of its own, in place of year effects.",
        "Standard errors from the spread of the entities' own slopes (Pesaran 2006); p-values and "
        "intervals from t(N−1).",
    ]
    if spec.initial:
        out.append(f"Initial controls not used here: {', '.join(spec.initial)}.")
    return tuple(out)


def defactor(
    x: np.ndarray, y: np.ndarray, codes: np.ndarray, years: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Take the averages over entities of y and x out of every entity, one regression each.

    `x`, shape (n, k), and `y`, shape (n,), are terms and outcome in levels, `codes` and `years`
    entity and year of each row, both 0, 1, …; terms and outcome come back free of each entity's
    constant and its own slopes on the averages.
    """
    z = np.column_stack([y, x])
    z = (z - z.mean(axis=0)) / np.where(z.std(axis=0) > 0, z.std(axis=0), 1.0)
    averages = (sums(z, years) / np.maximum(np.bincount(years), 1)[:, None])[years]
    common = np.column_stack([np.ones(len(y)), averages])
    both, left = np.column_stack([x, y]), np.empty((len(y), x.shape[1] + 1))
    for entity in range(int(codes.max()) + 1):
        rows = codes == entity
        fitted = np.linalg.lstsq(common[rows], both[rows], rcond=1e-10)[0]
        left[rows] = both[rows] - common[rows] @ fitted
    return left[:, :-1], left[:, -1]


def pooled(
    x: np.ndarray, y: np.ndarray, codes: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """CCE pooled slopes (k,), Pesaran's covariance of them (k, k), each entity's own slopes (N, k).

    b = (Σ_i X_i'M_iX_i)⁻¹ Σ_i X_i'M_iy_i and V = N/(N−1) · Q⁻¹ [Σ_i Q_i(b_i − b̄)(b_i − b̄)'Q_i]
    Q⁻¹ with Q_i = X_i'M_iX_i, Q = Σ_i Q_i and b̄ the mean of the b_i (Pesaran 2006, equations 65
    and 69; weights equal; on a balanced panel these are the figures of R plm `pcce`).
    """
    unit, count = units(x), int(codes.max()) + 1
    x = x / unit
    q = sums(x[:, :, None] * x[:, None, :], codes)
    m = sums(x * y[:, None], codes)
    own = np.stack([np.linalg.lstsq(a, b, rcond=None)[0] for a, b in zip(q, m, strict=True)])
    total = q.sum(axis=0)
    scores = (q @ (own - own.mean(axis=0))[..., None])[..., 0]
    bread = np.linalg.inv(total)
    covariance = bread @ (scores.T @ scores) @ bread * (count / (count - 1))
    slopes = np.linalg.solve(total, m.sum(axis=0))
    return slopes / unit, covariance / np.outer(unit, unit), own / unit
