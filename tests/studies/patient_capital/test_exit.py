"""What is explored about exit: counts by exposure, the years before, and offerings as counts."""

import numpy as np
import pytest

from analysis.studies.patient_capital.pages import exit as listings


@pytest.fixture(scope="module")
def made(explored):
    family, page = explored("exit")
    return family.m38, page


@pytest.fixture(scope="module")
def exposure(made):
    """Mean of the years before, as the ledger declares."""
    return by_entity(made[0].panel["lq_ht"]).loc[2014:2016].mean()


def by_entity(values):
    return values.unstack("entity")


def test_groups_add_up_to_the_published_counts(made, study):
    raw, shown = study.raw("china"), made[1].exhibits["counts"].values["counts"]
    assert list(shown) == list(listings.SERIES.values())
    for name, title in listings.SERIES.items():
        whole = raw[name].groupby(level=1).sum()
        np.testing.assert_allclose(shown[title].sum(axis=1), whole.to_numpy())


def test_groups_are_thirds_of_the_exposure_before(made, study, exposure):
    highest = exposure.nlargest(10).index  # of 31: the eleventh stands on the edge, in the middle
    drawn = made[1].exhibits["counts"].values["counts"][listings.SERIES["ipos"]]["highest third"]
    wanted = study.raw("china")["ipos"].loc[list(highest)].groupby(level=1).sum()
    np.testing.assert_allclose(drawn, wanted.to_numpy())


def test_shares_before_and_after(made, study, exposure):
    claim, seen = made[0], made[1].numbers
    offerings = by_entity(study.raw("china")["ipos"])
    highest = offerings[exposure.nlargest(10).index].sum(axis=1)
    whole = offerings.sum(axis=1)
    early, late = (
        100 * highest.loc[years].sum() / whole.loc[years].sum()
        for years in (slice(2019), slice(2020, None))
    )
    assert seen["exit_ipos_share_before"] == pytest.approx(early)
    assert seen["exit_ipos_share_after"] == pytest.approx(late)
    names = claim.panel.entities["label_en"]
    assert seen["exit_edge"] == names[exposure.nlargest(11).index[-1]]
    assert seen["exit_offerings_peak"] == whole.max()
    assert seen["exit_offerings_empty_year"] == whole.idxmin()


def test_paths_agree_with_the_check_of_the_claim(made):
    claim, seen = made[0], made[1].numbers
    check = next(c for c in claim.evidence.checks if c.name == "pre-years")
    assert f"{seen['exit_path_p']:.3f}" in check.found
    table = claim.result["path"].table.set_index("year")
    after = table[table.index >= 2020]
    assert seen["exit_path_years_above"] == (after["low"] > 0).sum()
    assert seen["exit_path_years_after"] == len(after)
    assert seen["exit_path_lowest_after"] == after["estimate"].min()
    assert seen["exit_path_recent_above"] == (table.loc[2014:2018, "estimate"] > 0).sum()
    assert seen["exit_path_highest_before_year"] == table["estimate"].loc[:2018].idxmax()


def test_the_mean_of_the_path_after_less_before_is_the_declared_slope(made, exposure):
    """Under two-way effects on a balanced panel the event slope is that difference of means."""
    claim = made[0]
    line = claim.evidence.findings[0].columns[0]
    table = claim.result["path"].table
    after = table["year"] >= 2020
    gap = table["estimate"][after].mean() - table["estimate"][~after].mean()
    spread = exposure.std() / claim.readings[0].estimates["two_way"].fitted.within_sd[1]
    assert gap == pytest.approx(line.estimate * spread, rel=1e-6)


def test_poisson_is_told_in_percent_per_sd(made, exposure):
    claim, page = made
    slope = listings._poisson(claim)["two_way"].terms[0].estimate
    wanted = 100 * (np.exp(slope * exposure.std()) - 1)
    assert page.numbers["exit_poisson_two_way_estimate"] == pytest.approx(wanted)
    shown = str(page.grids["poisson"])
    assert f"{page.numbers['exit_poisson_two_way_n']:,} of 465" in shown
    assert "only zero counts" in shown  # what the second column cannot use is counted


def test_every_reading_has_its_years_before_tested(made):
    claim, page = made
    kinds = [row[1] for row in page.grids["before"].rows]
    assert kinds == ["primary"] + ["secondary reading"] * len(claim.claim.secondary.outcomes)
