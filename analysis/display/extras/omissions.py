"""A claim with and without named entities, as a picture and a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.claims.omission import omission
from analysis.display.charts import interval_rows
from analysis.display.html import Html, table
from analysis.display.numbers import publish
from analysis.display.words import signed

if TYPE_CHECKING:
    from analysis.claims import Evidence
    from analysis.claims.omission import Omission
    from analysis.display.picture import Picture
    from analysis.display.sections import Section

__all__ = ["Without", "without"]


@dataclass(frozen=True)
class Without:
    """What a claim looks like without some entities.

    Attributes
    ----------
    picture : Picture
        Every column with and without them.
    table : Html
        The same in numbers, and the joint test of the years before an event.
    """

    picture: Picture
    table: Html


def without(made: Section, *entities: str) -> Without:
    """Leave entities out of a claim and publish the numbers under ``<id>_without_``.

    Parameters
    ----------
    made
        Section of the claim.
    *entities
        Codes of the panel.
    """
    found = omission(made.evidence, *entities)
    names = " and ".join(str(made.panel.entities.loc[e, "label_en"]) for e in entities)
    numbers = {"name": names, **_numbers(found), **_standing(made, entities)}
    publish({"without": numbers, **_before(made.evidence)}, made.claim.id.lower())
    return Without(_picture(made, found, names), _table(made, found, names))


def _numbers(found: Omission) -> dict[str, object]:
    numbers: dict[str, object] = {
        row.effects: {
            "std": row.estimate, "low": row.low, "high": row.high, "mde": row.mde, "p": row.p,
            "zero": "excludes zero" if row.low > 0 or row.high < 0 else "includes zero",
        }
        for row in found.table.itertuples()
    }  # fmt: skip
    if found.path is not None:
        numbers["years_before"] = {"p": found.path.p}
    return numbers


def _before(evidence: Evidence) -> dict[str, object]:
    """Return the path of an event with everyone in, and its joint test, to compare."""
    path = _path(evidence)
    if path is None:
        return {}
    rows = path.table[~path.table["reference"]]
    before = rows[rows["year"] < path.base]
    clear = ((before["low"] > 0) | (before["high"] < 0)).sum()
    return {
        "years_before": {"p": path.p, "count": path.leads, "clear": int(clear)},
        "path": {
            str(row.year): {"std": row.estimate, "low": row.low, "high": row.high}
            for row in rows.itertuples()
        },
    }


def _standing(made: Section, entities: Sequence[str]) -> dict[str, object]:
    """Count who was less exposed than the entity left out, where exposure is fixed."""
    years = (made.claim.setup or {}).get("exposure")
    if not years or len(entities) != 1:
        return {}
    wide = made.panel[made.claim.focal].unstack(0).loc[years[0] : years[1]]  # noqa: PD010
    exposure = wide.mean().dropna()
    less = int((exposure < exposure[entities[0]]).sum())
    return {"less_exposed": less, "compared": len(exposure) - 1}


def _path(evidence: Evidence) -> object | None:
    own = evidence.details.own
    return (own[0].results or {}).get("path") if own else None


def _picture(made: Section, found: Omission, names: str) -> Picture:
    finding = made.evidence.findings[0]
    whole = pd.DataFrame(
        [
            {"label": c.label, "estimate": c.estimate, "low": c.low, "high": c.high}
            for c in finding.columns
        ]
    ).assign(reading=f"all {made.panel.roles.entities}")
    fewer = found.table.assign(reading=f"without {names}")
    return interval_rows(
        pd.concat([whole, fewer]),
        f"within-SDs of {finding.outcome_label[:1].lower()}{finding.outcome_label[1:]}\n"
        "per within-SD of the exposure; bars: 95% CR3",
    )


def _table(made: Section, found: Omission, names: str) -> Html:
    finding = made.evidence.findings[0]
    whole, fewer = f"All {made.panel.roles.entities}", f"Without {names}"
    rows = [
        {
            "Column": c.label,
            whole: _cell(c.estimate, c.low, c.high, c.p),
            fewer: _cell(row.estimate, row.low, row.high, row.p),
        }
        for c, row in zip(finding.columns, found.table.itertuples(), strict=True)
    ]
    path = _path(made.evidence)
    if path is not None and found.path is not None:
        rows.append(
            {
                "Column": "Years before, joint test",
                whole: f"p = {path.p:.3f}",
                fewer: f"p = {found.path.p:.3f}",
            }
        )
    return table(
        pd.DataFrame(rows),
        f"{made.claim.id} with and without {names}: effect in within-SDs of the whole sample, "
        "[95% CR3 interval], p of the wild bootstrap",
        style="estimates",
    )


def _cell(estimate: float, low: float, high: float, p: float) -> Html:
    return Html(
        f"{signed(estimate)}<br><small>[{signed(low)}, {signed(high)}]<br>p = {p:.3f}</small>"
    )
