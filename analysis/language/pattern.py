"""What a sentence looks like that was made from a message with slots."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["SLOT", "Pattern", "look"]

SLOT = re.compile(r"\{([a-z]\w*)\}")
COUNT = r"[+−\-]?[\d,.]*\d"


@dataclass(frozen=True)
class Pattern:
    """A message whose slots hold words: how it looks, and how it is said."""

    look: re.Pattern[str]
    loose: re.Pattern[str]
    said: str
    anchor: str
    kept: frozenset[str]
    spoken: bool


def look(message: str, slot: str, counts: bool) -> re.Pattern[str]:
    """Return what a sentence made from a message looks like; a slot met twice holds the same.

    Where it counts, ``{n}`` is a number.
    """
    made, known, slots = "", set(), {"n": COUNT} if counts else {}
    for i, part in enumerate(SLOT.split(message)):
        if i % 2 == 0:
            made += re.escape(part)
        else:
            made += f"(?P={part})" if part in known else f"(?P<{part}>{slots.get(part, slot)})"
            known.add(part)
    return re.compile(made, re.S)
