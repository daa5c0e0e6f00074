"""How the slope of one regressor changes with another, and whether a line describes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from analysis.data import Variable
from analysis.errors import SpecificationError
from analysis.inference.clustered import cr3
from analysis.models import Fit, Specification, fit

if TYPE_CHECKING:
    from analysis.data import Panel
    from analysis.inference.estimate import Estimate

__all__ = ["MarginalEffects", "marginal_effects"]


@dataclass(frozen=True, slots=True, eq=False)
class MarginalEffects:
    """Slope of `of` along `by`, in within-SDs of the outcome per within-SD of `of`.

    Attributes
    ----------
    of, by : str
        The regressor whose slope is drawn and the moderator.
    curve : DataFrame
        Columns ``at`` (moderator, in its own unit), ``effect, low, high``: the slope the product
        term implies, with the pointwise CR3 interval.
    bins : DataFrame
        Same columns: the slope estimated freely within equal-count bins of the moderator, at the
        bin's median.
    support : ndarray
        Values of the moderator in the estimation sample.
    """

    of: str
    by: str
    curve: pd.DataFrame
    bins: pd.DataFrame
    support: np.ndarray


def marginal_effects(
    estimate: Estimate,
    panel: Panel,
    of: str,
    by: str,
    *,
    bins: int = 3,
    points: int = 60,
    level: float = 0.05,
) -> MarginalEffects:
    """Work out dE[outcome]/d`of` = b(of) + b(of:by) (by − mean), and the same freely by bins.

    The binning estimator is that of Hainmueller, Mummolo and Xu (2019, Political Analysis 27(2)):
    where the bins' slopes do not follow the line, the product term describes nothing.

    Parameters
    ----------
    estimate : Estimate
        Of a specification with the product of `of` and `by` among its interactions.
    panel : Panel
        The panel it was estimated on.
    of, by : str
        Regressor and moderator.
    bins, points : int
        Equal-count bins of the moderator; points on the curve.
    level : float
        1 − coverage of the pointwise intervals.

    Raises
    ------
    SpecificationError
        The specification has no such product.
    """
    spec, fitted = estimate.specification, estimate.fitted
    term = next((t for t in (f"{of}:{by}", f"{by}:{of}") if t in spec.terms), None)
    if term is None or of == by:
        raise SpecificationError(
            f"'{spec.outcome}' is not regressed on {of} × {by}: add the pair to its interactions."
        )
    support = _moderator(spec, panel, by).loc[fitted.index].to_numpy()
    scale = float(fitted.within_sd[1 + fitted.terms.index(of)] / fitted.within_sd[0])
    at = np.linspace(*np.quantile(support, [0.02, 0.98]), points)
    weights = np.zeros((points, len(fitted.terms)))
    weights[:, fitted.terms.index(of)] = 1.0
    weights[:, fitted.terms.index(term)] = at - support.mean()
    return MarginalEffects(
        of=of,
        by=by,
        curve=_slopes(fitted, weights, at, scale, level),
        bins=_binned(spec, panel, of, by, support, bins, scale, level),
        support=support,
    )


def _moderator(spec: Specification, panel: Panel, name: str) -> pd.Series:
    return panel[name].groupby(level="entity").shift(spec.lag_of(name))


def _slopes(
    fitted: Fit, weights: np.ndarray, at: np.ndarray, scale: float, level: float
) -> pd.DataFrame:
    """Linear combinations of the coefficients with CR3 intervals from t(G−1)."""
    found = cr3(
        fitted.x_nested, fitted.y_nested, fitted.clusters, fitted.nuisance,
        fitted.cluster_labels, fitted.terms,
    )  # fmt: skip
    effect = weights @ fitted.coefficients * scale
    se = np.sqrt(np.einsum("ij,jk,ik->i", weights, found.covariance, weights)) * scale
    reach = float(stdtrit(len(fitted.cluster_labels) - 1, 1 - level / 2)) * se
    return pd.DataFrame({"at": at, "effect": effect, "low": effect - reach, "high": effect + reach})


def _binned(
    spec: Specification, panel: Panel, of: str, by: str,
    support: np.ndarray, bins: int, scale: float, level: float,
) -> pd.DataFrame:  # fmt: skip
    """One slope per bin, the bins' own levels taken out, everything else as in `spec`."""
    edges = np.quantile(support, np.linspace(0, 1, bins + 1)[1:-1])
    # The moderator is cut at its own date and shifted to the regressor's, so that both lags hold.
    ahead = spec.lag_of(by) - spec.lag_of(of)
    moderator = panel[by].groupby(level="entity").shift(ahead)
    member = pd.Series(np.searchsorted(edges, moderator, side="right"), panel.frame.index)
    columns = {}
    for i in range(bins):
        inside = (member == i).astype(float).where(moderator.notna())
        columns[f"_slope_{i}"] = panel[of] * inside
        if i:
            columns[f"_level_{i}"] = inside
    frame = pd.DataFrame(columns)
    described = {name: Variable(name=name, label_en=name) for name in frame}
    slopes = tuple(name for name in frame if name.startswith("_slope"))
    levels = tuple(name for name in frame if name.startswith("_level"))
    others = tuple(name for name in spec.regressors if name not in (of, by))
    free = replace(
        spec, regressors=slopes, interactions=(), controls=(*levels, by, *others, *spec.controls),
        lags={**dict(spec.lags), **dict.fromkeys((*slopes, *levels), spec.lag_of(of))},
    )  # fmt: skip
    wider = panel.with_columns(frame, described)
    fitted = fit(free, wider)
    weights = np.eye(bins, len(fitted.terms))
    group = np.searchsorted(edges, support, side="right")
    at = np.array([np.median(support[group == i]) for i in range(bins)])
    return _slopes(fitted, weights, at, scale, level)
