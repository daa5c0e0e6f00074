"""The specification curve: every point of it is an estimate of its own."""

import dataclasses
import json

import numpy as np
import pytest

from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference import Grid, estimate, specification_curve
from analysis.models import Sample, Specification, estimation_rows

GRID = Grid(
    outcomes=("y", "b"),
    regressors=("a",),
    controls=("c", "group"),
    effects=("two_way", "entity_trends"),
    lags=(0, 1),
    samples=(Sample(), Sample(first_year=2003, exclude_entities=("e01",))),
)


@pytest.fixture
def wavy(make_panel, gappy):
    # A control that varies within entities.
    gappy["group"] += np.sin(np.arange(len(gappy)))
    return make_panel(gappy)


def test_every_point_is_an_estimate_on_the_shared_rows(wavy):
    curve = specification_curve(GRID, wavy, level=0.1)
    assert len(GRID) == len(curve.table) == len(list(GRID)) == 2 * 4 * 2 * 2 * 2
    for spec, (_, row) in zip(GRID, curve.table.iterrows(), strict=True):
        everything = Specification(
            "y", ("a",), lag=spec.lag, sample=spec.sample,
            controls=("c", "group", "b"), lags={"b": 0},
        )  # fmt: skip
        rows = estimation_rows(everything, wavy, GRID.effects)
        assert row["n"] == len(rows.frame)
        line = estimate(spec, wavy, level=0.1, rows=_same_rows(spec, wavy, rows)).terms[0]
        assert (row["outcome"], row["term"], row["effects"]) == (spec.outcome, "a", spec.effects)
        for name in ("estimate", "se", "t", "p", "low", "high", "scale"):
            assert row[name] == pytest.approx(getattr(line, name), rel=1e-9), name


def _same_rows(spec, panel, rows):
    """The rows of one specification cut down to those that all share."""
    own = estimation_rows(spec, panel)
    keep = rows.frame.index
    return dataclasses.replace(
        own, frame=own.frame.loc[keep], initial=own.initial.loc[keep], region=rows.region
    )


def test_uses_says_which_controls_are_in(wavy):
    curve = specification_curve(GRID, wavy)
    for spec, uses in zip(GRID, curve.uses.to_dict("records"), strict=True):
        assert {c for c, used in uses.items() if used} == set(spec.controls)
    assert list(curve.table["controls"][:4]) == [0, 1, 1, 2]
    assert curve.dropped["lag 0, all years"][0].reason == "outcome y missing"


def test_a_list_keeps_the_rows_of_each(wavy):
    specs = list(GRID)[:8]
    for given, options in ((specs, {}), (Grid(("y",), ("a",), ("c",)), {"shared_rows": False})):
        curve = specification_curve(given, wavy, **options)
        for spec, (_, row) in zip(given, curve.table.iterrows(), strict=True):
            found = estimate(spec, wavy)
            assert row["n"] == found.n
            for name in ("estimate", "se", "p", "low", "high", "scale"):
                assert row[name] == pytest.approx(getattr(found.terms[0], name), rel=1e-9)


def test_constant_controls_and_largest_subset(wavy):
    grid = Grid(("y",), ("a",), ("c", "group"), always=("b",), most_controls=1)
    assert len(grid) == 3
    assert [s.controls for s in grid] == [("b",), ("b", "c"), ("b", "group")]
    curve = specification_curve(grid, wavy)
    free = curve.table["parameters"] - curve.table["controls"]
    assert (free == free[0]).all()


def test_summary_counts_signs_and_leaves_unsolved_out(make_panel, gappy):
    gappy["twice"] = 2 * gappy["a"]
    gappy["minus"] = -gappy["a"]
    grid = Grid(("y",), ("a", "minus"), ("twice",), lags=(0,))
    curve = specification_curve(grid, make_panel(gappy))
    found = curve.summary()
    assert (found["specifications"], found["refused"], found["positive"]) == (4, 2, 0.5)
    assert found["lowest"] == pytest.approx(-found["highest"])
    assert found["median"] == pytest.approx(0, abs=1e-12)
    assert any("2 specifications have no solution" in note for note in curve.notes)
    assert curve.table.loc[curve.table["refused"], "estimate"].isna().all()


def test_tidy_is_ordered_and_result_speaks_json_and_html(wavy):
    curve = specification_curve(GRID, wavy)
    table = curve.tidy()
    assert table["standardised"].is_monotonic_increasing
    assert {"c", "group"} <= set(table)
    back = json.loads(json.dumps(curve.to_dict(), allow_nan=False))
    assert len(back["specifications"]) == len(GRID)
    assert '<th scope="row">Positive</th>' in curve._repr_html_()
    with pytest.raises(dataclasses.FrozenInstanceError):
        curve.level = 0.2


def test_errors_say_what_to_mend(wavy, panel):
    with pytest.raises(SpecificationError, match="The grid lists no outcomes"):
        Grid((), ("a",))
    with pytest.raises(SpecificationError, match="'a' has two places in the grid"):
        Grid(("y",), ("a",), ("a",))
    with pytest.raises(SpecificationError, match="262,144 specifications"):
        Grid(("y",), ("a",), tuple(f"c{i}" for i in range(18)))
    with pytest.raises(SpecificationError, match="outcomes on themselves"):
        Grid(("y",), ("y",))
    with pytest.raises(UnknownNameError, match="Unknown variable 'zz'"):
        specification_curve(Grid(("y",), ("a",), ("zz",)), wavy)
    with pytest.raises(SpecificationError, match="Level 5 must lie"):
        specification_curve(GRID, wavy, level=5)
    with pytest.raises(SpecificationError, match="too many for 3 clusters"):
        specification_curve(Grid(("y",), ("a",), ("b", "c"), cluster="region"), panel)
