"""Restricted wild cluster bootstrap: a p-value, an interval, and shared draws for a family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from analysis.certified import warnings_for
from analysis.errors import SpecificationError, UnknownNameError, require_type
from analysis.inference.cells import Grid, interval, plain_number
from analysis.inference.clusters import wild_scores as numerics
from analysis.inference.clusters.wild_scores import Scores, Weights, choose_weights, p_values
from analysis.inference.estimate import Estimate
from analysis.inference.options import checked
from analysis.inference.result import Result, plain, share
from analysis.models import Fit

__all__ = ["WildFamily", "WildTest", "search_test", "wild", "wild_draws"]

SEED = 20261123
_TIE = 1e-9  # t statistics closer than this share of their size count as equal
_HEAVY = 0.5  # share of a term's variation in one cluster that deserves a note


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WildTest(Result):
    """Bootstrap test of one coefficient.

    Attributes
    ----------
    estimate, se, null, t : float
        Slope, CR1 standard error, hypothesised slope and (estimate − null)/se.
    p : float
        Share of draws at least as extreme as the sample, the sample itself counted as one.
    p_strict : float
        Share of draws more extreme than the sample: the convention of boottest and
        fwildclusterboot, which can give zero.
    low, high : float
        The nulls that are not rejected at `level`: the interval by test inversion; infinite where
        no null is rejected, NaN where none was asked for.
    weights, draws : Weights, ndarray of shape (B,)
        Distribution, number and seed of the draws, and their t statistics under the null.
    term : str
        The coefficient.
    """

    term: str
    estimate: float
    se: float
    null: float
    t: float
    p: float
    p_strict: float
    low: float
    high: float
    level: float
    weights: Weights
    draws: np.ndarray = field(repr=False)
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """Return the test in one line, with what the draws were."""
        names = ("term", "estimate", "se", "null", "t", "p", "p_strict", "low", "high", "level")
        w = self.weights
        drawn = {name: getattr(w, name) for name in ("draws", "enumerated", "clusters", "seed")}
        return [{**{name: getattr(self, name) for name in names}, "weights": w.kind, **drawn}]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; what does not exist is None."""
        return {**plain(self.rows()[0]), "notes": list(self.notes)}

    def grid(self) -> Grid:
        """Return the table."""
        ends = interval(self.low, self.high, self.se)
        cells = (self.term, plain_number(self.estimate, self.se), f"{self.p:.3f}", ends)
        heads = ("Term", "Estimate", "p", f"{share(self.level)} interval")
        return Grid.of("Restricted wild cluster bootstrap", heads, [cells], self.notes)


@dataclass(frozen=True, slots=True, eq=False)
class WildFamily:
    """Bootstrap t statistics of several hypotheses under the same weights per cluster label.

    Column b of the draws used one weight per cluster label in every regression, so dependence
    between hypotheses is kept: what the step-down of Romano and Wolf (2005) needs.

    Attributes
    ----------
    terms : tuple of str
        The term of each of the H hypotheses.
    t, p : ndarray, shape (H,)
        t statistics of the samples; p one at a time, as `WildTest.p`.
    draws : ndarray, shape (H, B)
        t statistics of the draws, each under its own null.
    weights : Weights
        Over the union of the cluster labels.
    """

    terms: tuple[str, ...]
    t: np.ndarray
    p: np.ndarray
    draws: np.ndarray
    weights: Weights


@checked
def wild(
    estimate: Estimate | Fit, term: str, *, null: float = 0.0, draws: int = 9_999,
    weights: str = "auto", seed: int = SEED, level: float = 0.05, interval: bool = True,
) -> WildTest:  # fmt: skip
    """Test one coefficient with the restricted wild cluster bootstrap, WCR-11.

    y* = (fit under the null) + w_g ũ_g with one weight per cluster; each draw is estimated anew,
    effects included, and studentised by CR1. The interval holds every null that the same weights do
    not reject. Signs (Rademacher) by default; Webb's six points below twelve clusters; all 2^G
    signs where they are no more than `draws`.

    Not for a term that varies in a handful of clusters only: there it hardly ever rejects
    (MacKinnon and Webb 2017, Journal of Applied Econometrics 32(2), 233–254); permute the
    assignment instead.

    Parameters
    ----------
    estimate : Estimate or Fit
        The regression, on the rows it used.
    term, null : str, float
        Name of the coefficient, a product in either order, and hypothesised slope.
    draws, seed : int
        B, at least 99 (999 or 9,999 make B + 1 a multiple of twenty), and the seed of the weights.
    weights : str
        "auto", "rademacher" or "webb".
    level, interval : float, bool
        1 − coverage of the interval, and whether to invert the test for it.

    Returns
    -------
    WildTest
        ``p``, ``low`` and ``high``.

    Raises
    ------
    UnknownNameError
        No such term.
    SpecificationError
        Too few draws, unknown weights, or a level outside (0, 1).

    References
    ----------
    Cameron, Gelbach and Miller (2008), Review of Economics and Statistics 90(3), 414–427. Roodman,
    MacKinnon, Nielsen and Webb (2019), Stata Journal 19(1), 4–60. MacKinnon, Nielsen and Webb
    (2023), Journal of Applied Econometrics 38(5), 671–694.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.inference import estimate
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"], controls=["papers_sci"])
    >>> fitted = estimate(spec, panel)
    >>> test = wild(fitted, "rd_fte", draws=999)
    >>> bool(test.low < fitted.params["rd_fte"] < test.high)
    True
    """
    scores, name = _scores(estimate, term)
    chosen = choose_weights(weights, len(scores.labels), draws, seed)
    low = high = float("nan")
    if interval:
        moments = np.concatenate([scores.moments(w) for w in chosen.chunks()], axis=1)
        numerator, squares = numerics.at_null(moments, null)
        low, high = numerics.invert(scores, moments, chosen, level)
    else:
        parts = [scores.squares(null, w) for w in chosen.chunks()]
        numerator, squares = (np.concatenate(part) for part in zip(*parts, strict=True))
    p, strict = p_values(scores, numerator, squares, null, chosen)
    return WildTest(
        term=name, estimate=scores.estimate, se=scores.se, null=null,
        t=(scores.estimate - null) / scores.se, p=p, p_strict=strict, low=low, high=high,
        level=level, weights=chosen, draws=numerics.t_statistics(numerator, squares),
        notes=(*_notes(scores, chosen, squares, low, high),
               *warnings_for(["wild"], _fit(estimate).shape)),
    )  # fmt: skip


@checked
def wild_draws(
    estimates: Sequence[Estimate | Fit], terms: Sequence[str], *, draws: int = 9_999,
    weights: str = "auto", seed: int = SEED,
) -> WildFamily:  # fmt: skip
    """Bootstrap a family of coefficients, null zero, with one weight per cluster label and draw.

    Regressions may differ in sample, outcome and effects. Where a label is missing from one, its
    weight is drawn and not used there, so that all stay aligned.

    Parameters
    ----------
    estimates : sequence of Estimate or Fit
        Regressions.
    terms : sequence of str
        One term of each.
    draws, weights, seed
        As in `wild`.

    Returns
    -------
    WildFamily
        Statistics of the data and of the draws, for `romano_wolf`.

    Raises
    ------
    SpecificationError, UnknownNameError
        No hypothesis, lists of different lengths, or as in `wild`.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.inference import estimate
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"], controls=["papers_sci"])
    >>> fitted = estimate(spec, panel)
    >>> wild_draws([fitted, fitted], ["rd_fte", "papers_sci"], draws=999).draws.shape
    (2, 999)
    """
    if not estimates or len(estimates) != len(terms):
        raise SpecificationError(
            f"{len(estimates)} regressions and {len(terms)} terms do not make a family: give one "
            "term for each regression."
        )
    family = [_scores(e, term) for e, term in zip(estimates, terms, strict=True)]
    labels = sorted({label for scores, _ in family for label in scores.labels})
    place = {label: i for i, label in enumerate(labels)}
    columns = [[place[label] for label in scores.labels] for scores, _ in family]
    chosen = choose_weights(weights, len(labels), draws, seed)
    squared = [
        [s.squares(0.0, w[:, at]) for (s, _), at in zip(family, columns, strict=True)]
        for w in chosen.chunks()
    ]
    out, p = np.empty((len(family), chosen.draws)), np.empty(len(family))
    for h, (scores, _) in enumerate(family):
        n, s = (np.concatenate(part) for part in zip(*(c[h] for c in squared), strict=True))
        out[h], p[h] = numerics.t_statistics(n, s), p_values(scores, n, s, 0.0, chosen)[0]
    t = np.array([scores.estimate / scores.se for scores, _ in family])
    return WildFamily(tuple(name for _, name in family), t, p, out, chosen)


def search_test(
    scores: Sequence[Scores], *, draws: int = 9_999, weights: str = "auto", seed: int = SEED
) -> tuple[float, int]:
    """Test that every coefficient is zero by the largest |t|: a search is part of its own test.

    Parameters
    ----------
    scores : sequence of Scores
        Of the candidates, all on the same clusters; those without a slope are passed over.
    draws, weights, seed
        As in `wild`.

    Returns
    -------
    tuple of float and int
        Share of draws whose largest |t| is at least that of the sample, the sample counted, and
        the position of the candidate with the largest (Westfall and Young 1993, ch. 2).

    Raises
    ------
    SpecificationError
        No candidate has a slope, or as in `wild`.
    """
    tried = [i for i, one in enumerate(scores) if np.isfinite(one.estimate)]
    if not tried:
        raise SpecificationError(
            f"None of {len(scores)} candidates has a slope beside the other terms and effects: "
            "leave a term out or try other candidates."
        )
    chosen = choose_weights(weights, len(scores[0].labels), draws, seed)
    t = np.abs([scores[i].estimate / scores[i].se for i in tried])
    beyond = 0
    for w in chosen.chunks():
        drawn = [numerics.t_statistics(*scores[i].squares(0.0, w)) for i in tried]
        beyond += int((np.abs(drawn).max(axis=0) >= t.max() * (1 - _TIE)).sum())
    own = 0 if chosen.enumerated else 1
    return (beyond + own) / (chosen.draws + own), tried[int(t.argmax())]


def _fit(estimate: Estimate | Fit) -> Fit:
    fitted = estimate.fitted if isinstance(estimate, Estimate) else estimate
    require_type(fitted, Fit, "give what estimate(spec, panel) returns, and the name of a term")
    return fitted


def _scores(estimate: Estimate | Fit, term: str) -> tuple[Scores, str]:
    fitted = _fit(estimate)
    swapped = ":".join(reversed(term.split(":")))
    name = next((t for t in fitted.terms if t in (term, swapped)), None)
    if name is None:
        raise UnknownNameError("term", term, fitted.terms, "this estimate")
    everything = np.column_stack([fitted.x_nested, fitted.nuisance])
    found = numerics.scores_of(
        fitted.x, fitted.y, everything, fitted.clusters, fitted.terms.index(name),
        fitted.parameters, fitted.cluster_labels,
    )  # fmt: skip
    return found, name


def _notes(
    scores: Scores, weights: Weights, squares: np.ndarray, low: float, high: float
) -> tuple[str, ...]:
    words = {"rademacher": "signs (Rademacher)", "webb": "six points (Webb)"}[weights.kind]
    how = f"all {weights.draws:,}" if weights.enumerated else f"{weights.draws:,} draws of"
    notes = [f"Null imposed, {how} {words} over {weights.clusters} clusters, studentised by CR1."]
    share, at = scores.own[1] / scores.own[1].sum(), int(scores.own[1].argmax())
    if share[at] > _HEAVY:
        notes.append(
            f"{scores.labels[at]} carries {share[at]:.0%} of the variation of the term: with so "
            "unequal clusters this bootstrap may reject too seldom."
        )
    if np.isinf(low) or np.isinf(high):
        notes.append("The interval is unbounded: these draws cannot reject however far the null.")
    if empty := int((squares == 0).sum()):
        notes.append(f"{empty:,} draws have no variance and count as extreme.")
    return tuple(notes)
