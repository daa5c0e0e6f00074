"""How the slope of a regressor, or of a product of two, changes along another variable."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.data import Panel
from analysis.errors import SpecificationError
from analysis.inference.cells import reach
from analysis.inference.clustered import cr3
from analysis.inference.coefficients import jackknife_of
from analysis.inference.estimate import Estimate
from analysis.inference.form.joint import combine, joint
from analysis.inference.result import Result
from analysis.models import EFFECTS, estimation_rows
from analysis.models.design import build_design, split_effects

__all__ = ["MarginalEffects", "ProductSlope", "marginal_effects", "product_slope"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MarginalEffects(Result):
    """Slope of `of` along `by`, in within-SDs of the outcome per within-SD of `of`.

    `curve` has columns ``at`` (moderator, in its own unit), ``effect, low, high``: the slope the
    product term implies, with the pointwise CR3 interval. `bins` has the same columns: the slope at
    each bin's median, estimated freely within the bin. `support` are the values of the moderator in
    the estimation sample.
    """

    of: str
    by: str
    curve: pd.DataFrame
    bins: pd.DataFrame
    support: np.ndarray

    def tidy(self) -> pd.DataFrame:
        """Curve and bins in one table, told apart by column ``kind``."""
        return pd.concat([self.curve.assign(kind="curve"), self.bins.assign(kind="bin")])


def marginal_effects(
    estimate: Estimate, panel: Panel, of: str, by: str, *, bins: int = 3, points: int = 60,
    level: float = 0.05,
) -> MarginalEffects:  # fmt: skip
    """Work out dE[outcome]/d`of` = b(of) + b(of:by) (by − mean), and the same freely by bins.

    The binning estimator is that of Hainmueller, Mummolo and Xu (2019, Political Analysis 27(2)):
    every bin of the moderator has its own level, slope, moderator slope and product, the moderator
    counted from the bin's median. Where the bins' slopes do not follow the line, the product term
    describes nothing. It is read by eye; no test of linearity is made.

    Parameters
    ----------
    estimate, panel
        Of a specification with the product of `of` and `by` among its interactions, and its panel.
    of, by : str
        Regressor and moderator.
    bins, points : int
        Equal-count bins of the moderator; points on the curve.
    level : float
        1 − coverage of the pointwise intervals.

    Raises
    ------
    SpecificationError
        The specification has no such product or is in differences, or the moderator has too many
        equal values for the bins.
    """
    fitted = estimate.fitted
    term = _product(estimate, of, by)
    if bins < 2:
        raise SpecificationError(f"{bins} bins cannot show a change of slope: ask for 2 or more.")
    support = _lagged(estimate, panel, by).to_numpy()
    scale = float(fitted.within_sd[1 + fitted.terms.index(of)] / fitted.within_sd[0])
    at = np.linspace(*np.quantile(support, [0.02, 0.98]), points)
    weights = np.zeros((points, len(fitted.terms)))
    weights[:, fitted.terms.index(of)] = 1.0
    weights[:, fitted.terms.index(term)] = at - support.mean()
    effect, covariance = weights @ fitted.coefficients, jackknife_of(fitted).covariance
    critical = reach(len(fitted.cluster_labels) - 1, level)
    curve = _lines(at, effect, weights, covariance, critical, scale)
    found = _binned(estimate, panel, of, by, support, bins)
    return MarginalEffects(of, by, curve, _lines(*found, critical, scale), support)


def _product(estimate: Estimate, of: str, by: str) -> str:
    spec = estimate.specification
    if EFFECTS[spec.effects].differenced:
        raise SpecificationError(
            f"The slope of '{of}' along '{by}' is drawn from levels, not from differences: "
            "estimate with two_way effects."
        )
    for term in (f"{of}:{by}", f"{by}:{of}"):
        if term in spec.terms and of != by:
            return term
    raise SpecificationError(
        f"'{spec.outcome}' is not regressed on {of} × {by}: add the pair to its interactions."
    )


def _lagged(estimate: Estimate, panel: Panel, name: str) -> pd.Series:
    shifted = panel[name].groupby(level=0).shift(estimate.specification.lag_of(name))
    return shifted.loc[estimate.fitted.index]


def _lines(
    at: np.ndarray, effect: np.ndarray, weights: np.ndarray, covariance: np.ndarray,
    critical: float, scale: float,
) -> pd.DataFrame:  # fmt: skip
    """Linear combinations of coefficients with pointwise intervals, scaled."""
    half = critical * np.sqrt(np.einsum("ij,jk,ik->i", weights, covariance, weights))
    ends = {"low": scale * (effect - half), "high": scale * (effect + half)}
    return pd.DataFrame({"at": at, "effect": scale * effect, **ends})


def _binned(
    estimate: Estimate, panel: Panel, of: str, by: str, moderator: np.ndarray, bins: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Level, slope, moderator and product of their own in every bin; all else as estimated.

    Returns bin medians, slopes at them, their weights and the covariance, for `_lines`.
    """
    spec, fitted = estimate.specification, estimate.fitted
    edges = np.quantile(moderator, np.linspace(0, 1, bins + 1)[1:-1])
    group = np.searchsorted(edges, moderator, side="right")
    if np.bincount(group, minlength=bins).min() == 0 or len(set(edges)) < len(edges):
        raise SpecificationError(
            f"'{by}' has too many equal values for {bins} bins: ask for fewer bins."
        )
    medians = np.array([np.median(moderator[group == i]) for i in range(bins)])
    inside = (group[:, None] == np.arange(bins)).astype(float)
    x, away = _lagged(estimate, panel, of).to_numpy(), moderator - medians[group]
    own = [inside * x[:, None], inside * away[:, None], inside * (x * away)[:, None], inside[:, 1:]]
    rest = [t for t in spec.terms if t not in (of, by, _product(estimate, of, by))]
    rows = estimation_rows(spec, panel)
    parts = ("frame", "initial", "region")
    shared = {name: getattr(rows, name).loc[fitted.index] for name in parts}
    design = build_design(spec, panel, replace(rows, **shared))
    z = np.column_stack([design.y, *own, design.x[:, [spec.terms.index(t) for t in rest]]])
    partly, nuisance, clean = split_effects(z, design.absorbed, design.clusters)
    size = clean[:, 1:].std(axis=0)
    slopes = np.linalg.lstsq(clean[:, 1:] / size, clean[:, 0], rcond=None)[0] / size
    names = [f"{of} in bin {i + 1} of {by}" for i in range(bins)]
    names += [f"another term of the bins of {by}"] * (z.shape[1] - 1 - bins)
    weights, labels = np.eye(bins, z.shape[1] - 1), design.cluster_labels
    jackknife = cr3(partly[:, 1:], partly[:, 0], design.clusters, nuisance, labels, names)
    return medians, weights @ slopes, weights, jackknife.covariance


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ProductSlope(Result):
    """Slope of the product of the two in `pair` along a third variable, `by`.

    `curve` has columns ``at`` (in units of `by`), ``effect, low, high``: within-SDs of the outcome
    per within-SD of the product, with the pointwise CR3 interval. `support` has columns ``year,
    at``: the value of `by` in every row used and the year it belongs to.
    """

    pair: tuple[str, str]
    by: str
    curve: pd.DataFrame
    support: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Return the curve."""
        return self.curve.copy()


def product_slope(
    estimate: Estimate, panel: Panel, triple: str, by: str, *, points: int = 60, level: float = 0.05
) -> ProductSlope:
    """Work out b(pair) + b(triple) · (`by` − its mean over the panel), with a CR3 interval.

    That is ∂²E[outcome] / ∂a ∂b where all pairs of a, b and `by` are in the regression: it does not
    depend on where a and b are centred, only on the centre that went into the triple product.

    Parameters
    ----------
    estimate, panel
        Of a specification with the triple product as a column and all pairs as interactions, and
        its panel; the triple product in it is centred at the means over it.
    triple, by : str
        Name of the column, "a:b:c", and one of the three.
    points : int
        On the curve, from the second to the ninety-eighth percentile of `by`.
    level : float
        1 − coverage of the pointwise intervals.

    Raises
    ------
    SpecificationError
        `by` is not in the triple product, or the regression lacks it or the pair.
    """
    names = triple.split(":")
    pair = tuple(name for name in names if name != by)
    if len(names) != 3 or len(pair) != 2:
        raise SpecificationError(
            f"'{triple}' is no product of three with '{by}' among them: name a triple product and "
            "one of its parts."
        )
    fitted = estimate.fitted
    both = next((t for t in (":".join(pair), ":".join(pair[::-1])) if t in fitted.terms), None)
    if both is None or triple not in fitted.terms:
        raise SpecificationError(
            f"'{estimate.specification.outcome}' is not regressed on '{triple}' and the product of "
            f"{pair[0]} and {pair[1]}: a triple product needs all its pairs."
        )
    years = fitted.index.get_level_values(1) - estimate.specification.lag_of(by)
    support = pd.DataFrame({"year": years, "at": _lagged(estimate, panel, by).to_numpy()})
    at = np.linspace(*support["at"].quantile([0.02, 0.98]), points)
    found, scale = joint([fitted], [[both, triple]]), estimate.coefficient(both).scale
    centre = float(panel[by].mean())
    lines = [combine(by, np.array([1.0, one - centre]), found, level=level) for one in at]
    curve = {"effect": "estimate", "low": "low_cr3", "high": "high_cr3"}
    values = {name: [scale * getattr(line, key) for line in lines] for name, key in curve.items()}
    return ProductSlope(pair, by, pd.DataFrame({"at": at, **values}), support)
