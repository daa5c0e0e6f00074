"""Coupling coordination of n systems, and the verbal grades that go with it.

D describes two levels at once; it holds no causation, is nearly the square root of the mean level,
and its grade depends on how the ingredients were scaled (see ``grade_sensitivity``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from analysis.data.files import read_yaml
from analysis.errors import DataError, SpecificationError, require_known
from analysis.measures.weights import Floats

_scales = cache(partial(read_yaml, Path(__file__).with_name("coupling_grades.yml")))


@dataclass(frozen=True, slots=True)
class Coupling:
    """Coupling degree C, mean level T and coordination degree D = sqrt(C T), each shape (rows,).

    Attributes
    ----------
    C, T, D : ndarray, shape (rows,)
        In [0, 1] each.
    """

    C: Floats
    T: Floats
    D: Floats


@dataclass(frozen=True, slots=True)
class Grade:
    """A verbal grade with the interval it stands for.

    Attributes
    ----------
    en, zh : str
        The word in English and in Chinese.
    lower, upper : float
        The interval it stands for.
    """

    en: str
    zh: str
    lower: float
    upper: float

    def __str__(self) -> str:
        return f"{self.en} ({self.zh})"


def coupling_classic(u: Floats) -> Floats:
    r"""Return the classic C, ``n (prod U)^{1/n} / sum U``, shape (rows,).

    For two systems it is :math:`2\sqrt{U_1 U_2} / (U_1 + U_2)`. It is one whenever the systems are
    equal, however low they are.
    """
    return np.exp(np.log(u).mean(axis=1)) / u.mean(axis=1)


def coupling_wang2021(u: Floats) -> Floats:
    r"""Return the corrected C of Wang Shujia et al. (2021), shape (rows,).

    .. math:: C = \sqrt{\Bigl[1 - \frac{\sum_{i>j} |U_i - U_j|}{\sum_{m=1}^{n-1} m}\Bigr]
              \Bigl(\prod_i \frac{U_i}{\max U}\Bigr)^{1/(n-1)}}

    Source: Journal of Natural Resources 36(3), 793-810 (in Chinese). Every U_i inside the product
    is divided by the largest one: only then does n = 2 give the paper's two-system form
    :math:`\sqrt{[1 - (U_{max} - U_{min})]\, U_{min} / U_{max}}`.
    """
    n = u.shape[1]
    gaps = sum(np.abs(u[:, i] - u[:, j]) for i, j in combinations(range(n), 2))
    top = u.max(axis=1, keepdims=True)
    product = np.prod(u / top, axis=1) ** (1.0 / (n - 1))
    return np.sqrt((1.0 - gaps / (n * (n - 1) / 2)) * product)


FORMS: Mapping[str, Callable[[Floats], Floats]] = {
    "classic": coupling_classic,
    "wang2021": coupling_wang2021,
}


def coupling(u: ArrayLike, form: str = "classic", alpha: ArrayLike | None = None) -> Coupling:
    r"""Coupling and coordination of n systems.

    Parameters
    ----------
    u
        Shape (rows, n), or (n,) for one row; levels of the systems in (0, 1].
    form
        ``classic`` or ``wang2021``, the form of C.
    alpha
        Weights of the systems in :math:`T = \sum_i \alpha_i U_i`, summing to one; equal by default.

    Returns
    -------
    Coupling
        C, T and :math:`D = \sqrt{C T}`, each of shape (rows,).

    Raises
    ------
    DataError
        If a level is missing or lies outside (0, 1]: a coupling degree has no meaning there.
    SpecificationError
        If there are fewer than two systems or ``alpha`` does not fit.
    UnknownNameError
        If the form is not known.

    Examples
    --------
    >>> found = coupling([[0.4, 0.9], [0.6, 0.6]])
    >>> found.C.round(3), found.D.round(3)
    (array([0.923, 1.   ]), array([0.775, 0.775]))
    """
    require_known("form of coupling", form, FORMS, "coupling")
    levels = np.atleast_2d(np.asarray(u, dtype=float))
    n = levels.shape[1]
    if n < 2:
        raise SpecificationError("Coupling needs at least two systems: give one column per system.")
    outside = ~((levels > 0) & (levels <= 1))
    if outside.any():
        raise DataError(
            f"Coupling needs levels in (0, 1], but {int(outside.sum())} of {levels.size} are "
            f"missing or outside, such as {levels[outside][0]:.4g}: rescale the indices or drop "
            "these rows."
        )
    c = np.minimum(FORMS[form](levels), 1.0)  # rounding can pass one by a hair
    t = levels @ _alpha(alpha, n)
    return Coupling(C=c, T=t, D=np.sqrt(c * t))


COMPOSITES: Mapping[str, Callable[[Floats], Floats]] = {
    "classic": lambda u: coupling(u, "classic").D,
    "wang2021": lambda u: coupling(u, "wang2021").D,
    "mean": lambda u: u.mean(axis=1),
    "minimum": lambda u: u.min(axis=1),
}
"""Forms in which several indices are seen together; each takes levels of shape (rows, n) in (0, 1]
and gives shape (rows,)."""

LINEAR = frozenset({"mean"})
"""Forms that add up what goes in, so that they say nothing on interplay."""


def _alpha(alpha: ArrayLike | None, n: int) -> Floats:
    shares = np.full(n, 1.0 / n) if alpha is None else np.asarray(alpha, dtype=float)
    if shares.shape != (n,) or (shares < 0).any() or not np.isclose(shares.sum(), 1.0):
        raise SpecificationError(
            f"The weights of {n} systems must be {n} non-negative numbers that add to one, not "
            f"{np.atleast_1d(shares).tolist()}."
        )
    return shares


def grades(scale: str = "d") -> tuple[Grade, ...]:
    """Return all grades of D (``scale="d"``) or bands of C (``scale="c"``), lowest first.

    Parameters
    ----------
    scale : str
        "d" or "c".

    Returns
    -------
    tuple of Grade
        Lowest first.

    Examples
    --------
    >>> len(grades("d")), len(grades("c"))
    (10, 4)
    """
    require_known("scale of grades", scale, _scales(), "grades")
    rows = _scales()[scale]["grades"]
    lowers = [0.0] + [row["upper"] for row in rows[:-1]]
    return tuple(Grade(lower=low, **row) for row, low in zip(rows, lowers, strict=True))


def grade(value: float, scale: str = "d") -> Grade:
    """Return the verbal grade of one value of D, or of C with ``scale="c"``.

    A boundary of D belongs to the grade above it (0.1 is severe, not extreme, disorder; only 1
    belongs to the top grade); a boundary of C belongs to the band below it (0.3 is low). Values are
    compared after rounding to twelve decimals, so 0.1 + 0.2 counts as 0.3.

    Parameters
    ----------
    value : float
        From 0 to 1.
    scale : str
        "d" for the coupling degree, "c" for the degree of coupling.

    Returns
    -------
    Grade
        English and Chinese name with their bounds.

    Examples
    --------
    >>> grade(0.52).en, grade(0.52).zh
    ('barely coordinated', '勉强协调')
    """
    ladder = grades(scale)
    if not 0.0 <= value <= 1.0:
        raise DataError(f"A grade needs a value in [0, 1], not {value!r}: pass one D or C.")
    side = "right" if _scales()[scale]["closed"] == "left" else "left"
    uppers = [step.upper for step in ladder]
    rung = int(np.searchsorted(uppers, round(float(value), 12), side=side))
    return ladder[min(rung, len(ladder) - 1)]
