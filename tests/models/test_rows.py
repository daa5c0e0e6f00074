import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError, SpecificationError, UnknownNameError
from analysis.models import EFFECTS, Sample, Specification, estimation_rows, fit, fit_many
from analysis.models.rows import usable


def grid(values, years=range(2001, 2005), entities=("p", "q", "r")):
    index = pd.MultiIndex.from_product([entities, years], names=["entity", "year"])
    return pd.DataFrame({k: np.asarray(v, float) for k, v in values.items()}, index=index)


def counts(rows):
    return {d.reason: d.rows for d in rows.dropped}


def test_lag_stays_inside_its_entity(make_panel):
    # Every value is its own address: 100 per entity plus the year.
    address = [100 * e + y for e in range(3) for y in range(1, 5)]
    panel = make_panel(grid({"y": address, "x": address}))
    rows = estimation_rows(Specification("y", ["x"], lag=1), panel).frame
    assert (rows[""] - rows["x"] == 1).all()
    assert rows.index.get_level_values(1).min() == 2002
    assert len(rows) == 9


def test_lead_reads_the_year_after(make_panel):
    address = [100 * e + y for e in range(3) for y in range(1, 5)]
    panel = make_panel(grid({"y": address, "x": address}))
    found = estimation_rows(Specification("y", ["x"], lag=-1), panel)
    assert (found.frame["x"] - found.frame[""] == 1).all()
    assert counts(found) == {"regressor x missing 1 year after": 3}


def test_lag_reaches_behind_the_sample_but_rows_do_not(make_panel):
    address = [100 * e + y for e in range(3) for y in range(1, 5)]
    panel = make_panel(grid({"y": address, "x": address}))
    spec = Specification("y", ["x"], sample=Sample(first_year=2003))
    rows = estimation_rows(spec, panel)
    assert rows.frame["x"].loc["q", 2003] == 102
    assert counts(rows) == {"outside 2003 to 2004": 6}


def test_every_reason_is_counted_once_and_in_order(make_panel):
    years, n = range(2001, 2009), 4 * 8
    rng = np.random.default_rng(0)
    frame = grid({k: rng.normal(size=n) for k in ("y", "x", "c", "i")}, years, list("pqrs"))
    frame.loc[("q", 2005), ["y", "x"]] = np.nan  # two reasons for 2005, one more for 2006
    frame.loc[("r", 2006), "c"] = np.nan
    frame.loc["s", "i"] = np.nan
    spec = Specification(
        "y", ["x"], lags={"c": 0}, controls=["c"], initial=["i"],
        sample=Sample(2002, 2007, exclude_entities=["p"], exclude_years=[2003]),
    )  # fmt: skip
    rows = estimation_rows(spec, make_panel(frame))
    assert counts(rows) == {
        "outside 2002 to 2007": 8,
        "excluded year 2003": 4,
        "excluded entity p": 5,
        "outcome y missing": 1,
        "regressor x missing 1 year before": 1,
        "control c missing": 1,
        "no first value of i": 5,
        "only row of its year": 1,  # of 2005 only r is left
    }
    assert list(counts(rows)) == [d.reason for d in rows.dropped]
    assert len(rows.frame) + sum(d.rows for d in rows.dropped) == rows.grid_rows == n


@pytest.mark.parametrize("effects", list(EFFECTS))
def test_rows_used_and_dropped_add_up_to_the_grid(effects, panel):
    spec = Specification("y", ["a", "b"], initial=["c"], effects=effects)
    fitted = fit(spec, panel)
    assert fitted.n + sum(d.rows for d in fitted.dropped) == fitted.grid_rows == 132
    assert all(d.rows > 0 for d in fitted.dropped)


def test_singletons_fall_until_none_is_left(make_panel):
    frame = grid({"y": np.arange(12.0) ** 2, "x": np.arange(12.0) % 5})
    frame.loc["r", "y"] = [1.0, np.nan, np.nan, 4.0]
    frame.loc[[("p", 2004), ("q", 2004), ("p", 2001)], "y"] = np.nan
    # r 2004 is alone in its year; then r 2001 is all that is left of r.
    rows = estimation_rows(Specification("y", ["x"], lag=0), make_panel(frame))
    assert counts(rows)["only row of its year"] == 1 + 1  # q 2001 is alone once r 2001 is gone
    assert counts(rows)["only row of its entity"] == 1
    assert sorted(rows.frame.index.unique(0)) == ["p", "q"]


def test_trends_drop_entities_with_two_rows(make_panel):
    frame = grid({"y": np.arange(12.0) ** 2, "x": np.arange(12.0) % 5})
    frame.loc[[("p", 2001), ("p", 2002)], "y"] = np.nan
    spec = Specification("y", ["x"], lag=0, effects="entity_trends")
    rows = estimation_rows(spec, make_panel(frame))
    assert counts(rows)["entity with two rows or fewer, too few for a trend"] == 2


def test_interaction_is_centred_on_the_rows_used(panel, gappy):
    spec = Specification("y", ["a", "b"], [["a", "b"], ["b", "b"]], lags={"b": 0})
    rows = estimation_rows(spec, panel).frame
    a, b = rows["a"], rows["b"]
    np.testing.assert_allclose(rows["a:b"], (a - a.mean()) * (b - b.mean()), rtol=0, atol=1e-14)
    np.testing.assert_allclose(rows["b:b"], (b - b.mean()) ** 2, rtol=0, atol=1e-14)
    assert abs(b.mean() - gappy["b"].mean()) > 1e-4  # not the mean of the whole panel


def test_main_effect_is_the_slope_at_the_mean(full_panel):
    cross = fit(Specification("y", ["a", "b"], [["a", "b"]], lag=0), full_panel)
    frame = full_panel.frame.assign(a=full_panel.frame["a"] + 100)
    moved = fit(
        Specification("y", ["a", "b"], [["a", "b"]], lag=0), type(full_panel)(
            "moved", frame, full_panel.variables, full_panel.entities, full_panel.roles
        ),
    )  # fmt: skip
    np.testing.assert_allclose(cross.coefficients, moved.coefficients, rtol=1e-9)


def test_initial_value_is_the_first_observed(make_panel):
    frame = grid({"y": np.arange(12.0) ** 2, "x": np.arange(12.0) % 5, "z": np.arange(12.0)})
    frame.loc[("p", 2001), "z"] = np.nan
    frame.loc[("q", 2001) : ("q", 2003), "z"] = np.nan
    rows = estimation_rows(Specification("y", ["x"], initial=["z"]), make_panel(frame))
    assert rows.initial["z"].groupby(level=0).first().to_dict() == {"p": 1.0, "q": 7.0, "r": 8.0}
    assert rows.notes == (
        "The first observed z is later than the first row used for 1 entity, so it is not "
        "predetermined there.",
    )


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"outcome": "yy"}, "Unknown variable 'yy' in the panel: did you mean y"),
        ({"regressors": ["grup"]}, "did you mean group"),
        ({"sample": Sample(exclude_entities=["e99"])}, "Unknown entity 'e99'"),
        ({"sample": Sample(exclude_years=[2110])}, "Unknown year '2110'"),
        ({"cluster": "grup"}, "Unknown cluster variable 'grup'.*did you mean group"),
    ],
)
def test_unknown_names_get_a_suggestion(parts, message, panel):
    with pytest.raises(UnknownNameError, match=message):
        fit(Specification(**{"outcome": "y", "regressors": ["a"], **parts}), panel)


def test_infinite_cell_is_named_with_the_year_of_the_cell(make_panel, gappy):
    gappy.loc[("e03", 2005), "a"] = np.inf
    with pytest.raises(SpecificationError, match="'a' is infinite for e03 in 2005"):
        fit(Specification("y", ["a"], lag=2), make_panel(gappy))
    gappy.loc[("e04", 2006), "y"] = -np.inf
    with pytest.raises(SpecificationError, match="'y' is infinite for e04 in 2006"):
        fit(Specification("y", ["b"]), make_panel(gappy))
    fit(Specification("y", ["b"], sample=Sample(exclude_years=[2006])), make_panel(gappy))


def test_empty_sample_names_the_greatest_loss(make_panel, gappy):
    gappy["a"] = np.nan
    with pytest.raises(SpecificationError, match='fell to "regressor a missing 1 year before"'):
        fit(Specification("y", ["a"]), make_panel(gappy))


def test_entity_without_region_is_named_unless_left_out(make_panel, gappy):
    regions = {f"e{i:02d}": f"r{i % 3}" for i in range(11)}
    panel = make_panel(gappy, regions)
    spec = Specification("y", ["a"], effects="region_year")
    with pytest.raises(SpecificationError, match="e11 has no region"):
        fit(spec, panel)
    fit(Specification("y", ["a"]), panel)
    fit(Specification("y", ["a"], sample=Sample(exclude_entities=["e11"])), panel)


def test_panel_without_regions_serves_all_that_needs_none(make_panel, gappy):
    panel = make_panel(gappy)
    assert fit(Specification("y", ["a"]), panel).n > 0
    with pytest.raises(DataError, match="no regions"):
        fit(Specification("y", ["a"], effects="region_year"), panel)


@pytest.mark.parametrize("break_it", [lambda f: f.iloc[1:], lambda f: f.drop(2004, level=1)])
def test_a_grid_with_holes_is_refused(break_it, make_panel, gappy):
    with pytest.raises(DataError, match="lags would not be lags"):
        estimation_rows(Specification("y", ["a"]), make_panel(break_it(gappy)))


def test_what_is_no_specification_or_panel_is_told(panel):
    with pytest.raises(SpecificationError, match="Specification is needed here, not str"):
        fit("y ~ a", panel)
    with pytest.raises(SpecificationError, match="Panel is needed here, not DataFrame"):
        fit(Specification("y", ["a"]), panel.frame)


@pytest.mark.parametrize("part", [{"outcome": "s"}, {"regressors": ["s"]}, {"initial": ["s"]}])
def test_a_cell_of_text_is_named(part, make_panel, gappy):
    column = gappy["b"].astype(object)
    column.loc[("e03", 2005)] = "1,234"
    panel = make_panel(gappy.assign(s=column))
    spec = Specification(**{"outcome": "y", "regressors": ["a"], **part})
    with pytest.raises(DataError, match="'s' holds '1,234' for e03 in 2005"):
        fit(spec, panel)
    with pytest.raises(DataError, match="'s' holds '1,234' for e03 in 2005"):
        fit_many([spec], panel)


def test_codes_given_as_numbers_leave_their_entity_out(make_panel, gappy):
    codes = {name: 11 + i for i, name in enumerate(gappy.index.unique(0))}
    panel = make_panel(gappy.rename(index=codes, level=0))
    by_number, by_text = (
        fit(Specification("y", ["a"], sample=Sample(exclude_entities=[code])), panel)
        for code in (15, "15")
    )
    assert "15" not in by_number.entities
    assert by_number.entities == by_text.entities
    assert by_number.n < fit(Specification("y", ["a"]), panel).n


@pytest.mark.parametrize("column", [pd.Timestamp("2010-01-01"), 1j])
def test_dates_and_complex_numbers_are_no_figures(column, make_panel, gappy):
    with pytest.raises(DataError, match="for e00 in 2001, which is not a number"):
        fit(Specification("y", ["s"]), make_panel(gappy.assign(s=column)))


def test_missing_values_of_every_kind_are_missing(make_panel, gappy):
    plain = fit(Specification("y", ["b"]), make_panel(gappy)).coefficients
    for kind in ("Float64", object):
        column = gappy["b"].astype(kind)
        found = fit(Specification("y", ["s"]), make_panel(gappy.assign(s=column))).coefficients
        np.testing.assert_array_equal(found, plain)


USED = {
    "plain": {},
    "a lead and a longer lag": {"regressors": ("a", "b"), "lag": -1, "lags": {"b": 3}},
    "a long lag": {"lag": 5},
    "controls and products": {
        "regressors": ("a", "b"), "interactions": (("a", "b"),), "controls": ("c",), "lag": 0,
    },
    "initial": {"initial": ("c",)},
    "first and last year": {"sample": Sample(first_year=2004, last_year=2009)},
    "left out": {
        "sample": Sample(exclude_entities=("e02", "e07"), exclude_years=(2005, 2008))
    },
    "all": {
        "regressors": ("a", "b"), "lags": {"a": 2}, "initial": ("c",),
        "sample": Sample(first_year=2003, exclude_entities="e01", exclude_years=2006),
    },
}  # fmt: skip


@pytest.mark.parametrize("name", USED)
def test_usable_cells_are_the_rows_where_none_is_alone(name, make_panel, gappy):
    gappy.loc["e04", "c"] = np.nan
    gappy.loc[("e05", 2001), "c"] = np.nan
    panel = make_panel(gappy)
    spec = Specification(**{"outcome": "y", "regressors": ("a",), **USED[name]})
    found, rows = usable(spec, panel), estimation_rows(spec, panel)
    assert not any("only row" in reason for reason in counts(rows))
    assert gappy.index[found].equals(rows.frame.index)


def test_usable_cells_hold_rows_that_are_alone_too(make_panel, gappy):
    gappy.loc[("e03", slice(2003, 2011)), "y"] = np.nan
    panel = make_panel(gappy)
    spec = Specification("y", ("c",), lag=0)
    found, rows = usable(spec, panel), estimation_rows(spec, panel, ["two_way", "entity_trends"])
    lost = gappy.index[found].difference(rows.frame.index)
    assert set(lost.get_level_values(0)) == {"e03"}
    assert rows.frame.index.isin(gappy.index[found]).all()
