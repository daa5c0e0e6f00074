"""Which column is which series: by name, told apart by unit and by the size of figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.adapt.cells import Numbers, numbers, plain
from analysis.adapt.map import Chosen
from analysis.adapt.table import Table
from analysis.adapt.vocabulary import PERCENT, SHARE, Target, Vocabulary, bare, split_unit
from analysis.errors import DataError

__all__ = ["Sizes", "propose"]

NEAR, FAR = 5.0, 30.0  # figures of one series in two tables differ by less than, or by more than
ALIKE = 0.6  # so alike are two names that one is offered for the other
MOST = 5  # candidates
USUAL = (
    0.9  # quantile told from a few ratios far above one, as of firms that owe more than they own
)

Sizes = Mapping[str, float]
"""Median of each series in the data set that the table resembles, in base units."""


@dataclass(frozen=True, slots=True, eq=False)
class _Column:
    heading: str
    name: str
    unit: str
    found: Numbers

    @property
    def figures(self) -> NDArray[np.float64]:
        return self.found.figures


def propose(
    table: Table, keys: tuple[str, ...], like: str, vocabulary: Vocabulary, sizes: Sizes
) -> tuple[Chosen, ...]:
    """Propose for every column of a table but its keys which series it holds, and in which unit.

    Only a known name makes a column a series; one that is merely alike is offered as a candidate
    and not used. What a heading leaves open, such as the unit, is told by the size of the figures
    and called unsure.

    Parameters
    ----------
    table
        As read.
    keys
        Columns of entity, year and region.
    like
        Data set of the study whose series come first where a name fits several.
    vocabulary, sizes
        Names of the study, and how large its figures are.

    Returns
    -------
    tuple of Chosen
        In the order of the table; one without a series is not used.
    """
    rows = [_column(table, heading, like, vocabulary, sizes)
            for heading in table.frame if heading not in keys]  # fmt: skip
    taken: dict[str, str] = {}
    out = []
    for one in sorted(rows, key=lambda c: not c.sure):
        if one.series and (other := taken.setdefault(one.series, one.column)) != one.column:
            why = f"'{other}' is {one.series} already: {one.why}"
            one = Chosen(one.column, why=why, candidates=(one.series, *one.candidates))
        out.append(one)
    order = list(table.frame)
    return tuple(sorted(out, key=lambda c: order.index(c.column)))


def _column(table: Table, heading: str, like: str, vocabulary: Vocabulary, sizes: Sizes) -> Chosen:
    names = [split_unit(heading, vocabulary)]
    if heading in table.labels:
        names.append(split_unit(table.labels[heading], vocabulary))
    unit = next((unit for _, unit in names if unit), "")
    fitting = next((t for name, _ in names if (t := vocabulary.names.get(bare(name), ()))), ())
    if not fitting:
        return Chosen(heading, why="no series has this name", candidates=_alike(names, vocabulary))
    try:
        read = numbers(table.frame[heading].tolist(), table.frame.index, heading, table.file,
                       vocabulary.tails)  # fmt: skip
    except DataError:
        # the sentence comes when the column is converted, and names the cell
        read = Numbers(np.full(len(table.frame), np.nan), "", 0)
    unit = unit or vocabulary.unit_named(read.unit)
    column = _Column(heading, names[0][0], unit, read)
    return _chosen(column, [vocabulary.targets[t] for t in fitting], like, vocabulary, sizes)


def _alike(names: list[tuple[str, str]], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the targets whose names are nearest to those of a column, best first."""
    wanted = [bare(name) for name, _ in names if bare(name)]
    scored: dict[str, float] = {}
    for known, targets in vocabulary.names.items():
        for mine in wanted:
            inside = min(len(mine), len(known)) > 1 and (mine in known or known in mine)
            matcher = SequenceMatcher(None, mine, known, autojunk=False)
            if not inside and matcher.quick_ratio() < ALIKE:
                continue
            score = matcher.ratio() + 0.3 * inside
            for target in targets:
                scored[target] = max(score, scored.get(target, 0.0))
    good = [name for name, score in scored.items() if score >= ALIKE]
    return tuple(sorted(good, key=lambda name: -scored[name])[:MOST])


def _chosen(
    column: _Column, fitting: list[Target], like: str, vocabulary: Vocabulary, sizes: Sizes
) -> Chosen:
    if column.unit:
        fitting = [t for t in fitting if vocabulary.written(column.unit, t.base)] or fitting
    rank: Callable[[Target], tuple[bool, bool]] = lambda t: (like not in t.labels, not t.labels)  # noqa: E731
    best = min(map(rank, fitting))
    first, *others = [t for t in fitting if rank(t) == best]
    rest = tuple(t.name for t in (*others, *(t for t in fitting if rank(t) != best)))
    unit, doubt = _unit(column, first, vocabulary, sizes)
    why = f"'{plain(column.name).strip()}' is a name of {first.label(like)[0]}"
    if others:
        also = f"it also fits {', '.join(t.name for t in others)}"
        doubt = "; ".join(filter(None, (also, doubt)))
    if column.found.empty:
        return Chosen(column.heading, why="no figure in it", candidates=(first.name,))
    return Chosen(column.heading, first.name, unit, not doubt,
                  f"{why}; {doubt}" if doubt else why, rest)  # fmt: skip


def _unit(column: _Column, target: Target, vocabulary: Vocabulary, sizes: Sizes) -> tuple[str, str]:
    """Return the unit of a column and what is doubtful about it; "" is asked for in the map."""
    size = sizes.get(target.name)
    if column.unit:
        if not (unit := vocabulary.written(column.unit, target.base)):
            return "", f"its unit {column.unit} is none of {target.base}"
        return unit, _misfit(column, target, unit, vocabulary, sizes)
    if target.base in (PERCENT, SHARE):
        return _percent_or_share(column, target, vocabulary, size)
    same = {u: v.factor for u, v in vocabulary.units.items() if v.base == target.base}
    if len(same) < 2:
        return next(iter(same), target.unit), ""
    if size is None or not column.figures.size:
        return target.unit, f"no unit in the heading; taken to be {target.unit}, as in the study"
    off = {u: _off(column.figures, factor, size) for u, factor in same.items()}
    unit = min(off, key=lambda u: (round(off[u], 6), u != target.unit))
    counted = same[unit] == 1 and bool(np.all(column.figures % 1 == 0))
    if counted and off[unit] < math.log(FAR):
        return unit, ""
    return unit, f"no unit in the heading; {unit} fits the size of the study's figures best"


def _off(figures: NDArray[np.float64], factor: float, size: float) -> float:
    """Return how many powers of e lie between the middle of a column and that of the study."""
    middle = abs(float(np.median(figures))) * factor
    return abs(math.log(middle / abs(size))) if middle and size else math.inf


def _misfit(
    column: _Column, target: Target, unit: str, vocabulary: Vocabulary, sizes: Sizes
) -> str:
    size = sizes.get(target.name)
    if size is None or not column.figures.size:
        return ""
    off = _off(column.figures, vocabulary.units[unit].factor, size)
    if target.base in (PERCENT, SHARE) and off > math.log(FAR):
        return f"as {unit} its figures are {math.exp(off):.0f} times off those of the study"
    if off > math.log(1e3) and math.isfinite(off):
        return f"in {unit} its figures are {math.exp(off):.0f} times off those of the study"
    return ""


def _percent_or_share(
    column: _Column, target: Target, vocabulary: Vocabulary, size: float | None
) -> tuple[str, str]:
    """Tell percent from shares of one by how large figures are, there and in the study."""
    percent, share = (vocabulary.written(u, target.base) for u in ("%", "share"))
    figures = column.figures
    if not figures.size:
        return percent, ""
    largest = float(np.max(np.abs(figures)))
    usual = float(np.quantile(np.abs(figures), USUAL))
    if size is not None:
        fits = [u for u in (percent, share)
                if _off(figures, vocabulary.units[u].factor, size) < math.log(NEAR)]  # fmt: skip
        if len(fits) == 1:
            return fits[0], "" if (fits[0] == percent) == (largest > 1.5) else (
                f"no unit in the heading; {fits[0]} fits the size of the study's figures"
            )
    elif usual > 1.5:
        return percent, "no unit in the heading; figures above one are percent"
    low, high = float(figures.min()), float(figures.max())
    return "", f"ask: percent or shares of one? The figures go from {low:.4g} to {high:.4g}"


def sizes_of(frame: pd.DataFrame) -> dict[str, float]:
    """Return the median of every column that has figures."""
    medians = frame.median()
    return {str(name): float(value) for name, value in medians.items() if value == value}
