"""The verdicts on all claims: the table, the picture, the rules, and what they come to together."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pandas as pd

from analysis.claims import FAMILIES, VERDICTS, Rules, rules
from analysis.claims.results import evaluate_ledger, write_results
from analysis.display.chapters import forest_rows
from analysis.display.charts import forest
from analysis.display.extras.addresses import home
from analysis.display.extras.tally import tally
from analysis.display.extras.verdict_table import verdict_table
from analysis.display.html import Html, table
from analysis.display.numbers import publish
from analysis.display.sections import Section
from analysis.display.words import short_label

if TYPE_CHECKING:
    from analysis.claims.results import Result
    from analysis.display.picture import Picture

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


def verdicts_page(results: Sequence[Result] | None = None) -> VerdictsPage:
    """Evaluate the ledger once, lay out the page and publish its numbers under ``verdicts_``.

    Parameters
    ----------
    results
        As `evaluate_ledger` returns them; evaluated anew if None.
    """
    results = evaluate_ledger(jobs=2) if results is None else results
    counts = tally(results)
    publish(counts, prefix="verdicts")
    return VerdictsPage(
        table=verdict_table(results),
        forest=_forest(results),
        rules=rules_table(rules()),
        download=_download(results),
        counts=counts,
    )


def _forest(results: Sequence[Result]) -> Picture:
    """Draw all estimates; chapters in the order of the book, claims in that of the ledger."""
    rows = []
    for result in sorted(results, key=lambda r: FAMILIES.index(r.evidence.claim.family)):
        claim = result.evidence.claim
        made = Section(claim, None, result.evidence, result.verdict)
        drawn = [f for f in result.evidence.findings if f.unit == "within-SDs"]
        for finding, row in zip(drawn, forest_rows(made, home(claim.family).title), strict=True):
            # Two parts with one term differ in what is explained.
            alone = sum(f.term_label == finding.term_label for f in drawn) == 1
            rows.append(row | {"label": short_label(finding.term_label if alone else
                                               finding.outcome_label)})  # fmt: skip
    return forest(pd.DataFrame(rows), "within-SDs of the outcome per within-SD")


def rules_table(by: Rules) -> Html:
    """Show the numbers and the words of the rules."""
    rows = [
        {"Rule": words, "What it says": f"{getattr(by, name):g}"} for name, words in NUMBERS.items()
    ]
    rows += [{"Rule": word, "What it says": by.words[word]} for word in VERDICTS]
    rows += [{"Rule": words, "What it says": by.words[name]} for name, words in NOTES.items()]
    return table(pd.DataFrame(rows), "The rules that turn evidence into a verdict")


def _download(results: Sequence[Result]) -> Html:
    """Put the table of all numbers into the page itself, so that the link needs no other file."""
    with TemporaryDirectory() as folder:
        _, as_csv = write_results(results, Path(folder))
        body = base64.b64encode(as_csv.read_bytes()).decode("ascii")
    return Html(
        f'<p><a class="download" download="{as_csv.name}" href="data:text/csv;charset=utf-8;base64,'
        f'{body}">Download all numbers of this table as CSV</a></p>'
    )
