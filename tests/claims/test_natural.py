import re

import pytest

from analysis.claims import ledger
from analysis.claims.designs import arrange
from analysis.claims.natural import natural_words
from analysis.data import load
from analysis.inference import estimate
from analysis.measures import build
from analysis.studies.patient_capital import declared


@pytest.fixture(scope="module")
def panels():
    return {
        "province-year": build(load(), declared()),
        "country-year": build(load("world"), declared()),
    }


def said(claim, panels, part=0):
    claim = ledger()[claim]
    regression = arrange(claim, panels[claim.unit], claim.parts[part])
    line = estimate(regression.spec, regression.panel).coefficient(regression.focal)
    words = natural_words(regression, line)
    number = re.search(r": ([+−]?[\d,.]+(?:e[+−]?\d+)?) \[", words)
    return line.estimate, words, float(number[1].replace("−", "-").replace(",", ""))


def test_a_share_on_a_share_is_points_per_point(panels):
    estimate, words, number = said("M32", panels)  # the index is a score, the gap a share
    assert words.startswith("one percentage point more of gap between public money and research: ")
    assert number == pytest.approx(0.01 * estimate, rel=0.2)


def test_an_elasticity_is_per_cent_for_ten_per_cent(panels):
    estimate, words, number = said("M30", panels)
    assert words.startswith("ten per cent more of government-funded R&D, log: ")
    assert number == pytest.approx(10 * estimate, rel=0.2)
    assert "per cent, roughly, of" in words


def test_a_raw_series_is_not_taken_for_a_measure_of_the_same_name(panels):
    # rd_gdp is a share among the provinces and a percentage among the countries.
    estimate, words, number = said("M14", panels, part=1)
    assert "percentage points of R&D expenditure" in words
    assert number == pytest.approx(estimate, rel=0.2)


def test_a_product_names_both_steps(panels):
    _, words, _ = said("M16", panels)
    assert words.count("a tenth of a point more of") == 2


@pytest.mark.parametrize(("claim", "part"), [("M24", 0), ("M31", 0)])
def test_a_contrast_and_a_square_have_no_natural_unit(panels, claim, part):
    claim = ledger()[claim]
    regression = arrange(claim, panels[claim.unit], claim.parts[part])
    line = estimate(regression.spec, regression.panel).coefficient(regression.focal)
    assert natural_words(regression, line) == ""
