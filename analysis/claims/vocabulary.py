"""The words that a ledger may use, and the nearest known one to a word that it may not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

QUOTE_LIMIT = 20
"""Most characters that may be quoted from the paper for one claim."""

STATUSES = ("testable", "proxy", "needs user data", "normative")
SIGNS = ("+", "-", "±", "0")
DESIGNS = (
    "panel",
    "interaction",
    "quadratic",
    "threshold",
    "local-projection",
    "distributed-lag",
    "stacked",
    "event",
    "spatial",
    "panel-var",
    "equivalence",
    "long-difference",
    "descriptive",
    "firm",
)

VOCABULARY = {"status": STATUSES, "sign": SIGNS, "design": DESIGNS}
TEXTS = ("section", "quote", "sentence", "logic", "estimand")

SETUPS: Mapping[str, tuple[str, ...]] = {
    "local-projection": ("horizons", "early", "late"),
    "distributed-lag": ("lags", "periods"),
    "event": ("exposure", "active"),
    "threshold": ("by",),
    "spatial": ("maps",),
}
"""What a declared design must be told besides its regression."""

VERDICTS = (
    "supported",
    "suggestive",
    "inconclusive",
    "contradicted",
    "descriptive",
    "cannot be asked here",
    "needs user data",
    "normative",
)
"""What a claim may be called; "cannot be asked here" where the panel lacks a series."""


def is_word(name: object) -> bool:
    """Whether a name can stand in a file's name and in an address."""
    return isinstance(name, str) and bool(re.fullmatch(r"\w[\w-]*", name))


def hint(value: object, known: Iterable[str]) -> str:
    """Suggest the nearest known word, or list them all."""
    known = list(known)
    near = get_close_matches(str(value), known, n=1, cutoff=0.5)
    return f"did you mean '{near[0]}'?" if near else f"use one of {', '.join(known)}."
