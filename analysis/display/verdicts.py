"""The verdicts on all claims: the table, the picture, the rules, and what they come to together."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import pandas as pd

from analysis.claims import (
    STATUSES,
    VERDICTS,
    Archive,
    Record,
    Rules,
    Study,
    current_archive,
    read_study,
)
from analysis.display.chapters import FOREST, forest_rows
from analysis.display.charts import forest
from analysis.display.drawing import Picture
from analysis.display.html import Html, badge, publish, scrolling, table
from analysis.display.tally import tally
from analysis.display.words import estimate_cell

__all__ = ["VerdictsPage", "verdict_table", "verdicts_page"]

NOTE = (
    "Estimates in within-SDs under two-way effects with 95% CR3 intervals, one line per part of a "
    "claim. Sign is the predicted one. p is that of the leading test, adjusted within the chapter; "
    "q is over the book. Smallest is the effect found four times in five."
)
COLUMNS = {
    "Claim": "text",
    "Verdict": "number",
    "In words": "text",
    "Sign": "number",
    "Estimate": "number",
    "p, chapter": "number",
    "q, book": "number",
    "Smallest": "number",
    "Status": "number",
}
"""How the keys of a column compare; a narrow page shows the first two."""
SIGNS = ("+", "-", "0", "±")

NUMBERS = {
    "level": "Level of every test",
    "plausible": "Smallest effect worth calling one, and margin of no effect: within-SDs",
    "plausible_lag": "The same for a mean lag: years",
    "reweighted": "Share of re-weighted indices that must keep the sign",
    "ingredients": "Share of single ingredients that must share the sign",
}
NOTES = {
    "parts": "A claim with several parts",
    "downgrade": "One step off",
    "zero": "A part that predicts no effect",
}


@dataclass(frozen=True)
class VerdictsPage:
    """What the page of verdicts shows.

    Attributes
    ----------
    table : Html
        Every claim in a row.
    forest : Picture
        Every estimate in within-SDs, by chapter.
    rules : Html
        How evidence becomes a verdict.
    download : Html
        A link to the table with all its numbers.
    counts : mapping of str to object
        What was published.
    """

    table: Html
    forest: Picture
    rules: Html
    download: Html
    counts: Mapping[str, object]


def verdicts_page(study: str | Path | Study, archive: Path | None = None) -> VerdictsPage:
    """Lay out the verdicts of a study and publish their numbers under ``verdicts_``.

    Parameters
    ----------
    study, archive
        As for `analysis.display.chapter`.
    """
    study = study if hasattr(study, "ledger") else read_study(study)
    kept = current_archive(study, archive)
    counts = tally(kept.records, study.rules)
    publish(counts, prefix="verdicts")
    return VerdictsPage(
        table=verdict_table(kept.records, study),
        forest=_forest(kept.records, study),
        rules=rules_table(study.rules),
        download=_download(kept),
        counts=counts,
    )


def _forest(records: Sequence[Record], study: Study) -> Picture:
    """Draw all estimates; chapters in the order of the book, claims in that of the ledger."""
    ordered = sorted(records, key=lambda r: study.families.index(r.evidence.claim.family))
    rows = [
        row
        for record in ordered
        for row in forest_rows(record, study, study.chapters[record.evidence.claim.family]["title"])
    ]
    return forest(pd.DataFrame(rows), FOREST)


def verdict_table(records: Sequence[Record], study: Study) -> Html:
    """Show every claim in a row that a reader can sort and narrow, complete without a script.

    A cell with one line per part of the claim is sorted by its first part; p, like q, by the
    largest, because every part has to hold. What does not exist is said in words.

    Parameters
    ----------
    records, study
        Results, and the study that says on which page a claim is treated.
    """
    caption, body = f"All {len(records)} claims, one row each", ""
    heads = "".join(
        f'<th scope="col" data-kind="{kind}">{escape(head)}</th>' for head, kind in COLUMNS.items()
    )
    for record in records:
        (name, first), *rest = _cells(record, study)
        cells = "".join(f'<td data-sort="{escape(key)}">{shown}</td>' for shown, key in rest)
        body += f'<tr><th scope="row" data-sort="{escape(first)}">{name}</th>{cells}</tr>'
    whole = (
        f'<table class="book" data-sortable data-filter="Verdict"><caption>{escape(caption)}'
        f"</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
    )
    note = f'<p class="table-note">{escape(NOTE)}</p>'
    return Html(note + scrolling(whole, caption, "scroll verdicts").text)


def _cells(record: Record, study: Study) -> list[tuple[str, str]]:
    """Return what each cell shows, and what it is sorted by; an empty key comes last."""
    claim, found, word = record.evidence.claim, record.evidence.findings, record.verdict.word
    first = found[0] if found else None
    signs = "<br>".join(part.sign.replace("-", "−") for part in claim.parts)
    estimates = "<br>".join(estimate_cell(one, " ") for one in found)
    chances = "<br>".join(f"{one.p_family:.3f}" for one in found)
    smallest = "<br>".join(f"{one.mde:.2f}" for one in found)
    return [
        (f'<a href="{escape(study.address(claim))}">{claim.id}</a>', claim.id),
        (badge(word), str(VERDICTS.index(word))),
        (escape(claim.sentence), claim.sentence),
        (signs, str(SIGNS.index(claim.parts[0].sign))),
        (estimates or "not tested", _key(first and first.estimate)),
        (chances or "none", _key(max((one.p_family for one in found), default=None))),
        ("none" if record.q is None else f"{record.q:.3f}", _key(record.q)),
        (smallest or "none", _key(first and first.mde)),
        (escape(claim.status), str(STATUSES.index(claim.status))),
    ]


def _key(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"


def rules_table(by: Rules) -> Html:
    """Show the numbers and the words of the rules."""
    rows = [
        {"Rule": words, "What it says": f"{getattr(by, name):g}"} for name, words in NUMBERS.items()
    ]
    rows += [{"Rule": word, "What it says": by.words[word]} for word in VERDICTS]
    rows += [{"Rule": words, "What it says": by.words[name]} for name, words in NOTES.items()]
    return table(pd.DataFrame(rows), "The rules that turn evidence into a verdict")


def _download(archive: Archive) -> Html:
    """Put the table of all numbers into the page itself, so that the link needs no other file."""
    path = archive.folder / "claims.csv"
    body = base64.b64encode(path.read_bytes()).decode("ascii")
    return Html(
        f'<p><a class="download" download="{path.name}" href="data:text/csv;charset=utf-8;base64,'
        f'{body}">Download all numbers of this table as CSV</a></p>'
    )
