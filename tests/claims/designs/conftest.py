import numpy as np
import pandas as pd
import pytest

from tests.claims.designs.movements import (
    INDEX,
    moving,
)


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(8)
    values = moving(rng, 4).reshape(4, -1)
    made = pd.DataFrame(values.T, index=INDEX, columns=["x", "z", "w", "y"])
    made["nation"] = np.tile(rng.normal(size=12).cumsum(), 15)
    for name in ("x", "z", "y"):
        made.loc[rng.random(len(made)) < 0.07, name] = np.nan
    made.loc[("e03", slice(2001, 2006)), "z"] = np.nan
    return made
