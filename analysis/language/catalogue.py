"""A catalogue of messages, and how a finished sentence finds the message it was made from."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from analysis.language.pattern import SLOT, Pattern, look
from analysis.language.style import Style

__all__ = ["Catalogue", "Unsaid"]

NUMBER = re.compile(r"(?<![\w.])(?:(?<!\d)[−+\-])?\d+(?:[.,]\d+)*(?:e[−+\-]?\d+)?(?![A-Za-z\d])")
QUOTED = re.compile(r"'\{([a-z]\w*)\}'")  # what a reader wrote stays as it is written
# A word that no slot touches, so that it stands in every sentence made from the message.
WORD = re.compile(r"(?<![\w{}])[A-Za-z]+(?![\w{}])")
WORDS = re.compile(r"[A-Za-z]{2,}|(?<![A-Za-z])[aAI](?= [a-z])")
SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z“\[(\d<`])")
INSIDE = r"(?:(?![.;:] ).)+?"  # a slot that stays inside its clause
CLAUSE = re.compile(r"(; |: )")
PAIR = re.compile(r"([A-Z][^.;\u3400-\u9fff]*?) ?[(（]?([\u3400-\u9fff][\u3400-\u9fff·]*)[)）]?")
NAMED = re.compile(
    r"[A-Z][\w'’&.,\- ]+ \(\d{4}[a-z]?\)|[\w.]*_[\w.]*|[\w.-]+/[\w./-]+|[a-z]\w*(?::[a-z]\w*)+"
    r"|[0-9a-f]{8,}|[A-Z]{2,}[\w+&-]*"
)
JOINED = re.compile(r" (?:of|in|the|other|and) ")  # more than a name
TOGETHER = 12  # sentences or clauses that one message may hold
OWN = re.compile(r"[\u3400-\u9fff]")
LONG = re.compile(r"[a-z]{5,}|[A-Za-z]+ [a-z]{2,}")
TERMS = re.compile(r"[\u3400-\u9fff]{2,7}")
DIGITS = "0123456789+-−"
NOUNS = ("one", "many")  # slots of the terminal that hold no name
LISTED = re.compile(r", and | and |, ")


@dataclass
class Unsaid:
    """What had no message, with how often it was met."""

    found: dict[str, int] = field(default_factory=dict)

    def note(self, text: str) -> None:
        """Count one more text without a message."""
        self.found[text] = self.found.get(text, 0) + 1


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
    spoken : frozenset of str
        Messages of the terminal, whose slots may hold what a reader wrote; see `say_error`.
    style : Style
        How sentences are joined and tidied.

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
    spoken: frozenset[str] = frozenset()
    style: Style = field(default_factory=Style)

    @cached_property
    def _numbered(self) -> dict[str, tuple[tuple[str, ...], str]]:
        """Messages by what is left of them when all slots are taken for numbers."""
        made = {}
        for message, said in self.messages.items():
            if SLOT.search(message):
                made[NUMBER.sub("{}", SLOT.sub("{}", message))] = (_order(message), said)
        return made

    @cached_property
    def _patterns(self) -> dict[str, list[tuple[int, Pattern]]]:
        """Messages with slots by their rarest word, each with its rank: most literal text first."""
        slotted = sorted(
            (one for one in self.messages if SLOT.search(one)),
            key=lambda one: -len(SLOT.sub("", one)),
        )
        words = [set(WORD.findall(SLOT.sub("{}", one))) for one in slotted]
        often = Counter(word for found in words for word in found)
        made = defaultdict(list)
        for rank, (message, found) in enumerate(zip(slotted, words, strict=True)):
            spoken = message in self.spoken
            pattern = Pattern(
                look(message, INSIDE, spoken),
                look(message, ".+?", spoken),
                self.messages[message],
                max(SLOT.split(message)[::2], key=len),
                frozenset(QUOTED.findall(message)),
                spoken and bool(found),
            )
            made[min(found, key=often.__getitem__, default="")].append((rank, pattern))
        return dict(made)

    def _likely(self, text: str) -> list[Pattern]:
        """Return the patterns whose rarest word the text has, in order of rank."""
        known = self._patterns
        words = {"", *WORD.findall(text)}
        ranked = (one for word in words for one in known.get(word, ()))
        return [pattern for _, pattern in sorted(ranked, key=lambda one: one[0])]

    @cached_property
    def terms(self) -> frozenset[str]:
        """Short words of the language: what a label is not to be cut inside of."""
        short = (said for said in self.messages.values() if TERMS.fullmatch(said))
        return frozenset((*short, *self.style.terms))

    @cached_property
    def _kept(self) -> dict[str, str | None]:
        return {}

    def say(self, text: str) -> str | None:
        """Say a finished text in this language; None where a part of it has no message.

        Tried in turn: the text as a message, the text with its numbers taken out, messages whose
        slots hold words, its sentences one by one, its clauses, the members of a list.
        """
        if text not in self._kept:
            said = self._said(text)
            self._kept[text] = None if said is None else self.style.tidied(said)
        return self._kept[text]

    def say_error(self, text: str) -> str | None:
        """Say a sentence of the terminal; a value in it that has no message stays as it is.

        A file's name, a heading or a list of names has none, and `say` would then say nothing.

        Examples
        --------
        >>> known = {"{file} is empty.": "{file}是空的。"}
        >>> Catalogue("zh_CN", known, spoken=frozenset(known)).say_error("my table is empty.")
        'my table是空的。'
        """
        if text not in self.messages:
            for one in self._likely(text):
                if one.spoken and (made := one.loose.fullmatch(text)):
                    given = {
                        k: v if k in one.kept else self._given(v, k in NOUNS)
                        for k, v in made.groupdict().items()
                    }
                    return SLOT.sub(lambda slot, v=given: v[slot[1]], one.said)
        return self.say(text)

    def _given(self, value: str, noun: bool) -> str:
        """Say a noun or phrases in an error; names stay as the reader wrote them."""
        if noun or " " in LISTED.sub("", value):
            parts = value.split("; ")
            return self.style.clauses.get("; ", "; ").join(self.say_error(p) or p for p in parts)
        return value.replace(" and ", self.style.last)

    def _said(self, text: str) -> str | None:
        bare = text.strip()
        if (found := self._whole(bare)) is not None:
            return text if found is bare else found
        for attempt in (self._by_sentences, self._by_clauses, self._by_members, self._loosely):
            if (found := attempt(bare)) is not None:
                return found
        return None

    def _whole(self, text: str) -> str | None:
        """Say a text as one message; a name and a number are themselves."""
        for known in (self.messages, self.pages):
            if (found := known.get(text)) is not None:
                return found
        if not WORDS.search(text) or text in self.names or NAMED.fullmatch(text):
            return text
        if (found := self.messages.get(text[0].upper() + text[1:])) is not None:
            return found
        ways = (self._by_numbers, self._by_pair, self._by_words, self._by_name)
        found = next((found for way in ways if (found := way(text)) is not None), None)
        # Else it may be in that language already, with an abbreviation in it.
        own = found is None and OWN.search(text) and not LONG.search(text)
        return text if own else found

    def _by_numbers(self, text: str) -> str | None:
        known = self._numbered.get(NUMBER.sub("{}", text))
        if known is None:
            return None
        order, said = known
        pairs = list(zip(order, NUMBER.findall(text), strict=True))
        values = dict(pairs)
        # A slot met twice is one number, and a number that the message names is that one.
        if any((name if name[0] in DIGITS else values[name]) != value for name, value in pairs):
            return None
        return SLOT.sub(lambda slot: values[slot[1]], said)

    def _by_pair(self, text: str) -> str | None:
        """Take the other language's word where English stands beside it, ``Wuhan 武汉市``."""
        found = PAIR.fullmatch(text)
        if found is None:
            return None
        return self.messages.get(found[1]) or (None if JOINED.search(found[1]) else found[2])

    def _by_name(self, text: str) -> str | None:
        found = PAIR.fullmatch(text)
        return found and found[2]

    def _by_words(self, text: str, loose: bool = False) -> str | None:
        for pattern in self._likely(text):
            if pattern.anchor not in text:
                continue
            if found := (pattern.loose if loose else pattern.look).fullmatch(text):
                values = {
                    name: value if name in pattern.kept else self.say(value)
                    for name, value in found.groupdict().items()
                }
                if None not in values.values():
                    return SLOT.sub(lambda slot, v=values: v[slot[1]], pattern.said)
        return None

    def _loosely(self, text: str) -> str | None:
        return self._by_words(text, loose=True)

    def _by_sentences(self, text: str) -> str | None:
        parts = SENTENCE.split(text)
        return self._chain(parts, [" "] * (len(parts) - 1))

    def _by_clauses(self, text: str) -> str | None:
        return self._chain(CLAUSE.split(text)[::2], CLAUSE.findall(text))

    def _chain(self, parts: list[str], between: list[str]) -> str | None:
        """Say the parts of a text one after another; up to `TOGETHER` may be one message."""
        said, at = "", 0
        while len(parts) > 1 and at < len(parts):
            for taken in range(min(TOGETHER, len(parts) - at), 0, -1):
                pairs = zip(
                    parts[at : at + taken], [*between[at : at + taken - 1], ""], strict=True
                )
                text = "".join(part + mark for part, mark in pairs)
                found = self.say(text) if taken == 1 else self._whole(text)
                if found is not None:
                    break
            else:
                return None
            at += taken
            mark = between[at - 1] if at < len(parts) else ""
            said += found + (self.style.clauses.get(mark, self.style.full_stop) if mark else "")
        return said or None

    def _by_members(self, text: str) -> str | None:
        parts = LISTED.split(text)
        said = [self.say(part) for part in parts] if len(parts) > 1 else [None]
        if None in said:
            return None
        joined = " and " in text
        head, tail = (said[:-1], said[-1:]) if joined else (said, [])
        return self.style.last.join([self.style.listing.join(head), *tail])


def _order(message: str) -> tuple[str, ...]:
    """Return every slot, by name, and every number of a message, in order."""
    found = re.finditer(rf"{SLOT.pattern}|{NUMBER.pattern}", message)
    return tuple(slot[1] or slot[0] for slot in found)
