"""Claims as objects of the book, as functions are: a search for M21 leads to the place of M21.

The list of objects that other books may link to names them too.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, ClassVar

import chapter_execution  # noqa: F401  (puts the repository's top folder on the path)
from sphinx.domains import Domain, ObjType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx


@cache
def places(study: str) -> tuple[tuple[str, str, str], ...]:
    """Return every claim of a study, the page that treats it and its place there."""
    from analysis.claims import read_study  # books without a study have no such package

    read = read_study(study)
    split = ((claim.id, read.address(claim).partition(".html#")) for claim in read.ledger)
    return tuple((name, page, place) for name, (page, _, place) in split)


class Claims(Domain):
    """The claims of all studies; nothing is kept, so there is nothing to merge."""

    name = "claim"
    label = "Claim"
    object_types: ClassVar = {"claim": ObjType("claim")}

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """Name, shown name, kind, page, place and rank of every claim; 0 is the first rank."""
        for study in self.env.config.studies:
            for name, page, place in places(study):
                yield name, name, "claim", page, place, 0

    def merge_domaindata(self, _docnames: list[str], _otherdata: dict[str, object]) -> None:
        """Do nothing: claims come from the ledgers."""

    def resolve_any_xref(self, *_args: object) -> list[tuple[str, object]]:
        """Offer no target: chapters link to claims by their labels."""
        return []


def setup(app: Sphinx) -> dict[str, object]:
    """Register with Sphinx."""
    app.add_domain(Claims)
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
