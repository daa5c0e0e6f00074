"""The page on exit: counts by exposure, the years before, and offerings as counts."""

import re

import numpy as np
import pandas as pd
import pytest

from analysis import display
from analysis.data import load
from analysis.display.charts import grouped_counts
from analysis.display.extras import exits


@pytest.fixture(scope="module")
def page():
    return display.chapter("exit")


@pytest.fixture(scope="module")
def made(page):
    seen = {}
    with pytest.MonkeyPatch.context() as patch:
        original = exits.publish
        patch.setattr(exits, "publish", lambda *a, **k: seen.update(original(*a, **k)))
        found = display.exit_page(page)
    return found, seen


def by_entity(values):
    return values.unstack("entity")  # noqa: PD010


def lines(ax):
    return {line.get_color(): np.asarray(line.get_ydata(), float) for line in ax.lines}


def test_groups_add_up_to_the_published_counts(made):
    raw = load()
    axes = made[0].counts.figure.axes
    assert len(axes) == len(exits.SERIES)
    for ax, name in zip(axes, exits.SERIES, strict=True):
        whole = raw[name].groupby(level=1).sum()
        drawn = sum(lines(ax).values())
        np.testing.assert_allclose(drawn, whole.to_numpy())
        assert ax.get_ylim()[0] == 0


def test_groups_are_thirds_of_the_exposure_before(page, made):
    raw, panel = load(), page.m38.panel
    before = by_entity(panel["lq_ht"]).loc[2014:2016].mean()
    highest = before.nlargest(10).index  # of 31: the eleventh stands on the edge, in the middle
    drawn = lines(made[0].counts.figure.axes[0])["#0b5c7a"]
    wanted = raw["ipos"].loc[list(highest)].groupby(level=1).sum()
    np.testing.assert_allclose(drawn, wanted.to_numpy())
    assert "highest third" in [t.get_text() for t in made[0].counts.figure.axes[0].texts]


def test_shares_before_and_after(page, made):
    offerings = by_entity(load()["ipos"])
    before = by_entity(page.m38.panel["lq_ht"]).loc[2014:2016].mean()
    highest = offerings[before.nlargest(10).index].sum(axis=1)
    share = highest, offerings.sum(axis=1)
    early = [s.loc[:2019].sum() for s in share]
    assert made[1]["exit_ipos_share_before"] == pytest.approx(100 * early[0] / early[1])
    names = page.m38.panel.entities["label_en"]
    assert made[1]["exit_edge"] == names[before.nlargest(11).index[-1]]
    assert made[1]["exit_offerings_peak"] == share[1].max()
    assert made[1]["exit_offerings_empty_year"] == share[1].idxmin()


def test_paths_agree_with_the_check_of_the_claim(page, made):
    check = next(c for c in page.m38.evidence.checks if c.name == "pre-years")
    assert f"{made[1]['exit_path_p']:.3f}" in check.found
    table = page.m38.evidence.details.own[0].results["path"].table.set_index("year")
    after = table[table.index >= 2020]
    assert made[1]["exit_path_years_above"] == (after["low"] > 0).sum()
    assert made[1]["exit_path_years_after"] == len(after)
    assert made[1]["exit_path_lowest_after"] == after["estimate"].min()
    assert made[1]["exit_path_recent_above"] == (table.loc[2014:2018, "estimate"] > 0).sum()
    assert made[1]["exit_path_highest_before_year"] == table["estimate"].loc[:2018].idxmax()


def test_the_mean_of_the_path_after_less_before_is_the_declared_slope(page, made):
    """Under two-way effects on a balanced panel the event slope is that difference of means."""
    line = page.m38.evidence.findings[0].columns[0]
    table = page.m38.evidence.details.own[0].results["path"].table
    after = table["year"] >= 2020
    gap = table["estimate"][after].mean() - table["estimate"][~after].mean()
    exposure = by_entity(page.m38.panel["lq_ht"]).loc[2014:2016].mean()
    reading = page.m38.evidence.details.readings[0].estimates["two_way"]
    spread = exposure.std() / reading.fitted.within_sd[1]
    assert gap == pytest.approx(line.estimate * spread, rel=1e-6)


def test_poisson_is_told_in_percent_per_sd(page, made):
    models = exits._poisson(page.m38)
    exposure = by_entity(page.m38.panel["lq_ht"]).loc[2014:2016].mean()
    slope = models["two_way"].terms[0].estimate
    wanted = 100 * (np.exp(slope * exposure.std()) - 1)
    assert made[1]["exit_poisson_two_way_estimate"] == pytest.approx(wanted)
    shown = re.sub(r"<[^>]+>", " ", made[0].poisson.text)
    assert f"{made[1]['exit_poisson_two_way_n']:,} of 465" in shown
    assert "only zero counts" in shown  # what the second column cannot use is counted


def test_every_reading_has_its_years_before_tested(page, made):
    shown = made[0].before.text
    assert shown.count("<tr>") == 1 + 1 + len(page.m38.claim.also.outcomes)
    assert shown.count("secondary reading</td>") == len(page.m38.claim.also.outcomes)


def test_names_at_the_ends_of_lines_do_not_touch():
    years = range(2001, 2005)
    table = pd.DataFrame({"a": [1, 2, 3, 4.0], "b": [1, 2, 3, 4.01], "c": [0.0] * 4}, index=years)
    ax = grouped_counts({"One": table}, 2003, "from then").figure.axes[0]
    places = sorted(t.xy[1] for t in ax.texts if t.get_text() in "abc")
    assert np.diff(places).min() >= 0.16 * 4.01 - 1e-9
    shade = ax.patches[0]
    assert shade.get_x() + shade.get_width() == 2002.5
