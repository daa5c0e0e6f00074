"""The way from a page to itself in the other editions, and the theme's words around it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from babel import Locale
from speech import LANGUAGE, LATE, catalogue, say_or_note, translated

from analysis.language import Unsaid, say_html

if TYPE_CHECKING:
    from sphinx.application import Sphinx

CAPTION = re.compile(r'(<span class="caption-text">)([^<]*)(</span>)')
PROMPT = re.compile(r'(<p class="(?:collapsed|expanded) admonition-title">)([^<]*)(</p>)')
EXERCISE = re.compile(r'(class="caption-number">[^<\s]+) (\d+) </span>\s*([（(])')
LINK = re.compile(r'(<a class="headerlink" [^>]*title=")([^"]*)(")')
PLACE = re.compile(r'(<div class="article-header-buttons">)')


def with_switch(text: str, page: str, app: Sphinx) -> str:
    """Put a link to every other edition into a page, and say the captions of its contents.

    Parameters
    ----------
    text
        A page of the theme; others have no place for the link and stay as they are.
    page
        Its address below the edition's folder.
    """
    if translated(app):
        text = _say_theme(app, text)
    up = "../" * page.count("/")
    every = {"": LANGUAGE, **app.config.editions}
    links = "".join(
        f'<a class="edition btn btn-sm" href="{_way(app, up, folder)}{page}" '
        f'lang="{code}" hreflang="{code}">{Locale.parse(language).get_language_name()}</a>'
        for folder, language in every.items()
        if language != app.config.language and (code := language.replace("_", "-"))
    )
    return text if "edition btn" in text else PLACE.sub(rf"\1{links}", text, count=1)


def _say_theme(app: Sphinx, text: str) -> str:
    """Say what the theme writes around and into a page; captions, prompts, links need a message."""
    messages = catalogue(app.config.language)

    def said(found: re.Match[str]) -> str:
        words = messages.pages.get(found[2]) or say_or_note(found[2], messages, LATE)
        return f"{found[1]}{words}{found[3]}"

    text = EXERCISE.sub(r"\1\2</span>\3", LINK.sub(said, PROMPT.sub(said, CAPTION.sub(said, text))))
    head, mark, rest = text.partition("<body")
    before, article, inside = rest.partition("<article")
    inside, end, after = inside.rpartition("</article>")
    before, after = (say_html(part, messages, Unsaid()) for part in (before, after))
    return "".join((head, mark, before, article, inside, end, after))


def _way(app: Sphinx, up: str, folder: str) -> str:
    out = up + "../" if translated(app) else up
    return f"{out}{folder}/" if folder else out
