"""Where the claims of each status hang on the map of the mechanism, for the sentences about it."""

from __future__ import annotations

import pandas as pd

from analysis.claims import Page, Study
from analysis.claims.numbers import flatten

CHAIN = ("supply", "front", "middle", "back")


def explore(study: Study) -> Page:
    """Count claims by the box of the map they hang in."""
    boxes = study.diagrams["mechanism"]["boxes"]
    where = pd.Series({claim: box["key"] for box in boxes for claim in box["claims"]})
    status = pd.Series({claim.id: claim.status for claim in study.ledger})
    place = where.reindex(status.index)
    testable = place[status == "testable"]
    return Page(
        flatten(
            {
                "testable": len(testable),
                "testable_chain": int(testable.isin(CHAIN).sum()),
                "pc_proxy": "yes" if (status[place == "pc"] == "proxy").all() else "no",
            },
            prefix="ledger",
        )
    )
