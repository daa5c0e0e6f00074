"""The start page and the ledger, and the panel that every page is made from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

from analysis.claims import Ledger, ledger
from analysis.claims.results import DATASETS
from analysis.data import Panel, load
from analysis.display.html import Html, table
from analysis.display.mechanism import layout, mechanism_map
from analysis.display.numbers import publish
from analysis.measures import build
from analysis.studies.patient_capital import declared

if TYPE_CHECKING:
    from analysis.claims import Claim
    from analysis.display.picture import Picture

KINDS = {
    "normative": "says what ought to be; no figure can contradict it",
    "fact": "can be looked up; it is verified, not regressed",
}


@cache
def book_panel(dataset: str = "china") -> Panel:
    """Return the panel with all measures, read once per chapter."""
    return build(load(dataset), declared())


def dataset_of(claim: Claim) -> str:
    """Return the data set of the book on which a claim is tested."""
    return DATASETS.get(claim.unit, "china")


def overview() -> dict[str, object]:
    """Publish the numbers of the start page: how many claims of which status, how much data."""
    panel, book = book_panel(), ledger()
    status = pd.Series([claim.status for claim in book]).value_counts()
    return publish(
        {
            "claims": len(book),
            "testable": int(status.get("testable", 0)),
            "proxy": int(status.get("proxy", 0)),
            "user_data": int(status.get("needs user data", 0)),
            "executed": sum(claim.specification is not None for claim in book),
            "not_tested": len(book.not_tested),
            "entities": panel.roles.count,
            "first_year": panel.roles.first_year,
            "last_year": panel.roles.last_year,
            "series": sum(v.series == (n,) for n, v in panel.variables.items()),
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


def ledger_page(book: Ledger | None = None) -> LedgerPage:
    """Lay out the ledger: the map, every claim in a row, and what no figure can test."""
    book = book or ledger()
    publish(_tally(book), prefix="ledger")
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
        map=mechanism_map(book),
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


def _tally(book: Ledger) -> dict[str, object]:
    """Count where the claims of each status hang, for the sentences about the map."""
    where = {claim: box.key for box in layout()[0] for claim in box.claims}
    boxes = pd.Series({claim.id: where[claim.id] for claim in book})
    status = pd.Series({claim.id: claim.status for claim in book})
    testable = boxes[status == "testable"]
    return {
        "testable": len(testable),
        "testable_chain": int(testable.isin(["supply", "front", "middle", "back"]).sum()),
        "pc_proxy": "yes" if (status[boxes == "pc"] == "proxy").all() else "no",
    }
