"""Close-ups on state and market repeat what the evidence holds."""

import numpy as np
import pytest

from analysis.display.charts import draw
from analysis.inference import influence


@pytest.fixture(scope="module")
def state(explored):
    return explored("state-and-market")


def test_numbers_and_pictures_stand_under_their_claims(state):
    _, page = state
    assert {name.split("_")[0] for name in page.numbers} == {
        "m30", "m31", "m32", "m35", "m36", "m37",
    }  # fmt: skip
    assert set(page.exhibits) == {"m31_turning", "m35_carriers", "m37_carriers"}
    for exhibit in page.exhibits.values():
        assert draw(exhibit).svg().startswith("<?xml")


def test_explored_estimates_hold_the_declared_ones(state):
    family, page = state
    for column in family.m30.evidence.findings[0].columns:
        low, high = (page.numbers[f"m30_explored_{end}_{column.effects}"]
                     for end in ("lowest", "highest"))  # fmt: skip
        assert low - 1e-9 <= column.estimate <= high + 1e-9
    names = {*family.m30.readings[0].estimates.names, "first_difference"}
    start = "m30_explored_lowest_"
    assert {n.removeprefix(start) for n in page.numbers if n.startswith(start)} == names


def test_the_parabola_passes_through_the_slopes_of_the_test(state):
    family, page = state
    u, curve = family.m31.result["u"], page.exhibits["m31_turning"].values["curve"]
    slopes = np.gradient(curve["estimate"], curve["at"], edge_order=2)
    sd = u.fitted.within_sd[0]
    assert slopes[0] == pytest.approx(u.slope_low.estimate / sd / 100, rel=1e-6)
    assert slopes[-1] == pytest.approx(u.slope_high.estimate / sd / 100, rel=1e-6)
    assert page.numbers["m31_turning"] == pytest.approx(100 * u.turning)
    assert page.numbers["m31_rows_before"] + page.numbers["m31_rows_after"] == u.n


@pytest.mark.parametrize("key", ["m35", "m37"])
def test_carriers_agree_with_leave_one_out_of_the_evidence(state, key):
    made, numbers = state[0][key.upper()], state[1].numbers
    reading, other = made.readings[0], made.secondary[0]
    line = reading.lines["two_way"]
    shares = influence(reading.estimates["two_way"]).of(reading.focal)["partial_leverage"]
    assert numbers[f"{key}_heaviest_share"] == pytest.approx(100 * shares.max())
    assert numbers[f"{key}_next_share"] == pytest.approx(100 * shares.nlargest(2).iloc[1])
    low, high = sorted((line.lowest * line.scale, line.highest * line.scale))
    assert low - 1e-9 <= numbers[f"{key}_without_heaviest"] <= high + 1e-9
    without = influence(other.estimates["two_way"]).of(other.focal)["estimate_without"].iloc[0]
    scale = other.lines["two_way"].scale
    assert numbers[f"{key}_invsh_without_heaviest"] == pytest.approx(without * scale)


def test_the_mirror_is_the_correlation_on_the_rows_used(state):
    made = state[0].m37
    before = made.panel.frame[["market", "fiscal_gap"]].groupby(level=0).shift(1)
    before = before[made.panel.frame["nqp"].notna()].dropna()
    assert len(before) == made.readings[0].estimates["two_way"].n
    expected = np.corrcoef(before["market"], before["fiscal_gap"])[0, 1]
    assert state[1].numbers["m37_mirror"] == pytest.approx(expected)


@pytest.mark.parametrize(("key", "name"), [("m35", "market"), ("m37", "fiscal_gap")])
def test_the_moderator_of_the_heaviest_is_that_of_its_rows(state, key, name):
    frame, numbers = state[0][key.upper()].panel.frame, state[1].numbers
    before = frame[name].groupby(level=0).shift(1)[frame["nqp"].notna()].loc["CN-XZ"]
    assert numbers[f"{key}_heaviest"] == "Tibet"
    assert numbers[f"{key}_heaviest_rows"] == len(before)
    assert numbers[f"{key}_heaviest_moderator"] == pytest.approx(before.mean())


def test_the_surplus_counts_rows_with_more_public_money_than_research(state):
    made = state[0].m32
    frame = made.panel.frame
    money = frame["rd_funds_government"] - frame["rd_basic"] - frame["rd_applied"]
    before = money.groupby(level=0).shift(1)[frame["nqp"].notna()].dropna()
    assert len(before) == made.evidence.findings[0].columns[0].n
    assert state[1].numbers["m32_surplus"] == pytest.approx(100 * (before > 0).mean())


def test_the_path_is_that_of_the_evidence(state):
    path, numbers = state[0].m36.result["path"], state[1].numbers
    years = path.table.set_index("year")["estimate"]
    assert numbers["m36_first_slope"] == years[2010]
    assert numbers["m36_last_slope"] == years.iloc[-1]
    before = years[years.index < path.base]
    assert numbers["m36_climb_before"] * 7 == pytest.approx(-years[2010])
    assert numbers["m36_climb_after"] * 6 == pytest.approx(years[2023])
    rising = bool((before.diff().dropna() >= 0).all())
    assert (numbers["m36_rising_before"] == "yes") == rising
