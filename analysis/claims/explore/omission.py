"""A finding again without named entities, in the SDs of the rows that are left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.claims.designs.derived import without_entities
from analysis.claims.designs.paths import ExposurePath, exposure_path
from analysis.claims.evaluated import Evaluated
from analysis.claims.exhibit import Exhibit
from analysis.claims.family import DRAWS
from analysis.claims.grids import slope_cell
from analysis.claims.numbers import entity_name, flatten, scaled, span
from analysis.claims.record import Page
from analysis.errors import UnknownNameError
from analysis.inference import estimate_columns, wild
from analysis.inference.cells import Grid
from analysis.models import EFFECTS

__all__ = ["Omission", "omission", "without"]

_COLUMNS = ["effects", "label", "estimate", "low", "high", "mde", "p", "n"]


@dataclass(frozen=True, slots=True, eq=False)
class Omission:
    """The first part of a claim without some entities.

    Attributes
    ----------
    entities : tuple of str
        Left out.
    table : DataFrame
        One row per column: ``effects, label, estimate, low, high, mde, p, n``, with CR3 intervals
        and the p of the wild bootstrap. Effects are in within-SDs of the rows that are left, as
        in the finding's own range: an entity that is far out changes the spread as well.
    path : ExposurePath or None
        For events that reach everyone: the path by year on the same rows.
    """

    entities: tuple[str, ...]
    table: pd.DataFrame
    path: ExposurePath | None


def omission(made: Evaluated, *entities: str, draws: int = DRAWS) -> Omission:
    """Estimate the first part of a claim again on the other entities.

    Parameters
    ----------
    made : Evaluated
        The claim, with its readings.
    *entities : str
        Codes to leave out.
    draws : int
        Of the wild bootstrap.

    Raises
    ------
    UnknownNameError
        The panel has no such entity.
    """
    reading = made.judged[0]
    base, panel = reading.regression, reading.regression.panel
    known = list(map(str, panel.frame.index.unique(0)))
    for entity in entities:
        if entity not in known:
            raise UnknownNameError("entity", entity, known, "the panel")
    smaller = without_entities(base, entities)
    found = estimate_columns(smaller.spec, panel, reading.estimates.names)
    rows = []
    for effects, one in zip(found.names, found, strict=True):
        line = one.coefficient(base.focal)
        unit = line.scale * (one.fitted.within_sd[0] if base.in_sds else 1.0)
        p = wild(one, base.focal, draws=draws, interval=False).p
        ends = (*scaled(line, unit), line.mde * unit)
        rows.append((effects, EFFECTS[effects].label, *ends, p, one.n))
    table = pd.DataFrame(rows, columns=_COLUMNS)
    path = exposure_path(made.claim, panel, smaller) if "path" in made.result else None
    return Omission(entities, table, path)


def without(made: Evaluated, *entities: str) -> Page:
    """Leave entities out of a claim; numbers are named ``<id>_without_...``.

    Parameters
    ----------
    made
        The claim.
    *entities
        Codes of the panel.

    Returns
    -------
    Page
        The exhibit ``<id>_without``, every column with and without them, and the grid
        ``<id>_without_table``, with the joint test of the years before an event.
    """
    found = omission(made, *entities)
    names = " and ".join(entity_name(e, made.panel) for e in entities)
    numbers = {"name": names, **_numbers(found), **_standing(made, entities)}
    name = made.claim.id.lower()
    return Page(
        flatten({"without": numbers, **_before(made)}, name),
        {f"{name}_without": _picture(made, found, names)},
        {f"{name}_without_table": _table(made, found, names)},
    )


def _numbers(found: Omission) -> dict[str, object]:
    numbers: dict[str, object] = {
        row.effects: {**span(row.estimate, row.low, row.high), "mde": row.mde, "p": row.p}
        for row in found.table.itertuples()
    }
    if found.path is not None:
        numbers["years_before"] = {"p": found.path.p}
    return numbers


def _before(made: Evaluated) -> dict[str, object]:
    """Return the path of an event with everyone in, and its joint test, to compare."""
    path = made.result.get("path")
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


def _standing(made: Evaluated, entities: Sequence[str]) -> dict[str, object]:
    """Count who was less exposed than the entity left out, where exposure is fixed."""
    years = (made.claim.setup or {}).get("exposure")
    if not years or len(entities) != 1:
        return {}
    wide = made.panel[made.claim.focal].unstack(0).loc[years[0] : years[1]]  # noqa: PD010
    exposure = wide.mean().dropna()
    less = int((exposure < exposure[entities[0]]).sum())
    return {"less_exposed": less, "compared": len(exposure) - 1}


def _picture(made: Evaluated, found: Omission, names: str) -> Exhibit:
    finding = made.evidence.findings[0]
    rows = [(c.label, c.estimate, c.low, c.high) for c in finding.columns]
    whole = pd.DataFrame(rows, columns=["label", "estimate", "low", "high"])
    whole = whole.assign(reading=f"all {made.panel.roles.entities}")
    fewer = found.table.assign(reading=f"without {names}")
    xlabel = (
        f"within-SDs of {finding.outcome_label[:1].lower()}{finding.outcome_label[1:]}\n"
        "per within-SD of the exposure; bars: 95% CR3"
    )
    return Exhibit.of("interval_rows", rows=pd.concat([whole, fewer]), xlabel=xlabel)


def _table(made: Evaluated, found: Omission, names: str) -> Grid:
    finding = made.evidence.findings[0]
    rows = [
        (c.label, *(_cell(one.estimate, one.low, one.high, one.p) for one in (c, row)))
        for c, row in zip(finding.columns, found.table.itertuples(), strict=True)
    ]
    path = made.result.get("path")
    if path is not None and found.path is not None:
        rows.append(("Years before, joint test", f"p = {path.p:.3f}", f"p = {found.path.p:.3f}"))
    return Grid.of(
        f"{made.claim.id} with and without {names}: effect in within-SDs of the rows used, "
        "[95% CR3 interval], p of the wild bootstrap",
        ("Column", f"All {made.panel.roles.entities}", f"Without {names}"),
        rows,
    )


def _cell(estimate: float, low: float, high: float, p: float) -> str:
    return f"{slope_cell(estimate, low, high)}\np = {p:.3f}"
