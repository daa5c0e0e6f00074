"""Groups of entities within which starts may be exchanged."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.data import Panel
from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.events.data import EventData

__all__ = ["strata_of"]

THIRDS = 3


def strata_of(data: EventData, panel: Panel, name: str | None) -> tuple[np.ndarray, str]:
    """Return a stratum per entity and words for it.

    `name` is None for a single stratum; "region" or another column of the table of entities, taken
    as it is; or a variable of the panel, cut into thirds by its value in the first year. Other
    names are refused, and an entity without a value.
    """
    if name is None:
        return np.zeros(len(data.entities), dtype=int), f"all {data.nouns[1]}"
    index = pd.Index(data.entities)
    if name in panel.entities.columns:
        values, words = panel.entities[name].reindex(index), name.replace("_", " ")
        _require(values, name)
        return pd.factorize(values, sort=True)[0], words
    if name in panel:
        year = int(data.years[0])
        values = panel[name].xs(year, level=1).reindex(index)
        _require(values, name)
        # Ranks first, so that ties never empty a third.
        thirds = (values.rank(method="first") - 1) * THIRDS // len(values)
        return thirds.to_numpy(dtype=int), f"thirds of {name} in {year}"
    known = [*map(str, panel.entities.columns), *map(str, panel.frame.columns)]
    raise UnknownNameError("stratum", name, known, "the panel")


def _require(values: pd.Series, name: str) -> None:
    if values.isna().any():
        raise SpecificationError(
            f"{values.index[values.isna()][0]} has no value of '{name}' to put it in a stratum: "
            "give it one, exclude it, or choose other strata."
        )
