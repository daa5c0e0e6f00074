"""Specification curves: what is in them, that each row is right, and what chance gives."""

import dataclasses

import numpy as np
import pytest

from analysis.claims import Claim
from analysis.claims.calibration.placebo import placebo
from analysis.claims.choices import Choices, read_choices
from analysis.claims.curve import CHOICES, curve, curve_table, specifications
from analysis.claims.curve_null import null_of
from analysis.claims.designs import arrange
from analysis.errors import LedgerError
from analysis.inference import estimate


@pytest.fixture(scope="module")
def china(study):
    return study.panel("china")


PLAIN = Choices(lags=(1, 2), effects=("two_way", "first_difference"), placebos=0)


def one(table, **chosen):
    for name, value in chosen.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return table.iloc[0]


def test_the_grid_is_every_combination_of_what_is_declared(put, make_claim, toy):
    claim = make_claim(secondary={"outcomes": ["y2"], "held": ["z"]})
    table = curve(put(claim, toy), PLAIN).table
    # Two outcomes, no index, two effects, two lags, one sample; no initial control, or z beside.
    assert len(table) == 2 * 2 * 2 * 1 * 2
    assert not table.duplicated(list(CHOICES)).any()
    assert set(table["weights"]) == {"no index"}
    assert set(table["controls"]) == {"none", "beside z"}
    assert table["declared"].sum() == 1


def test_another_lag_than_those_declared_is_kept(put, make_claim, toy):
    table = curve(put(make_claim(specification={"lag": 4}), toy), PLAIN).table
    assert set(table["lag"]) == {4}


@pytest.mark.parametrize("name", ["M30", "M21", "M18", "M15", "M24", "M44"])
def test_each_row_is_the_estimate_of_its_specification(study, put, china, name):
    choices = Choices(lags=(1,), weightings=("declared", "critic"), placebos=0)
    question = put(study.ledger[name], china)
    table = curve(question, choices).table
    for chosen, regression in specifications(question, choices):
        if chosen["sample"] == "to 2019":
            continue
        for effects in ("region_year", "entity_trends", "first_difference"):
            found = estimate(regression.spec.with_effects(effects), regression.panel)
            line = found.coefficient(regression.focal)
            scale = line.scale * (found.fitted.within_sd[0] if regression.in_sds else 1.0)
            controls = "initial" if regression.spec.initial else "none"
            keys = {k: chosen[k] for k in ("outcome", "weights", "lag", "sample")}
            row = one(table, effects=effects, controls=controls, **keys)
            for key in ("estimate", "se", "se_cr3", "low_cr3", "high_cr3"):
                assert row[key] == pytest.approx(getattr(line, key) * scale, rel=1e-5, abs=1e-8)
            assert row["p"] == pytest.approx(line.p, rel=1e-4)
            assert (row["n"], row["clusters"]) == (found.fitted.n, len(found.fitted.cluster_labels))


def test_the_declared_row_is_what_the_claim_is_judged_by(study, put, china):
    question = put(study.ledger["M16"], china)
    regression = arrange(question, within=True)
    line = estimate(regression.spec, regression.panel).coefficient(regression.focal)
    row = one(curve_table(question), declared=True)
    assert row["estimate"] == pytest.approx(line.estimate * line.scale, rel=1e-6)


def test_weights_change_only_what_has_an_index(study, put, china):
    choices = Choices(lags=(1,), samples=("declared",), effects=("two_way",), placebos=0)
    without = curve(put(study.ledger["M30"], china), choices).table
    assert set(without["weights"]) == {"no index"}
    levels = curve(put(study.ledger["M36"], china), choices).table
    assert set(levels["weights"]) == {"no index"}
    both = curve(put(study.ledger["M21"], china), choices).table
    assert list(dict.fromkeys(both["weights"])) == ["entropy", "equal", "pca", "critic"]
    assert both.groupby("controls")["estimate"].nunique().eq(4).all()


def test_dealt_curves_are_those_of_the_placebo_panels(study, put, china):
    claim = study.ledger["M01"]
    choices = Choices(outcomes=("primary",), weightings=("declared",), placebos=0)
    made = placebo(study, china.name, "dealt")
    found = curve(put(claim, china), dataclasses.replace(choices, placebos=3))
    by_hand = [
        curve(dataclasses.replace(made.question(claim, made.replaced(i)), study=study), choices)
        for i in range(3)
    ]
    ranked = np.sort([c.table["estimate"] for c in by_hand], axis=1)
    low, high = np.percentile(ranked, [5, 95], axis=0)
    assert found.null.band["low"].to_numpy() == pytest.approx(low, rel=1e-5, abs=1e-7)
    assert found.null.band["high"].to_numpy() == pytest.approx(high, rel=1e-5, abs=1e-7)


def drawn(toy, seed, slope):
    """Return the toy panel with trending histories of a, and y that follows it by a slope."""
    rng = np.random.default_rng(seed)
    frame = toy.frame.copy()
    walk = rng.normal(size=(2, 20, 12)).cumsum(axis=2)
    frame["a"] = walk[0].ravel()
    before = frame["a"].groupby(level=0).shift().fillna(0.0)
    frame["y"] = walk[1].ravel() + slope * before
    return dataclasses.replace(toy, frame=frame)


def test_shares_are_uniform_where_there_is_nothing_to_find(put, make_claim, toy):
    choices = dataclasses.replace(PLAIN, placebos=19)
    shares = [
        curve(put(make_claim(), drawn(toy, seed, 0.0)), choices).null.shares for seed in range(80)
    ]
    for name in ("median", "significant", "z"):
        values = np.array([s[name] for s in shares])
        # 80 panels: the binomial spread of a tenth is 0.034. Counts can tie, which is careful.
        assert (values <= 0.1).mean() <= 0.2
        if name != "significant":
            assert 0.4 < values.mean() < 0.65
            assert (values <= 0.5).mean() == pytest.approx(0.5, abs=0.17)


def test_a_planted_effect_is_rare_by_chance(put, make_claim, toy):
    choices = dataclasses.replace(PLAIN, placebos=99)
    found = curve(put(make_claim(), drawn(toy, 1, 1.0)), choices)
    assert max(found.null.shares[k] for k in ("median", "z")) <= 0.02
    assert found.null.shares["significant"] <= 0.05  # of four specifications: counts can tie
    against = curve(put(make_claim(sign="-"), drawn(toy, 1, 1.0)), choices)
    assert min(against.null.shares.values()) > 0.5
    assert "Among 99 curves" in found.words
    assert "as far in the predicted direction in 0," in found.words


def test_shares_count_the_curve_itself():
    estimates = np.array([[0.5, 0.1, 0.9, -0.5], [0.7, -0.1, 0.8, -0.7]])
    p = np.array([[0.01, 0.5, 0.001, 0.01], [0.01, 0.5, 0.001, 0.01]])
    assert null_of(estimates, p, "+").extreme == {"median": 1, "significant": 1, "z": 1}
    # Without a predicted direction the mirror image is as extreme.
    assert null_of(estimates, p, "±").extreme == {"median": 2, "significant": 2, "z": 2}
    assert null_of(estimates, p, "+").shares["z"] == 0.5


def test_a_searched_threshold_has_no_placebo_curves(study, put, china):
    choices = Choices(lags=(1,), samples=("declared",), weightings=("declared",), placebos=9)
    found = curve(put(study.ledger["M20"], china), choices)
    assert found.null is None
    assert found.words.startswith("No placebo curves")


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"effect": ["two_way"]}, "unknown key 'effect': did you mean 'effects'"),
        ({"effects": ["twoway"]}, "did you mean 'two_way'"),
        ({"lags": [1.5]}, "write years"),
        ({"lags": [-1]}, "write years"),
        ({"lags": 1}, "list one or more"),
        ({"weightings": []}, "list one or more"),
        ({"samples": ["marked", "marked"]}, "name each once"),
        ({"controls": ["gdp"]}, "use one of declared, none, held"),
        ({"placebos": -1}, "write a number of curves"),
        ({"placebos": True}, "write a number of curves"),
        (["two_way"], "write choices such as"),
    ],
)
def test_malformed_choices_are_refused_in_one_sentence(block, message):
    with pytest.raises(LedgerError, match=message) as caught:
        read_choices(block, "The curve of the protocol")
    assert str(caught.value).count(". ") == 0


def test_a_claim_narrows_what_the_protocol_declares(study, make_claim):
    claim = make_claim(curve={"outcomes": ["primary"], "placebos": 9})
    chosen = study.ledger.choices(claim)
    assert (chosen.outcomes, chosen.placebos) == (("primary",), 9)
    assert chosen.lags == study.ledger.choices(make_claim()).lags
    assert Claim.from_mapping(claim.to_dict()).curve == claim.curve


def test_the_ledger_refuses_a_claim_with_a_malformed_curve(study, make_claim):
    claim = make_claim(curve={"lag": [1]})
    with pytest.raises(LedgerError, match="The curve of M01 has the unknown key 'lag'"):
        dataclasses.replace(study.ledger, claims=(claim,))
