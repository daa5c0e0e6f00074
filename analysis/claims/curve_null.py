"""How a specification curve compares with curves of histories dealt out anew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

__all__ = ["Null", "null_of"]

LEVEL = 0.05


@dataclass(frozen=True, eq=False)
class Null:
    """Three statistics of a curve and their places among placebo curves.

    Attributes
    ----------
    placebos : int
        Curves of histories dealt out anew.
    band : DataFrame
        ``low`` and ``high``: fifth and ninety-fifth percentile of the placebo curves at each rank.
    observed : mapping of str to float
        ``median`` estimate in the predicted direction, ``significant``: specifications with p
        (CR1) below 5% in that direction, and Stouffer's combined ``z``.
    extreme : mapping of str to int
        Placebo curves that reach the observed value.
    predicted : bool
        Whether a direction is predicted; otherwise each curve is taken in its own.
    """

    placebos: int
    band: pd.DataFrame
    observed: dict[str, float]
    extreme: dict[str, int]
    predicted: bool

    @property
    def shares(self) -> dict[str, float]:
        """Share of curves as extreme, the real one among them, so that none is zero."""
        return {k: (1 + v) / (1 + self.placebos) for k, v in self.extreme.items()}

    @property
    def words(self) -> str:
        """The three shares in a sentence."""
        median, many, z = (self.extreme[k] for k in ("median", "significant", "z"))
        way = "the predicted direction" if self.predicted else "either direction"
        return (
            f"Among {self.placebos} curves with histories dealt out anew, the median lies as far "
            f"in {way} in {median}, significant estimates there are as many in {many}, and the "
            f"combined z is as large in {z}."
        )


def null_of(estimates: np.ndarray, p: np.ndarray, sign: str) -> Null:
    """Compare the first of many curves with the others.

    Parameters
    ----------
    estimates, p : ndarray (S, 1 + P)
        Of S specifications on the real panel, which comes first, and on P others.
    sign : str
        As predicted; where it is neither "+" nor "-", each curve is taken in the direction of its
        own median, so that the comparison is two-sided.
    """
    middle = np.nanmedian(estimates, axis=0)
    way = {"+": 1.0, "-": -1.0}.get(sign, np.where(middle < 0, -1.0, 1.0))
    along = way * estimates
    single = -ndtri(np.clip(p, 1e-300, 1.0) / 2) * np.sign(along)
    found = {
        "median": way * middle,
        "significant": ((p < LEVEL) & (along > 0)).sum(axis=0).astype(float),
        "z": np.nansum(single, axis=0) / np.sqrt(np.isfinite(single).sum(axis=0)),
    }
    ranked = np.sort(estimates[:, 1:], axis=0)
    low, high = np.nanpercentile(ranked, [5, 95], axis=1)
    return Null(
        placebos=estimates.shape[1] - 1,
        band=pd.DataFrame({"low": low, "high": high}),
        observed={k: float(v[0]) for k, v in found.items()},
        extreme={k: int((v[1:] >= v[0] - 1e-12).sum()) for k, v in found.items()},
        predicted=sign in ("+", "-"),
    )
