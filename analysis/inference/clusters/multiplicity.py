"""What is left of a family of findings when each is charged for the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.certified import warning_for
from analysis.errors import SpecificationError
from analysis.inference.report import html_grid

__all__ = ["Family", "adjust_family", "false_discovery", "romano_wolf"]

_TIE = 1e-9  # relative; a draw that repeats the observed signs must count as reaching it


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """p-values of a family of hypotheses, as found and adjusted.

    Attributes
    ----------
    names : tuple of str
        Hypotheses, in the order given.
    p : ndarray, shape (H,)
        As found, each by itself.
    holm : ndarray, shape (H,)
        Family-wise error, any dependence (Holm 1979).
    bh, by : ndarray, shape (H,)
        False discovery rate under positive and under any dependence.
    romano_wolf : ndarray, shape (H,), or None
        Family-wise error with the dependence of the draws; None without draws.
    notes : tuple of str
        Sentences that belong under the table.
    """

    names: tuple[str, ...]
    p: np.ndarray
    holm: np.ndarray
    bh: np.ndarray
    by: np.ndarray
    romano_wolf: np.ndarray | None
    notes: tuple[str, ...]

    def tidy(self) -> pd.DataFrame:
        """One row per hypothesis; no Romano-Wolf column without draws."""
        columns = {"name": self.names, "p": self.p, "holm": self.holm, "bh": self.bh, "by": self.by}
        if self.romano_wolf is not None:
            columns["romano_wolf"] = self.romano_wolf
        return pd.DataFrame(columns)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"hypotheses": self.tidy().to_dict("records"), "notes": list(self.notes)}

    def _repr_html_(self) -> str:
        table = self.tidy()
        last = ("Romano-Wolf p", "romano_wolf") if "romano_wolf" in table else ("Holm p", "holm")
        rows = [
            (row["name"], _p(row["p"]), _p(row["bh"]), _p(row[last[1]]))
            for row in table.to_dict("records")
        ]
        heads = ("Hypothesis", "p alone", "q (BH)", last[0])
        return html_grid("Adjusted for the family", heads, rows, self.notes)


def romano_wolf(t: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Step-down p-values that control the chance of even one false rejection.

    Hypotheses are ordered by |t|, largest first. The p-value of the j-th is
    (1 + #{b: max_{l ≥ j} |t*_bl| ≥ |t_j|}) / (B + 1), and no smaller than the one before. The first
    step is the single-step max-t test; later steps need not reckon with hypotheses already
    rejected.

    Not for draws made hypothesis by hypothesis: the method lives on their dependence, so one
    row of `draws` must come from one resample of the clusters, shared by all hypotheses.

    Parameters
    ----------
    t : ndarray, shape (H,)
        Observed t statistics.
    draws : ndarray, shape (B, H)
        Bootstrap t statistics under the null: centred at the estimate, or from a restricted
        bootstrap. `WildFamily.draws` is the transpose of this.

    Returns
    -------
    ndarray, shape (H,)
        Two-sided, in the order of `t`.

    Raises
    ------
    SpecificationError
        Shapes do not match, or a value is not finite.

    References
    ----------
    Romano and Wolf (2005), Econometrica 73(4), 1237–1282; (2016), Statistics & Probability
    Letters 113, 38–40.
    """
    t, draws = np.abs(np.asarray(t, dtype=float)), np.abs(np.asarray(draws, dtype=float))
    if t.ndim != 1 or draws.ndim != 2 or draws.shape[1] != len(t) or not len(draws) or not len(t):
        raise SpecificationError(
            f"{t.size} statistics and draws of shape {draws.shape} do not fit: give one row per "
            "draw and one column per statistic."
        )
    if bad := int((~np.isfinite(t)).sum() + (~np.isfinite(draws)).sum()):
        raise SpecificationError(
            f"{bad} of the statistics and draws are not finite: leave those hypotheses out of the "
            "family and say so."
        )
    order = np.argsort(-t, kind="stable")
    # From the right: the maximum over a hypothesis and all that rank below it.
    highest = np.maximum.accumulate(draws[:, order][:, ::-1], axis=1)[:, ::-1]
    reached = (highest >= t[order] * (1 - _TIE)).sum(axis=0)
    p = np.empty_like(t)
    p[order] = np.maximum.accumulate((1 + reached) / (len(draws) + 1))
    return p


def false_discovery(p: Sequence[float] | np.ndarray, method: str = "bh") -> np.ndarray:
    """Adjust p-values by statsmodels: the smallest rate at which each would be a discovery.

    Parameters
    ----------
    p : array-like, shape (H,)
        p-values; none may be missing, because the size of the family would be silently smaller.
    method : str
        "bh" (Benjamini and Hochberg 1995, independent or positively dependent statistics), "by"
        (Benjamini and Yekutieli 2001, any dependence) or "holm" (family-wise error).

    Raises
    ------
    SpecificationError
        A p-value is not in [0, 1] or the method is unknown.
    """
    from statsmodels.stats.multitest import multipletests  # takes a second to import

    p = np.asarray(p, dtype=float)
    names = {"bh": "fdr_bh", "by": "fdr_by", "holm": "holm"}
    if method not in names:
        raise SpecificationError(f"Unknown method '{method}': use one of {', '.join(names)}.")
    good = (p >= 0) & (p <= 1)
    if p.ndim != 1 or not p.size or not good.all():
        where = f"number {int(np.argmin(good)) + 1} is {p[np.argmin(good)]}" if p.size else "none"
        raise SpecificationError(
            f"A family needs p-values between 0 and 1, and {where}: decide first which hypotheses "
            "belong to the family."
        )
    return np.asarray(multipletests(p, method=names[method])[1])


def adjust_family(
    p: Mapping[str, float],
    t: Sequence[float] | np.ndarray | None = None,
    draws: np.ndarray | None = None,
) -> Family:
    """Adjust a family of p-values in every way at once.

    Parameters
    ----------
    p : mapping of str to float
        p-value by hypothesis.
    t, draws : optional
        As in `romano_wolf`, in the order of `p`.

    Raises
    ------
    SpecificationError
        As in `romano_wolf` and `false_discovery`, or only one of `t` and `draws` is given.
    """
    if (t is None) != (draws is None):
        raise SpecificationError("Romano-Wolf needs both t and draws: give both or neither.")
    values = np.array(list(p.values()), dtype=float)
    stepped = None
    notes = [f"A family of {len(p)}. q: share of false findings among those at least as strong."]
    if t is not None and draws is not None:
        if len(t) != len(p):
            raise SpecificationError(
                f"{len(p)} p-values and {len(t)} statistics: give one statistic per hypothesis."
            )
        stepped = romano_wolf(np.asarray(t), np.asarray(draws))
        notes += [f"Romano-Wolf step-down from {len(draws):,} draws.", warning_for("romano_wolf")]
    found = {method: false_discovery(values, method) for method in ("holm", "bh", "by")}
    return Family(tuple(p), values, **found, romano_wolf=stepped, notes=tuple(filter(None, notes)))


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
