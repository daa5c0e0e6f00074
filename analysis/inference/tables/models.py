"""Models side by side, as readers of journals expect them: three rules, errors in parentheses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from analysis.data import Panel
from analysis.errors import SpecificationError, UnknownNameError, require_known, require_type
from analysis.inference.cells import Grid, plain_number
from analysis.inference.options import checked
from analysis.inference.tables.below import notes_of, sample_rows
from analysis.inference.tables.names import Names, marked, own_labels
from analysis.inference.tables.printed import Printed
from analysis.inference.tables.read import Key, Line, ModelColumn, columns_of, parts_of
from analysis.inference.tables.words import require_language, word

__all__ = ["ModelsTable", "models_table"]

BELOW = ("se", "se_cr3", "t", "interval")
THRESHOLDS = (0.1, 0.05, 0.01)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ModelsTable(Printed):
    """Models side by side.

    It is shown in a notebook, and `save` writes it as HTML, LaTeX, Word, Markdown or CSV.

    Attributes
    ----------
    columns : tuple of ModelColumn
        What was read of each model.
    printed : Grid
        How it looks.
    line_names : tuple of str
        What the lines of a cell are, for CSV.
    """

    columns: tuple[ModelColumn, ...]
    printed: Grid
    language: str
    line_names: tuple[str, ...]

    @property
    def frame(self) -> pd.DataFrame:
        """Every coefficient of every column, also those not shown, with all digits."""
        names = ("term", "label", "estimate", "se", "t", "p", "low", "high", "se_cr3", "p_cr3")
        return pd.DataFrame([
            {"column": i, "outcome": column.outcome, **{n: getattr(line, n) for n in names}}
            for i, column in enumerate(self.columns, 1)
            for line in column.lines
        ])  # fmt: skip

    def grid(self) -> Grid:
        """Return the table as plain text."""
        return self.printed


@checked
def models_table(
    *results: Any,  # noqa: ANN401
    labels: Mapping[str, str] | None = None, panel: Panel | None = None,
    keep: Iterable[str] = (), drop: Iterable[str] = (), order: Iterable[str] = (),
    stars: bool | Sequence[float] = False, below: str = "se", digits: int | None = None,
    language: str = "en", caption: str = "", notes: Iterable[str] = (),
) -> ModelsTable:  # fmt: skip
    """Set models side by side, a row per regressor.

    Rows are found by regressor and never by place: "a:b" and "b:a" share one, and a variable of
    another year has one of its own, marked (t−1). A cell that a model does not have is empty.

    Parameters
    ----------
    *results
        Results of this package that hold coefficients, fits of pyfixest, linearmodels or
        statsmodels, lists of these, or a mapping from a heading to one.
    labels : mapping of str to str
        What to print for a term, an outcome or an effect. A product is labelled by its parts.
    panel : Panel
        Where labels of variables are taken from, in the language of the table.
    keep, drop, order : iterable of str
        Terms to show alone, not to show, and to show first. A name that ends in ``*`` stands for
        all that begin so. What is not shown is named under the table.
    stars : bool or sequence of float
        Mark p below these thresholds, one star more for each: True stands for 0.1, 0.05, 0.01.
    below : {"se", "se_cr3", "t", "interval"}
        What stands below an estimate. Stars follow the CR3 p-value if CR3 errors are shown.
    digits : int
        Decimals; by default each row shows two digits of its smallest standard error.
    language : {"en", "zh"}
        Language of rows and notes.
    caption : str
        Title of the table.
    notes : iterable of str
        Sentences of your own under the table.

    Returns
    -------
    ModelsTable
        Shown in a notebook; `save` writes it, `frame` holds all digits. Under the table stand what
        the errors are, which rows each model left out and which terms are not shown.

    Raises
    ------
    SpecificationError
        Nothing to show, thresholds that are no shares, or CR3 errors that a column lacks.
    UnknownNameError
        A term, a language or a kind of error is not known.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.inference import estimate_columns
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> columns = estimate_columns(Specification("gdp", ["loans"]), panel, ["two_way", "entity"])
    >>> table = models_table(columns, panel=panel, language="zh", below="t")
    >>> for row in table.grid().rows[1:3]:
    ...     print(*row)
    个体固定效应 是 是
    年份固定效应 是 否
    >>> table.save("table2.docx")    # doctest: +SKIP
    """
    require_language(language)
    require_known("kind of error", below, BELOW, "a table of models")
    columns = _dated(tuple(columns_of(results)))
    if not columns:
        raise SpecificationError("A table of models needs at least one result: give an estimate.")
    _require_errors(columns, below)
    require_type(labels or {}, Mapping, "map names of terms to words, as in {'x': 'Capital'}")
    require_type(digits or 0, int, "digits are counted, as in digits=3")
    named = Names(labels or {}, panel, language, marked(columns), own_labels(columns))
    keys = list(dict.fromkeys(line.key for column in columns for line in column.lines))
    shown = _chosen(keys, tuple(_listed(keep)), tuple(_listed(drop)), tuple(_listed(order)))
    thresholds = _thresholds(stars)
    rows = [
        (named.term(key, columns), *_cells(key, columns, below, digits, thresholds))
        for key in shown
    ]  # fmt: skip
    sample = sample_rows(columns, named.effect, language)
    hidden = [named.term(key, columns) for key in keys if key not in shown]
    foot = notes_of(columns, below, thresholds, hidden, named.cluster, language)
    heads = [_head(i, column, named, columns) for i, column in enumerate(columns, 1)]
    grid = Grid(
        caption or word("models", language), ("", *heads), (*rows, *sample),
        (*foot, *notes), style="three-rules",
        bodies=(("terms", len(rows)), ("sample", len(sample))),
    )  # fmt: skip
    level = columns[0].level
    interval = word("interval", language, f"{100 * (1 - level):g}%")
    second = interval if below == "interval" else word(below, language)
    return ModelsTable(columns, grid, language, (word("estimate", language), second))


def _dated(columns: tuple[ModelColumn, ...]) -> tuple[ModelColumn, ...]:
    """Give a term of unknown year the year that the other columns agree on, if they do."""
    known: dict[tuple[str, ...], set[Key]] = {}
    for line in (line for column in columns for line in column.lines):
        if all(lag is not None for _, lag in line.key):
            known.setdefault(tuple(part for part, _ in line.key), set()).add(line.key)

    def settled(line: Line) -> Line:
        found = known.get(tuple(part for part, _ in line.key), set())
        unknown = any(lag is None for _, lag in line.key)
        return replace(line, key=next(iter(found))) if unknown and len(found) == 1 else line

    return tuple(replace(c, lines=tuple(map(settled, c.lines))) for c in columns)


def _listed(names: Iterable[str]) -> Iterable[str]:
    return (names,) if isinstance(names, str) else names


def _chosen(
    keys: list[Key], keep: tuple[str, ...], drop: tuple[str, ...], order: tuple[str, ...]
) -> list[Key]:
    known = {key: ":".join(part for part, _ in key) for key in keys}

    def meant(name: str) -> list[Key]:
        asked = sorted(parts_of(name), key=lambda part: part[0])
        found = [
            key for key in keys
            if (name.endswith("*") and known[key].startswith(name[:-1]))
            or ([part for part, _ in key] == [part for part, _ in asked]
            and all(a in (None, b) for (_, a), (_, b) in zip(asked, key, strict=True)))
        ]  # fmt: skip
        if not found:
            raise UnknownNameError("term", name, known.values(), "these models")
        return found

    wanted = [key for name in keep for key in meant(name)] if keep else keys
    unwanted = {key for name in drop for key in meant(name)}
    first = [key for name in order for key in meant(name)]
    constant = [key for key in keys if known[key] == "Intercept"]  # last, unless asked for
    rest = [key for key in keys if key not in constant] + constant
    shown = [key for key in dict.fromkeys([*first, *rest]) if key in wanted]
    if not (shown := [key for key in shown if key not in unwanted]):
        raise SpecificationError("No term is left to show: keep one, or drop fewer.")
    return shown


def _thresholds(stars: bool | Sequence[float]) -> tuple[float, ...]:
    if stars is False:
        return ()
    if isinstance(stars, str) or not isinstance(stars, bool | Iterable):
        raise SpecificationError(
            f"Stars are thresholds, not {stars!r}: say True or (0.1, 0.05, 0.01)."
        )
    values = THRESHOLDS if stars is True else tuple(stars)
    if not values or not all(0 < value < 1 for value in values):
        raise SpecificationError(f"Stars need thresholds between 0 and 1, not {values}.")
    return tuple(sorted(values, reverse=True))


def _require_errors(columns: Sequence[ModelColumn], below: str) -> None:
    if below == "interval" and len({column.level for column in columns}) > 1:
        raise SpecificationError(
            "The intervals of these models differ in coverage: estimate all at the same level."
        )
    if below != "se_cr3":
        return
    for i, column in enumerate(columns, 1):
        if all(line.se_cr3 != line.se_cr3 for line in column.lines):
            raise SpecificationError(
                f"Column ({i}) has no CR3 errors: show below='se', or leave that column out."
            )


def _cells(
    key: Key, columns: Sequence[ModelColumn], below: str, digits: int | None,
    thresholds: tuple[float, ...],
) -> list[str]:  # fmt: skip
    """Write one row: an estimate and what stands below it, or nothing."""
    lines = [next((x for x in column.lines if x.key == key), None) for column in columns]
    unit = min((x.se for x in lines if x and x.se > 0), default=None)

    def write(value: float) -> str:
        if digits is None or value != value:
            return plain_number(value, unit)
        return f"{round(value, digits) + 0.0:,.{digits}f}".replace("-", "−")

    def cell(line: Line | None) -> str:
        if line is None:
            return ""
        p = line.p_cr3 if below == "se_cr3" else line.p
        top = write(line.estimate) + "*" * sum(p < value for value in thresholds)
        if below == "interval":
            return f"{top}\n[{write(line.low)}, {write(line.high)}]"
        second = f"{line.t:.2f}".replace("-", "−") if below == "t" else write(getattr(line, below))
        return f"{top}\n({second})"

    return list(map(cell, lines))


def _head(i: int, column: ModelColumn, named: Names, columns: Sequence[ModelColumn]) -> str:
    labels = (c.label for c in columns if c.outcome == column.outcome and c.label != c.outcome)
    label = named.variable(column.outcome, next(labels, column.label))
    return "\n".join(filter(None, (f"({i})", label, column.name)))
