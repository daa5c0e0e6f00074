"""A finding again without named entities, in the unit of the whole sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.claims.designs import with_sample
from analysis.claims.designs.paths import ExposurePath, exposure_path
from analysis.claims.family import DRAWS
from analysis.errors import UnknownNameError
from analysis.inference import estimate_columns, wild
from analysis.models import EFFECTS

if TYPE_CHECKING:
    from analysis.claims.details import Reading
    from analysis.claims.evidence import Evidence

__all__ = ["Omission", "omission"]


@dataclass(frozen=True, slots=True, eq=False)
class Omission:
    """The first part of a claim without some entities.

    Attributes
    ----------
    entities : tuple of str
        Left out.
    table : DataFrame
        One row per column: ``effects, label, estimate, low, high, mde, p, n``, with CR3 intervals
        and the p of the wild bootstrap. Effects are in within-SDs of the whole sample, so that
        they can be set beside the finding: an entity that is far out changes the spread as well.
    path : ExposurePath or None
        For events that reach everyone: the path by year on the same rows.
    """

    entities: tuple[str, ...]
    table: pd.DataFrame
    path: ExposurePath | None


def omission(evidence: Evidence, *entities: str, draws: int = DRAWS) -> Omission:
    """Estimate the first part of a claim again on the other entities.

    Parameters
    ----------
    evidence : Evidence
        With details.
    *entities : str
        Codes to leave out.
    draws : int
        Of the wild bootstrap.

    Raises
    ------
    UnknownNameError
        The panel has no such entity.
    """
    reading = evidence.details.readings[0]
    base, panel = reading.regression, reading.regression.panel
    known = list(map(str, panel.frame.index.unique(0)))
    for entity in entities:
        if entity not in known:
            raise UnknownNameError("entity", entity, known, "the panel")
    excluded = dict.fromkeys((*base.spec.sample.exclude_entities, *entities))
    smaller = with_sample(base, exclude_entities=tuple(excluded))
    found = estimate_columns(smaller.spec, panel, reading.estimates.names)
    rows = [
        _row(reading, effects, found[effects].coefficient(base.focal))
        | {
            "p": wild(found[effects], base.focal, draws=draws, interval=False).p,
            "n": found[effects].n,
        }
        for effects in found.names
    ]
    own = evidence.details.own
    is_event = bool(own and own[0].results and "path" in own[0].results)
    path = exposure_path(evidence.claim, panel, smaller) if is_event else None
    return Omission(entities, pd.DataFrame(rows), path)


def _row(reading: Reading, effects: str, line: object) -> dict[str, object]:
    whole = reading.lines[effects].scale
    return {
        "effects": effects,
        "label": EFFECTS[effects].label,
        "estimate": line.estimate * whole,
        "low": line.low_cr3 * whole,
        "high": line.high_cr3 * whole,
        "mde": line.mde * whole,
    }
