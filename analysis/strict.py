"""YAML in which a key that is written twice is an error, instead of the last one counting."""

from __future__ import annotations

from typing import Any

import yaml
from yaml.constructor import ConstructorError

__all__ = ["Loader"]

# The C parser reads a file about eight times faster; it is absent from some builds.
_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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
    """

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: ANN401
        """Build a mapping after looking at its keys."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise ConstructorError(None, None, f"'{key.value}' twice", key.start_mark)
            if isinstance(key.value, str):
                seen.add(key.value)
        return super().construct_mapping(node, deep=deep)
