"""Arithmetic of a channel X → M → Y on partialled-out arrays: paths, bootstrap, sensitivity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.errors import SpecificationError, require_seed
from analysis.models.crossproducts import cross_products, partial_out
from analysis.models.scaling import least_squares

__all__ = ["Channel", "bootstrap_products", "channel", "interval", "product_at"]

_UNIDENTIFIED = 1e-9  # share of a column's variance left below which a draw does not identify it
_CHUNK = 500  # draws held in memory at once


@dataclass(frozen=True, slots=True)
class Channel:
    """Point estimates of a channel.

    `a` is M on X, units of M per unit of X, and `b` Y on M given X; `direct, total` are Y on X
    given M, and without M; `sd_m, sd_y` are the SD of the residuals of M on X and of Y on X, and
    `rho_zero` is their correlation.
    """

    a: float
    b: float
    direct: float
    total: float
    sd_m: float
    sd_y: float
    rho_zero: float


def channel(x: np.ndarray, m: np.ndarray, y: np.ndarray, j: int) -> Channel:
    """Estimate both equations by least squares.

    Treatment (column `j`) and covariates `x`, shape (n, k), mediator `m` and outcome `y`, shape
    (n,), are cleaned of effects.
    """
    on_x = least_squares(x, np.column_stack([m, y]))
    e_m, e_y = m - x @ on_x[:, 0], y - x @ on_x[:, 1]
    b = float(e_m @ e_y / (e_m @ e_m))
    a, total = float(on_x[j, 0]), float(on_x[j, 1])
    return Channel(
        a=a, b=b, direct=total - a * b, total=total, sd_m=float(np.sqrt(e_m @ e_m / len(y))),
        sd_y=float(np.sqrt(e_y @ e_y / len(y))),
        rho_zero=float(e_m @ e_y / np.sqrt((e_m @ e_m) * (e_y @ e_y))),
    )  # fmt: skip


def product_at(rho: float, found: Channel) -> float:
    """a·b if the errors of M and of Y given M correlate at `rho`.

    (a σ_y/σ_m) {ρ̃ − ρ √((1 − ρ̃²)/(1 − ρ²))}, ρ̃ the correlation of the residuals of M and Y on X
    and σ their SDs (Imai, Keele and Yamamoto 2010, Statistical Science 25(1), 51–71). It is zero
    at ρ = ρ̃ and a·b at ρ = 0.
    """
    if not -1 < rho < 1:
        raise SpecificationError(f"A correlation of {rho} must lie between −1 and 1.")
    tilde = found.rho_zero
    inner = tilde - rho * np.sqrt((1 - tilde**2) / (1 - rho**2))
    return float(found.a * found.sd_y / found.sd_m * inner)


def interval(products: np.ndarray, level: float) -> tuple[float, float, float]:
    """Percentile interval, and the smallest level at which it leaves zero out."""
    low, high = np.quantile(products, [level / 2, 1 - level / 2])
    tail = min((products <= 0).sum(), (products >= 0).sum())
    return float(low), float(high), float(min(1.0, 2 * (tail + 1) / (len(products) + 1)))


def bootstrap_products(
    z: np.ndarray, nuisance: np.ndarray, clusters: np.ndarray, j: int, draws: int, seed: int
) -> np.ndarray:
    """a·b in resamples of whole clusters, both equations and all effects re-estimated.

    Effects nested in clusters are gone from z beforehand: a cluster drawn twice has its own effects
    twice, which leaves the same remainder. All other effects come as `nuisance` and are partialled
    out anew in every draw. A draw is a weighted sum of cross-products per cluster, so no row is
    read twice.

    `z`, shape (n, k + 2), holds treatment (column `j`) and covariates, then mediator, then outcome,
    and `nuisance`, shape (n, q), the other effects as columns, both less the nested effects; the
    latter may be collinear. `clusters` are codes 0..G−1. The answer, shape (draws,), is NaN where a
    draw does not identify both paths.
    """
    keep, groups = z.shape[1], int(clusters.max()) + 1
    all_columns = np.column_stack([z, nuisance])
    scale = np.sqrt((all_columns**2).sum(axis=0))
    scale[scale == 0] = 1.0
    products = cross_products(all_columns / scale, clusters)
    whole = products.sum(axis=0)
    rng, out = np.random.default_rng(require_seed(seed)), []
    for start in range(0, draws, _CHUNK):
        size = min(_CHUNK, draws - start)
        weights = rng.multinomial(groups, np.full(groups, 1 / groups), size=size).astype(float)
        total = (weights @ products.reshape(groups, -1)).reshape(size, *products.shape[1:])
        out.append(_products(partial_out(total, keep, whole), j))
    # a·b has the unit of the outcome per unit of the treatment.
    return np.concatenate(out) * scale[keep - 1] / scale[j]


def _products(s: np.ndarray, j: int) -> np.ndarray:
    """a·b from stacked cross-products of [x, m, y]."""
    k = s.shape[1] - 2
    right = s[:, : k + 1, : k + 1]
    spread = np.sqrt(np.maximum(np.einsum("bii->bi", right), 0.0))
    tiny = spread < np.sqrt(_UNIDENTIFIED)
    unit = np.where(tiny, 1.0, spread)
    smallest = np.linalg.eigvalsh(right / unit[:, :, None] / unit[:, None, :])[:, 0]
    lost = tiny.any(axis=1) | (smallest < _UNIDENTIFIED)
    safe = np.where(lost[:, None, None], np.eye(k + 1), right)
    a = np.linalg.solve(safe[:, :k, :k], s[:, :k, k, None])[:, j, 0]
    b = np.linalg.solve(safe, s[:, : k + 1, k + 1, None])[:, k, 0]
    return np.where(lost, np.nan, a * b)
