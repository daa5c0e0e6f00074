"""The frame of a page beside the book: its style and search, without its table of contents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from analysis.display.html import Html

__all__ = ["Link", "chinese", "facts", "link", "page", "preformatted"]

STYLES = (
    "styles/theme.css", "styles/pydata-sphinx-theme.css", "pygments.css",
    "styles/sphinx-book-theme.css", "copybutton.css", "book.css", "verdicts.css", "trace.css",
)  # fmt: skip
SCRIPTS = (
    "documentation_options.js", "doctools.js", "sphinx_highlight.js", "clipboard.min.js",
    "copybutton.js", "fold.js",
)  # fmt: skip
# As the theme of the book: what the reader chose there holds here.
THEME = (
    "const root = document.documentElement.dataset;"
    "const dark = matchMedia('(prefers-color-scheme: dark)');"
    "const mode = localStorage.getItem('mode') || root.mode;"
    "root.theme = mode === 'auto' ? (dark.matches ? 'dark' : 'light') : mode;"
)
_CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")


@dataclass(frozen=True, slots=True)
class Link:
    """Words and where they lead, as seen from the top folder of the book."""

    words: str
    target: str


def link(words: str, target: str) -> str:
    """Return a link; the words are escaped."""
    return f'<a href="{escape(target)}">{escape(words)}</a>'


def preformatted(text: str) -> str:
    """Show a script as it is."""
    return f"<pre>{escape(text)}</pre>"


def chinese(text: str) -> str:
    """Escape a text and mark what of it is Chinese, for readers that are read to."""
    return _CHINESE.sub(r'<span lang="zh">\g<0></span>', escape(text))


def facts(pairs: Sequence[tuple[str, str]]) -> str:
    """Set terms beside what is said of them, which is HTML; what is empty is left out."""
    rows = "".join(f"<dt>{escape(term)}</dt><dd>{said}</dd>" for term, said in pairs if said)
    return f'<dl class="facts">{rows}</dl>'


def page(title: str, body: str, depth: int, trail: Sequence[Link], mode: str = "light") -> Html:
    """Return a whole page.

    Parameters
    ----------
    title : str
        Of the window.
    body : str
        What stands below the links back to the book.
    depth : int
        How many folders it lies below the top of the book.
    trail : sequence of Link
        The way back, outermost first.
    mode : str
        Light, dark or auto, where the reader has chosen none.
    """
    up = "../" * depth
    styles = "".join(f'<link rel="stylesheet" href="{up}_static/{one}"/>' for one in STYLES)
    scripts = "".join(f'<script defer src="{up}_static/{one}"></script>' for one in SCRIPTS)
    way = " › ".join(link(one.words, up + one.target) for one in trail)
    search = (
        f'<form action="{up}search.html" method="get" role="search"><input type="search" name="q" '
        'placeholder="Search / 搜索" aria-label="Search the book"/></form>'
    )
    return Html(
        f'<!DOCTYPE html>\n<html lang="en" data-content_root="{up}" data-mode="{mode}" '
        f'data-theme="light"><head><meta charset="utf-8"/><meta name="viewport" '
        f'content="width=device-width, initial-scale=1"/><title>{escape(title)}</title>'
        f"<script>{THEME}</script>{styles}{scripts}</head>"
        f'<body class="trace"><header><nav aria-label="Back to the book">{way}</nav>{search}'
        f'</header><main class="bd-article" id="main-content">{body}</main></body></html>\n'
    )
