"""Close-ups repeat what the evidence holds: nothing is estimated in them."""

import numpy as np
import pandas as pd
import pytest

from analysis.display import chapter, close_ups
from analysis.display.extras import looks as module
from analysis.inference import influence


@pytest.fixture(scope="module")
def seen():
    """The two chapters with their close-ups, and what was published by them."""
    names, out = {}, {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "publish", lambda values, prefix: names.update({prefix: values}))
        for family in ("state-and-market", "banks-and-cycles"):
            page = chapter(family)
            out[family] = (page, close_ups(page))
    return out, names


@pytest.fixture(scope="module")
def state(seen):
    return seen[0]["state-and-market"]


@pytest.fixture(scope="module")
def banks(seen):
    return seen[0]["banks-and-cycles"]


def test_numbers_are_published_under_the_claim(seen):
    pages, names = seen
    assert set(names) == {"m30", "m31", "m32", "m35", "m36", "m37", "m44", "m45"}
    for _, close in pages.values():
        for key, numbers in close.numbers.items():
            assert names[key.lower()] == numbers


def test_only_claims_with_a_picture_have_one(state):
    _, close = state
    assert set(close.draw) == {"M31", "M35", "M37"}
    with pytest.raises(AttributeError, match="no close-up of 'm32'"):
        _ = close.m32


def test_every_picture_is_drawn(state, banks):
    for _, close in (state, banks):
        for key in close.draw:
            assert getattr(close, key.lower()).svg().startswith("<?xml")


def test_explored_estimates_hold_the_declared_ones(state):
    page, close = state
    explored, finding = close.numbers["M30"]["explored"], page.m30.evidence.findings[0]
    for column in finding.columns:
        low, high = (explored[end][column.effects] for end in ("lowest", "highest"))
        assert low - 1e-9 <= column.estimate <= high + 1e-9
    assert set(explored["lowest"]) == {*page.m30.evidence.details.readings[0].estimates.names,
                                       "first_difference"}  # fmt: skip


def test_the_parabola_passes_through_the_slopes_of_the_test(state):
    page, close = state
    u = page.m31.evidence.details.own[0].results["u"]
    ax = close.m31.figure.axes[0]
    line = next(line for line in ax.lines if line.get_color() == "#0b5c7a")
    x, y = (np.asarray(v) for v in line.get_data())
    slopes = np.gradient(y, x, edge_order=2)
    sd = u.fitted.within_sd[0]
    assert slopes[0] == pytest.approx(u.slope_low.estimate / sd / 100, rel=1e-6)
    assert slopes[-1] == pytest.approx(u.slope_high.estimate / sd / 100, rel=1e-6)
    numbers = close.numbers["M31"]
    assert numbers["turning"] == pytest.approx(100 * u.turning)
    assert numbers["rows_before"] + numbers["rows_after"] == u.n


def test_carriers_agree_with_leave_one_out_of_the_evidence(state):
    page, close = state
    for key in ("M35", "M37"):
        finding, numbers = page.sections[key].evidence.findings[0], close.numbers[key]
        reading = page.sections[key].evidence.details.readings[0]
        shares = influence(reading.estimates["two_way"]).of(reading.focal)["partial_leverage"]
        assert numbers["heaviest_share"] == pytest.approx(100 * shares.max())
        assert 1 / (shares**2).sum() == pytest.approx(finding.effective_clusters)
        ends = (finding.lowest, finding.highest)
        assert min(ends) - 1e-9 <= numbers["without_heaviest"] <= max(ends) + 1e-9
        other = page.sections[key].evidence.details.also[0]
        without = influence(other.estimates["two_way"]).of(other.focal)["estimate_without"].iloc[0]
        scale = other.lines["two_way"].scale
        assert numbers["invsh"]["without_heaviest"] == pytest.approx(without * scale)


def test_the_mirror_is_the_correlation_on_the_rows_used(state):
    page, close = state
    frame = page.m37.panel.frame[["market", "fiscal_gap"]]
    used = page.m37.evidence.details.readings[0].estimates["two_way"]
    before = frame.groupby(level=0).shift(1)[page.m37.panel.frame["nqp"].notna()].dropna()
    assert len(before) == used.n
    expected = np.corrcoef(before["market"], before["fiscal_gap"])[0, 1]
    assert close.numbers["M37"]["mirror"] == pytest.approx(expected)


def test_the_moderator_of_the_heaviest_is_that_of_its_rows(state):
    page, close = state
    for key, name in (("M35", "market"), ("M37", "fiscal_gap")):
        frame = page.sections[key].panel.frame
        before = frame[name].groupby(level=0).shift(1)[frame["nqp"].notna()].loc["CN-XZ"]
        assert close.numbers[key]["heaviest"] == "Tibet"
        assert close.numbers[key]["heaviest_rows"] == len(before)
        assert close.numbers[key]["heaviest_moderator"] == pytest.approx(before.mean())


def test_the_surplus_counts_rows_with_more_public_money_than_research(state):
    page, close = state
    frame = page.m32.panel.frame
    money = frame["rd_funds_government"] - frame["rd_basic"] - frame["rd_applied"]
    before = money.groupby(level=0).shift(1)[frame["nqp"].notna()].dropna()
    assert len(before) == page.m32.evidence.findings[0].columns[0].n
    assert close.numbers["M32"]["surplus"] == pytest.approx(100 * (before > 0).mean())


def test_the_path_is_that_of_the_evidence(state):
    page, close = state
    path, numbers = page.m36.evidence.details.own[0].results["path"], close.numbers["M36"]
    years = path.table.set_index("year")["estimate"]
    assert numbers["first_slope"] == years[2010]
    assert numbers["last_slope"] == years.iloc[-1]
    before = years[years.index < path.base]
    assert numbers["climb_before"] * 7 == pytest.approx(-years[2010])
    assert numbers["climb_after"] * 6 == pytest.approx(years[2023])
    assert (numbers["rising_before"] == "yes") == bool((before.diff().dropna() >= 0).all())


def test_assignments_are_in_percentage_points(banks):
    page, close = banks
    results, numbers = page.m44.evidence.details.own[0].results, close.numbers["M44"]
    assert numbers["att"] == pytest.approx(100 * results["study"].overall.estimate)
    assert (
        numbers["treated"] + numbers["others"] == page.m44.evidence.findings[0].columns[0].entities
    )
    # One cohort on a balanced panel: without controls the regression compares means before and
    # after, so it differs from the test only by the years before that count.
    by_hand = page.m44.panel.frame["invsh"].dropna()
    after = by_hand.index.get_level_values(1) >= 2016
    treated = by_hand.index.get_level_values(0).isin(results["study"].cohorts[0].entities)
    means = by_hand.groupby([treated, after]).mean()
    gap = means[True][True] - means[True][False] - means[False][True] + means[False][False]
    assert numbers["explored_plain"] == pytest.approx(100 * gap)
    assert numbers["half_power"] == 50
    assert abs(numbers["most_bias"]) > abs(numbers["half_bias"]) > 0


def test_the_stance_is_the_growth_of_loans_of_provinces_seen_in_both_years(banks):
    page, close = banks
    now = page.m45.panel.frame["loans"]
    before = now.groupby(level=0).shift(1)
    both = now.notna() & before.notna()
    growth = 100 * np.log(now[both].groupby(level=1).sum() / before[both].groupby(level=1).sum())
    numbers = close.numbers["M45"]
    assert numbers["stance_years"] == len(growth)
    assert numbers["stance_lowest"] == pytest.approx(growth.min())
    assert numbers["stance_lowest_year"] == growth.idxmin()
    assert numbers["stance_highest_year"] == growth.idxmax()
    assert numbers["stance_trend"] == pytest.approx(
        pd.Series(growth.index, growth.index).corr(growth)
    )
