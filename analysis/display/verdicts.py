"""The verdicts on all claims: the table, the picture, the rules, and what they come to together."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.claims import VERDICTS, Archive, Record, Rules, Study, current_archive, read_study
from analysis.display.chapters import FOREST, forest_rows
from analysis.display.charts import forest
from analysis.display.html import Html, table
from analysis.display.numbers import publish
from analysis.display.picture import Picture
from analysis.display.tally import tally
from analysis.display.verdict_table import verdict_table

__all__ = ["VerdictsPage", "verdicts_page"]

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
