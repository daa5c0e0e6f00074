import pytest

from analysis.claims import read_study
from analysis.claims.calibration.kept import LEVELS, read_calibration
from analysis.claims.families import FAMILIES

STUDY = read_study("patient_capital")
KEPT = read_calibration(STUDY)
TABLE = KEPT.families.set_index("family")


def test_every_placebo_family_was_run_on_a_hundred_panels_or_more():
    assert set(FAMILIES) <= set(TABLE.index)
    assert TABLE.loc[list(FAMILIES), "panels"].min() >= 100


def test_at_most_one_book_in_twenty_carries_a_supported_claim_in_any_family():
    assert TABLE.loc[list(FAMILIES), "any_supported"].max() <= 0.05


def test_the_frontier_holds_the_number_of_the_rules_and_agrees_with_the_families():
    frontier = KEPT.frontier.set_index("level")
    assert list(frontier.index) == list(LEVELS)
    worst = TABLE.loc[list(FAMILIES), "any_supported"].max()
    assert frontier.loc[STUDY.rules.supported, "worst"] == pytest.approx(worst, abs=1e-3)
    assert frontier["worst"].is_monotonic_increasing


@pytest.mark.parametrize(("size", "least"), [("0.4", 0.60), ("0.6", 0.85)])
def test_planted_effects_of_plain_claims_are_found(size, least):
    assert TABLE.loc[f"planted {size} plain", "supported"] >= least
    assert KEPT.frontier.set_index("level").loc[STUDY.rules.supported, f"plain {size}"] >= least


def test_an_effect_of_plausible_size_is_seldom_excluded():
    assert TABLE.loc["planted 0.2", "no_sizeable_effect"] <= 0.05


def test_leading_tests_keep_their_level_and_intervals_cover():
    placebo = TABLE.loc[list(FAMILIES)]
    assert placebo["p05"].between(0.03, 0.08).all()
    assert placebo["coverage"].between(0.92, 0.97).all()


def test_the_joint_answer_of_every_placebo_book_is_kept():
    counted = KEPT.joint[KEPT.joint["group"] == "all"].groupby("family")["panel"].nunique()
    assert (counted == TABLE.loc[counted.index, "panels"]).all()


def test_whole_books_were_judged_on_every_data_set_and_cities_keep_to_one_in_twenty():
    """Of fifty books, a rate of one in twenty gives five or more in one case of ten."""
    books = KEPT.books.set_index(["dataset", "family"])
    assert set(books.index) == {(d, f) for d in (*STUDY.datasets, "all") for f in FAMILIES}
    assert books["panels"].min() >= 50
    assert books.loc["cities", "any_supported"].max() <= 0.05
    assert books.loc["all", "any_supported"].mean() <= 0.05
    assert books["any_supported"].max() <= 0.08
