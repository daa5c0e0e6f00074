"""Pages on the two wheels and on broken links: numbers agree with the claims beside them."""

import numpy as np
import pytest

from analysis import display
from analysis.certificates.table import read_rows
from analysis.display.extras import broken_links, two_wheels


@pytest.fixture(scope="module")
def wheels():
    return _published(two_wheels, "two-wheels", display.two_wheels_page)


@pytest.fixture(scope="module")
def links():
    return _published(broken_links, "broken-links", display.broken_links_page)


def _published(module, family, make):
    seen = {}
    chapter = display.chapter(family)
    with pytest.MonkeyPatch.context() as patch:
        original = module.publish
        patch.setattr(module, "publish", lambda *a, **k: seen.update(original(*a, **k)))
        page = make(chapter)
    return chapter, page, seen


def test_the_channel_is_a_product_of_its_steps(wheels):
    _, _, seen = wheels
    one, two, product, direct, total = (
        seen[f"wheels_channel_{name}_estimate"]
        for name in ("x_to_m", "m_to_y", "product", "direct", "total")
    )
    assert product == pytest.approx(one * two)
    assert total == pytest.approx(direct + product)
    assert seen["wheels_channel_product_low"] < product < seen["wheels_channel_product_high"]
    assert seen["wheels_channel_r2"] == pytest.approx(seen["wheels_channel_rho"] ** 2)


def test_the_channel_reaches_back_one_year_a_step(wheels):
    chapter, page, seen = wheels
    line = page.channel.picture.figure.axes[0].lines[0]
    at_zero = np.interp(0, line.get_xdata(), line.get_ydata())
    assert at_zero == pytest.approx(seen["wheels_channel_product_estimate"])
    # M08's year on M17's year: rows whose outcome has funding two years before.
    first = chapter.m17.evidence.findings[0].columns[0]
    assert seen["wheels_channel_n"] < first.n


def test_margin_and_test_of_no_effect_agree(wheels):
    chapter, _, seen = wheels
    finding = chapter.m19.evidence.findings[0]
    assert (seen["wheels_margin_two_way_inside"] == "yes") == (finding.p < 0.05)
    widest = max(-seen["wheels_margin_two_way_low"], seen["wheels_margin_two_way_high"])
    assert widest == pytest.approx(finding.smallest_margin), "the margin at which 90% just fits"


def test_the_search_is_that_of_the_claim(wheels):
    chapter, page, seen = wheels
    assert seen["wheels_threshold_p"] == chapter.m20.evidence.findings[0].p
    drawn = page.search.figure.axes[0].lines[0].get_ydata()
    assert len(drawn) == seen["wheels_threshold_candidates"]
    assert max(drawn) == pytest.approx(seen["wheels_threshold_f"])
    assert sum(drawn > 3.841459) == seen["wheels_threshold_enough_alone"]
    named = next(r for r in read_rows() if (r["method"], r["effect"]) == ("threshold", "0"))
    assert seen["wheels_threshold_synthetic_wrong"] == pytest.approx(1 - float(named["coverage"]))
    best = page.forms.text.split('<th scope="row">')[1]
    assert best.startswith(seen["wheels_threshold_best"])


def test_the_first_rival_is_the_declared_regression(wheels):
    chapter, page, seen = wheels
    for column in chapter.m21.evidence.findings[0].columns:
        assert seen[f"wheels_balance_levels_{column.effects}_std"] == pytest.approx(column.estimate)
    assert "exploratory" in page.balance_table.text
    assert len(page.map.figure.axes[0].patches) == chapter.m21.panel.roles.count


def test_curve_and_ingredients_are_those_of_the_claims(wheels):
    chapter, _, seen = wheels
    declared = chapter.m21.evidence.findings[0].estimate
    assert seen["wheels_curve_two_way"] == pytest.approx(declared, abs=0.2)
    rows = chapter.m17.evidence.details.ingredients[0].set_index("name")
    assert seen["wheels_ingredient_dfi_std"] == rows["estimate"]["dfi"]
    back = chapter.m18.evidence.details.readings[0].estimates["two_way"].coefficient("ifin")
    assert seen["wheels_reverse_two_way_std"] == pytest.approx(back.estimate * back.scale)


def test_the_smaller_link_is_the_mean_less_half_the_gap(links):
    frame = links[0].m46.panel.frame
    rebuilt = (frame["pcp"] + frame["ifin"]) / 2 - (frame["pcp"] - frame["ifin"]).abs() / 2
    # Composites first draw their levels into (0, 1] by one part in ten thousand.
    np.testing.assert_allclose(frame["link_weakest"], rebuilt, atol=1.1e-4)


def test_rows_of_either_order_add_up(links):
    chapter, page, seen = links
    weaker = broken_links.which_is_weaker(chapter.m46.panel)
    assert weaker.sum() == seen["links_finance_weaker"]
    assert seen["links_first_two"] + seen["links_later"] == seen["links_finance_weaker"]
    assert seen["links_funding_share"] == pytest.approx(1 - seen["links_finance_share"])
    years = weaker.index.unique(1)
    bars = [bar.get_height() for bar in page.weaker.figure.axes[0].patches]
    assert sum(bars[len(years) :]) == seen["links_finance_weaker"]
    assert sum(bars[: len(years)]) == seen["links_rows"]


def test_the_declared_form_comes_first_and_the_rest_is_called_exploratory(links):
    chapter, page, seen = links
    declared = chapter.m46.evidence.findings[0]
    assert seen["links_forms_mean_two_way_std"] == pytest.approx(declared.estimate)
    assert seen["links_forms_later_n"] < seen["links_forms_levels_n"] == declared.columns[0].n
    assert "exploratory" in page.forms_table.text
    assert "links_forms_later_bic" not in seen
