"""Whether residuals of different entities move together: CD, weighted CD and a fair null."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from analysis.certified import warnings_for
from analysis.data import Panel
from analysis.errors import SpecificationError, require_seed
from analysis.inference.cells import Grid, plain_number
from analysis.inference.coefficients import label_of
from analysis.inference.dependence import independence
from analysis.inference.dependence.correlations import autocorrelation, pairs, weighted_cd, wide
from analysis.inference.options import checked
from analysis.inference.result import Result
from analysis.models import EFFECTS, Dropped, Fit, Rows, Specification, estimation_rows, fit
from analysis.models.design import build_design

__all__ = ["CrossSection", "CrossStatistic", "cross_section"]

SEED = 20261123
_SIGNS = 999  # draws of weights behind the share that rejects


@dataclass(frozen=True, slots=True)
class CrossStatistic:
    """One statistic of dependence between entities: "cd", "cd_w", "cd_w_plus" or "mean_absolute".

    `p` is from the standard normal distribution, NaN where there is none to refer to; `expected` is
    the mean over simulated panels of independent entities and `p_simulated` the share of these at
    least as far out, NaN where not simulated.
    """

    name: str
    label: str
    value: float
    p: float
    expected: float = float("nan")
    p_simulated: float = float("nan")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CrossSection(Result):
    """Dependence between the residuals of different entities.

    Attributes
    ----------
    statistics : tuple of CrossStatistic
        CD, CD_W, CD_W+ and the mean absolute correlation.
    mean_correlation : float
        Mean of all pairwise correlations.
    pairs, short_pairs : int
        Pairs of entities used; pairs left out because they share fewer than three years or one of
        them does not vary.
    threshold : float
        Correlation above which a pair enters the power enhancement of CD_W+.
    rejecting : float
        Share of draws of weights for which CD_W is beyond ±1.96: 0.05 without dependence.
    autocorrelation, persistence : float
        First-order autocorrelation of the residuals, and the autoregression of errors that leads to
        it (NaN where not simulated).
    entities, years : int
        Entities and years with a residual.
    """

    specification: Specification
    outcome_label: str
    statistics: tuple[CrossStatistic, ...]
    mean_correlation: float
    n: int
    entities: int
    years: int
    pairs: int
    short_pairs: int
    threshold: float
    rejecting: float
    autocorrelation: float
    persistence: float
    draws: int
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...]

    def __getitem__(self, name: str) -> CrossStatistic:
        return {s.name: s for s in self.statistics}[name]

    def rows(self) -> tuple[CrossStatistic, ...]:
        """Return the statistics."""
        return self.statistics

    def grid(self) -> Grid:
        """Return the table."""

        def cells(s: CrossStatistic) -> list[str]:
            values = (s.value, s.p, s.expected, s.p_simulated)
            return [s.label, *(plain_number(v, 0.1) for v in values)]

        heads = ["Statistic", "Value", "p", "If independent", "p, simulated"]
        caption = f"Residuals of {self.outcome_label}: dependence between entities"
        return Grid.of(caption, heads, [cells(s) for s in self.statistics], self.notes)


@checked
def cross_section(
    spec: Specification, panel: Panel, *, rows: Rows | None = None, draws: int = 499,
    seed: int = SEED,
) -> CrossSection:  # fmt: skip
    """Test the residuals of a regression for dependence between entities.

    CD refers to a standard normal only where no year effects were absorbed. These make the
    residuals of each year sum to nothing, so the average pair is correlated by about −1/(N−1) and
    CD centres on −√(T/2) instead of 0: with a dozen years it rejects almost always, dependence or
    not (Juodis and Reese 2022). CD_W does not suffer from this but finds little. So both CD and
    the mean absolute correlation are also held against panels of independent entities that go
    through the same regression, with the same missing rows and as much persistence.

    When not to use it: with few entities, or to choose between columns. Cluster-robust errors by
    entity are invalid under strong dependence; regions, Driscoll-Kraay or common effects are the
    answer then, not another column.

    Parameters
    ----------
    spec, panel, rows
        As in `estimate`.
    draws, seed : int
        Simulated panels, where 0 leaves the simulation out, and seed of it and of the signs.

    Returns
    -------
    CrossSection
        CD, CD_W and mean correlation, with simulated p.

    Raises
    ------
    SpecificationError
        As in `analysis.models.fit`, or no two entities share three years.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"], controls=["papers_sci"])
    >>> len(cross_section(spec, panel, draws=99).tidy())
    4
    """
    if draws < 0:
        raise SpecificationError(f"{draws} draws cannot be made: give zero or more.")
    rows = estimation_rows(spec, panel) if rows is None else rows
    fitted, design = fit(spec, panel, rows), build_design(spec, panel, rows)
    grid = wide(fitted.residuals, *independence.codes(design))
    found = pairs(grid)
    count, possible = int(found.used.sum()), len(grid) * (len(grid) - 1) // 2
    if not count:
        raise SpecificationError(
            f"No two entities share three years of residuals of '{spec.outcome}', so nothing can "
            "be correlated: widen the sample."
        )
    sign_draws, simulation = np.random.default_rng(require_seed(seed)).spawn(2)
    signs = sign_draws.choice([-1.0, 1.0], size=(_SIGNS, len(grid)))
    weighted, enhanced, threshold = weighted_cd(found, signs[0])
    null = independence.simulate_independent(fitted, design, draws, simulation) if draws else None
    cd, absolute = float(found.cd()), float(found.mean(absolute=True))
    p = [float(2 * ndtr(-abs(z))) for z in (cd, weighted, enhanced)]
    statistics = (
        CrossStatistic("cd", "CD", cd, p[0], *_against(cd, null and null.cd, "both")),
        CrossStatistic("cd_w", "CD_W", weighted, p[1]),
        CrossStatistic("cd_w_plus", "CD_W+", enhanced, p[2]),
        CrossStatistic(
            "mean_absolute", "Mean |correlation|", absolute, float("nan"),
            *_against(absolute, null and null.absolute, "upper"),
        ),
    )  # fmt: skip
    return CrossSection(
        specification=spec, outcome_label=label_of(panel, spec.outcome), statistics=statistics,
        mean_correlation=float(found.mean(absolute=False)), n=fitted.n, entities=len(grid),
        years=len(fitted.years), pairs=count, short_pairs=possible - count, threshold=threshold,
        rejecting=float((np.abs(found.cd(signs)) > 1.959964).mean()),
        autocorrelation=float(autocorrelation(grid)),
        persistence=null.persistence if null else float("nan"), draws=draws, dropped=fitted.dropped,
        notes=_notes(fitted, threshold, possible - count, null),
    )  # fmt: skip


def _against(value: float, null: np.ndarray | None, side: str) -> tuple[float, float]:
    """Mean of the null and the share of it at least as far out, the value itself counted."""
    if null is None:
        return float("nan"), float("nan")
    centre = float(null.mean())
    far = null >= value if side == "upper" else np.abs(null - centre) >= abs(value - centre)
    return centre, float((1 + far.sum()) / (1 + len(null)))


def _notes(
    fitted: Fit, threshold: float, short: int, null: independence.Independent | None
) -> tuple[str, ...]:
    out = list(fitted.notes)
    if {"year", "region_year"} & set(EFFECTS[fitted.specification.effects].absorbs):
        out.append(
            "Year effects were absorbed, so CD does not centre on zero: read its simulated p."
        )
    if threshold >= 1:
        out.append(
            f"CD_W+ equals CD_W here: no correlation can exceed its threshold of {threshold:.2f} "
            "with so few years."
        )
    if short:
        out.append(f"Left out {short} pairs of entities with fewer than three shared years.")
    if null:
        out.append(
            f"Simulated: {len(null.cd)} panels of independent entities with Gaussian first-order "
            "autoregressive errors, through the same regression."
        )
        if null.persistence >= independence.GRID[-1]:
            out.append(
                "These residuals are at least as persistent as random walks: part of what they "
                "share may be trends, which first differences would show."
            )
    methods = ("pesaran_cd", "cd_w", *(("mean_correlation",) if null else ()))
    return (*out, *warnings_for(methods, fitted.shape))
