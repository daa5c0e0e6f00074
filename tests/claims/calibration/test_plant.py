"""Effects of known size: they have that size, and they are found."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.claims.calibration.books import claims_of
from analysis.claims.calibration.placebo import placebo
from analysis.claims.calibration.plant import kind_of, plant, plantable
from analysis.claims.designs import arrange
from analysis.claims.evaluation import answer
from analysis.inference import estimate

PANELS = range(6)
CAN = ("plain", "two", "product", "square", "composite", "threshold", "exposed", "near", "pilot")


@pytest.fixture(scope="module")
def made(invented):
    return placebo(invented, "toy", "dealt")


@pytest.fixture(scope="module")
def drawn(made):
    return [made.replaced(number) for number in PANELS]


def asked(made, drawn, name):
    claim = next(c for c in claims_of(made) if c.id == name)
    return [made.question(claim, one) for one in drawn]


def line(question):
    regression = arrange(question, question.claim.parts[0], within=True)
    return estimate(regression.spec, regression.panel).coefficient(regression.focal)


def test_effects_are_planted_where_the_outcome_is_a_column_and_a_sign_is_predicted(made, drawn):
    can = [c.id for c in claims_of(made) if plantable(made.question(c, drawn[0]))]
    # Not in a difference of outcomes or of horizons, and not where no effect is claimed.
    assert can == list(CAN)


def test_kinds_say_what_stands_in_the_focal_term(made, invented):
    kinds = {c.id: kind_of(c, invented.measures) for c in claims_of(made)}
    assert {kinds[name] for name in ("plain", "two", "late", "none")} == {"plain"}
    assert {kinds[name] for name in ("product", "square", "composite")} == {"product"}
    assert (kinds["exposed"], kinds["pilot"]) == ("event", "event")
    assert (kinds["threshold"], kinds["near"]) == ("threshold", "spatial")


@pytest.mark.parametrize("name", CAN)
def test_a_planted_effect_of_six_tenths_is_found(name, made, drawn):
    found = []
    for question in asked(made, drawn, name):
        planted = plant(question, 0.6)
        before, after = line(question), line(planted)
        found.append(after.estimate * after.scale)
        if name != "threshold":  # which looks for its threshold anew
            # On these very rows the slope has moved by the effect, in SDs of what is explained.
            moved = (after.estimate - before.estimate) * after.scale
            assert abs(moved) == pytest.approx(0.6, rel=1e-8)
    sign = -1 if name == "square" else 1
    assert sign * np.mean(found) == pytest.approx(0.6, abs=0.13 if name == "threshold" else 0.08)


@pytest.mark.parametrize("size", [0.2, 0.4])
def test_smaller_effects_have_their_size_too(size, made, drawn):
    for question in asked(made, drawn[:2], "product"):
        before, after = line(question), line(plant(question, size))
        assert (after.estimate - before.estimate) * after.scale == pytest.approx(size, rel=1e-8)


def test_nothing_but_the_outcome_is_touched(made, drawn):
    for name in CAN:
        question = asked(made, drawn[:1], name)[0]
        planted = plant(question, 0.4)
        assert planted.claim is question.claim
        frame = planted.panel.frame
        pd.testing.assert_frame_equal(
            frame.drop(columns="sales"), question.panel.frame.drop(columns="sales")
        )
        assert frame["sales"].notna().equals(question.panel.frame["sales"].notna())
        assert not frame["sales"].equals(question.panel.frame["sales"])
    pd.testing.assert_series_equal(
        made.panel.frame["sales"], asked(made, drawn[:1], "plain")[0].panel.frame["sales"]
    )


def test_an_index_moves_with_its_ingredients(made, drawn, invented):
    claim = next(c for c in claims_of(made) if c.id == "plain")
    claim = replace(claim, outcome="bank", regressors=("funds",), focal="funds", parts=(), sign="-")
    question = replace(
        asked(made, drawn, "plain")[0],
        claim=claim,
        panel=replace(made.panel, frame=made.panel.frame),
    )
    planted = plant(question, 0.5)
    for name in ("bank", "loans", "rent"):
        own = replace(claim, outcome=name)
        before, after = (line(replace(q, claim=own)) for q in (question, planted))
        moved = (after.estimate - before.estimate) * after.scale
        assert moved == pytest.approx(-0.5, rel=1e-8)


def test_a_claim_with_a_planted_effect_speaks(made, drawn):
    for name in ("plain", "product"):
        planted = [answer(plant(q, 0.6), 199).evidence for q in asked(made, drawn[:2], name)]
        assert all(one.findings[0].p < 0.05 for one in planted)
        assert all(one.findings[0].low > 0 for one in planted)
