"""The page on further data sets: what was asked of each, what it says, and who was right."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import pandas as pd

from analysis.claims import Archive, Record, Study
from analysis.claims.across import Across, across, by_claim
from analysis.claims.vocabulary import VERDICTS
from analysis.data.codebook import Codebook
from analysis.display.across import dataset_name, dataset_table
from analysis.display.html import Html, badge, publish, table
from analysis.display.opened import opened

__all__ = ["ReplicationPage", "replication_counts", "replication_page", "sources"]

OPEN = ("inconclusive", "cannot be tested here")


@dataclass(frozen=True)
class ReplicationPage:
    """What the page on further data sets shows.

    Attributes
    ----------
    datasets : Html
        One row a data set: what it holds, what it can show, how many claims it is asked.
    changes : Html
        Claims on which the main data set and the others can be compared, with the words of both.
    matrix : Html
        Every claim with an estimate against every data set.
    dropped : Html
        What one might expect and is not asked, with the reason.
    counts : mapping of str to object
        What was published, under ``replication_``.
    """

    datasets: Html
    changes: Html
    matrix: Html
    dropped: Html
    counts: Mapping[str, object]


def replication_page(
    study: str | Path | Study, told: Sequence[str] = (), archive: Path | None = None
) -> ReplicationPage:
    """Lay out what further data sets say and publish the numbers of the page.

    Parameters
    ----------
    study, archive
        As for `analysis.display.chapter`.
    told : sequence of str
        Claims whose numbers the prose uses: under ``replication_m16_cities_two_way_std`` on the
        data set "cities", and so on.

    Returns
    -------
    ReplicationPage
        Tables and pictures.

    Examples
    --------
    >>> counts = replication_page("patient_capital").counts
    >>> counts["replication_confirmed"] <= counts["replication_claims"]
    True
    """
    study, kept = opened(study, archive)
    books = {name: kept.codebook(name) for name in study.datasets}
    found = {name: across(records, study.rules) for name, records in _tested(kept).items()}
    counts = replication_counts(found, study)
    for claim in told:
        for name in kept.datasets_of(claim):
            key = f"{claim.lower()}_{name}"
            publish(kept.record(claim, name).shown.numbers, prefix=f"replication_{key}")
        counts[f"{claim.lower()}_over_all"] = found[claim].word
    return ReplicationPage(
        datasets=_datasets(study, found, books),
        changes=_changes(study, found, books),
        matrix=dataset_table(kept, study),
        dropped=_dropped(study, books),
        counts=publish(counts, prefix="replication"),
    )


def sources(study: str | Path | Study, archive: Path | None = None) -> Html:
    """List every data set with its size, publishers and terms.

    Parameters
    ----------
    study, archive
        As for `analysis.display.chapter`.

    Returns
    -------
    Html
        A table.

    Examples
    --------
    >>> "china" in sources("patient_capital").text
    True
    """
    study, kept = opened(study, archive)
    rows = []
    for name in study.datasets:
        book = kept.codebook(name)
        raw = [v for key, v in book.variables.items() if v.series == (key,)]
        years = f"{book.roles.first_year}–{book.roles.last_year}"
        rows.append(
            {
                "Data set": f"{name}: {book.roles.title_en}",
                "Entities": f"{book.roles.count} {book.roles.entities}",
                "Years": years,
                "Series": str(len(raw)),
                "Publishers": "; ".join(sorted({_publisher(v.publisher) for v in raw})),
                "Terms": "; ".join(sorted({v.licence for v in raw if v.licence})) or "not stated",
            }
        )
    return table(pd.DataFrame(rows), "Every data set: what it holds, who published it, its terms")


def _publisher(text: str) -> str:
    """Return who published a series, without table and release."""
    first = text.split(",")[0].split("(")[0].split(" GFDD")[0].split(" WDI")[0].strip()
    return re.sub(r" [a-z_0-9]+$", "", first)  # the code of a table


def _tested(archive: Archive) -> dict[str, tuple[Record, ...]]:
    every = by_claim(archive.records)
    return {
        name: records
        for name, records in every.items()
        if any(record.evidence.findings for record in records)
    }


def replication_counts(found: Mapping[str, Across], study: Study) -> dict[str, object]:
    """Count tests, words, and what the main data set had said.

    Parameters
    ----------
    found : mapping of str to Across
        Claims with an estimate.
    study : Study
        Names the main data set and the size of a plausible effect.
    """
    size = study.rules.plausible
    pairs = {name: one for name, one in found.items() if _main(one, study) and _others(one, study)}
    kinds = Counter(_kind(one, study) for one in pairs.values())
    further = [r for one in found.values() for r in _others(one, study)]
    least = {name: min(map(_least, one.tested)) for name, one in found.items()}
    words = Counter(one.word for one in found.values())
    return {
        "declared": study.ledger.replicated,
        "datasets": len({record.dataset for record in further}),
        "tests": len(further),
        "claims": len({record.id for record in further}),
        "estimated": len(found),
        "pairs": len(pairs),
        **{name: kinds[name] for name in ("confirmed", "sharpened", "overturned", "open")},
        "seen": sum(value <= size for value in least.values()),
        "seen_before": sum(
            _least(main) <= size for one in found.values() if (main := _main(one, study))
        ),
        "spread": sum(one.spread < study.rules.level for one in found.values()),
        **{word.replace(" ", "_"): words[word] for word in VERDICTS},
        "supported_list": ", ".join(name for name, one in found.items() if one.word == "supported"),
    }


def _main(one: Across, study: Study) -> Record | None:
    return next((r for r in one.tested if r.dataset == study.main), None)


def _others(one: Across, study: Study) -> tuple[Record, ...]:
    return tuple(r for r in one.tested if r.evidence.claim.dataset)


def _least(record: Record) -> float:
    known = (f for f in record.evidence.findings if f.unit == "within-SDs")
    found = [f.mde for f in known if math.isfinite(f.mde)]
    return min(found, default=float("inf"))


def _kind(one: Across, study: Study) -> str:
    """Say what the further data sets did to the word of the main one."""
    word = _main(one, study).verdict.word
    if word in OPEN:
        return "open" if one.word in OPEN else "sharpened"
    return "confirmed" if one.word == word else "overturned"


_KINDS = {
    "confirmed": "the same word",
    "sharpened": "a word where there was none",
    "overturned": "another word",
    "open": "still open",
}


def _datasets(
    study: Study, found: Mapping[str, Across], books: Mapping[str, Codebook | None]
) -> Html:
    rows = []
    for one in study.ledger.replications:
        book = books[one.dataset]
        records = [r for a in found.values() for r in _others(a, study) if r.dataset == one.dataset]
        least = sorted(map(_least, records))
        rows.append(
            {
                "Data set": Html(
                    f"{escape(book.roles.title_en)}<br><span lang='zh'>"
                    f"{escape(book.roles.title_zh)}</span>"
                ),
                "Entities": f"{book.roles.count} {book.roles.entities}",
                "What it can show": one.why,
                "Claims": str(len(records)),
                "Middle of smallest effects": f"{least[len(least) // 2]:.2f}" if least else "–",
            }
        )
    return table(pd.DataFrame(rows), "Further data sets and what they are asked")


def _changes(
    study: Study, found: Mapping[str, Across], books: Mapping[str, Codebook | None]
) -> Html:
    rows = []
    for name, one in found.items():
        main, others = _main(one, study), _others(one, study)
        if not main or not others:
            continue
        link = f'<a href="{escape(study.address(main.evidence.claim))}">{name}</a>'
        rows.append(
            {
                "Claim": Html(link),
                dataset_name(study.main, books): Html(badge(main.verdict.word)),
                "Elsewhere": Html("<br>".join(_said(r, books) for r in others)),
                "Over all": Html(badge(one.word)),
                "Then": _KINDS[_kind(one, study)],
            }
        )
    main = dataset_name(study.main, books).lower()
    return table(pd.DataFrame(rows), f"What the {main} had said, and what fresh figures say")


def _said(record: Record, books: Mapping[str, Codebook | None]) -> str:
    return f"{escape(dataset_name(record.dataset, books))}: {escape(record.verdict.word)}"


def _dropped(study: Study, books: Mapping[str, Codebook | None]) -> Html:
    rows: Sequence[dict[str, object]] = [
        {"Claim": Html(f'<a href="{escape(study.address(study.ledger[claim]))}">{claim}</a>'),
         "Data set": dataset_name(one.dataset, books), "Why not": why}
        for one in study.ledger.replications for claim, why in one.dropped.items()
    ]  # fmt: skip
    return table(pd.DataFrame(rows), "Claims that a data set is not asked")
