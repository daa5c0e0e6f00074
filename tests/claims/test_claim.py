import dataclasses
import json

import pytest

from analysis.claims import Claim
from analysis.errors import LedgerError


def test_a_single_regressor_is_the_focal_term(make_claim):
    assert make_claim().focal == "a"


def test_two_regressors_leave_the_focal_term_open(make_claim):
    assert make_claim(regressors=["a", "b"], specification=None).focal is None


def test_a_claim_cannot_be_changed(make_claim):
    claim = make_claim()
    with pytest.raises(dataclasses.FrozenInstanceError):
        claim.sign = "-"
    with pytest.raises(TypeError):
        claim.specification["lag"] = 2


def test_names_hold_every_measure_once(make_claim):
    claim = make_claim(
        secondary={"outcomes": ["y2"], "regressors": ["b"]},
        specification={"lag": 1, "initial": ["size", "y"]},
    )
    assert claim.names == ("y", "a", "y2", "b", "size")


def test_specification_takes_both_sides_from_the_claim(make_claim):
    spec = make_claim(specification={"lag": 2, "initial": ["size"]}).build_specification()
    assert (spec.outcome, spec.regressors, spec.lag, spec.initial) == ("y", ("a",), 2, ("size",))
    assert spec.effects == "two_way"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"quote": "长" * 21}, "quote of M01 has 21 characters"),
        ({"quote": ""}, "M01 has no quote"),
        ({"status": "testabel"}, "did you mean 'testable'"),
        ({"sign": "positive"}, r"unknown sign 'positive': use one of \+, -"),
        ({"unit": "province"}, "unit 'province': write a noun and '-year'"),
        ({"design": "thresold"}, "did you mean 'threshold'"),
        ({"outcome": None}, "status 'proxy' and names no outcome"),
        ({"status": "needs user data", "needs": "x"}, "names an outcome"),
        ({"status": "needs user data", "outcome": None}, "say which under 'needs'"),
        ({"regressors": []}, "neither regressors nor a policy"),
        ({"regressors": "a"}, "must list names under 'regressors'"),
        ({"regressors": ["y"]}, "'y' on both sides"),
        ({"focal": "a:b"}, "names 'b', which is no regressor"),
        ({"specification": "lag 1"}, "must be a mapping"),
        ({"specification": {"outcome": "y"}}, "repeats outcome"),
        ({"regressors": ["a", "b"], "focal": "a:b"}, "does not contain its focal term 'a:b'"),
        ({"secondary": {"outcome": ["y2"]}}, "use secondary.outcomes"),
        ({"outcomes": "y"}, "did you mean 'outcome'"),
    ],
)
def test_a_malformed_entry_is_refused_in_one_sentence(make_claim, changes, words):
    with pytest.raises(LedgerError, match=words) as caught:
        make_claim(**changes)
    assert "M01" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value)[-1] in ".?"


def test_a_missing_field_is_named(entry):
    del entry["estimand"]
    with pytest.raises(LedgerError, match="M01 lacks the field 'estimand'"):
        Claim.from_mapping(entry)


def test_products_cannot_have_other_regressors(make_claim):
    spec = {"interactions": [["a", "b"]]}
    secondary = {"regressors": ["z"]}
    with pytest.raises(LedgerError, match="unclear which part they replace"):
        make_claim(regressors=["a", "b"], focal="a:b", specification=spec, secondary=secondary)


def test_a_specification_that_cannot_be_built_names_the_claim(make_claim):
    claim = make_claim(specification={"lagg": 1})
    with pytest.raises(LedgerError, match=r"specification of M01 cannot be built: .*lagg"):
        claim.build_specification()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"specification": None}, "status is 'proxy'.*design 'panel' has no specification"),
        (
            {
                "specification": None,
                "outcome": None,
                "regressors": [],
                "status": "needs user data",
                "needs": "Loans by maturity.",
            },
            r"it needs user data \(loans by maturity\)",
        ),
        (
            {"specification": None, "outcome": None, "regressors": [], "status": "normative"},
            "what ought to be",
        ),
    ],
)
def test_a_claim_without_specification_says_why(make_claim, changes, words):
    claim = make_claim(**changes)
    with pytest.raises(LedgerError, match=words):
        claim.build_specification()
    assert not claim.declared


def test_a_declared_claim_has_no_reason_against_it(make_claim):
    assert make_claim().why_not == ""


def test_to_dict_is_json_and_comes_back(make_claim):
    claim = make_claim(secondary={"outcomes": ["y2"]})
    plain = json.loads(json.dumps(claim.to_dict(), allow_nan=False))
    assert Claim.from_mapping(plain) == claim
