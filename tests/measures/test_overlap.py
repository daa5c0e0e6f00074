import pytest

from analysis.errors import OverlapError, UnknownNameError
from analysis.measures import Overlap, overlap, require_disjoint
from tests.published import declared


def test_disjoint_indices_report_their_common_size(panel):
    found = require_disjoint(panel, declared(), "nqp", ["pcp", "ifin"])
    assert found.disjoint
    assert found.scale == ("gdp",)
    assert "divided by gdp" in str(found)


def test_the_refusal_names_the_series_the_names_and_the_way_out(panel):
    with pytest.raises(OverlapError) as caught:
        require_disjoint(panel, declared(), "dln_rd", ["gov", "bas", "growth"])
    message = str(caught.value)
    assert message.startswith("dln_rd and bas share rd_expenditure: choose ")
    assert "gov" not in message
    assert "growth" not in message


@pytest.mark.parametrize(
    ("left", "right", "series"),
    [
        ("pcp", "bas", "rd_basic"),  # an index and its ingredient
        ("vip", "ln_fte", "rd_fte"),  # a denominator that is content
        ("htp", "ln_htr", "hightech_revenue"),
        ("d_wang", "ifin", "loans"),  # a composite and its system
        ("rd_basic", "ln_basic", "rd_basic"),  # a raw series itself
        ("invsh", "design_share", "patents_granted"),
    ],
)
def test_shared_content_is_refused_both_ways(panel, left, right, series):
    for one, other in ((left, right), (right, left)):
        assert series in overlap(panel, declared(), one, other).shared
        with pytest.raises(OverlapError, match=series):
            require_disjoint(panel, declared(), one, other)


def test_twins_are_refused(panel):
    found = overlap(panel, declared(), "nqp", "ifin_tmi")
    assert found.shared == ()
    assert found.twins == (("tech_contracts_sold_value", "tech_contracts_bought_value"),)
    with pytest.raises(
        OverlapError,
        match="share the twins tech_contracts_sold_value and tech_contracts_bought_value",
    ):
        require_disjoint(panel, declared(), "tmo", "tmi")
    assert require_disjoint(panel, declared(), "nqp_x_tmo", "ifin_tmi").disjoint


def test_size_on_one_side_and_content_on_the_other_is_refused(panel):
    # Product per head and anything divided by product are half an identity.
    assert overlap(panel, declared(), "tmo", "ln_gdp_per_head").shared == ("gdp",)
    assert overlap(panel, declared(), "ln_gdp_per_head", "tmo").shared == ("gdp",)
    with pytest.raises(OverlapError, match="tmo and ln_gdp_per_head share gdp"):
        require_disjoint(panel, declared(), "tmo", ["sci", "ln_gdp_per_head"])


def test_vintages_of_a_size_count_as_one(panel):
    found = overlap(panel, declared(), "primary_share", "gov")
    assert found.disjoint
    assert found.scale == ("gdp_first_published",)
    assert overlap(panel, declared(), "primary_share", "gdp_per_head").twins == (
        ("gdp_first_published", "gdp"),
    )


def test_arithmetic_is_reported_without_refusing(panel):
    whole = require_disjoint(panel, declared(), "ln_rd", "gov")
    assert whole.parts == (("rd_expenditure", "rd_funds_government"),)
    crossed = require_disjoint(panel, declared(), "ln_basic", "gov")
    assert crossed.crossed == (("rd_basic", "rd_funds_government"),)
    assert "break down one whole" in str(crossed)


def test_nothing_in_common(panel):
    found = overlap(panel, declared(), "invsh", "sci")
    assert found == Overlap()
    assert str(found) == "No raw series in common."


def test_unknown_names_are_refused(panel):
    with pytest.raises(UnknownNameError, match="gov"):
        overlap(panel, declared(), "nqp", "govv")


def test_the_guard_stands_on_variables_not_on_names(panel):
    # A renamed copy of an index keeps its series and is still refused.
    from dataclasses import replace

    copy = panel["pcp"].rename("mine").to_frame()
    described = {"mine": replace(panel.describe("pcp"), name="mine")}
    mine = panel.with_columns(copy, described)
    with pytest.raises(OverlapError, match="mine and gov share"):
        require_disjoint(mine, declared(), "mine", "gov")
