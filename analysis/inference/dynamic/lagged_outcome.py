"""A lagged outcome on the right: within, half-panel jackknife and bias-corrected, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from analysis.certified import warning_for
from analysis.data import Panel
from analysis.inference.cells import Grid, bracketed, plain_number
from analysis.inference.coefficients import label_of, scale_of, term_label
from analysis.inference.dynamic import bias, design
from analysis.inference.dynamic.lagged import require_effects, with_lagged_outcome
from analysis.inference.options import checked
from analysis.inference.result import PanelResult, Row, named, row
from analysis.models import Fit, Specification

__all__ = ["ESTIMATORS", "DynamicLine", "DynamicPanel", "dynamic_panel"]

ESTIMATORS = {
    "within": "Within",
    "half_panel_jackknife": "Half-panel jackknife",
    "bias_corrected": "Bias-corrected",
}
_CERTIFICATES = {
    "within_dynamic": "Persistence",
    "half_panel_jackknife": "Persistence",
    "bias_corrected": "Persistence",
    "half_panel_jackknife_effect": "Regressors",
    "bias_corrected_effect": "Regressors",
}


@dataclass(frozen=True, slots=True)
class DynamicLine(Row):
    """One coefficient by one estimator, a key of `ESTIMATORS`; bootstrap standard error, t(G−1).

    `long_run` is b/(1−ρ) with its percentile interval; infinite where the draws do not bound it,
    NaN for the lagged outcome itself and where ρ is one or more. `scale` is within-SD(term) /
    within-SD(outcome).
    """

    estimator: str = ""
    long_run: float = float("nan")
    long_run_low: float = float("nan")
    long_run_high: float = float("nan")
    scale: float = float("nan")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DynamicPanel(PanelResult):
    """Three estimates of one dynamic panel on the same rows and the same resamples.

    Attributes
    ----------
    specification : Specification
        With the lagged outcome first among its regressors.
    terms : tuple of DynamicLine
        By estimator, then by term, lagged outcome first.
    nickell : float
        Bias of the within persistence by Nickell's formula, at the bias-corrected persistence.
    explosive : float
        Share of resamples in which the bias-corrected persistence is one or more.
    rows_per_entity : float
        Mean of T_i.
    """

    outcome_label: str
    nouns: tuple[str, str]
    terms: tuple[DynamicLine, ...]
    nickell: float
    explosive: float
    clusters: int
    rows_per_entity: float
    draws: int
    seed: int
    keys: ClassVar[tuple[str, ...]] = ("estimator", "term")

    def line(self, term: str, estimator: str = "bias_corrected") -> DynamicLine:
        """Return one coefficient by one estimator."""
        named(ESTIMATORS, "estimator", estimator)
        return named({x.term: x for x in self.terms if x.estimator == estimator}, "term", term)

    coefficient = line

    def persistence(self, estimator: str = "bias_corrected") -> DynamicLine:
        """Return the coefficient of the lagged outcome."""
        return self.line(self.specification.terms[0], estimator)

    def grid(self) -> Grid:
        """One column per estimator; below each slope the effect of a lasting change."""
        rows = []
        for term in self.specification.terms:
            lines = [self.line(term, name) for name in ESTIMATORS]
            label, unit = lines[0].label, min(x.se for x in lines)
            rows.append((label, *(bracketed(x.estimate, x.low, x.high, unit, x.se) for x in lines)))
            if term != self.specification.terms[0]:
                ends = [(x.long_run, x.long_run_low, x.long_run_high) for x in lines]
                rows.append((f"{label}, in the long run", *(bracketed(*x, unit) for x in ends)))
        rows.append(("Rows", *[f"{self.n:,}"] * len(ESTIMATORS)))
        rows.append((self.nouns[1].capitalize(), *[f"{self.n_entities:,}"] * len(ESTIMATORS)))
        bias = (
            f"Nickell's formula puts the bias of the within persistence at "
            f"{plain_number(self.nickell, 0.1)} for {self.rows_per_entity:.1f} rows per "
            f"{self.nouns[0]} at the bias-corrected persistence."
        )
        heads = ("Estimate (SE) [interval]", *ESTIMATORS.values())
        return Grid.of(self.outcome_label, heads, rows, (bias, *self.notes))


@checked
def dynamic_panel(
    spec: Specification, panel: Panel, *, draws: int = 999, seed: int = 20261123,
    level: float = 0.05,
) -> DynamicPanel:  # fmt: skip
    """Estimate y(i,t) = ρy(i,t−1) + x(i,t)'β + effects + u(i,t) in three ways.

    The within estimate of ρ is biased by about −(1+ρ)/(T−1) however many entities there are
    (Nickell 1981, Econometrica 49(6)), and it takes β along. The half-panel jackknife and the
    adjusted score remove the bias; see `half_panel` and `adjusted_score` for formulas and
    sources. Standard errors come from resampling whole clusters, the same resamples for all.

    One lag of the outcome only: a second lag among the regressors reacts to past errors, which the
    adjusted score rules out. Not for a panel in which entities have fewer than about six rows, nor
    where persistence is so near one that the long-run effect has no bound; the table then says
    "unbounded". Whole clusters are resampled, so shocks common to clusters but followed to
    different degrees make the errors of the persistence too small.

    Parameters
    ----------
    spec, panel, level
        As in `estimate`, without the lagged outcome; effects "two_way", "region_year",
        "entity_trends" or "entity".
    draws, seed : int
        Resamples of clusters and their seed.

    Returns
    -------
    DynamicPanel
        Within, bias-corrected and Anderson-Hsiao estimates.

    Raises
    ------
    SpecificationError, UnknownNameError
        As in `estimate`; also for differenced effects, clusters that cut through entities, and
        coefficients that too few resamples identify.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"])
    >>> found = dynamic_panel(spec, panel, draws=49)
    >>> sorted({line.estimator for line in found.terms})
    ['bias_corrected', 'half_panel_jackknife', 'within']
    """
    allowed = ("two_way", "region_year", "entity_trends", "entity")
    require_effects(spec, allowed, "The bias of a lag")
    dynamic, wide = with_lagged_outcome(spec, panel)
    fitted, blocks = design.prepared(dynamic, wide)
    rooted: list[np.ndarray] = []

    def estimator(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        plain, half = bias.within(blocks.whole, weights), bias.half_panel(blocks, weights)
        score, identified, root = bias.adjusted_score(blocks, weights)
        rooted.append(root)
        b = np.stack([plain[0], half[0], score], axis=1)
        return b[..., 0], plain[1] & half[1] & identified

    drawn = design.bootstrap(estimator, blocks, draws, seed, spec.outcome)
    roots = np.concatenate(rooted)
    lines = tuple(_lines(fitted, wide, drawn, level))
    return _result(fitted, wide, blocks, drawn, lines, (draws, seed, level), roots)


def _lines(fitted: Fit, panel: Panel, drawn: design.Draws, level: float) -> Iterator[DynamicLine]:
    dof = len(fitted.cluster_labels) - 1
    nothing = dict.fromkeys(("long_run", "long_run_low", "long_run_high"), float("nan"))
    for e, estimator in enumerate(ESTIMATORS):
        rho = drawn.point[e, 0], drawn.draws[:, e, 0]
        for i, term in enumerate(fitted.terms):
            b = float(drawn.point[e, i]), drawn.draws[:, e, i]
            lasting = nothing
            if i > 0:
                at = b[0] / (1 - rho[0]) if rho[0] < 1 else float("nan")
                ends = design.percentiles(design.long_run(b[1], rho[1]), level)
                lasting = dict(zip(nothing, (float(at), *ends), strict=True))
            yield row(
                term, term_label(panel, term), b[0], b[1].std(ddof=1), dof, level,
                kind=DynamicLine, estimator=estimator, **lasting,
                scale=scale_of(fitted.within_sd, i),
            )  # fmt: skip


def _result(
    fitted: Fit, panel: Panel, blocks: design.DynamicDesign, drawn: design.Draws,
    lines: tuple[DynamicLine, ...], how: tuple[int, int, float], roots: np.ndarray,
) -> DynamicPanel:  # fmt: skip
    years, sizes = fitted.years, blocks.sizes
    return DynamicPanel(
        specification=fitted.specification,
        outcome_label=label_of(panel, fitted.specification.outcome),
        nouns=(panel.roles.entity, panel.roles.entities), terms=lines,
        nickell=bias.nickell_bias(float(drawn.point[2, 0]), float(sizes.mean())),
        explosive=float((drawn.draws[:, 2, 0] >= 1).mean()), n=fitted.n, n_entities=len(sizes),
        clusters=len(fitted.cluster_labels), first_year=years[0], last_year=years[-1],
        rows_per_entity=float(sizes.mean()), draws=how[0], seed=how[1], level=how[2],
        dropped=fitted.dropped, grid_rows=fitted.grid_rows,
        notes=(*fitted.notes,
               *_notes(drawn, sizes, roots, how[0], panel.roles.entities, fitted.shape)),
    )  # fmt: skip


def _notes(
    drawn: design.Draws, sizes: np.ndarray, roots: np.ndarray, draws: int, nouns: str,
    shape: tuple[int, int],
) -> Iterator[str]:  # fmt: skip
    yield (
        f"Standard errors from {draws:,} resamples of whole clusters; long-run effects b/(1−ρ) "
        "with percentile intervals."
    )
    yield (
        "The bias-corrected estimate takes the other regressors as unaffected by past outcomes; "
        "the jackknife does not."
    )
    if short := int((sizes < 4).sum()):
        yield (
            f"{short} of {len(sizes)} {nouns} have fewer than four rows and add little or nothing "
            "to the halves of the jackknife."
        )
    if drawn.lost:
        yield f"{drawn.lost:,} resamples that do not identify every coefficient are left out."
    if not roots[0]:
        yield (
            f"Warning: the adjusted score has no root below {bias.EXPLOSIVE}; the point nearest to "
            "one is reported, a sign of persistence close to one or of too few years."
        )
    elif lacking := int((~roots[1:]).sum()):
        yield f"In {lacking:,} resamples the adjusted score has no root; its nearest point counts."
    if (share := float((drawn.draws[:, 2, 0] >= 1).mean())) > 0.025:
        yield (
            f"Warning: the bias-corrected persistence is one or more in {share:.0%} of resamples, "
            "so that a lasting change has no bounded effect; first differences suit such an "
            "outcome better."
        )
    for name, what in _CERTIFICATES.items():
        if warning := warning_for(name, shape):
            yield f"{what}: {warning}"
