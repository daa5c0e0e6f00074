"""What one column of a panel is: label, unit, source, faults; and what its rows are."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Variable:
    """Everything a reader may ask about one column of a panel.

    Parameters
    ----------
    name
        Column name in the panel.
    label_en, label_zh
        Labels for tables and figures.
    definition
        One sentence: what the figure counts.
    unit
        Base unit, the one of the panel's frame.
    published_unit
        Unit of the published table; empty for a computed column.
    publisher, table, compiled_via, licence
        Who published it, which table of the project holds it, by way of which public copy, and
        on what terms.
    processing
        One of ``published``, ``derived``, ``proxy``, ``counted``, ``index``, ``ratio``, or
        ``factor`` for a column of words.
    first_year, last_year
        First and last year with a figure.
    gaps
        Declared holes inside these years, in words.
    notes
        Known faults.
    series
        Raw series it is made of; a raw series names itself.
    scale
        Raw series used only as size denominators.
    formula
        How it is computed; empty for a raw series.
    side
        Side of the argument it stands on, one of those the measures declare.
    direction
        +1 or -1 if more of it is better or worse for its index, 0 if it belongs to none.

    Examples
    --------
    >>> from analysis.data import load
    >>> found = load("china").describe("gdp")
    >>> found.unit, found.processing, found.first_year
    ('yuan', 'published', 2010)
    """

    name: str
    label_en: str
    label_zh: str = ""
    definition: str = ""
    unit: str = ""
    published_unit: str = ""
    publisher: str = ""
    table: str = ""
    processing: str = "published"
    first_year: int | None = None
    last_year: int | None = None
    gaps: tuple[str, ...] = ()
    notes: str = ""
    compiled_via: str = ""
    licence: str = ""
    series: tuple[str, ...] = ()
    scale: tuple[str, ...] = ()
    formula: str = ""
    side: str = ""
    direction: int = 0

    def facts(self) -> list[tuple[str, str]]:
        """Non-empty facts in reading order, as (label, text) pairs."""
        unit = self.unit
        if self.published_unit and self.published_unit != self.unit:
            unit = f"{self.unit} (published in {self.published_unit})"
        years = "" if self.first_year is None else f"{self.first_year}-{self.last_year}"
        pairs = [
            ("Definition", self.definition),
            ("Formula", self.formula),
            ("Unit", unit),
            ("Years", years),
            ("Gaps", "; ".join(self.gaps)),
            ("Processing", self.processing),
            ("Publisher", self.publisher),
            ("Table", self.table),
            ("Compiled via", self.compiled_via),
            ("Licence", self.licence),
            ("Made of", "" if self.series == (self.name,) else ", ".join(self.series)),
            ("Size denominators", ", ".join(self.scale)),
            ("Notes", self.notes),
        ]
        return [(label, text) for label, text in pairs if text]

    @property
    def title(self) -> str:
        """English label, with the Chinese one behind it where there is one."""
        return f"{self.label_en} {self.label_zh}".strip()

    def __str__(self) -> str:
        lines = [f"{self.name}: {self.title}"]
        lines += [f"  {label}: {text}" for label, text in self.facts()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left'>{escape(label)}</th>"
            f"<td style='text-align:left'>{escape(text)}</td></tr>"
            for label, text in self.facts()
        )
        caption = f"<code>{escape(self.name)}</code> {escape(self.title)}"
        return f"<table><caption>{caption}</caption><tbody>{rows}</tbody></table>"


@dataclass(frozen=True, slots=True)
class Roles:
    """What entity and year stand for in one data set.

    Parameters
    ----------
    entity, entities, entity_zh
        Noun for one unit, for many, and in Chinese: "province", "provinces", "省份".
    title_en, title_zh
        Name of the data set for captions.
    first_year, last_year
        Years of the rectangle.
    count
        Number of entities.
    unit
        What a row is, as claims call it; the noun and "-year" if empty: "province-year".
    like
        Data set whose series these are in meaning, so that its measures can be built of them.

    Examples
    --------
    >>> from analysis.data import load
    >>> roles = load("china").roles
    >>> roles.entities, roles.count, roles.unit
    ('provinces', 31, 'province-year')
    """

    entity: str
    entities: str
    entity_zh: str
    title_en: str
    title_zh: str
    first_year: int
    last_year: int
    count: int
    unit: str = ""
    like: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "unit", self.unit or f"{self.entity}-year")

    @property
    def years(self) -> range:
        """Years of the rectangle, first to last."""
        return range(self.first_year, self.last_year + 1)
