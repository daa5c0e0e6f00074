"""Formulas of measures in words: what `entropy(sci, steady)` says to one who reads no code."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

__all__ = ["formula_words"]

FUNCTIONS = {
    "log": "natural log of {}",
    "log1p": "natural log of one plus {}",
    "dlog": "yearly log difference of {}",
    "mean": "mean of {}",
    "minimum": "lowest of {}",
    "entropy": "index of {}, weighted by entropy",
    "classic": "coordination degree of {}, classic form",
    "wang2021": "coordination degree of {}, form corrected in 2021",
}
OPERATORS = {ast.Div: "over", ast.Mult: "times", ast.Add: "plus", ast.Sub: "less"}


def formula_words(formula: str, labels: Mapping[str, str]) -> str:
    """Put a formula into words.

    Parameters
    ----------
    formula : str
        As `Variable.formula` has it.
    labels : mapping of str to str
        Words by the short names that stand in it; a name without words stays.

    Returns
    -------
    str
        Words; where it is no expression, the formula with words for its names.

    Examples
    --------
    >>> formula_words("log(gdp / population)", {"gdp": "Output", "population": "People"})
    'natural log of (output over people)'
    >>> formula_words("-sd4(dlog(loans))", {})
    'the negative of the standard deviation over 4 years of yearly log difference of loans'
    """
    try:
        return _words(ast.parse(formula.strip(), mode="eval").body, labels)
    except SyntaxError:
        return re.sub(r"\w+", lambda name: _lowered(labels.get(name[0], name[0])), formula)


def _words(node: ast.expr, labels: Mapping[str, str]) -> str:
    if isinstance(node, ast.Name):
        return _lowered(labels.get(node.id, node.id))
    if isinstance(node, ast.UnaryOp):
        return f"the negative of {_the(_words(node.operand, labels))}"
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        sides = (_inside(one, labels) for one in (node.left, node.right))
        return f" {OPERATORS[type(node.op)]} ".join(sides)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        name, parts = node.func.id, [_inside(one, labels) for one in node.args]
        listed = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
        if years := re.fullmatch(r"sd(\d+)", name):
            return f"standard deviation over {years[1]} years of {listed}"
        return FUNCTIONS.get(name, f"{name.replace('_', ' ')} of {{}}").format(listed)
    return ast.unparse(node)


def _inside(node: ast.expr, labels: Mapping[str, str]) -> str:
    words = _words(node, labels)
    return f"({words})" if isinstance(node, ast.BinOp) else words


def _the(words: str) -> str:
    return f"the {words}" if words.startswith("standard") else words


def _lowered(label: str) -> str:
    """Begin a label small, unless its first word is an abbreviation or a name such as R&D."""
    first = label.split(" ", 1)[0]
    return label if first[1:] != first[1:].lower() else label[:1].lower() + label[1:]
