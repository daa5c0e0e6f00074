"""Driscoll and Kraay's standard errors, an appendix row: they need many years."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analysis.certified import warnings_for
from analysis.data import Panel
from analysis.errors import SpecificationError
from analysis.inference.cells import Grid
from analysis.inference.clusters.satterthwaite import SmallSampleLine, lines_of, small_sample_table
from analysis.inference.coefficients import label_of, term_label
from analysis.inference.options import checked
from analysis.inference.result import Regression
from analysis.models import Dropped, Rows, Specification, fit
from analysis.models.scaling import units

__all__ = ["DriscollKraay", "driscoll_kraay", "hac_by_year"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DriscollKraay(Regression):
    """A regression with Driscoll-Kraay errors and t(T−1).

    Attributes
    ----------
    terms : tuple of SmallSampleLine
        In the order of the specification.
    lags, years : int
        m of the Bartlett kernel; T, years with a row.
    factor : float
        T/(T−1) · (n−1)/(n−K), by which the variance is multiplied.
    """

    outcome_label: str
    terms: tuple[SmallSampleLine, ...]
    lags: int
    years: int
    factor: float
    level: float
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...]

    def grid(self) -> Grid:
        """Return the table."""
        caption = f"{self.outcome_label}: Driscoll-Kraay"
        return small_sample_table(caption, self.terms, self.notes)


def hac_by_year(
    x: np.ndarray, y: np.ndarray, years: np.ndarray, lags: int
) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (k,) and Driscoll-Kraay covariance (k, k) without a finite-sample factor.

    With h_t = Σ_i x_it u_it and Bartlett weights w_l = 1 − l/(m+1): V = (X'X)⁻¹ [Σ_t h_t h_t' + Σ_l
    w_l Σ_t (h_t h_{t−l}' + h_{t−l} h_t')] (X'X)⁻¹, where m is `lags`. All effects are partialled
    out of `x`, shape (n, k), and `y`, shape (n,). `years`, shape (n,), are calendar years: a year
    without rows counts as one without a score, so that lags are years.
    """
    import statsmodels.api as sm  # takes over a second, and few tables print this row

    time = years - years.min()  # statsmodels indexes by these codes; a Series would not do
    options = {"time": time, "maxlags": lags, "use_correction": False}
    unit = units(x)
    found = sm.OLS(y, x / unit).fit(cov_type="hac-groupsum", cov_kwds=options)
    return np.asarray(found.params) / unit, np.asarray(found.cov_params()) / np.outer(unit, unit)


@checked
def driscoll_kraay(
    spec: Specification, panel: Panel, *, lags: int | None = None, level: float = 0.05,
    rows: Rows | None = None,
) -> DriscollKraay:  # fmt: skip
    """Estimate a specification with Driscoll-Kraay errors.

    They allow any dependence between entities of the same and of near years, and rely on many years
    for it: with a dozen years they reject true nulls far too often, and year effects, which take
    the common shock out already, leave them little to do. An appendix row, never the main one.
    Convention of R fixest: factor T/(T−1)·(n−1)/(n−K) with K as if clustered by year, t(T−1).

    Parameters
    ----------
    spec, panel, level, rows
        As in `estimate`; the `cluster` of the specification plays no part.
    lags : int, optional
        m; by default ⌊4 (T/100)^(2/9)⌋, the rule of Newey and West (1994) that Hoechle (2007) takes
        over.

    Returns
    -------
    DriscollKraay
        Slopes of `estimate` with other errors.

    Raises
    ------
    SpecificationError
        As in `analysis.models.fit`; lags negative or no shorter than the years, or no more years
        than coefficients.

    References
    ----------
    Driscoll and Kraay (1998), Review of Economics and Statistics 80(4), 549–560. Hoechle (2007),
    Stata Journal 7(3), 281–312.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"], controls=["papers_sci"])
    >>> bool((driscoll_kraay(spec, panel).std_errors > 0).all())
    True
    """
    fitted = fit(replace(spec, cluster="year"), panel, rows)
    n, periods, parameters = fitted.n, len(fitted.cluster_labels), fitted.parameters
    lags = int(4 * (periods / 100) ** (2 / 9)) if lags is None else lags
    if not 0 <= lags < periods:
        raise SpecificationError(
            f"{lags} lags cannot be taken from {periods} years: use at least 0 and fewer than "
            "the years."
        )
    years = fitted.index.get_level_values(1).to_numpy(dtype=int)
    found, covariance = hac_by_year(fitted.x, fitted.y, years, lags)
    factor = periods / (periods - 1) * (n - 1) / (n - parameters)
    labels = (term_label(panel, term) for term in fitted.terms)
    terms = zip(fitted.terms, labels, map(float, found), strict=True)
    errors = np.sqrt(np.diag(covariance) * factor)
    lines = lines_of(terms, errors, np.full(len(found), periods - 1.0), level)
    convention = (
        f"Driscoll-Kraay, Bartlett kernel with {lags} lags, T = {periods}; factor "
        f"T/(T−1)·(n−1)/(n−K), n = {n:,}, K = {parameters}; t(T−1)."
    )
    few = f"The method relies on many years and has {periods} here: read the CR3 interval instead."
    said = (convention, few) if periods < 30 else (convention,)
    return DriscollKraay(
        outcome_label=label_of(panel, spec.outcome), terms=tuple(lines), lags=lags, years=periods,
        factor=float(factor), level=level, dropped=fitted.dropped,
        notes=(*said, *warnings_for(["driscoll_kraay"], fitted.shape)),
    )  # fmt: skip
