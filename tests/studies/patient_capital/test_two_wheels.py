"""What is explored about the two wheels agrees with the claims beside it."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.certificates.table import read_rows
from analysis.inference import estimate


@pytest.fixture(scope="module")
def wheels(explored):
    return explored("two-wheels")


def test_the_channel_is_a_product_of_its_steps(wheels):
    seen = wheels[1].numbers
    one, two, product, direct, total = (
        seen[f"wheels_channel_{name}_estimate"]
        for name in ("x_to_m", "m_to_y", "product", "direct", "total")
    )
    assert product == pytest.approx(one * two)
    assert total == pytest.approx(direct + product)
    assert seen["wheels_channel_product_low"] < product < seen["wheels_channel_product_high"]
    assert seen["wheels_channel_r2"] == pytest.approx(seen["wheels_channel_rho"] ** 2)


def test_the_channel_reaches_back_one_year_a_step(wheels):
    family, page = wheels
    shown, seen = page.exhibits["channel"].values, page.numbers
    at_zero = np.interp(0, shown["rho"], shown["product"])
    assert at_zero == pytest.approx(seen["wheels_channel_product_estimate"])
    # M16's year on M17's year: finance is that of last year, funding that of the year before.
    spec, panel = family.m17.readings[0].regression.spec, family.m17.panel
    found = estimate(
        replace(spec, outcome="nqp", controls=("ifin",), lag=2, lags={"ifin": 1}), panel
    )
    line = found.coefficient("pcp")
    assert seen["wheels_channel_n"] == found.n
    assert seen["wheels_channel_direct_estimate"] == pytest.approx(line.estimate * line.scale)
    assert len(page.grids["channel_table"].rows) == 5


def test_margin_and_test_of_no_effect_agree(wheels):
    family, page = wheels
    finding, seen = family.m19.evidence.findings[0], page.numbers
    assert (seen["wheels_margin_two_way_inside"] == "yes") == (finding.p < 0.05)
    widest = max(-seen["wheels_margin_two_way_low"], seen["wheels_margin_two_way_high"])
    assert widest == pytest.approx(finding.smallest_margin), "the margin at which 90% just fits"


def test_the_search_is_that_of_the_claim(wheels):
    family, page = wheels
    seen = page.numbers
    assert seen["wheels_threshold_p"] == family.m20.result["threshold"].p
    assert family.m20.evidence.findings[0].test == "threshold bootstrap"
    shown = page.exhibits["search"].values
    drawn = shown["f"] - shown["path"]["lr"]
    assert len(drawn) == seen["wheels_threshold_candidates"]
    assert max(drawn) == pytest.approx(seen["wheels_threshold_f"])
    assert sum(drawn > 3.841459) == seen["wheels_threshold_enough_alone"]
    named = next(r for r in read_rows() if (r["method"], r["effect"]) == ("threshold", "0"))
    assert seen["wheels_threshold_synthetic_wrong"] == pytest.approx(1 - float(named["coverage"]))
    assert page.grids["forms"].rows[0][0] == seen["wheels_threshold_best"]


def test_the_first_rival_is_the_declared_regression(wheels):
    family, page = wheels
    for effects, line in family.m21.readings[0].lines.items():
        shown = page.numbers[f"wheels_balance_levels_{effects}_std"]
        assert shown == pytest.approx(line.estimate * line.scale)
    assert "exploratory" in page.grids["balance_table"].caption
    assert len(page.exhibits["map"].values["rows"]) == family.m21.panel.roles.count


def test_curve_and_ingredients_are_those_of_the_claims(wheels):
    family, page = wheels
    seen, declared = page.numbers, family.m21.evidence.findings[0].estimate
    assert seen["wheels_curve_two_way"] == pytest.approx(declared, abs=0.2)
    rows = family.m17.ingredients[0].set_index("name")
    assert seen["wheels_ingredient_dfi_std"] == rows["estimate"]["dfi"]
    back = family.m18.readings[0].estimates["two_way"].coefficient("ifin")
    assert seen["wheels_reverse_two_way_std"] == pytest.approx(back.estimate * back.scale)
