"""What is explored about rules and platforms: permuted pilots and the triple product."""

import numpy as np
import pytest

from analysis.claims.designs.derived import without_initial


@pytest.fixture(scope="module")
def made(explored):
    return explored("rules-and-platforms")


def by_entity(values):
    return values.unstack("entity")


def gap(claim, reading):
    """Mean of the treated less mean of the others, year by year."""
    rows = claim.study.policies
    treated = rows.loc[rows["policy"] == "fintech_sandbox", "entity"].unique()
    # Initial output by year is held fixed, as the ledger declares.
    panel, left = without_initial(claim.panel, reading.regression.spec)
    wide = by_entity(panel[left]).dropna(how="all").dropna(axis=1)
    return wide[treated].mean(axis=1) - wide.drop(columns=treated).mean(axis=1)


def test_both_averages_come_from_the_same_gaps(made):
    """One cohort: the permuted statistic counts from the last year before."""
    family, page = made
    numbers, found = page.numbers, gap(family.m48, family.m48.readings[0])
    after = found.loc[2020:].mean()
    assert numbers["rules_permuted_estimate"] == pytest.approx(after - found[2019])
    assert numbers["rules_starts"] == 1
    assert numbers["rules_lead_lowest"] == pytest.approx((found.loc[:2018] - found[2019]).min())
    assert numbers["rules_lead_years"] == len(found.loc[:2018])


def test_the_regression_is_in_points(made):
    family, page = made
    finding = family.m48.evidence.findings[0]
    assert f"{page.numbers['rules_regression_estimate']:.1f}" in finding.natural


def test_the_permutation_shows_every_assignment(made):
    family, page = made
    free, shown = family.m48.result["free"], page.exhibits["permuted"].values
    assert len(shown["distribution"]) == free.assignments == page.numbers["rules_permuted_draws"]
    assert (shown["observed"], shown["p"]) == (free.observed, free.p)


def test_secondary_readings_are_permuted_or_say_why_not(made):
    family, page = made
    shown = str(page.grids["secondary"])
    assert "not possible" in shown
    assert "2017" in shown  # the year without high-tech figures is the reason
    assert page.numbers["rules_secondary_nqp_tested"] == "no"
    invsh = next(r for r in family.m48.secondary if r.outcome == "invsh")
    difference = gap(family.m48, invsh)
    wanted = difference.loc[2020:].mean() - difference[2019]
    assert page.numbers["rules_secondary_invsh_estimate"] == pytest.approx(wanted, abs=1e-4)


def test_the_share_of_the_calendar(made):
    family, page = made
    seen, wide = page.numbers, by_entity(family.m49.panel["dfi"]).dropna()
    years = np.repeat(wide.mean(axis=1).to_numpy(), wide.shape[1])
    share = 100 * years.var(ddof=1) / wide.to_numpy().ravel().var(ddof=1)
    assert seen["rules_calendar_share"] == pytest.approx(share)
    assert seen["rules_calendar_share"] + seen["rules_left_share"] < 100


def test_the_product_is_the_line_of_the_declared_regression(made):
    family, page = made
    curve = page.exhibits["product"].values["curve"]
    estimate = family.m49.readings[0].estimates["two_way"]
    fitted, scale = estimate.fitted, estimate.coefficient("pcp:loan").scale
    slope = np.polyfit(curve["at"], curve["effect"], 1)[0]
    declared = fitted.coefficients[fitted.terms.index("pcp:loan:dfi")]
    assert slope == pytest.approx(scale * declared)
    lines = family.m49.ingredients[0]["estimate"]
    share = 100 * (np.sign(lines) == np.sign(family.m49.evidence.findings[0].estimate)).mean()
    assert page.numbers["rules_ingredients_share"] == pytest.approx(share)
    assert page.numbers["rules_product_last"] == pytest.approx(curve["effect"].iloc[-1])
