"""Two-stage least squares with absorbed effects, and what weak instruments leave of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace

import numpy as np
import pandas as pd
from scipy.special import fdtrc

from analysis.certified import warnings_for
from analysis.data import Panel
from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.appendix import weak
from analysis.inference.cells import Grid, plain_number
from analysis.inference.coefficients import label_of, term_label
from analysis.inference.options import checked
from analysis.inference.result import Regression, Row, estimate_rows, row, share
from analysis.models import Dropped, Fit, Specification, fit
from analysis.models.scaling import least_squares, units

__all__ = ["Instrumented", "instrumented"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Instrumented(Regression):
    """2SLS with its first stage, its reduced form and a set that survives weak instruments.

    Attributes
    ----------
    endogenous, instruments : str, tuple of str
        The regressor that is instrumented, and what moves it.
    terms, least_squares : tuple of Row, Row
        2SLS coefficients, in the order of the specification, which is the equation of interest; the
        endogenous regressor without instruments, for comparison.
    first_stage, reduced_form : tuple of Row
        Instruments on the endogenous regressor and on the outcome.
    effective_f, critical_f : float
        Effective F and the value above which the bias of 2SLS is below a tenth of the worst case.
    robust_f : float
        Wald F of the instruments in the first stage, clustered.
    ar_shape, ar_set, ar_p
        "interval", "two rays", "whole line", "empty" or "union"; the pieces of the Anderson-Rubin
        confidence set of the endogenous coefficient, whose ends may be infinite; the p-value of
        zero.
    forms : ReducedForms
        The numbers behind `ar_at`.
    """

    specification: Specification
    endogenous: str
    instruments: tuple[str, ...]
    outcome_label: str
    terms: tuple[Row, ...]
    least_squares: Row
    first_stage: tuple[Row, ...]
    reduced_form: tuple[Row, ...]
    effective_f: float
    critical_f: float
    robust_f: float
    ar_shape: str
    ar_set: tuple[tuple[float, float], ...]
    ar_p: float
    forms: weak.ReducedForms = field(repr=False)
    n: int
    n_entities: int
    clusters: int
    parameters: int
    level: float
    dropped: tuple[Dropped, ...]
    grid_rows: int
    notes: tuple[str, ...]

    @property
    def stages(self) -> dict[str, tuple[Row, ...]]:
        """Lines by stage."""
        return {"second": self.terms, "least_squares": (self.least_squares,),
                "first": self.first_stage, "reduced_form": self.reduced_form}  # fmt: skip

    def ar_at(self, beta: float) -> float:
        """Anderson-Rubin p-value of a coefficient of `beta`."""
        return weak.p_value(self.forms, beta, self.clusters - 1)

    def tidy(self) -> pd.DataFrame:
        """One row per stage and term."""
        rows = [{"stage": k, **asdict(x)} for k, lines in self.stages.items() for x in lines]
        return pd.DataFrame(rows).drop(columns=["se_cr3", "p_cr3", "low_cr3", "high_cr3"])

    def grid(self) -> Grid:
        """Return the table."""
        words = {"second": "2SLS", "least_squares": "Least squares", "first": "First stage"}
        words["reduced_form"] = "Reduced form"
        rows = [
            (f"{words[stage]}: {label}", *cells)
            for stage, lines in self.stages.items()
            for label, *cells in estimate_rows(lines)
        ]
        unit, infinite = self.coefficient(self.endogenous).se, {np.inf: "∞", -np.inf: "−∞"}
        ends = [[infinite.get(x) or plain_number(x, unit) for x in piece] for piece in self.ar_set]
        pieces = " or ".join(map(" to ".join, ends)) or "no value"
        rows.append(("Anderson-Rubin set", self.ar_shape, pieces))
        rows.append(("Effective F", f"{self.effective_f:.1f}", f"wanted: {self.critical_f:.1f}"))
        head = ("", "Estimate (CR1)", f"{share(self.level)} interval")
        return Grid.of(self.outcome_label, head, rows, self.notes)


@checked
def instrumented(
    spec: Specification, panel: Panel, endogenous: str, instruments: Sequence[str], *,
    instrument_lag: int | None = None, level: float = 0.05,
) -> Instrumented:  # fmt: skip
    """Estimate by 2SLS after absorbing the effects, with CR1 and t(G−1).

    b = (X̂'X)⁻¹X̂'y with X̂ the regressors projected on instruments and exogenous regressors, all
    less their effects; linearmodels estimates. CR1 uses X̂ and the structural residuals y − Xb, and
    the same factor as everywhere, K charged for the second stage. The t interval is not valid with
    weak instruments; the Anderson-Rubin set is (Anderson and Rubin 1949, Annals of Mathematical
    Statistics 20(1), 46–63; with a clustered Wald test, F(l, G−1)). Read it first, the effective F
    of Montiel Olea and Pflueger (2013, Journal of Business & Economic Statistics 31(3)) second.

    Not to be used with an instrument that reaches the outcome on another way, which no statistic
    here can see: lags and means of neighbours do.

    Parameters
    ----------
    spec, panel, level
        As in `estimate`; all slopes but `endogenous` count as exogenous.
    endogenous, instruments : str, sequence of str
        One of the regressors, and at least one variable outside the equation.
    instrument_lag : int, optional
        Years by which they precede the outcome; by default those of the endogenous regressor.

    Returns
    -------
    Instrumented
        Slopes, first stage, weak-instrument statistics.

    Raises
    ------
    SpecificationError
        No instrument, one that is already in the equation, absorbed or a combination of the other
        regressors, or a product with the endogenous regressor.
    UnknownNameError
        A name is not in the specification or the panel.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"])
    >>> round(float(instrumented(spec, panel, "rd_fte", ["hightech_rd_fte"]).params["rd_fte"]), 2)
    0.19
    """
    names = (instruments,) if isinstance(instruments, str) else tuple(instruments)
    _require(spec, endogenous, names)
    lag = spec.lag_of(endogenous) if instrument_lag is None else instrument_lag
    lags = {**dict(spec.lags), **dict.fromkeys(names, lag)}
    fitted = fit(replace(spec, controls=(*spec.controls, *names), lags=lags), panel)
    own, j = len(spec.terms), fitted.terms.index(endogenous)
    terms, plain = _second_stage(fitted, panel, own, endogenous, level)
    exogenous = np.delete(fitted.x[:, :own], j, axis=1)
    block = np.column_stack([fitted.x[:, own:], fitted.y, fitted.x[:, j]])
    block -= exogenous @ least_squares(exogenous, block)
    z, y, d = block[:, :-2], block[:, -2], block[:, -1]
    forms = weak.reduced_forms(z, y, d, fitted.clusters, fitted.parameters - 1)
    strength, wanted = weak.effective_f(forms), weak.f_critical(forms)
    groups, main = len(fitted.cluster_labels), terms[j]
    shape, pieces = weak.anderson_rubin(forms, groups - 1, level, main.estimate, main.se)
    errors_d, errors_y = (np.sqrt(np.diag(v)) for v in (forms.v_dd, forms.v_yy))
    wald = forms.on_d @ np.linalg.solve(forms.v_dd, forms.on_d) / len(names)
    return Instrumented(
        specification=spec, endogenous=endogenous, instruments=names,
        outcome_label=label_of(panel, spec.outcome), terms=terms, least_squares=plain,
        first_stage=_stage(names, panel, forms.on_d, errors_d, groups - 1, level),
        reduced_form=_stage(names, panel, forms.on_y, errors_y, groups - 1, level),
        effective_f=strength, critical_f=wanted, robust_f=float(wald), ar_shape=shape,
        ar_set=pieces, ar_p=weak.p_value(forms, 0.0, groups - 1), forms=forms, n=fitted.n,
        n_entities=len(fitted.entities), clusters=groups, parameters=fitted.parameters - len(names),
        level=level, dropped=fitted.dropped, grid_rows=fitted.grid_rows,
        notes=(*fitted.notes, *_notes(fitted, strength, wanted, shape, float(wald), len(names))),
    )  # fmt: skip


def _require(spec: Specification, endogenous: str, names: tuple[str, ...]) -> None:
    if endogenous not in spec.slopes:
        raise UnknownNameError("endogenous regressor", endogenous, spec.slopes, "the equation")
    if not names:
        raise SpecificationError(f"'{endogenous}' has no instrument: name at least one.")
    for pair in spec.interactions:
        if endogenous in pair:
            raise SpecificationError(
                f"The product {' × '.join(pair)} is endogenous as well and has no instrument of "
                "its own: leave it out."
            )


def _second_stage(
    fitted: Fit, panel: Panel, own: int, endogenous: str, level: float
) -> tuple[tuple[Row, ...], Row]:
    """2SLS lines of all own terms, and the least-squares line of the endogenous one."""
    # Imported here: it takes about a second, and nothing else of inference needs it.
    from linearmodels.iv import IV2SLS

    names, unit = list(fitted.terms), units(fitted.x)
    # linearmodels takes columns whose units lie far apart for collinear.
    x = pd.DataFrame(fitted.x / unit, columns=names)
    groups, charged = len(fitted.cluster_labels), fitted.parameters - (len(names) - own)
    factor = np.sqrt(groups / (groups - 1) * (fitted.n - 1) / (fitted.n - charged))

    def lines(*columns: pd.DataFrame | None) -> tuple[Row, ...]:
        found = IV2SLS(fitted.y, *columns).fit(cov_type="clustered", clusters=fitted.clusters)
        slopes, errors = (v[names[:own]] / unit[:own] for v in (found.params, found.std_errors))
        return _stage(names[:own], panel, slopes, factor * errors, groups - 1, level)

    exogenous = x[names[:own]].drop(columns=endogenous) if own > 1 else None
    plain = lines(x[names[:own]], None, None)[names.index(endogenous)]
    return lines(exogenous, x[[endogenous]], x[names[own:]]), plain


def _stage(
    names: Sequence[str], panel: Panel, b: Sequence[float], errors: Sequence[float], dof: int,
    level: float,
) -> tuple[Row, ...]:  # fmt: skip
    return tuple(
        row(name, term_label(panel, name), value, se, dof, level)
        for name, value, se in zip(names, b, errors, strict=True)
    )


def _notes(
    fitted: Fit, strength: float, wanted: float, shape: str, wald: float, count: int
) -> tuple[str, ...]:
    spec, groups = fitted.specification, len(fitted.cluster_labels)
    words = {
        "two rays": "The Anderson-Rubin set is unbounded: the data exclude only values between "
        "its two rays, because the first stage is not significant.",
        "whole line": "The Anderson-Rubin set is the whole line: these instruments say nothing "
        "about the coefficient.",
        "empty": "The Anderson-Rubin set is empty: no coefficient reconciles the instruments, so "
        "at least one of them is not excluded.",
        "union": "The Anderson-Rubin set has several pieces: the instruments disagree.",
    }
    notes = (
        f"2SLS, clustered by {spec.cluster}, G = {groups}. CR1 as for least squares, K = "
        f"{fitted.parameters - count}; t(G−1), Anderson-Rubin from F({count}, G−1).",
        f"First-stage F(l, G−1) p = {float(fdtrc(count, groups - 1, wald)):.3f}.",
        f"Effective F {strength:.1f} is below {wanted:.1f}: 2SLS may be biased by more than a "
        "tenth of the worst case and its t interval is not to be trusted."
        if strength < wanted
        else "",
        words.get(shape, ""),
        *warnings_for(("iv_wald", "iv_ar"), fitted.shape),
    )
    return tuple(note for note in notes if note)
