"""What is explored about broken links agrees with the claim beside it."""

import numpy as np
import pytest

from analysis.studies.patient_capital.pages.broken_links import which_is_weaker


@pytest.fixture(scope="module")
def links(explored):
    return explored("broken-links")


def test_the_smaller_link_is_the_mean_less_half_the_gap(links):
    frame = links[0].m46.panel.frame
    rebuilt = (frame["pcp"] + frame["ifin"]) / 2 - (frame["pcp"] - frame["ifin"]).abs() / 2
    # Composites first draw their levels into (0, 1] by one part in ten thousand.
    np.testing.assert_allclose(frame["link_weakest"], rebuilt, atol=1.1e-4)


def test_rows_of_either_order_add_up(links):
    family, page = links
    seen, shown = page.numbers, page.exhibits["weaker"].values
    assert which_is_weaker(family.m46.panel).sum() == seen["links_finance_weaker"]
    assert seen["links_first_two"] + seen["links_later"] == seen["links_finance_weaker"]
    assert seen["links_funding_share"] == pytest.approx(1 - seen["links_finance_share"])
    assert sum(shown["counts"]) == seen["links_finance_weaker"]
    assert sum(shown["totals"]) == seen["links_rows"]


def test_the_declared_form_comes_first_and_the_rest_is_called_exploratory(links):
    family, page = links
    seen, declared = page.numbers, family.m46.evidence.findings[0]
    line = family.m46.readings[0].lines["two_way"]
    assert seen["links_forms_mean_two_way_std"] == pytest.approx(line.estimate * line.scale)
    assert seen["links_forms_later_n"] < seen["links_forms_levels_n"] == declared.columns[0].n
    assert "exploratory" in page.grids["forms_table"].caption
    assert "links_forms_later_bic" not in seen
