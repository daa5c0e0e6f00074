"""Errors the user can mend: one sentence each, saying what, where and how."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from importlib.util import find_spec
from numbers import Integral, Real
from typing import Any

_FEW = 12  # so many names fit in a sentence


class AnalysisError(Exception):
    """Base of every error that the command line reports in one sentence with exit code 2."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Pickle would call the constructor with the finished sentence as its only argument; an
        # error that comes from a worker is rebuilt without its constructor instead.
        return _rebuilt, (type(self), self.args, self.__dict__)


class DataError(AnalysisError):
    """A table, a sidecar or a panel is not what it says it is."""


class SpecificationError(AnalysisError):
    """A regression cannot be run as it is specified."""


class OverlapError(SpecificationError):
    """The two sides of a regression are built from the same raw series."""


class LedgerError(AnalysisError):
    """The ledger of claims is malformed or lacks what was asked for."""


class UnknownNameError(AnalysisError, KeyError):
    """A name is not known; the message suggests the nearest ones."""

    def __init__(self, kind: str, name: object, known: Iterable[object], where: str) -> None:
        self.message = f"Unknown {kind} '{name}' in {where}: {suggestion(name, known)}"
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message


def suggestion(
    name: object, known: Iterable[object], otherwise: str = "list the known names and pick one."
) -> str:
    """Return how to mend an unknown name: the nearest known ones, or all of them if few."""
    names = sorted(map(str, known))
    near = get_close_matches(str(name), names, n=1, cutoff=0.75)
    if near := near or get_close_matches(str(name), names, n=3, cutoff=0.4):
        return f"did you mean {' or '.join(near)}?"
    return f"use one of {', '.join(names)}." if 0 < len(names) <= _FEW else otherwise


def require_known(kind: str, name: object, known: Collection[object], where: str) -> None:
    """Refuse a name that is not among the known ones."""
    if name not in known:
        raise UnknownNameError(kind, name, known, where)


def require_type(given: object, kind: type, mend: str) -> None:
    """Refuse an argument of another kind; `mend` says how the right one is made."""
    if not isinstance(given, kind):
        raise SpecificationError(
            f"{kind.__name__} is needed here, not {type(given).__name__}: {mend}."
        )


def require_extra(module: str, extra: str, what: str) -> None:
    """Refuse what an optional package does where it is not installed; `what` says what that is."""
    if find_spec(module) is None:
        raise DataError(
            f"{what} needs the package {module}, which is not installed: run "
            f"`pip install .[{extra}]` in the folder of the project."
        )


def require_level(level: float) -> None:
    """Refuse a level that is not the complement of a coverage."""
    if not isinstance(level, Real) or not 0 < level < 1:
        raise SpecificationError(f"Level {level} must lie between 0 and 1: 0.05 gives 95%.")


def require_seed(seed: Any) -> Any:  # noqa: ANN401
    """Return a seed or a generator; refuse a number that is no seed, and None, which draws anew."""
    if seed is None or isinstance(seed, str | Real):
        if not isinstance(seed, Integral) or seed < 0:
            raise SpecificationError(f"The seed is {seed!r}: give a whole number of zero or more.")
        return int(seed)
    return seed


def _rebuilt(
    kind: type[AnalysisError], args: tuple[object, ...], state: dict[str, object]
) -> AnalysisError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error
