"""Weights and scores of the restricted wild cluster bootstrap, as pure functions of arrays.

The bootstrap keeps every regressor, imposes the null, and flips the residuals of whole clusters.
All that a draw of weights w changes is linear in w: with x̃ the term less all other terms and
effects, and ũ the residuals under the null,

    numerator  Σ_g w_g x̃_g'ũ_g,        score_g  w_g x̃_g'ũ_g − x̃_g'D_g (D'D)⁺ Σ_h w_h D_h'ũ_h,

where D holds every regressor and effect, so that effects that cross clusters (years) are estimated
anew in each draw. Effects nested in clusters need no such care: weights are constant within them.
A draw therefore costs one small product of matrices and never touches a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from analysis.errors import SpecificationError, require_seed
from analysis.inference.cells import reach
from analysis.inference.clustered import sums
from analysis.models.scaling import least_squares

__all__ = [
    "Scores", "Weights", "at_null", "choose_weights", "invert", "p_values", "scores_of",
    "t_statistics",
]  # fmt: skip

_CELLS = 80_000  # weights held at a time: few enough to stay in the cache
_EMPTY = 1e-13  # share of its parts below which a sum of squared scores counts as zero
_TIE = 1e-9  # two t statistics closer than this share of their size count as equal
_RANK = 1e-10  # relative size below which a direction of the effects counts as empty
_FARTHEST = 2.0**20  # standard errors from the estimate at which an interval counts as unbounded
_SHARPNESS = 1e-5  # standard errors to which an end of an interval is found
_WEBB = np.sqrt([1.5, 1.0, 0.5])
_FEW = 12  # clusters below which signs alone give too few distinct draws


@dataclass(frozen=True, slots=True)
class Weights:
    """How cluster weights are drawn.

    `kind` is "rademacher" (±1, each with probability one half) or "webb" (six points); `clusters`
    and `draws` are G and B. Where `enumerated`, every one of the 2^G sign patterns comes once, the
    sample itself among them, and `seed` is not used.
    """

    kind: str
    clusters: int
    draws: int
    enumerated: bool
    seed: int

    def chunks(self) -> Iterator[np.ndarray]:
        """Yield arrays of shape (draws of this chunk, G); their size does not change the draws."""
        rng, size = np.random.default_rng(require_seed(self.seed)), max(64, _CELLS // self.clusters)
        for start in range(0, self.draws, size):
            rows = min(size, self.draws - start)
            if self.enumerated:
                number = np.arange(start, start + rows, dtype="<u8")[:, None]
                yield self._signs(number)
            elif self.kind == "rademacher":
                words = -(-self.clusters // 64)
                yield self._signs(rng.integers(0, 2**64, (rows, words), dtype=np.uint64))
            else:
                points = np.concatenate([-_WEBB, _WEBB])
                yield points[rng.integers(0, 6, (rows, self.clusters))]

    def _signs(self, words: np.ndarray) -> np.ndarray:
        """One sign per bit: 64 clusters to a word."""
        octets = words.astype("<u8").view(np.uint8)
        bits = np.unpackbits(octets, axis=1, count=self.clusters, bitorder="little")
        return 1.0 - 2.0 * bits


def choose_weights(kind: str, clusters: int, draws: int, seed: int) -> Weights:
    """Settle the distribution of the weights and whether to enumerate; 99 draws are the fewest.

    "auto" takes Webb's six points below twelve clusters and signs above; signs are enumerated where
    2^G ≤ draws.
    """
    if kind not in ("auto", "rademacher", "webb"):
        raise SpecificationError(
            f"Unknown weights '{kind}': use 'auto', 'rademacher' or 'webb' for the bootstrap."
        )
    if draws < 99:
        raise SpecificationError(f"{draws} draws are too few for a 5% test: ask for 99 or more.")
    kind = ("webb" if clusters < _FEW else "rademacher") if kind == "auto" else kind
    every = kind == "rademacher" and clusters < 63 and 2**clusters <= draws
    return Weights(kind, clusters, 2**clusters if every else draws, every, seed)


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Numerator and cluster scores of one term as linear functions of the weights, at any null b0.

    `own`, shape (2, G), holds x̃_g'ỹ_g and x̃_g'x̃_g; `left`, shape (G, p), x̃_g'D_g (D'D)⁺;
    `right`, shape (2, p, G), D_g'ỹ_g and D_g'x̃_g. What comes twice, for the outcome and for the
    term, belongs to y − b0 x as the first less b0 times the second. `estimate`, `se` and `factor`
    are slope, CR1 standard error and its finite-sample factor in the sample, `labels` the clusters.
    """

    own: np.ndarray
    left: np.ndarray
    right: np.ndarray
    estimate: float
    se: float
    factor: float
    labels: tuple[str, ...]

    def of(self, part: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Numerators (B,) and scores (B, G) of weights (B, G).

        `part` is (1, −b0) for the residuals under the null b0, (1, 0) and (0, 1) for its parts.
        """
        own, right = np.tensordot(part, self.own, 1), np.tensordot(part, self.right, 1)
        if len(own) <= 4 * self.left.shape[1]:
            return weights @ own, weights @ (np.diag(own) - self.left @ right).T
        return weights @ own, weights * own - (weights @ right.T) @ self.left.T

    def squares(self, null: float, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Numerator and factor · Σ_g score² of each draw, so that t* = numerator / √squares."""
        numerator, scores = self.of(np.array([1.0, -null]), weights)
        squares = np.einsum("ij,ij->i", scores, scores)
        own = self.own[0] - null * self.own[1]
        squares[squares <= _EMPTY * (own @ own)] = 0.0
        return numerator, self.factor * squares

    def moments(self, weights: np.ndarray) -> np.ndarray:
        """Return what numerator and squares at every null are made of, shape (5, B)."""
        n0, u = self.of(np.array([1.0, 0.0]), weights)
        n1, v = self.of(np.array([0.0, 1.0]), weights)
        pairs = [np.einsum("ij,ij->i", a, b) * self.factor for a, b in ((u, u), (u, v), (v, v))]
        return np.stack([n0, n1, *pairs])


def at_null(moments: np.ndarray, null: float) -> tuple[np.ndarray, np.ndarray]:
    """Numerator and squares of each draw at a null, from `Scores.moments`."""
    n0, n1, uu, uv, vv = moments
    squares = uu - 2 * null * uv + null**2 * vv
    squares[squares <= _EMPTY * (uu + null**2 * vv)] = 0.0
    return n0 - null * n1, squares


def scores_of(
    x: np.ndarray, y: np.ndarray, nested: np.ndarray, clusters: np.ndarray,
    term: int, parameters: int, labels: tuple[str, ...],
) -> Scores:  # fmt: skip
    """Prepare one term, column `term` of x.

    `x`, shape (n, k), and `y`, shape (n,), are terms and outcome with all effects partialled out;
    `nested`, shape (n, p), holds every regressor and every effect that crosses clusters, less the
    effects nested in them. `clusters` are codes 0..G−1 with their `labels`, `parameters` is K of
    the CR1 factor.
    """
    scale = np.sqrt((x**2).sum(axis=0))
    others = np.delete(x / scale, term, axis=1)
    both = np.column_stack([y, x[:, term]])
    if others.shape[1]:
        both = both - others @ least_squares(others, both)
    length = np.sqrt((nested**2).sum(axis=0))
    d = nested / np.where(length > 0, length, 1.0)
    own = sums(both * both[:, 1:], clusters).T
    right = np.stack([sums(d * both[:, [j]], clusters).T for j in (0, 1)])
    left = right[1].T @ np.linalg.pinv(d.T @ d, rcond=_RANK, hermitian=True)
    groups, n, information = own.shape[1], len(y), own[1].sum()
    factor = groups / (groups - 1) * (n - 1) / (n - parameters)
    slope = own[0].sum() / information
    scores = own[0] - slope * own[1]  # of the unrestricted regression: all weights one
    se = np.sqrt(factor * (scores @ scores)) / information
    return Scores(own, left, right, float(slope), float(se), factor, labels)


def p_values(
    scores: Scores, numerator: np.ndarray, squares: np.ndarray, null: float, weights: Weights
) -> tuple[float, float]:
    """Share of draws as extreme as the sample, with it and ties; share of those beyond it."""
    # |t*| against |t|, both multiplied out: no root, and a draw without variance is extreme.
    mine, theirs = (scores.estimate - null) ** 2 * squares, numerator**2 * scores.se**2
    as_extreme = int((theirs >= mine * (1 - 2 * _TIE)).sum())
    beyond = int((theirs > mine * (1 + 2 * _TIE)).sum())
    own = 0 if weights.enumerated else 1
    return (as_extreme + own) / (weights.draws + own), beyond / weights.draws


def t_statistics(numerator: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """Studentise each draw; infinite for a draw without variance."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(squares > 0, numerator / np.sqrt(squares), np.sign(numerator) * np.inf)


def invert(
    scores: Scores, moments: np.ndarray, weights: Weights, level: float
) -> tuple[float, float]:
    """Nulls nearest to the estimate, on either side, at which p falls to the level."""

    def rejects(null: float) -> bool:
        return p_values(scores, *at_null(moments, null), null, weights)[0] <= level

    start = reach(len(scores.labels) - 1, level) * scores.se
    ends = [_edge(rejects, scores.estimate, side * start, scores.se) for side in (-1, 1)]
    return ends[0], ends[1]


def _edge(rejects: Callable[[float], bool], centre: float, step: float, se: float) -> float:
    inside, away = 0.0, 1.0
    while not rejects(centre + away * step):
        inside, away = away, 2 * away
        if away > _FARTHEST:
            return float(np.copysign(np.inf, step))
    while (away - inside) * abs(step) > _SHARPNESS * se:
        middle = (inside + away) / 2
        inside, away = (inside, middle) if rejects(centre + middle * step) else (middle, away)
    return centre + (inside + away) / 2 * step
