"""All claims in one table that a reader can sort and narrow, complete without a script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from analysis.claims import Finding, Record, Study
from analysis.claims.vocabulary import STATUSES, VERDICTS
from analysis.display.html import Html
from analysis.display.words import verdict_badge
from analysis.inference.cells import signed

__all__ = ["verdict_table"]

UNTESTED = "not tested"
NONE = "none"
NOTE = (
    "Estimates in within-SDs under two-way effects with 95% CR3 intervals, one line per part of a "
    "claim. Sign is the predicted one. p is that of the leading test, adjusted within the chapter; "
    "q is over the book. Smallest is the effect found four times in five."
)
_FILTER = "Verdict"
SIGNS = ("+", "-", "0", "±")


@dataclass(frozen=True, slots=True)
class _Cell:
    """What a cell shows, and what it is sorted by; an empty key comes last."""

    shown: str
    key: str


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: its head, how its keys compare, and how a claim fills it."""

    head: str
    kind: str
    fill: Callable[[Record], _Cell] | None = None


def verdict_table(records: Sequence[Record], study: Study) -> Html:
    """Show every claim in a row, with what was predicted, found and judged.

    A cell with one line per part of the claim is sorted by its first part; p, like q, by the
    largest, because every part has to hold. What does not exist is said in words.

    Parameters
    ----------
    records, study
        Results, and the study that says on which page a claim is treated.
    """
    caption = f"All {len(records)} claims, one row each"
    heads = "".join(f'<th scope="col" data-kind="{c.kind}">{escape(c.head)}</th>' for c in _COLUMNS)
    rows = "".join(_row(record, study) for record in records)
    return Html(
        f'<p class="table-note">{escape(NOTE)}</p>'
        f'<div class="scroll verdicts" role="region" tabindex="0" aria-label="{escape(caption)}">'
        f'<table class="book" data-sortable data-filter="{_FILTER}">'
        f"<caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(record: Record, study: Study) -> str:
    first = _claim(record, study)
    shown = (column.fill(record) for column in _COLUMNS[1:])
    cells = [f'<th scope="row" data-sort="{escape(first.key)}">{first.shown}</th>']
    cells += [f'<td data-sort="{escape(cell.key)}">{cell.shown}</td>' for cell in shown]
    return f"<tr>{''.join(cells)}</tr>"


def _claim(record: Record, study: Study) -> _Cell:
    claim = record.evidence.claim
    return _Cell(f'<a href="{escape(study.address(claim))}">{claim.id}</a>', claim.id)


def _words(record: Record) -> _Cell:
    sentence = record.evidence.claim.sentence
    return _Cell(escape(sentence), sentence)


def _predicted(record: Record) -> _Cell:
    parts = record.evidence.claim.parts
    lines = [part.sign.replace("-", "−") for part in parts]
    return _Cell(_lines(lines), str(SIGNS.index(parts[0].sign)))


def _estimate(record: Record) -> _Cell:
    found = record.evidence.findings
    return _parts(found, lambda f: f.estimate, _interval, UNTESTED)


def _interval(finding: Finding) -> str:
    first = finding.columns[0]
    unit = "" if finding.unit == "within-SDs" else f" {escape(finding.unit)}"
    ends = f"{signed(first.low)}, {signed(first.high)}"
    return f"{signed(first.estimate)}{unit} <small>[{ends}]</small>"


def _p(record: Record) -> _Cell:
    found = record.evidence.findings
    cell = _parts(found, lambda f: f.p_family, lambda f: f"{f.p_family:.3f}")
    return _Cell(cell.shown, f"{max(f.p_family for f in found):.6f}") if found else cell


def _q(record: Record) -> _Cell:
    if record.q is None:
        return _Cell(NONE, "")
    return _Cell(f"{record.q:.3f}", f"{record.q:.6f}")


def _smallest(record: Record) -> _Cell:
    found = record.evidence.findings
    return _parts(found, lambda f: f.mde, lambda f: f"{f.mde:.2f}")


def _status(record: Record) -> _Cell:
    status = record.evidence.claim.status
    return _Cell(escape(status), str(STATUSES.index(status)))


def _verdict(record: Record) -> _Cell:
    return _Cell(verdict_badge(record.verdict), str(VERDICTS.index(record.verdict.word)))


def _parts(
    found: Sequence[Finding],
    key: Callable[[Finding], float],
    shown: Callable[[Finding], str],
    otherwise: str = NONE,
) -> _Cell:
    if not found:
        return _Cell(otherwise, "")
    return _Cell(_lines([shown(finding) for finding in found]), f"{key(found[0]):.6f}")


def _lines(lines: Sequence[str]) -> str:
    return "<br>".join(lines)


_COLUMNS = (
    _Column("Claim", "text"),  # filled with a link
    _Column(_FILTER, "number", _verdict),  # next to the name: a narrow page shows these two
    _Column("In words", "text", _words),
    _Column("Sign", "number", _predicted),
    _Column("Estimate", "number", _estimate),
    _Column("p, chapter", "number", _p),
    _Column("q, book", "number", _q),
    _Column("Smallest", "number", _smallest),
    _Column("Status", "number", _status),
)
