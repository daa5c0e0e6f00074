"""How the slope of a product of two changes along a third variable, from a triple product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data import Panel
from analysis.errors import SpecificationError
from analysis.inference.estimate import Estimate
from analysis.inference.form.joint import combine, joint
from analysis.inference.result import Result

__all__ = ["ProductSlope", "product_slope"]


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
    lag = estimate.specification.lag_of(by)
    seen = panel[by].groupby(level=0).shift(lag).loc[fitted.index]
    support = pd.DataFrame({"year": seen.index.get_level_values(1) - lag, "at": seen.to_numpy()})
    at = np.linspace(*support["at"].quantile([0.02, 0.98]), points)
    found, scale = joint([fitted], [[both, triple]]), estimate.coefficient(both).scale
    centre = float(panel[by].mean())
    lines = [combine(by, np.array([1.0, one - centre]), found, level=level) for one in at]
    curve = {"effect": "estimate", "low": "low_cr3", "high": "high_cr3"}
    values = {name: [scale * getattr(line, key) for line in lines] for name, key in curve.items()}
    return ProductSlope(pair, by, pd.DataFrame({"at": at, **values}), support)
