"""What is explored about banks and cycles repeats what the evidence holds."""

import numpy as np
import pandas as pd
import pytest

from analysis.display.charts import draw


@pytest.fixture(scope="module")
def made(explored):
    return explored("banks-and-cycles")


def test_every_picture_is_drawn(made):
    exhibits = made[1].exhibits
    assert set(exhibits) == {"m44_permuted", "m45_stance"}
    for exhibit in exhibits.values():
        assert draw(exhibit).svg().startswith("<?xml")


def test_assignments_are_in_percentage_points(made):
    family, page = made
    claim, seen = family.m44, page.numbers
    study = claim.result["study"]
    assert seen["m44_att"] == pytest.approx(100 * study.overall.estimate)
    entities = claim.evidence.findings[0].columns[0].entities
    assert seen["m44_treated"] + seen["m44_others"] == entities
    # One cohort on a balanced panel: without controls the regression compares means before and
    # after, so it differs from the test only by the years before that count.
    by_hand = claim.panel.frame["invsh"].dropna()
    after = by_hand.index.get_level_values(1) >= 2016
    treated = by_hand.index.get_level_values(0).isin(study.cohorts[0].entities)
    means = by_hand.groupby([treated, after]).mean()
    gap = means[True][True] - means[True][False] - means[False][True] + means[False][False]
    assert seen["m44_explored_plain"] == pytest.approx(100 * gap)
    assert seen["m44_half_power"] == 50
    assert abs(seen["m44_most_bias"]) > abs(seen["m44_half_bias"]) > 0


def test_the_stance_is_the_growth_of_loans_of_provinces_seen_in_both_years(made):
    family, page = made
    now = family.m45.panel.frame["loans"]
    before = now.groupby(level=0).shift(1)
    both = now.notna() & before.notna()
    growth = 100 * np.log(now[both].groupby(level=1).sum() / before[both].groupby(level=1).sum())
    drawn = page.exhibits["m45_stance"].values["values"].dropna()  # noqa: PD011
    np.testing.assert_allclose(drawn, growth)
    seen = page.numbers
    assert seen["m45_stance_years"] == len(growth)
    assert seen["m45_stance_lowest"] == pytest.approx(growth.min())
    assert seen["m45_stance_lowest_year"] == growth.idxmin()
    assert seen["m45_stance_highest_year"] == growth.idxmax()
    trend = pd.Series(growth.index, growth.index).corr(growth)
    assert seen["m45_stance_trend"] == pytest.approx(trend)
