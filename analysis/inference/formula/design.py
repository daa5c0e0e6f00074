"""From a parsed formula to arrays: which rows count, why the others do not, and the matrix."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import pandas as pd

from analysis.errors import SpecificationError, UnknownNameError, require_known
from analysis.inference.formula.parse import Formula
from analysis.inference.formula.result import Asked
from analysis.inference.formula.terms import matrix, required, tidied
from analysis.models import Dropped
from analysis.models.rows import few, numbers

__all__ = ["Design", "Levels", "chosen", "design"]

_MANY = 1_000  # terms; beyond, a factor was meant as an effect


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """A grouping of rows: its name in the formula, codes 0..G-1 of rows and names of codes."""

    name: str
    codes: np.ndarray
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Arrays of one regression, before effects are absorbed.

    `index` are the rows used, `y` (n,) and `x` (n, k) outcome and terms with their `names`;
    `intercept` says whether x holds one. `weights` is None or (n,). `errors`, `dropped` and
    `grid_rows` are as in every result.
    """

    index: pd.MultiIndex
    outcome: str
    names: tuple[str, ...]
    y: np.ndarray
    x: np.ndarray
    intercept: bool
    effects: tuple[Levels, ...]
    clusters: tuple[Levels, ...]
    weights: np.ndarray | None
    errors: str
    dropped: tuple[Dropped, ...]
    grid_rows: int


def design(formula: Formula, table: pd.DataFrame, asked: Asked, where: str) -> Design:
    """Choose rows, count the others by reason and build the matrix on the rows that are left.

    Raises
    ------
    UnknownNameError
        A column or a function is not known.
    SpecificationError
        A term cannot be computed, is infinite, or no row is left.
    """
    cluster, weights = asked.cluster, asked.weights
    used = [n for s in (formula.outcome, formula.right) for n in required(s, table, where)]
    groups = [n for effect in formula.effects for n in effect] + list(cluster)
    for name in (*groups, *([weights] if weights else [])):
        require_known("column", name, table.columns, where)
    alive, dropped = np.ones(len(table), dtype=bool), []

    def drop(reason: str, bad: np.ndarray) -> None:
        if count := int((alive & bad).sum()):
            dropped.append(Dropped(reason, count))
            alive[bad] = False

    for reason, bad in _outside(table, asked, where):
        drop(reason, bad)
    for name in dict.fromkeys((*used, *groups)):
        drop(f"{name} missing", table[name].isna().to_numpy())
    if weights:
        drop(f"{weights} missing or zero", ~(_weights(table, weights) > 0))
    _require_rows(alive, formula, dropped)
    for last in (False, True):  # the first matrix shows what no number came of
        for reason, bad in _lone(formula, table, alive):
            drop(reason, bad)
        _require_rows(alive, formula, dropped)
        part = table[alive]
        y, x = matrix(formula.outcome, part, True), matrix(formula.right, part, False)
        if not last:
            for name, values in pd.concat([y, x], axis=1).items():
                drop(f"{name} is no number", pd.isna(values.reindex(table.index)).to_numpy())
    return _arrays(formula, table[alive], y, x, asked, tuple(dropped), len(table))


def _arrays(
    formula: Formula, part: pd.DataFrame, y: pd.DataFrame, x: pd.DataFrame, asked: Asked,
    dropped: tuple[Dropped, ...], grid_rows: int,
) -> Design:  # fmt: skip
    intercept = "Intercept" in x and not formula.effects
    x = x if intercept else x.drop(columns="Intercept", errors="ignore")
    alone = list(x) == ["Intercept"] and formula.right != "1"  # a factor of one level
    if y.shape[1] != 1 or not x.shape[1] or alone:
        raise SpecificationError(
            f"The formula '{formula.text}' needs one outcome that is a number and at least one "
            "term that varies: name them."
        )
    if x.shape[1] > _MANY:
        raise SpecificationError(
            f"The formula '{formula.text}' has {x.shape[1]:,} terms, more than {_MANY:,}: a column "
            "with so many levels is absorbed after the bar, as in 'y ~ x | city'."
        )
    if y.columns[0] in x:
        raise SpecificationError(f"'{y.columns[0]}' stands on both sides: leave it out on one.")
    return Design(
        index=part.index, outcome=str(y.columns[0]), names=tuple(map(tidied, x)),
        y=y.to_numpy(dtype=float)[:, 0], x=x.to_numpy(dtype=float), intercept=intercept,
        effects=tuple(_levels(part, names) for names in formula.effects),
        clusters=tuple(_levels(part, (name,)) for name in asked.cluster),
        weights=_weights(part, asked.weights) if asked.weights else None, errors=asked.errors,
        dropped=dropped, grid_rows=grid_rows,
    )  # fmt: skip


def chosen(table: pd.DataFrame, asked: Asked, where: str) -> np.ndarray:
    """Mark the rows that `include` and `exclude` let in, (n,)."""
    out = [bad for _, bad in _outside(table, asked, where)]
    return ~np.any(out, axis=0) if out else np.ones(len(table), dtype=bool)


def _outside(table: pd.DataFrame, asked: Asked, where: str) -> Iterator[tuple[str, np.ndarray]]:
    for option, text in (("include", asked.include), ("exclude", asked.exclude)):
        if text is None:
            continue
        if "@" in text:
            raise SpecificationError(
                f"'{text}' given as {option} names a variable of the program by @: write its value."
            )
        try:
            picked = np.asarray(table.eval(text, engine="python"))
        except pd.errors.UndefinedVariableError as error:
            name = re.search(r"'(.*)'", str(error))
            raise UnknownNameError("column", name[1] if name else text, table, where) from None
        except (SyntaxError, ValueError, TypeError, KeyError, AttributeError):
            picked = np.empty(0)
        if picked.dtype != bool or picked.shape != (len(table),):
            raise SpecificationError(
                f"'{text}' given as {option} is true or false of no row: write a comparison such "
                "as \"year >= 2011 and region == 'east'\"."
            )
        yield (
            f"{'outside' if option == 'include' else 'excluded:'} {text}",
            (~picked if option == "include" else picked),
        )


def _weights(table: pd.DataFrame, name: str) -> np.ndarray:
    values = numbers(table, name)
    if (bad := values < 0).any() or np.isinf(values).any():
        entity, year = table.index[int((bad | np.isinf(values)).argmax())]
        raise SpecificationError(
            f"Weight '{name}' is negative or infinite for {entity} in {year}: mend it."
        )
    return values


def _levels(part: pd.DataFrame, names: Sequence[str]) -> Levels:
    """Code the combinations of columns found among rows."""
    single = [pd.factorize(part[name].to_numpy(), sort=True) for name in names]
    combined = reduce(lambda a, b: a * (int(b.max()) + 1) + b, [codes for codes, _ in single])
    found, codes = np.unique(combined, return_inverse=True)
    labels = single[0][1] if len(names) == 1 else found
    return Levels("^".join(names), codes, tuple(map(str, labels)))


def _lone(
    formula: Formula, table: pd.DataFrame, alive: np.ndarray
) -> Iterator[tuple[str, np.ndarray]]:
    """Rows that an effect fits perfectly, until none is left."""
    part, rows = table[alive], alive.nonzero()[0]
    kinds = [_levels(part, names) for names in formula.effects]
    left, lost = np.ones(len(part), dtype=bool), {}
    while True:
        before = left.sum()
        for kind in kinds:
            bad = left & few(kind.codes, left, 1)
            left &= ~bad
            lost[kind.name] = lost.get(kind.name, np.zeros_like(bad)) | bad
        if left.sum() == before:
            break
    for name, bad in lost.items():
        out = np.zeros(len(table), dtype=bool)
        out[rows[bad]] = True
        yield f"only row of its {name}", out


def _require_rows(alive: np.ndarray, formula: Formula, dropped: Collection[Dropped]) -> None:
    if alive.sum() < 2:
        lost = "; ".join(map(str, dropped))
        raise SpecificationError(
            f"No rows are left for '{formula.text}' ({lost}): widen the sample or leave out the "
            "column that is missing."
        )
