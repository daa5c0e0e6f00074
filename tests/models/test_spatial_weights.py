from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.data import Geography, load
from analysis.errors import DataError, SpecificationError, UnknownNameError
from analysis.models import (
    SpatialWeights,
    contiguity,
    economic_proximity,
    inverse_distance,
    permuted,
)
from analysis.models.spatial_weights import great_circle


@pytest.fixture(scope="module")
def china():
    return load("china")


@pytest.fixture
def firms(make_panel):
    """Four firms in a row on the equator, ten degrees apart."""
    index = pd.MultiIndex.from_product([list("abcd"), [2001, 2002]], names=["entity", "year"])
    frame = pd.DataFrame({"z": [np.nan, 1, 9, 2, 9, 4, 9, 8.0], "y": np.arange(8.0)}, index=index)
    pairs = pd.DataFrame({"entity": ["a", "b", "c"], "neighbour": ["b", "c", "d"]})
    places = pd.DataFrame(
        {"latitude": 0.0, "longitude": [0.0, 10, 20, 30]}, index=pd.Index(list("abcd"))
    )
    return replace(make_panel(frame), geography=Geography(pairs, places))


def test_contiguity_is_symmetric_and_its_rows_are_means(firms):
    w = contiguity(firms)
    np.testing.assert_array_equal(w.raw, w.raw.T)
    expected = [[0, 1, 0, 0], [0.5, 0, 0.5, 0], [0, 0.5, 0, 0.5], [0, 0, 1, 0]]
    np.testing.assert_array_equal(w.matrix, expected)
    assert w.neighbours.to_dict() == {"a": 1, "b": 2, "c": 2, "d": 1}


def test_provinces(china):
    w = contiguity(china)
    assert w.raw.sum() == 2 * 69
    assert w.neighbours["CN-NM"] == w.neighbours["CN-SN"] == 8
    np.testing.assert_array_equal(w.raw, w.raw.T)
    np.testing.assert_allclose(w.matrix.sum(axis=1), 1)


def test_great_circle_distances_are_those_of_the_globe(china):
    # A quarter of the equator is a quarter of the mean circumference of 40,030 km.
    quarter = great_circle(np.array([[0.0, 0.0], [0.0, 90.0]]))[0, 1]
    assert quarter == pytest.approx(40030.2 / 4, abs=0.1)
    at = china.geography.coordinates[["latitude", "longitude"]]
    km = pd.DataFrame(great_circle(at.to_numpy()), at.index, at.index)
    # Usual figures for city centres: Beijing-Shanghai 1,068 km, Beijing-Guangzhou 1,890 km.
    assert km.loc["CN-BJ", "CN-SH"] == pytest.approx(1068, abs=10)
    assert km.loc["CN-BJ", "CN-GD"] == pytest.approx(1890, abs=10)
    assert km.loc["CN-BJ", "CN-TJ"] == pytest.approx(110, abs=10)


def test_inverse_distance(firms):
    w = inverse_distance(firms)
    # Distances from a are 1, 2, 3 units: weights 6/11, 3/11, 2/11.
    np.testing.assert_allclose(w.matrix[0], np.array([0, 6, 3, 2]) / 11)
    square = inverse_distance(firms, power=2)
    np.testing.assert_allclose(square.matrix[0], np.array([0, 36, 9, 4]) / 49)
    near = inverse_distance(firms, cutoff=1200)
    np.testing.assert_allclose(near.matrix, contiguity(firms).matrix, atol=1e-15)
    assert "1200 km" in near.note


def test_economic_weights_use_the_first_complete_year(firms):
    w = economic_proximity(firms, "z")
    # 2001 lacks a; in 2002 z is 1, 2, 4, 8.
    np.testing.assert_allclose(w.raw[0] / w.raw[0, 1], [0, 1, 1 / 3, 1 / 7])
    assert "in z in 2002" in w.note


def test_permutation_keeps_the_map_and_loses_the_names(firms):
    w = contiguity(firms)
    other = permuted(w, np.random.default_rng(2))
    assert other.entities == w.entities
    assert not np.array_equal(other.raw, w.raw)
    np.testing.assert_allclose(
        np.sort(np.linalg.eigvals(other.matrix)), np.sort(np.linalg.eigvals(w.matrix)), atol=1e-12
    )
    assert sorted(other.neighbours) == sorted(w.neighbours)


def test_among_standardises_anew(firms):
    w = contiguity(firms).among(["c", "b"])
    assert w.entities == ("c", "b")
    np.testing.assert_array_equal(w.matrix, [[0, 1], [1, 0]])
    plain = replace(contiguity(firms), row_standardised=False)
    assert plain.matrix.sum() == 6


def test_who_is_left_alone_is_named(firms):
    with pytest.raises(SpecificationError, match=r"a, d have no neighbour in weights 'contiguity'"):
        contiguity(firms).among(["a", "d"]).matrix  # noqa: B018


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (np.ones((2, 3)), r"shape \(2, 3\) for 2 entities"),
        ([[0, np.nan], [1, 0]], r"not finite from a to b"),
        ([[0, 1], [-1, 0]], r"negative from b to a"),
        ([[0, 1], [1, 2]], r"make b its own neighbour"),
    ],
)
def test_arrays_that_are_no_weights(raw, message):
    with pytest.raises(SpecificationError, match=message):
        SpatialWeights("w", ("a", "b"), np.array(raw, dtype=float))


def test_entities_must_be_known(firms):
    with pytest.raises(SpecificationError, match=r"'contiguity' do not know x: add a row"):
        contiguity(firms).among(["a", "x"])


def test_codes_of_entities_may_be_numbers(firms, make_panel):
    codes = dict(zip("abcd", range(11, 15), strict=True))
    pairs = firms.geography.neighbours.replace(codes).astype(int)
    points = firms.geography.coordinates.rename(codes)
    coded = replace(
        make_panel(firms.frame.rename(index=codes, level=0)), geography=Geography(pairs, points)
    )
    for weights in (contiguity, inverse_distance):
        np.testing.assert_array_equal(weights(coded).raw, weights(firms).raw)
    assert SpatialWeights("w", (11, 12), 1 - np.eye(2)).among([12, 11]).entities == ("12", "11")


def test_a_geography_that_does_not_fit_the_panel(firms):
    pairs, points = firms.geography.neighbours, firms.geography.coordinates
    strange = replace(firms, geography=Geography(pairs.replace("d", "x"), points.drop("c")))
    with pytest.raises(UnknownNameError, match="entity 'x' in the table of neighbours"):
        contiguity(strange)
    with pytest.raises(DataError, match="no coordinates of c: add its row"):
        inverse_distance(strange)


def test_a_panel_without_space(firms):
    bare = replace(firms, geography=None)
    with pytest.raises(DataError, match=r"'toy' has no neighbours: name a table"):
        contiguity(bare)
    with pytest.raises(DataError, match=r"'toy' has no coordinates: name a table"):
        inverse_distance(replace(firms, geography=Geography()))


def test_weights_that_would_be_infinite(firms):
    at = firms.geography.coordinates.copy()
    at.loc["b"] = at.loc["a"]
    same = replace(firms, geography=Geography(None, at))
    with pytest.raises(SpecificationError, match=r"a and b lie on the same point"):
        inverse_distance(same)
    tied = replace(firms, frame=firms.frame.assign(z=1.0))
    with pytest.raises(SpecificationError, match=r"a and b have the same z in 2001"):
        economic_proximity(tied, "z")
    holes = firms.frame["z"].where(firms.frame.index.get_level_values(1) == 2001)
    with pytest.raises(SpecificationError, match=r"every entity in no year \(a lacks 2001\)"):
        economic_proximity(replace(firms, frame=firms.frame.assign(z=holes)), "z")
    with pytest.raises(UnknownNameError):
        economic_proximity(firms, "zz")
    for wrong in ({"power": 0}, {"power": np.nan}, {"cutoff": -1}, {"cutoff": np.nan}):
        with pytest.raises(SpecificationError, match=r"must be above zero"):
            inverse_distance(firms, **wrong)
