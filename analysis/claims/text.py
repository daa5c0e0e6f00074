"""Claims and evidence as plain text for a terminal; a Chinese character takes two columns."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.claims.claim import Claim
    from analysis.claims.evaluate import Evidence, Reading
    from analysis.inference import Estimate

__all__ = ["claim_text", "columns_wide", "evidence_text", "ledger_text", "table"]

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
        parts = _wrap(row[-1], room) if align[-1] == "<" else [_pad(row[-1], wide[-1], ">")]
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
    also = [*claim.also.outcomes, *(f"{name} as regressor" for name in claim.also.regressors)]
    facts = {
        "Paper": f"{claim.section} 「{claim.quote}」",
        "Logic": claim.logic,
        "Estimand": claim.estimand,
        "Measures": sides or "",
        "Predicted": f"{claim.sign} on {claim.focal}" if claim.focal else claim.sign,
        "Status": claim.status,
        "Chapter": f"{claim.family}; {claim.design}; {claim.unit}",
        "Policy": claim.policy or "",
        "Also": ", ".join(also),
        "Needs": claim.needs,
        "Departures": claim.departures,
        "Notes": claim.notes,
    }
    head = "\n".join(_wrap(f"{claim.id}  {claim.sentence}", width))
    return "\n".join([head, "", *(_fact(*fact, width) for fact in facts.items() if fact[1])])


def evidence_text(evidence: Evidence, width: int = 100) -> str:
    """Return the card of a claim with its regressions in all columns."""
    parts = [claim_text(evidence.claim, width), _reading_text(evidence.primary, width)]
    foot = [
        _fact("Signs", _signs(evidence), width),
        _fact("Both sides", str(evidence.overlap), width),
        _fact("Inference", evidence.estimates.columns[0].convention, width),
    ]
    parts.append("\n".join(foot))
    parts += [_reading_text(reading, width) for reading in evidence.also]
    return "\n\n".join(parts)


def _reading_text(reading: Reading, width: int) -> str:
    from analysis.models import EFFECTS

    columns = reading.estimates.columns
    heads = [EFFECTS[name].label for name in reading.estimates.names]
    rows = [("", *heads)]
    for i, line in enumerate(columns[0].terms):
        mark = " *" if line.term == reading.focal else ""
        cells = [_cells(column, i) for column in columns]
        names = (line.term + mark, "  CR1 SE", "  CR3 interval", "  detectable")
        rows += [
            (name, *values) for name, values in zip(names, zip(*cells, strict=True), strict=True)
        ]
    rows.append(("n", *(f"{c.n:,}" for c in columns)))
    rows.append(("within R²", *(f"{c.within_r2:.3f}" for c in columns)))
    specification = str(columns[0].specification).split(", with ")[0]
    title = "\n".join(_wrap(f"[{reading.name}] {specification}", width))
    body = table(rows, "<" + ">" * len(columns), width)
    mark = "* focal term" if any(line.term == reading.focal for line in columns[0].terms) else ""
    span = f"Outcome years {columns[0].first_year}-{columns[0].last_year}. {mark}".strip()
    dropped = [_fact("Left out", text, width) for text in _dropped(columns, heads)]
    return "\n".join([title, body, _fact("Rows", span, width), *dropped])


def _cells(column: Estimate, i: int) -> tuple[str, str, str, str]:
    from analysis.inference.report import plain_number

    line = column.terms[i]
    shown = (line.estimate, line.se, line.low_cr3, line.high_cr3, line.mde)
    value, se, low, high, detectable = (plain_number(x, line.se) for x in shown)
    return value, f"({se})", f"[{low}, {high}]", detectable


def _dropped(columns: Sequence[Estimate], heads: Sequence[str]) -> list[str]:
    """Say once what all columns leave out alike; otherwise column by column."""
    texts = [
        f"{c.grid_rows - c.n:,} of {c.grid_rows:,} rows ({'; '.join(map(str, c.dropped))})"
        for c in columns
    ]
    if len(set(texts)) == 1:
        return texts[:1]
    return [f"{head}: {text}" for head, text in zip(heads, texts, strict=True)]


def _signs(evidence: Evidence) -> str:
    found = " ".join(evidence.primary.signs.values())
    said = {
        True: "every column agrees",
        False: "not every column agrees",
        None: "a sign alone cannot speak to this prediction",
    }[evidence.agrees]
    return f"predicted {evidence.claim.sign}, found {found}: {said}."


def _fact(label: str, text: str, width: int) -> str:
    first, *rest = _wrap(text, width - _MARGIN)
    return "\n".join([f"{label:<{_MARGIN}}{first}", *(" " * _MARGIN + line for line in rest)])


def _wrap(text: str, width: int) -> list[str]:
    """Wrap by terminal columns: each wide character is counted twice through a stand-in."""
    wide = {c for c in text if columns_wide(c) == 2}
    stretched = "".join(c + "\0" if c in wide else c for c in text)
    lines = textwrap.wrap(stretched, max(width, 20), break_on_hyphens=False) or [""]
    return [line.replace("\0", "") for line in lines]


def _pad(text: str, width: int, align: str) -> str:
    blanks = " " * (width - columns_wide(text))
    return text + blanks if align == "<" else blanks + text
