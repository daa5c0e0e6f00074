"""What entity and year stand for in one data set."""

from __future__ import annotations

from dataclasses import dataclass


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

    def __post_init__(self) -> None:
        object.__setattr__(self, "unit", self.unit or f"{self.entity}-year")

    @property
    def years(self) -> range:
        """Years of the rectangle, first to last."""
        return range(self.first_year, self.last_year + 1)
