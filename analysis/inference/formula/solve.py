"""Least squares with absorbed effects by pyfixest, with the convention of every other table.

pyfixest 0.60 counts parameters by the order of a set; it is told to count slopes only, and the
covariance is scaled here, as in `analysis.models.large`.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import SpecificationError
from analysis.inference.clustered import cr3
from analysis.inference.formula.design import Design
from analysis.models.design import ABSORBED, split_effects
from analysis.models.effects import Absorbed
from analysis.models.large_rows import free_parameters

__all__ = ["Solved", "jackknife", "solve"]

_TOLERANCE = 1e-12  # SDs of a variable at which absorbing stops
_EXACT = 1e-13  # share of variance left below which nothing but rounding is left
_VCOV = {"hc1": "HC1", "classical": "iid"}
_WORK = 5e8  # G·(k + q)³, the multiplications that the jackknife may take


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """Coefficients with their covariance.

    `names` and `at` say which columns of the design have one; `omitted` are those that effects
    absorb or others span. `clusters` is G, the smaller one of two, 0 without any, `dof` G − 1 or
    n − K, `parameters` is K and `exact` whether K is the rank.
    """

    names: tuple[str, ...]
    at: np.ndarray
    coefficients: np.ndarray
    covariance: np.ndarray
    omitted: tuple[str, ...]
    clusters: int
    dof: int
    parameters: int
    exact: bool
    r2: float


def solve(design: Design) -> Solved:
    """Estimate with the CR1 covariance: factor G/(G−1)·(n−1)/(n−K).

    K counts slopes, constant and effects nested in no cluster. With two clusters the covariance is
    V₁ + V₂ − V₁₂ of Cameron, Gelbach and Miller (2011, JBES 29(2), 238–249), each with the factor
    of the smaller G, the rule of reghdfe and R fixest. Without clusters it is HC1, the sandwich
    times n/(n−K), or e'e/(n−K)·(X'X)⁻¹, and K counts every effect.

    Raises
    ------
    SpecificationError
        Fewer than two clusters, no more rows than parameters, effects that do not converge, or no
        term that varies.
    """
    n, groups = len(design.y), min((len(c.labels) for c in design.clusters), default=0)
    if design.clusters and groups < 2:
        name = next(c.name for c in design.clusters if len(c.labels) == groups)
        raise SpecificationError(
            f"All {n} rows of '{design.outcome}' lie in one cluster by {name}: use a finer cluster."
        )
    free, exact = _free(design)
    table, scale, centre = _in_sds(design)
    found = _feols(design, table)
    at = np.array([int(name[1:]) - 1 for name in found._coefnames])
    k = len(at) + free
    if n <= k:
        raise SpecificationError(
            f"{n:,} rows cannot carry {k:,} parameters of '{design.outcome}': use fewer terms or "
            "coarser effects."
        )
    r2 = float(found._r2_within if design.effects else found._r2)
    if 1 - r2 < _EXACT:
        raise SpecificationError(
            f"'{design.outcome}' is explained without remainder in {n:,} rows: it is computed from "
            "the terms, or the rows are too few for so many effects, so leave a term out."
        )
    b = found._beta_hat * scale[0] / scale[1:][at]
    covariance = found._vcov * np.outer(scale[0] / scale[1:][at], scale[0] / scale[1:][at])
    covariance = covariance * (n - len(at)) / (n - k)
    if design.intercept:  # of variables around their means; back to those of the panel
        turn = np.eye(len(at))
        turn[0, 1:] = -centre[1:][at[1:]]
        b, covariance = turn @ b, turn @ covariance @ turn.T
        b[0] += centre[0]
    return Solved(
        tuple(design.names[i] for i in at), at, b, covariance,
        tuple(name for i, name in enumerate(design.names) if i not in at), groups,
        groups - 1 if groups else n - k, k, exact, r2,
    )  # fmt: skip


def jackknife(design: Design, at: np.ndarray) -> tuple[np.ndarray | None, str]:
    """Return the CR3 covariance of the columns `at`, or None and the sentence that says why not."""
    if not design.clusters:
        return None, ""
    if len(design.clusters) > 1:
        return None, "CR3 leaves out one cluster at a time and exists for one kind of cluster only."
    cluster = design.clusters[0]
    root = None if design.weights is None else np.sqrt(design.weights)
    effects = [Absorbed(e.name, e.codes, root) for e in design.effects]
    free = sum(len(e.labels) for e, a in zip(design.effects, effects, strict=True)
               if not a.nested_in(cluster.codes))  # fmt: skip
    if len(cluster.labels) * float(len(at) + free) ** 3 > _WORK:
        return None, (
            f"CR3 is left out: it would estimate {free + len(at):,} parameters "
            f"{len(cluster.labels):,} times."
        )
    z = np.column_stack([design.y, design.x[:, at]])
    partly, nuisance, _ = split_effects(
        z if root is None else z * root[:, None], effects, cluster.codes
    )
    try:
        found = cr3(
            partly[:, 1:], partly[:, 0], cluster.codes, nuisance, cluster.labels,
            [design.names[i] for i in at],
        )  # fmt: skip
    except SpecificationError as error:
        return None, f"CR3 is left out. {error}"
    return found.covariance, ""


def _free(design: Design) -> tuple[int, bool]:
    """Parameters that are no slopes, the intercept among the terms not counted twice."""
    if not design.effects:
        return 0, True
    free = [
        e.codes
        for e in design.effects
        if not any(Absorbed("", e.codes).nested_in(c.codes) for c in design.clusters)
    ]
    return free_parameters(free, np.arange(len(design.y))) if free else (1, True)


def _in_sds(design: Design) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Columns v0, v1, … around means if a constant is absorbed: tolerances are absolute."""
    z = np.column_stack([design.y, design.x])
    weights = design.weights
    constant = bool(design.intercept or design.effects)
    centre = np.average(z, axis=0, weights=weights) if constant else np.zeros(z.shape[1])
    if design.intercept:
        centre[1] = 0.0
    z = z - centre
    scale = np.sqrt(np.average(z**2, axis=0, weights=weights))
    if not scale[0] > 0:
        raise SpecificationError(
            f"Outcome '{design.outcome}' does not vary in {len(z):,} rows: choose another."
        )
    scale[~(scale > 0)] = 1.0
    return {f"v{i}": values for i, values in enumerate((z / scale).T)}, scale, centre


def _feols(design: Design, table: dict[str, np.ndarray]):  # noqa: ANN202
    # Imported here: it takes seconds, and nothing else of the library needs it.
    import pyfixest as pf
    from pyfixest.errors import NonConvergenceError

    k, effects = len(design.names), [f"e{i}" for i in range(len(design.effects))]
    table = table | {name: e.codes for name, e in zip(effects, design.effects, strict=True)}
    groups = {f"g{i}": c.codes for i, c in enumerate(design.clusters)}
    right = " + ".join(f"v{i + 1}" for i in range(k))
    vcov = _VCOV.get(design.errors) or {"CRV1": "+".join(groups)}
    if design.weights is not None:
        table["w"] = design.weights / design.weights.mean()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it would warn of is checked by the caller
        try:
            return pf.feols(
                f"v0 ~ {right}" + (f" | {' + '.join(effects)}" if effects else ""),
                data=pd.DataFrame(table | groups), vcov=vcov,
                ssc=pf.ssc(k_adj=True, k_fixef="none", G_adj=True, G_df="min"), fixef_rm="none",
                collin_tol=ABSORBED * len(design.y), copy_data=False, store_data=False,
                drop_intercept=not effects, weights="w" if "w" in table else None,
                demeaner=pf.MapDemeaner(fixef_tol=_TOLERANCE),
            )  # fmt: skip
        except NonConvergenceError:
            raise SpecificationError(
                f"Absorbing {_and(e.name for e in design.effects)} did not converge: drop levels "
                "with few rows or use coarser effects."
            ) from None
        except ValueError as error:
            if "collinear" not in str(error):
                raise
    raise SpecificationError(
        f"No term of '{design.outcome}' varies beyond {_and(e.name for e in design.effects)}: "
        "choose other terms or other effects."
    )


def _and(names: Sequence[str]) -> str:
    return " and ".join(names) or "the constant"
