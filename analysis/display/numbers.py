"""Numbers that prose shows: computed once, glued by name, never typed."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.claims.numbers import flatten

__all__ = ["publish"]


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
