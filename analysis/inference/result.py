"""What every method gives back: rows, from which table, frame and plain values follow."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, ClassVar, TypeVar

import numpy as np
import pandas as pd
from scipy.special import stdtr

from analysis.errors import UnknownNameError, require_level
from analysis.inference.cells import Grid, plain_number, reach
from analysis.models import Dropped, Specification

__all__ = ["PanelResult", "Regression", "Result", "Row", "estimate_rows", "plain", "row", "share"]


@dataclass(frozen=True, slots=True)
class Row:
    """A coefficient with its clustered errors, in units of the outcome per unit of the term.

    Attributes
    ----------
    term, label : str
        Name in the specification, "a:b" for a product, and one for readers.
    estimate : float
        The coefficient.
    se, t, p, low, high : float
        Standard error of the method (CR1 where it does not say otherwise), t statistic, p-value and
        interval.
    se_cr3, p_cr3, low_cr3, high_cr3 : float
        The same for CR3, the leave-one-cluster-out jackknife; NaN where the method gives none.
    mde : float
        Minimum detectable effect at 80% power; NaN likewise.
    """

    term: str
    label: str
    estimate: float
    se: float
    t: float
    p: float
    low: float
    high: float
    se_cr3: float = float("nan")
    p_cr3: float = float("nan")
    low_cr3: float = float("nan")
    high_cr3: float = float("nan")
    mde: float = float("nan")


def row(
    term: str, label: str, estimate: float, se: float, dof: float, level: float,
    se_cr3: float = float("nan"), kind: Callable[..., Any] = Row, **more: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401  # fmt: skip
    """Put statistics, p-values and intervals from t(`dof`) beside an estimate.

    `kind` is `Row` or a class with more fields, which are named in `more`.
    """
    b, se, se_cr3, half = float(estimate), float(se), float(se_cr3), reach(dof, level)

    def p(error: float) -> float:
        return float(2 * stdtr(dof, -abs(b / error))) if error > 0 else float("nan")

    return kind(
        term=term, label=label, estimate=b, se=se, t=b / se if se > 0 else float("nan"), p=p(se),
        low=b - half * se, high=b + half * se, se_cr3=se_cr3, p_cr3=p(se_cr3),
        low_cr3=b - half * se_cr3, high_cr3=b + half * se_cr3, **more,
    )  # fmt: skip


T = TypeVar("T")
_SOME = ("se_cr3", "p_cr3", "low_cr3", "high_cr3", "mde")  # what only some methods give


class Result:
    """Base of what methods return; a subclass says its `rows` and how they look in `grid`.

    The same names mean the same in every result.

    `listed` names properties that `to_dict` gives beside the fields. Fields without a `repr` are
    for pictures and further inference: no table and no archive holds them.

    Attributes
    ----------
    specification : Specification
        What was estimated.
    outcome_label : str
        The outcome for readers.
    nouns : tuple of str
        What one entity and several are called.
    n : int
        Rows used.
    n_entities, n_years, first_year, last_year : int
        What these rows span.
    clusters : int
        G, their number.
    parameters : int
        K of the CR1 factor.
    level : float
        1 − coverage of intervals.
    draws, seed : int
        Number and seed of what was simulated.
    dropped : tuple of Dropped
        Rows of the panel that are not used, by reason.
    grid_rows : int
        Rows of the panel: n plus all dropped rows.
    notes : tuple of str
        Sentences under the table.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.inference import estimate
    >>> from analysis.models import Specification
    >>> found = estimate(Specification("gdp", ["loans"]), load("china"))
    >>> isinstance(found, Result), list(found.tidy()["term"])
    (True, ['loans'])
    """

    __slots__ = ()
    listed: ClassVar[tuple[str, ...]] = ()

    def rows(self) -> Sequence[Any]:
        """Return what the table lists: dataclasses or mappings of one kind."""
        return ()

    def grid(self) -> Grid:
        """Return the table as plain text."""
        table = self.tidy()
        cells = table.map(lambda v: f"{v:.4g}" if isinstance(v, float) else str(v))
        notes = getattr(self, "notes", ())
        return Grid.of(type(self).__name__, list(cells), cells.to_numpy(), notes)

    def tidy(self) -> pd.DataFrame:
        """One row per line of the table; no column that the method never fills."""
        table = pd.DataFrame([_flat(line) for line in self.rows()])
        some = table.columns.intersection(_SOME)
        return table.drop(columns=some[table[some].isna().all()])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; what does not exist is None."""
        names = [*(f.name for f in fields(self) if f.repr), *self.listed]
        out = {name: plain(getattr(self, name)) for name in names}
        rows = self.rows()
        held = any(rows is getattr(self, name) for name in names)
        return out if held or not rows else {**out, "rows": plain(rows)}

    def _repr_html_(self) -> str:
        return self.grid().html()

    def __str__(self) -> str:
        return str(self.grid())

    __repr__ = __str__


def _by_term(name: str, what: str) -> property:
    return property(lambda self: self._series(name), doc=what)


class Regression(Result):
    """A result with one line per coefficient, read as statsmodels and linearmodels are read.

    A subclass has `terms`, a `level` and `clusters` or `dof`. `keys` are the fields of a line that
    together name it.

    Attributes
    ----------
    terms : tuple
        One line per coefficient, in the order of the specification.
    """

    __slots__ = ()
    keys: ClassVar[tuple[str, ...]] = ("term",)

    def rows(self) -> Sequence[Any]:
        """Return the coefficients, in the order of the specification."""
        return self.terms

    def coefficient(self, term: str) -> Any:  # noqa: ANN401
        """Return one line; a product may be asked for in either order."""
        swapped = ":".join(reversed(term.split(":")))
        for line in self.rows():
            if line.term in (term, swapped):
                return line
        raise UnknownNameError("term", term, [x.term for x in self.rows()], "this estimate")

    params = _by_term("estimate", "Coefficients by term.")
    std_errors = _by_term("se", "Standard errors by term, as in the column ``se``.")
    tstats = _by_term("t", "Statistics of t by term.")
    pvalues = _by_term("p", "Two-sided p-values by term.")

    def conf_int(self, level: float | None = None) -> pd.DataFrame:
        """Intervals by term, columns ``low, high``; `level` is 1 − coverage, as printed by default.

        Raises
        ------
        SpecificationError
            The level is no share.
        """
        if level is None:
            return pd.DataFrame({end: self._series(end) for end in ("low", "high")})
        require_level(level)
        half = self.std_errors * [reach(self._dof(line), level) for line in self.rows()]
        return pd.DataFrame({"low": self.params - half, "high": self.params + half})

    def _dof(self, line: Any) -> float:  # noqa: ANN401
        for holder in (line, self):
            if hasattr(holder, "dof"):
                return holder.dof
        return self.clusters - 1

    def _series(self, name: str) -> pd.Series:
        names = [tuple(getattr(x, key) for key in self.keys) for x in self.rows()]
        index = pd.MultiIndex.from_tuples(names, names=self.keys)
        index = index if len(self.keys) > 1 else index.get_level_values(0)
        return pd.Series([getattr(x, name) for x in self.rows()], index, float, name)


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class PanelResult(Regression):
    """A regression on a panel that says which rows it used and which it did not."""

    specification: Specification
    n: int
    n_entities: int
    first_year: int
    last_year: int
    level: float
    dropped: tuple[Dropped, ...]
    grid_rows: int
    notes: tuple[str, ...]


def named(lines: Mapping[str, T], kind: str, name: str, where: str = "this estimate") -> T:
    """Return the line of that name, or say which names there are."""
    if name not in lines:
        raise UnknownNameError(kind, name, lines, where)
    return lines[name]


def estimate_rows(lines: Sequence[Any]) -> list[tuple[str, str, str]]:
    """Cells of lines: label, estimate with its error, and interval, two digits of the error."""
    return [
        (
            x.label, f"{plain_number(x.estimate, x.se)} ({plain_number(x.se, x.se)})",
            f"{plain_number(x.low, x.se)} to {plain_number(x.high, x.se)}",
        )
        for x in lines
    ]  # fmt: skip


def share(level: float) -> str:
    """Write the coverage of intervals: "95%"."""
    return f"{100 * (1 - level):g}%"


def plain(value: Any) -> Any:  # noqa: ANN401
    """Turn any value of a result into lists, dicts, text and numbers that JSON knows."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, int | float):
        return value if math.isfinite(value) else None
    if isinstance(value, pd.DataFrame):
        return [plain(line) for line in value.to_dict("records")]
    if isinstance(value, pd.Series | Mapping):
        return {str(name): plain(x) for name, x in value.items()}
    if isinstance(value, np.ndarray | list | tuple | range | frozenset):
        return [plain(x) for x in value]
    for how in ("to_mapping", "to_dict"):
        if hasattr(value, how):
            return getattr(value, how)()
    if is_dataclass(value):
        return plain(_flat(value))
    return str(value)


def _flat(line: Any) -> dict[str, Any]:  # noqa: ANN401
    if isinstance(line, Mapping):
        return dict(line)
    return {f.name: getattr(line, f.name) for f in fields(line)}
