"""Claims and evidence as plain text for a terminal; a Chinese character takes two columns."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from analysis.claims.claim import Claim

__all__ = [
    "claim_text", "columns_wide", "labelled", "ledger_text", "speaking", "spoken", "table", "wrap",
]  # fmt: skip

_MARGIN = 12  # columns taken by the labels of a card
_VOICE: ContextVar[Callable[[str], str] | None] = ContextVar("voice", default=None)


class _Chinese(textwrap.TextWrapper):
    """Breaks between any two characters, but before no closing mark and after no opening one."""

    wordsep_simple_re = re.compile(
        "(\\s+|(?:[“‘（《「『(\\[]\0?)*(?:[^\\s\0]\0|(?:[^\\s\0](?!\0))+)"
        "(?:[”’）》」』，。；：？！、…)\\]%]\0?)*)"
    )


@contextmanager
def speaking(voice: Callable[[str], str] | None) -> Iterator[None]:
    """Let a voice say, in another language, what is laid out meanwhile; None says it as it is."""
    before = _VOICE.set(voice)
    try:
        yield
    finally:
        _VOICE.reset(before)


def spoken(text: str) -> str:
    """Say a text by the voice that speaks.

    >>> with speaking({"Written": "已写入"}.get):
    ...     spoken("Written")
    '已写入'
    >>> spoken("Written")
    'Written'
    """
    voice = _VOICE.get()
    return voice(text) if voice else text


def columns_wide(text: str) -> int:
    """Return the number of terminal columns a text takes.

    Wide and full-width characters take two columns, combining marks none (Unicode Standard
    Annex 11).

    >>> columns_wide("二(二)1")
    7
    """
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def table(
    rows: Iterable[Sequence[str]],
    align: str,
    width: int = 100,
    say: Callable[[str], str] = spoken,
) -> str:
    """Lay rows out in columns; the last column is wrapped, never cut.

    Parameters
    ----------
    rows : iterable of sequences of str
        The first one is the head.
    align : str
        One of "<" and ">" per column.
    width : int
        Terminal columns to keep within, as far as the first columns allow.
    say : function
        Says a cell; `str` where the cells hold names, which stay.

    Returns
    -------
    str
        Without trailing blanks and without a final line break.
    """
    rows = [tuple(map(say, row)) for row in rows]
    wide = [max(columns_wide(row[i]) for row in rows) for i in range(len(align))]
    indent = sum(wide[:-1]) + 2 * (len(wide) - 1)
    room = max(width - indent, 20)
    lines = []
    for row in rows:
        cells = [_pad(text, w, a) for text, w, a in zip(row[:-1], wide, align, strict=False)]
        parts = _lines(row[-1], room) if align[-1] == "<" else [_pad(row[-1], wide[-1], ">")]
        lines.append("  ".join([*cells, parts[0]]).rstrip())
        lines += [" " * indent + part for part in parts[1:]]
    return "\n".join(lines)


def ledger_text(claims: Sequence[Claim], width: int = 100) -> str:
    """List claims, one each: id, status, sign, section and sentence."""
    head = ("id", "status", "sign", "section", "claim")
    rows = [head, *((c.id, c.status, c.sign, c.section, c.sentence) for c in claims)]
    tally: dict[str, int] = {}
    for claim in claims:
        tally[claim.status] = tally.get(claim.status, 0) + 1
    counts = ", ".join(f"{n} {status}" for status, n in tally.items())
    total = f"{len(claims)} claims" if len(claims) != 1 else "1 claim"
    total = spoken(f"{total}{': ' + counts if counts else ''}.")
    return f"{table(rows, '<<<<<', width)}\n\n{total}"


def claim_text(claim: Claim, width: int = 100) -> str:
    """Return the card of a claim: what is said, what would speak to it, what is missing."""
    # Names of series and chapters stay, so their sentences are said before they are filled in.
    regressors = ", ".join(claim.regressors)
    sides = spoken("{0} on {1}").format(claim.outcome, regressors) if regressors else claim.outcome
    predicted = spoken("{1} on {0}").format(claim.focal, claim.sign) if claim.focal else claim.sign
    other = [
        *claim.secondary.outcomes,
        *(spoken("{0} as regressor").format(name) for name in claim.secondary.regressors),
    ]
    chapter = "; ".join((claim.family, spoken(claim.design), spoken(claim.unit)))
    facts = {
        "Paper": f"{claim.section} 「{claim.quote}」",
        "Logic": spoken(claim.logic),
        "Estimand": spoken(claim.estimand),
        "Measures": sides or "",
        "Predicted": predicted,
        "Status": spoken(claim.status),
        "Chapter": chapter,
        "Policy": claim.policy or "",
        "Secondary": ", ".join(other),
        "Needs": spoken(claim.needs),
        "Departures": spoken(claim.departures),
        "Notes": spoken(claim.notes),
    }
    head = "\n".join(_lines(f"{claim.id}  {spoken(claim.sentence)}", width))
    card = [labelled(label, text, width, str) for label, text in facts.items() if text]
    return "\n".join([head, "", *card])


def labelled(label: str, text: str, width: int, say: Callable[[str], str] = spoken) -> str:
    """Put a label before a text that is wrapped beside it.

    A voice is given the label with a colon: "Paper:" is a place in a text, "Paper" an industry.
    """
    first, *rest = _lines(say(text), width - _MARGIN)
    head = _pad(spoken(f"{label}:").rstrip(":"), _MARGIN, "<")
    return "\n".join([f"{head}{first}", *(" " * _MARGIN + line for line in rest)])


def wrap(text: str, width: int) -> list[str]:
    """Say a text and wrap it by terminal columns."""
    return _lines(spoken(text), width)


def _lines(text: str, width: int) -> list[str]:
    """Wrap by terminal columns: each wide character is counted twice through a stand-in."""
    wide = {c for c in text if columns_wide(c) == 2}
    stretched = "".join(c + "\0" if c in wide else c for c in text)
    wrapper = _Chinese if _VOICE.get() else textwrap.TextWrapper
    lines = wrapper(max(width, 20), break_on_hyphens=False).wrap(stretched) or [""]
    return [line.replace("\0", "") for line in lines]


def _pad(text: str, width: int, align: str) -> str:
    blanks = " " * (width - columns_wide(text))
    return text + blanks if align == "<" else blanks + text
