"""Claims as data for a page: words and estimates by data set, and the specification curve."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.claims import Archive, Finding, Record, Study
from analysis.claims.across import across, by_claim
from analysis.claims.numbers import entity_name
from analysis.data.codebook import Codebook
from analysis.display.across import dataset_name, reason_in_words
from analysis.display.charts.specifications import CHOICES

__all__ = ["claims_data", "curve_data", "rounded"]

DIGITS = 4
LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
Books = Mapping[str, Codebook | None]


def rounded(value: float, digits: int = DIGITS) -> float | None:
    """Return a number with so many digits that count; None for what is no number."""
    return float(f"{value:.{digits}g}") if math.isfinite(value) else None


def claims_data(archive: Archive, study: Study) -> list[dict[str, object]]:
    """Return every claim of an archive in plain values, in the order of the ledger.

    Parameters
    ----------
    archive : Archive
        Of the study.
    study : Study
        Says where a claim is treated and what decides over all data sets.

    Returns
    -------
    list of dict
        ``id, sentence, href, word, reason, records`` and, where one was drawn, ``curve``.
    """
    books = {name: archive.codebook(name) for name in study.datasets}
    return [
        _claim(archive, study, books, records) for records in by_claim(archive.records).values()
    ]


def _claim(
    archive: Archive, study: Study, books: Books, records: Sequence[Record]
) -> dict[str, object]:
    claim, found = records[0].evidence.claim, across(records, study.rules)
    plain = {
        "id": claim.id,
        "sentence": claim.sentence,
        "href": study.address(claim),
        "word": found.word,
        "reason": reason_in_words(found, books) or records[0].verdict.reason,
        "records": [_record(record, books) for record in found.records],
    }
    if records[0].evidence.findings:
        shown = archive.record(claim.id, records[0].dataset).shown.exhibits
        if "curve" in shown:
            plain["curve"] = curve_data(shown["curve"].values)
    return plain


def _record(record: Record, books: Books) -> dict[str, object]:
    book = books.get(record.dataset)
    return {
        "dataset": record.dataset,
        "name": dataset_name(record.dataset, books) if record.dataset else "",
        "word": record.verdict.word,
        "parts": [_part(finding, book) for finding in record.evidence.findings],
    }


def _part(finding: Finding, book: Codebook | None) -> dict[str, object]:
    """Estimate, interval and the ends of leaving out one entity, with the names of those."""
    ends = {}
    for end in ("lowest", "highest"):
        if math.isfinite(getattr(finding, end)):
            ends[end] = rounded(getattr(finding, end))
            ends[f"{end}_without"] = entity_name(getattr(finding, f"{end}_without"), book)
    return {
        "label": f"{finding.outcome_label} on {finding.term_label}",
        "sign": finding.sign,
        "unit": finding.unit,
        **{name: rounded(getattr(finding, name)) for name in ("tested", "low", "high", "p")},
        "plausible": finding.plausible,
        **ends,
    }


def curve_data(curve: Mapping[str, Any]) -> dict[str, object]:
    """Return a specification curve in few bytes: an estimate, half an interval, letters a choice.

    Parameters
    ----------
    curve : mapping
        Keywords of `analysis.display.charts.specification_curve`.

    Returns
    -------
    dict
        Sorted by estimate: ``estimate`` and ``half`` in within-SDs, ``declared`` the place of the
        declared specification, ``choices`` with ``name``, ``values`` and ``of``, in which the
        letter at a place is that of its value; ``band`` and ``null`` of the placebo curves.
    """
    table: pd.DataFrame = curve["table"].sort_values("estimate", ignore_index=True)
    words = curve.get("words") or {}
    half = (table["high_cr3"] - table["low_cr3"]) / 2
    plain: dict[str, object] = {
        "estimate": [rounded(value, 3) for value in table["estimate"]],
        "half": [rounded(value, 3) for value in half],
        "declared": [int(i) for i in np.flatnonzero(table["declared"])],
        "choices": [_choice(table[name], name, words) for name in CHOICES
                    if len(table[name].unique()) > 1],
        "null": curve.get("null") or "",
    }  # fmt: skip
    band = curve.get("band")
    if band is not None:
        # Only drawn, as an area: a third digit would not be seen, yet has to be loaded.
        plain["band"] = [[rounded(value, 2) for value in band[end]] for end in ("low", "high")]
    return plain


def _choice(column: pd.Series, name: str, words: Mapping[str, str]) -> dict[str, object]:
    codes, values = pd.factorize(column)
    return {
        "name": name,
        "values": [words.get(str(value), str(value)).replace("_", " ") for value in values],
        "of": "".join(LETTERS[code] for code in codes),
    }
