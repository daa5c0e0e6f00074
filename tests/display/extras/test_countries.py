"""The chapter on countries: the break, the samples and the difference are those of the figures."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from analysis.claims import rules
from analysis.display import chapters, charts
from analysis.display.extras import countries, quantity
from analysis.display.extras.margins import margin_row, reach_at_zero
from analysis.errors import UnknownNameError
from analysis.inference import tost


def collected(module, make):
    seen = {}
    with pytest.MonkeyPatch.context() as patch:
        original = module.publish
        patch.setattr(module, "publish", lambda *a, **k: seen.update(original(*a, **k)))
        page = make()
    return page, seen


@pytest.fixture(scope="module")
def chapter():
    return chapters.chapter("countries")


@pytest.fixture(scope="module")
def published(chapter):
    return collected(countries, lambda: countries.countries_page(chapter))


def test_the_break_lies_where_the_sample_begins(published, chapter):
    page, seen = published
    assert seen["countries_break_year"] == chapter.m05.evidence.findings[0].columns[0].first_year
    assert (
        seen["countries_break_count"] == seen["countries_break_up"] + seen["countries_break_down"]
    )
    assert seen["countries_break_later"] < seen["countries_break_count"]
    assets = chapter.m05.panel["pension_fund_assets_gdp"]
    change = assets.xs(2006, level="year") - assets.xs(2005, level="year")
    # As the World Bank's figures have it: Sweden from 8.5 to 51.8, Singapore from 57.4 to 13.1.
    assert change["SWE"] == pytest.approx(43.3, abs=0.1)
    assert change["SGP"] == pytest.approx(-44.3, abs=0.1)
    frames = [ax for ax in page.broken.figure.axes if ax.get_visible()]
    assert len(frames) == seen["countries_break_count"]


def test_declared_and_secondary_readings_are_those_of_the_ledger(published, chapter):
    _, seen = published
    evidence = chapter.m05.evidence
    first = evidence.findings[0].columns[0]
    assert seen["countries_declared_estimate"] == pytest.approx(first.estimate)
    assert seen["countries_declared_low"] == pytest.approx(first.low)
    for key, reading in zip(("pension", "insurers"), evidence.details.also, strict=True):
        line = reading.lines["two_way"]
        assert seen[f"countries_{key}_estimate"] == pytest.approx(line.estimate * line.scale)


def test_other_samples_have_other_rows(published):
    _, seen = published
    assert seen["countries_sound_n"] < seen["countries_declared_n"] < seen["countries_all_years_n"]


def test_a_plausible_effect_is_given_in_points(published):
    _, seen = published
    points = seen["countries_plausible_points"]
    assert points == pytest.approx(rules().plausible * seen["countries_assets_sd"])
    assert 0 < points < 10


def test_models_are_placed_by_the_figures(published, chapter):
    page, seen = published
    panel = chapter.m14.panel
    years = panel.frame.index.get_level_values("year")
    kept = panel.frame[(years >= 1997) & (years <= 2018)][["market_tilt", "rd_gdp"]].dropna()
    japan = kept.loc["JPN"].mean()
    assert seen["countries_jpn_ratio"] == pytest.approx(np.exp(japan["market_tilt"]))
    assert seen["countries_jpn_rd"] == pytest.approx(japan["rd_gdp"])
    written = {t.get_text() for t in page.tilt.figure.axes[0].texts}
    assert {"United States", "Germany", "Japan", "China"} <= written


def test_the_difference_is_that_of_the_two_parts(published, chapter):
    _, seen = published
    one, two = (f.columns[0].estimate for f in chapter.m14.evidence.findings)
    assert seen["countries_difference_two_way_estimate"] == pytest.approx(one - two)
    for column in ("two_way", "region_year", "entity_trends"):
        found = f"countries_difference_{column}"
        passes = seen[f"{found}_smallest"] < rules().plausible
        assert passes == (seen[f"{found}_p_zero"] < 0.05)


def test_the_heaviest_economy_is_named_and_left_out(published, chapter):
    page, seen = published
    finding = chapter.m14.evidence.findings[0]
    panel = chapter.m14.panel
    assert seen["countries_heaviest"] == panel.entities.loc[finding.highest_without, "label_en"]
    assert seen["countries_without_old_scale"] == pytest.approx(finding.highest)
    assert seen["countries_rest_economies"] == finding.columns[0].entities - 1
    assert seen["countries_rest_markets_effective"] > 5 * finding.effective_clusters
    assert "(exploratory)" in page.systems.table.text


def test_remarks_are_those_of_the_sidecars(published, chapter):
    text = published[0].remarks.text
    for name in ("pension_fund_assets_gdp", "insurance_assets_gdp"):
        assert chapter.m05.panel.describe(name).notes[:40] in text
    assert "<td></td>" not in text


def test_a_code_that_the_panel_does_not_hold_is_refused(chapter, monkeypatch):
    monkeypatch.setattr(countries, "_names", lambda _part: {"XXX": "nowhere"})
    with pytest.raises(UnknownNameError, match=r"economy 'XXX' in countries\.yml"):
        countries.countries_page(chapter)


def test_zero_stands_on_the_axis_of_every_effect(published):
    page, _ = published
    for picture in (page.readings, page.systems.difference):
        low, high = picture.figure.axes[0].get_xlim()
        assert low < 0 < high


def test_a_broken_series_is_drawn_in_two_pieces():
    years = range(2000, 2010)
    series = pd.DataFrame({"A": [1.0] * 5 + [9.0] * 5, "B": [np.nan] * 3 + [2.0] * 7}, index=years)
    for ax in charts.broken_series(series, 2005, "assets").figure.axes[:2]:
        before, after, _ = ax.lines
        assert max(before.get_xdata()) == 2004
        assert min(after.get_xdata()) == 2005
        assert ax.get_ylim()[0] == 0


def test_a_log_axis_has_plain_ticks():
    means = pd.DataFrame(
        {"x": [0.1, 1.0, 7.0], "y": [1.0, 2.0, 3.0], "name": ["", "a", ""],
         "marked": [False, True, False]},
        index=list("abc"),
    )  # fmt: skip
    figure = charts.cross_section(means, "ratio", "R&D").figure
    figure.canvas.draw()
    ticks = [t.get_text() for t in figure.axes[0].get_xticklabels()]
    assert "1" in ticks
    assert any(t.startswith("1/") for t in ticks)
    assert not any("^" in t for t in ticks)


def test_weights_are_drawn_with_what_is_left():
    rows = pd.DataFrame({"label": ["a", "b"], "share": [0.9, 0.1], "without": [-0.25, 0.001]})
    ax = charts.carriers(rows, -0.1, "SD").figure.axes[0]
    assert [bar.get_width() for bar in ax.patches] == [0.9, 0.1]
    assert {"90%", "−0.25", "0.00"} <= {t.get_text() for t in ax.texts}


def test_the_narrow_interval_is_that_of_the_equivalence_test(chapter):
    estimate = chapter.m14.evidence.details.readings[1].estimates["two_way"]
    line, dof = estimate.coefficient("bank_private_credit_gdp"), estimate.clusters - 1
    b, se = line.estimate * line.scale, line.se_cr3 * line.scale
    half = t.ppf(0.95, dof) * se
    column = chapter.m14.evidence.findings[1].columns[0]
    row = margin_row(column.estimate, column.low, column.high, column.clusters)
    assert (row["low90"], row["high90"]) == pytest.approx((b - half, b + half))
    reach = reach_at_zero(b, tost(b, se, dof, 0.2)[2])
    assert reach == pytest.approx(half)


def test_the_last_claim_lies_across_the_margin_as_its_finding_says():
    chapter = chapters.chapter("quantity-or-structure")
    page, seen = collected(quantity, lambda: quantity.quantity_page(chapter))
    loans = chapter.m50.evidence.findings[0]
    assert (seen["quantity_loans_two_way"] == "inside") == (loans.p < 0.05)
    assert seen["quantity_reach"] == pytest.approx(loans.smallest_margin - abs(loans.estimate))
    assert seen["quantity_margin"] == loans.plausible == rules().plausible
    assert len(page.margins.figure.axes[0].get_yticks()) == 2 * len(loans.columns)
