"""Which specifications of a claim count as admissible, declared in the ledger as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from numbers import Integral

from analysis.claims.vocabulary import hint
from analysis.errors import LedgerError

__all__ = ["Choices", "read_choices"]

_WORDS = {
    "effects": ("two_way", "region_year", "entity_trends", "first_difference", "entity"),
    "weightings": ("declared", "equal", "pca", "critic", "entropy"),
    "samples": ("declared", "marked"),
    "controls": ("declared", "none", "held"),
    "outcomes": ("primary", "secondary"),
}


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of which a specification curve takes every combination.

    Parameters
    ----------
    effects : tuple of str
        Sets of effects.
    lags : tuple of int
        Years by which regressors precede the outcome. A claim declared at another lag, or with
        lags of its own for single regressors, keeps these.
    weightings : tuple of str
        Of the indices, all at once: "declared" or a scheme.
    samples : tuple of str
        "declared", and "marked": those that the data set marks with ``use: curve``.
    controls : tuple of str
        "declared" initial controls, "none", and each measure "held" fixed as a secondary reading.
    outcomes : tuple of str
        "primary" and "secondary".
    placebos : int
        Curves of histories dealt out anew; 0 for none.
    """

    effects: tuple[str, ...] = _WORDS["effects"][:4]
    lags: tuple[int, ...] = (1, 2, 3)
    weightings: tuple[str, ...] = ("declared", "equal", "pca", "critic")
    samples: tuple[str, ...] = _WORDS["samples"]
    controls: tuple[str, ...] = _WORDS["controls"]
    outcomes: tuple[str, ...] = _WORDS["outcomes"]
    placebos: int = 99


def read_choices(raw: object, where: str, base: Choices | None = None) -> Choices:
    """Read a block ``curve``; what it does not name is as in `base`.

    Raises
    ------
    LedgerError
        An unknown key or word, a lag that is no number of years, or a list that is empty.
    """
    base = base or Choices()
    if not isinstance(raw, Mapping):
        raise LedgerError(f"{where} is {raw!r}: write choices such as 'lags: [1, 2]'.")
    known = [f.name for f in fields(Choices)]
    for key, value in raw.items():
        if key not in known:
            raise LedgerError(f"{where} has the unknown key '{key}': {hint(str(key), known)}")
        if fault := _number(value) if key == "placebos" else _listed(key, value):
            raise LedgerError(f"{where} has {key}: {fault}")
    return replace(base, **{k: v if k == "placebos" else tuple(v) for k, v in raw.items()})


def _number(value: object) -> str:
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    return "" if whole and value >= 0 else f"{value!r}; write a number of curves, 0 for none."


def _listed(key: str, value: object) -> str:
    if not isinstance(value, list) or not value:
        return f"{value!r}; list one or more."
    if len({str(one) for one in value}) < len(value):
        return f"{value!r}; name each once."
    for one in value:
        if key == "lags":
            if not isinstance(one, Integral) or isinstance(one, bool) or one < 0:
                return f"{one!r}; write years, zero or more."
        elif one not in _WORDS[key]:
            return f"'{one}'; {hint(str(one), _WORDS[key])}"
    return ""
