"""What is described about the spread of the degree agrees with counts made in another way."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from analysis.studies.patient_capital.pages.coupling_distribution import degree_spread


@pytest.fixture(scope="module")
def spread(study):
    return degree_spread(study)


def test_provinces_are_grouped_by_region_and_cities_by_that_of_their_province(study, spread):
    provinces, cities = study.panel("china").entities, study.panel("cities").entities
    names = set(provinces["region"])
    assert len(names) == 4
    degree = study.panel("cities")["d_city"].xs(2023, level="year").dropna()
    home = cities.loc[degree.index, "region"].map(provinces["region"])
    assert set(home) == names
    sums, sizes = degree.groupby(home.to_numpy()).sum(), home.value_counts()
    means = sums / sizes
    gaps = np.abs(np.subtract.outer(means.to_numpy(), means.to_numpy()))
    net = (gaps * np.outer(sizes[means.index], sizes[means.index])).sum()
    pairs = np.abs(np.subtract.outer(degree.to_numpy(), degree.to_numpy())).sum()
    assert spread.numbers["spread_cities_last_between"] == pytest.approx(net / pairs)


def test_moves_between_quartiles_are_those_of_a_loop(study, spread):
    degree = study.panel("china")["d_wang"].dropna()
    classes = pd.qcut(degree, 4, labels=False).to_dict()
    moves = Counter(
        (classes[place, year], classes[place, year + 1])
        for place, year in classes
        if (place, year + 1) in classes
    )
    seen = spread.numbers
    assert seen["spread_provinces_level_moves"] == sum(moves.values())
    kept = sum(n for (one, other), n in moves.items() if one == other)
    assert seen["spread_provinces_level_stay"] == pytest.approx(kept / sum(moves.values()))
    rows = spread.grids["markov_provinces_level"].rows[:4]
    assert [int(row[-1]) for row in rows] == [
        sum(n for (one, _), n in moves.items() if one == start) for start in range(4)
    ]


def test_hainan_has_no_neighbour_before_guangdong_has_figures(study, spread):
    panel = study.panel("china")
    first = panel["d_wang"].xs("CN-GD", level="entity").first_valid_index()
    own = panel["d_wang"].xs("CN-HI", level="entity").dropna()
    alone = int((own.index < first).sum())
    assert spread.numbers["spread_provinces_level_without_neighbours"] == alone
    assert (
        spread.numbers["spread_provinces_level_missing"] == 1
    )  # Guangdong's first year has no start


def test_a_year_in_which_all_rise_does_not_move_the_relative_chain(study, spread):
    relative = study.panel("cities")["d_city"].dropna()
    relative = relative / relative.groupby(level="year").transform("mean")
    cuts = relative.quantile([0.25, 0.5, 0.75]).to_numpy()
    at = pd.Series(np.searchsorted(cuts, relative), relative.index).to_dict()
    kept = [at[c, y] == at[c, y + 1] for c, y in at if (c, y + 1) in at]
    assert spread.numbers["spread_cities_relative_stay"] == pytest.approx(np.mean(kept))
    assert spread.numbers["spread_cities_relative_space_dof"] <= 36
