"""The verdicts on all claims: the table, the picture, the rules, and what they come to together."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.claims import (
    STATUSES,
    VERDICTS,
    Archive,
    Finding,
    Record,
    Rules,
    Study,
)
from analysis.display.across import dataset_table
from analysis.display.chapters import FOREST, forest_rows
from analysis.display.charts import forest
from analysis.display.drawing import Picture
from analysis.display.html import Html, badge, grid_table, natural_key, publish, scrolling, table
from analysis.display.opened import opened
from analysis.display.tally import tally
from analysis.display.words import estimate_cell
from analysis.inference.cells import Grid, signed

__all__ = ["VerdictsPage", "verdict_table", "verdicts_page"]

NOTE = (
    "Estimates in within-SDs with 95% intervals and p of the leading test, one line per part of a "
    "claim; the p in brackets is adjusted within the chapter, q is over the book. Sign is the "
    "predicted one. Smallest is the effect found four times in five under two-way effects."
)
COLUMNS = {
    "Claim": "text",
    "Verdict": "number",
    "Estimate": "number",
    "p": "number",
    "In words": "text",
    "Sign": "number",
    "q, book": "number",
    "Smallest": "number",
    "First edition": "number",
    "Status": "number",
}
"""How the keys of a column compare; a narrow page shows the first four."""
SIGNS = ("+", "-", "0", "±")

NOTES = {
    "parts": "A claim with several parts",
    "downgrade": "One step off",
    "zero": "A part that predicts no effect",
    "products": "Where two moving series meet",
    "datasets": "A claim on several data sets",
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
    datasets : Html
        Every claim with an estimate against every data set.
    rules : Html
        How evidence becomes a verdict.
    largest : Html
        The largest effect as predicted that the figures allow, for every tested claim.
    download : Html
        A link to the table with all its numbers.
    counts : mapping of str to object
        What was published.
    """

    table: Html
    forest: Picture
    datasets: Html
    rules: Html
    largest: Html
    download: Html
    counts: Mapping[str, object]


def verdicts_page(study: str | Path | Study, archive: Path | None = None) -> VerdictsPage:
    """Lay out the verdicts of a study and publish their numbers under ``verdicts_``.

    Parameters
    ----------
    study, archive
        As for `analysis.display.chapter`.

    Returns
    -------
    VerdictsPage
        Tables and pictures.

    Examples
    --------
    >>> counts = verdicts_page("patient_capital").counts
    >>> counts["supported"] <= counts["tested"] <= counts["claims"]
    True
    """
    study, kept = opened(study, archive)
    counts = tally(kept.primary, study.rules)
    publish(counts, prefix="verdicts")
    return VerdictsPage(
        table=verdict_table(kept.primary, study),
        forest=_forest(kept.primary, study),
        datasets=dataset_table(kept, study),
        rules=rules_table(study.rules),
        largest=grid_table(largest_grid(kept.primary, study)),
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
    chances = "<br>".join(f"{one.p:.3f} <small>({one.p_family:.3f})</small>" for one in found)
    before = record.earlier.get("1", "")
    smallest = "<br>".join(one.smallest for one in found)
    return [
        (f'<a href="{escape(study.address(claim))}">{claim.id}</a>', natural_key(claim.id)),
        (badge(word), str(VERDICTS.index(word))),
        (estimates or "not tested", _key(first and first.tested)),
        (chances or "none", _key(max((one.p for one in found), default=None))),
        (escape(claim.sentence), claim.sentence),
        (signs, str(SIGNS.index(claim.parts[0].sign))),
        ("none" if record.q is None else f"{record.q:.3f}", _key(record.q)),
        (smallest or "none", _key(first and first.mde)),
        (_earlier(before, word), str(VERDICTS.index(before)) if before else ""),
        (escape(claim.status), str(STATUSES.index(claim.status))),
    ]


def _earlier(before: str, word: str) -> str:
    if not before:
        return "none"
    return badge(before) if before != word else f"<small>{escape(before)}</small>"


def _key(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:.6f}"


def rules_table(by: Rules) -> Html:
    """Show the numbers of the rules, each with what fixed it, and then their words."""
    numbers = [
        {"Parameter": name, "What it is": by.meaning[name], "Value": f"{getattr(by, name):g}",
         "Simulation that fixed it": by.simulation[name]}
        for name in by.meaning
    ]  # fmt: skip
    edition = f"The numbers that decide, edition {by.edition}, declared on {by.declared}"
    rows = [{"Rule": word, "What it says": by.words[word]} for word in VERDICTS]
    rows += [{"Rule": words, "What it says": by.words[name]} for name, words in NOTES.items()]
    words = table(pd.DataFrame(rows), "The rules that turn evidence into a verdict")
    return Html(table(pd.DataFrame(numbers), edition).text + words.text)


def largest_grid(records: Sequence[Record], study: Study) -> Grid:
    """List the end of the leading interval in the predicted direction, and what it comes to."""
    rows = [
        (study.link(r.evidence.claim), f.term_label, f.sign.replace("-", "−"), _largest(f),
         _kept(f), _lasting(f))
        for r in records for f in r.evidence.findings if f.sign in "+-0"
    ]  # fmt: skip
    return Grid(
        "The largest effect compatible with the figures: the end of the leading test's 95% "
        "interval in the predicted direction, in within-SDs; last, what it comes to if it works "
        "every year and the outcome keeps the share ρ of what it had, largest / (1 − ρ). ρ is the "
        "slope of the outcome on its own lag under the same effects, by half-panel jackknife",
        ("Claim", "Term", "Sign", "Largest in a year", "ρ", "In the long run"),
        tuple(rows),
        style="book",
    )


def _largest(f: Finding) -> str:
    if not f.has_interval:
        return "no interval"
    if f.sign != "0" and f.largest * (1 if f.sign == "+" else -1) <= 0:
        return f"none ({signed(f.largest)})"
    return signed(f.largest) + ("" if f.unit == "within-SDs" else f" {f.unit}")


def _kept(f: Finding) -> str:
    return "not asked" if np.isnan(f.persistence) else f"{f.persistence:.2f}".replace("-", "−")


def _lasting(f: Finding) -> str:
    if np.isnan(f.persistence) or not f.has_interval or _largest(f).startswith("none"):
        return "–"
    return signed(f.largest_lasting) if np.isfinite(f.largest_lasting) else "not bounded"


def _download(archive: Archive) -> Html:
    """Put the table of all numbers into the page itself, so that the link needs no other file."""
    path = archive.folder / "claims.csv"
    body = base64.b64encode(path.read_bytes()).decode("ascii")
    return Html(
        f'<p><a class="download" download="{path.name}" href="data:text/csv;charset=utf-8;base64,'
        f'{body}">Download all numbers of this table as CSV</a></p>'
    )
