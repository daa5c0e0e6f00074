"""Accounting identities as a data set declares them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.data.files import read_yaml, short
from analysis.errors import DataError

KINDS = ("parts", "ratio", "totals")


@dataclass(frozen=True, slots=True)
class Identity:
    """One declared identity; ``terms`` holds the series its kind needs."""

    name: str
    what: str
    kind: str
    tolerance: float
    statistic: str
    terms: Mapping[str, Any]


def read_identities(path: Path) -> tuple[Identity, ...]:
    """Read declared identities; DataError if an entry lacks a key or has an unknown kind."""
    fixed = ("name", "what", "kind", "tolerance", "statistic")
    out = []
    for raw in read_yaml(path) or ():
        try:
            terms = {k: v for k, v in raw.items() if k not in fixed}
            kind, statistic = raw["kind"], raw.get("statistic", "largest")
            out.append(
                Identity(raw["name"], raw["what"], kind, float(raw["tolerance"]), statistic, terms)
            )
        except KeyError as error:
            raise DataError(
                f"Identity '{raw.get('name', '?')}' in {short(path)} has no {error}: add it."
            ) from None
        if kind not in KINDS or statistic not in ("largest", "median"):
            raise DataError(
                f"Identity '{raw['name']}' in {short(path)} is of kind '{kind}', statistic "
                f"'{statistic}': use {', '.join(KINDS)} and largest or median."
            )
    return tuple(out)
