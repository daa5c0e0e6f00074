"""Where a claim is treated in the book: the page of its family, and its place there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from analysis.display.html import Html
from analysis.errors import UnknownNameError

if TYPE_CHECKING:
    from analysis.claims import Claim

__all__ = ["Home", "address", "home", "link"]

FILE = Path(__file__).with_name("chapters.yml")


@dataclass(frozen=True, slots=True)
class Home:
    """The page of a family.

    Parameters
    ----------
    page : str
        Stem of its file in book/.
    title : str
        The family's name where there is little room.
    """

    page: str
    title: str


@cache
def _homes() -> dict[str, Home]:
    raw = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {family: Home(**entry) for family, entry in raw.items()}


def home(family: str) -> Home:
    """Return the page of a family.

    Raises
    ------
    UnknownNameError
        chapters.yml does not list it.
    """
    if family not in _homes():
        raise UnknownNameError("family", family, _homes(), FILE.name)
    return _homes()[family]


def address(claim: Claim) -> str:
    """Return where a claim is treated, "patience.html#m02", as seen from another page."""
    return f"{home(claim.family).page}.html#{claim.id.lower()}"


def link(claim: Claim) -> Html:
    """Return a claim's id as a link to where it is treated."""
    return Html(f'<a href="{escape(address(claim))}">{claim.id}</a>')
