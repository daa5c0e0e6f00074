"""YAML in which a key that is written twice is an error, instead of the last one counting.

A key ``sentence@zh`` says in another language what ``sentence`` beside it says. Readers of the file
do not see it; `analysis.language.beside` does.
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml.constructor import ConstructorError

__all__ = ["ELSEWHERE", "Loader"]

# The C parser reads a file about eight times faster; it is absent from some builds.
_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

ELSEWHERE = re.compile(r"(.+)@([a-z]{2})")
"""A key, and the language in which it says the same."""


class Loader(_BASE):
    """A safe loader that refuses a key written twice in one mapping.

    Raises
    ------
    yaml.YAMLError
        With the mark of the second one.

    Examples
    --------
    >>> yaml.load("a: 1", Loader=Loader)
    {'a': 1}
    >>> yaml.load("{a: word, a@zh: 词}", Loader=Loader)
    {'a': 'word'}
    """

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: ANN401
        """Build a mapping after looking at its keys."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise ConstructorError(None, None, f"'{key.value}' twice", key.start_mark)
            if isinstance(key.value, str):
                seen.add(key.value)
        node.value = [pair for pair in node.value if not ELSEWHERE.fullmatch(str(pair[0].value))]
        return super().construct_mapping(node, deep=deep)
