"""The start page: how many claims of which word, the mechanism, and three findings by a rule."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from analysis.claims import Study
from analysis.claims.across import Across, across, by_claim
from analysis.claims.record import Record
from analysis.data.codebook import Codebook
from analysis.display.html import Html, badge, publish
from analysis.display.mechanism import hung, mechanism_map
from analysis.display.opened import opened
from analysis.display.words import estimate_cell

__all__ = ["Overview", "leading_claims", "overview"]


@dataclass(frozen=True)
class Overview:
    """What the start page shows.

    Attributes
    ----------
    map : Html
        The mechanism with every claim and its word over all data sets.
    findings : Html
        The claims of `leading_claims`, each with its estimates.
    numbers : mapping of str to object
        What was published, by glue name.
    """

    map: Html
    findings: Html
    numbers: Mapping[str, object]


def overview(study: str | Path | Study, archive: Path | None = None) -> Overview:
    """Lay out the start page and publish its numbers: claims by status, data, what leads.

    Parameters
    ----------
    study, archive
        As for `analysis.display.chapter`.

    Returns
    -------
    Overview
        Map, findings and numbers.

    Examples
    --------
    >>> start = overview("patient_capital")
    >>> start.map.text.count('class="verdict tag') == start.numbers["book_claims"]
    True
    """
    study, kept = opened(study, archive)
    found = {c: across(rs, study.rules) for c, rs in by_claim(kept.records).items()}
    books = {name: kept.codebook(name) for name in study.datasets}
    leading = leading_claims(found, hung(study, "mediator"))
    items = "".join(_item(why, found[claim], study, books) for why, claim in leading.items())
    main, status = books[study.main], Counter(claim.status for claim in study.ledger)
    numbers = publish(
        {
            "claims": len(study.ledger),
            "testable": status["testable"],
            "proxy": status["proxy"],
            "user_data": status["needs user data"],
            "not_tested": len(study.ledger.not_tested),
            "entities": main.roles.count,
            "first_year": main.roles.first_year,
            "last_year": main.roles.last_year,
            "series": sum(v.series == (n,) for n, v in main.variables.items()),
            "plausible": study.rules.plausible,
        },
        prefix="book",
    )
    return Overview(
        map=mechanism_map(study, found, "ledger.html"),
        findings=Html(f'<ol class="findings">{items}</ol>'),
        numbers=numbers,
    )


def leading_claims(found: Mapping[str, Across], core: tuple[str, ...]) -> dict[str, str]:
    """Choose the claims that a reader meets first, by a rule that looks at no sign.

    Parameters
    ----------
    found : mapping of str to Across
        Every claim over all data sets.
    core : tuple of str
        The claims at the heart of the argument.

    Returns
    -------
    dict of str to str
        Why, and the claim: the supported one that is seen most sharply; of the core, the one of no
        sizeable effect that is seen most sharply; the one on which data sets differ most, by the p
        of Cochran's Q. A reason that no claim fits is left out.
    """
    sight = {name: _sight(one) for name, one in found.items()}
    spread = {name: one.spread for name, one in found.items() if not math.isnan(one.spread)}
    choices = {
        "Supported": {n: sight[n] for n, one in found.items() if one.word == "supported"},
        "Sharpest null at the core": {
            n: sight[n] for n in core if found[n].word == "no sizeable effect"
        },
        "Widest disagreement of data sets": spread,
    }
    return {why: min(of, key=of.get) for why, of in choices.items() if of}


def _sight(one: Across) -> float:
    """Return the smallest effect that any data set would have shown."""
    known = [f.mde for r in one.tested for f in r.evidence.findings if f.unit == "within-SDs"]
    return min((mde for mde in known if math.isfinite(mde)), default=math.inf)


def _item(why: str, one: Across, study: Study, books: Mapping[str, Codebook]) -> str:
    """Say why a claim leads, what it says, its word, and the estimates that make the word."""
    claim = study.ledger[one.records[0].id]
    shown = [one.tested[0]] if one.word != "mixed" else _apart(one)
    lines = "".join(f"<small>{_line(record, books)}</small>" for record in shown)
    link = f'<a href="{escape(study.address(claim))}">{claim.id}</a>'
    return (
        f"<li><strong>{escape(why)}.</strong> {link}: {escape(claim.sentence)} {badge(one.word)}"
        f"{lines}</li>"
    )


def _apart(one: Across) -> list[Record]:
    """Return the data sets with the largest and the smallest estimate of the first part."""
    ordered = sorted(one.tested, key=lambda record: -record.evidence.findings[0].tested)
    return [ordered[0], ordered[-1]]


def _line(record: Record, books: Mapping[str, Codebook]) -> str:
    first = record.evidence.findings[0]
    nouns = f"{first.columns[0].entities} {books[record.dataset].roles.entities}"
    return f"{escape(nouns)}: {estimate_cell(first, ' ').replace('small>', 'span>')}"
