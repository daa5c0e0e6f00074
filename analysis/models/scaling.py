"""Least squares in any units: yuan beside a share may be 1e16 apart, as far as a double sees."""

from __future__ import annotations

import numpy as np

__all__ = ["least_squares", "rank", "units", "without_columns"]

_RANK = 1e-10  # relative size below which a direction of columns counts as empty
_CELLS = 4e6  # cells of columns from which their cross-products are inverted instead


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


def rank(columns: np.ndarray) -> int:
    """Rank of columns (n, q) of one scale; where they are many, by their cross-products."""
    if columns.size <= _CELLS:
        return int(np.linalg.matrix_rank(columns))
    values = np.linalg.eigvalsh(columns.T @ columns)
    return int((values > _RANK * values[-1]).sum())


def without_columns(z: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Residuals of z, shape (n, m), on columns (n, q) of one scale that may be collinear.

    By least squares; where rows and columns are many, by their cross-products, twice, so that
    what the squaring loses in the first step comes back in the second.
    """
    if columns.size <= _CELLS:
        return z - columns @ np.linalg.lstsq(columns, z, rcond=_RANK)[0]
    inverse = np.linalg.pinv(columns.T @ columns, rcond=_RANK, hermitian=True)
    for _ in range(2):
        z = z - columns @ (inverse @ (columns.T @ z))
    return z
