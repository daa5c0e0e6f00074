"""What a formula may name, and the matrix that formulaic makes of it."""

from __future__ import annotations

import re
import warnings
from ast import literal_eval
from typing import Any

import numpy as np
import pandas as pd

from analysis.data import Panel
from analysis.errors import SpecificationError, require_known
from analysis.inference.formula.parse import Formula, bare
from analysis.models.rows import numbers, require_grid, shift, years_each

__all__ = ["columns", "matrix", "required", "tidied"]

_REF = re.compile(r"\bi\(\s*(`[^`]+`|\w+)[^()]*?\bref\s*=\s*('[^']*'|\"[^\"]*\"|-?[\d.]+)")
_WHOLE = re.compile(r"(?:(?<=::)|(?<=T\.)|(?<=\[))(-?\d+)\.0(?=[:\]]|$)")


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


def required(side: str, table: pd.DataFrame, where: str) -> list[str]:
    """Columns that one side names, in the order of the text; refuse names nobody knows."""
    from formulaic.transforms import TRANSFORMS

    names, functions = _named(side)
    roots = {name if name in table else name.split(".")[0] for name in functions}
    for name in sorted(roots - set(table)):
        require_known("function", name, [*TRANSFORMS, "i", "lag", "lead", "diff"], "the formula")
    columns = {name if name in table else name.split(".")[0] for name in names}
    for name in sorted(columns - set(TRANSFORMS)):
        require_known("column", name, table.columns, where)
    return sorted((columns | roots) & set(table), key=side.find)


def _named(side: str) -> tuple[set[str], set[str]]:
    """Names that stand for values and names that are called.

    Asked term by term: `required_variables` of a formula does not look into poly(x, 2).
    """
    from formulaic import Formula as Parsed
    from formulaic.errors import FormulaicError
    from formulaic.parser.types import Factor
    from formulaic.utils.variables import Variable, get_required_variables

    values, called = set(), set()
    try:
        for factor in {factor for term in Parsed(side) for factor in term.factors}:
            if factor.eval_method is Factor.EvalMethod.LOOKUP:
                values.add(factor.expr)
            elif factor.eval_method is Factor.EvalMethod.PYTHON:
                found = get_required_variables(factor.expr)
                called |= {str(v) for v in found if Variable.Role.CALLABLE in v.roles}
                values |= {str(v) for v in found if Variable.Role.VALUE in v.roles}
    except (FormulaicError, SyntaxError) as error:
        raise _unreadable(side, error) from None
    return values, called


def matrix(side: str, part: pd.DataFrame, alone: bool) -> pd.DataFrame:
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
    except (FormulaicError, ValueError, TypeError, KeyError, AttributeError, SyntaxError) as error:
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


def _inner(text: str, table: pd.DataFrame, where: str) -> np.ndarray:
    """Compute what is to be shifted, on the full rectangle."""
    if (name := bare(text)) in table:
        return numbers(table, name)
    text = f"I({text})"
    used = required(text, table, f"the panel '{where}'")
    made = matrix(text, table, True)
    if made.shape[1] != 1:
        raise SpecificationError(f"'{text}' is no number that has a lag: name one column.")
    values = made.to_numpy(dtype=float, copy=True)[:, 0]
    values[table[used].isna().any(axis=1)] = np.nan  # a comparison calls what is missing false
    return values


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


def tidied(name: Any) -> str:  # noqa: ANN401
    """Write levels that are whole numbers without a point, "year::2015", and no backticks."""
    return _WHOLE.sub(r"\1", bare(str(name)))
