"""What a panel holds: descriptive statistics, correlations, and who is there in which year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data import Panel
from analysis.errors import SpecificationError, require_known, require_type
from analysis.inference.cells import Grid, plain_number
from analysis.inference.options import checked
from analysis.inference.tables.printed import Printed
from analysis.inference.tables.words import require_language, word
from analysis.models.design import split_effects
from analysis.models.effects import Absorbed
from analysis.models.rows import numbers

__all__ = ["Correlations", "Description", "correlations", "describe"]

METHODS = ("pearson", "spearman")
_NUMBERS = ("mean", "sd", "within_sd", "min", "median", "max")
_FIGURES = 3  # significant digits of an SD
_WIDE = 8  # powers of ten from which a number would outgrow its cell


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Description(Printed):
    """Statistics by variable, and by group where one was asked for.

    Attributes
    ----------
    frame : DataFrame
        One row per variable (and group): ``variable, label, count, mean, sd, within_sd, min,
        median, max, missing``.
    by, heading : str or None, str
        What rows are grouped by, and what that is called.
    """

    frame: pd.DataFrame
    by: str | None
    heading: str
    notes: tuple[str, ...]
    language: str

    def grid(self) -> Grid:
        """Return the table as plain text."""
        first = [*(["group"] if self.by else []), "label"]
        names = {"group": self.heading, "label": word("variable", self.language)}
        shown = [*first, "count", *_NUMBERS, "missing"]
        heads = [names.get(name) or word(name, self.language) for name in shown]
        rows = [
            (
                *(line[name] for name in first), f"{line['count']:,}",
                *(_figure(line[name], line["sd"]) for name in _NUMBERS), f"{line['missing']:.1%}",
            )
            for line in self.frame[shown].to_dict("records")
        ]  # fmt: skip
        return _table(word("describe", self.language), heads, rows, self.notes)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Correlations(Printed):
    """Correlations on the rows that have every variable.

    Attributes
    ----------
    frame : DataFrame
        The full square, names of variables on both sides.
    labels, method : tuple of str, str
        Labels of the variables in their order, and "pearson" or "spearman".
    n : int
        Rows that have every variable.
    """

    frame: pd.DataFrame
    labels: tuple[str, ...]
    method: str
    n: int
    notes: tuple[str, ...]
    language: str

    def grid(self) -> Grid:
        """Return the lower triangle."""
        heads = ("", *(f"({i})" for i in range(1, len(self.labels) + 1)))
        rows = [
            (f"({i + 1}) {label}", *(_r(x) if j <= i else "" for j, x in enumerate(values)))
            for i, (label, values) in enumerate(
                zip(self.labels, self.frame.to_numpy(), strict=True)
            )
        ]
        caption = word("correlations", self.language, self.method.capitalize())
        return _table(caption, heads, rows, self.notes)


@checked
def describe(
    panel: Panel, names: Iterable[str] | str | None = None, by: str | None = None, *,
    language: str = "en",
) -> Description:  # fmt: skip
    """Describe variables of a panel.

    Parameters
    ----------
    panel : Panel
        The full grid of entities and years.
    names : iterable of str
        Variables; all of the panel by default.
    by : str
        "entity", "year", "region" or a variable: statistics for each value of it.
    language : {"en", "zh"}
        Language of heads, labels and notes.

    Returns
    -------
    Description
        Within SD is the SD around entity and year effects, √(Σ e² / (N − 1)), as everywhere in
        this package; Stata's ``xtsum`` leaves the years in.

    Raises
    ------
    UnknownNameError
        A variable is not in the panel.
    SpecificationError
        A variable holds text.

    Examples
    --------
    >>> from analysis.data import load
    >>> panel = load("china")
    >>> print(describe(panel, ["urbanisation_rate", "rd_intensity"]).frame["count"].tolist())
    [465, 403]
    >>> describe(panel, ["loans", "gdp"], by="region").save("table1.docx")    # doctest: +SKIP
    """
    require_language(language)
    table, infinite = _finite(panel, _listed(panel, names))
    groups, notes = {"": pd.Series(True, table.index)}, [word("within_note", language)]
    notes.append(word("grid_note", language))
    if by is not None:
        values = _groups(panel, by)
        groups = {str(v): values == v for v in sorted(values.dropna().unique())}
        if lost := int(values.isna().sum()):
            notes.append(word("groupless", language, lost, by))
    rows = [
        {"group": group, "variable": name, "label": _label(panel, name, language),
         **_statistics(table.loc[chosen, name])}
        for group, chosen in groups.items() for name in table
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    notes += [word("infinite", language, name, count) for name, count in infinite.items()]
    frame = frame if by is not None else frame.drop(columns="group")
    heading = "" if by is None else _heading(panel, by, language)
    return Description(frame, by, heading, _noted(notes, language), language)


@checked
def correlations(
    panel: Panel, names: Iterable[str], method: str = "pearson", within: bool = False, *,
    language: str = "en",
) -> Correlations:  # fmt: skip
    """Correlate variables on the rows that have all of them.

    Parameters
    ----------
    panel, names, language
        As in `describe`; two variables or more.
    method : {"pearson", "spearman"}
        Of values, or of their ranks.
    within : bool
        Take entity and year effects out of every variable first, on the same rows.

    Returns
    -------
    Correlations
        `frame` is the square of correlations, `n` the rows that have every variable; the note says
        how many rows were left out.

    Raises
    ------
    SpecificationError
        Fewer than two variables, or fewer than three rows that have all of them.
    UnknownNameError
        A variable or a method is not known.

    Examples
    --------
    >>> from analysis.data import load
    >>> found = correlations(load("china"), ["gdp", "loans"], within=True)
    >>> round(float(found.frame.loc["gdp", "loans"]), 2), found.n
    (0.93, 424)
    """
    require_language(language)
    require_known("method", method, METHODS, "correlations")
    listed = _listed(panel, names)
    if len(listed) < 2:
        raise SpecificationError("A correlation needs two variables or more: name another.")
    table, infinite = _finite(panel, listed)
    used = table.dropna()
    if len(used) < 3:
        raise SpecificationError(
            f"{len(used)} rows have all of {', '.join(listed)}: leave out the scarcest of them."
        )
    notes = [word("complete", language, len(used), len(table), len(table) - len(used))]
    notes += [word("correlations_within", language)] if within else []
    notes += [word("infinite", language, name, count) for name, count in infinite.items()]
    values = _around(used) if within else used
    flat = [name for name in listed if not values[name].std() > 0]
    notes += [word("constant", language, _label(panel, name, language)) for name in flat]
    frame = values.assign(**dict.fromkeys(flat, np.nan)).corr(method=method)
    labels = tuple(_label(panel, name, language) for name in listed)
    return Correlations(frame, labels, method, len(used), _noted(notes, language), language)


def _listed(panel: Panel, names: Iterable[str] | str | None) -> list[str]:
    require_type(names or (), Iterable, "name variables of the panel in a list")
    given = panel.figures if names is None else [names] if isinstance(names, str) else names
    listed = list(dict.fromkeys(given))
    for name in listed:
        panel[name]  # a name that is not there is refused, with the nearest ones
    return listed


def _finite(panel: Panel, names: Sequence[str]) -> tuple[pd.DataFrame, dict[str, int]]:
    """Columns as floats, infinite values missing, and how many of these each had."""
    table = pd.DataFrame(
        {name: np.asarray(numbers(panel.frame, name), dtype=float) for name in names},
        panel.frame.index,
    )
    infinite = np.isinf(table).sum()
    counts = {str(name): int(n) for name, n in infinite.items() if n}
    return table.mask(np.isinf(table)), counts


def _groups(panel: Panel, by: str) -> pd.Series:
    if by in ("entity", "year"):
        return panel.frame.index.to_frame(index=False)[by].set_axis(panel.frame.index)
    return panel.region if by == "region" else panel[by]


def _heading(panel: Panel, by: str, language: str) -> str:
    known = ("entity", "year", "region")
    text = word(f"by_{by}", language) if by in known else _label(panel, by, language)
    return text[:1].upper() + text[1:]


def _statistics(values: pd.Series) -> dict[str, float]:
    kept, within = values.dropna(), np.nan
    if kept.index.unique("entity").size < len(kept):  # else no entity is seen twice
        within = float(np.sqrt((_around(kept.to_frame("x"))["x"] ** 2).sum() / (len(kept) - 1)))
    return {"count": len(kept), "mean": kept.mean(), "sd": kept.std(), "within_sd": within,
            "min": kept.min(), "median": kept.median(), "max": kept.max(),
            "missing": 1 - len(kept) / len(values) if len(values) else np.nan}  # fmt: skip


def _around(table: pd.DataFrame) -> pd.DataFrame:
    """Take entity and year effects out; what is left of a variable that they explain is zero."""
    entity, year = (pd.factorize(table.index.get_level_values(i))[0] for i in (0, 1))
    effects = Absorbed("entity", entity), Absorbed("year", year)
    z = table.to_numpy(dtype=float)
    centre = z.mean(axis=0)
    clean = split_effects(z - centre, effects, entity)[2]
    moved = np.sqrt(((z - centre) ** 2).sum(axis=0))
    gone = np.sqrt((clean**2).sum(axis=0)) <= 1e-10 * moved
    return pd.DataFrame(np.where(gone, 0.0, clean), table.index, table.columns)


def _label(panel: Panel, name: str, language: str) -> str:
    described = panel.describe(name)
    return (described.label_zh if language == "zh" else "") or described.label_en or name


def _figure(value: float, unit: float) -> str:
    """Write a statistic with the decimals that three digits of `unit`, the SD, call for."""
    if not np.isfinite(value) or value == 0:
        return plain_number(value)
    size = int(np.floor(np.log10(unit if np.isfinite(unit) and unit > 0 else abs(value))))
    if abs(value) >= 10.0**_WIDE or size < -5:
        digits, power = f"{value:.{_FIGURES - 1}e}".split("e")
        return f"{digits}e{int(power)}".replace("-", "−")
    decimals = max(_FIGURES - 1 - size, 0)
    return f"{round(value, decimals) + 0.0:,.{decimals}f}".replace("-", "−")


def _r(value: float) -> str:
    return "–" if value != value else f"{value:.3f}".replace("-", "−")


def _noted(notes: Sequence[str], language: str) -> tuple[str, ...]:
    stop = word("stop", language)
    return (word("note", language) + stop.join(notes) + stop.strip(),)


def _table(
    caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], notes: Iterable[str]
) -> Grid:
    plain = Grid.of(caption, heads, rows, notes)
    return Grid(plain.caption, plain.heads, plain.rows, plain.notes, style="three-rules")
