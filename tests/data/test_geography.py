"""Who borders on whom and where capitals lie, against what any atlas says."""

from __future__ import annotations

from collections import Counter

import pytest

from analysis.data import load
from analysis.errors import DataError


@pytest.fixture
def toy_space(toy):
    """The two-country data set with a border and coordinates, under its own column names."""
    folder = toy / "toy"
    path = folder / "dataset.yml"
    text = path.read_text("utf-8") + "neighbours: borders\ncoordinates: places\n"
    path.write_text(text, encoding="utf-8")
    for name, rows in {
        "borders": "nation,neighbour\nAA,BB\n",
        "places": "nation,latitude,longitude\nBB,-10,20\nAA,0.5,-179.5\n",
    }.items():
        (folder / f"{name}.csv").write_text(rows, encoding="utf-8")
        (folder / f"{name}.yml").write_text(f"title: {name}\n", encoding="utf-8")

    def edit(name, rows):
        (folder / f"{name}.csv").write_text(rows, encoding="utf-8")
        return toy

    return edit


def degrees(panel):
    pairs = panel.geography.neighbours
    return Counter([*pairs["entity"], *pairs["neighbour"]])


def test_every_province_has_the_neighbours_of_the_atlas(china):
    found = degrees(china)
    atlas = {
        "NM": 8, "SN": 8, "HE": 7, "SC": 7, "AH": 6, "JX": 6, "HA": 6, "HB": 6, "HN": 6, "GS": 6,
        "ZJ": 5, "CQ": 5, "GZ": 5, "SX": 4, "JS": 4, "SD": 4, "GX": 4, "YN": 4, "XZ": 4, "QH": 4,
        "LN": 3, "JL": 3, "FJ": 3, "NX": 3, "XJ": 3, "BJ": 2, "TJ": 2, "HL": 2, "SH": 2,
        "GD": 5, "HI": 1,  # with the strait between them
    }  # fmt: skip
    assert found == {f"CN-{code}": n for code, n in atlas.items()}


def test_one_pair_is_joined_across_water(china):
    pairs = china.geography.neighbours
    assert len(pairs) == 69
    joined = pairs[pairs["kind"] != "border"]
    assert set(joined[["entity", "neighbour"]].iloc[0]) == {"CN-GD", "CN-HI"}
    assert len(joined) == 1


def test_every_province_can_be_reached_over_land_or_the_strait(china):
    pairs = china.geography.neighbours
    reached, edge = {"CN-BJ"}, {"CN-BJ"}
    links = [*zip(pairs["entity"], pairs["neighbour"], strict=True)]
    while edge:
        edge = {b for a, b in links + [(b, a) for a, b in links] if a in edge} - reached
        reached |= edge
    assert reached == set(china.entities.index)


def test_capitals_lie_in_the_right_order(china):
    at = china.geography.coordinates
    assert set(at.index) == set(china.entities.index)
    assert at["latitude"].idxmax() == "CN-HL"
    assert at["latitude"].idxmin() == "CN-HI"
    assert at["longitude"].idxmin() == "CN-XJ"
    assert at["longitude"].idxmax() == "CN-HL"
    assert at.loc["CN-SN", "seat_zh"] == "西安"


def test_a_data_set_need_not_say_where_it_lies(world, toy):
    assert world.geography is None
    assert load("toy", toy).geography is None


def test_other_names_for_the_entity_column(toy_space):
    found = load("toy", toy_space("borders", "nation,neighbour\nBB,AA\n")).geography
    assert found.neighbours.to_dict("records") == [{"entity": "BB", "neighbour": "AA"}]
    assert list(found.coordinates.index) == ["AA", "BB"]
    assert found.coordinates.loc["AA", "longitude"] == -179.5


@pytest.mark.parametrize(
    ("table", "rows", "message"),
    [
        (
            "borders",
            "nation,neighbour\nAA,BBB\n",
            r"row 2, names an unknown entity 'BBB': did you mean BB",
        ),
        ("borders", "nation,neighbour\nAA,AA\n", r"makes AA its own neighbour in row 2"),
        ("borders", "nation,neighbour\nAA,BB\nBB,AA\n", r"pair BB and AA again in row 3"),
        ("borders", "nation,next\nAA,BB\n", r"toy/borders.csv has no column 'neighbour'"),
        ("places", "nation,latitude,longitude\nAA,1,1\n", r"no coordinates of BB: add its row"),
        ("places", "nation,latitude,longitude\nAA,1,1\nBB,,1\n", r"no coordinates of BB"),
        ("places", "nation,latitude\nAA,1\nBB,1\n", r"no column 'longitude'"),
        ("places", "nation,latitude,longitude\nAA,91,1\nBB,1,1\n", r"puts AA at latitude 91"),
        ("places", "nation,latitude,longitude\nAA,1,1\nAA,1,1\nBB,1,1\n", r"holds AA twice"),
        (
            "places",
            "nation,latitude,longitude\nAA,x,1\nBB,1,1\n",
            r"holds 'x' in column 'latitude'",
        ),
        ("places", "nation,latitude,longitude\nZZ,1,1\n", r"names an unknown entity 'ZZ'"),
    ],
)
def test_what_is_wrong_is_named(toy_space, table, rows, message):
    with pytest.raises(DataError, match=message):
        load("toy", toy_space(table, rows))


def test_the_tables_are_pinned(spoil):
    def move(rows):
        rows[1][3] = "40.90"

    with pytest.raises(DataError, match=r"china/geography.csv is not the file its sidecar"):
        load("china", root=spoil("geography", move))
