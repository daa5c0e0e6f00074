"""Claims and evidence as plain text for a terminal; a Chinese character takes two columns."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Sequence

from analysis.claims.claim import Claim

__all__ = ["claim_text", "columns_wide", "labelled", "ledger_text", "table", "wrap"]

_MARGIN = 12  # columns taken by the labels of a card


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


def table(rows: Iterable[Sequence[str]], align: str, width: int = 100) -> str:
    """Lay rows out in columns; the last column is wrapped, never cut.

    Parameters
    ----------
    rows : iterable of sequences of str
        The first one is the head.
    align : str
        One of "<" and ">" per column.
    width : int
        Terminal columns to keep within, as far as the first columns allow.

    Returns
    -------
    str
        Without trailing blanks and without a final line break.
    """
    rows = [tuple(row) for row in rows]
    wide = [max(columns_wide(row[i]) for row in rows) for i in range(len(align))]
    indent = sum(wide[:-1]) + 2 * (len(wide) - 1)
    room = max(width - indent, 20)
    lines = []
    for row in rows:
        cells = [_pad(text, w, a) for text, w, a in zip(row[:-1], wide, align, strict=False)]
        parts = wrap(row[-1], room) if align[-1] == "<" else [_pad(row[-1], wide[-1], ">")]
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
    return f"{table(rows, '<<<<<', width)}\n\n{total}{': ' + counts if counts else ''}."


def claim_text(claim: Claim, width: int = 100) -> str:
    """Return the card of a claim: what is said, what would speak to it, what is missing."""
    sides = (
        f"{claim.outcome} on {', '.join(claim.regressors)}" if claim.regressors else claim.outcome
    )
    other = [
        *claim.secondary.outcomes,
        *(f"{name} as regressor" for name in claim.secondary.regressors),
    ]
    facts = {
        "Paper": f"{claim.section} 「{claim.quote}」",
        "Logic": claim.logic,
        "Estimand": claim.estimand,
        "Measures": sides or "",
        "Predicted": f"{claim.sign} on {claim.focal}" if claim.focal else claim.sign,
        "Status": claim.status,
        "Chapter": f"{claim.family}; {claim.design}; {claim.unit}",
        "Policy": claim.policy or "",
        "Secondary": ", ".join(other),
        "Needs": claim.needs,
        "Departures": claim.departures,
        "Notes": claim.notes,
    }
    head = "\n".join(wrap(f"{claim.id}  {claim.sentence}", width))
    return "\n".join([head, "", *(labelled(*pair, width) for pair in facts.items() if pair[1])])


def labelled(label: str, text: str, width: int) -> str:
    """Put a label before a text that is wrapped beside it."""
    first, *rest = wrap(text, width - _MARGIN)
    return "\n".join([f"{label:<{_MARGIN}}{first}", *(" " * _MARGIN + line for line in rest)])


def wrap(text: str, width: int) -> list[str]:
    """Wrap by terminal columns: each wide character is counted twice through a stand-in."""
    wide = {c for c in text if columns_wide(c) == 2}
    stretched = "".join(c + "\0" if c in wide else c for c in text)
    lines = textwrap.wrap(stretched, max(width, 20), break_on_hyphens=False) or [""]
    return [line.replace("\0", "") for line in lines]


def _pad(text: str, width: int, align: str) -> str:
    blanks = " " * (width - columns_wide(text))
    return text + blanks if align == "<" else blanks + text
