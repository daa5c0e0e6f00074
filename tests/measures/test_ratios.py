import numpy as np
import pytest

from analysis.errors import SpecificationError
from analysis.measures.declarations import Measure, Step, Unit
from analysis.measures.ratios import compute, lacking

UNIT = Unit("ratio", "ratio", "ratio", 1.0)
NAN = float("nan")


def measure(numerator, denominator=(), minus=(), combine="ratio", steps=()):
    return Measure(
        name="m",
        label_en="m",
        label_zh="m",
        definition="m.",
        numerator=tuple(numerator),
        denominator=tuple(denominator),
        minus=tuple(minus),
        combine=combine,
        steps=tuple(Step(*step) for step in steps),
        unit=UNIT,
        side="context",
        direction=0,
    )


def one(toy, columns, entities=("a",), first=2001, **kwargs):
    size = len(next(iter(columns.values()))) // len(entities)
    return compute(measure(**kwargs), toy(columns, entities, range(first, first + size)))


def test_lists_are_sums_and_minus_is_taken_off(toy):
    value, _ = one(
        toy,
        {"x": [1, 2], "y": [3, 4], "z": [1, 1], "n": [2, 5], "m": [2, 5]},
        numerator=["x", "y"],
        minus=["z"],
        denominator=["n", "m"],
    )
    assert value.tolist() == [3 / 4, 5 / 10]


def test_zero_negative_and_infinite_parts_become_missing_and_are_counted(toy):
    value, cells = one(
        toy,
        {"x": [1, 1, 1, NAN, np.inf, 0], "n": [2, 0, -1, 1, 1, 4]},
        numerator=["x"],
        denominator=["n"],
    )
    assert value.tolist() == pytest.approx([0.5, NAN, NAN, NAN, NAN, 0], nan_ok=True)
    assert (cells.observed, cells.no_source, cells.no_size) == (2, 2, 2)
    assert "2 because the denominator is zero or less" in str(cells)


def test_logs_of_nothing_are_counted(toy):
    value, cells = one(toy, {"x": [np.e, 0, -1, NAN]}, numerator=["x"], steps=[("log",)])
    assert value.tolist() == pytest.approx([1, NAN, NAN, NAN], nan_ok=True)
    assert (cells.outside, cells.no_source) == (2, 1)


def test_log1p_keeps_zero(toy):
    value, cells = one(toy, {"x": [0, np.e - 1, -0.5]}, numerator=["x"], steps=[("log1p",)])
    assert value.tolist() == pytest.approx([0, 1, NAN], nan_ok=True)
    assert cells.outside == 1


def test_growth_never_crosses_entities_or_gaps(toy):
    e = np.e
    value, cells = one(
        toy,
        {"x": [1, e, e**3, e**100, NAN, 1]},
        entities=("a", "b"),
        numerator=["x"],
        steps=[("growth",)],
    )
    assert value.tolist() == pytest.approx([NAN, 1, 2, NAN, NAN, NAN], nan_ok=True)
    assert (cells.no_source, cells.no_history) == (1, 3)


def test_rolling_sd_needs_a_full_window_within_the_entity(toy):
    x = [1.0, 2, 4, 8, NAN, 1, 1, 1, 1, 5]
    value, _ = one(toy, {"x": x}, entities=("a", "b"), numerator=["x"], steps=[("rolling_sd", 3)])
    sd = [np.std([1, 2, 4], ddof=1), np.std([2, 4, 8], ddof=1), np.std([1, 1, 5], ddof=1)]
    expected = [NAN, NAN, sd[0], sd[1], NAN, NAN, NAN, 0, 0, sd[2]]
    assert value.tolist() == pytest.approx(expected, nan_ok=True)


def test_growth_of_a_total_counts_only_who_is_there_in_both_years(toy):
    x = [1, 2, 3, 4, NAN, 100, 110, NAN]
    value, cells = one(
        toy, {"x": x}, entities=("a", "b"), numerator=["x"], steps=[("growth_of_total",)]
    )
    # 2002: a alone (1 to 2); 2003: both (2 + 100 to 3 + 110); 2004: a alone (3 to 4).
    expected = np.log([2 / 1, 113 / 102, 4 / 3])
    for entity in "ab":
        assert value[entity].to_numpy()[1:] == pytest.approx(expected)
    assert np.isnan(value["a"].iloc[0])
    assert cells.no_size == 0


def test_a_calendar_year_is_that_of_an_observed_cell(toy):
    value, cells = one(toy, {"x": [5, NAN, 7]}, numerator=["x"], steps=[("calendar",)])
    assert value.tolist() == pytest.approx([2001, NAN, 2003], nan_ok=True)
    assert (cells.observed, cells.no_source) == (2, 1)


def test_chains_run_from_left_to_right(toy):
    value, _ = one(
        toy,
        {"x": [1.0, 4], "n": [2.0, 2]},
        numerator=["x"],
        denominator=["n"],
        steps=[("complement",), ("absolute",), ("negative",), ("subtract", 10)],
    )
    assert value.tolist() == [-10.5, -11]


def test_share_diversity_by_hand(toy):
    # One source 0; two halves 1/2; shares 0.5, 0.25, 0.25 give 1 - 0.375.
    value, cells = one(
        toy,
        {"x": [9, 1, 2, 0, 1], "y": [0, 1, 1, 0, NAN], "z": [0, 0, 1, 0, 1]},
        numerator=["x", "y", "z"],
        combine="share_diversity",
    )
    assert value.tolist() == pytest.approx([0, 0.5, 0.625, NAN, NAN], nan_ok=True)
    assert (cells.no_size, cells.no_source) == (1, 1)


def test_location_quotient_by_hand(toy):
    # Year 1: a has 30 of 40 and half of the product: 1.5; b 10 of 40: 0.5.
    # Year 2: b lacks the series, so a is the whole of what is observed: 1.
    value, _ = one(
        toy,
        {"x": [30, 7, 10, NAN], "n": [5, 5, 5, 5]},
        entities=("a", "b"),
        numerator=["x"],
        denominator=["n"],
        combine="location_quotient",
    )
    assert value.tolist() == pytest.approx([1.5, 1, 0.5, NAN], nan_ok=True)


def test_location_quotients_average_to_one_by_size(panel):
    weighted = (panel["lq_ht"] * panel["gdp"]).groupby("year").sum()
    size = panel["gdp"].where(panel["lq_ht"].notna()).groupby("year").sum()
    assert (weighted / size).dropna().to_numpy() == pytest.approx(1)


def test_cells_always_add_up(panel):
    from tests.published import declared

    seen = 0
    for item in declared().measures.values():
        if item.name in panel and not lacking(item, panel):
            count = compute(item, panel)[1]
            lost = count.no_source + count.no_size + count.outside + count.no_history
            assert count.observed + lost == count.cells == len(panel.frame)
            assert panel[item.name].notna().sum() == count.observed
            seen += 1
    assert seen > 50


def test_a_missing_series_is_named(toy):
    panel = toy({"x": np.ones(12)})
    item = measure(numerator=["x"], denominator=["gdp"])
    assert lacking(item, panel) == ("gdp",)
    with pytest.raises(SpecificationError, match="toy, which lacks gdp"):
        compute(item, panel)
