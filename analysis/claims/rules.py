"""The numbers that decide a verdict, and what each verdict means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.claims.vocabulary import VERDICTS
from analysis.claims.yaml_file import read_yaml
from analysis.errors import LedgerError

__all__ = ["Rules", "read_rules"]


@dataclass(frozen=True, slots=True)
class Rules:
    """The numbers that decide; rules.yml explains them.

    Parameters
    ----------
    level : float
        Level of every test.
    plausible, plausible_lag : float
        Smallest effect worth calling one, in within-SDs and in years.
    reweighted, ingredients : float
        Shares of re-weighted indices and of single ingredients that must keep the sign.
    words : mapping of str to str
        What each verdict means, and how parts and downgrades work.
    """

    level: float
    plausible: float
    plausible_lag: float
    reweighted: float
    ingredients: float
    words: Mapping[str, str]


def read_rules(path: Path) -> Rules:
    """Read the rules of a study.

    Raises
    ------
    LedgerError
        A verdict has no explanation, or a number is missing, unknown or none.
    """
    raw = dict(read_yaml(path, "The file"))
    try:
        words = {**raw.pop("verdicts"), **{k: raw.pop(k) for k in ("parts", "downgrade", "zero")}}
        if missing := [word for word in VERDICTS if word not in words]:
            raise LedgerError(f"{path.name} does not explain '{missing[0]}': add it to verdicts.")
        return Rules(
            **{key: float(value) for key, value in raw.items()},
            words={key: " ".join(text.split()) for key, text in words.items()},
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise LedgerError(f"{path.name} lacks or misnames a rule ({error}): mend it.") from None
