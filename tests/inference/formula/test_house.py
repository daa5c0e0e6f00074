"""A formula and a specification of the same regression give the same numbers."""

import numpy as np
import pytest

import analysis
from analysis import Sample, Specification, inference
from analysis.errors import DataError


@pytest.fixture(scope="module")
def china():
    return analysis.load("china")


OUTCOME, SLOPES = "gdp", ("va_secondary", "population", "electricity_generation")
RIGHT = " + ".join(f"lag({name}, 1)" for name in SLOPES)
COLUMNS = (
    "estimate", "se", "t", "p", "low", "high", "se_cr3", "p_cr3", "low_cr3", "high_cr3", "mde",
)  # fmt: skip


@pytest.mark.parametrize(
    ("effects", "bar"),
    [
        ("two_way", "entity + year"), ("region_year", "entity + region^year"), ("entity", "entity"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("cluster", ["entity", "region", "year"])
def test_it_gives_what_the_house_gives(china, effects, bar, cluster):
    spec = Specification(
        OUTCOME, SLOPES, effects=effects, cluster=cluster,
        sample=Sample(first_year=2012, exclude_entities=("CN-XZ",)),
    )  # fmt: skip
    ours = inference.estimate(spec, china)
    found = analysis.estimate(
        f"{OUTCOME} ~ {RIGHT} | {bar}", china, cluster=cluster,
        include="year >= 2012", exclude="entity == 'CN-XZ'",
    )  # fmt: skip
    for name in COLUMNS:
        np.testing.assert_allclose(found.tidy()[name], ours.tidy()[name], rtol=1e-9, err_msg=name)
    same = ("n", "n_entities", "n_years", "first_year", "last_year", "clusters", "parameters")
    for name in (*same, "grid_rows", "level"):
        assert getattr(found, name) == getattr(ours, name), name
    np.testing.assert_allclose(found.within_r2, ours.within_r2, rtol=1e-9)
    assert sum(d.rows for d in found.dropped) == sum(d.rows for d in ours.dropped)


def test_a_specification_may_be_given_instead(china):
    spec = Specification(OUTCOME, SLOPES)
    assert analysis.estimate(spec, china).to_dict() == inference.estimate(spec, china).to_dict()


def test_a_panel_made_of_a_table_serves_both(panel):
    ours = inference.estimate(Specification("y", ["x", "z"], lag=1), panel)
    found = analysis.estimate("y ~ lag(x, 1) + lag(z, 1) | entity + year", panel)
    for name in COLUMNS:
        np.testing.assert_allclose(found.tidy()[name], ours.tidy()[name], rtol=1e-9, err_msg=name)
    assert (found.n, found.grid_rows) == (ours.n, ours.grid_rows)
    with pytest.raises(DataError, match=r"'owner' holds '.*' for c0.*, which is not a number"):
        inference.estimate(Specification("y", ["owner"]), panel)
