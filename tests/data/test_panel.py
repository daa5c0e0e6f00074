from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from analysis.data import Variable
from analysis.errors import DataError, UnknownNameError


def test_column_by_name(china):
    assert china["gdp"].name == "gdp"
    assert "gdp" in china
    assert "gpd" not in china


@pytest.mark.parametrize("ask", ["__getitem__", "describe"])
def test_unknown_name_suggests_the_nearest(china, ask):
    with pytest.raises(UnknownNameError, match=r"'hightech_revenu' .* did you mean hightech_reve"):
        getattr(china, ask)("hightech_revenu")


def test_region_has_the_index_of_the_frame(china):
    assert china.region.index.equals(china.frame.index)
    assert china.region.loc["CN-LN", 2010] == "northeast"


def test_panel_without_regions(world, china):
    bare = replace(china, entities=china.entities.drop(columns="region"))
    with pytest.raises(DataError, match=r"has no regions: add a region column"):
        _ = bare.region
    assert world.region.notna().all()


def test_shift_within_entity_is_a_true_lag(china):
    lagged = china["gdp"].groupby(level="entity").shift()
    assert lagged.loc["CN-AH", 2011] == china["gdp"].loc["CN-AH", 2010]
    assert lagged.xs(2010, level="year").isna().all()


def test_with_columns_leaves_the_panel_alone(china):
    new = china["gdp"].to_frame("twice") * 2
    wider = china.with_columns(new, {"twice": Variable("twice", "Twice GDP", unit="yuan")})
    assert wider["twice"].equals(china["gdp"] * 2)
    assert wider.describe("twice").label_en == "Twice GDP"
    assert wider.describe("gdp") is china.describe("gdp")
    assert "twice" not in china
    assert "twice" not in china.variables


def test_with_columns_refuses(china):
    column = china["gdp"].to_frame("x")
    x = {"x": Variable("x", "X")}
    with pytest.raises(DataError, match=r"another index"):
        china.with_columns(column.iloc[1:], x)
    with pytest.raises(DataError, match=r"already has a column 'gdp'"):
        china.with_columns(china["gdp"].to_frame(), x)
    with pytest.raises(DataError, match=r"column 'x' without a Variable"):
        china.with_columns(column, {})


def test_panel_speaks_for_itself_and_can_be_sent_to_a_process(china):
    text = "Panel Chinese provinces, 2010-2024: 31 provinces, 2010-2024, 99 variables"
    assert repr(china) == text
    assert repr(pickle.loads(pickle.dumps(china))) == text
    assert list(china.years) == list(range(2010, 2025))
