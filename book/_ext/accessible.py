"""Mend what the theme and its extensions write, so that readers who hear a page can use it.

Each mend is one replacement in the finished page (`finished_pages`). All of them can be made twice,
because Sphinx writes only pages that changed.
"""

from __future__ import annotations

import re

MENDS = [
    # Deprecated roles, and a list whose items are none.
    (r' role="doc-biblioentry"', ""),
    (r'<div role="list" class="citation-list">', '<div class="citation-list">'),
    # A name that hides the words on the button from those who call it by them.
    (r'(<button class="btn search-button-field[^>]*?) aria-label="[^"]*"', r"\1"),
    (r'<summary aria-label="Toggle hidden content">', "<summary>"),
    # The theme's script turns this into words of the button, which its name then lacks.
    (r'(<svg class="[^"]*\btheme-switch [^>]*?)\s+title="[^"]*"', r"\1"),
    # The side bar holds the logo and the search beside its navigation.
    (r'<div id="pst-primary-sidebar" class', '<div id="pst-primary-sidebar" role="region"'
     ' aria-label="Contents of the book" class'),
    # A page without a title in the article's head, such as that of a wrong address.
    (r"<h1></h1>", ""),
    # A heading cell that heads nothing.
    (r'<th(?: scope="(?:row|col)")?></th>', "<td></td>"),
]  # fmt: skip
COMPILED = [(re.compile(pattern), mended) for pattern, mended in MENDS]


def mend(page: str) -> str:
    """Return a finished page with all mends made."""
    for pattern, mended in COMPILED:
        page = pattern.sub(mended, page)
    return page
