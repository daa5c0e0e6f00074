"""The page on rules and platforms: permuted pilots and the triple product drawn."""

import re

import numpy as np
import pandas as pd
import pytest

from analysis import display
from analysis.claims.designs.derived import without_initial
from analysis.data import load_policies
from analysis.display.charts import marginal_effect
from analysis.display.extras import platforms


def by_entity(values):
    return values.unstack("entity")  # noqa: PD010


def reading(page, at):
    details = page.m48.evidence.details
    return (*details.readings, *details.also)[at]


@pytest.fixture(scope="module")
def page():
    return display.chapter("rules-and-platforms")


@pytest.fixture(scope="module")
def made(page):
    seen = {}
    with pytest.MonkeyPatch.context() as patch:
        original = platforms.publish
        patch.setattr(platforms, "publish", lambda *a, **k: seen.update(original(*a, **k)))
        found = display.platforms_page(page)
    return found, seen


@pytest.fixture(scope="module")
def gap(page):
    """Mean of the treated less mean of the others, year by year."""
    rows = load_policies()
    treated = rows.loc[rows["policy"] == "fintech_sandbox", "entity"].unique()
    # Initial output by year is held fixed, as the ledger declares.
    panel, left = without_initial(page.m48.panel, reading(page, 0).regression.spec)
    wide = by_entity(panel[left]).dropna()
    return wide[treated].mean(axis=1) - wide.drop(columns=treated).mean(axis=1)


def test_both_averages_come_from_the_same_gaps(made, gap):
    """One cohort: the permuted statistic counts from the last year before."""
    numbers = made[1]
    after = gap.loc[2020:].mean()
    assert numbers["rules_permuted_estimate"] == pytest.approx(after - gap[2019])
    assert numbers["rules_starts"] == 1
    assert numbers["rules_lead_lowest"] == pytest.approx((gap.loc[:2018] - gap[2019]).min())
    assert numbers["rules_lead_years"] == len(gap.loc[:2018])


def test_the_regression_is_in_points(page, made):
    finding = page.m48.evidence.findings[0]
    assert f"{made[1]['rules_regression_estimate']:.1f}" in finding.natural


def test_the_permutation_shows_every_assignment(page, made):
    free = page.m48.evidence.details.own[0].results["free"]
    ax = made[0].permuted.figure.axes[0]
    assert sum(p.get_height() for p in ax.patches) == len(free.distribution)


def test_secondary_readings_are_permuted_or_say_why_not(page, made):
    shown = re.sub(r"<[^>]+>", " ", made[0].secondary.text)
    assert "not possible" in shown
    assert "2017" in shown  # the year without high-tech figures is the reason
    assert made[1]["rules_secondary_nqp_tested"] == "no"
    invsh = next(r for r in page.m48.evidence.details.also if r.outcome == "invsh")
    panel, left = without_initial(page.m48.panel, invsh.regression.spec)
    wide = by_entity(panel[left]).dropna(how="all").dropna(axis=1)
    rows = load_policies()
    treated = rows.loc[rows["policy"] == "fintech_sandbox", "entity"].unique()
    difference = wide[treated].mean(axis=1) - wide.drop(columns=treated).mean(axis=1)
    wanted = difference.loc[2020:].mean() - difference[2019]
    assert made[1]["rules_secondary_invsh_estimate"] == pytest.approx(wanted, abs=1e-4)


def test_the_share_of_the_calendar(page, made):
    wide = by_entity(page.m49.panel["dfi"]).dropna()
    years = np.repeat(wide.mean(axis=1).to_numpy(), wide.shape[1])
    share = 100 * years.var(ddof=1) / wide.to_numpy().ravel().var(ddof=1)
    assert made[1]["rules_calendar_share"] == pytest.approx(share)
    assert made[1]["rules_calendar_share"] + made[1]["rules_left_share"] < 100


def test_the_product_is_the_line_of_the_declared_regression(page, made):
    reading = page.m49.evidence.details.readings[0]
    line = made[0].product.figure.axes[0].lines[0]
    x, y = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
    estimate = reading.estimates["two_way"]
    scale = estimate.coefficient("pcp:loan").scale
    slope = np.polyfit(x, y, 1)[0]
    assert slope == pytest.approx(scale * estimate.fitted.coefficients[
        estimate.fitted.terms.index("pcp:loan:dfi")])  # fmt: skip
    lines = page.m49.evidence.details.ingredients[0]["estimate"]
    share = 100 * (np.sign(lines) == np.sign(page.m49.evidence.findings[0].estimate)).mean()
    assert made[1]["rules_ingredients_share"] == pytest.approx(share)
    assert made[1]["rules_product_last"] == pytest.approx(y[-1])


def test_the_upper_axis_is_the_calendar_of_the_moderator():
    curve = pd.DataFrame({"at": [0.0, 9.0], "effect": [1, 2], "low": [0.5, 1], "high": [2, 3]})
    support = pd.DataFrame({"year": [2001, 2001, 2002, 2003], "at": [0.0, 0.2, 0.3, 9.0]})
    years = support.groupby("year")["at"].mean()
    ax = marginal_effect(curve, support["at"], "x", "y", years=years).figure.axes[0]
    upper = ax.child_axes[0]
    assert [t.get_text() for t in upper.get_xticklabels()] == ["2001", "2003"]  # 2002 would touch
    assert upper.get_xticks().tolist() == pytest.approx([0.1, 9.0])
    assert ax.get_ylim()[0] < 0
