"""A drawing in another language: its labels are said anew where they stand."""

from __future__ import annotations

import re
from html import escape, unescape

from analysis.language.catalogue import WORDS, Catalogue, Unsaid

__all__ = ["say_svg"]

LABEL = re.compile(r'(<g id="text_\d+"[^>]*>\s*)((?:<text\b.*?</text>\s*)+)(</g>)', re.S)
ALONE = re.compile(r"(<text\b[^>]*>)(.*?)(</text>)", re.S)
TITLE = re.compile(r"(<(title|desc)\b[^>]*>)(.*?)(</\2>)", re.S)
SHOWN = re.compile(r'(\saria-label=")([^"]*)(")')


def say_svg(svg: str, catalogue: Catalogue, unsaid: Unsaid) -> str:
    """Say the labels of a drawing; one that runs over lines is one message and fills them anew.

    Parameters
    ----------
    svg
        As `analysis.display.vector.page_form` returns it: a label is a group of its lines.
    catalogue, unsaid
        As for `say_html`.
    """

    def label(found: re.Match[str]) -> str:
        lines = ALONE.findall(found[2])
        text = " ".join(_plain(words) for _, words, _ in lines)
        said = _said(text, catalogue)
        if said is None and len(lines) > 1:  # a list of labels that only looks like one
            each = [_said(_plain(words), catalogue) for _, words, _ in lines]
            if None not in each:
                return found[1] + _lines(lines, each) + found[3]
        if said is None:
            unsaid.note(text)
            return found[0]
        return found[1] + _lines(lines, _filled(said, len(lines))) + found[3]

    def title(found: re.Match[str]) -> str:
        return found[1] + _or_note(found[3], catalogue, unsaid) + found[4]

    def shown(found: re.Match[str]) -> str:
        return found[1] + escape(_or_note(found[2], catalogue, unsaid)) + found[3]

    return SHOWN.sub(shown, TITLE.sub(title, LABEL.sub(label, svg)))


def _plain(words: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", "", words)).split())


def _said(text: str, catalogue: Catalogue) -> str | None:
    return text if not WORDS.search(text) else catalogue.say(text)


def _or_note(words: str, catalogue: Catalogue, unsaid: Unsaid) -> str:
    said = catalogue.say(_plain(words))
    if said is None:
        unsaid.note(_plain(words))
    return words if said is None else escape(said, quote=False)


def _lines(lines: list[tuple[str, str, str]], said: list[str]) -> str:
    pairs = zip(lines, said, strict=True)
    return "".join(f"{a}{escape(words, quote=False)}{b}\n" for (a, _, b), words in pairs)


def _filled(said: str, lines: int) -> list[str]:
    """Cut a label into as many lines as it had, of about one length, not before a mark."""
    if lines == 1:
        return [said]
    each = -(-len(said) // lines)
    cut, at = [], 0
    for _ in range(lines):
        end = min(at + each, len(said))
        while 0 < end < len(said) and (
            said[end] in "，。；：、）”%" or (said[end - 1 : end + 1].isascii())
        ):
            end += 1
        cut.append(said[at:end])
        at = end
    cut[-1] += said[at:]
    return cut
