"""Which entities a long difference uses, and their means over its two windows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.data import Panel
from analysis.errors import SpecificationError, UnknownNameError
from analysis.models import Dropped, Specification

__all__ = ["BEYOND", "entity_regions", "require_windows", "select_entities", "window_means"]

BEYOND = {"two_way": "a constant", "region_year": "region effects"}
"""What the effects of a panel become in a cross-section of changes."""


def require_windows(
    spec: Specification, panel: Panel, first: tuple[int, int], last: tuple[int, int]
) -> None:
    """Refuse windows, effects, products and names that a long difference cannot use."""
    if spec.interactions:
        raise SpecificationError(
            "A long difference of a product mixes two changes: leave the interactions out."
        )
    if spec.effects not in BEYOND:
        raise SpecificationError(
            f"A long difference knows the effects {' and '.join(BEYOND)}, not '{spec.effects}'."
        )
    for name in spec.variables:
        panel.describe(name)
    known = panel.frame.index.unique(0)
    for entity in spec.sample.exclude_entities:
        if entity not in known:
            raise UnknownNameError("entity", entity, map(str, known), "the panel")
    if not first[0] <= first[1] < last[0] <= last[1]:
        raise SpecificationError(
            f"The windows {first[0]}–{first[1]} and {last[0]}–{last[1]} must follow each other: "
            "give (from, to) for each, the earlier first."
        )
    years = panel.frame.index.unique(1)
    if first[0] < min(years) or last[1] > max(years):
        raise SpecificationError(
            f"The windows reach beyond the panel's years {min(years)} to {max(years)}: move them."
        )


def window_means(
    spec: Specification, frame: pd.DataFrame, window: tuple[int, int], complete: bool
) -> pd.DataFrame:
    """Mean of outcome ("") and slopes over a window of outcome years, per entity."""
    year = frame.index.get_level_values(1)
    inside = (year >= window[0]) & (year <= window[1]) & ~year.isin(spec.sample.exclude_years)
    columns = {"": frame[spec.outcome].astype(float)}
    for name in spec.slopes:
        columns[name] = frame[name].astype(float).groupby(level=0).shift(spec.lag_of(name))
    groups = pd.DataFrame(columns)[inside].groupby(level=0)
    return groups.mean().where(groups.count() >= (groups.size().max() if complete else 1))


def entity_regions(spec: Specification, panel: Panel) -> pd.Series:
    """Region of each entity; where none is needed, one for all."""
    index = panel.frame.index.unique(0)
    if spec.effects != "region_year":
        return pd.Series("all", index)
    return panel.region.groupby(level=0).first().reindex(index)


def select_entities(
    spec: Specification, means: list[pd.DataFrame], initial: pd.DataFrame, region: pd.Series
) -> tuple[np.ndarray, tuple[Dropped, ...]]:
    """Mark the entities that can be used; each other counts at its first reason."""
    alive, dropped = np.ones(len(region), dtype=bool), []
    for reason, bad in _reasons(spec, means, initial, region):
        if count := int((alive & bad).sum()):
            dropped.append(Dropped(reason, count))
            alive &= ~bad
    if spec.effects == "region_year":
        lone = alive & (region[alive].value_counts().reindex(region).to_numpy() == 1)
        if lone.any():
            dropped.append(Dropped("only entity of its region", int(lone.sum())))
            alive &= ~lone
    return alive, tuple(dropped)


def _reasons(
    spec: Specification, means: list[pd.DataFrame], initial: pd.DataFrame, region: pd.Series
) -> Iterator[tuple[str, np.ndarray]]:
    for entity in spec.sample.exclude_entities:
        yield f"excluded entity {entity}", (region.index == entity)
    for name in ("", *spec.slopes):
        for word, table in zip(("first", "last"), means, strict=True):
            missing = table[name].isna().to_numpy()
            yield f"{name or 'outcome ' + spec.outcome} missing in the {word} window", missing
    for name in spec.initial:
        yield f"no first value of {name}", initial[name].isna().to_numpy()
    yield "no region", region.isna().to_numpy()
