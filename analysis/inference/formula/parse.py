"""From the text of a formula to its parts; what the parts mean is left to `formulaic`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analysis.errors import SpecificationError, require_type

__all__ = ["Formula", "Shift", "bare", "parse"]

_EXAMPLE = "write 'outcome ~ regressor + lag(other, 1) | entity + year'"
_CALL = re.compile(r"(?<![\w.`])(lag|lead|diff)\s*\(")
_OPEN, _CLOSE, _QUOTES = "([{", ")]}", "`'\""


@dataclass(frozen=True, slots=True)
class Shift:
    """A column to be made on the full rectangle before any row is left out.

    `name` is what the formula calls it from then on, `kind` one of lag, lead and diff, `inner` the
    expression that is shifted and `years` by how much.
    """

    name: str
    kind: str
    inner: str
    years: int


@dataclass(frozen=True, slots=True)
class Formula:
    """The parts of a formula: both sides, sets of columns whose levels are absorbed, shifts."""

    text: str
    outcome: str
    right: str
    effects: tuple[tuple[str, ...], ...]
    shifts: tuple[Shift, ...]


def parse(text: str) -> Formula:
    """Split "outcome ~ terms | effects" into its parts.

    Raises
    ------
    SpecificationError
        A side is missing, a bracket is open, a lag is no whole number, or a power stands where it
        would mean an interaction.
    """
    require_type(text, str, _EXAMPLE)
    sides = _split(text, "~", text)
    if len(sides) != 2 or not all(sides):
        raise SpecificationError(
            f"The formula '{text}' needs an outcome, one '~' and terms: {_EXAMPLE}."
        )
    right, *bars = _split(sides[1], "|", text)
    if not right:
        raise SpecificationError(f"The formula '{text}' has no term before the bar: {_EXAMPLE}.")
    if len(bars) > 1:
        raise SpecificationError(
            f"The formula '{text}' has {len(bars)} bars: put terms before one bar and effects "
            "after it; instruments have analysis.inference.instrumented."
        )
    shifts: list[Shift] = []
    outcome, right = (_shifted(side, shifts, text) for side in (sides[0], right))
    if any(mark in _outside(right) for mark in ("^", "**")):
        raise SpecificationError(
            f"The formula '{text}' has a power among its terms, which would mean interactions: "
            "write I(x**2) for a square and a*b for a product with both parts."
        )
    effects = tuple(dict.fromkeys(_effects(bars[0], text) if bars else ()))
    return Formula(" ".join(text.split()), outcome, right, effects, tuple(dict.fromkeys(shifts)))


def bare(name: str) -> str:
    """Return a name without the backticks that protect it."""
    return name.replace("`", "").strip()


def _effects(text: str, formula: str) -> Iterator[tuple[str, ...]]:
    for part in _split(text, "+", formula):
        if part in ("0", "1"):
            continue
        names = tuple(map(bare, _split(part, "^", formula)))
        if "[" in part:
            raise SpecificationError(
                f"'{part}' in the formula asks for slopes that differ by level: put "
                "i(level, variable) among the terms instead."
            )
        if not all(names):
            raise SpecificationError(
                f"The formula '{formula}' lacks an effect after the bar: name columns, as in "
                "'| entity + region^year'."
            )
        yield names


def _shifted(side: str, found: list[Shift], formula: str) -> str:
    """Put one name, in backticks, in the place of each lag, lead and diff, the innermost first."""
    out, at = "", 0
    for call in _CALL.finditer(side):
        if call.start() < at or side[: call.start()].count("`") % 2:
            continue
        end = _closing(side, call.end() - 1, formula)
        kind, (inner, *rest) = call[1], _split(side[call.end() : end], ",", formula)
        years = rest[0].removeprefix("k=").strip() if rest else "1"
        if len(rest) > 1 or not re.fullmatch(r"-?\d+", years) or not inner:
            raise SpecificationError(
                f"'{side[call.start() : end + 1]}' in the formula is no {kind}: write "
                f"{kind}(x, 1) with a whole number of years."
            )
        title = bare(inner) + (f", {years}" if kind != "diff" or years != "1" else "")
        inner = _shifted(inner, found, formula)
        found.append(Shift(f"{kind}({title})", kind, inner, int(years)))
        out += f"{side[at : call.start()]}`{kind}({title})`"
        at = end + 1
    return out + side[at:]


def _closing(text: str, start: int, formula: str) -> int:
    depth = 0
    for at, sign in _signs(text):
        depth += (at >= start) * ((sign in _OPEN) - (sign in _CLOSE))
        if at >= start and depth == 0:
            return at
    raise SpecificationError(f"The formula '{formula}' leaves a bracket open: close it.")


def _split(text: str, sign: str, formula: str) -> list[str]:
    """Parts between signs that stand in no bracket and no quotes, without their margins."""
    cuts, depth = [-1], 0
    for at, one in _signs(text):
        depth += (one in _OPEN) - (one in _CLOSE)
        if one == sign and depth == 0:
            cuts.append(at)
    if depth:
        raise SpecificationError(f"The formula '{formula}' leaves a bracket open: close it.")
    return [text[a + 1 : b].strip() for a, b in zip(cuts, [*cuts[1:], len(text)], strict=True)]


def _outside(text: str) -> str:
    depth, out = 0, ""
    for _, one in _signs(text):
        depth += (one in _OPEN) - (one in _CLOSE)
        out += one if depth == 0 else ""
    return out


def _signs(text: str) -> Iterator[tuple[int, str]]:
    """Characters outside quotes and backticks, with their places."""
    quote = ""
    for at, one in enumerate(text):
        if quote:
            quote = "" if one == quote else quote
        elif one in _QUOTES:
            quote = one
        else:
            yield at, one
