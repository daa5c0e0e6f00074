"""Dickey-Fuller regressions of many short series without a gap, and their distribution."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.data import Panel
from analysis.data.files import read_yaml
from analysis.errors import SpecificationError, UnknownNameError, require_seed
from analysis.models import Sample
from analysis.models.rows import require_grid

__all__ = [
    "columns_needed", "ips_w", "largest_block", "panel_statistic", "rectangle", "require_movement",
    "simulated_statistics", "t_statistics",
]  # fmt: skip

BOUNDS = {False: (-6.19, 2.61), True: (-6.42, 1.70)}
"""Truncation of CADF statistics with intercept and with trend: Pesaran (2007), section 4."""

_moments = cache(partial(read_yaml, Path(__file__).with_name("ips_moments.yml")))
_CELLS = 1_000_000  # values drawn at once
_BURN_IN = 50


def rectangle(
    panel: Panel, name: str, sample: Sample, needed: int
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Find the span of years and the entities complete in it that hold most cells.

    `sample` says which years and entities may enter, `needed` how many years in a row a regression
    needs. Returns entities by years without a missing cell, and the entities left out for a gap.

    Raises
    ------
    UnknownNameError
        The panel has no such variable, entity or year.
    SpecificationError
        No two entities have so many years in a row.
    """
    require_grid(panel.frame)
    entities, years = panel.frame.index.unique(0), panel.frame.index.unique(1)
    values = panel[name].to_numpy(dtype=float).reshape(len(entities), len(years))
    table = pd.DataFrame(values, index=entities.astype(str), columns=years.astype(int))
    for kind, asked, known in (
        ("entity", sample.exclude_entities, table.index),
        ("year", sample.exclude_years, table.columns),
    ):
        for one in asked:
            if one not in known:
                raise UnknownNameError(kind, str(one), map(str, known), "the panel")
    first, last = sample.first_year or years[0], sample.last_year or years[-1]
    table = table.loc[~table.index.isin(sample.exclude_entities), first:last]
    seen = np.isfinite(table.to_numpy()) & ~table.columns.isin(sample.exclude_years)
    complete, start, stop = largest_block(seen, needed)
    if complete.sum() < 2:
        raise SpecificationError(
            f"A panel unit root test of '{name}' needs two entities with {needed} years in a row, "
            f"and {first} to {last} hold no such block: use fewer lags or leave the test out."
        )
    out = tuple(table.index[~complete & seen.any(axis=1)])
    return table.loc[complete].iloc[:, start:stop], out


def require_movement(block: pd.DataFrame, y: np.ndarray) -> None:
    """Refuse a series that does not move around the means that were taken out."""
    still = y.std(axis=1) <= 1e-10 * max(float(y.std()), np.finfo(float).tiny)
    if still.any():
        raise SpecificationError(
            f"The series of {block.index[still][0]} does not move from {block.columns[0]} to "
            f"{block.columns[-1]}: exclude the entity from the sample."
        )


def largest_block(seen: np.ndarray, shortest: int) -> tuple[np.ndarray, int, int]:
    """Find the entities and the run of years without a gap that hold most cells together.

    Of `seen`, shape (N, T), and at least `shortest` years: the entities in the block (N,), first
    year and the year after the last, by position; no entity where no run is long enough.
    """
    runs = [
        (int(seen[:, a:b].all(axis=1).sum()) * (b - a), b - a, a)
        for a in range(seen.shape[1])
        for b in range(a + shortest, seen.shape[1] + 1)
    ]
    _, length, start = max(runs, default=(0, 0, 0))
    inside = seen[:, start : start + length].all(axis=1) if length else np.zeros(len(seen), bool)
    return inside, start, start + length


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
    inverse = np.linalg.inv(np.swapaxes(x, -1, -2) @ x)
    b = inverse @ (np.swapaxes(x, -1, -2) @ z)
    rss = ((z - x @ b) ** 2).sum(axis=(-2, -1))
    divisor = count - columns_needed(lags, trend, averages) if df_corrected else count
    return b[..., 0, 0] / np.sqrt(inverse[..., 0, 0] * rss / divisor)


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
    moments = [table["trend" if trend else "intercept"][k] for k in ("mean", "variance")]
    grid = np.array(table["observations"], dtype=float)
    if observations < grid[0] or lags >= len(moments[0]):
        return float("nan")
    mean, variance = (np.interp(observations, grid, np.array(m[lags], float)) for m in moments)
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
    from scipy.signal import lfilter  # takes a while to import, and only simulations need it

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
        y = lfilter([1.0], [1.0, -rho], shocks)[..., burn_in:]
        if demean:
            y = y - y.mean(axis=-2, keepdims=True)
        out.append(panel_statistic(y, test=test, lags=lags, trend=trend, truncated=truncated))
    found = np.sort(np.concatenate(out))
    found.setflags(write=False)
    return found
