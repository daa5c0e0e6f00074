"""A catalogue of messages, and how a finished sentence finds the message it was made from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import count
from pathlib import Path

from analysis.language.beside import beside, labels, short_names
from analysis.places import CODE, FIGURES

__all__ = ["Catalogue", "Unsaid", "read_catalogue"]

CATALOGUES = Path(__file__).parent
NUMBER = re.compile(r"(?<![\w.])(?:(?<!\d)[−+\-])?\d+(?:[.,]\d+)*(?:e[−+\-]?\d+)?(?![A-Za-z\d])")
SLOT = re.compile(r"\{([a-z]\w*)\}")
WORDS = re.compile(r"[A-Za-z]{2,}|(?<![A-Za-z])[aAI](?= [a-z])")
SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z“\[(\d<`])")
INSIDE = r"(?:(?![.;:] ).)+?"  # a slot that stays inside its clause
CLAUSE = re.compile(r"(; |: )")
PAIR = re.compile(r"([A-Z][^.;]*?) ?[(（]?([\u3400-\u9fff][\u3400-\u9fff·]*)[)）]?")
NAMED = re.compile(
    r"[A-Z][\w'’&.,\- ]+ \(\d{4}[a-z]?\)|[\w.]*_[\w.]*|[0-9a-f]{8,}|[A-Z]{2,}[\w+&-]*"
)
LISTED = re.compile(r", and | and |, ")


@dataclass
class Unsaid:
    """What had no message, with how often it was met."""

    found: dict[str, int] = field(default_factory=dict)

    def note(self, text: str) -> None:
        """Count one more text without a message."""
        self.found[text] = self.found.get(text, 0) + 1


@dataclass(frozen=True)
class Pattern:
    """A message whose slots hold words: how it looks, and how it is said."""

    look: re.Pattern[str]
    loose: re.Pattern[str]
    said: str
    anchor: str


@dataclass(frozen=True)
class Catalogue:
    """Messages in one language.

    Parameters
    ----------
    language : str
        Its code, ``zh_CN``.
    messages : mapping of str to str
        From the English message to the other; slots ``{name}`` are the same in both.
    names : frozenset of str
        What is the same in every language: names, code, abbreviations.
    pages : mapping of str to str
        Whole texts of pages, without slots: braces in them are formulas.
    full_stop, clause, listing, last : str
        What stands between sentences, after a clause, in a list and before its last member.

    Examples
    --------
    >>> zh = Catalogue("zh_CN", {"{n} rows, p = {p}.": "p = {p}，{n}行。"}, frozenset())
    >>> zh.say("31 rows, p = 0.04.")
    'p = 0.04，31行。'
    >>> zh.say("No message of this kind.") is None
    True
    """

    language: str
    messages: Mapping[str, str]
    names: frozenset[str] = frozenset()
    pages: Mapping[str, str] = field(default_factory=dict)
    full_stop: str = ""
    clauses: Mapping[str, str] = field(default_factory=lambda: {"; ": "；", ": ": "："})
    listing: str = "、"
    last: str = "和"

    @cached_property
    def _numbered(self) -> dict[str, tuple[tuple[str, ...], str]]:
        """Messages by what is left of them when all slots are taken for numbers."""
        made = {}
        for message, said in self.messages.items():
            if SLOT.search(message):
                made[NUMBER.sub("{}", SLOT.sub("{}", message))] = (_order(message), said)
        return made

    @cached_property
    def _patterns(self) -> tuple[Pattern, ...]:
        """Messages with slots, those with most words of their own first."""
        made = [
            (
                Pattern(
                    _look(message, INSIDE),
                    _look(message, ".+?"),
                    said,
                    max(SLOT.split(message)[::2], key=len),
                ),
                message,
            )
            for message, said in self.messages.items()
            if SLOT.search(message)
        ]
        ordered = sorted(made, key=lambda one: -len(SLOT.sub("", one[1])))
        return tuple(pattern for pattern, _ in ordered)

    @cached_property
    def _kept(self) -> dict[str, str | None]:
        return {}

    def say(self, text: str) -> str | None:
        """Say a finished text in this language; None where a part of it has no message.

        Tried in turn: the text as a message, the text with its numbers taken out, messages whose
        slots hold words, its sentences one by one, its clauses, the members of a list.
        """
        if text not in self._kept:
            self._kept[text] = self._said(text)
        return self._kept[text]

    def _said(self, text: str) -> str | None:
        bare = text.strip()
        for known in (self.messages, self.pages):
            if (found := known.get(bare)) is not None:
                return found
        if not WORDS.search(bare) or bare in self.names or NAMED.fullmatch(bare):
            return text
        loosely = partial(self._by_words, loose=True)
        for attempt in (self._by_numbers, self._by_pair, self._by_words, self._by_sentences,
                        self._by_clauses, self._by_members, loosely):  # fmt: skip
            if (found := attempt(bare)) is not None:
                return found
        return None

    def _by_numbers(self, text: str) -> str | None:
        known = self._numbered.get(NUMBER.sub("{}", text))
        if known is None:
            return None
        order, said = known
        pairs = list(zip(order, NUMBER.findall(text), strict=True))
        values = dict(pairs)
        if any(values[name] != value for name, value in pairs):  # a slot met twice is one number
            return None
        return SLOT.sub(lambda slot: values[slot[1]], said)

    def _by_pair(self, text: str) -> str | None:
        """Take the other language's word where English stands beside it, ``Wuhan 武汉市``."""
        found = PAIR.fullmatch(text)
        return found and (self.messages.get(found[1]) or found[2])

    def _by_words(self, text: str, loose: bool = False) -> str | None:
        for pattern in self._patterns:
            if pattern.anchor not in text:
                continue
            if found := (pattern.loose if loose else pattern.look).fullmatch(text):
                values = {name: self.say(value) for name, value in found.groupdict().items()}
                if None not in values.values():
                    return SLOT.sub(lambda slot, v=values: v[slot[1]], pattern.said)
        return None

    def _by_sentences(self, text: str) -> str | None:
        parts = SENTENCE.split(text)
        for cut in range(len(parts) - 1, 0, -1):
            rest = self.say(" ".join(parts[cut:]))
            first = rest and self.say(" ".join(parts[:cut]))
            if first is not None and rest:
                return first + self.full_stop + rest
        return None

    def _by_clauses(self, text: str) -> str | None:
        for found in CLAUSE.finditer(text):
            first, rest = self.say(text[: found.start()]), self.say(text[found.end() :])
            if first is not None and rest is not None:
                return first + self.clauses[found[1]] + rest
        return None

    def _by_members(self, text: str) -> str | None:
        parts = LISTED.split(text)
        said = [self.say(part) for part in parts] if len(parts) > 1 else [None]
        if None in said:
            return None
        joined = " and " in text
        head, tail = (said[:-1], said[-1:]) if joined else (said, [])
        return self.last.join([self.listing.join(head), *tail])


def _order(message: str) -> tuple[str, ...]:
    """Name every slot and every number of a message, in order."""
    names, found = count(), []
    for slot in re.finditer(rf"{SLOT.pattern}|{NUMBER.pattern}", message):
        found.append(slot[1] or f"_{next(names)}")
    return tuple(found)


def _look(message: str, slot: str) -> re.Pattern[str]:
    """Return what a sentence made from a message looks like; a slot met twice holds the same."""
    look, known = "", set()
    for i, part in enumerate(SLOT.split(message)):
        if i % 2 == 0:
            look += re.escape(part)
        else:
            look += f"(?P={part})" if part in known else f"(?P<{part}>{slot})"
            known.add(part)
    return re.compile(look, re.S)


def read_catalogue(language: str, pages: Path | None = None) -> Catalogue:
    """Read all that is said in a language: the program's messages, texts of data, pages if asked.

    Parameters
    ----------
    language
        ``zh_CN``.
    pages
        A folder with ``<language>/LC_MESSAGES/*.po``.

    Examples
    --------
    >>> read_catalogue("zh_CN").say("inconclusive")
    '无法定论'
    """
    short = language.partition("_")[0]
    files = sorted([*CODE.rglob("*.yml"), *FIGURES.rglob("*.yml")])
    texts = {**labels(sorted(FIGURES.rglob("*.csv")), short), **beside(files, short)}
    messages = {**texts, **_messages(CATALOGUES / language)}
    prose = _messages(pages / language / "LC_MESSAGES") if pages else {}
    return Catalogue(language, messages, short_names(files), prose)


def _messages(folder: Path) -> dict[str, str]:
    from babel.messages.pofile import read_po  # only another language needs it

    found = {}
    for path in sorted(folder.rglob("*.po")):
        with path.open("rb") as stream:
            found |= {
                " ".join(m.id.split()): m.string for m in read_po(stream) if m.id and m.string
            }
    return found
