"""Regressions on millions of rows with three and more effects: firms, years, areas.

pyfixest's compiled demeaner absorbs the effects. Its own count of parameters depends on the order
of a Python set and so on PYTHONHASHSEED (0.60.0), therefore it is told to count slopes only and
the standard errors are scaled here to the convention of every other table.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from analysis.errors import SpecificationError, UnknownNameError, require_level
from analysis.models.design import ABSORBED
from analysis.models.large_rows import complete_rows, free_parameters, in_sds
from analysis.models.rows import Dropped

__all__ = ["LargeFit", "estimate_large"]


@dataclass(frozen=True, slots=True, eq=False)
class LargeFit:
    """Estimates of one regression with many effects.

    Attributes
    ----------
    outcome, cluster : str
        Columns of the frame.
    table : DataFrame
        One row per regressor: ``term, estimate, se, t, p, low, high``; CR1 with factor
        G/(G−1)·(n−1)/(n−K), t(G−1).
    levels : mapping of str to int
        Levels of each effect among the rows used.
    n, grid_rows : int
        Rows used and rows of the frame.
    clusters, parameters : int
        G and K.
    dropped : tuple of Dropped
        Rows left out, by reason.
    notes : tuple of str
        What a reader should know.
    """

    outcome: str
    cluster: str
    table: pd.DataFrame
    levels: Mapping[str, int]
    n: int
    grid_rows: int
    clusters: int
    parameters: int
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...]

    def tidy(self) -> pd.DataFrame:
        """One row per regressor."""
        return self.table.copy()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain = ("outcome", "cluster", "n", "grid_rows", "clusters", "parameters")
        return {
            **{name: getattr(self, name) for name in plain},
            "terms": self.table.to_dict("records"),
            "levels": dict(self.levels),
            "dropped": [str(d) for d in self.dropped],
            "notes": list(self.notes),
        }

    def _repr_html_(self) -> str:
        foot = "".join(f"<p>{escape(note)}</p>" for note in (*map(str, self.dropped), *self.notes))
        return self.table.to_html(index=False, float_format="{:.4g}".format) + foot


def estimate_large(
    outcome: str,
    regressors: Sequence[str],
    frame: pd.DataFrame,
    *,
    effects: Sequence[str],
    cluster: str,
    tolerance: float = 1e-8,
    level: float = 0.05,
) -> LargeFit:
    """Estimate a regression on a long table, absorbing any number of effects.

    The table is neither copied nor changed: only the variables used are held once more, in SDs,
    beside pyfixest's own working arrays. Lags are the caller's: a long table with gaps has no rows
    to shift through.

    Not for small panels with gaps that tie effects together loosely: `fit` absorbs exactly, this
    iterates until nothing moves by more than `tolerance` SDs.

    Parameters
    ----------
    outcome, regressors, cluster
        Columns of `frame`.
    frame
        One row per observation, any index.
    effects
        Columns whose levels are absorbed, such as firm, year and area.
    tolerance
        Where the demeaner stops, in SDs of each variable.
    level
        1 − coverage of the intervals.

    Returns
    -------
    LargeFit

    Raises
    ------
    UnknownNameError
        A column is not in the frame.
    SpecificationError
        No regressor or effect, an infinite value, an absorbed or collinear regressor, fewer
        clusters than coefficients, or effects that do not converge.

    References
    ----------
    Correia (2016), "A feasible estimator for linear models with multi-way fixed effects"; the
    count of parameters follows reghdfe and R fixest.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> frame = pd.DataFrame({"firm": np.repeat(range(100), 5), "year": list(range(5)) * 100})
    >>> frame["x"] = rng.normal(size=500)
    >>> frame["y"] = 2 * frame["x"] + 0.1 * rng.normal(size=500)
    >>> fitted = estimate_large("y", ["x"], frame, effects=["firm", "year"], cluster="firm")
    >>> fitted.n, fitted.table["estimate"].round(1).tolist()
    (500, [2.0])
    """
    regressors, effects = tuple(regressors), tuple(effects)
    require_level(level)
    if not 0 < tolerance < 1:
        raise SpecificationError(f"Tolerance {tolerance} must lie between 0 and 1, as 1e-8 does.")
    _require(outcome, regressors, frame, effects, cluster)
    codes = {name: pd.factorize(frame[name])[0] for name in dict.fromkeys((*effects, cluster))}
    kept, dropped = complete_rows(frame, (outcome, *regressors), codes, effects)
    if not kept.any():
        lost = "; ".join(map(str, dropped))
        raise SpecificationError(f"No row is left to explain '{outcome}' ({lost}): widen the data.")
    codes = {name: np.unique(c[kept], return_inverse=True)[1] for name, c in codes.items()}
    n, k, groups = int(kept.sum()), len(regressors), int(codes[cluster].max(initial=-1)) + 1
    free, exact = free_parameters([codes[name] for name in effects], codes[cluster])
    if groups <= k or n <= k + free:
        raise SpecificationError(
            f"{n:,} rows in {groups:,} clusters cannot carry {k} coefficients and {free:,} other "
            "parameters: use fewer regressors, coarser effects or a finer cluster."
        )
    short, scale = in_sds(frame, (outcome, *regressors), kept)
    fitted = _feols(short | {f"e{i}": codes[e] for i, e in enumerate(effects)}, k, len(effects),
                    codes[cluster], tolerance, regressors)  # fmt: skip
    b, se = (part * scale[0] / scale[1:] for part in fitted)
    se = se * np.sqrt((n - k) / (n - k - free))
    note = f"CR1: factor G/(G−1)·(n−1)/(n−K), K = {k + free:,}; p-values and intervals from t(G−1)."
    bound = "K counts one redundancy per pair of effects; more can only make K smaller."
    return LargeFit(
        outcome=outcome, cluster=cluster, table=_table(regressors, b, se, groups - 1, level),
        levels=MappingProxyType({e: int(codes[e].max()) + 1 for e in effects}), n=n,
        grid_rows=len(frame), clusters=groups, parameters=k + free, dropped=dropped,
        notes=(note,) if exact else (note, bound),
    )  # fmt: skip


def _require(
    outcome: str, regressors: tuple[str, ...], frame: pd.DataFrame, effects: tuple[str, ...],
    cluster: str,
) -> None:  # fmt: skip
    if not regressors or not effects:
        raise SpecificationError(
            f"'{outcome}' needs at least one regressor and one effect: name both."
        )
    for name in (outcome, *regressors, *effects, cluster):
        if name not in frame.columns:
            raise UnknownNameError("column", name, frame.columns, "the frame")
        if isinstance(frame[name], pd.DataFrame):
            raise SpecificationError(f"The frame holds column '{name}' twice: keep one of them.")
    if frame.empty:
        raise SpecificationError(f"The frame has no row to explain '{outcome}': give it some.")
    if len({outcome, *regressors}) <= len(regressors):
        raise SpecificationError(f"A variable of '{outcome}' enters twice: name it once.")


def _feols(
    columns: dict[str, np.ndarray], k: int, effects: int, clusters: np.ndarray, tolerance: float,
    names: Sequence[str],
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    # Imported here: it takes seconds, and small panels never need it.
    import pyfixest as pf
    from pyfixest.errors import NonConvergenceError

    right = " + ".join(f"v{i + 1}" for i in range(k))
    absorbed = " + ".join(f"e{i}" for i in range(effects))
    table = pd.DataFrame(columns | {"g": clusters}, copy=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it would warn of is checked below
        try:
            found = pf.feols(
                f"v0 ~ {right} | {absorbed}", data=table, vcov={"CRV1": "g"},
                ssc=pf.ssc(k_adj=True, k_fixef="none", G_adj=True), fixef_rm="none",
                collin_tol=ABSORBED * len(table), copy_data=False, store_data=False, lean=True,
                demeaner=pf.MapDemeaner(fixef_tol=tolerance),
            )  # fmt: skip
        except NonConvergenceError:
            raise SpecificationError(
                f"Absorbing {effects} effects did not converge to {tolerance:g} SDs: loosen the "
                "tolerance or drop levels with few rows."
            ) from None
        except ValueError as error:
            if "collinear" not in str(error):
                raise
            found = None
    left = [] if found is None else found._coefnames
    for i, name in enumerate(names):
        if f"v{i + 1}" not in left:
            raise SpecificationError(
                f"Regressor '{name}' is absorbed by the effects or repeats the other regressors: "
                "leave it out."
            )
    return found.coef().to_numpy(), found.se().to_numpy()


def _table(
    names: Sequence[str], b: np.ndarray, se: np.ndarray, dof: int, level: float
) -> pd.DataFrame:
    reach = float(stdtrit(dof, 1 - level / 2)) * se
    t = b / se
    return pd.DataFrame(
        {
            "term": names, "estimate": b, "se": se, "t": t, "p": 2 * stdtr(dof, -np.abs(t)),
            "low": b - reach, "high": b + reach,
        }
    )  # fmt: skip
