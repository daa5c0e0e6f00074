"""From a parsed formula to arrays: columns of the rectangle, rows that count, the matrix."""

from __future__ import annotations

import re
import warnings
from ast import literal_eval
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from analysis.data import Panel
from analysis.errors import SpecificationError, UnknownNameError, require_known
from analysis.inference.formula.parse import Formula, bare
from analysis.inference.formula.result import Asked
from analysis.models import Dropped
from analysis.models.rows import few, numbers, require_grid, shift, years_each

__all__ = ["Design", "Levels", "chosen", "columns", "design"]

_REF = re.compile(r"\bi\(\s*(`[^`]+`|\w+)[^()]*?\bref\s*=\s*('[^']*'|\"[^\"]*\"|-?[\d.]+)")
_WHOLE = re.compile(r"(?:(?<=::)|(?<=T\.)|(?<=\[))(-?\d+)\.0(?=[:\]]|$)")


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
    `intercept` says whether x holds one. `weights` is None or (n,). `dropped` and `grid_rows` are
    as in every result.
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
    dropped: tuple[Dropped, ...]
    grid_rows: int


def columns(panel: Panel, formula: Formula) -> pd.DataFrame:
    """Everything a formula may name, on the full rectangle.

    Figures and factors of the panel, attributes of its entities, ``entity`` and ``year``, and what
    the formula shifts.
    """
    require_grid(panel.frame)
    names, years = (panel.frame.index.get_level_values(level) for level in ("entity", "year"))
    own = panel.entities.reindex(names)
    held = {c: own[c].array for c in own if isinstance(c, str)} | dict(panel.frame.items())
    held |= {"entity": names.array, "year": years.array}
    held.setdefault(panel.roles.entity, names.array)
    table = pd.DataFrame(held, index=panel.frame.index)
    width = years_each(panel.frame.index)
    for one in formula.shifts:
        values = _inner(one.inner, table, panel.name)
        moved = shift(values, -one.years if one.kind == "lead" else one.years, width)
        table[one.name] = values - moved if one.kind == "diff" else moved
    return table


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
    used = [n for s in (formula.outcome, formula.right) for n in _required(s, table, where)]
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
        y, x = _matrix(formula.outcome, part, True), _matrix(formula.right, part, False)
        if not last:
            for name, values in pd.concat([y, x], axis=1).items():
                drop(f"{name} is no number", pd.isna(values.reindex(table.index)).to_numpy())
    return _arrays(formula, table[alive], y, x, cluster, weights, tuple(dropped), len(table))


def _arrays(
    formula: Formula, part: pd.DataFrame, y: pd.DataFrame, x: pd.DataFrame, cluster: Sequence[str],
    weights: str | None, dropped: tuple[Dropped, ...], grid_rows: int,
) -> Design:  # fmt: skip
    intercept = "Intercept" in x and not formula.effects
    x = x if intercept else x.drop(columns="Intercept", errors="ignore")
    if y.shape[1] != 1 or not x.shape[1]:
        raise SpecificationError(
            f"The formula '{formula.text}' needs one outcome that is a number and at least one "
            "term: name them."
        )
    if y.columns[0] in x:
        raise SpecificationError(f"'{y.columns[0]}' stands on both sides: leave it out on one.")
    return Design(
        index=part.index, outcome=str(y.columns[0]), names=tuple(map(_tidied, x)),
        y=y.to_numpy(dtype=float)[:, 0], x=x.to_numpy(dtype=float), intercept=intercept,
        effects=tuple(_levels(part, names) for names in formula.effects),
        clusters=tuple(_levels(part, (name,)) for name in cluster),
        weights=_weights(part, weights) if weights else None, dropped=dropped, grid_rows=grid_rows,
    )  # fmt: skip


def _required(side: str, table: pd.DataFrame, where: str) -> list[str]:
    """Columns that one side names, in the order of the text; refuse names nobody knows."""
    from formulaic import Formula as Parsed
    from formulaic.errors import FormulaicError
    from formulaic.transforms import TRANSFORMS

    try:
        wanted = Parsed(side).required_variables
    except (FormulaicError, SyntaxError) as error:
        raise _unreadable(side, error) from None
    names = [str(v) for v in wanted if "callable" not in {role.value for role in v.roles}]
    functions = [str(v) for v in wanted if str(v) not in names]
    known = [*TRANSFORMS, "i", "lag", "lead", "diff"]
    for name in sorted(functions):
        require_known("function", name.split(".")[0], known, "the formula")
    names = [n for n in names if n.split(".")[0] != "np" or n in table]
    for name in names:
        require_known("column", name, table.columns, where)
    return sorted(names, key=side.find)


def _matrix(side: str, part: pd.DataFrame, alone: bool) -> pd.DataFrame:
    """Columns of one side on some rows; refuse infinite values and what cannot be computed."""
    from formulaic import model_matrix
    from formulaic.errors import FormulaicError
    from pyfixest.estimation.formula.factor_interaction import factor_interaction

    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # pyfixest is older than pandas 3
            made = model_matrix(
                f"0 + {side}" if alone else side, part, context={"i": factor_interaction},
                na_action="ignore",
            )  # fmt: skip
    except (FormulaicError, ValueError, TypeError, KeyError, AttributeError) as error:
        _require_levels(side, part)
        raise _unreadable(side, error) from None
    out = pd.DataFrame(made).set_axis(part.index)
    for name, values in out.items():
        if (bad := np.isinf(values.to_numpy(dtype=float))).any():
            entity, year = part.index[int(bad.argmax())]
            raise SpecificationError(
                f"'{name}' is infinite for {entity} in {year}: a division by zero or the log of "
                "zero must become a missing value, or leave the row out by exclude."
            )
    return out


def _require_levels(side: str, part: pd.DataFrame) -> None:
    """Refuse a reference that is no level of its factor."""
    for name, ref in _REF.findall(side):
        if bare(name) in part:
            known = part[bare(name)].unique()
            require_known("level", literal_eval(ref), known, f"'{bare(name)}'")


def _unreadable(side: str, error: Exception) -> SpecificationError:
    said = re.sub(r"\x1b\[[\d;]*m|[⧛⧚]", "", str(error)).split("\n")[0].rstrip(".")
    return SpecificationError(
        f"'{side}' in the formula cannot be computed ({said}): mend the term, and put names that "
        "are no plain words in backticks."
    )


def _inner(text: str, table: pd.DataFrame, where: str) -> np.ndarray:
    """Compute what is to be shifted, on the full rectangle."""
    if (name := bare(text)) in table:
        return numbers(table, name)
    _required(text, table, f"the panel '{where}'")
    made = _matrix(f"I({text})", table, True)
    if made.shape[1] != 1:
        raise SpecificationError(f"'{text}' is no number that has a lag: name one column.")
    return made.to_numpy(dtype=float)[:, 0]


def chosen(table: pd.DataFrame, asked: Asked, where: str) -> np.ndarray:
    """Mark the rows that `include` and `exclude` let in, (n,)."""
    out = [bad for _, bad in _outside(table, asked, where)]
    return ~np.any(out, axis=0) if out else np.ones(len(table), dtype=bool)


def _outside(table: pd.DataFrame, asked: Asked, where: str) -> Iterator[tuple[str, np.ndarray]]:
    for option, text in (("include", asked.include), ("exclude", asked.exclude)):
        if text is None:
            continue
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


def _tidied(name: Any) -> str:  # noqa: ANN401
    """Write levels that are whole numbers without a point, "year::2015", and no backticks."""
    return _WHOLE.sub(r"\1", bare(str(name)))
