"""Dickey-Fuller regressions of many short series at once, and their distribution by simulation."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

import numpy as np

from analysis.data.files import read_yaml
from analysis.errors import require_seed

__all__ = [
    "columns_needed", "ips_w", "panel_statistic", "simulated_statistics", "t_statistics",
]  # fmt: skip

BOUNDS = {False: (-6.19, 2.61), True: (-6.42, 1.70)}
"""Truncation of CADF statistics with intercept and with trend: Pesaran (2007), section 4."""

_moments = cache(partial(read_yaml, Path(__file__).with_name("ips_moments.yml")))
_CELLS = 1_000_000  # values drawn at once
_BURN_IN = 50


def columns_needed(lags: int, trend: bool, averages: bool) -> int:
    """Coefficients of one regression: constant, trend, level, lagged changes, averages."""
    return 1 + trend + 1 + lags + (2 + lags if averages else 0)


def t_statistics(
    y: np.ndarray, *, lags: int = 0, trend: bool = False, averages: bool = False,
    df_corrected: bool = True,
) -> np.ndarray:  # fmt: skip
    """Return the t statistic of b in Δy_t = a (+ c t) + b y_{t−1} + Σ_j d_j Δy_{t−j} + e_t.

    `y` holds series of N entities without gaps, shape (..., N, T); the answer has the shape (...,
    N). `lags` counts the lagged changes, `trend` adds c t, `averages` adds ȳ_{t−1}, Δȳ_t and its
    lags, the averages over the N entities (the CADF regression of Pesaran 2007). `df_corrected`
    divides the residual sum of squares by observations less coefficients; False by observations, as
    R plm does by default.
    """
    count = y.shape[-1] - lags - 1
    change = np.diff(y, axis=-1)
    blocks = [y[..., lags:-1], *(change[..., lags - j : -j] for j in range(1, lags + 1))]
    stacked = np.stack([*blocks, change[..., lags:]], axis=-1)  # (..., N, n, lags + 2)
    fixed = np.column_stack([np.ones(count), *([np.arange(count)] if trend else [])])
    common = np.broadcast_to(fixed, (*y.shape[:-2], *fixed.shape))
    if averages:
        common = np.concatenate([common, stacked.mean(axis=-3)], axis=-1)
    # Unit columns: the scale of a series must not decide the accuracy of its regression.
    common = common / np.maximum(np.linalg.norm(common, axis=-2, keepdims=True), 1e-300)
    basis = np.linalg.qr(common)[0][..., None, :, :]
    clean = stacked - basis @ (np.swapaxes(basis, -1, -2) @ stacked)
    clean = clean / np.linalg.norm(clean, axis=-2, keepdims=True)
    x, z = clean[..., :-1], clean[..., -1:]
    information = np.swapaxes(x, -1, -2) @ x
    b = np.linalg.solve(information, np.swapaxes(x, -1, -2) @ z)
    rss = ((z - x @ b) ** 2).sum(axis=(-2, -1))
    unit = np.zeros((*information.shape[:-1], 1))
    unit[..., 0, 0] = 1.0
    spread = np.linalg.solve(information, unit)[..., 0, 0]
    divisor = count - columns_needed(lags, trend, averages) if df_corrected else count
    return b[..., 0, 0] / np.sqrt(spread * rss / divisor)


def panel_statistic(
    y: np.ndarray, *, test: str, lags: int, trend: bool, truncated: bool = True
) -> np.ndarray:
    """Average the t statistics: t̄ of Im, Pesaran and Shin ("ips"), or CIPS of Pesaran ("cips").

    `truncated` cuts each t statistic of CIPS off at Pesaran's bounds, so that no short series rules
    the average. The rest is as in `t_statistics`.
    """
    t = t_statistics(y, lags=lags, trend=trend, averages=test == "cips")
    if test == "cips" and truncated:
        t = np.clip(t, *BOUNDS[trend])
    return t.mean(axis=-1)


def ips_w(t_bar: float, entities: int, years: int, lags: int, trend: bool) -> float:
    """W = √N (t̄ − E) / √V, standard normal under a unit root as N grows.

    E and V are the tabulated moments for T − lags − 1 usable years, interpolated linearly between
    columns; NaN where the table ends (fewer than ten usable years). They are those of t
    statistics with a degrees-of-freedom correction, and they suppose independent entities.
    """
    observations = years - lags - 1
    table = _moments()
    means, variances = (table["trend" if trend else "intercept"][k] for k in ("mean", "variance"))
    grid = np.array(table["observations"], dtype=float)
    if observations < grid[0] or lags >= len(means):
        return float("nan")
    mean, variance = (
        np.interp(observations, grid, np.array(m[lags], dtype=float)) for m in (means, variances)
    )
    return float(np.sqrt(entities) * (t_bar - mean) / np.sqrt(variance))


@cache
def simulated_statistics(
    test: str, entities: int, years: int, lags: int, trend: bool, demean: bool,
    truncated: bool, rho: float, draws: int, seed: int,
) -> np.ndarray:  # fmt: skip
    """Draw the statistic for panels of this size whose series have autoregression `rho`.

    Innovations are standard normal. For "cips" a common shock of the same size with equal
    loadings is added, as in the tables of Pesaran (2007). With `rho` of one series start at zero;
    below one they are stationary. Sorted, shape (draws,); cached, since it depends on nothing
    but its arguments.
    """
    rng = np.random.default_rng(require_seed(seed))
    burn_in = 0 if rho == 1 else _BURN_IN
    length = years + burn_in
    chunk = max(1, _CELLS // (entities * length))
    out = []
    for start in range(0, draws, chunk):
        size = min(chunk, draws - start)
        shocks = rng.normal(size=(size, entities, length))
        if test == "cips":
            shocks += rng.normal(size=(size, 1, length))
        y = shocks
        for t in range(1, length):
            y[..., t] += rho * y[..., t - 1]
        y = y[..., burn_in:]
        if demean:
            y = y - y.mean(axis=-2, keepdims=True)
        out.append(panel_statistic(y, test=test, lags=lags, trend=trend, truncated=truncated))
    found = np.sort(np.concatenate(out))
    found.setflags(write=False)
    return found
