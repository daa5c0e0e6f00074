"""Numbers that prose shows: computed once, glued by name, never typed."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real


def flatten(values: Mapping[str, object], prefix: str = "") -> dict[str, int | float | str]:
    """Turn nested mappings of scalars into one level, names joined by ``_``.

    Parameters
    ----------
    values
        Scalars, strings or mappings of these; anything else is an error, so that a table is
        never published as a number by mistake.
    prefix
        Put before every name.

    Returns
    -------
    dict
        Plain Python scalars: numpy's own would print their type into the page.
    """
    flat: dict[str, int | float | str] = {}
    for name, value in values.items():
        key = f"{prefix}_{name}" if prefix else str(name)
        if isinstance(value, Mapping):
            flat.update(flatten(value, key))
        elif isinstance(value, str):
            flat[key] = value
        elif isinstance(value, Integral):
            flat[key] = int(value)
        elif isinstance(value, Real):
            flat[key] = float(value)
        else:
            raise TypeError(f"'{key}' is a {type(value).__name__}, not a number or a word")
    return flat


def publish(values: Mapping[str, object], prefix: str = "") -> dict[str, int | float | str]:
    """Glue every value for the prose of the page; outside a book build nothing is glued.

    Returns
    -------
    dict
        What was published, by glue name.
    """
    flat = flatten(values, prefix)
    try:
        from IPython import get_ipython
        from myst_nb import glue
    except ImportError:  # a reader's notebook without the book's tools
        return flat
    if get_ipython() is not None:
        for name, value in flat.items():
            glue(name, value, display=False)
    return flat
