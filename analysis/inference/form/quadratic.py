"""Is a relation U-shaped within the data? The turning point and the slopes at both ends."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.certified import warnings_for
from analysis.data import Panel
from analysis.errors import SpecificationError
from analysis.inference.cells import Grid, interval, plain_number, reach
from analysis.inference.coefficients import label_of
from analysis.inference.estimate import Estimate, estimate
from analysis.inference.form.joint import Combination, Joint, Ratio, combine, fieller, joint
from analysis.inference.options import checked
from analysis.inference.result import Result
from analysis.models import Dropped, Fit, Rows, Specification, estimation_rows

__all__ = ["UTest", "u_test"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class UTest(Result):
    """A quadratic and what it says about a U or an inverted U.

    Attributes
    ----------
    of, label : str
        The regressor and its label.
    shape : str
        "U" or "inverted U", by the sign of the square alone.
    linear, square : Combination
        Slope at the mean of the regressor, and the coefficient of its square.
    turning, turning_cr1, turning_cr3 : float, Ratio, Ratio
        Where the curve turns, in units of the regressor, and Fieller sets of it at 1 − level.
    ends, inside : tuple of float, bool
        The two values at which slopes are tested; whether the turning point lies between them.
    slope_low, slope_high : Combination
        Slope at each end.
    p, p_cr3 : float
        p-value of the joint test: the larger of the two one-sided p-values of `shape`.
    rows_before, rows_after, entities_before, entities_after : int
        Estimation rows on either side of the turning point, and the entities they belong to.
    fitted : Fit
        The quadratic.
    """

    of: str
    label: str
    outcome_label: str
    shape: str
    linear: Combination
    square: Combination
    turning: float
    turning_cr1: Ratio
    turning_cr3: Ratio
    ends: tuple[float, float]
    slope_low: Combination
    slope_high: Combination
    p: float
    p_cr3: float
    inside: bool
    rows_before: int
    rows_after: int
    entities_before: int
    entities_after: int
    n: int
    clusters: int
    level: float
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...]
    fitted: Fit = field(repr=False)

    def rows(self) -> tuple[Combination, ...]:
        """Return the slope at the mean, the square and the slopes at the two ends."""
        return self.linear, self.square, self.slope_low, self.slope_high

    def grid(self) -> Grid:
        """Return the lines, where the curve turns and the joint test."""
        lines = [
            (c.label, plain_number(c.estimate, c.se), plain_number(c.se, c.se),
             interval(c.low_cr3, c.high_cr3, c.se))
            for c in self.rows()
        ]  # fmt: skip
        lines += [
            ("turning point", plain_number(self.turning), "", _words(self.turning_cr3)),
            ("p of the joint test", f"{self.p:.3f} (CR1)", "", f"{self.p_cr3:.3f} (CR3)"),
        ]
        caption = f"{self.outcome_label}: {self.shape} in {self.label}?"
        heads = ("Term", "Estimate", "CR1 error", "CR3 interval")
        return Grid.of(caption, heads, lines, self.notes)


@checked
def u_test(
    spec: Specification, panel: Panel, of: str, *, trim: float = 0.0, level: float = 0.05,
    rows: Rows | None = None,
) -> UTest:  # fmt: skip
    """Test whether the outcome falls and then rises (or rises and then falls) within the data.

    With b₁ at the mean m and b₂ of the square, the slope at x is b₁ + 2b₂(x − m). For b₂ > 0 a U
    needs a negative slope at the lower end and a positive one at the upper: the joint null is that
    one of the two fails, and its p-value is the larger of the two one-sided ones (Lind and Mehlum
    2010, Oxford Bulletin of Economics and Statistics 72(1), 109–118; Sasabuchi 1980). A significant
    square and a turning point inside the data prove nothing: a concave but rising curve has both.
    It is equivalent to ask whether Fieller's set at 1 − 2·level lies inside the data.

    Not for a curve that may be monotone yet bent, or that turns because of a few extreme rows:
    a quadratic forces a turning point on every bend. Compare `threshold`, whose smooth rivals
    include a spline.

    Parameters
    ----------
    spec, panel, level, rows
        As in `estimate`, with the pair (`of`, `of`) among the interactions.
    of : str
        The regressor that enters with its square.
    trim : float
        Share of rows cut at each end before the ends are taken: 0 tests at the extremes.

    Returns
    -------
    UTest
        Slopes at both ends, turning point, joint p.

    Raises
    ------
    SpecificationError
        The square is missing, `of` stands in another product too, or `trim` leaves no range.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted", ["rd_fte"], interactions=[("rd_fte", "rd_fte")])
    >>> found = u_test(spec, panel, "rd_fte")
    >>> 0 <= found.p <= 1
    True
    """
    _require_square(spec, of, trim)
    rows = estimation_rows(spec, panel) if rows is None else rows
    result = estimate(spec, panel, level=level, rows=rows)
    fitted = result.fitted
    values = rows.frame[of].to_numpy()
    mean, ends = float(values.mean()), tuple(map(float, np.quantile(values, [trim, 1 - trim])))
    found = joint([fitted], [(of, f"{of}:{of}")])
    parts = [("slope at the mean", [1.0, 0.0]), ("coefficient of the square", [0.0, 1.0])]
    parts += [(f"slope at {x:.4g}", [1.0, 2 * (x - mean)]) for x in ends]
    linear, square, *slopes = (combine(w, np.array(v), found, level=level) for w, v in parts)
    turning = mean - linear.estimate / (2 * square.estimate)
    before = values < turning
    entity = rows.frame.index.get_level_values(0)
    is_u = square.estimate > 0
    return UTest(
        of=of, label=label_of(panel, of), outcome_label=result.outcome_label,
        shape="U" if is_u else "inverted U", linear=linear, square=square, turning=turning,
        turning_cr1=_turning(found, found.cr1, mean, level),
        turning_cr3=_turning(found, found.cr3, mean, level), ends=ends, slope_low=slopes[0],
        slope_high=slopes[1], p=_joint_p(slopes, is_u, "p_greater"),
        p_cr3=_joint_p(slopes, is_u, "p_greater_cr3"), inside=ends[0] < turning < ends[1],
        rows_before=int(before.sum()), rows_after=int((~before).sum()),
        entities_before=len(entity[before].unique()), entities_after=len(entity[~before].unique()),
        n=fitted.n, clusters=found.dof + 1, level=level, dropped=fitted.dropped,
        notes=_notes(result, turning, ends, entity[~before], entity[before]), fitted=fitted,
    )  # fmt: skip


def _joint_p(slopes: list[Combination], is_u: bool, name: str) -> float:
    """Larger of the two one-sided p-values: U needs less than zero below, more above."""
    low, high = (getattr(slope, name) for slope in slopes)
    return float(max(1 - low, high) if is_u else max(low, 1 - high))


def _turning(found: Joint, v: np.ndarray, mean: float, level: float) -> Ratio:
    # m + θ with θ = −b₁ / (2b₂): a ratio of two linear forms.
    a = np.diag([-1.0, 2.0])
    top, bottom = a @ found.estimates
    ratio = fieller(float(top), float(bottom), a @ v @ a.T, reach(found.dof, level))
    return Ratio(ratio.low + mean, ratio.high + mean, ratio.shape)


def _notes(
    result: Estimate, turning: float, ends: tuple[float, float], after: pd.Index, before: pd.Index
) -> tuple[str, ...]:
    out = [
        "Slopes at both ends of the data; joint one-sided test of Lind and Mehlum; intervals of "
        "the turning point after Fieller."
    ]
    if not ends[0] < turning < ends[1]:
        out.append("The curve turns outside the data, so within them it has no U of either kind.")
    elif min(len(after.unique()), len(before.unique())) < 5:
        out.append("Fewer than five entities have rows on one side of the turning point.")
    warnings = warnings_for(["u_test"], result.fitted.shape)
    return (*result.notes, *out, result.convention, *warnings)


def _words(ratio: Ratio) -> str:
    low, high = f"{ratio.low:.4g}".replace("-", "−"), f"{ratio.high:.4g}".replace("-", "−")
    rays = f"below {low} or above {high}"
    return {"interval": f"[{low}, {high}]", "rays": rays, "line": "anywhere"}[ratio.shape]


def _require_square(spec: Specification, of: str, trim: float) -> None:
    if (of, of) not in spec.interactions:
        raise SpecificationError(
            f"'{spec.outcome}' is not regressed on the square of '{of}': add [{of}, {of}] to its "
            "interactions."
        )
    if any(of in pair and pair != (of, of) for pair in spec.interactions):
        raise SpecificationError(
            f"'{of}' also stands in another product, so its slope has no single turning point: "
            "leave that product out."
        )
    if not 0 <= trim < 0.5:
        raise SpecificationError(f"Trim {trim} must be a share below one half: 0 keeps all rows.")
