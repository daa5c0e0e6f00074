"""A drawing in another language: its labels are said anew where they stand."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import partial
from html import escape, unescape
from itertools import pairwise

from analysis.language.catalogue import WORDS, Catalogue, Unsaid

__all__ = ["say_svg"]

# A name in English and beside it in another language.
BESIDE = re.compile(
    r'((?:<g id="beside_en">\s*<text\b.*?</text>\s*</g>\s*)+)'
    r'<g id="beside_(\w+)">\s*(<text\b.*?</text>)\s*</g>',
    re.S,
)
PLACE = re.compile(r' y="([-\d.]+)"')
SIZE = re.compile(r"font-size: [\d.]+px")
ALONE = re.compile(r"(<text\b[^>]*>)(.*?)(</text>)", re.S)
# The lines of one label, or a line that something else stands beside.
LABEL = re.compile(
    r'(<g id="text_\d+"[^>]*>\s*)((?:<text\b.*?</text>\s*)+)(</g>)|()(<text\b.*?</text>)()', re.S
)
TITLE = re.compile(r"(<(title|desc)\b[^>]*>)(.*?)(</\2>)", re.S)
# What stays on one line: letters of a foreign word or a number, a mark and what it belongs to.
TOGETHER = re.compile(r"[!-~−–][!-~−–]|.[，。；：、）”%·]|[（“·].")
LATIN = 0x2E7F
PAUSES, TERM = "，；：、）】。", 7
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
        head, inside, tail = found.groups("")[:3] if found[2] else found.groups("")[3:]
        lines = ALONE.findall(inside)
        text = " ".join(_plain(words) for _, words, _ in lines)
        said = _said(text, catalogue)
        if said is None and len(lines) > 1:  # a list of labels that only looks like one
            each = [_said(_plain(words), catalogue) for _, words, _ in lines]
            if None not in each:
                return head + _lines(lines, each) + tail
        if said is None:
            unsaid.note(text)
            return found[0]
        return head + _lines(lines, filled(said, len(lines), catalogue.terms)) + tail

    def title(found: re.Match[str]) -> str:
        return found[1] + _or_note(found[3], catalogue, unsaid) + found[4]

    def shown(found: re.Match[str]) -> str:
        return found[1] + _or_note(found[2], catalogue, unsaid).replace('"', "&quot;") + found[3]

    svg = BESIDE.sub(partial(_one_name, catalogue.language), svg)
    return SHOWN.sub(shown, TITLE.sub(title, LABEL.sub(label, svg)))


def _one_name(language: str, found: re.Match[str]) -> str:
    """Leave of a name in two languages the one that is spoken, in the middle; else the English."""
    english, own, words = found.groups()
    lines = ALONE.findall(english)
    if not language.startswith(own):
        return f'<g id="text_0">{"".join(map("".join, lines))}</g>'
    places = [float(PLACE.search(line)[1]) for line in (lines[0][0], words)]
    words = SIZE.sub(SIZE.search(lines[0][0])[0], words)
    middle = f' y="{sum(places) / 2:.6f}"'
    return f"<g>{PLACE.sub(middle, words)}</g>"


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


def filled(said: str, lines: int, terms: Collection[str] = ()) -> list[str]:
    """Cut a label into as many lines as it had, near equal parts, where a reader would pause.

    Parameters
    ----------
    said
        The label.
    lines
        How many; each gets two letters or more.
    terms
        Words that are not to be cut.

    Examples
    --------
    >>> filled("新质生产力的组内标准差（每组内标准差）", 2)
    ['新质生产力的组内标准差', '（每组内标准差）']
    >>> filled("每百人年有效发明专利", 2, {"有效发明专利"})
    ['每百人年', '有效发明专利']
    """
    inside = _inside(said, terms)
    cuts, start = [], 0
    for left in range(lines, 1, -1):
        aim = _width(said[start:]) / left
        free = [a for a in range(start + 2, len(said) - 1) if not TOGETHER.match(said, a - 1)]
        strain = {
            a: abs(_width(said[start:a]) - aim) + 6 * (a in inside) - _pause(said, a) for a in free
        }
        start = min(strain, key=strain.__getitem__, default=len(said))
        cuts.append(start)
    return [said[a:b].strip() for a, b in pairwise([0, *cuts, len(said)])]


def _inside(said: str, terms: Collection[str]) -> set[int]:
    """Return the places inside the longest terms that a label is made of."""
    found, at = set(), 0
    while at < len(said):
        longest = next((n for n in range(TERM, 1, -1) if said[at : at + n] in terms), 1)
        found |= set(range(at + 1, at + longest))
        at += longest
    return found


def _pause(said: str, at: int) -> int:
    """Return how much farther from its aim a cut may be, in half letters, for where it is."""
    if said[at - 1] in PAUSES or said[at] in "（×":
        return 8
    return 4 if said[at] == " " else 0


def _width(said: str) -> int:
    return sum(1 + (ord(letter) > LATIN) for letter in said)
