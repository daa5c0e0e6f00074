"""Poisson pseudo-likelihood with absorbed dummies, as a function of arrays."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.linalg import null_space, qr

from analysis.errors import SpecificationError

__all__ = ["Ppml", "informative", "ppml", "separated"]

_RANK = 1e-10  # relative size below which a direction counts as none
_FAILED = "The Poisson regression did not converge"
_MEND = "rescale the regressors, or leave out one that only separates zeros."


@dataclass(frozen=True, slots=True, eq=False)
class Ppml:
    """A fitted Poisson regression.

    `coefficients`, shape (k,), are in logs of the expected count per unit of x, `cr0`, shape (k,
    k), their sandwich by cluster without a finite-sample factor, `fitted`, shape (n,), the expected
    counts, and `deviance` is twice the log-likelihood that a perfect fit would add.
    """

    coefficients: np.ndarray
    cr0: np.ndarray
    fitted: np.ndarray
    deviance: float


def ppml(
    y: np.ndarray, x: np.ndarray, effects: Sequence[np.ndarray], clusters: np.ndarray,
    names: Sequence[str],
) -> Ppml:  # fmt: skip
    """Maximise Σ y log μ − μ with μ = exp(x b + dummies); pyfixest absorbs and iterates.

    Consistent whenever E[y | x] = μ, whatever the variance (Gourieroux, Monfort and Trognon 1984,
    Econometrica 52(3), 701–720); with entity dummies it is the conditional estimator of Hausman,
    Hall and Griliches (1984, Econometrica 52(4), 909–938), free of incidental parameters. Rows that
    `informative` and `separated` mark must be left out beforehand.

    `y`, shape (n,), are counts, or anything non-negative, `x`, shape (n, k), regressors with
    `names` for messages, `effects` the levels of each family of dummies and `clusters` codes
    0..G−1, all of shape (n,).

    Raises
    ------
    SpecificationError
        A regressor is absorbed or collinear, or the iteration fails.
    """
    # Imported here: its first fit compiles for a second or two, and little needs it.
    import pyfixest
    from pyfixest.errors import EmptyDesignMatrixError, NonConvergenceError

    k = x.shape[1]
    # Unit scale: the tolerances of the iteration are absolute.
    scale = np.where((spread := x.std(axis=0)) > 0, spread, 1.0)
    frame = pd.DataFrame((x - x.mean(axis=0)) / scale, columns=[f"x{i}" for i in range(k)])
    frame = frame.assign(y=y, cluster=clusters, **{f"f{i}": c for i, c in enumerate(effects)})
    absorbed = " + ".join(f"f{i}" for i in range(len(effects)))
    formula = f"y ~ {' + '.join(f'x{i}' for i in range(k))} | {absorbed}"
    failures = (NonConvergenceError, EmptyDesignMatrixError, np.linalg.LinAlgError, ValueError)
    try:
        with warnings.catch_warnings():
            # About its own use of pandas, and of a lost regressor, which is an error below.
            warnings.simplefilter("ignore")
            # No factor from the library: which effects are nested would depend on a set's order.
            model = pyfixest.fepois(
                formula, frame, vcov={"CRV1": "cluster"},
                ssc=pyfixest.ssc(k_adj=False, G_adj=False), fixef_rm="none",
                separation_check=[], iwls_tol=1e-12, iwls_maxiter=200,
                demeaner=pyfixest.MapDemeaner(fixef_tol=1e-12),
            )  # fmt: skip
    except failures as error:
        raise SpecificationError(f"{_FAILED} ({error}): {_MEND}") from error
    if not model.convergence:  # the library does not say so when its iterations run out
        raise SpecificationError(f"{_FAILED}: {_MEND}")
    found = list(model.coef().index)
    for i, name in enumerate(names):
        if f"x{i}" not in found:
            raise SpecificationError(
                f"Regressor '{name}' is absorbed by the effects or collinear in the {model._N} "
                "rows with information: leave it out."
            )
    return Ppml(
        model.coef().to_numpy() / scale, np.asarray(model._vcov) / np.outer(scale, scale),
        np.asarray(model._Y_hat_response).ravel(), float(np.asarray(model.deviance).ravel()[0]),
    )  # fmt: skip


def informative(
    y: np.ndarray, effects: Sequence[tuple[str, np.ndarray]]
) -> tuple[np.ndarray, dict[str, int]]:
    """Mark rows that can inform slopes: no level with zeros only, none with a single row.

    A level whose counts are all zero has a fitted mean of zero whatever the slopes, and a level
    with one row fits it exactly. Leaving rows out can make further levels so, hence the loop.
    `effects` are name and levels of each family of dummies. Returns a mask of rows, shape (n,), and
    the rows left out by reason.
    """
    alive, lost = np.ones(len(y), dtype=bool), {}
    while True:
        before = alive.sum()
        for name, codes in effects:
            total = np.bincount(codes, weights=y * alive)
            size = np.bincount(codes, weights=alive)
            for reason, without in (
                (f"only zero counts in its {name}", total[codes] == 0),
                (f"only row left of its {name}", size[codes] == 1),
            ):
                if (bad := alive & without).any():
                    lost[reason] = lost.get(reason, 0) + int(bad.sum())
                    alive &= ~bad
        if alive.sum() == before:
            return alive, lost


def separated(y: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Mark zeros that a combination of columns predicts without error: shape (n,).

    Some c has columns·c = 0 wherever y > 0, columns·c ≥ 0 at all zeros and > 0 at these: along −c
    the likelihood rises for ever, so no maximum exists until they are left out (Correia, Guimarães
    and Zylkin 2019, "Verifying the existence of maximum likelihood estimates for generalized linear
    models"). One linear programme finds all of them: maximise Σ t subject to t ≤ columns·c, 0 ≤ t ≤
    1. `columns`, shape (n, p), are regressors and dummies; they may be collinear.
    """
    out = np.zeros(len(y), dtype=bool)
    zero = y == 0
    if not zero.any():
        return out
    size = np.sqrt((columns**2).mean(axis=0))
    scaled = columns / np.where(size > 0, size, 1.0)
    # The triangle has the null space of the rows with y > 0 and is small where they are many.
    triangle = qr(scaled[~zero], mode="r")[0][: scaled.shape[1]]
    free = scaled[zero] @ null_space(triangle, rcond=_RANK)
    left, values, _ = np.linalg.svd(free, full_matrices=False)
    # What is zero at all zeros as well is mere collinearity of the columns.
    basis = left[:, values > _RANK * len(y)] if values.size else free
    if not basis.shape[1]:
        return out
    from scipy.optimize import linprog  # a tenth of a second that most panels never need

    n, r = basis.shape
    goal = np.concatenate([np.zeros(r), -np.ones(n)])
    answer = linprog(goal, A_ub=np.hstack([-basis, np.eye(n)]), b_ub=np.zeros(n),
                     bounds=[(None, None)] * r + [(0, 1)] * n)  # fmt: skip
    out[zero] = answer.x[r:] > 0.5 if answer.success else False
    return out
