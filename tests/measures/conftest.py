"""A small panel of invented figures, and the real one."""

import numpy as np
import pandas as pd
import pytest

from analysis.data import Panel, Roles, Variable, load
from analysis.measures import build
from tests.published import declared


def make_panel(columns, entities=("a", "b", "c"), years=range(2001, 2005), name="toy"):
    """Panel from {variable: values in order of entity, then year}."""
    years = list(years)
    index = pd.MultiIndex.from_product([sorted(entities), years], names=["entity", "year"])
    frame = pd.DataFrame({k: np.asarray(v, dtype=float) for k, v in columns.items()}, index=index)
    return Panel(
        name=name,
        frame=frame,
        variables={k: Variable(name=k, label_en=k, series=(k,)) for k in columns},
        entities=pd.DataFrame({"label_en": list(entities)}, index=sorted(entities)),
        roles=Roles("place", "places", "地方", "Toy", "玩具", years[0], years[-1], len(entities)),
    )


@pytest.fixture
def toy():
    return make_panel


@pytest.fixture(scope="session")
def raw():
    return load("china")


@pytest.fixture(scope="session")
def panel(raw):
    return build(raw, declared())
