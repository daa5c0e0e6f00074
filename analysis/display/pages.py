"""The start page, the ledger and the map of the mechanism."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.claims import Ledger, Study, current_archive, read_study
from analysis.display.html import Html, table
from analysis.display.mechanism import mechanism_map
from analysis.display.numbers import publish
from analysis.display.picture import Picture

__all__ = ["LedgerPage", "ledger_page", "overview"]

KINDS = {
    "normative": "says what ought to be; no figure can contradict it",
    "fact": "can be looked up; it is verified, not regressed",
}


def overview(study: str | Path | Study, archive: Path | None = None) -> dict[str, object]:
    """Publish the numbers of the start page: how many claims of which status, how much data."""
    study = study if hasattr(study, "ledger") else read_study(study)
    main, claims = current_archive(study, archive).codebook(study.main), study.ledger
    status = pd.Series([claim.status for claim in claims]).value_counts()
    return publish(
        {
            "claims": len(claims),
            "testable": int(status.get("testable", 0)),
            "proxy": int(status.get("proxy", 0)),
            "user_data": int(status.get("needs user data", 0)),
            "executed": sum(claim.declared for claim in claims),
            "not_tested": len(claims.not_tested),
            "entities": main.roles.count,
            "first_year": main.roles.first_year,
            "last_year": main.roles.last_year,
            "series": sum(v.series == (n,) for n, v in main.variables.items()),
        },
        prefix="book",
    )


@dataclass(frozen=True)
class LedgerPage:
    """The map of the mechanism and the list of what is claimed."""

    map: Picture
    claims: Html
    looks: Html
    not_tested: Html


def ledger_page(study: str | Path | Study, archive: Path | None = None) -> LedgerPage:
    """Lay out the ledger: the map, every claim in a row, and what no figure can test."""
    study = study if hasattr(study, "ledger") else read_study(study)
    book = study.ledger
    publish(current_archive(study, archive).page("ledger").numbers)
    rows = pd.DataFrame(
        {
            "Claim": [c.id for c in book],
            "Section": [c.section for c in book],
            "What the paper claims": [
                Html(f'{c.sentence} <span lang="zh" class="quote">「{c.quote}」</span>')
                for c in book
            ],
            "Sign": [c.sign for c in book],
            "Status": [c.status for c in book],
        }
    )
    outside = pd.DataFrame(
        {
            "Statement": [Html(f'{n.sentence} <span lang="zh" class="quote">「{n.quote}」</span>')
                          for n in book.not_tested],
            "Section": [n.section for n in book.not_tested],
            "Kind": [KINDS[n.kind] for n in book.not_tested],
        }
    )  # fmt: skip
    return LedgerPage(
        map=mechanism_map(study),
        claims=table(rows, "Every claim of the ledger, in the order of the paper's argument"),
        looks=_looks(book),
        not_tested=table(outside, "Statements of the paper that no figure can decide"),
    )


def _looks(book: Ledger) -> Html:
    """List every look at the figures that came before or beside the declaration."""
    kinds = {"earlier_looks": "before the declaration", "later_looks": "after it"}
    rows = [
        {"When": words, "What was looked at": look}
        for kind, words in kinds.items()
        for look in book.protocol.get(kind, ())
    ]
    frame = pd.DataFrame(rows, columns=["When", "What was looked at"])
    dates = {str(book.protocol[k]) for k in ("declared", "declared_in_full") if k in book.protocol}
    return table(frame, f"Looks at the figures; declared on {' and '.join(sorted(dates))}")
