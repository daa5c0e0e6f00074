"""Entity means, the national path and what moves on its own, for many series at a time.

Arrays are series by entities by years, (K, N, T). What is not observed counts for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.inference.dynamic.bias import nickell_bias

__all__ = [
    "CAP", "SHRINKAGE", "Split", "TwoWay", "correlation", "fill_gaps", "persistence", "root",
    "shrunk", "unit",
]  # fmt: skip

CAP = 0.98
"""The largest persistence: a stationary start needs one below 1."""

SHRINKAGE = 0.25
"""Weight of no correlation at all beside the estimated one between entities, which fewer years than
entities do not identify; near the optimum of Ledoit and Wolf (2004, Journal of Multivariate
Analysis 88(2)) for thirty entities, fifteen years and twenty series."""

_NOTHING = 1e-7  # movement of this size where one of size 1 was drawn is none
_ROUNDING = 1e-12  # movement of this size beside figures of size 1 is none


@dataclass(frozen=True, eq=False)
class TwoWay:
    """Least squares on entity and year effects over the cells that are observed.

    In a balanced panel the effects are the entity means and the year means of the deviations from
    them. Where histories differ in length they are the only split whose remainder has mean zero in
    every entity and in every year.
    """

    observed: np.ndarray  # (K, N, T), 1.0 or 0.0
    shares: np.ndarray  # weight of each year in the mean of an entity
    inverse: np.ndarray  # (K, T, T), of the year effects once entity means are out

    @classmethod
    def over(cls, seen: np.ndarray) -> TwoWay:
        """Prepare for the cells where `seen`, shape (K, N, T), is true."""
        observed = seen.astype(float)
        shares = observed / np.maximum(observed.sum(axis=2, keepdims=True), 1)
        years = observed.sum(axis=1)[:, :, None] * np.eye(seen.shape[2])
        normal = years - observed.transpose(0, 2, 1) @ shares
        return cls(observed, shares, np.linalg.pinv(normal, rcond=1e-10, hermitian=True))

    def effects(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return entity effects (K, N) and the national path (K, T), which has mean zero."""
        means = (values * self.shares).sum(axis=2)
        moving = ((values - means[:, :, None]) * self.observed).sum(axis=1)
        path = (self.inverse @ moving[:, :, None])[:, :, 0]
        return means - (self.shares @ path[:, :, None])[:, :, 0], path

    def remainder(self, values: np.ndarray) -> np.ndarray:
        """Return what the effects leave, zero where nothing is observed."""
        means, path = self.effects(values)
        return (values - means[:, :, None] - path[:, None, :]) * self.observed

    def size(self, values: np.ndarray) -> np.ndarray:
        """Root mean square over the cells observed, shape (K, 1, 1)."""
        square = (values**2 * self.observed).sum(axis=(1, 2), keepdims=True)
        return np.sqrt(square / np.maximum(self.observed.sum(axis=(1, 2), keepdims=True), 1))


def unit(values: np.ndarray, two_way: TwoWay) -> np.ndarray:
    """Scale every series to root mean square 1; one without any movement becomes zero."""
    size = two_way.size(values)
    return np.divide(values, size, out=np.zeros_like(values), where=size > _NOTHING)


def fill_gaps(values: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fill the gaps inside histories linearly; return the figures and which cells hold one now."""
    years = np.broadcast_to(np.arange(seen.shape[-1]), seen.shape)
    last = np.maximum.accumulate(np.where(seen, years, -1), axis=-1)
    later = np.where(seen, years, seen.shape[-1])[..., ::-1]
    following = np.minimum.accumulate(later, axis=-1)[..., ::-1]
    inside = (last >= 0) & (following < seen.shape[-1])
    last, following = np.where(inside, last, 0), np.where(inside, following, 0)
    before, after = (np.take_along_axis(values, at, axis=-1) for at in (last, following))
    way = (years - last) / np.maximum(following - last, 1)
    return np.where(inside, before + way * (after - before), 0.0), inside


def correlation(values: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Correlate rows, shape (R, cells), about zero; each pair over the cells where both are seen.

    Returns (R, R), 1 on the diagonal and 0 for pairs that are never seen together or do not move.
    """
    held, seen = np.where(seen, values, 0.0), seen.astype(float)
    squares = held**2 @ seen.T
    scale = np.sqrt(squares * squares.T)
    out = np.divide(held @ held.T, scale, out=np.zeros_like(scale), where=scale > 0)
    np.fill_diagonal(out, 1.0)
    return out


def root(matrix: np.ndarray) -> np.ndarray:
    """Return a root F, FF' being the matrix less its negative eigenvalues, at its own diagonal.

    Pairs that are seen over different years can contradict each other; then no figures have all
    these correlations, and those without the negative part are taken.
    """
    values, vectors = np.linalg.eigh(matrix)
    # The symmetric root: it does not depend on which eigenvectors a machine happens to return.
    out = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    return out * np.sqrt(np.diag(matrix) / (out**2).sum(axis=1))[:, None]


def shrunk(matrix: np.ndarray, share: float = SHRINKAGE) -> np.ndarray:
    """Move a correlation towards none, which keeps every eigenvalue away from zero."""
    return (1 - share) * matrix + share * np.eye(len(matrix))


def persistence(own: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Estimate the first-order autoregression of each series; return coefficients (K,).

    The within estimate, year effects out too, less its bias in short panels: the ρ is sought at
    which ρ and Nickell's (1981) bias for as many years as an entity has on average make up the
    estimate. At most `CAP` in size; 0 where no two years follow each other.
    """
    both = seen[..., 1:] & seen[..., :-1]
    two_way = TwoWay.over(both)
    y, lagged = two_way.remainder(own[..., 1:]), two_way.remainder(own[..., :-1])
    square = (lagged**2).sum(axis=(1, 2))
    moves = two_way.size(lagged)[:, 0, 0] > _NOTHING * two_way.size(own[..., :-1])[:, 0, 0]
    estimate = np.divide((y * lagged).sum(axis=(1, 2)), square, np.zeros(len(y)), where=moves)
    rows = both.sum(axis=2)
    periods = rows.sum(axis=1) / np.maximum((rows > 0).sum(axis=1), 1)
    grid, out = np.linspace(-CAP, CAP, 197), np.zeros(len(y))
    for length in np.unique(periods[moves & (periods >= 2)]):
        at = moves & (periods == length)
        biased = grid + [nickell_bias(rho, length) for rho in grid]
        out[at] = np.interp(estimate[at], biased, grid)
    return out


class Split:
    """The real series, split: means, path, spread of the own movement, how its steps correlate.

    Means, path and spread rest on the cells observed, so they are kept exactly there. Gaps inside a
    history are filled in the own movement alone, whose steps need years that follow each other.
    """

    def __init__(self, values: np.ndarray) -> None:
        self.seen = ~np.isnan(values)
        known = np.where(self.seen, values, 0.0)
        self.two_way = TwoWay.over(self.seen)
        self.means, self.path = self.two_way.effects(known)
        own = self.two_way.remainder(known)
        self.spread = self.two_way.size(own)
        moves = self.spread > _ROUNDING * self.two_way.size(known)  # units are free
        own = np.divide(own, self.spread, np.zeros_like(own), where=moves)
        self.own, self.filled = fill_gaps(own, self.seen)

    def steps(self, rho: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
        """Return x(t) − ρx(t−1) of the own movements and where both years have figures."""
        step = self.own[..., 1:] - np.reshape(rho, (-1, 1, 1)) * self.own[..., :-1]
        return step, self.filled[..., 1:] & self.filled[..., :-1]

    def together(self, rho: np.ndarray | float = 1.0) -> np.ndarray:
        """Return the root (K, K) of the correlation of the steps across series."""
        step, both = self.steps(rho)
        return root(correlation(step.reshape(len(step), -1), both.reshape(len(both), -1)))

    def unit(self, own: np.ndarray) -> np.ndarray:
        """Take entity and year means out of a movement and scale it to size 1."""
        return unit(self.two_way.remainder(own), self.two_way)

    def figures(self, own: np.ndarray, means: np.ndarray | None = None) -> np.ndarray:
        """Add a movement of size 1 to means and path, NaN where the real ones have none."""
        means = self.means if means is None else means
        level = means[:, :, None] + self.path[:, None, :]
        return np.where(self.seen, level + self.spread * own, np.nan)

    def walk(self, together: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw random walks (K, N, T) whose steps correlate across series."""
        steps = together @ rng.standard_normal((len(together), self.own[0].size))
        return self.unit(steps.reshape(self.own.shape).cumsum(axis=2))

    def trend_and_walk(
        self, together: np.ndarray, groups: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Draw movements of which half the variance is a linear trend of each group of entities."""
        slopes = together @ rng.standard_normal((len(together), groups.max() + 1))
        years = np.arange(self.own.shape[2]) - (self.own.shape[2] - 1) / 2
        trend, walk = self.unit(slopes[:, groups, None] * years), self.walk(together, rng)
        # The walk without what it shares with the trend, so that the two variances add up. Where
        # there is no trend (a single region is a nation), the walk has all of the variance.
        shared = (walk * trend).sum(axis=(1, 2), keepdims=True)
        square = (trend**2).sum(axis=(1, 2), keepdims=True)
        walk -= np.divide(shared, square, np.zeros_like(square), where=square > 0) * trend
        return unit(trend + unit(walk, self.two_way), self.two_way)
