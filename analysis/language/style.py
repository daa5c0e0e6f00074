"""How a language joins sentences and tidies what is said in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

__all__ = ["Style"]


@dataclass(frozen=True)
class Style:
    """How a language joins and tidies what is said in it, as its ``style.yml`` declares.

    Parameters
    ----------
    full_stop, listing, last : str
        What stands between sentences, in a list, and before its last member.
    clauses : mapping of str to str
        What stands after a clause instead of an English mark.
    tidy : tuple of (str, str)
        Patterns and what stands in their place, in order.
    citations : tuple of (str, str)
        The same for citations, piece by piece.
    terms : sequence of str
        Words that a label is not cut inside of, beside those that are messages.
    """

    full_stop: str = " "
    clauses: Mapping[str, str] = field(default_factory=dict)
    listing: str = ", "
    last: str = ", "
    tidy: tuple[tuple[str, str], ...] = ()
    citations: tuple[tuple[str, str], ...] = ()
    terms: Sequence[str] = ()

    @cached_property
    def _tidy(self) -> list[tuple[re.Pattern[str], str]]:
        return [(re.compile(look), other) for look, other in self.tidy]

    @cached_property
    def _tidied(self) -> dict[str, str]:
        return {}

    def tidied(self, text: str) -> str:
        """Put right the marks of a finished text."""
        if text not in self._tidied:
            made = text
            for look, other in self._tidy:
                made = look.sub(other, made)
            self._tidied[text] = made
        return self._tidied[text]

    def cited(self, text: str) -> str:
        """Say a piece of a citation."""
        for look, other in self.citations:
            text = re.sub(look, other, text)
        return text
