"""Invented firms: the truth that was planted is found by another library."""

import numpy as np
import pandas as pd
import pytest
from linearmodels import PanelOLS

from analysis.learning import SLOPES, invented_firms
from analysis.measures.firms import STAGES, earlier, life_cycle


@pytest.fixture(scope="module")
def firms():
    table = invented_firms(firms=1500, seed=7).set_index(["firm", "year"])
    stage = life_cycle(table["operating"], table["investing"], table["financing"])
    return table.assign(
        early=earlier(stage, 1).isin(STAGES[:2]), before=earlier(table["patient"], 1),
        owed=earlier(table["debt"], 1), own=table["owner"],
    ).dropna()  # fmt: skip


def slope(rows, also=("owed",)):
    found = PanelOLS(
        rows["research"], rows[["before", *also]], entity_effects=True, time_effects=True
    )
    fitted = found.fit(cov_type="clustered", cluster_entity=True)
    return fitted.params["before"], fitted.std_errors["before"]


@pytest.mark.parametrize("owner", ["private", "state"])
@pytest.mark.parametrize("early", [True, False])
def test_owner_and_stage_have_the_slopes_that_were_planted(firms, owner, early):
    rows = firms[(firms["own"] == owner) & (firms["early"] == early)]
    rows = rows[rows.groupby("firm")["research"].transform("size") > 1]
    found, error = slope(rows)
    assert found == pytest.approx(SLOPES[owner] + early * SLOPES["early"], abs=3 * error)


def test_size_makes_no_difference(firms):
    start = firms["assets"].groupby("firm").first()
    large = (start > start.median()).reindex(firms.index, level="firm")
    (a, of_a), (b, of_b) = (slope(firms[rows]) for rows in (large, ~large))
    assert abs(a - b) < 3 * np.hypot(of_a, of_b)


def test_every_stage_of_life_is_there_and_the_seed_decides_all():
    table = invented_firms()
    flows = [table[name] for name in ("operating", "investing", "financing")]
    assert set(life_cycle(*flows)) == set(STAGES)
    assert table["firm"].str.startswith("SYN").all()
    pd.testing.assert_frame_equal(table, invented_firms())
    assert not table["research"].equals(invented_firms(seed=1)["research"])
