from __future__ import annotations

import pytest

from analysis.data import DeclaredSample, load
from analysis.data.samples import read_samples
from analysis.errors import DataError, UnknownNameError

CITIES = ("CN-BJ", "CN-CQ", "CN-SH", "CN-TJ")


def asked(panel, use, **sample):
    found = {
        s.label: s.changes(panel.roles, panel.entities, **sample)
        for s in panel.samples.values()
        if use in s.use
    }
    return {label: changes for label, changes in found.items() if changes}


def test_the_provinces_are_asked_again_on_three_parts(china):
    assert asked(china, "curve") == {
        "to 2019": {"last_year": 2019},
        "without municipalities": {"exclude_entities": CITIES},
    }
    assert asked(china, "question") == {
        "without 2020 to 2022": {"exclude_years": (2020, 2021, 2022)},
        "without municipalities": {"exclude_entities": CITIES},
    }


def test_the_economies_end_before_the_last_year_left_out(world):
    assert asked(world, "curve") == {"to 2019": {"last_year": 2019}}
    assert asked(world, "question") == {"without 2020 to 2022": {"exclude_years": (2020, 2021)}}


def test_a_sample_that_leaves_nothing_out_is_not_asked(china):
    assert list(asked(china, "curve", last_year=2019)) == ["without municipalities"]
    assert list(asked(china, "question", last_year=2019)) == ["without municipalities"]
    assert "without 2020 to 2022" in asked(china, "question", last_year=2020)


def test_what_a_regression_leaves_out_already_stays_out(china):
    changes = asked(china, "curve", exclude_entities=("CN-XZ",))["without municipalities"]
    assert changes["exclude_entities"] == ("CN-XZ", *CITIES)


def test_an_end_that_leaves_too_few_years_is_not_asked(toy):
    roles = load("toy", toy).roles  # 2000 to 2002
    assert DeclaredSample("early", "early", last_year=2001).changes(roles, None) == {}


@pytest.mark.parametrize(
    ("block", "kind", "message"),
    [
        ({"last_year": 2019}, DataError, "sample 'a' of x.yml has no label"),
        ({"label": "a"}, DataError, "leaves nothing out"),
        ({"label": "a", "last_year": "2019"}, DataError, "has the year '2019'"),
        ({"label": "a", "lats_year": 2019}, UnknownNameError, "did you mean last_year"),
        ({"label": "a", "last_year": 1, "use": ["curv"]}, UnknownNameError, "did you mean curve"),
    ],
)
def test_a_malformed_sample_is_told(block, kind, message):
    with pytest.raises(kind, match=message):
        read_samples({"a": block}, "x.yml")


@pytest.mark.parametrize(
    ("exclude", "message"),
    [("{blok: north}", "no such column: did you mean bloc"), ("{region: east}", "no row of")],
)
def test_a_sample_names_a_column_and_a_value_that_exist(toy, exclude, message):
    path = toy / "toy" / "dataset.yml"
    block = f"samples: {{a: {{label: a, exclude: {exclude}}}}}\n"
    path.write_text(path.read_text("utf-8") + block, encoding="utf-8")
    with pytest.raises(DataError, match="leaves out entities by"):
        load("toy", toy)


def test_the_unit_of_a_row_is_the_noun_unless_it_is_declared(china, world, toy):
    assert china.roles.unit == "province-year"
    assert world.roles.unit == "country-year"
    assert load("toy", toy).roles.unit == "country-year"
