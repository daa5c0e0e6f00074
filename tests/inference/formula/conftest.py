"""A panel as a student brings it: gaps, a missing year, factors, weights, regions."""

import numpy as np
import pandas as pd
import pytest

from analysis import Panel


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(11)
    index = pd.MultiIndex.from_product([[f"c{i:02d}" for i in range(24)], range(2005, 2017)])
    table = pd.DataFrame(index.to_list(), columns=["city", "t"])
    n, who = len(table), pd.factorize(table["city"])[0]
    table["x"] = rng.normal(size=n) + who / 8
    table["z"] = rng.normal(size=n) + (table["t"] - 2005) / 6
    shock = rng.normal(size=24)[who] + rng.normal(size=12)[table["t"] - 2005]
    slope = 0.7 + 0.5 * rng.normal(size=12)[table["t"] - 2005]  # years are clusters indeed
    table["y"] = slope * table["x"] - 0.3 * table["z"] + shock + rng.normal(size=n)
    table["w"] = rng.uniform(0.5, 3.0, n)
    table["size"] = rng.uniform(1.0, 9.0, n)
    table["owner"] = rng.choice(["private", "state", "foreign"], n)
    table["prov"] = np.array(["east", "west", "mid"])[who % 3]
    table["pilot"] = (who % 4 == 0).astype(float)
    for name in ("x", "y", "z"):
        table.loc[rng.random(n) < 0.05, name] = np.nan
    return table[rng.random(n) > 0.05].sample(frac=1, random_state=2).reset_index(drop=True)


@pytest.fixture(scope="module")
def panel(table):
    return Panel.from_frame(table, entity="city", year="t", region="prov")
