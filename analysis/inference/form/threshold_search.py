"""From a specification to the grid of a threshold: rows, sums of squares, bootstrap, rivals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.data import Panel
from analysis.errors import SpecificationError
from analysis.inference.form import threshold_numerics as numerics
from analysis.models import Rows, Specification, estimation_rows, fit
from analysis.models.design import build_design, split_effects

__all__ = ["Options", "Search", "search", "threshold_rows"]

KNOTS = (0.1, 0.5, 0.9)  # Harrell's quantiles for three knots
_WORDS = {"linear": "no threshold", "threshold": "threshold", "quadratic": "quadratic",
          "spline": "spline, three knots"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Options:
    """What `threshold` was asked for; see there."""

    by: str
    of: tuple[str, ...]
    shift: bool
    trim: float
    grid: int
    draws: int
    scheme: str


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What the grid and the bootstrap found; see `Threshold`."""

    gamma: float
    path: pd.DataFrame
    ssr_linear: float
    distance: float
    dof: int
    f: float
    p: float
    critical: tuple[float, float, float]
    models: pd.DataFrame
    entities: int
    smallest_pool: int
    unidentified: int


def threshold_rows(spec: Specification, panel: Panel, options: Options) -> tuple[Rows, np.ndarray]:
    """Select rows on which the threshold variable is observed too; return them and q."""
    _check(spec, options)
    by = options.by
    if by in spec.slopes:
        rows = estimation_rows(spec, panel)
        return rows, rows.frame[by].to_numpy()
    rows = estimation_rows(replace(spec, controls=(*spec.controls, by)), panel)
    named = [d.reason.replace(f"control {by}", f"threshold variable {by}") for d in rows.dropped]
    dropped = tuple(replace(d, reason=r) for d, r in zip(rows.dropped, named, strict=True))
    frame = rows.frame.drop(columns=by)
    return replace(rows, frame=frame, dropped=dropped), rows.frame[by].to_numpy()


def search(
    spec: Specification, panel: Panel, rows: Rows, q: np.ndarray, options: Options,
    rng: np.random.Generator, level: float,
) -> Search:  # fmt: skip
    """Find γ, test it and estimate the smooth rivals on the same rows."""
    data = _prepare(spec, panel, rows, q, options)
    e0 = data.beyond_terms(data.y)
    s0 = float(e0 @ e0)
    ssr = s0 - numerics.reductions(data.basis, e0)
    best = int(ssr.argmin())
    e1 = e0 - data.basis[best] @ (data.basis[best].T @ e0)
    dof = len(data.y) - data.rank
    drawn = numerics.bootstrap_maxima(
        e1, data.cells, lambda sample: data.beyond_terms(data.clean(sample)), data.basis, dof,
        options.draws, rng, options.scheme,
    )  # fmt: skip
    f, lr = float(dof * (s0 - ssr[best]) / ssr[best]), (ssr - ssr[best]) * dof / ssr[best]
    return Search(
        gamma=float(data.grid[best]), path=pd.DataFrame({"gamma": data.grid, "ssr": ssr, "lr": lr}),
        ssr_linear=s0, distance=numerics.critical_distance(level), dof=dof, f=f,
        p=float((1 + (drawn >= f).sum()) / (1 + len(drawn))),
        critical=tuple(map(float, np.quantile(drawn, [0.9, 0.95, 0.99]))),
        models=_models(data, float(ssr[best])), entities=int(data.cells.entity.max()) + 1,
        smallest_pool=min(map(len, numerics.donor_pools(data.cells.seen))),
        unidentified=data.unidentified,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Data:
    """Arrays with all effects taken out, and the functions that took them."""

    y: np.ndarray
    x: np.ndarray
    frame: np.ndarray  # orthonormal basis of x
    grid: np.ndarray
    basis: np.ndarray
    rivals: dict[str, np.ndarray]
    switching: int
    rank: int
    cells: numerics.Cells
    clean: Callable[[np.ndarray], np.ndarray]
    unidentified: int

    def beyond_terms(self, values: np.ndarray) -> np.ndarray:
        return values - self.frame @ (self.frame.T @ values)


def _prepare(
    spec: Specification, panel: Panel, rows: Rows, q: np.ndarray, options: Options
) -> _Data:
    fit(spec, panel, rows)  # every check of a regression, with its messages
    grid = numerics.candidates(q, options.trim, options.grid)
    if len(grid) < 2:
        raise SpecificationError(
            f"'{options.by}' takes too few values to search a threshold that leaves "
            f"{options.trim:.0%} of rows on either side: lower the trim or choose another variable."
        )
    level = [np.ones(len(q))] if options.shift else []
    switching = np.column_stack([rows.frame[list(options.of)].to_numpy(), *level])
    regimes = numerics.regime_columns(switching, q, grid)
    rivals = _rivals(rows.frame, q, options)
    n, m, k = regimes.shape
    extra = np.column_stack([regimes.reshape(n, m * k), *rivals.values()])
    wide = rows.frame.join(pd.DataFrame(extra, rows.frame.index))
    design = build_design(spec, panel, replace(rows, frame=wide))
    effects, columns = (design.absorbed, design.clusters), np.column_stack([design.y, design.x])
    _, nuisance, clean = split_effects(columns, *effects)
    y, x, extra = np.split(clean, [1, 1 + len(spec.terms)], axis=1)
    blocks, smooth = extra[:, : m * k].reshape(len(y), m, k), extra[:, m * k :]
    basis, known = numerics.grid_basis(blocks, x, np.sqrt((regimes**2).sum(axis=0)))
    if not known.any():
        raise SpecificationError(
            f"No value of '{options.by}' splits {' and '.join(options.of)} into regimes with "
            "variation of their own: choose another threshold variable."
        )
    ends = np.cumsum([columns.shape[1] for columns in rivals.values()])[:-1]
    return _Data(
        y=y[:, 0], x=x, frame=np.linalg.qr(x)[0], grid=grid[known], basis=basis[known],
        rivals=dict(zip(rivals, np.split(smooth, ends, axis=1), strict=True)), switching=k,
        rank=numerics.effect_rank(*effects, nuisance),
        cells=numerics.Cells.of(design.index), unidentified=int((~known).sum()),
        clean=lambda values: split_effects(values, *effects)[2],
    )  # fmt: skip


def _rivals(frame: pd.DataFrame, q: np.ndarray, options: Options) -> dict[str, np.ndarray]:
    """Columns a smooth curve adds: a square or a bend in x, or a slope that changes along q."""
    knots = np.quantile(q, KNOTS)
    centred = q - q.mean()
    bent = numerics.restricted_cubic(q, knots) if (np.diff(knots) > 0).all() else None
    out: dict[str, list[np.ndarray]] = {"quadratic": [], "spline": []}
    for name in options.of:
        x = frame[name].to_numpy()
        own = name == options.by
        out["quadratic"].append(centred**2 if own else x * centred)
        if bent is not None:
            out["spline"] += [bent] if own else [x * centred, x * bent]
    if options.shift:
        out["quadratic"].append(centred)
        out["spline"] += [] if bent is None else [centred, bent]
    return {name: np.column_stack(columns) for name, columns in out.items() if columns}


def _models(data: _Data, ssr: float) -> pd.DataFrame:
    """Sum of squares and BIC = n ln(SSR/n) + parameters · ln n of each form of the relation."""
    n, terms = len(data.y), data.x.shape[1]
    found = {
        "linear": numerics.residual_squares(data.y, data.x),
        "threshold": (ssr, terms + data.switching + 1),  # γ is estimated too
    }
    for name, columns in data.rivals.items():
        found[name] = numerics.residual_squares(data.y, np.column_stack([data.x, columns]))
    lines = [(name, _WORDS[name], s, data.rank + k) for name, (s, k) in found.items()]
    table = pd.DataFrame(lines, columns=["model", "words", "ssr", "parameters"])
    table["bic"] = n * np.log(table["ssr"] / n) + table["parameters"] * np.log(n)
    return table


def _check(spec: Specification, options: Options) -> None:
    if options.by == spec.outcome:
        raise SpecificationError(
            f"'{options.by}' is the outcome, and a threshold in it would select on it: choose "
            "another variable."
        )
    for name in options.of:
        if name not in spec.slopes or any(name in pair for pair in spec.interactions):
            raise SpecificationError(
                f"The slope of '{name}' cannot switch: it must be a regressor or control that "
                "stands in no product."
            )
    if not 0 < options.trim < 0.5:
        raise SpecificationError(f"Trim {options.trim} must be a share between 0 and one half.")
    if options.grid < 2 or options.draws < 19:
        raise SpecificationError(
            f"A grid of {options.grid} and {options.draws} bootstrap samples say too little: use "
            "2 values and 19 samples at least."
        )
    if options.scheme not in numerics.SCHEMES:
        known = " or ".join(numerics.SCHEMES)
        raise SpecificationError(f"Unknown scheme '{options.scheme}': use {known}.")
