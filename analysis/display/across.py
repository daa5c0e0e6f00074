"""A claim on several data sets, side by side: one row and one interval a data set."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd

from analysis.claims import Archive, Finding, Record, Study
from analysis.claims.across import Across, across, by_claim
from analysis.data.codebook import Codebook
from analysis.display.html import Html, badge, table
from analysis.display.words import estimate_cell

__all__ = ["across_block", "dataset_name", "dataset_table", "reason_in_words"]

REACH, WIDTH, HEIGHT = 0.6, 130, 18  # within-SDs from 0 to the edge, and the size of a drawing

Books = Mapping[str, Codebook | None]


def dataset_name(dataset: str, books: Books) -> str:
    """Return what a data set is called in a head: its nouns, "Provinces"."""
    book = books.get(dataset)
    return book.roles.entities.capitalize() if book else dataset


def across_block(found: Across, books: Books) -> Html:
    """Show a claim on every data set, that which sees best first, with the word over all.

    Parameters
    ----------
    found : Across
        The claim; of one data set there is no word over all.
    books : mapping of str to Codebook
        By data set.
    """
    claim, several = found.records[0].evidence.claim, len(found.records) > 1
    rows = [row for record in found.records for row in _rows(record, books)]
    caption = (
        f"{claim.id} on {len(found.records)} data sets, the sharpest first. Line: 95% interval; "
        "pale bar: effects that would be missed"
    )
    if not several:
        return Html(f'<div class="finding across">{"".join(map(_line, rows))}</div>')
    shown = table(pd.DataFrame(rows), caption, style="book across").text
    said = f"Over all data sets: {badge(found.word)} {escape(reason_in_words(found, books))}"
    if not math.isnan(found.spread):
        same = "differ by more than their errors" if found.spread < 0.05 else "do not differ by "
        same += "" if found.spread < 0.05 else "more than their errors"
        said += f" The estimates {same} (Cochran's Q, p {_p(found.spread)})."
    return Html(f'<div class="finding across"><p>{said}</p>{shown}</div>')


def _line(row: Mapping[str, object]) -> str:
    """Put the cells of a row one after the other."""
    cells = (row["Verdict"], row["Estimate"], row["Data"])
    return f"<p>{' '.join(f'<span>{cell.text}</span>' for cell in cells if cell)}</p>"


def reason_in_words(found: Across, books: Books) -> str:
    """Say why a claim has its word over all data sets, these by their nouns."""
    text = found.reason
    for record in found.records:
        text = text.replace(record.dataset, dataset_name(record.dataset, books).lower())
    return text


def _rows(record: Record, books: Books) -> list[dict[str, object]]:
    book, name = books.get(record.dataset), dataset_name(record.dataset, books)
    word = Html(badge(record.verdict.word))
    if not record.evidence.findings:
        said = f"{escape(name)}<br><small>{escape(record.verdict.reason)}</small>"
        return [{"Data": Html(said), "Estimate": None, "Verdict": word}]
    return [
        {
            "Data": Html(
                f"{escape(name)} <small>({_span(finding, book)})<br>"
                f"{escape(finding.outcome_label)} on {escape(_lower(finding.term_label))}</small>"
            ),
            "Estimate": Html(f"{_drawing(finding)}{estimate_cell(finding, ' ')}"),
            "Verdict": Html(
                f"{word.text}<br><small>p {_p(finding.p)}; smallest seen {finding.smallest}</small>"
            ),
        }
        for finding in record.evidence.findings
    ]


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def _span(finding: Finding, book: Codebook | None) -> str:
    first = finding.columns[0]
    nouns = book.roles.entities if book else "entities"
    return f"{first.entities} {escape(nouns)}, {first.first_year}–{first.last_year}"


def _lower(label: str) -> str:
    return label if label[:2].isupper() or label[1:2] == "&" else label[:1].lower() + label[1:]


def _drawing(finding: Finding) -> str:
    """Draw zero, what cannot be seen, the interval and the estimate; the cell beside says it."""
    if finding.unit != "within-SDs":
        return ""

    def at(value: float) -> float:
        return round(WIDTH / 2 * (1 + max(-1.0, min(1.0, value / REACH))), 1)

    middle, y = WIDTH / 2, HEIGHT / 2
    parts = [f'<line x1="{middle}" x2="{middle}" y1="0" y2="{HEIGHT}" class="zero"/>']
    if math.isfinite(mde := finding.mde):
        bar = f'<rect x="{at(-mde)}" y="3" width="{at(mde) - at(-mde):.1f}" '
        parts.insert(0, f'{bar}height="{HEIGHT - 6}" class="unseen"/>')
    if finding.has_interval:
        parts.append(
            f'<line x1="{at(finding.low)}" x2="{at(finding.high)}" y1="{y}" y2="{y}" class="span"/>'
        )
    parts.append(f'<circle cx="{at(finding.tested)}" cy="{y}" r="3.5" class="point"/>')
    return (
        f'<svg class="interval" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'aria-hidden="true">{"".join(parts)}</svg>'
    )


def dataset_table(archive: Archive, study: Study) -> Html:
    """Set every claim with an estimate against every data set: estimate, interval and word.

    Parameters
    ----------
    archive, study
        Results, and the study that says where a claim is treated.
    """
    records = [r for r in archive.records if r.evidence.findings]
    names = list(dict.fromkeys(r.dataset for r in archive.records if r.evidence.findings))
    books = {name: archive.codebook(name) for name in names}
    rows = []
    for claim, found in by_claim(records).items():
        judged = across(found, study.rules)
        link = Html(f'<a href="{escape(study.address(found[0].evidence.claim))}">{claim}</a>')
        cells = {dataset_name(n, books): _cell(found, n) for n in names}
        rows.append({"Claim": link, "Over all": Html(badge(judged.word)), **cells})
    caption = "Claims with an estimate by data set: estimate of the leading test in within-SDs, "
    return table(pd.DataFrame(rows), f"{caption}its 95% interval, and the word", style="book")


def _cell(found: Sequence[Record], dataset: str) -> Html:
    shown = [
        f"{estimate_cell(finding, ' ')}"
        for record in found if record.dataset == dataset for finding in record.evidence.findings
    ]  # fmt: skip
    words = [badge(record.verdict.word) for record in found if record.dataset == dataset]
    return Html("<br>".join([*shown, *words]) or "–")
