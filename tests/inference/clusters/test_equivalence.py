import json

import numpy as np
import pytest
from scipy.stats import t

from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference import estimate
from analysis.inference.clusters.equivalence import equivalence, tost
from analysis.models import Specification


@pytest.fixture(scope="module")
def found(grunfeld):
    return estimate(Specification("invest", ["value", "capital"], lag=0), grunfeld)


def test_by_hand():
    # b = 0.1, se = 0.2, 9 df, margin 0.6: t = 3.5 and -2.5. scipy's t distribution.
    low, high, smallest = tost(0.1, 0.2, 9, 0.6)
    assert low == pytest.approx(t.sf(3.5, 9), rel=1e-10)
    assert high == pytest.approx(t.cdf(-2.5, 9), rel=1e-10)
    assert smallest == pytest.approx(0.1 + 1.8331129 * 0.2, rel=1e-7)  # t(9), 95%


def test_smallest_margin_is_where_acceptance_begins(found):
    for kind in ("cr3", "cr1"):
        edge = equivalence(found, "value", 1.0, unit="natural", kind=kind).smallest_margin
        just = equivalence(found, "value", edge * 1.0001, unit="natural", kind=kind)
        short = equivalence(found, "value", edge * 0.9999, unit="natural", kind=kind)
        assert just.accepted
        assert not short.accepted
        assert just.p == pytest.approx(0.05, abs=1e-3)
        assert -edge <= just.low
        assert just.high == pytest.approx(edge)


def test_errors_and_degrees_of_freedom_are_those_asked_for(found):
    line = found.coefficient("value")
    cr3 = equivalence(found, "value", 0.5, unit="natural")
    cr1 = equivalence(found, "value", 0.5, unit="natural", kind="cr1")
    assert (cr3.se, cr1.se, cr3.dof) == (line.se_cr3, line.se, 9)
    assert cr3.p > cr1.p
    assert cr3.p == max(cr3.p_low, cr3.p_high)
    assert cr3.p == pytest.approx(t.cdf((line.estimate - 0.5) / line.se_cr3, 9), rel=1e-9)


def test_within_sd_margin_is_the_same_test_in_other_units(found):
    scale = found.coefficient("value").scale
    natural = equivalence(found, "value", 0.2, unit="natural")
    scaled = equivalence(found, "value", 0.2 * scale)
    assert scaled.unit == "within_sd"
    assert scaled.p == pytest.approx(natural.p, rel=1e-9)
    assert scaled.smallest_margin == pytest.approx(natural.smallest_margin * scale)
    row = found.standardised().set_index("term").loc["value"]
    assert (scaled.estimate, scaled.se) == pytest.approx((row["estimate"], row["se_cr3"]))


def test_sign_does_not_matter():
    low, high, smallest = tost(-0.3, 0.1, 30, 0.5)
    assert (high, low, smallest) == pytest.approx(tost(0.3, 0.1, 30, 0.5))


def test_size_at_the_margin_in_a_small_simulation():
    # A true effect at the margin may be called negligible in 5% of samples, at most.
    rng = np.random.default_rng(8)
    z = 0.5 + rng.normal(size=4000) * 0.1
    se = 0.1 * np.sqrt(rng.chisquare(30, size=4000) / 30)
    wrong = np.mean([max(tost(b, s, 30, 0.5)[:2]) < 0.05 for b, s in zip(z, se, strict=True)])
    assert 0.035 < wrong < 0.062  # Monte-Carlo error 0.0034


def test_words_and_dictionary(found):
    got = equivalence(found, "capital", 0.1)
    back = json.loads(json.dumps(got.to_dict(), allow_nan=False))
    assert back["accepted"] is got.accepted is False
    assert back["smallest_margin"] == got.smallest_margin
    assert got.tidy()["term"].iloc[0] == "capital"
    assert "CR3 and t(9)" in got.notes[0]
    assert "Smallest margin accepted" in got._repr_html_()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"margin": 0}, "must be a positive number, not 0"),
        ({"margin": float("nan")}, "must be a positive number"),
        ({"margin": 1, "unit": "sd"}, "Unknown unit 'sd'"),
        ({"margin": 1, "kind": "cr2"}, "Unknown kind 'cr2'"),
        ({"margin": 1, "level": 0.5}, "Level 0.5 must lie between 0 and 0.5"),
    ],
)
def test_nonsense_is_refused(found, options, message):
    with pytest.raises(SpecificationError, match=message):
        equivalence(found, "value", **options)


def test_unknown_term_and_a_term_without_within_sd(found, make_panel, gappy):
    with pytest.raises(UnknownNameError, match="Unknown term 'valu'"):
        equivalence(found, "valu", 1.0)
    gappy["common"] = np.sin(gappy.index.get_level_values(1))
    flat = estimate(Specification("y", ["common"], effects="entity"), make_panel(gappy))
    with pytest.raises(SpecificationError, match="'common' has no positive standard error in with"):
        equivalence(flat, "common", 1.0)
    assert equivalence(flat, "common", 1.0, unit="natural").se > 0
