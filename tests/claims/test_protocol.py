import dataclasses

import numpy as np
import pytest

from analysis.claims.designs import arrange
from analysis.claims.protocol import ask_protocol
from analysis.inference import common_effects, estimate, satterthwaite


@pytest.fixture
def answers(put):
    def answers(claim, panel):
        regression = arrange(put(claim, panel))
        leading = estimate(regression.spec, regression.panel)
        return leading, {one.asks: one.found for one in ask_protocol(regression, leading)}

    return answers


def test_every_question_has_an_answer_or_a_reason(answers, make_claim, toy):
    _, found = answers(make_claim(regressors=["a", "b"], focal="a"), toy)
    assert len(found) == 11
    assert all(text.endswith(".") for text in found.values())
    assert sum("Could not be asked" in text for text in found.values()) == 0


def test_answers_are_those_of_the_methods(answers, make_claim, toy):
    claim = make_claim(regressors=["a", "b"], focal="a")
    leading, found = answers(claim, toy)
    line = satterthwaite(leading).coefficient("a")
    assert (
        f"p = {line.p:.3f} with {line.dof:.1f}"
        in found["What does CR2 with Satterthwaite's degrees of freedom say?"]
    )
    cce = common_effects(claim.build_specification(), toy).terms[0]
    scaled = cce.estimate * leading.coefficient("a").scale
    assert found["What is left beside common factors (CCE)?"].startswith(f"{scaled:+.2f} [")


def test_a_question_that_cannot_be_put_says_why(answers, make_claim, toy):
    _, found = answers(make_claim(), toy)
    selection = found["How much selection on what is not seen (Oster)?"]
    assert selection.startswith("Could not be asked: ")


def test_an_entity_with_too_few_years_is_left_out_by_name(answers, study):
    _, found = answers(study.ledger["M21"], study.panel("china"))
    cce = found["What is left beside common factors (CCE)?"]
    assert "Left out for too few years: Guangdong, " in cce


def test_winsorising_pulls_in_an_outlier(answers, make_claim, toy):
    frame = toy.frame.copy()
    frame.loc[("f00", 2005), "a"] = 500.0
    wild = dataclasses.replace(toy, frame=frame)
    leading, found = answers(make_claim(), wild)
    line = leading.coefficient("a")
    plain = line.estimate * line.scale
    text = found["What do other samples give?"]
    winsorised = float(text.split("winsorised at one per cent ")[1].rstrip(".").replace("−", "-"))
    assert np.sign(winsorised) > 0
    assert winsorised > plain + 0.2


def test_another_program_gives_the_slope_of_every_declared_regression(archive):
    asked = "Does another program (linearmodels) give the same slope?"
    found = {
        record: dict(row[:2] for row in archive.record(record).shown.grids["protocol"].rows)
        for record, _ in archive.manifest["records"]
        if "protocol" in archive.record(record).shown.grids
    }
    assert len(found) > 40
    assert all("the same to a millionth" in answers[asked] for answers in found.values())
