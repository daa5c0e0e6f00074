"""Least squares in any units: yuan beside a share may be 1e16 apart, as far as a double sees."""

from __future__ import annotations

import numpy as np

__all__ = ["least_squares", "units"]


def units(columns: np.ndarray) -> np.ndarray:
    """Length of each column over all other axes, as a power of two, so that no digit is lost.

    Dividing by it leaves columns of length about one; an empty column keeps its unit.
    """
    length = np.sqrt((columns**2).sum(axis=tuple(range(columns.ndim - 1))))
    return np.exp2(np.round(np.log2(np.where(length > 0, length, 1.0))))


def least_squares(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Slopes of y, shape (n,) or (n, m), on x, whatever the units of the columns of x.

    Without a common scale a solver takes the column in the smaller unit for rounding and gives it
    a slope of zero.
    """
    unit = units(x)
    slopes = np.linalg.lstsq(x / unit, y, rcond=None)[0]
    return slopes / (unit if y.ndim == 1 else unit[:, None])
