"""How a response builds up: one regression per horizon, and whether late exceeds early."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.certified import warnings_for
from analysis.data import Panel, Variable
from analysis.errors import SpecificationError
from analysis.inference.cells import Grid, bracketed
from analysis.inference.coefficients import Coefficient, label_of
from analysis.inference.estimate import Estimate, estimate
from analysis.inference.form.joint import Combination, Joint, combine, joint
from analysis.inference.options import checked
from analysis.inference.report import convention
from analysis.inference.result import Result
from analysis.models import Dropped, Sample, Specification

__all__ = ["LocalProjections", "local_projections"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LocalProjections(Result):
    """Responses to one regressor by horizon.

    Attributes
    ----------
    of, of_label : str
        The regressor and its label.
    horizons : tuple of int
        Years h after the outcome year of horizon 0.
    columns : tuple of Estimate
        One regression per horizon, rows labelled by the outcome year of horizon 0.
    joint : Joint
        Coefficients of `of` with their covariance across horizons.
    early, late, contrast : tuple of int, tuple of int, Combination
        Horizons compared, and mean of the late less mean of the early coefficients.
    common, cumulative, history : bool, bool, int
        As asked for.
    """

    of: str
    of_label: str
    outcome_label: str
    horizons: tuple[int, ...]
    columns: tuple[Estimate, ...]
    joint: Joint
    early: tuple[int, ...]
    late: tuple[int, ...]
    contrast: Combination
    common: bool
    cumulative: bool
    history: int
    level: float
    notes: tuple[str, ...]

    @property
    def responses(self) -> tuple[Coefficient, ...]:
        """Coefficient of the regressor at each horizon."""
        return tuple(column.coefficient(self.of) for column in self.columns)

    @property
    def dropped(self) -> dict[int, tuple[Dropped, ...]]:
        """Rows left out by reason, for each horizon.

        An outcome outside the sample, or missing at another horizon of common rows, counts as
        missing.
        """
        return {h: c.dropped for h, c in zip(self.horizons, self.columns, strict=True)}

    def rows(self) -> list[dict[str, Any]]:
        """Return ``horizon, n`` and the fields of `Coefficient` for each horizon."""
        parts = zip(self.horizons, self.columns, self.responses, strict=True)
        return [{"horizon": h, "n": c.n, **asdict(line)} for h, c, line in parts]

    def grid(self) -> Grid:
        """Return the table."""
        lines = (*self.responses, self.contrast)
        names = (*map(str, self.horizons), self.contrast.label)
        counts = (*(f"{c.n:,}" for c in self.columns), "")
        cells = [bracketed(x.estimate, x.low_cr3, x.high_cr3, x.se) for x in lines]
        rows = zip(names, cells, counts, strict=True)
        caption = f"{self.outcome_label} after {self.of_label}"
        heads = ("Years later", "Response [CR3 interval]", "Rows")
        return Grid.of(caption, heads, rows, self.notes)


@checked
def local_projections(
    spec: Specification, panel: Panel, of: str, *, horizons: Sequence[int] = (0, 1, 2, 3, 4),
    early: Sequence[int] = (0, 1), late: Sequence[int] = (3, 4), common: bool = True,
    cumulative: bool = False, history: int = 0, level: float = 0.05,
) -> LocalProjections:  # fmt: skip
    """Regress the outcome h years on, for each h, on the same right-hand side.

    y(i,t+h) = β_h·x(i,t−lag) + terms + effects + u_h(i,t) (Jordà 2005, American Economic Review
    95(1), 161–182). The contrast is the mean of β_h over `late` less that over `early`; its
    variance allows u_h and u_j of one cluster to be dependent in any way (see `joint`).

    Rows are labelled by t. An outcome counts only where its own year t+h lies in the sample of
    `spec`, so a last year holds at every horizon. With `common` all horizons use the rows of the
    longest; without it each uses what it has, and a contrast then mixes samples.

    Not for reading β_h as the effect of one impulse while x is persistent and its past is left out:
    β_h then also carries what later x contributes. `history` holds earlier outcome and regressor
    fixed, at the price of the bias of lagged outcomes in short panels with entity effects (Nickell
    1981), which leads of the outcome share. Each horizon costs a year.

    Parameters
    ----------
    spec, panel, level
        As in `estimate`: the regression at horizon 0.
    of : str
        Regressor whose response is followed.
    horizons, early, late : sequence of int
        Years after t, and those to compare.
    common : bool
        The same rows at every horizon.
    cumulative : bool
        Sum the outcome from t to t+h: for outcomes that are changes, so that β_h is the response of
        the level.
    history : int
        Years of outcome and regressor before the date of x that enter as controls.

    Returns
    -------
    LocalProjections
        One response per horizon and the contrast of late and early ones.

    Raises
    ------
    SpecificationError
        As in `estimate`, or horizons are negative, repeated or not among those to compare.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"], controls=["papers_sci"])
    >>> len(local_projections(spec, panel, "rd_fte").tidy())
    5
    """
    horizons, early, late = tuple(horizons), tuple(early), tuple(late)
    _check(spec, of, horizons, early, late, history)
    wide, leads, pasts = _widen(spec, panel, of, horizons, common, cumulative, history)
    one = replace(
        spec, controls=(*spec.controls, *pasts),
        lags={**dict(spec.lags), **dict.fromkeys(pasts, 0)},
        sample=Sample(exclude_entities=spec.sample.exclude_entities),
    )  # fmt: skip
    columns = [estimate(replace(one, outcome=leads[h]), wide, level=level) for h in horizons]
    found = joint([c.fitted for c in columns], [[of]] * len(columns))
    weights = np.array([(h in late) / len(late) - (h in early) / len(early) for h in horizons])
    listed = (", ".join(map(str, part)) for part in (late, early))
    label = "mean of h = {} less mean of h = {}".format(*listed)
    return LocalProjections(
        of=of, of_label=label_of(panel, of), outcome_label=label_of(panel, spec.outcome),
        horizons=horizons, columns=tuple(columns), joint=found, early=early, late=late,
        contrast=combine(label, weights, found, level=level), common=common, cumulative=cumulative,
        history=history, level=level, notes=_notes(spec, columns, common, cumulative, history),
    )  # fmt: skip


def _widen(
    spec: Specification, panel: Panel, of: str, horizons: tuple[int, ...],
    common: bool, cumulative: bool, history: int,
) -> tuple[Panel, dict[int, str], tuple[str, ...]]:  # fmt: skip
    """Add the outcome of each horizon, missing outside the sample, and the past to hold fixed."""
    y, sample = panel[spec.outcome].astype(float), spec.sample
    year = y.index.get_level_values(1)
    first = year.min() if sample.first_year is None else sample.first_year
    last = year.max() if sample.last_year is None else sample.last_year
    y = y.where((year >= first) & (year <= last) & ~year.isin(sample.exclude_years))
    shift = y.groupby(level=0).shift
    leads = {h: sum(shift(-j) for j in range(0 if cumulative else h, h + 1)) for h in horizons}
    if common:
        complete = pd.concat(leads, axis=1).notna().all(axis=1)
        leads = {h: values.where(complete) for h, values in leads.items()}
    names = {h: f"{spec.outcome} {h} years ahead" for h in horizons}
    frame = pd.DataFrame({names[h]: values for h, values in leads.items()})
    lag = spec.lag_of(of)
    for k in range(1, history + 1):
        for name in (of, spec.outcome):
            frame[f"{name} {lag + k} years before"] = panel[name].groupby(level=0).shift(lag + k)
    described = {name: Variable(name, name) for name in frame}
    return panel.with_columns(frame, described), names, tuple(frame.columns[len(names) :])


def _notes(
    spec: Specification, columns: list[Estimate], common: bool, cumulative: bool, history: int
) -> tuple[str, ...]:
    out = [
        f"One regression per horizon, {'the same' if common else 'each its own'} rows; outcome "
        f"{'summed up to' if cumulative else 'in'} year t+h. The contrast uses the covariance "
        "across horizons, errors of one cluster dependent in any way.",
        f"Sample, by the year of the outcome: {spec.sample}.",
    ]
    if not history:
        out.append("Nothing of the past is held fixed: a persistent regressor acts again later.")
    out.append(convention(columns))
    warnings = warnings_for(["local_projection"], columns[0].fitted.shape)
    return (*dict.fromkeys(n for c in columns for n in c.notes), *out, *warnings)


def _check(
    spec: Specification, of: str, horizons: tuple[int, ...], early: tuple[int, ...],
    late: tuple[int, ...], history: int,
) -> None:  # fmt: skip
    if of not in spec.regressors:
        raise SpecificationError(
            f"'{of}' is not a regressor of '{spec.outcome}': its response cannot be followed, so "
            f"choose one of {', '.join(spec.regressors)}."
        )
    if not horizons or min(horizons) < 0 or len(set(horizons)) < len(horizons):
        raise SpecificationError(f"Horizons {list(horizons)} must be years from 0 on, each once.")
    if not early or not late or set(early) & set(late) or {*early, *late} - set(horizons):
        raise SpecificationError(
            f"Early horizons {list(early)} and late ones {list(late)} must be two different parts "
            f"of {list(horizons)}."
        )
    if history < 0:
        raise SpecificationError(f"History of {history} years must not be negative.")
