"""Who is there in which year: rows by entity and by year, and the gaps between."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.data import Panel
from analysis.errors import require_type
from analysis.inference.cells import Grid
from analysis.inference.options import checked
from analysis.inference.tables.printed import Printed
from analysis.inference.tables.words import require_language, word

__all__ = ["Balance", "balance"]

_MANY = 8  # so many entities fit in a note


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Balance(Printed):
    """Rows of a panel by entity and by year.

    Attributes
    ----------
    frame : DataFrame
        One row per entity: ``first_year, last_year, rows`` and ``gaps``, the years without a row
        between the two (missing, zero and empty for an entity without a row).
    by_year : Series
        Number of entities, by year.
    """

    frame: pd.DataFrame
    by_year: pd.Series
    notes: tuple[str, ...]
    language: str

    @property
    def balanced(self) -> bool:
        """Whether every entity has a row in every year."""
        return bool((self.frame["rows"] == len(self.by_year)).all())

    def grid(self) -> Grid:
        """Return entities by year; who has gaps stands in the notes."""
        total = len(self.frame)
        rows = [(str(year), f"{n:,}", f"{total - n:,}") for year, n in self.by_year.items()]
        heads = [word(name, self.language) for name in ("years", "present", "absent")]
        made = Grid.of(word("balance", self.language), heads, rows, self.notes)
        return replace(made, style="three-rules")


@checked
def balance(
    panel: Panel, names: Iterable[str] | str | None = None, *, language: str = "en"
) -> Balance:
    """Count rows by entity and year.

    Parameters
    ----------
    panel : Panel
        The full grid of entities and years; a row is there if it holds figures.
    names : iterable of str
        Variables that must all be observed; by default any one of the panel will do.
    language : {"en", "zh"}
        Language of heads and notes.

    Returns
    -------
    Balance
        Entities with their first and last year and gaps, and entities by year.

    Raises
    ------
    UnknownNameError
        A variable is not in the panel.

    Examples
    --------
    >>> from analysis.data import load
    >>> found = balance(load("china"), ["gdp", "loans"])
    >>> found.balanced, int(found.by_year[2023])
    (False, 31)
    """
    require_type(names or (), Iterable, "name variables of the panel in a list")
    require_language(language)
    listed = [names] if isinstance(names, str) else list(names or ())
    there = panel.frame.notna()
    whole = pd.DataFrame({name: panel[name].notna() for name in listed}).all(axis=1)
    observed = whole if listed else there.any(axis=1)
    entities, years = (panel.frame.index.unique(level) for level in ("entity", "year"))
    square = observed.to_numpy().reshape(len(entities), len(years))  # a panel is a full rectangle
    frame = pd.DataFrame([_entity(row, years.to_numpy()) for row in square], entities)
    frame = frame.astype({"first_year": "Int64", "last_year": "Int64"})
    notes = _notes(panel, frame, len(years), listed, language)
    return Balance(frame, pd.Series(square.sum(axis=0), years), notes, language)


def _entity(there: np.ndarray, years: np.ndarray) -> dict[str, object]:
    seen = years[there]
    if not len(seen):
        return {"first_year": pd.NA, "last_year": pd.NA, "rows": 0, "gaps": ""}
    inside = years[(years > seen[0]) & (years < seen[-1]) & ~there]
    return {"first_year": seen[0], "last_year": seen[-1], "rows": len(seen), "gaps": _runs(inside)}


def _runs(years: np.ndarray) -> str:
    """Write years, runs of them as first and last."""
    parts = np.split(years, np.flatnonzero(np.diff(years) > 1) + 1) if len(years) else []
    return ", ".join(f"{p[0]}" if len(p) == 1 else f"{p[0]}–{p[-1]}" for p in parts)


def _notes(
    panel: Panel, frame: pd.DataFrame, years: int, listed: list[str], language: str
) -> tuple[str, ...]:
    comma = word("listed", language)
    noun = panel.roles.entity_zh if language == "zh" else panel.roles.entities
    full = int((frame["rows"] == years).sum())
    said = [
        word("row_all", language, comma.join(listed)) if listed else word("row_any", language),
        word("balanced", language, full, len(frame), noun, years),
    ]
    broken = frame.loc[frame["gaps"] != "", "gaps"]
    named = [f"{entity} ({gaps})" for entity, gaps in broken.items()]
    for key, names in (("gaps", named), ("rowless", list(frame.index[frame["rows"] == 0]))):
        if names:
            more = len(names) - _MANY
            shown = comma.join(names[:_MANY]) + (word("more", language, more) if more > 0 else "")
            said.append(word(key, language, len(names), shown))
    stop = word("stop", language)
    return (word("note", language) + stop.join(said) + stop.strip(),)
