"""The added-variable view of one term: what a regression sees when everything else is out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.errors import UnknownNameError
from analysis.models.fit import Fit

__all__ = ["AddedVariable", "added_variable"]


@dataclass(frozen=True, slots=True, eq=False)
class AddedVariable:
    """Outcome and one term with effects and all other terms partialled out.

    By Frisch, Waugh and Lovell the least-squares line through (x, y) has exactly the slope of the
    full regression.

    Attributes
    ----------
    x, y : ndarray, shape (n,)
        In units of the term and of the outcome.
    x_sd, y_sd : float
        Within-SDs of the two in levels (see `Fit.within_sd`), to draw both on one scale.
    slope : float
        The coefficient of the term.
    """

    x: np.ndarray
    y: np.ndarray
    x_sd: float
    y_sd: float
    slope: float


def added_variable(fitted: Fit, term: str) -> AddedVariable:
    """Partial every other term out of the outcome and of `term`."""
    if term not in fitted.terms:
        raise UnknownNameError("term", term, fitted.terms, "this fit")
    at = fitted.terms.index(term)
    others = np.delete(fitted.x, at, axis=1)
    z = np.column_stack([fitted.x[:, at], fitted.y])
    if others.shape[1]:
        scaled = others / others.std(axis=0)  # yuan beside a share: least squares needs one scale
        z = z - scaled @ np.linalg.lstsq(scaled, z, rcond=None)[0]
    return AddedVariable(
        x=z[:, 0],
        y=z[:, 1],
        x_sd=float(fitted.within_sd[1 + at]),
        y_sd=float(fitted.within_sd[0]),
        slope=float(fitted.coefficients[at]),
    )
