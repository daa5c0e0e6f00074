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
SIZE = re.compile(r"(?<=font-size: )[\d.]+(?=px)")
ALONE = re.compile(r"(<text\b[^>]*(?<!/)>)(.*?)(</text>)", re.S)
# The lines of one label, or a line that something else stands beside.
LABEL = re.compile(
    r'(<g id="text_\d+"[^>]*>\s*)((?:<text\b(?:[^>]*/>|.*?</text>)\s*)+)(</g>)'
    r"|()(<text\b[^>]*(?<!/)>.*?</text>)()",
    re.S,
)
TITLE = re.compile(r"(<(title|desc)\b[^>]*>)(.*?)(</\2>)", re.S)
# What stays on one line: letters of a foreign word or a number, a mark and what it belongs to.
TOGETHER = re.compile(r"[!-~−–][!-~−–]|.[，。；：、）”%·]|[（“·].")
LATIN = 0x2E7F
PAUSES, TERM = {"；": 16, "，": 8, "、": 6, "）": 8, "。": 8, "→": 12}, 7
POINT = re.compile(r"translate\(([-\d.]+) ([-\d.]+)\)")
HEIGHT = re.compile(r' y="([-\d.]+)"')
SPOT = re.compile(r' x="([-\d.]+)" y="([-\d.]+)"|' + POINT.pattern)
VIEW = re.compile(r'viewBox="[-\d.]+ [-\d.]+ [\d.]+ ([\d.]+)"')
SMALLEST = 0.72  # of the letters of a label that would leave the drawing
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
    view = VIEW.search(svg)
    high = float(view[1]) if view else 0.0

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
        cut = filled(said, _needed(said, lines), catalogue.terms)
        return head + fitting(_lines(lines, cut), high) + tail

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
    places = [float(HEIGHT.search(line)[1]) for line in (lines[0][0], words)]
    words = SIZE.sub(SIZE.search(lines[0][0])[0], words)
    middle = f' y="{sum(places) / 2:.6f}"'
    return f"<g>{HEIGHT.sub(middle, words)}</g>"


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
    """Write the lines of a label anew; where there are fewer they stand in the middle."""
    heads = [head for head, _, _ in lines][: len(said)]
    if len(said) < len(lines):
        heads = _moved(heads, lines[-1][0], len(lines))
    return "".join(
        f"{h}{escape(w, quote=False)}</text>\n" for h, w in zip(heads, said, strict=True)
    )


def fitting(label: str, high: float) -> str:
    """Make letters smaller where a label would leave the drawing: to the left, or up and down.

    Parameters
    ----------
    label
        Its lines.
    high
        Height of the drawing, in the units of its places; 0 if it says none.
    """

    def fitted(found: re.Match[str]) -> str:
        head, words, tail = found.groups()
        size, room = SIZE.search(head), _room(head, high)
        wide = _width(_plain(words)) / 2 * float(size[0]) if size else 0.0
        if not 0 < room < wide:
            return found[0]
        small = f"{float(size[0]) * max(SMALLEST, room / wide):.2f}"
        return f"{SIZE.sub(small, head)}{words}{tail}"

    return ALONE.sub(fitted, label)


def _room(head: str, high: float) -> float:
    """Return how long a line may be; 0 where it may run on."""
    if not (spot := SPOT.search(head)):
        return 0.0
    x, y = (float(place) for place in spot.groups() if place)
    if "rotate(-90" in head and "text-anchor: middle" in head:
        return 2 * min(y, high - y)
    return x - 2 if "text-anchor: end" in head else 0.0


def _moved(heads: list[str], last: str, lines: int) -> list[str]:
    """Move lines down, or to the right where they stand upright, by half of what is left out."""
    ends = [POINT.search(head) for head in (heads[0], last)]
    if None in ends:
        return heads
    share = (lines - len(heads)) / 2 / (lines - 1)
    by = [share * (float(ends[1][i]) - float(ends[0][i])) for i in (1, 2)]
    if "rotate" in heads[0]:
        by[1] = 0.0
    else:
        by[0] = 0.0

    def place(found: re.Match[str]) -> str:
        return f"translate({float(found[1]) + by[0]:.6f} {float(found[2]) + by[1]:.6f})"

    return [POINT.sub(place, head) for head in heads]


def _needed(said: str, lines: list[tuple[str, str, str]]) -> int:
    """Return how many lines a label needs where none may be longer than the longest was."""
    longest = max(_width(_plain(words)) for _, words, _ in lines)
    return min(len(lines), max(1, -(-_width(said) * 10 // (longest * 11))))


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
            a: abs(_width(said[start:a]) - aim) + 20 * (a in inside) - _pause(said, a) for a in free
        }
        start = min(strain, key=strain.__getitem__, default=len(said))
        cuts.append(start)
    return [said[a:b].strip() for a, b in pairwise([0, *cuts, len(said)])]


def _inside(said: str, terms: Collection[str]) -> set[int]:
    """Return the places inside the longest terms that a label is made of."""
    found, at = set(), 0
    while at < len(said):
        longest = next(
            (n for n in range(TERM, 1, -1) if said[at : at + n] in terms and n < len(said)), 1
        )
        found |= set(range(at + 1, at + longest))
        at += longest
    return found


def _pause(said: str, at: int) -> int:
    """Return how much farther from its aim a cut may be, in half letters, for where it is."""
    if said[at - 1] in PAUSES:
        return PAUSES[said[at - 1]]
    return {"（": 8, "×": 6, " ": 4}.get(said[at], -6 if said[at - 1] == "：" else 0)


def _width(said: str) -> int:
    return sum(1 + (ord(letter) > LATIN) for letter in said)
