import json

import numpy as np
import pytest
import yaml

from analysis.errors import SpecificationError
from analysis.models import Sample, Specification


def test_lists_and_single_names_become_tuples():
    spec = Specification("y", ["a", "b"], [["a", "b"]], controls="c", lags={"b": 2, "a": 0})
    assert spec.regressors == ("a", "b")
    assert spec.controls == ("c",)
    assert spec.interactions == (("a", "b"),)
    assert spec.lags == (("a", 0), ("b", 2))
    assert spec.terms == ("a", "b", "a:b", "c")
    assert [spec.lag_of(x) for x in "abc"] == [0, 2, 1]


def test_equal_specifications_hash_alike():
    left = Specification("y", ["a"], lags={"a": 2}, sample=Sample(exclude_years=[2020]))
    right = Specification("y", ("a",), lags=(("a", 2),), sample=Sample(exclude_years=(2020,)))
    assert {left: "found"}[right] == "found"
    assert left != left.with_effects("region_year")


def test_variables_names_each_once_outcome_first():
    spec = Specification("y", ["a"], controls=["c"], initial=["a", "y"])
    assert spec.variables == ("y", "a", "c")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"effects": "two_ways"}, "did you mean two_way"),
        ({"effects": "zzz"}, "use one of entity, entity_trends, first_difference"),
        ({"effects": ["two_way"]}, "Unknown effects"),
        ({"interactions": [["a", "c"]]}, "'c' is not a regressor"),
        ({"interactions": [["a", "b"], ["b", "a"]]}, "'a × b' enters more than once"),
        ({"interactions": [["a", "b", "a"]]}, "An interaction is a pair"),
        ({"interactions": ["a", "b"]}, "An interaction is a pair"),
        ({"regressors": ["a", "y"]}, "'y' is the outcome and also a regressor"),
        ({"controls": ["y"]}, "'y' is the outcome and also a regressor"),
        ({"controls": ["a"]}, "'a' enters more than once"),
        ({"regressors": []}, "has no regressor"),
        ({"regressors": [3]}, "3 is not a name"),
        ({"outcome": ""}, "The outcome must be the name"),
        ({"lag": True}, "must be a whole number, not True"),
        ({"lag": 1.5}, "must be a whole number, not 1.5"),
        ({"lags": {"z": 2}}, "neither regressor nor control"),
        ({"lags": 3}, "'lags' must map a variable"),
        ({"lags": [("a", 1, 2)]}, "'lags' must map a variable"),
        ({"cluster": ["entity"]}, "'cluster' must be one name"),
        ({"sample": {"first_year": 2001}}, "'sample' must be a Sample"),
    ],
)
def test_contradictions_are_refused_in_one_sentence(change, message):
    parts = {"outcome": "y", "regressors": ["a", "b"], **change}
    with pytest.raises(SpecificationError) as caught:
        Specification(**parts)
    assert message in str(caught.value)
    assert str(caught.value)[-1] in ".?"


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"first_year": 2012, "last_year": 2011}, "after its last year 2011"),
        ({"exclude_years": ["2020"]}, "'2020' in the sample must be a whole number"),
        ({"exclude_entities": [1.5]}, "1.5 is not a name"),
    ],
)
def test_impossible_samples_are_refused(parts, message):
    with pytest.raises(SpecificationError, match=message):
        Sample(**parts)


def test_numbers_read_off_a_table_are_whole_numbers_and_names():
    years = np.array([2005, 2006])
    sample = Sample(years[0], years[1], exclude_entities=years, exclude_years=years)
    assert sample == Sample(2005, 2006, ("2005", "2006"), (2005, 2006))
    spec = Specification("y", ["a"], lag=years[0], lags={"a": years[1]})
    assert spec == Specification("y", ["a"], lag=2005, lags={"a": 2006})
    assert {type(x) for x in (spec.lag, spec.lags[0][1], sample.first_year)} == {int}


FULL = {
    "outcome": "y",
    "regressors": ["a", "b"],
    "interactions": [["a", "b"], ["a", "a"]],
    "lag": 2,
    "lags": {"b": 0},
    "controls": ["c"],
    "initial": ["d"],
    "effects": "region_year",
    "sample": {"first_year": 2011, "exclude_entities": ["x"], "exclude_years": [2020]},
    "cluster": "region",
}


@pytest.mark.parametrize("text", [json.dumps(FULL), yaml.safe_dump(FULL)])
def test_mapping_survives_files(text):
    spec = Specification.from_mapping(yaml.safe_load(text))
    assert spec.to_mapping() == FULL
    assert Specification.from_mapping(spec.to_mapping()) == spec


def test_defaults_are_left_out_of_the_mapping():
    assert Specification("y", ["a"]).to_mapping() == {"outcome": "y", "regressors": ["a"]}


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        (
            {**FULL, "efects": "two_way"},
            "Unknown key 'efects' in the specification: did you mean effects\\?",
        ),
        ({**FULL, "sample": {"from": 2011}}, "Unknown key 'from' in the sample"),
        ({"outcome": "y"}, "lacks regressors"),
    ],
)
def test_mapping_with_wrong_keys_is_refused(mapping, message):
    with pytest.raises(SpecificationError, match=message):
        Specification.from_mapping(mapping)


def test_formula_reads_as_a_sentence():
    spec = Specification.from_mapping(FULL)
    assert str(spec) == (
        "y on a(t−2) + b + a(t−2)×b + a(t−2)×a(t−2) + c(t−2) + initial d×year, with entity and "
        "region-by-year effects; 2011 to end, without x, 2020; clustered by region"
    )
    assert "a(t+1)" in str(Specification("y", ["a"], lag=-1))
