import re

import pytest

from analysis.claims import Question
from analysis.claims.designs import arrange
from analysis.claims.natural import natural_words
from analysis.inference import estimate
from tests.published import declared, published


def regression_of(claim, part):
    study = published()
    claim = study.ledger[claim]
    return arrange(Question(claim, study.panel(study.dataset_of(claim)), study), claim.parts[part])


def said(claim, part=0):
    regression = regression_of(claim, part)
    line = estimate(regression.spec, regression.panel).coefficient(regression.focal)
    words = natural_words(regression, line, declared())
    number = re.search(r": ([+−]?[\d,.]+(?:e[+−]?\d+)?) \[", words)
    return line.estimate, words, float(number[1].replace("−", "-").replace(",", ""))


def test_a_share_on_a_share_is_points_per_point():
    estimate, words, number = said("M32")  # the index is a score, the gap a share
    assert words.startswith("one percentage point more of gap between public money and research: ")
    assert number == pytest.approx(0.01 * estimate, rel=0.2)


def test_an_elasticity_is_per_cent_for_ten_per_cent():
    estimate, words, number = said("M30")
    assert words.startswith("ten per cent more of government-funded R&D, log: ")
    assert number == pytest.approx(10 * estimate, rel=0.2)
    assert "per cent, roughly, of" in words


def test_a_raw_series_is_not_taken_for_a_measure_of_the_same_name():
    # rd_gdp is a share among the provinces and a percentage among the countries.
    estimate, words, number = said("M14", part=1)
    assert "percentage points of R&D expenditure" in words
    assert number == pytest.approx(estimate, rel=0.2)


def test_a_product_names_both_steps():
    _, words, _ = said("M16")
    assert words.count("a tenth of a point more of") == 2


@pytest.mark.parametrize(("claim", "part"), [("M24", 0), ("M31", 0)])
def test_a_contrast_and_a_square_have_no_natural_unit(claim, part):
    regression = regression_of(claim, part)
    line = estimate(regression.spec, regression.panel).coefficient(regression.focal)
    assert natural_words(regression, line, declared()) == ""
