"""Is an effect small enough to count as none? Two one-sided tests against a margin."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from analysis.certified import warning_for
from analysis.errors import SpecificationError
from analysis.inference.coefficients import jsonable
from analysis.inference.estimate import Estimate
from analysis.inference.report import html_grid, plain_number

__all__ = ["Equivalence", "equivalence", "tost"]


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Two one-sided tests on one coefficient.

    Attributes
    ----------
    term, label : str
        Name in the specification and label for readers.
    estimate, se : float
        In the unit of the margin.
    dof : int
        G − 1.
    margin : float
        The null is |effect| ≥ margin.
    unit : str
        "natural" (outcome per unit of the term) or "within_sd" (within-SDs per within-SD).
    kind : str
        "cr3" or "cr1".
    p_low, p_high : float
        Against an effect of −margin or less, and of margin or more.
    p : float
        The larger of the two; below `level` the effect is shown to be smaller than the margin.
    smallest_margin : float
        The smallest margin that would be accepted at `level`.
    low, high : float
        Interval of coverage 1 − 2·level; it lies inside the margins exactly when p < level.
    level : float
        Size of the test.
    notes : tuple of str
        Sentences that belong under the table.
    """

    term: str
    label: str
    estimate: float
    se: float
    dof: int
    margin: float
    unit: str
    kind: str
    p_low: float
    p_high: float
    p: float
    smallest_margin: float
    low: float
    high: float
    level: float
    notes: tuple[str, ...]

    @property
    def accepted(self) -> bool:
        """Whether the effect is shown to be smaller than the margin."""
        return self.p < self.level

    def tidy(self) -> pd.DataFrame:
        """One row, columns as the attributes but for the notes."""
        return pd.DataFrame([self._plain()])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"method": "tost", **jsonable(self._plain()), "notes": list(self.notes)}

    def _plain(self) -> dict[str, Any]:
        out = asdict(self)
        del out["notes"]
        return {**out, "accepted": self.accepted}

    def _repr_html_(self) -> str:
        def show(value: float) -> str:
            return plain_number(value, self.se)

        row = (
            self.label,
            f"{show(self.estimate)} ({show(self.se)})",
            f"±{show(self.margin)}: p = {self.p:.3f}",
            f"±{show(self.smallest_margin)}",
        )
        heads = ("Term", "Estimate (SE)", "Margin", "Smallest margin accepted")
        return html_grid("Smaller than the margin?", heads, [row], self.notes)


def tost(
    estimate: float, se: float, dof: float, margin: float, level: float = 0.05
) -> tuple[float, float, float]:
    """Return p against −margin, p against margin, and the smallest margin accepted at `level`.

    p_low = P(t_dof > (b + margin)/se), p_high = P(t_dof < (b − margin)/se); the smallest symmetric
    margin with both below `level` is |b| + t_{1−level, dof} · se.

    References
    ----------
    Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15(6), 657–680.
    """
    with np.errstate(divide="ignore"):  # a term less itself has no error at all
        p_low, p_high = stdtr(dof, np.divide((-(estimate + margin), estimate - margin), se))
    return float(p_low), float(p_high), float(abs(estimate) + stdtrit(dof, 1 - level) * se)


def equivalence(
    estimate: Estimate,
    term: str,
    margin: float,
    *,
    unit: str = "within_sd",
    kind: str = "cr3",
    level: float = 0.05,
) -> Equivalence:
    """Test whether one coefficient is smaller in size than a margin.

    A large p-value of the ordinary test is not evidence of no effect; this is. Not with a margin
    chosen after the estimate was seen: `smallest_margin` then says more.

    Parameters
    ----------
    estimate : Estimate
        What `analysis.inference.estimate` gave.
    term : str
        The coefficient.
    margin : float
        Size below which an effect counts as none, positive, in `unit`.
    unit : str
        "within_sd" (see `Estimate.standardised`) or "natural".
    kind : str
        "cr3" or "cr1"; t(G−1) either way.
    level : float
        Size of the test.

    Raises
    ------
    SpecificationError
        Margin, unit, kind or level make no sense, the SE is zero, or the term has no within-SD.
    UnknownNameError
        The estimate has no such term.
    """
    _check(margin, unit, kind, level)
    line = estimate.coefficient(term)
    factor = line.scale if unit == "within_sd" else 1.0
    b, se = line.estimate * factor, (line.se_cr3 if kind == "cr3" else line.se) * factor
    if not (np.isfinite(se) and se > 0):
        raise SpecificationError(
            f"'{term}' has no positive standard error in {unit} units: use the natural unit or "
            "another estimate."
        )
    dof = estimate.clusters - 1
    p_low, p_high, smallest = tost(b, se, dof, margin, level)
    reach = smallest - abs(b)
    words = "within-SDs per within-SD" if unit == "within_sd" else "units of the outcome per unit"
    notes = (
        f"Two one-sided tests at {level:.0%} with {kind.upper()} and t({dof}); margins in {words}.",
        warning_for("tost"),
    )
    return Equivalence(
        line.term, line.label, b, se, dof, float(margin), unit, kind, p_low, p_high,
        max(p_low, p_high), smallest, b - reach, b + reach, level, tuple(filter(None, notes)),
    )  # fmt: skip


def _check(margin: float, unit: str, kind: str, level: float) -> None:
    if not (np.isfinite(margin) and margin > 0):
        raise SpecificationError(f"The margin must be a positive number, not {margin}.")
    if unit not in ("natural", "within_sd"):
        raise SpecificationError(f"Unknown unit '{unit}': use 'natural' or 'within_sd'.")
    if kind not in ("cr3", "cr1"):
        raise SpecificationError(f"Unknown kind '{kind}': use 'cr3' or 'cr1'.")
    if not 0 < level < 0.5:
        raise SpecificationError(f"Level {level} must lie between 0 and 0.5: 0.05 is usual.")
