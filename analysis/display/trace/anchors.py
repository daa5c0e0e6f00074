"""Where on a trace page a number stands."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

__all__ = ["dataset_anchor", "filled", "traced_at"]

MARK = re.compile(r'<p class="traced" hidden data-claim="(\w+)" data-set="(\w*)"></p>')


def dataset_anchor(dataset: str) -> str:
    """Return where on the page of a claim a data set stands; empty is a claim not put to one."""
    return dataset or "not-tested"


def traced_at(name: str, claims: Mapping[str, Sequence[str]]) -> str:
    """Return where a published number is traced; empty where it belongs to no claim.

    Parameters
    ----------
    name : str
        Under which it is glued: the claim, a further data set if any, and what it is.
    claims : mapping of str to sequence of str
        Data sets of every claim, the primary one first.

    Examples
    --------
    >>> traced_at("m30_rd_tested", {"M30": ["china", "rd"]})
    'trace/m30.html#rd'
    >>> traced_at("replication_m30_two_way_std", {"M30": ["china", "rd"]})
    'trace/m30.html#china'
    >>> traced_at("patience_claims", {"M30": ["china", "rd"]})
    ''
    """
    words = name.split("_")
    at = next((i for i, word in enumerate(words) if word.upper() in claims), None)
    if at is None:
        return ""
    claim, rest = words[at], "_".join(words[at + 1 :])
    first, *others = claims[claim.upper()]
    found = next((one for one in others if f"{rest}_".startswith(f"{one}_")), first)
    return f"trace/{claim.lower()}.html#{dataset_anchor(found)}"


def filled(html: str, claims: Collection[str], up: str = "") -> str:
    """Fill in where blocks of numbers lead.

    Parameters
    ----------
    html : str
        With the marks that a section leaves.
    claims : collection of str
        Those that have a page; a mark of another claim stays hidden.
    up : str
        The way to the top folder of the book.

    Examples
    --------
    >>> filled('<p class="traced" hidden data-claim="M99" data-set=""></p>', ["M99"])
    '<p class="traced"><a href="trace/m99.html#not-tested">Why it is not tested</a></p>'
    """

    def links(found: re.Match[str]) -> str:
        claim, dataset = found.groups()
        if claim not in claims:
            return found[0]
        page = f"{up}trace/{claim.lower()}.html"
        words = "Where these numbers come from" if dataset else "Why it is not tested"
        code = f', <a href="{page}#code-{dataset}">code that rebuilds them</a>' if dataset else ""
        to = f'<a href="{page}#{dataset_anchor(dataset)}">{words}</a>'
        return f'<p class="traced">{to}{code}</p>'

    return MARK.sub(links, html)
