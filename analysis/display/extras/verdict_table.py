"""All claims in one table that a reader can sort and narrow, complete without a script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from analysis.claims import STATUSES, VERDICTS
from analysis.display.extras.addresses import address
from analysis.display.html import Html
from analysis.display.words import signed, verdict_badge

if TYPE_CHECKING:
    from analysis.claims import Finding
    from analysis.claims.results import Result

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
    fill: Callable[[Result], _Cell]


def verdict_table(results: Sequence[Result]) -> Html:
    """Show every claim in a row, with what was predicted, found and judged.

    A cell with one line per part of the claim is sorted by its first part; p, like q, by the
    largest, because every part has to hold. What does not exist is said in words.

    Parameters
    ----------
    results
        As `evaluate_ledger` returns them.
    """
    caption = f"All {len(results)} claims, one row each"
    heads = "".join(f'<th scope="col" data-kind="{c.kind}">{escape(c.head)}</th>' for c in _COLUMNS)
    rows = "".join(_row(result) for result in results)
    return Html(
        f'<p class="table-note">{escape(NOTE)}</p>'
        f'<div class="scroll verdicts" role="region" tabindex="0" aria-label="{escape(caption)}">'
        f'<table class="book" data-sortable data-filter="{_FILTER}">'
        f"<caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(result: Result) -> str:
    first, *rest = (column.fill(result) for column in _COLUMNS)
    cells = [f'<th scope="row" data-sort="{escape(first.key)}">{first.shown}</th>']
    cells += [f'<td data-sort="{escape(cell.key)}">{cell.shown}</td>' for cell in rest]
    return f"<tr>{''.join(cells)}</tr>"


def _claim(result: Result) -> _Cell:
    claim = result.evidence.claim
    return _Cell(f'<a href="{escape(address(claim))}">{claim.id}</a>', claim.id)


def _words(result: Result) -> _Cell:
    sentence = result.evidence.claim.sentence
    return _Cell(escape(sentence), sentence)


def _predicted(result: Result) -> _Cell:
    parts = result.evidence.claim.parts
    lines = [part.sign.replace("-", "−") for part in parts]
    return _Cell(_lines(lines), str(SIGNS.index(parts[0].sign)))


def _estimate(result: Result) -> _Cell:
    found = result.evidence.findings
    return _parts(found, lambda f: f.estimate, _interval, UNTESTED)


def _interval(finding: Finding) -> str:
    first = finding.columns[0]
    unit = "" if finding.unit == "within-SDs" else f" {escape(finding.unit)}"
    ends = f"{signed(first.low)}, {signed(first.high)}"
    return f"{signed(first.estimate)}{unit} <small>[{ends}]</small>"


def _p(result: Result) -> _Cell:
    found = result.evidence.findings
    cell = _parts(found, lambda f: f.p_family, lambda f: f"{f.p_family:.3f}")
    return _Cell(cell.shown, f"{max(f.p_family for f in found):.6f}") if found else cell


def _q(result: Result) -> _Cell:
    if result.q is None:
        return _Cell(NONE, "")
    return _Cell(f"{result.q:.3f}", f"{result.q:.6f}")


def _smallest(result: Result) -> _Cell:
    found = result.evidence.findings
    return _parts(found, lambda f: f.mde, lambda f: f"{f.mde:.2f}")


def _status(result: Result) -> _Cell:
    status = result.evidence.claim.status
    return _Cell(escape(status), str(STATUSES.index(status)))


def _verdict(result: Result) -> _Cell:
    return _Cell(verdict_badge(result.verdict), str(VERDICTS.index(result.verdict.word)))


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
    _Column("Claim", "text", _claim),
    _Column(_FILTER, "number", _verdict),  # next to the name: a narrow page shows these two
    _Column("In words", "text", _words),
    _Column("Sign", "number", _predicted),
    _Column("Estimate", "number", _estimate),
    _Column("p, chapter", "number", _p),
    _Column("q, book", "number", _q),
    _Column("Smallest", "number", _smallest),
    _Column("Status", "number", _status),
)
